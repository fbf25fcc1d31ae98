#!/usr/bin/env python3
"""Makes the test planes: the UCI digits of Debian's python3-sklearn, binarised.

    /usr/bin/python3 prepare.py [--data digits.csv.gz]

Writes test-planes.idx2-ubyte.gz (359 x 192 bytes 0, 1) and test-labels.idx1-ubyte.gz beside this
file. Input 3 p + k of pixel p = 8 row + column is 1 when the pixel, 0 ... 16, is at least the
threshold number k of 3, 8, 13. A digit is a test digit when its number mod 5 is 4.
"""

import argparse
import gzip
import hashlib
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path("/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz")
THRESHOLDS = (3, 8, 13)

# SHA-256 of the unpacked files written.
EXPECTED = {
    "test-planes.idx2-ubyte.gz": "d4f1bc781f2a57e155e74bda25d6b347f7b9847c8d80c10e21906f69e6c54447",
    "test-labels.idx1-ubyte.gz": "7e73cb4ce4141e6d08e3443da4a6aa3a96c0e2ec6327fa65055fcc1c110a51ff",
}


def read_digits(path):
    """All 1,797 digits: planes (n, 192) of 0 and 1, labels."""
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",").astype(np.int64)
    planes = table[:, :64, None] >= np.array(THRESHOLDS)
    return planes.reshape(len(table), -1).astype(np.uint8), table[:, 64].astype(np.uint8)


def is_test(count):
    return np.arange(count) % 5 == 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    arguments = parser.parse_args()
    planes, labels = read_digits(arguments.data)
    chosen = is_test(len(labels))
    good = True
    for name, array in (("test-planes.idx2-ubyte.gz", planes[chosen]),
                        ("test-labels.idx1-ubyte.gz", labels[chosen])):
        data = (bytes([0, 0, 8, array.ndim])
                + b"".join(size.to_bytes(4, "big") for size in array.shape) + array.tobytes())
        digest = hashlib.sha256(data).hexdigest()
        good &= digest == EXPECTED.get(name)
        # No time in the file: the same bytes each time.
        (HERE / name).write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
        print(f"{name}: {array.shape}, sha256 {digest}")
    if not good:
        sys.exit("error: a file differs from the one this example was measured on")


if __name__ == "__main__":
    main()
