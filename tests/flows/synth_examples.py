"""Synthesises one specification with everything on, and holds its figures against bars.

usage: synth_examples.py NACRE SPEC WORK [--samples N] [--equivalence] [--bar KEY OP VALUE]...

The netlist must equal the golden model under stalls and resets. A bar is read as
"power__idle_step_ratio <= 0.1". Skips (exit 77) where the cell library is not installed.
"""
import argparse
import json
import operator
import pathlib
import shutil
import subprocess
import sys

LIBERTY = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
COMPARE = {"<=": operator.le, ">=": operator.ge, "==": operator.eq}

parser = argparse.ArgumentParser()
parser.add_argument("nacre")
parser.add_argument("spec", type=pathlib.Path)
parser.add_argument("work", type=pathlib.Path)
parser.add_argument("--samples", default="8")
parser.add_argument("--option", action="append", default=[])
parser.add_argument("--bar", nargs=3, action="append", default=[], metavar=("KEY", "OP", "VALUE"))
options = parser.parse_args()

if not LIBERTY.exists():
    print(f"{LIBERTY} is not installed")
    sys.exit(77)
out = options.work / "out"
shutil.rmtree(options.work, ignore_errors=True)
command = [options.nacre, "synth", options.spec, "-o", out, "--gate-verify", "--power", "--samples", options.samples,
           "--stalls", "0.25", "--resets", "0.3", *options.option]
run = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=1500)
print(run.stdout, run.stderr, sep="")
if run.returncode:
    sys.exit(f"exit {run.returncode}")

metrics = json.loads((out / "metrics.json").read_text())
bars = [("gate_verify__mismatch__count", "==", "0"), ("synth__latches", "==", "0"),
        ("gate_verify__samples", "==", options.samples), *options.bar]
failed = 0
for key, sign, value in bars:
    found = metrics[key]["value"]
    good = found is not None and COMPARE[sign](found, float(value))
    failed += not good
    print(f"{'passed' if good else 'FAILED'}  {key} = {found} {metrics[key]['unit']} (bar {sign} {value})")

# The parts must add up: block by block in power.json, and to the figure that is printed.
power = json.loads((out / "synth/power.json").read_text())
parts = sum(value for block in power["blocks"] for cause in block.values() if isinstance(cause, dict)
            for value in cause.values())
total = metrics["power__energy_per_inference"]["value"] * 1e-9
good = abs(parts - total) <= 1e-4 * total  # figures are printed with six digits
failed += not good
print(f"{'passed' if good else 'FAILED'}  parts of power.json: {parts:.6g} J, together {total:.6g} J")
for name in ("netlist.v", "cells.v", "synth.ys", "sta.tcl", "area.json"):
    if not (out / "synth" / name).stat().st_size:
        failed += 1
        print(f"FAILED  synth/{name} is empty")
print(f"{len(bars) + 1 - min(failed, len(bars) + 1)} passed, {failed} failed")
sys.exit(1 if failed else 0)
