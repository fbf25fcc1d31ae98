#!/usr/bin/env python3
"""Makes pairs of 8 x 8 matrices of signed bytes and their products.

    /usr/bin/python3 data.py

Writes beside this file:
    a.npy, b.npy            int8, (16, 8, 8)
    products.npy            int32, (16, 8, 8): a[n] @ b[n], exact
    samples.idx2-ubyte      16 x 128 bytes: a[n] row by row, then b[n] row by row, two's complement
"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SIDE, PAIRS, SEED = 8, 16, 1


def pairs():
    """Six pairs of corners, then random ones."""
    random = np.random.default_rng(SEED)
    a = random.integers(-128, 128, (PAIRS, SIDE, SIDE), dtype=np.int8)
    b = random.integers(-128, 128, (PAIRS, SIDE, SIDE), dtype=np.int8)
    lowest = np.full((SIDE, SIDE), -128, dtype=np.int8)
    highest = np.full((SIDE, SIDE), 127, dtype=np.int8)
    identity = np.eye(SIDE, dtype=np.int8)
    a[0], b[0] = lowest, lowest      # the largest sums: 8 * 128 * 128 = 131,072
    a[1], b[1] = lowest, highest     # the smallest: -130,048
    a[2], b[2] = highest, highest
    a[3] = identity                  # b as it is
    b[4] = identity[:, ::-1]         # a, its columns mirrored
    a[5] = 0
    return a, b


def main():
    a, b = pairs()
    products = a.astype(np.int32) @ b.astype(np.int32)
    for name, array in (("a", a), ("b", b), ("products", products)):
        np.save(HERE / f"{name}.npy", array)
    samples = np.concatenate([a.reshape(PAIRS, -1), b.reshape(PAIRS, -1)], axis=1).view(np.uint8)
    header = bytes([0, 0, 8, 2]) + b"".join(size.to_bytes(4, "big") for size in samples.shape)
    (HERE / "samples.idx2-ubyte").write_bytes(header + samples.tobytes())
    print(f"{PAIRS} pairs, products {products.min()} ... {products.max()}")


if __name__ == "__main__":
    main()
