#!/usr/bin/env python3
"""Trains the U-Net of spec.json, first as a float network, then as the integer spiking one.

    /usr/bin/python3 train.py [--train-dir build] [--hold-out 100]

Only the 8,000 training scenes are read. The *float network* has the same layers, joins and no
biases either; a unit is min(max(x, 0), 1), the rate of a spiking neuron under a constant input; its
input is the mean of the event frames, and a pixel is digit where the last unit's sum is at least
one half. Its weights are where the spiking network starts, those of the first layer times
MAX_SPIKES (so one in the float network is MAX_SPIKES spikes in each step); weights rounded, all
time steps, the output count (what is left in the membrane counted as a part of a spike) over STEPS
MAX_SPIKES in the place of the last sum. Loss of both: cross-entropy of SLOPE (output - 1/2), and one minus the soft
intersection over union. See ../event_train.py for the neurons.
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

STEPS, SIDE = 6, 32
WIDTHS = (8, 12, 16)  # channels of 32 x 32, 16 x 16 and 8 x 8 pixels
THRESHOLD, BITS, MEMBRANE_BITS, MAX_SPIKES = 16, 6, 10, 2
FINE_THRESHOLD = 8  # its weights are larger
SLOPE = 8.0


def network():
    a, b, c = WIDTHS
    integers = {"threshold": THRESHOLD, "bits": BITS, "membrane_bits": MEMBRANE_BITS,
                "max_spikes": MAX_SPIKES}
    shared, down = {**integers, "padding": 1}, {**integers, "padding": 1, "stride": 2}
    up = {**integers, "stride": 2, "transposed": True}
    return {
        "fine": event_train.Layer((a, 1, 3, 3), **{**shared, "threshold": FINE_THRESHOLD}),
        "middle": event_train.Layer((b, a, 3, 3), **down),
        "coarse": event_train.Layer((c, b, 3, 3), **down),
        "deep": event_train.Layer((c, c, 3, 3), **shared),
        "up_middle": event_train.Layer((c, b, 2, 2), **up),
        "mixed": event_train.Layer((b, 2 * b, 3, 3), **shared),
        "up_fine": event_train.Layer((b, a, 2, 2), **up),
        "mask": event_train.Layer((1, 2 * a, 3, 3), **shared),
    }


def forward(layers, x, unit, join):
    """The U-Net over any `unit` (layer, its input -> its output), `join` of two maps.
    Returns the output of the layer before the last, and the input of the last."""
    fine = unit(layers["fine"], x)
    middle = unit(layers["middle"], fine)
    deep = unit(layers["deep"], unit(layers["coarse"], middle))
    mixed = unit(layers["mixed"], join(middle, unit(layers["up_middle"], deep)))
    return join(fine, unit(layers["up_fine"], mixed))


def float_output(layers, x):
    """Sum of the last unit (samples, rows, columns) for the mean event frames."""
    def unit(layer, maps):
        return torch.clamp(layer.sums(maps, quantise=False), 0, 1)

    last = forward(layers, x.mean(1), unit, lambda p, q: torch.cat((p, q), 1))
    return layers["mask"].sums(last, quantise=False)[:, 0]


def spiking_output(layers, x):
    """Counts of the output pixels, with the part of a spike that is left; counts alone; the mean
    number of spikes of a hidden neuron."""
    sent = []

    def unit(layer, maps):
        spikes, _ = layer.spikes(maps)
        sent.append(spikes.sum(1).mean())
        return spikes

    last = forward(layers, x, unit, lambda p, q: torch.cat((p, q), 2))
    spikes, v = layers["mask"].spikes(last)
    counts = spikes.sum(1)[:, 0]
    return counts + v[:, 0], counts, sum(sent) / len(sent)


def loss_of(output, masks):
    logits = SLOPE * (output - 0.5)
    part = torch.sigmoid(logits)
    both = (part * masks).sum((1, 2))
    either = part.sum((1, 2)) + masks.sum((1, 2)) - both
    return (functional.binary_cross_entropy_with_logits(logits, masks)
            + (1 - both / either).mean())


def mean_iou(chosen, masks):
    """Mean over the scenes of intersection over union of the digit's pixels; both bool arrays."""
    both = (chosen & masks).sum((1, 2))
    either = (chosen | masks).sum((1, 2))
    return (both / either).mean()


def load(folder, part):
    x = imc_model.read_idx(folder / f"{part}-events.idx3-ubyte.gz")
    masks = imc_model.read_idx(folder / f"{part}-masks.idx3-ubyte.gz")
    return (torch.from_numpy(x.reshape(-1, STEPS, 1, SIDE, SIDE).copy()),
            torch.from_numpy(masks.reshape(-1, SIDE, SIDE).copy()))


def in_blocks(function, x):
    with torch.no_grad():
        return torch.cat([function(x[at:at + 100].float()) for at in range(0, len(x), 100)])


def stage(layer, name, source, lanes):
    keys = {key: value for key, value, usual in (
        ("stride", layer.stride, 1), ("padding", layer.padding, 0),
        ("transposed", layer.transposed, False)) if value != usual}
    channels = layer.weight.shape[1 if layer.transposed else 0]
    return {"name": name, "kind": "spiking_conv", "inputs": [source], "channels": channels,
            "kernel": layer.weight.shape[2], **keys, "lanes": lanes,
            "weights": {"bits": layer.bits, "file": f"{name}_weights.npy"},
            "neuron": {"membrane_bits": layer.membrane_bits, "threshold": layer.threshold,
                       "max_spikes": layer.max_spikes}}


def write_spec(layers, folder):
    def join(name, *sources):
        return {"name": name, "kind": "event_join", "inputs": list(sources), "mode": "concatenate",
                "order": "input"}

    def conv(name, source, lanes):
        return stage(layers[name], name, source, lanes)

    description = "A spiking U-Net separates digits from clutter, scenes of 32 x 32 pixels"
    spec = {
        "nacre": 1,
        "name": "unet_segmentation",
        "description": description,
        "input": {"kind": "events", "map": [SIDE, SIDE, 1]},
        "stages": [
            conv("fine", "input", 8), conv("middle", "fine", 4), conv("coarse", "middle", 16),
            conv("deep", "coarse", 16), conv("up_middle", "deep", 4),
            join("skip_middle", "middle", "up_middle"), conv("mixed", "skip_middle", 4),
            conv("up_fine", "mixed", 8), join("skip_fine", "fine", "up_fine"),
            conv("mask", "skip_fine", 1)],
        "dataset": {"format": "idx", "samples": "test-events.idx3-ubyte.gz",
                    "masks": "test-masks.idx3-ubyte.gz", "mask_spikes": 6},
    }
    imc_model.write_spec(folder / "spec.json", [description + ".",
                                                "Written by train.py; see README.md."], spec)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--output-dir", type=pathlib.Path, default=HERE)
    parser.add_argument("--float-weights", type=pathlib.Path,
                        help="begin with the spiking network, from this float_weights.npz")
    parser.add_argument("--hold-out", type=int, default=100, help="scenes kept from training")
    parser.add_argument("--float-passes", type=int, default=12)
    parser.add_argument("--passes", type=int, default=20, help="of 1,000 scenes")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x, masks = load(arguments.train_dir, "train")
    count = len(x) - arguments.hold_out
    held_x, held_masks = x[count:], masks[count:].bool().numpy()
    layers = network()
    weights = [layer.weight for layer in layers.values()]
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    began = time.time()

    def float_loss(chosen):
        return loss_of(float_output(layers, x[chosen].float()), masks[chosen].float())

    def float_report(number, total):
        text = ""
        if arguments.hold_out:
            output = in_blocks(lambda part: float_output(layers, part), held_x)
            text = f", held out {mean_iou((output >= 0.5).numpy(), held_masks):.4f}"
        print(f"float pass {number}: loss {total:.4f}{text}, {time.time() - began:.0f} s",
              flush=True)

    def spiking_loss(chosen):
        output, _, _ = spiking_output(layers, x[chosen].float())
        return loss_of(output / (STEPS * MAX_SPIKES), masks[chosen].float())

    def spiking_report(number, total):
        text = ""
        if arguments.hold_out:
            counts = in_blocks(lambda part: spiking_output(layers, part)[1], held_x)
            text = ", held out " + " ".join(
                f"{mean_iou((counts >= least).numpy(), held_masks):.4f}"
                for least in range(1, STEPS * MAX_SPIKES + 1))
        with torch.no_grad():
            spikes = spiking_output(layers, x[:50].float())[2]
        for name, layer in layers.items():
            np.save(arguments.output_dir / f"{name}_weights.npy", layer.integers())
        print(f"spiking, {number + 1} passes: loss {total:.4f}{text}, spikes per hidden neuron "
              f"{spikes:.3f}, {time.time() - began:.0f} s", flush=True)

    if arguments.float_weights:
        with torch.no_grad(), np.load(arguments.float_weights) as stored:
            for name, layer in layers.items():
                layer.weight.copy_(torch.from_numpy(stored[name]))
    else:
        event_train.optimise(weights, count, arguments.float_passes, 25, 0.003, float_loss,
                             float_report)
        np.savez(arguments.output_dir / "float_weights.npz",
                 **{name: layer.weight.detach().numpy() for name, layer in layers.items()})
    with torch.no_grad():
        layers["fine"].weight *= MAX_SPIKES
    spiking_report(-1, float("nan"))
    event_train.optimise(weights, count, arguments.passes, 10, 0.001, spiking_loss, spiking_report,
                         length=1000)
    write_spec(layers, arguments.output_dir)


if __name__ == "__main__":
    main()
