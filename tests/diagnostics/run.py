#!/usr/bin/env python3
"""Runs failing inputs through nacre and compares what it says.

    run.py --nacre build/nacre --case N0102.trailing_comma      one case
    run.py --nacre build/nacre --all                            every case
    run.py --nacre build/nacre --audit build                    every code has a test and a page

A case is cases/<CODE>.<what>.json (a specification; the command is `nacre check spec.json`), or
cases/<CODE>.<what>.case, or both. The .case file is a JSON object:

    args     the command line, default ["check", "spec.json"]
    files    files to make first: name -> {"text"}, {"hex"}, {"repeat": [text, count, text before]},
             {"npy": {"descr", "shape", "data" or "fill", "fortran", "version", "drop", "append"}},
             {"script": text} (executable) or {"folder": true}
    env      environment variables to set; PATH replaces the search path, relative to the case
    stdout   "full": results go to /dev/full
    before   command lines that are run first and must succeed
    then     files to make after them, as in files
    memory_mib, file_kib   limits of the address space and of the size of a file
    exit     exit status, default that of the code in the catalogue
    contains only these texts are looked for, in place of comparing the whole (for texts that differ
             between machines)

Each case runs in a fresh folder in which the specification is spec.json. Some line of stderr
must carry the case's code. NACRE_UPDATE_GOLDEN=1 writes what came as the new expectation.
"""

import argparse
import difflib
import json
import os
import pathlib
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"
ROOT = HERE.parent.parent


def npy_bytes(recipe):
    """A .npy file, or a broken one, by struct alone: the tests must not need NumPy."""
    descr = recipe.get("descr", "|i1")
    shape = recipe["shape"]
    count = 1
    for size in shape:
        count *= size
    dims = ", ".join(str(size) for size in shape) + ("," if len(shape) == 1 else "")
    header = recipe.get("header", "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }" %
                        (descr, bool(recipe.get("fortran", False)), dims))
    version = recipe.get("version", 1)
    prefix = 10 if version == 1 else 12
    text = header.encode()
    text += b" " * (-(prefix + len(text) + 1) % 64) + b"\n"
    start = b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text))
    values = recipe.get("data", [recipe.get("fill", 0)] * count)
    order = ">" if descr[0] == ">" else "<"
    letter = {"i1": "b", "u1": "B", "b1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q",
              "u8": "Q", "f4": "f", "f8": "d"}[descr[-2:]]
    body = struct.pack(f"{order}{len(values)}{letter}", *values)
    data = start + text + body
    data = data[:len(data) - recipe.get("drop", 0)]
    return data + b"\0" * recipe.get("append", 0)


def make_file(path, recipe):
    path.parent.mkdir(parents=True, exist_ok=True)
    if "folder" in recipe:
        path.mkdir()
    elif "text" in recipe:
        path.write_text(recipe["text"], encoding="utf-8")
    elif "hex" in recipe:
        path.write_bytes(bytes.fromhex(recipe["hex"]))
    elif "repeat" in recipe:
        text, count, *before = recipe["repeat"]
        path.write_text("".join(before) + text * count, encoding="utf-8")
    elif "npy" in recipe:
        path.write_bytes(npy_bytes(recipe["npy"]))
    elif "script" in recipe:
        path.write_text(recipe["script"], encoding="utf-8")
        path.chmod(0o755)
    else:
        raise SystemExit(f"no recipe for {path.name}: {recipe}")


def tree_of(folder):
    """Every file below a folder and its bytes, without the cache: a refusal must change none."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*") if ".cache" not in path.parts}


def exit_status_of(nacre, code):
    text = subprocess.run([nacre, "explain", code, "--format", "json"], capture_output=True, check=True,
                          timeout=30).stdout
    return json.loads(text)["exit_status"]


def run_case(nacre, name):
    """Runs one case; returns the list of complaints."""
    code = name.split(".")[0]
    case_file = CASES / f"{name}.case"
    spec_file = CASES / f"{name}.json"
    case = json.loads(case_file.read_text(encoding="utf-8")) if case_file.exists() else {}
    with tempfile.TemporaryDirectory(prefix="nacre_diag_") as folder:
        folder = pathlib.Path(folder)
        if spec_file.exists():
            shutil.copyfile(spec_file, folder / "spec.json")
        for path, recipe in case.get("files", {}).items():
            make_file(folder / path, recipe)
        env = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
        env.update(case.get("env", {}))
        if "PATH" in case.get("env", {}):
            env["PATH"] = str(folder / case["env"]["PATH"])
        env["LC_ALL"] = "C.UTF-8"
        # What a tool of nacre keeps between runs must not leak into or out of the tests.
        env["XDG_CACHE_HOME"] = str(folder / ".cache")

        def limit():
            if "memory_mib" in case:
                size = case["memory_mib"] << 20
                resource.setrlimit(resource.RLIMIT_AS, (size, size))
            if "file_kib" in case:
                size = case["file_kib"] << 10
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
                # The error then comes from write(), as it does from a full disk.
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        for command in case.get("before", []):
            subprocess.run([nacre] + command, cwd=folder, env=env, stdin=subprocess.DEVNULL,
                           capture_output=True, check=True, timeout=50)
        for path, recipe in case.get("then", {}).items():
            make_file(folder / path, recipe)
        before = tree_of(folder)

        stdout = open("/dev/full", "wb") if case.get("stdout") == "full" else subprocess.PIPE
        try:
            result = subprocess.run([nacre] + case.get("args", ["check", "spec.json"]), cwd=folder, env=env,
                                    stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                                    preexec_fn=limit, timeout=50)
        finally:
            if stdout is not subprocess.PIPE:
                stdout.close()
        got = result.stderr.decode("utf-8", "replace").replace(str(folder), "<folder>")
        after = tree_of(folder)
    complaints = []
    wanted_status = case.get("exit", exit_status_of(nacre, code))
    if result.returncode != wanted_status:
        complaints.append(f"exit status {result.returncode}, expected {wanted_status}")
    if after != before:
        changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        complaints.append(f"files were written, changed or lost: {', '.join(changed)}")
    lines = got.splitlines()
    if not any(f"[{code}]" in line or f'"code":"{code}"' in line for line in lines):
        complaints.append(f"{code} was not printed")
    if "contains" in case:
        complaints += [f"'{text}' was not printed" for text in case["contains"] if text not in got]
        if complaints:
            complaints.append(got)
        return complaints
    golden = CASES / f"{name}.stderr"
    if os.environ.get("NACRE_UPDATE_GOLDEN") == "1" and not complaints:
        golden.write_text(got, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8") if golden.exists() else ""
    if got != expected:
        complaints.append("stderr differs:\n" + "".join(
            difflib.unified_diff(expected.splitlines(True), got.splitlines(True), "expected", "got")))
    return complaints


def case_names():
    return sorted({path.name.rsplit(".", 1)[0] for suffix in ("json", "case")
                   for path in CASES.glob(f"*.{suffix}")})


def audit(nacre, build):
    """Every code of the catalogue has a test named diag.<CODE>.<what> and a section in the docs."""
    text = subprocess.run([nacre, "explain", "--list", "--format", "json"], capture_output=True, check=True,
                          timeout=30).stdout
    codes = [entry["code"] for entry in json.loads(text)]
    # Tests of other layers may be called diag.<CODE>.<what>, too; CTest knows them all.
    listing = subprocess.run(["ctest", "--test-dir", build, "-N", "-R", "^diag\\."], capture_output=True,
                             text=True, check=True, timeout=50).stdout
    page = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    complaints = []
    for code in codes:
        if f"diag.{code}." not in listing:
            complaints.append(f"{code} has no test diag.{code}.<what>")
        if f"## {code}: " not in page:
            complaints.append(f"{code} has no section in docs/diagnostics.md")
    for name in case_names():
        if name.split(".")[0] not in codes:
            complaints.append(f"case {name} is of an unknown code")
        case_file = CASES / f"{name}.case"
        has_texts = case_file.exists() and "contains" in json.loads(case_file.read_text(encoding="utf-8"))
        if not has_texts and not (CASES / f"{name}.stderr").exists():
            complaints.append(f"case {name} has no expected text")
    for golden in CASES.glob("*.stderr"):
        if golden.name.rsplit(".", 1)[0] not in case_names():
            complaints.append(f"{golden.name} belongs to no case")
    return complaints


def main():
    parser = argparse.ArgumentParser(description="failing inputs and what nacre says to them")
    parser.add_argument("--nacre", required=True, help="the command")
    parser.add_argument("--case", help="one case, such as N0102.trailing_comma")
    parser.add_argument("--all", action="store_true", help="every case")
    parser.add_argument("--audit", metavar="BUILD", help="check that every code is tested and documented")
    arguments = parser.parse_args()
    nacre = str(pathlib.Path(arguments.nacre).resolve())
    results = {}
    if arguments.audit:
        results["audit"] = audit(nacre, arguments.audit)
    for name in case_names() if arguments.all else [arguments.case] if arguments.case else []:
        results[name] = run_case(nacre, name)
    failed = 0
    for name, complaints in results.items():
        failed += bool(complaints)
        for complaint in complaints:
            print(f"{name}: {complaint}")
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
