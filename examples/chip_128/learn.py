#!/usr/bin/env python3
"""Learns the filters of two convolutions from event digits; writes weights, traffic and spec.json.

    /usr/bin/python3 learn.py --train-dir BUILD

BUILD holds the training recordings of ../event_digits/data.py. No labels: the 64 filters of the
first layer (2 -> 64 channels, 34 x 34, padding 1) and the 128 of the chip's (64 -> 128) are the
centres of spherical k-means clusters of the 3 x 3 windows that their inputs show, each summed over
WINDOW_STEPS time steps (Coates and Ng, Learning Feature Representations with K-means, 2012), less
so much of the mean of all centres that a window excites the share SELECTED of the filters, scaled
to 4 bits. The thresholds are then the smallest at which the mean activity stays within FIRST_RATE
and SECOND_RATE spikes per neuron and step.

The traffic of the chip are the first layer's spikes on the first RECORDINGS test recordings.
"""

import argparse
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import event_model  # noqa: E402
import imc_model  # noqa: E402

STEPS, SIDE, CHANNELS = 10, 34, 2
FIRST, SECOND = 64, 128
CORES, LANES = 8, 16
WINDOW_STEPS = 3       # a membrane collects a window's events over about so many steps
WINDOWS = 20_000       # that each clustering sees
PASSES = 10
SELECTED = (0.25, 0.1)     # of the first layer, and of the chip
MOST_WEIGHT = 7
MEMBRANE_BITS = 8
FIRST_RATE, SECOND_RATE = 0.04, 0.01
LEARN, TUNE = 40, 8    # recordings for the clusters, and for the chip's threshold
RECORDINGS = 4


def windows_of(maps):
    """3 x 3 windows (..., rows - 2, columns - 2, channels * 9) of maps (..., rows, columns, c)."""
    view = np.lib.stride_tricks.sliding_window_view(maps, (3, 3), axis=(-3, -2))
    return view.reshape(*view.shape[:-3], -1)


def padded(maps):
    return np.pad(maps, [(0, 0)] * (maps.ndim - 3) + [(1, 1), (1, 1), (0, 0)])


def clusters(windows, count, random):
    """Centres of unit length (count, size) of windows, each scaled to unit length."""
    points = windows / np.linalg.norm(windows, axis=1, keepdims=True)
    centres = points[random.choice(len(points), count, replace=False)]
    for _ in range(PASSES):
        nearest = (points @ centres.T).argmax(axis=1)
        for number in range(count):
            mine = points[nearest == number]
            # A centre without points begins anew at some point.
            centre = mine.sum(axis=0) if len(mine) else points[random.integers(len(points))]
            centres[number] = centre / np.linalg.norm(centre)
    return centres


def filters(maps, count, least, selected, random):
    """Weights (count, channels, 3, 3) from maps (recordings, steps, rows, columns, channels);
    windows with fewer than `least` events are left out, `selected` is the share of SELECTED."""
    summed = sum(maps[:, k:maps.shape[1] - WINDOW_STEPS + 1 + k] for k in range(WINDOW_STEPS))
    chosen, channels = [], maps.shape[-1]
    for recording in summed:
        windows = windows_of(recording).reshape(-1, channels * 9)
        busy = np.flatnonzero(windows.sum(axis=1) >= least)
        some = random.choice(busy, min(len(busy), WINDOWS // len(summed)), replace=False)
        chosen.append(windows[some].astype(np.float32))
    windows = np.concatenate(chosen)
    centres = clusters(windows, count, random)
    mean = centres.mean(axis=0)
    ratios = (windows @ centres.T) / (windows @ mean)[:, None]
    centres = centres - np.quantile(ratios, 1 - selected) * mean
    scaled = centres * (MOST_WEIGHT / np.abs(centres).max(axis=1, keepdims=True))
    return np.round(scaled).astype(np.int8).reshape(count, channels, 3, 3)


def spikes_of(sums, threshold):
    """Neurons with reset `subtract` on sums (recordings, steps, ...); saturated once per step."""
    v, sent = np.zeros_like(sums[:, 0]), np.zeros(sums.shape, dtype=np.uint8)
    half = 1 << (MEMBRANE_BITS - 1)
    for step in range(sums.shape[1]):
        v = np.clip(v + sums[:, step], -half, half - 1)
        sent[:, step] = v >= threshold
        v -= threshold * sent[:, step]
    return sent


def sums_of(maps, weights):
    windows = windows_of(maps).astype(np.float32)
    return windows @ weights.reshape(len(weights), -1).T.astype(np.float32)


def tuned(sums, rate):
    """The smallest threshold at which the mean activity is at most `rate`, and its spikes."""
    for threshold in range(1, 1 << (MEMBRANE_BITS - 1)):
        sent = spikes_of(sums, threshold)
        if sent.mean() <= rate:
            return threshold, sent
    raise ValueError("no threshold makes the layer quiet enough")


def load(path, recordings):
    return imc_model.read_idx(path)[:recordings].reshape(-1, STEPS, SIDE, SIDE, CHANNELS)


def core(number, threshold):
    return {"name": f"core{number}", "kind": "spiking_conv", "inputs": ["input"],
            "channels": LANES, "kernel": 3,
            "slice": {"first": number * LANES, "of": SECOND}, "lanes": LANES,
            "weights": {"bits": 4, "file": "weights.npy"},
            "neuron": {"membrane_bits": MEMBRANE_BITS, "threshold": threshold}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train-dir", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    random = np.random.default_rng(1)
    recordings = load(arguments.train_dir / "train-events.idx3-ubyte.gz", LEARN)

    first = filters(recordings, FIRST, 3, SELECTED[0], random)
    first_threshold, maps = tuned(sums_of(padded(recordings), first), FIRST_RATE)
    print(f"first layer: threshold {first_threshold}, activity {maps.mean():.4f}", flush=True)
    weights = filters(maps, SECOND, 6, SELECTED[1], random)
    threshold, sent = tuned(sums_of(maps[:TUNE], weights), SECOND_RATE)
    print(f"chip: threshold {threshold}, activity {sent.mean():.4f}, of its neurons "
          f"{sent.any(axis=(0, 1)).mean():.3f} spike in {TUNE} recordings", flush=True)

    test = load(HERE.parent / "event_digits/test-events.idx3-ubyte.gz", RECORDINGS)
    traffic = spikes_of(sums_of(padded(test), first), first_threshold)
    per_step = traffic.reshape(RECORDINGS, STEPS, -1).mean(axis=2)
    print(f"traffic: activity {per_step.mean():.4f}, of a step {per_step.min():.4f} ... "
          f"{per_step.max():.4f}")
    event_model.write_idx_gz(HERE / "traffic.idx3-ubyte.gz",
                             traffic.reshape(RECORDINGS, STEPS, -1))
    np.save(HERE / "first_weights.npy", first)
    np.save(HERE / "weights.npy", weights)
    description = "The reference chip: 64 -> 128 channels, 34 x 34 -> 32 x 32, eight cores of 16 lanes"
    spec = {
        "nacre": 1,
        "name": "chip_128",
        "description": description,
        "input": {"kind": "events", "map": [SIDE, SIDE, FIRST]},
        "counters": "full",
        "stages": [core(number, threshold) for number in range(CORES)] + [
            {"name": "merge", "kind": "event_join",
             "inputs": [f"core{number}" for number in range(CORES)], "mode": "concatenate",
             "order": "address"}],
        "dataset": {"format": "idx", "samples": "traffic.idx3-ubyte.gz"},
    }
    imc_model.write_spec(HERE / "spec.json", [description + ".",
                                              "Written by learn.py; see README.md."], spec)


if __name__ == "__main__":
    main()
