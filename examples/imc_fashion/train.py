#!/usr/bin/env python3
"""Trains the networks of spec.json, four_bit.json and conv.json and writes their weights and specs.

    /usr/bin/python3 train.py [spec four_bit conv] [--hold-out N] [--data FOLDER]

Only the 60,000 training images are read (Debian package dataset-fashion-mnist); the test images
are not opened. With --hold-out N the last N of them are kept from training, the accuracy on them
is printed after each pass and nothing is written: this is how every choice below was made.

Two phases. (1) Floating point: cross-entropy, Adam, linearly falling rate. (2) The network is put
on integers: a weight step (per stage, or per output with `per_output`) that minimises the squared
error; activations on 8 bits, whose top is the 99.95th percentile on 2,000 images; scale and shift
of the requantisation. Then training goes on through exactly that integer network, the gradient
passed straight through the roundings. The forward pass of phase 2 is the arithmetic of
docs/tile.md.

All layers are written as convolutions (a dense layer is one whose kernel covers the image): that
is also the address order of docs/tile.md, and Debian's torch convolves ten times faster than it
multiplies matrices.
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
import imc_model  # noqa: E402

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
TOP = 255  # largest input and activation: 8 bits unsigned
BATCH = 250

NETWORKS = {
    # outputs, kernel, stride, padding of each layer; the last one decides.
    "spec": {"description": "Fashion-MNIST, 784 -> 128 -> 10, weights of 8 bits",
             "layers": [(128, 28, 1, 0), (10, 1, 1, 0)], "bits": 8,
             "per_output": False, "prefix": "", "passes": (40, 8), "rate": (2e-3, 1e-4),
             "dropout": 0.2, "seed": 1, "tile": ((112, 32), (64, 10)), "digit_bits": (1, 1)},
    "four_bit": {"description": "Fashion-MNIST, 784 -> 128 -> 10, weights of 4 bits",
                 "layers": [(128, 28, 1, 0), (10, 1, 1, 0)], "bits": 4, "per_output": True,
                 "prefix": "four_bit_", "passes": (40, 20), "rate": (2e-3, 3e-4), "dropout": 0.2,
                 "seed": 1, "tile": ((112, 32), (64, 10)), "digit_bits": (1, 1)},
    "conv": {"description": "Fashion-MNIST, two convolutions and a dense layer, weights of 8 bits",
             "layers": [(16, 5, 2, 2), (32, 3, 2, 1), (10, 7, 1, 0)], "bits": 8,
             "per_output": True, "prefix": "conv_", "passes": (25, 6), "rate": (3e-3, 2e-4),
             "dropout": 0.3, "seed": 1, "tile": ((25, 16), (72, 32), (112, 10)),
             "digit_bits": (2, 1, 1)},
}


def straight_through(exact, smooth):
    """`exact` forward, the gradient of `smooth` backward."""
    return smooth + (exact - smooth).detach()


def round_half_up(x):
    return straight_through(torch.floor(x + 0.5), x)


class Layer(torch.nn.Module):
    """Convolution; in phase 2 on integers, with requantisation unless it is the last."""

    def __init__(self, inputs, outputs, kernel, stride, padding, last):
        super().__init__()
        bound = (1.0 if last else 6.0 ** 0.5) / (inputs * kernel * kernel) ** 0.5
        self.weight = torch.nn.Parameter(
            (2 * torch.rand(outputs, inputs, kernel, kernel) - 1) * bound)
        self.bias = torch.nn.Parameter(torch.zeros(outputs))
        self.stride, self.padding, self.last = stride, padding, last
        self.largest = None  # weights are -largest ... largest once on integers
        self.step = None     # value of a weight's unit, per output
        self.unit = None     # value of an input's unit
        self.out_unit = None
        self.scale, self.shift = None, 0

    def forward(self, x):
        if self.step is None:
            acc = functional.conv2d(x, self.weight, self.bias, self.stride, self.padding)
            return acc if self.last else torch.relu(acc)
        acc = functional.conv2d(x, self.integer_weight(), self.integer_bias(), self.stride,
                                self.padding)
        if self.last:
            return acc * (self.step * self.unit)[:, None, None]
        factor = (self.scale / 2.0 ** self.shift)[:, None, None]
        return torch.clamp(round_half_up(acc * factor), 0, TOP)

    def integer_weight(self):
        units = self.weight / self.step[:, None, None, None]
        return round_half_up(torch.clamp(units, -self.largest, self.largest))

    def integer_bias(self):
        return round_half_up(self.bias / (self.step * self.unit))

    def quantise(self, bits, per_output, unit, out_unit):
        self.largest = (1 << (bits - 1)) - 1
        self.unit, self.out_unit = unit, out_unit
        flat = self.weight.detach().flatten(1)
        if not per_output or self.last:
            flat = flat.reshape(1, -1)
        top = flat.abs().max(dim=1).values
        best = torch.full_like(top, float("inf"))
        step = top / self.largest
        for part in np.linspace(0.3, 1.0, 71):
            candidate = (top * part / self.largest)[:, None]
            rounded = torch.clamp(torch.round(flat / candidate), -self.largest, self.largest)
            error = ((rounded * candidate - flat) ** 2).sum(dim=1)
            step = torch.where(error < best, candidate[:, 0], step)
            best = torch.minimum(error, best)
        self.step = step.expand(len(self.weight)).clone()
        if not self.last:
            factor = self.step * unit / out_unit
            # The largest shift whose scales fit 16 bits: the finest factor.
            self.shift = int(np.floor(np.log2(65535.0 / factor.max().item())))
            self.scale = torch.round(factor * 2.0 ** self.shift)


class Network(torch.nn.Module):
    def __init__(self, layers, dropout):
        super().__init__()
        channels = [1] + [layer[0] for layer in layers]
        self.layers = torch.nn.ModuleList(
            Layer(channels[i], *layer, last=i == len(layers) - 1)
            for i, layer in enumerate(layers))
        self.dropout = dropout

    def forward(self, x):
        if self.layers[0].step is None:
            x = x / TOP
        for layer in self.layers:
            if layer.last and self.training:
                x = functional.dropout(x, self.dropout)
            x = layer(x)
        return x.flatten(1)

    @torch.no_grad()
    def quantise(self, bits, per_output, images):
        x, unit = images / TOP, 1.0 / TOP
        out_units = []
        for layer in self.layers:
            x = layer(x)
            out_units.append(torch.quantile(x.flatten()[:1 << 22], 0.9995).item() / TOP)
        for layer, out_unit in zip(self.layers, out_units):
            layer.quantise(bits, per_output, unit, out_unit)
            unit = out_unit


@torch.no_grad()
def accuracy(network, images, labels):
    network.eval()
    right = sum((network(images[i:i + 1000]).argmax(1) == labels[i:i + 1000]).sum().item()
                for i in range(0, len(images), 1000))
    network.train()
    return right / len(images)


def train(network, images, labels, passes, rate, held_out):
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    steps = passes * (len(images) // BATCH)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1.0 - s / steps)
    for number in range(passes):
        begin = time.time()
        order = torch.randperm(len(images))
        loss_sum = 0.0
        for at in range(0, len(images) - BATCH + 1, BATCH):
            part = order[at:at + BATCH]
            loss = functional.cross_entropy(network(images[part]), labels[part])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            scheduler.step()
            loss_sum += loss.item()
        text = f"pass {number} loss {loss_sum / (len(images) // BATCH):.4f}"
        if held_out is not None:
            text += f" held out {accuracy(network, *held_out):.4f}"
        print(f"{text} ({time.time() - begin:.1f} s)", flush=True)


def design(name, choice, network):
    """The specification; the weights, biases and scales are written beside this file."""
    stages, source, size, channels, last = [], "input", 28, 1, len(network.layers) - 1
    for number, layer in enumerate(network.layers):
        label = "classifier" if number == last else f"hidden{number}" if last > 1 else "hidden"
        outputs, kernel, stride, padding = choice["layers"][number]
        with torch.no_grad():
            # (outputs, channels, dy, dx) -> rows in the order of docs/tile.md
            weights = layer.integer_weight().permute(2, 3, 1, 0).reshape(-1, outputs)
            bias = layer.integer_bias().numpy().astype(np.int32)
        names = {part: f"{choice['prefix']}{label}_{part}.npy" for part in
                 ("weights", "bias", "scale")}
        np.save(HERE / names["weights"], weights.numpy().astype(np.int8))
        np.save(HERE / names["bias"], bias)
        stage = {"name": label, "kind": "imc_digital", "inputs": [source], "outputs": outputs}
        if kernel != size:
            stage["convolution"] = {"height": size, "width": size, "channels": channels,
                                    "kernel": kernel, "stride": stride, "padding": padding}
        stage["weights"] = {"file": names["weights"], "bits": choice["bits"], "signed": True}
        stage["bias_file"] = names["bias"]
        stage["bias_bits"] = imc_model.signed_bits(bias)
        rows, columns = choice["tile"][number]
        stage["tile"] = {"rows": rows, "columns": columns}
        stage["input_bits_per_cycle"] = choice["digit_bits"][number]
        if number != last:
            stage["output"] = {"bits": 8, "signed": False, "scale": 0, "shift": layer.shift,
                               "rounding": "half_up", "relu": True}
            if choice["per_output"]:
                del stage["output"]["scale"]
                stage["output"]["scale_file"] = names["scale"]
                np.save(HERE / names["scale"], layer.scale.numpy().astype(np.int32))
            else:
                stage["output"]["scale"] = int(layer.scale[0])
        stages.append(stage)
        source, channels = label, outputs
        size = (size + 2 * padding - kernel) // stride + 1
    stages.append({"name": "readout", "kind": "value_readout", "inputs": [source],
                   "report_values": True})
    return {
        "nacre": 1,
        "name": "imc_fashion" if name == "spec" else f"imc_fashion_{name}",
        "description": choice["description"],
        "input": {"kind": "values", "addresses": 28 * 28, "bits": 8},
        "stages": stages,
        "dataset": {"format": "idx", "samples": "test-images.idx3-ubyte.gz",
                    "labels": "test-labels.idx1-ubyte.gz"},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--hold-out", type=int, default=0)
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pixels = imc_model.read_idx(arguments.data / "train-images-idx3-ubyte.gz")
    classes = imc_model.read_idx(arguments.data / "train-labels-idx1-ubyte.gz")
    images = torch.tensor(pixels[:, None], dtype=torch.float32)
    labels = torch.tensor(classes.astype(np.int64))
    held_out = None
    if arguments.hold_out:
        held_out = images[-arguments.hold_out:], labels[-arguments.hold_out:]
        images, labels = images[:-arguments.hold_out], labels[:-arguments.hold_out]
    for name in arguments.networks:
        choice = NETWORKS[name]
        torch.manual_seed(choice["seed"])
        network = Network(choice["layers"], choice["dropout"])
        print(name)
        train(network, images, labels, choice["passes"][0], choice["rate"][0], held_out)
        network.quantise(choice["bits"], choice["per_output"], images[:2000])
        if held_out is not None:
            print(f"on integers: {accuracy(network, *held_out):.4f}")
        train(network, images, labels, choice["passes"][1], choice["rate"][1], held_out)
        if held_out is None:
            imc_model.write_spec(HERE / f"{name}.json",
                                 [choice["description"], "Written by train.py; see README.md."],
                                 design(name, choice, network))


if __name__ == "__main__":
    main()
