#!/usr/bin/env python3
"""devices.py NACRE: a study of dies from the command line. Its figures do not depend on the number of threads, the RTL
runs the first dies bit-exactly (with stalls and resets, too), and options that make no sense are refused.
"""
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

nacre = pathlib.Path(sys.argv[1]).resolve()
SAMPLES, INPUTS, CLASSES = 40, 12, 3
complaints = []


def check(condition, text):
    if not condition:
        complaints.append(text)


def idx(*shape):
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


def make_design(folder):
    source = random.Random(3)
    labels = [source.randrange(CLASSES) for _ in range(SAMPLES)]
    pixels = [source.randrange(8) + (3 if i // (INPUTS // CLASSES) == label else 0)
              for label in labels for i in range(INPUTS)]
    (folder / "samples").write_bytes(idx(SAMPLES, INPUTS) + bytes(pixels))
    (folder / "labels").write_bytes(idx(SAMPLES) + bytes(labels))
    header = f"{{'descr': '|i1', 'fortran_order': False, 'shape': ({INPUTS}, {CLASSES}), }}".ljust(117) + "\n"
    weights = bytes(3 if k // (INPUTS // CLASSES) == n else 0 for k in range(INPUTS) for n in range(CLASSES))
    (folder / "weights.npy").write_bytes(
        b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + weights)
    layer = {"name": "layer", "kind": "imc_crossbar", "inputs": ["input"], "outputs": CLASSES,
             "weights": {"file": "weights.npy", "bits": 3}, "tile": {"rows": INPUTS, "columns": CLASSES},
             "cell_bits": 2, "word_lines_per_read": 5, "adc": {"bits": 6},
             "devices": {"seed": 9, "spread": 200, "stuck_low": 600, "read_noise": 200, "adc_offset": 100, "adc_inl": 300}}
    (folder / "spec.json").write_text(json.dumps(
        {"nacre": 1, "name": "dies", "input": {"kind": "values", "addresses": INPUTS, "bits": 4},
         "stages": [layer, {"name": "readout", "kind": "value_readout", "inputs": ["layer"]}],
         "dataset": {"format": "idx", "samples": "samples", "labels": "labels"}}))


def verify(folder, out, *options):
    result = subprocess.run([nacre, "verify", "spec.json", "-o", out, *options], cwd=folder, capture_output=True,
                            text=True, timeout=280)
    check(result.returncode == 0, f"{out}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    return (folder / out / "metrics.json").read_text() if result.returncode == 0 else "{}"


with tempfile.TemporaryDirectory(prefix="nacre_dies_") as text:
    folder = pathlib.Path(text)
    make_design(folder)
    one = verify(folder, "one", "--devices", "30", "--rtl-devices", "3", "--threads", "1")
    two = verify(folder, "two", "--devices", "30", "--rtl-devices", "3", "--threads", "2")
    check(one == two, f"1 and 2 threads differ:\n{one}\n{two}")
    figures = json.loads(one)
    value = {key: figure["value"] for key, figure in figures.items()}
    check(value.get("verify__devices__count") == 30, "30 dies")
    check(value.get("verify__devices__rtl__count") == 3, "3 dies on the RTL")
    check(value.get("verify__devices__accuracy__min", 1) < value.get("verify__devices__accuracy__max", 0),
          "dies of different accuracy")
    threshold = value.get("verify__devices__accuracy__ideal", 0) - 0.02
    check(abs(value.get("verify__devices__yield__threshold", 9) - threshold) < 1e-6, "default threshold")
    page = (folder / "one" / "report.html").read_text()
    for title in ("Accuracy over the dies", "Accuracy against spread", "Accuracy against converters"):
        check(title in page, f"the report lacks '{title}'")
    rough = json.loads(verify(folder, "rough", "--devices", "4", "--rtl-devices", "2", "--stalls", "0.3", "--resets", "0.4",
                              "--yield-at", "0"))
    check(rough.get("verify__devices__yield", {}).get("value") == 1, "every die has accuracy 0 or more")
    lonely = subprocess.run([nacre, "verify", "spec.json", "--yield-at", "0.9"], cwd=folder, capture_output=True, text=True)
    check(lonely.returncode == 2 and "--devices" in lonely.stderr, f"--yield-at without --devices: {lonely.stderr}")
for complaint in complaints:
    print(complaint)
print("FAIL" if complaints else "PASS")
sys.exit(1 if complaints else 0)
