#!/usr/bin/env python3
"""Integer model of spec.json on its scenes: intersection over union of the digits' pixels, activity.

    /usr/bin/python3 simulate.py [--spec spec.json] [--limit N] [--csv scenes.csv] [--show N]

A pixel is digit when it has sent at least COUNT spikes. --show prints scene N: events, the mask, what
the network says. Contracts: docs/neuron.md and the README.md of the kinds; the arithmetic is in
../event_model.py.
"""

import argparse
import csv
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import event_model  # noqa: E402
import imc_model  # noqa: E402

SIDE = 32
COUNT = 6  # half of the most spikes that a pixel can send


def show(frames, mask, chosen):
    """The scene as text: events of all steps, mask, answer."""
    seen = frames.reshape(-1, SIDE, SIDE).sum(axis=0)
    for row in range(SIDE):
        print("".join(".123456789"[n] for n in seen[row]), "".join(".#"[n] for n in mask[row]),
              "".join(".#"[int(n)] for n in chosen[row]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spec", type=pathlib.Path, default=HERE / "spec.json")
    parser.add_argument("--limit", type=int, help="only the first N scenes")
    parser.add_argument("--csv", type=pathlib.Path, help="write one line per scene")
    parser.add_argument("--show", type=int, help="print this scene alone")
    arguments = parser.parse_args()
    network = event_model.Network(arguments.spec)
    last = network.stages[-1]["name"]
    frames = network.samples()[0]
    masks = imc_model.read_idx(HERE / "test-masks.idx3-ubyte.gz")
    scenes = range(len(frames))[:arguments.limit]
    if arguments.show is not None:
        scenes = [arguments.show]
    rows, totals = [], {}
    for number in scenes:
        streams, models = network.run(frames[number])
        count = event_model.counts(streams[last], SIDE * SIDE).reshape(SIDE, SIDE)
        chosen, mask = count >= COUNT, masks[number] != 0
        iou = (chosen & mask).sum() / (chosen | mask).sum()
        rows.append([number, mask.sum(), chosen.sum(), f"{iou:.6f}"])
        event_model.add_activity(totals, streams, models)
        if arguments.show is not None:
            show(frames[number], masks[number], chosen)
    ious = np.array([float(row[3]) for row in rows])
    print(f"scenes   {len(rows)}\nmean IoU {ious.mean():.4f} (standard error "
          f"{ious.std() / max(1, len(rows) - 1) ** 0.5:.4f})\nper scene:")
    event_model.report_activity(totals, len(rows))
    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["scene", "digit_pixels", "pixels_sent", "iou"])
            writer.writerows(rows)


if __name__ == "__main__":
    main()
