#!/usr/bin/env python3
"""The two networks by their definition: accuracy, values and decisions.

    /usr/bin/python3 simulate.py [--spec conv.json] [--csv decisions.csv] [--npy values.npy]
        [--limit N]

It knows nothing of rows and programs: it reads weights (K, outputs), and its arithmetic is that of
docs/tile.md (../imc_model.py). So rows and programs are checked against it.
"""

import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

SHIFT = 33  # y = clip(round(acc * scale / 2^SHIFT), 0, 255), halves up
CONVOLUTION = {"height": 12, "width": 12, "channels": 1, "kernel": 3}
POOL_SIDE = 2


def load(file):
    return np.load(HERE / f"{file}.npy").astype(np.int64)


def layer(x, name):
    """Sums (..., outputs) of inputs (..., K)."""
    return x @ load(f"{name}_weights") + load(f"{name}_bias")


def requantise(acc, name):
    output = {"bits": 8, "signed": False, "scale": int(load(f"{name}_scale")[0]), "shift": SHIFT,
              "rounding": "half_up", "relu": True}
    return imc_model.requantise(acc, {"output": output}, HERE)


def pool(acc):
    """The largest of each 2 x 2 positions: (samples, 100, channels) -> (samples, 25, channels)."""
    side = CONVOLUTION["height"] - CONVOLUTION["kernel"] + 1
    squares = acc.reshape(len(acc), side // POOL_SIDE, POOL_SIDE, side // POOL_SIDE, POOL_SIDE, -1)
    return squares.max(axis=(2, 4)).reshape(len(acc), (side // POOL_SIDE) ** 2, -1)


def dense(x):
    return layer(requantise(layer(x, "hidden"), "hidden"), "classifier")


def conv(x):
    acc = layer(imc_model.patches(x, CONVOLUTION), "conv_hidden")
    hidden = requantise(pool(acc), "conv_hidden")
    return layer(hidden.reshape(len(x), -1), "conv_classifier")


NETWORKS = {"csram_network": dense, "csram_network_conv": conv}


def scores(spec, folder, values, seed, reset_every):
    """As imc_model.run_all; nothing here is random or outlives a sample."""
    return NETWORKS[spec["name"]](values)


if __name__ == "__main__":
    imc_model.main(__doc__, HERE / "spec.json", scores)
