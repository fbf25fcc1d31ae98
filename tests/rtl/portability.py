"""Portability of the hand-written RTL: every leaf alone, at its corners, in three tools.

A leaf is described by leaves/<leaf>.json:

    {"leaf": "nacre_stream_fifo",
     "files": ["rtl/common/nacre_stream_fifo.sv"],   the leaf and what it needs, in compile order
     "smoke_files": [],                              more files for the testbench (may be left out)
     "corners": {"width_1": {"Width": 1}},           parameters of each corner (numbers, or sized
                                                     SystemVerilog literals as strings)
     "illegal": {"width_0": {"Width": 0}},           each must be refused, by all tools, with the
                                                     name of a module nacre_error_...
     "smoke": ["width_1"],                           corners of the testbench (left out: all)
     "fpga": ["width_1"]}                            corners with NACRE_FPGA (left out: all)

and has a self-checking testbench smoke/<leaf>_tb.sv with the leaf's parameters, whose last line is
PASS. At each corner: Verilator -Wall, Yosys (no warning, no latch) and Icarus -Wall are silent, and
the testbench passes in Icarus. A leaf with clock gates passes all of it again with NACRE_FPGA
defined, at some corners: the gates are transparent, and no latch is left.

    portability.py --leaf nacre_stream_fifo   one leaf
    portability.py --inventory                every rtl/**/*.sv has its entry; entries are complete
    portability.py                            all of it
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
TIME_LIMIT_S = 300
CLOCK_GATE = "nacre_clock_gate"


class Results:
    """Counts checks and prints those that failed."""

    def __init__(self, verbose):
        self.passed = 0
        self.failed = 0
        self.verbose = verbose

    def check(self, name, complaint):
        """One check; `complaint` is empty when it passed."""
        if complaint:
            self.failed += 1
            print(f"FAIL {name}\n{complaint.rstrip()}")
        else:
            self.passed += 1
            if self.verbose:
                print(f"ok   {name}")


def run(command):
    """Exit status and everything the command printed; files are named relative to the root."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=TIME_LIMIT_S, check=False)
    except FileNotFoundError:
        return 127, f"'{command[0]}' is not installed"
    except subprocess.TimeoutExpired:
        return 124, f"'{command[0]}' did not end within {TIME_LIMIT_S} s"
    return done.returncode, done.stdout


def silent(command):
    """A complaint unless the command succeeds and prints nothing."""
    status, output = run(command)
    if status == 0 and not output.strip():
        return ""
    return f"exit status {status}: {' '.join(command)}\n{output}"


def yosys_value(value):
    """Yosys reads no minus sign: a negative int is given by its 32 bits."""
    return f"32'h{value & 0xFFFFFFFF:08x}" if isinstance(value, int) else value


def has_clock_gates(leaf):
    return any(pathlib.Path(path).stem == CLOCK_GATE for path in leaf["files"])


def verilator_command(leaf, parameters, defines=()):
    overrides = [f"-G{name}={value}" for name, value in parameters.items()]
    return ["verilator", "--lint-only", "-Wall", "--top-module", leaf["leaf"],
            *[f"-D{name}" for name in defines], *overrides, *leaf["files"]]


def yosys_command(leaf, parameters, defines=()):
    macros = "".join(f" -D {name}" for name in defines)
    # The latch of a clock gate is meant.
    latches = "t:$dlatch t:$adlatch t:$dlatchsr t:$sr"
    if has_clock_gates(leaf) and not defines:
        latches += f" %u %u %u {CLOCK_GATE} %d"
    overrides = "".join(f" -chparam {n} {yosys_value(v)}" for n, v in parameters.items())
    script = (f"read_verilog -sv -defer{macros} {' '.join(leaf['files'])}; "
              f"hierarchy -check -top {leaf['leaf']}{overrides}; proc; opt; check -assert; "
              f"select -assert-none {latches}")
    return ["yosys", "-q", "-p", script]


def icarus_command(top, files, parameters, output, defines=()):
    overrides = [f"-P{top}.{name}={value}" for name, value in parameters.items()]
    macros = [f"-D{name}" for name in defines]
    return ["iverilog", "-g2012", "-Wall", "-s", top, *macros, *overrides, "-o", str(output), *files]


def smoke_files(leaf):
    bench = f"tests/rtl/smoke/{leaf['leaf']}_tb.sv"
    return [*leaf["files"], *leaf.get("smoke_files", []), bench]


def simulate(program):
    """A complaint unless the compiled testbench ends in PASS."""
    status, output = run(["vvp", "-n", str(program)])
    lines = output.strip().splitlines()
    if status == 0 and lines and lines[-1] == "PASS" and "FAIL" not in output:
        return ""
    return f"the testbench did not end in PASS (exit status {status})\n" + "\n".join(lines[-20:])


def smoke(leaf, parameters, folder, defines=()):
    """A complaint unless the testbench compiles silently and ends in PASS."""
    program = folder / "smoke.vvp"
    return silent(icarus_command(leaf["leaf"] + "_tb", smoke_files(leaf), parameters, program,
                                 defines)) or simulate(program)


def check_leaf(leaf, results):
    name = leaf["leaf"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for corner, parameters in leaf["corners"].items():
            variants = {"": ()}
            if has_clock_gates(leaf) and corner in leaf.get("fpga", leaf["corners"]):
                variants[".fpga"] = ("NACRE_FPGA",)
            for suffix, defines in variants.items():
                place = f"{name}.{corner}{suffix}"
                results.check(f"{place}.verilator",
                              silent(verilator_command(leaf, parameters, defines)))
                results.check(f"{place}.yosys", silent(yosys_command(leaf, parameters, defines)))
                results.check(f"{place}.icarus", silent(icarus_command(
                    name, leaf["files"], parameters, folder / "leaf.vvp", defines)))
                if corner in leaf.get("smoke", leaf["corners"]):
                    results.check(f"{place}.smoke", smoke(leaf, parameters, folder, defines))
        for corner, parameters in leaf.get("illegal", {}).items():
            commands = {"verilator": verilator_command(leaf, parameters),
                        "yosys": yosys_command(leaf, parameters),
                        "icarus": icarus_command(name, leaf["files"], parameters,
                                                 folder / "leaf.vvp")}
            for tool, command in commands.items():
                status, output = run(command)
                refused = status != 0 and "nacre_error_" in output
                results.check(f"{name}.illegal.{corner}.{tool}",
                              "" if refused else f"not refused: {' '.join(command)}\n{output}")


def user_parameters(source):
    """Names of the parameters of the module's header, without those marked as derived."""
    header = source[source.index("module "):]
    header = header[:header.index(") (")] if ") (" in header else ""
    header = header.split("// Derived")[0]
    return re.findall(r"^\s*parameter\s+(?:\w+\s+)*(?:signed\s+)?(?:\[[^\]]*\]\s*)?(\w+)\s*=",
                      header, re.MULTILINE)


def check_inventory(leaves, results):
    sources = sorted((ROOT / "rtl").glob("**/*.sv"))
    results.check("inventory.sources", "" if sources else "no file found in rtl/")
    names = [source.stem for source in sources]
    for source in sources:
        name = source.stem
        leaf = leaves.get(name)
        place = f"inventory.{name}"
        text = source.read_text(encoding="ascii")
        modules = re.findall(r"^module\s+(\w+)", text, re.MULTILINE)
        results.check(f"{place}.module", "" if modules == [name] else f"holds modules {modules}")
        long_lines = [str(number) for number, line in enumerate(text.splitlines(), 1)
                      if len(line) > 100 or "\t" in line or line != line.rstrip()]
        results.check(f"{place}.layout",
                      f"lines too long, with tabs or trailing blanks: {' '.join(long_lines)}"
                      if long_lines else "")
        results.check(f"{place}.entry", "" if leaf else f"tests/rtl/leaves/{name}.json is missing")
        bench = HERE / "smoke" / f"{name}_tb.sv"
        results.check(f"{place}.smoke",
                      "" if bench.exists() else f"tests/rtl/smoke/{bench.name} is missing")
        if leaf:
            given = {key for corner in leaf["corners"].values() for key in corner}
            missing = [key for key in user_parameters(text) if key not in given]
            results.check(f"{place}.parameters",
                          f"no corner sets {', '.join(missing)}" if missing else "")
            unknown = sorted({*leaf.get("smoke", []), *leaf.get("fpga", [])} - set(leaf["corners"]))
            results.check(f"{place}.chosen_corners",
                          f"no such corner: {', '.join(unknown)}" if unknown else "")
            lost = [path for path in leaf["files"] + leaf.get("smoke_files", [])
                    if not (ROOT / path).exists()]
            results.check(f"{place}.files", f"no such file: {', '.join(lost)}" if lost else "")
    for name in sorted(set(leaves) - set(names)):
        results.check(f"inventory.{name}", f"tests/rtl/leaves/{name}.json describes no file of rtl/")


def main():
    parser = argparse.ArgumentParser(description="portability of the RTL leaves")
    parser.add_argument("--leaf", action="append", help="check this leaf (may be repeated)")
    parser.add_argument("--inventory", action="store_true", help="check that no leaf is left out")
    parser.add_argument("--verbose", action="store_true", help="print passed checks, too")
    arguments = parser.parse_args()

    leaves = {}
    for path in sorted((HERE / "leaves").glob("*.json")):
        leaf = json.loads(path.read_text(encoding="utf-8"))
        if leaf["leaf"] != path.stem:
            print(f"{path.name}: 'leaf' is '{leaf['leaf']}'")
            return 2
        leaves[path.stem] = leaf
    everything = not arguments.leaf and not arguments.inventory
    chosen = sorted(leaves) if everything else arguments.leaf or []
    unknown = [name for name in chosen if name not in leaves]
    if unknown:
        print(f"no such leaf: {', '.join(unknown)}")
        return 2

    results = Results(arguments.verbose)
    if arguments.inventory or everything:
        check_inventory(leaves, results)
    for name in chosen:
        check_leaf(leaves[name], results)
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed or not results.passed else 0


if __name__ == "__main__":
    sys.exit(main())
