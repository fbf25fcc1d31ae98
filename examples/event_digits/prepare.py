#!/usr/bin/env python3
"""Turns real recordings of N-MNIST into event frames, and says what the network makes of them.

    /usr/bin/python3 prepare.py RECORDINGS FOLDER

RECORDINGS holds labels.txt (number of a recording, class) and <number>.bs2: five bytes an event, x,
y, polarity << 7 | time[22:16], time[15:8], time[7:0], in microseconds. Written into FOLDER, and
nothing here: nmnist-events.idx3-ubyte.gz (as data.py writes them; events after 300 ms are dropped),
nmnist-labels.idx1-ubyte.gz, and nmnist.json: spec.json with these as its data set.

The recordings are Orchard et al. 2015, under CC BY-SA 4.0: they are not part of this repository.
"""

import argparse
import os
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import event_model  # noqa: E402
import imc_model  # noqa: E402

# As in data.py, which is not read here: it needs the digits' package.
STEPS, STEP_MICROSECONDS, SIDE = 10, 30_000, 34


def frames_of(recording):
    """Event frames (STEPS, 34, 34, 2) of the bytes of one recording."""
    events = recording.reshape(-1, 5).astype(np.int64)
    x, y, polarity = events[:, 0], events[:, 1], events[:, 2] >> 7
    step = ((events[:, 2] & 127) << 16 | events[:, 3] << 8 | events[:, 4]) // STEP_MICROSECONDS
    here = (step < STEPS) & (x < SIDE) & (y < SIDE)
    frames = np.zeros((STEPS, SIDE, SIDE, 2), dtype=np.uint8)
    frames[step[here], y[here], x[here], polarity[here]] = 1
    return frames


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("recordings", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    lines = (arguments.recordings / "labels.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    frames = np.stack([frames_of(np.fromfile(arguments.recordings / f"{number}.bs2", np.uint8))
                       for number, _ in rows])
    labels = np.array([int(label) for _, label in rows])
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    event_model.write_idx_gz(folder / "nmnist-events.idx3-ubyte.gz",
                             frames.reshape(len(frames), STEPS, -1))
    event_model.write_idx_gz(folder / "nmnist-labels.idx1-ubyte.gz", labels)

    spec = imc_model.read_json(HERE / "spec.json")
    spec["name"] = "nmnist"
    for stage in spec["stages"]:
        if "weights" in stage:
            stage["weights"]["file"] = os.path.relpath(HERE / stage["weights"]["file"], folder)
    spec["dataset"] = {"format": "idx", "samples": "nmnist-events.idx3-ubyte.gz",
                       "labels": "nmnist-labels.idx1-ubyte.gz"}
    imc_model.write_spec(folder / "nmnist.json", ["Written by prepare.py of event_digits."], spec)
    event_model.classify(folder / "nmnist.json")


if __name__ == "__main__":
    main()
