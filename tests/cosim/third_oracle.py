#!/usr/bin/env python3
"""third_oracle.py NACRE SOURCE: the example's own NumPy model (examples/spirit_digits/simulate.py), written from the
contracts by a third hand, must agree with RTL and golden model on all 2,000 digits: right decisions, input spikes,
time steps and synaptic operations, summed over the test set."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

nacre, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
example = source / "examples/spirit_digits"
with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    subprocess.run([sys.executable, "-B", example / "simulate.py", "--csv", folder / "digits.csv"], check=True,
                   cwd=folder, stdout=subprocess.DEVNULL)
    subprocess.run([nacre, "verify", example / "spec.json", "-o", folder / "out", "-q"], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL)
    rows = list(csv.DictReader((folder / "digits.csv").open()))
    metrics = {key: entry["value"] for key, entry in json.loads((folder / "out/metrics.json").read_text()).items()}
mean = lambda column: sum(int(row[column]) for row in rows) / len(rows)
right = sum(row["decision"] == row["label"] for row in rows) / len(rows)
expected = {
    "verify__samples": len(rows),
    "verify__accuracy": right,
    "verify__input_spikes__mean": mean("input_spikes"),
    "verify__time_steps__mean": mean("steps"),
    "verify__sop__mean": 10 * mean("input_spikes"),
}
wrong = [f"{key}: RTL and golden {metrics[key]}, third model {value}" for key, value in expected.items()
         if abs(metrics[key] - value) > 1e-9 * max(1.0, abs(value))]
for line in wrong:
    print(line)
print(f"{len(expected) - len(wrong)} passed, {len(wrong)} failed")
sys.exit(1 if wrong else 0)
