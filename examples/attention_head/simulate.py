#!/usr/bin/env python3
"""The integer head on the test tokens: accuracy, likeness to the real head, every value.

    /usr/bin/python3 simulate.py [--write]

Compares its outputs and sums with expected_outputs.npy and expected_sums.npy, which a unit test
compares with nacre's golden model; closes with an error where one differs. --write writes them.
"""

import argparse
import pathlib
import sys

import numpy as np

import head as integer_head
import imc_model

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the expected values")
    arguments = parser.parse_args()
    head = integer_head.load()
    tokens = imc_model.read_idx(HERE / "test-tokens.idx3-ubyte").astype(np.int64) >> 4
    labels = imc_model.read_idx(HERE.parent / "spirit_digits/test-labels.idx1-ubyte")

    outputs, words = integer_head.attend(*integer_head.project(tokens, head), head)
    sums = integer_head.classify(outputs, head)
    print(f"samples                       {len(labels)}, {tokens.shape[1]} tokens each")
    print(f"accuracy, integer readout     {(sums.argmax(axis=1) == labels).mean():.4f}")
    for ranges, name in ((True, "real head, same ranges  "), (False, "real head, not cut      ")):
        real = integer_head.attend_real(tokens, head, ranges)
        cosine, ratio = integer_head.likeness(outputs, real)
        print(f"{name}      cosine {cosine:.4f}, {ratio:.1f} dB")
    print(f"a: mean {words.mean():.2f}, at 0 {(words == 0).mean():.3f}, "
          f"at 15 {(words == 15).mean():.3f}")
    differ = 0
    for name, values in (("outputs", outputs.reshape(len(outputs), -1).astype(np.int8)),
                         ("sums", sums.astype(np.int32))):
        file = HERE / f"expected_{name}.npy"
        if arguments.write:
            np.save(file, values)
        differ += int((np.load(file) != values).sum())
    print(f"values unlike the expected    {differ}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
