#!/usr/bin/env python3
"""tiles_oracle.py GOLDEN_VALUES SOURCE: the examples' NumPy models of tiles (examples/imc_model.py, xnor_model.py), written
from the contracts by a third hand, must agree with the golden model on every value that reaches the readout and on every
decision: 1,000 images of imc_fashion (8 and 4 bits, 200 of the convolution), 1,000 digits of crossbar_digits, the digits
of the binarised networks on memory arrays with wrong bits."""
import pathlib
import subprocess
import sys

import numpy as np

golden_values, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(source / "examples"))
import imc_model  # noqa: E402
import xnor_model  # noqa: E402

RUNS = (("imc_fashion/spec.json", 1000), ("imc_fashion/four_bit.json", 1000), ("imc_fashion/conv.json", 200),
        ("crossbar_digits/spec.json", 1000), ("crossbar_digits/wide.json", 200), ("mram_bnn_digits/spec.json", 359),
        ("mram_bnn_digits/parallel.json", 359), ("mram_bnn_digits/pairs.json", 359),
        ("mram_bnn_digits/reference.json", 359), ("mram_bnn_mnist/spec.json", 1000))

passed = failed = 0
for name, samples in RUNS:
    path = source / "examples" / name
    spec = imc_model.read_json(path)
    inputs, _ = imc_model.read_samples(spec, path.parent)
    model = xnor_model if spec["stages"][0]["kind"] == "xnor_tile" else imc_model
    values = model.run_all(spec, path.parent, inputs[:samples], None, imc_model.VERIFY_BLOCK)
    expected = np.column_stack([values, imc_model.decide(values)])
    done = subprocess.run([golden_values, path, str(samples)], check=True, capture_output=True, text=True)
    got = np.array([[int(word) for word in line.split(",")] for line in done.stdout.splitlines()])
    if got.shape == expected.shape and got.size and (got == expected).all():
        passed += 1
        print(f"{name}: {len(got)} samples, {got.size} values equal")
        continue
    failed += 1
    print(f"{name}: golden model {got.shape}, third model {expected.shape}")
    if got.shape == expected.shape:
        sample, column = np.argwhere(got != expected)[0]
        print(f"  sample {sample}, value {column}: golden {got[sample, column]}, third {expected[sample, column]}; "
              f"{(got != expected).sum()} differ")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
