#!/usr/bin/env python3
"""The integer head on the test tokens: accuracy, likeness to the real head, outputs as .npy.

    /usr/bin/python3 simulate.py [--outputs outputs.npy]
"""

import argparse
import pathlib
import sys

import numpy as np

import head as integer_head

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--outputs", type=pathlib.Path,
                        help="write the outputs, int8 (samples, tokens, 16)")
    arguments = parser.parse_args()
    head = integer_head.load()
    tokens = imc_model.read_idx(HERE / "test-tokens.idx3-ubyte").astype(np.int64) >> 4
    labels = imc_model.read_idx(HERE.parent / "spirit_digits/test-labels.idx1-ubyte")

    outputs, words = integer_head.attend(*integer_head.project(tokens, head), head)
    decisions = integer_head.classify(outputs, head).argmax(axis=1)
    print(f"samples                       {len(labels)}, {tokens.shape[1]} tokens each")
    print(f"accuracy, integer readout     {(decisions == labels).mean():.4f}")
    for ranges, name in ((True, "real head, same ranges  "), (False, "real head, not cut      ")):
        real = integer_head.attend_real(tokens, head, ranges)
        cosine, ratio = integer_head.likeness(outputs, real)
        print(f"{name}      cosine {cosine:.4f}, {ratio:.1f} dB")
    print(f"a: mean {words.mean():.2f}, at 0 {(words == 0).mean():.3f}, "
          f"at 15 {(words == 15).mean():.3f}")
    if arguments.outputs:
        np.save(arguments.outputs, outputs.astype(np.int8))


if __name__ == "__main__":
    main()
