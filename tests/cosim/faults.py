#!/usr/bin/env python3
"""faults.py NACRE SOURCE CASE: a fault put in the RTL must be reported as what it is.

Each case changes one text of one leaf of a generated tree; `nacre verify --rtl` must exit with 1, name the code and
the place, write its results, and the command it prints must repeat the fault.
"""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

CASES = {
    # name: (leaf, text, replacement, what the message must hold)
    "N0801.refractory_one_short": (
        "nacre_neuron_update.sv", "RefractoryPortWidth'(RefractorySteps)\n", "RefractoryPortWidth'(RefractorySteps - 1)\n",
        ["'classifier'", "sample ", "time step ", "neuron ", "expected 1", "got 0", "last events into", "repeat with:",
         "waveform: OUT/waves/"]),
    "N0802.hash_words_exchanged": (
        "nacre_control.sv", "SpecHash >> {~cfg_addr_i[2:0], 5'd0}", "SpecHash >> {cfg_addr_i[2:0], 5'd0}", ["spec_hash"]),
    "N0803.no_verdict": (
        "nacre_spike_readout.sv", "verdict_valid_o <= after_step_q;", "verdict_valid_o <= 1'b0;", ["repeat with:"]),
    "N0805.bubble_between_rows": (
        "nacre_spike_serializer.sv", "assign s_ready_o = !held_q || (send && last);", "assign s_ready_o = !held_q;",
        ["cycle"]),
}

nacre, source, name = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
leaf, text, replacement, phrases = CASES[name]
spec = source / "tests/mutants/specs/phase_lead.json"
complaints = []
with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)

    def run(arguments):
        return subprocess.run([nacre, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300)

    generated = run(["generate", spec, "-o", "tree"])
    if generated.returncode:
        sys.exit(generated.stderr)
    target = folder / "tree/rtl" / leaf
    if target.read_text().count(text) != 1:
        sys.exit(f"{leaf}: the text to change occurs {target.read_text().count(text)} times")
    target.write_text(target.read_text().replace(text, replacement))
    found = run(["verify", spec, "--rtl", "tree", "-o", "out", "--samples", "16"])
    message = found.stderr
    if found.returncode != 1:
        complaints.append(f"exit {found.returncode}, must be 1")
    code = name.split(".")[0]
    complaints += [f"'{phrase}' is not in the message" for phrase in [f"error[{code}]", *phrases] if phrase not in message]
    for file in ("metrics.json", "report.html", "results.xml"):
        if not (folder / "out" / file).is_file():
            complaints.append(f"out/{file} was not written")
    if not complaints and not list(tree.parse(folder / "out/results.xml").getroot().iter("failure")):
        complaints.append("results.xml has no failure")
    if code == "N0801":
        if not list((folder / "out/waves").glob("*.fst")) or not list((folder / "out/waves").glob("*.gtkw")):
            complaints.append("no waveform with its layout in out/waves")
        repeat = re.search(r"repeat with: nacre (.*?)(?:; waveform|$)", message, re.M)
        if not repeat or run([*shlex.split(repeat[1]), "-o", "again"]).returncode != 1:
            complaints.append("the printed command does not repeat the fault")
    if complaints:
        print(message)
for complaint in complaints:
    print(f"{name}: {complaint}")
sys.exit(1 if complaints else 0)
