#!/usr/bin/env python3
"""Makes the tokens: a digit's rows, 12 x 12 pixels reduced to 8 x 8.

    /usr/bin/python3 data.py

Reads the test digits of ../spirit_digits and writes test-tokens.idx3-ubyte (2,000 x 8 tokens x 8
values of 8 bits) beside this file. train.py reduces the training digits by the same function.
"""

import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

TOKENS = 8


def reduce_digits(images):
    """(n, 12, 12) -> (n, 8, 8) by area averaging: an output pixel covers 1.5 x 1.5 input pixels.
    In integers, rounded to nearest, halves up."""
    # Half pixels: each output covers three halves of input pixels.
    halves = images.astype(np.int64).repeat(2, axis=1).repeat(2, axis=2)
    total = halves.reshape(len(images), TOKENS, 3, TOKENS, 3).sum(axis=(2, 4))
    return ((2 * total + 9) // 18).astype(np.uint8)


def main():
    images = imc_model.read_idx(HERE.parent / "spirit_digits/test-images.idx3-ubyte")
    tokens = reduce_digits(images)
    header = bytes([0, 0, 8, 3]) + b"".join(size.to_bytes(4, "big") for size in tokens.shape)
    (HERE / "test-tokens.idx3-ubyte").write_bytes(header + tokens.tobytes())
    print(f"test-tokens.idx3-ubyte: {tokens.shape}")


if __name__ == "__main__":
    main()
