"""Proofs by induction of what tests/formal/<top>.sv asserts, with Yosys, yosys-smtbmc and z3.

usage: prove.py SOURCE CONFIGURATION     every assertion of the leaf with these parameters
       prove.py SOURCE --reached         what the covers name happens: the assumptions leave it
       prove.py SOURCE --can-fail        a mutant of the leaf for each property: a trace from reset
                                         that breaks it

The induction takes a step of two cycles: assertions that hold in two cycles hold in the next one. Its base is every
trace of three cycles from power-on. Skips (exit 77) where one of the three tools is not installed.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = "mram_control_properties"
CONTROL = "rtl/mram_macro/nacre_mram_control.sv"
SEQUENCER = "rtl/mram_macro/nacre_mram_sequencer.sv"
FILES = ["rtl/tech/nacre_clock_gate.sv", "rtl/tech/nacre_register.sv", "rtl/tech/nacre_register_reset.sv",
         "rtl/common/nacre_ecc_codec.sv", SEQUENCER, CONTROL, f"tests/formal/{TOP}.sv"]
# What the top sees of the registers inside.
SEEN = {"phase": "phase_q", "moved": "moved_q", "write": "write_q", "round": "round_q", "half": "half_q",
        "length": "length_q", "marker_mask": "marker_mask_q", "mask": "mask_q", "code": "code",
        "step": "u_sequencer.state_q", "left": "u_sequencer.left_q", "first": "u_sequencer.first_q"}

CONFIGURATIONS = {
    "reference": {},
    "self_terminate": {"SelfTerminate": 1, "PreRead": 0},
    "differential": {"Sensing": 1, "Journal": 0, "Ecc": 1},
    "self_reference": {"Sensing": 2, "Journal": 0, "PreRead": 0, "Verify": 0, "Spares": 0},
    "blind": {"Sensing": 1, "Ecc": 1, "Verify": 0, "SelfTerminate": 1, "Words": 5, "Spares": 2},
}
SMALL = {"PreRead": 0, "Journal": 0}
# Property, file, what becomes what, parameters, cycles in which a trace must break it. `bounded` follows from
# number_falls and breaks after 2^16 cycles only.
MUTANTS = [
    ("no_drive_in_read", SEQUENCER, "want_i & {NumDevices{state_q == StPulse}}",
     "want_i & {NumDevices{state_q == StPulse || state_q == StSense}}", {}, 8),
    ("word_line_on", SEQUENCER, "state_q != StIdle && state_q != StClose;",
     "state_q != StIdle && state_q != StClose && state_q != StPulse;", SMALL, 6),
    ("one_word_line", CONTROL, ".enable_i(start_i || moves),", ".enable_i(start_i || judge),", SMALL, 14),
    ("second_cycle", CONTROL, "next = PreRead ? NextSense : NextOpen;", "next = PreRead ? NextSense : NextPulse;",
     SMALL, 6),
    ("pause_before_read", SEQUENCER, "assign latch_o  = state_q == StSense && last;",
     "assign latch_o  = (state_q == StSense || state_q == StRecover) && last;", SMALL, 8),
    ("pause_before_pulse", SEQUENCER, "|| (state_q == StRecover && last)",
     "|| ((state_q == StRecover || state_q == StPulse) && last)", {**SMALL, "Sensing": 1}, 8),
    ("one_pulse", SEQUENCER, "{NumDevices{!first_q}};", "{NumDevices{first_q}};", {**SMALL, "SelfTerminate": 1}, 8),
    ("pulse_is_told", SEQUENCER, "state_q == StPulse && first_q;", "state_q == StPulse && !first_q;", SMALL, 6),
    ("rounds_bounded", CONTROL, "assign round_last  = round_q + 4'd1 == max_rounds;",
     "assign round_last  = round_q == max_rounds;", {**SMALL, "Sensing": 1}, 16),
    ("two_rows", CONTROL, ".enable_i(start_i || moves),", ".enable_i(start_i || done),", {**SMALL, "Sensing": 1}, 12),
    ("number_falls", SEQUENCER, "left_d  = left_q - 6'd1;", "left_d  = left_q;", SMALL, 6),
    ("starts", CONTROL, "if ((start_i && !write_i)", "if ((start_i && !write_i && !scrub_i)", SMALL, 6),
    ("answered", CONTROL, "assign finish      = nothing_left || failed", "assign finish      = failed", {}, 12),
    ("answered_once", CONTROL, "assign done_o    = finish;", "assign done_o    = done;", SMALL, 6),
]


def model(source, folder, parameters, files, kept=None):
    """The design as SMT-LIB text; of its assertions only `kept` if given."""
    overrides = "".join(f" -chparam {name} {value}" for name, value in parameters.items())
    # Wires that are named while the aliases of their readers are there, too: no driver is to be taken away.
    seen = "\n".join(f"connect -nounset -nomap -set seen_{name} u_control.{inside}" for name, inside in SEEN.items())
    lines = [f"read_verilog -sv -formal -defer -D NACRE_FPGA {' '.join(map(str, files))}",
             f"hierarchy -check -top {TOP}{overrides}", "proc", "flatten", seen, "chformal -early", "async2sync",
             "chformal -early"]
    if kept:
        lines.append(f"chformal -assert -remove t:$assert c:{kept} %d")
        lines.append(f"select -assert-count 1 t:$assert c:{kept} %i")
    text = folder / "model.smt2"
    script = folder / "model.ys"
    script.write_text("\n".join([*lines, "opt -keepdc", "dffunmap", f"write_smt2 -wires {text}"]) + "\n")
    subprocess.run(["yosys", "-q", script], cwd=source, check=True, timeout=300)
    return text


def solve(text, *options):
    """(passed, what was printed). z3 expands nested definitions for minutes: --unroll names each value."""
    done = subprocess.run(["yosys-smtbmc", "-s", "z3", "--unroll", "--noprogress", *map(str, options), text],
                          capture_output=True, text=True, timeout=900)
    return done.returncode == 0 and "Status: PASSED" in done.stdout, done.stdout + done.stderr


def prove(source, name):
    with tempfile.TemporaryDirectory() as temporary:
        text = model(source, pathlib.Path(temporary), CONFIGURATIONS[name], FILES)
        good = True
        for what, options in (("step", ("-i", "-t", 2)), ("base", ("-t", 3))):
            passed, printed = solve(text, *options)
            print(f"{'passed' if passed else 'FAILED'}  {TOP} {name}: {what} of the induction")
            if not passed:
                print(printed[-3000:])
            good = good and passed
    return good


def reach(source):
    with tempfile.TemporaryDirectory() as temporary:
        text = model(source, pathlib.Path(temporary), SMALL, FILES)
        passed, printed = solve(text, "-c", "-t", 24)
    for line in re.findall(r"Reached cover statement.*|Unreached.*", printed):
        print(line)
    return passed


def break_one(source, mutant):
    """Complaint, or nothing when the mutant breaks its property, and the original does not."""
    kept, file, find, replace, parameters, cycles = mutant
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        original = (source / file).read_text()
        if original.count(find) != 1:
            return f"'{find}' occurs {original.count(find)} times in {file}"
        changed = folder / pathlib.Path(file).name
        changed.write_text(original.replace(find, replace))
        files = [changed if path == file else path for path in FILES]
        passed, printed = solve(model(source, folder, parameters, files, kept), "-t", cycles)
        if passed or "Status: FAILED" not in printed:
            return f"no trace of {cycles} cycles breaks it\n{printed[-500:]}"
        passed, printed = solve(model(source, folder, parameters, FILES, kept), "-t", cycles)
        return "" if passed else f"the original breaks it, too\n{printed[-2000:]}"


def can_fail(source):
    good = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant, complaint in zip(MUTANTS, pool.map(lambda each: break_one(source, each), MUTANTS)):
            print(f"{'FAILED' if complaint else 'passed'}  {mutant[0]} fails with '{mutant[3]}' {complaint}", flush=True)
            good = good and not complaint
    named = set(re.findall(r"^\s*(\w+) : assert", (source / FILES[-1]).read_text(), re.MULTILINE))
    missing = named - {mutant[0] for mutant in MUTANTS} - {"bounded"}
    if missing:
        print(f"FAILED  no mutant for {', '.join(sorted(missing))}")
    return good and not missing


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    for tool in ("yosys", "yosys-smtbmc", "z3"):
        if not shutil.which(tool):
            print(f"{tool} is not installed")
            return 77
    if sys.argv[2] == "--can-fail":
        return 0 if can_fail(source) else 1
    if sys.argv[2] == "--reached":
        return 0 if reach(source) else 1
    return 0 if prove(source, sys.argv[2]) else 1


sys.exit(main())
