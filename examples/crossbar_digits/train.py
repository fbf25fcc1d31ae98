#!/usr/bin/env python3
"""Trains the networks on 4-bit cells and writes their weights and specifications.

    /usr/bin/python3 train.py [spec plain wide conv] [--train-dir FOLDER] [--hold-out N]

Only the 8,000 training digits are read (examples/spirit_digits/prepare.py rebuilds them). With
--hold-out N the last N of them are kept from training, the accuracy on them, ideal and on eight
dies, is printed and nothing is written: this is how every choice below was made.

The network is trained on integers from the beginning: weights -15 ... 15, hidden values of 4 bits,
the gradient passed straight through the roundings, Adam, linearly falling rate. The scale of the
hidden requantisation follows the sums in the first half of the passes, then it stays.

Noise-aware training (`noise` above 0): each batch is another die. Every cell of a pair gets its
level's conductance and a normal deviation of that level's spread, stuck cells included; every
output gets the deviation that converter offset, read noise and rounding of the converter add up
to. The devices are those of DEVICES below, in the units of
generator/src/kinds/imc_crossbar/README.md, the deviations times `noise`: twice the real ones
trained best, on ideal devices too (it regularises).
"""

import argparse
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as functional

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

CLASSES, INPUTS, INPUT_BITS, HIDDEN_BITS, CELL_BITS = 10, 144, 4, 4, 4
TOP_LEVEL, TOP_VALUE = (1 << CELL_BITS) - 1, (1 << HIDDEN_BITS) - 1
BATCH = 50

# Sixteenths of a level step: on/off ratio 60, sixteen levels in equal steps.
LEVELS = [4 + round(236 * level / 15) for level in range(16)]
# Standard deviation of a programmed cell, 1/256 level step: 1.5 % of the range for the lowest
# level, 8 % for the highest (range = 15 level steps).
SPREAD = [58 + round(249 * level / 15) for level in range(16)]
DEVICES = {
    "seed": 1,
    "levels": LEVELS,
    "spread": SPREAD,
    "stuck_low": 33,    # 33/65536: 0.05 % of the cells
    "stuck_high": 33,
    "ir_drop": 13,      # 13/65536 per word line: 0.3 % at the sixteenth
    "read_noise": 64,   # 1/256 level step: a quarter of a level step per read
    "adc_offset": 64,
    "adc_inl": 128,     # bow in the middle of the range, 1/256 ADC step
}

NETWORKS = {
    # lines: word lines per read of both stages; adc: bits and shift of hidden and output stage.
    "spec": {"hidden": 48, "noise": 2.0, "lines": (16, 16), "adc": ((8, 0), (8, 0)),
             "tile": ((144, 48), (48, 10)), "passes": 40, "rate": 0.1, "seed": 1},
    "plain": {"hidden": 48, "noise": 0.0, "lines": (16, 16), "adc": ((8, 0), (8, 0)),
              "tile": ((144, 48), (48, 10)), "passes": 40, "rate": 0.1, "seed": 1},
    "wide": {"hidden": 256, "noise": 2.0, "lines": (144, 256), "adc": ((8, 1), (8, 1)),
             "tile": ((144, 256), (256, 10)), "passes": 40, "rate": 0.1, "seed": 1},
    # 6 x 6 positions of 16 channels: 576 hidden values.
    "conv": {"hidden": 576, "channels": 16, "noise": 2.0, "lines": (25, 16),
             "adc": ((9, 0), (8, 0)), "tile": ((25, 16), (64, 10)), "passes": 40, "rate": 0.2,
             "seed": 1,
             "convolution": {"height": 12, "width": 12, "channels": 1, "kernel": 5, "stride": 2,
                             "padding": 2}},
}


def straight_through(exact, smooth):
    """`exact` forward, the gradient of `smooth` backward."""
    return smooth + (exact - smooth).detach()


def effective_weights(weight, noise):
    """Weights in level steps as read from one die: difference of the two cells of each pair."""
    rounded = straight_through(torch.clamp(torch.round(weight), -TOP_LEVEL, TOP_LEVEL), weight)
    if noise == 0.0:
        return rounded
    levels = torch.tensor(LEVELS, dtype=torch.float32) / 16
    spread = torch.tensor(SPREAD, dtype=torch.float32) / 256
    error = torch.zeros_like(weight)
    stuck = (DEVICES["stuck_low"] + DEVICES["stuck_high"]) / 65536
    for sign in (1, -1):
        level = torch.clamp(sign * rounded.detach(), min=0).long()
        cell = torch.clamp(levels[level] + noise * spread[level] * torch.randn(weight.shape), min=0)
        draw = torch.rand(weight.shape)
        cell = torch.where(draw < stuck / 2, levels[0], cell)
        cell = torch.where(draw > 1 - stuck / 2, levels[-1], cell)
        error += sign * (cell - level)
    return rounded + error


def patches(x, convolution):
    """(samples, 144) -> (samples, positions, K), in the order of docs/tile.md (one channel);
    without convolution as it is."""
    if convolution is None:
        return x
    image = x.reshape(-1, 1, convolution["height"], convolution["width"])
    return functional.unfold(image, convolution["kernel"], padding=convolution["padding"],
                             stride=convolution["stride"]).transpose(1, 2)


def output_deviation(choice, stage, x):
    """Standard deviation, in level steps, of what one die's converters add to an output:
    offset (the same in each read), noise and rounding (new in each read), for the pair."""
    inputs = x.shape[-1]
    lines = choice["lines"][stage]
    step = 2.0 ** choice["adc"][stage][1]
    groups = -(-inputs // lines)
    weight_of_planes = np.array([1, 2, 4, 8])
    offset = DEVICES["adc_offset"] / 256 * groups * weight_of_planes.sum()
    each = (DEVICES["read_noise"] / 256) ** 2 + step ** 2 / 12
    return float(np.sqrt(2 * (offset ** 2 + each * groups * (weight_of_planes ** 2).sum())))


class Network:
    def __init__(self, choice):
        self.choice = choice
        self.convolution = choice.get("convolution")
        hidden, inputs = choice["hidden"], INPUTS
        outputs = choice.get("channels", hidden)
        if self.convolution:
            inputs = self.convolution["kernel"] ** 2
        self.weights = [(torch.randn(inputs, outputs) * 3).requires_grad_(),
                        (torch.randn(hidden, CLASSES) * 3).requires_grad_()]
        # In units of 16 level steps, so that one rate suits weights and biases.
        self.biases = [torch.zeros(outputs, requires_grad=True),
                       torch.zeros(CLASSES, requires_grad=True)]
        self.scale, self.shift = None, None

    def bias(self, stage):
        units = 16 * self.biases[stage]
        return straight_through(torch.round(units), units)

    def accumulate(self, x, stage, noise):
        acc = x @ effective_weights(self.weights[stage], noise) + self.bias(stage)
        if noise != 0.0:
            deviation = output_deviation(self.choice, stage, x)
            acc = acc + noise * deviation * torch.randn(acc.shape[-1])
        return acc

    def hidden(self, acc):
        r = acc * (self.scale / 2.0 ** self.shift)
        return torch.clamp(straight_through(torch.floor(r + 0.5), r), 0, TOP_VALUE)

    def scores(self, x, noise):
        acc = self.accumulate(patches(x, self.convolution), 0, noise)
        return self.accumulate(self.hidden(acc).flatten(1), 1, noise)

    @torch.no_grad()
    def calibrate(self, x):
        """Scale and shift: the 99.5th percentile of the positive hidden sums becomes the top."""
        acc = self.accumulate(patches(x, self.convolution), 0, 0.0)
        factor = TOP_VALUE / torch.quantile(acc[acc > 0], 0.995).item()
        self.shift = int(np.floor(np.log2(255 / factor)))
        self.scale = round(factor * 2 ** self.shift)


def train(choice, x, labels):
    torch.manual_seed(choice["seed"])
    network = Network(choice)
    # Scores are sums of some hundreds: the slope brings them to the softmax's range.
    slope = 3.0 / (TOP_LEVEL * choice["hidden"] ** 0.5)
    parameters = network.weights + network.biases
    optimiser = torch.optim.Adam(parameters, lr=choice["rate"])
    steps = choice["passes"] * (len(x) // BATCH)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1.0 - s / steps)
    for number in range(choice["passes"]):
        if number <= choice["passes"] // 2:
            network.calibrate(x[:1000])
        order = torch.randperm(len(x))
        # The noise grows over the first half: from the start on it would hide the gradient.
        noise = choice["noise"] * min(1.0, 2 * number / choice["passes"])
        for at in range(0, len(x) - BATCH + 1, BATCH):
            part = order[at:at + BATCH]
            loss = functional.cross_entropy(network.scores(x[part], noise) * slope, labels[part])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            scheduler.step()
            with torch.no_grad():
                for weight in network.weights:
                    weight.clamp_(-TOP_LEVEL - 0.49, TOP_LEVEL + 0.49)
    return network


def stage(name, source, number, network, choice, files):
    weights, bias = files
    rows, columns = choice["tile"][number]
    bits, shift = choice["adc"][number]
    result = {
        "name": name, "kind": "imc_crossbar", "inputs": [source],
        "outputs": int(weights.shape[1]),
        "weights": {"file": "", "bits": CELL_BITS + 1, "signed": True},
        "bias_file": "", "bias_bits": imc_model.signed_bits(bias),
        "tile": {"rows": rows, "columns": columns},
        "input_bits_per_cycle": 1,
        "cell_bits": CELL_BITS,
        "word_lines_per_read": choice["lines"][number],
        "columns_per_adc": 8 if columns % 4 == 0 else 4,
        "adc": {"kind": "sar", "bits": bits, "shift": shift},
        "devices": dict(DEVICES, seed=DEVICES["seed"] + number),
    }
    if number == 0 and network.convolution:
        result["convolution"] = network.convolution
    if number == 0:
        result["output"] = {"bits": HIDDEN_BITS, "signed": False, "scale": network.scale,
                            "shift": network.shift, "rounding": "half_up", "relu": True}
    return result


def design(name, network, choice, folder):
    """The specification; the weights are written to `folder`."""
    prefix = "" if name == "spec" else name + "_"
    stages = []
    for number, (label, source) in enumerate((("hidden", "input"), ("classifier", "hidden"))):
        with torch.no_grad():
            weights = effective_weights(network.weights[number], 0.0).numpy().astype(np.int8)
            bias = network.bias(number).numpy().astype(np.int32)
        np.save(folder / f"{prefix}{label}_weights.npy", weights)
        np.save(folder / f"{prefix}{label}_bias.npy", bias)
        stages.append(stage(label, source, number, network, choice, (weights, bias)))
        stages[-1]["weights"]["file"] = f"{prefix}{label}_weights.npy"
        stages[-1]["bias_file"] = f"{prefix}{label}_bias.npy"
    stages.append({"name": "readout", "kind": "value_readout", "inputs": ["classifier"],
                   "report_values": True})
    return {
        "nacre": 1,
        "name": "crossbar_digits" if name == "spec" else f"crossbar_digits_{name}",
        "description": "Digits of 12 x 12 pixels on 4-bit cells: "
                       + (f"convolution -> {choice['hidden']} -> 10" if network.convolution
                          else f"144 -> {choice['hidden']} -> 10"),
        "input": {"kind": "values", "addresses": INPUTS, "bits": INPUT_BITS},
        "stages": stages,
        "dataset": {"format": "idx", "samples": "../spirit_digits/test-images.idx3-ubyte",
                    "labels": "../spirit_digits/test-labels.idx1-ubyte", "shift_right": 4},
    }


COMMENTS = {
    "spec": "Digits on a resistive crossbar of 4-bit cells, trained with their deviations.",
    "plain": "As spec.json, but trained as if the devices were ideal.",
    "wide": "256 hidden neurons; all word lines are read at once.",
    "conv": "A convolution (16 channels, 5 x 5, stride 2) and a dense layer, trained as spec.json.",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--hold-out", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pixels = imc_model.read_idx(arguments.train_dir / "train-images.idx3-ubyte")
    values = pixels.reshape(len(pixels), -1).astype(np.int64) >> 4
    labels = imc_model.read_idx(arguments.train_dir / "train-labels.idx1-ubyte").astype(np.int64)
    used = len(values) - arguments.hold_out
    x = torch.tensor(values[:used], dtype=torch.float32)
    for name in arguments.networks:
        choice = NETWORKS[name]
        network = train(choice, x, torch.tensor(labels[:used]))
        if arguments.hold_out:
            folder = arguments.train_dir
            spec = design(name, network, choice, folder)
            report(name, spec, folder, values[used:], labels[used:])
        else:
            imc_model.write_spec(HERE / f"{name}.json",
                                 [COMMENTS[name], "Written by train.py; see README.md."],
                                 design(name, network, choice, HERE))
            print(f"{name}: written")


def report(name, spec, folder, values, labels):
    dies = [(imc_model.decide(imc_model.run(spec, folder, values, seed)) == labels).mean()
            for seed in range(100, 108)]
    for entry in spec["stages"]:
        entry.pop("devices", None)
    ideal = (imc_model.decide(imc_model.run(spec, folder, values)) == labels).mean()
    print(f"{name}: ideal {ideal:.4f}, eight dies mean {np.mean(dies):.4f} worst {min(dies):.4f}",
          flush=True)


if __name__ == "__main__":
    main()
