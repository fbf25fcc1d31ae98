"""Generates a design with the command and gives the RTL to a tool, or generates it twice.

A tool must be silent: one word on stdout or stderr is a failure. Exit 77: the tool is missing.
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile


def generate(nacre, spec, out):
    done = subprocess.run([nacre, "generate", spec, "-o", str(out)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"nacre generate: exit {done.returncode}\n{done.stdout}{done.stderr}")


def top_of(out):
    return next(out.glob("*.core")).stem


def run_silently(command, out):
    if shutil.which(command[0]) is None:
        print(f"skipped: {command[0]} is not installed")
        sys.exit(77)
    done = subprocess.run(command, cwd=out, capture_output=True, text=True)
    talk = done.stdout + done.stderr
    if done.returncode != 0 or talk.strip():
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{talk}")


def check_verilator(out):
    run_silently(["verilator", "--lint-only", "-Wall", "-f", "rtl.f", "--top-module", top_of(out)], out)


def check_icarus(out):
    run_silently(["iverilog", "-g2012", "-Wall", "-f", "rtl.f", "-s", top_of(out), "-o", "/dev/null"], out)


def check_yosys(out):
    files = " ".join((out / "rtl.f").read_text().split())
    script = f"read_verilog -sv -defer {files}; hierarchy -check -top {top_of(out)}; proc; check -assert"
    run_silently(["yosys", "-q", "-p", script], out)
    stubs = sorted(path.relative_to(out) for path in (out / "stub").rglob("*.sv"))
    if stubs:
        # For synthesis the stubs stand in for the models, as black boxes.
        names = {stub.name for stub in stubs}
        files = " ".join(f for f in (out / "rtl.f").read_text().split() if pathlib.Path(f).name not in names)
        stubs = " ".join(str(stub) for stub in stubs)
        script = (f"read_verilog -sv {stubs}; read_verilog -sv -defer {files}; "
                  f"hierarchy -check -top {top_of(out)}; proc; check -assert")
        run_silently(["yosys", "-q", "-p", script], out)


def check_header(out):
    header = next((out / "sw").glob("*_regs.h"))
    for language, standard in (("c", "c99"), ("c++", "c++11")):
        run_silently(["cc", "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                      "-fsyntax-only", str(header.relative_to(out))], out)
    # Every address of the map is in the header.
    text = header.read_text().lower()
    registers = json.loads((out / "registers.json").read_text())
    for entry in registers["registers"] + registers["memories"]:
        macro = f"{registers['design']}_{entry['name'].replace('.', '_')}_addr "
        line = next((line for line in text.splitlines() if line.startswith(f"#define {macro}")), "")
        if f"0x{entry['address']:08x}" not in line:
            sys.exit(f"{entry['name']} is not at its address in the C header: '{line}'")


def tree_of(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def check_identical(out, nacre, spec, folder):
    # Another folder, another working folder, another name of the specification's folder.
    other_spec = folder / "elsewhere" / "spec"
    shutil.copytree(pathlib.Path(spec).parent, other_spec)
    other = folder / "elsewhere" / "other_out"
    generate(nacre, str(other_spec / "spec.json"), other)
    one, two = tree_of(out), tree_of(other)
    if one != two:
        sys.exit(f"the trees differ: {sorted(set(one.items()) ^ set(two.items()))}")
    for path in out.rglob("*"):
        if path.is_file() and str(folder).encode() in path.read_bytes():
            sys.exit(f"{path.relative_to(out)} names a folder of this machine")


TOOL_CHECKS = {"header": check_header, "verilator": check_verilator, "icarus": check_icarus, "yosys": check_yosys}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nacre", required=True)
    parser.add_argument("--check", required=True, choices=["identical", *TOOL_CHECKS])
    parser.add_argument("spec")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nacre_text_") as name:
        folder = pathlib.Path(name)
        out = folder / "out"
        generate(arguments.nacre, arguments.spec, out)
        if arguments.check == "identical":
            check_identical(out, arguments.nacre, arguments.spec, folder)
        else:
            TOOL_CHECKS[arguments.check](out)


if __name__ == "__main__":
    main()
