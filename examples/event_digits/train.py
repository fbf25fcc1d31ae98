#!/usr/bin/env python3
"""Trains the network of spec.json on the recordings of data.py; writes weights and specification.

    /usr/bin/python3 train.py [--train-dir build] [--hold-out 1000]

Only the 8,000 training recordings are read. Cross-entropy of the output counts (what is left in the
output membranes counted as parts of a spike), a small price on spikes, recordings moved by up to
one pixel. See ../event_train.py for the neurons.
"""

import argparse
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as functional

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import event_train  # noqa: E402
import imc_model  # noqa: E402

STEPS, SIDE, CHANNELS = 10, 34, 2
FEATURES, POOL = (12, 24), 3
LANES = (4, 8)
SLOPE = 0.6        # of the counts in the softmax
SPIKE_PRICE = 0.5  # of the mean number of spikes per neuron


def network():
    first, second = FEATURES
    return {
        "edges": event_train.Layer((first, CHANNELS, 3, 3), 12, 4, 8, stride=2, padding=1,
                                   deviation=0.3),
        "parts": event_train.Layer((second, first, 3, 3), 12, 4, 8, stride=2, padding=1,
                                   deviation=0.2),
        "classifier": event_train.Layer((10, second, 3, 3), 24, 5, 10, deviation=0.1),
    }


def forward(layers, x):
    """Counts of the classes (samples, 10), with parts, and mean spikes of the hidden layers."""
    edges, _ = layers["edges"].spikes(x)
    parts, _ = layers["parts"].spikes(edges)
    pooled = functional.max_pool2d(parts.flatten(0, 1), POOL).unflatten(0, parts.shape[:2])
    spikes, v = layers["classifier"].spikes(pooled)
    return (spikes.sum(1) + v).flatten(1), edges.sum(1).mean() + parts.sum(1).mean()


def load(path, samples):
    x = imc_model.read_idx(path)[:samples].reshape(-1, STEPS, SIDE, SIDE, CHANNELS)
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 1, 4, 2, 3)))


def moved(x, shift):
    return torch.roll(x, shift, dims=(-2, -1))


def accuracy(layers, x, labels):
    right = 0
    with torch.no_grad():
        for at in range(0, len(x), 200):
            counts, _ = forward(layers, x[at:at + 200].float())
            right += (counts.argmax(1) == labels[at:at + 200]).sum().item()
    return right / max(1, len(x))


def stage(layers, name, kind, source, **keys):
    return {"name": name, "kind": kind, "inputs": [source], **keys,
            "weights": {"bits": layers[name].bits, "file": f"{name}_weights.npy"},
            "neuron": {"membrane_bits": layers[name].membrane_bits,
                       "threshold": layers[name].threshold}}


def write(layers, folder):
    """Weights and specification."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, layer in layers.items():
        weights = layer.integers()
        if name == "classifier":
            # Inputs of the dense layer are numbered as the pooled map: (y * 3 + x) * channels + c.
            weights = weights.transpose(0, 2, 3, 1).reshape(10, -1)
        np.save(folder / f"{name}_weights.npy", weights)
    conv = {"kernel": 3, "stride": 2, "padding": 1}
    spec = {
        "nacre": 1,
        "name": "event_digits",
        "description": "Digits seen by an event camera, two convolutions, pooling, a classifier",
        "input": {"kind": "events", "map": [SIDE, SIDE, CHANNELS]},
        "stages": [
            stage(layers, "edges", "spiking_conv", "input", channels=FEATURES[0], **conv,
                  lanes=LANES[0]),
            stage(layers, "parts", "spiking_conv", "edges", channels=FEATURES[1], **conv,
                  lanes=LANES[1]),
            {"name": "pool", "kind": "event_map", "inputs": ["parts"], "operation": "or_pool",
             "kernel": POOL},
            stage(layers, "classifier", "spiking_dense", "pool", neurons=10, lanes=2),
            {"name": "readout", "kind": "spike_readout", "inputs": ["classifier"], "rule": "count",
             "report_counts": True}],
        "dataset": {"format": "idx", "samples": "test-events.idx3-ubyte.gz",
                    "labels": "test-labels.idx1-ubyte.gz"},
    }
    imc_model.write_spec(folder / "spec.json", [spec["description"] + ".",
                                                "Written by train.py; see README.md."], spec)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--output-dir", type=pathlib.Path, default=HERE)
    parser.add_argument("--hold-out", type=int, default=1000, help="recordings kept from training")
    parser.add_argument("--passes", type=int, default=12)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x = load(arguments.train_dir / "train-events.idx3-ubyte.gz", None)
    labels = torch.from_numpy(
        imc_model.read_idx(arguments.train_dir / "train-labels.idx1-ubyte.gz").astype(np.int64))
    count = len(x) - arguments.hold_out
    layers = network()
    began = time.time()

    def loss(chosen):
        shift = tuple(torch.randint(-1, 2, (2,)).tolist())
        counts, spikes = forward(layers, moved(x[chosen].float(), shift))
        return (functional.cross_entropy(counts * SLOPE, labels[chosen])
                + SPIKE_PRICE * spikes / STEPS)

    def report(number, total):
        with torch.no_grad():
            _, spikes = forward(layers, x[:100].float())
        held = accuracy(layers, x[count:], labels[count:])
        print(f"pass {number}: loss {total:.4f}, spikes per hidden neuron {spikes:.3f}, held out "
              f"{held:.4f}, {time.time() - began:.0f} s", flush=True)

    event_train.optimise([layer.weight for layer in layers.values()], count, arguments.passes, 50,
                         0.003, loss, report)
    write(layers, arguments.output_dir)


if __name__ == "__main__":
    main()
