#!/usr/bin/env python3
"""Accuracy of the crossbar networks over dies, deviations and converter widths.

    /usr/bin/python3 sweep.py dies [--count 20]   spec.json and plain.json: ideal, and over dies
    /usr/bin/python3 sweep.py adc [--count 5]     wide.json: converters of 10 ... 3 bits

A die is a seed; it redraws every cell, stuck cell, converter and read. Test digits throughout.
"""

import argparse
import copy
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

FIRST_SEED = 1000


def accuracies(spec, values, labels, seeds):
    return np.array([(imc_model.decide(imc_model.run_all(spec, HERE, values, seed)) == labels)
                     .mean() for seed in seeds])


def with_devices(spec, change):
    """The specification with every stage's `devices` changed by a function; None: ideal."""
    spec = copy.deepcopy(spec)
    for stage in spec["stages"]:
        if "devices" in stage:
            if change is None:
                del stage["devices"]
            else:
                change(stage["devices"])
    return spec


def scaled(factor):
    def change(devices):
        devices["spread"] = [min(1023, round(factor * each)) for each in devices["spread"]]
    return change


def row(title, figures):
    text = f"{title:34} {figures.mean():.4f}"
    if len(figures) > 1:
        text += f" +- {figures.std(ddof=1):.4f}, worst {figures.min():.4f}"
    print(text, flush=True)


def dies(count):
    seeds = range(FIRST_SEED, FIRST_SEED + 10 * count, 10)
    for name in ("plain", "spec"):
        spec = imc_model.read_json(HERE / f"{name}.json")
        values, labels = imc_model.read_samples(spec, HERE)
        row(f"{name}, ideal devices", accuracies(with_devices(spec, None), values, labels, [0]))
        for factor in (0.5, 1, 1.5, 2):
            changed = with_devices(spec, scaled(factor))
            row(f"{name}, spread x {factor}", accuracies(changed, values, labels, seeds))


def adc(count):
    """The converter's range stays that of wide.json (2^(bits + shift) level steps)."""
    seeds = range(FIRST_SEED, FIRST_SEED + 10 * count, 10)
    spec = imc_model.read_json(HERE / "wide.json")
    values, labels = imc_model.read_samples(spec, HERE)
    for bits in range(10, 2, -1):
        for stage in spec["stages"]:
            if "adc" in stage:
                reach = stage["adc"]["bits"] + stage["adc"]["shift"]
                stage["adc"] = dict(stage["adc"], bits=bits, shift=reach - bits)
        if min(s["adc"]["shift"] for s in spec["stages"] if "adc" in s) < 0:
            continue
        ideal = with_devices(spec, None)
        row(f"{bits} bits, ideal devices", accuracies(ideal, values, labels, [0]))
        row(f"{bits} bits", accuracies(spec, values, labels, seeds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["dies", "adc"])
    parser.add_argument("--count", type=int, help="number of dies")
    arguments = parser.parse_args()
    if arguments.what == "dies":
        dies(arguments.count or 20)
    else:
        adc(arguments.count or 5)


if __name__ == "__main__":
    main()
