#!/usr/bin/env python3
"""Trains the network and writes its weights, thresholds and specifications.

    /usr/bin/python3 train.py [--data digits.csv.gz] [--split last] [--fold F]

Only the 1,438 training digits are read (prepare.py tells which). With --fold F (0 ... 4) a fifth of
them is kept from training, its accuracy is printed and nothing is written: this is how every choice
below was made. With --split last the network is trained on the first four fifths of all digits and
tested on the others, many of whose writers it has not seen; nothing is written.

How it is trained: ../xnor_train.py.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch

import prepare

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402
import xnor_train  # noqa: E402

CHOICE = {"sizes": (192, 256, 10), "noise": 0.2, "passes": 60, "rate": 0.01, "batch": 50,
          "slope": 1.0, "seed": 1}
TIMING = {"precharge": 1, "evaluate": 1}


def devices(seed):
    """One read in a thousand is wrong, and one cell in a thousand for good."""
    return {"level": 1, "seed": seed, "persistent": [0.001, 0.001], "transient": [0.001, 0.001]}


def wide_spread(seed):
    """Resistances with a spread of 12 % and a TMR of 60 %: two devices a bit read 0.4 % of the bits
    wrong, one device against a reference 3.5 % (docs/mtj_array.md tells which equations)."""
    return {"level": 2, "seed": seed, "disturb": 0,
            "physics": {"diameter_nm": 50, "ra_ohm_um2": 9.8, "tmr": 0.6, "sigma_resistance": 0.12,
                        "sigma_tmr": 0.04, "access_ohm": 3000, "sigma_access": 0.05,
                        "sense_offset": 0.02, "reference_sigma": 0.02, "read_noise": 0.005,
                        "metastable_zone": 0.002}}


# Arrays of 64 columns: a neuron of either layer is one read of all arrays. Or an input is one read.
def row_serial(tiles, sensing, devices):
    return {"organisation": "row_serial", "row_bits": 64, "tiles": tiles, "sensing": sensing,
            "timing": TIMING, "devices": devices}


def parallel(columns, devices):
    return {"organisation": "parallel", "row_bits": columns, "sensing": "differential",
            "timing": TIMING, "devices": devices}


ARRAYS = {
    "spec": (row_serial(3, "differential", devices(1)), row_serial(4, "differential", devices(2))),
    "parallel": (parallel(64, devices(1)), parallel(10, devices(2))),
    "pairs": (row_serial(3, "differential", wide_spread(1)),
              row_serial(4, "differential", wide_spread(2))),
    "reference": (row_serial(3, "reference", wide_spread(1)),
                  row_serial(4, "reference", wide_spread(2))),
}
COMMENTS = {
    "spec": "UCI digits on a binarised network in magnetic memory, a neuron per read.",
    "parallel": "As spec.json; an input per read, all neurons count at once.",
    "pairs": "As spec.json, on resistances with a wide spread; two devices a bit.",
    "reference": "As pairs.json, but one device a bit, read against a reference.",
}


def tensors(planes, labels):
    return (torch.tensor(planes, dtype=torch.float32), torch.tensor(labels.astype(np.int64)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path, default=prepare.DATA)
    parser.add_argument("--fold", type=int, choices=range(5))
    parser.add_argument("--split", choices=["every_fifth", "last"], default="every_fifth")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    planes, labels = prepare.read_digits(arguments.data)
    if arguments.split == "last":
        held_out = np.arange(len(labels)) >= len(labels) * 4 // 5
    else:
        train = ~prepare.is_test(len(labels))
        planes, labels = planes[train], labels[train]
        held_out = np.arange(len(labels)) % 5 == arguments.fold
    network = xnor_train.train(CHOICE, *tensors(planes[~held_out], labels[~held_out]))
    if held_out.any():
        xnor_train.report(network, planes[held_out], labels[held_out])
        return
    for name, (hidden, classifier) in ARRAYS.items():
        design = {
            "nacre": 1,
            "name": "mram_bnn_digits" if name == "spec" else f"mram_bnn_digits_{name}",
            "description": "Binarised digits, 192 -> 256 -> 10",
            "input": {"kind": "values", "addresses": 192, "bits": 1},
            "stages": xnor_train.write(network, HERE,
                                       [("hidden", hidden), ("classifier", classifier)]),
            "dataset": {"format": "idx", "samples": "test-planes.idx2-ubyte.gz",
                        "labels": "test-labels.idx1-ubyte.gz"},
        }
        imc_model.write_spec(HERE / f"{name}.json",
                             [COMMENTS[name], "Written by train.py; see README.md."], design)


if __name__ == "__main__":
    main()
