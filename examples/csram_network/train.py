#!/usr/bin/env python3
"""Trains the two networks on rows of 512 bits and writes their weights.

    /usr/bin/python3 train.py [spec conv] [--train-dir FOLDER] [--hold-out N]

Only the 8,000 training digits are read (examples/spirit_digits/prepare.py rebuilds them). With
--hold-out N the last N of them are kept from training, the accuracy on them is printed and nothing
is written: this is how every choice below was made.

The network is trained on integers from the beginning: weights -127 ... 127, hidden values of 8
bits, the gradient passed straight through the roundings, Adam, linearly falling rate. The scale of
the hidden requantisation follows the sums in the first half of the passes, then it stays.

Two sorts of files are written. What the network is, for simulate.py: `*_weights.npy` int8
(K, outputs), `*_bias.npy` and `hidden_scale.npy` int32. And the same numbers as rows of the tiles,
for the specifications: `*rows.npy` int8 (rows, 64), `*words.npy` int32 (rows, 16).
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
import simulate  # noqa: E402

CLASSES, SIDE, TOP_WEIGHT, TOP_VALUE = 10, 12, 127, 255
LANES, BYTES = 16, 4  # words in a row, bytes in a word
BATCH = 50

# A parameter of 1 is so much of a weight, of a bias: one rate suits both.
WEIGHT_UNIT, BIAS_UNIT = 16, 4096

NETWORKS = {
    # channels: outputs of the first layer; hidden: inputs of the second.
    "spec": {"inputs": SIDE * SIDE, "channels": 64, "hidden": 64, "passes": 80, "rate": 0.04,
             "dropout": 0.35, "seed": 1},
    "conv": {"inputs": 9, "channels": 16, "hidden": 400, "passes": 40, "rate": 0.04,
             "dropout": 0.5, "seed": 1},
}


def straight_through(exact, smooth):
    """`exact` forward, the gradient of `smooth` backward."""
    return smooth + (exact - smooth).detach()


class Network:
    def __init__(self, name):
        self.choice = NETWORKS[name]
        self.is_convolution = name == "conv"
        shapes = [(self.choice["inputs"], self.choice["channels"]),
                  (self.choice["hidden"], CLASSES)]
        self.weights = [(torch.randn(shape) * 1.7).requires_grad_() for shape in shapes]
        self.biases = [torch.zeros(shape[1], requires_grad=True) for shape in shapes]
        self.scale = None  # over 2^simulate.SHIFT

    def weight(self, layer):
        units = WEIGHT_UNIT * self.weights[layer]
        return straight_through(torch.clamp(torch.round(units), -TOP_WEIGHT, TOP_WEIGHT), units)

    def bias(self, layer):
        units = BIAS_UNIT * self.biases[layer]
        return straight_through(torch.round(units), units)

    def hidden_sums(self, x):
        if not self.is_convolution:
            return x @ self.weight(0) + self.bias(0)
        image = x.reshape(-1, 1, SIDE, SIDE)
        acc = functional.conv2d(image, self.weight(0).T.reshape(-1, 1, 3, 3), self.bias(0))
        # (samples, channel, row, column) -> address (row * 5 + column) * 16 + channel
        return functional.max_pool2d(acc, 2).permute(0, 2, 3, 1).flatten(1)

    def scores(self, x, dropout=0.0):
        r = self.hidden_sums(x) * (self.scale / 2.0 ** simulate.SHIFT)
        hidden = torch.clamp(straight_through(torch.floor(r + 0.5), r), 0, TOP_VALUE)
        return functional.dropout(hidden, dropout) @ self.weight(1) + self.bias(1)

    @torch.no_grad()
    def calibrate(self, x):
        """The 99.5th percentile of the positive hidden sums becomes the top."""
        sums = self.hidden_sums(x)
        factor = TOP_VALUE / torch.quantile(sums[sums > 0], 0.995).item()
        self.scale = round(factor * 2 ** simulate.SHIFT)


def train(name, x, labels):
    torch.manual_seed(NETWORKS[name]["seed"])
    network = Network(name)
    choice = network.choice
    # Scores are sums of some ten thousands: the slope brings them to the softmax's range.
    slope = 1.0 / (6 * TOP_WEIGHT * choice["hidden"] ** 0.5)
    optimiser = torch.optim.Adam(network.weights + network.biases, lr=choice["rate"])
    steps = choice["passes"] * (len(x) // BATCH)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1.0 - s / steps)
    limit = (TOP_WEIGHT + 0.49) / WEIGHT_UNIT
    for number in range(choice["passes"]):
        if number <= choice["passes"] // 2:
            network.calibrate(x[:1000])
        order = torch.randperm(len(x))
        for at in range(0, len(x) - BATCH + 1, BATCH):
            part = order[at:at + BATCH]
            scores = network.scores(x[part], choice["dropout"])
            loss = functional.cross_entropy(scores * slope, labels[part])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            scheduler.step()
            with torch.no_grad():
                for weight in network.weights:
                    weight.clamp_(-limit, limit)
    return network


def as_rows(taps):
    """(words, 4, outputs) -> rows of 64 bytes: 16 outputs, then all words of the next 16; word n of
    a row holds the four weights to output n of its block."""
    words, _, outputs = taps.shape
    blocks = -(-outputs // LANES)
    taps = np.pad(taps, ((0, 0), (0, 0), (0, blocks * LANES - outputs)))
    taps = taps.reshape(words, BYTES, blocks, LANES).transpose(2, 0, 3, 1)
    return np.ascontiguousarray(taps.reshape(blocks * words, LANES * BYTES))


def as_words(*numbers):
    """Rows of 16 words; each argument begins a new row."""
    rows = [np.pad(each, (0, -len(each) % LANES)).reshape(-1, LANES) for each in numbers]
    return np.concatenate(rows).astype(np.int32)


def write(name, network):
    prefix = "" if name == "spec" else name + "_"
    weights, biases = [], []
    for layer, label in enumerate(("hidden", "classifier")):
        with torch.no_grad():
            weights.append(network.weight(layer).numpy().astype(np.int8))
            biases.append(network.bias(layer).numpy().astype(np.int32))
        np.save(HERE / f"{prefix}{label}_weights.npy", weights[layer])
        np.save(HERE / f"{prefix}{label}_bias.npy", biases[layer])
    scale = np.full(LANES, network.scale, np.int32)
    np.save(HERE / f"{prefix}hidden_scale.npy", scale[:1])
    classifier = as_rows(weights[1].reshape(-1, BYTES, CLASSES))
    if network.is_convolution:
        # A word for each row of the kernel: three taps and a 0.
        taps = np.pad(weights[0].reshape(3, 3, -1), ((0, 0), (0, 1), (0, 0)))
        np.save(HERE / "conv_hidden_rows.npy", as_rows(taps))
        np.save(HERE / "conv_hidden_words.npy", as_words(biases[0], scale))
        np.save(HERE / "conv_classifier_rows.npy", classifier)
        np.save(HERE / "conv_classifier_words.npy", as_words(biases[1]))
    else:
        hidden = as_rows(weights[0].reshape(-1, BYTES, network.choice["channels"]))
        np.save(HERE / "rows.npy", np.concatenate((hidden, classifier)))
        np.save(HERE / "words.npy", as_words(biases[0], biases[1], scale))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--hold-out", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pixels = imc_model.read_idx(arguments.train_dir / "train-images.idx3-ubyte")
    labels = imc_model.read_idx(arguments.train_dir / "train-labels.idx1-ubyte").astype(np.int64)
    x = torch.tensor(pixels.reshape(len(pixels), -1).astype(np.float32))
    labels = torch.tensor(labels)
    used = len(x) - arguments.hold_out
    for name in arguments.networks:
        network = train(name, x[:used], labels[:used])
        if not arguments.hold_out:
            write(name, network)
            print(f"{name}: written")
            continue
        with torch.no_grad():
            right = network.scores(x[used:]).argmax(1) == labels[used:]
        print(f"{name}: held out {right.float().mean():.4f}", flush=True)


if __name__ == "__main__":
    main()
