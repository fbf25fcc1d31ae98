#!/usr/bin/env python3
"""Accuracy of a binarised network over rates of wrong bits, by the integer model.

    /usr/bin/python3 sweep.py [--spec ../mram_bnn_mnist/spec.json] [--count 20]

A die is a seed; it redraws every cell and every read. Test digits throughout.
"""

import argparse
import copy
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402
import xnor_model  # noqa: E402

FIRST_SEED = 1000
RATES = (1e-3, 1e-2, 3e-2, 1e-1, 2e-1)


def with_devices(spec, devices):
    spec = copy.deepcopy(spec)
    for stage in spec["stages"]:
        if "devices" in stage:
            stage["devices"] = devices
    return spec


def accuracies(spec, folder, values, labels, seeds):
    return np.array([(imc_model.decide(xnor_model.run_all(spec, folder, values, seed)) == labels)
                     .mean() for seed in seeds])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=20, help="number of dies")
    parser.add_argument("--spec", type=pathlib.Path, default=HERE / "spec.json")
    arguments = parser.parse_args()
    spec = imc_model.read_json(arguments.spec)
    folder = arguments.spec.resolve().parent
    values, labels = imc_model.read_samples(spec, folder)
    seeds = range(FIRST_SEED, FIRST_SEED + 10 * arguments.count, 10)
    ideal = accuracies(with_devices(spec, {"level": 0}), folder, values, labels, [0]).mean()
    print(f"ideal                {ideal:.4f}")
    for key in ("transient", "persistent"):
        for rate in RATES:
            figures = accuracies(with_devices(spec, {"level": 1, key: [rate, rate]}), folder,
                                 values, labels, seeds)
            print(f"{key:10} {rate:7g}   {figures.mean():.4f}, drop "
                  f"{100 * (ideal - figures.mean()):.2f} points, worst {figures.min():.4f}",
                  flush=True)


if __name__ == "__main__":
    main()
