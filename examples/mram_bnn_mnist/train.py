#!/usr/bin/env python3
"""Trains the network and writes its weights, thresholds and the specification.

    /usr/bin/python3 train.py [--train-dir FOLDER] [--hold-out N]

Only the 8,000 training digits are read (data.py rebuilds them). With --hold-out N the last N of
them are kept from training, the accuracy on them is printed and nothing is written.

How it is trained: ../xnor_train.py.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402
import xnor_train  # noqa: E402

CHOICE = {"sizes": (784, 256, 256, 10), "noise": 0.05, "passes": 30, "rate": 0.005, "batch": 100,
          "slope": 1.0, "seed": 1}


def array(columns, tiles, seed):
    return {"organisation": "row_serial", "row_bits": columns, "tiles": tiles,
            "sensing": "differential", "timing": {"precharge": 1, "evaluate": 1},
            "devices": {"level": 1, "seed": seed, "persistent": [0.001, 0.001],
                        "transient": [0.001, 0.001]}}


# A neuron of the first layer is two reads of seven arrays of 56 columns, of the others one read of
# four arrays.
ARRAYS = [("hidden0", array(56, 7, 1)), ("hidden1", array(64, 4, 2)),
          ("classifier", array(64, 4, 3))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--hold-out", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pixels = imc_model.read_idx(arguments.train_dir / "train-pixels.idx2-ubyte")
    labels = imc_model.read_idx(arguments.train_dir / "train-labels.idx1-ubyte").astype(np.int64)
    used = len(pixels) - arguments.hold_out
    network = xnor_train.train(CHOICE, torch.tensor(pixels[:used], dtype=torch.float32),
                               torch.tensor(labels[:used]))
    if arguments.hold_out:
        xnor_train.report(network, pixels[used:], labels[used:])
        return
    description = "Binarised MNIST digits, 784 -> 256 -> 256 -> 10"
    design = {
        "nacre": 1,
        "name": "mram_bnn_mnist",
        "description": description,
        "input": {"kind": "values", "addresses": 784, "bits": 1},
        "stages": xnor_train.write(network, HERE, ARRAYS),
        "dataset": {"format": "idx", "samples": "test-pixels.idx2-ubyte.gz",
                    "labels": "../spirit_digits/test-labels.idx1-ubyte"},
    }
    imc_model.write_spec(HERE / "spec.json", [description, "Written by train.py; see README.md."],
                         design)


if __name__ == "__main__":
    main()
