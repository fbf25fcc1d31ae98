"""Training of binarised networks for kind xnor_tile, shared by the examples' train.py.

Weights and hidden values are -1 or +1, the gradient is passed straight through both signs (of a
hidden value where its normalised sum is within -1 ... 1), Adam, linearly falling rate. Batch
normalisation of each hidden sum; half of the neurons begin with a negative factor. At the end it
is folded into one integer threshold per neuron, and an inversion where its factor is negative.

Error-aware training (`noise` above 0): each batch reads another die, whose bits are wrong at a
rate drawn from 0 ... `noise`. A sum of N products of which a share e is wrong is drawn towards 0
by the factor 1 - 2 e, but the threshold stays: so mean and variance are those of the batch in the
first half of the passes only, then they are frozen, and the network learns to live with the
difference.
"""

import math

import numpy as np
import torch
import torch.nn.functional as functional

import xnor_model

MOMENTUM = 0.05  # of the running mean and variance
EPSILON = 1e-3   # of the variance, in units of the number of inputs


def sign(x):
    """-1, +1 (of 0), the gradient passed straight through where |x| <= 1."""
    smooth = torch.clamp(x, -1, 1)
    return smooth + (torch.where(x >= 0, 1.0, -1.0) - smooth).detach()


def product(x, weight):
    """x @ weight. Debian's torch convolves seven times faster than it multiplies matrices."""
    return functional.conv2d(x[:, :, None, None], weight.t()[:, :, None, None]).flatten(1)


class Layer:
    """Sums of products of -1 and +1; normalised, but in the last layer."""

    def __init__(self, inputs, outputs, last):
        self.weight = ((2 * torch.rand(inputs, outputs) - 1) * 0.1).requires_grad_()
        self.last = last
        self.scale = math.sqrt(inputs)  # of a sum of random products
        factor = torch.ones(outputs)
        factor[1::2] = -1
        self.factor = factor.requires_grad_()
        self.shift = torch.zeros(outputs, requires_grad=True)
        self.mean, self.variance = torch.zeros(outputs), torch.ones(outputs)

    def parameters(self):
        return [self.weight] if self.last else [self.weight, self.factor, self.shift]

    def forward(self, x, rate, learn):
        weight = sign(self.weight)
        if rate > 0:
            weight = torch.where(torch.rand(weight.shape) < rate, -weight, weight)
        s = product(x, weight) / self.scale
        if self.last:
            return s
        if learn:
            mean, variance = s.mean(0), s.var(0, unbiased=False)
            with torch.no_grad():
                self.mean += MOMENTUM * (mean - self.mean)
                self.variance += MOMENTUM * (variance - self.variance)
        else:
            mean, variance = self.mean, self.variance
        normal = (s - mean) / torch.sqrt(variance + EPSILON)
        return sign(normal * self.factor + self.shift)

    def bits(self):
        """Weights as the tile stores them."""
        with torch.no_grad():
            return (self.weight >= 0).numpy().astype(np.uint8)

    def fold(self):
        """Thresholds and inversions: y = (popcount >= threshold) XOR invert."""
        with torch.no_grad():
            inputs = len(self.weight)
            factor, shift, mean = (part.double() for part in (self.factor, self.shift, self.mean))
            deviation = torch.sqrt(self.variance.double() + EPSILON)
            # The sum at which the normalised value is 0, then the popcount there.
            popcount = (inputs + self.scale * (mean - shift * deviation / factor)) / 2
            negative = factor < 0
            limit = torch.where(negative, torch.floor(popcount) + 1, torch.ceil(popcount))
            limit = torch.clamp(limit, 0, inputs + 1)
            return limit.numpy().astype(np.int32), negative.numpy().astype(np.uint8)


class Network:
    def __init__(self, sizes):
        pairs = list(zip(sizes, sizes[1:]))
        self.layers = [Layer(*pair, last=k == len(pairs) - 1) for k, pair in enumerate(pairs)]

    def scores(self, x, rate, learn):
        for layer in self.layers:
            x = layer.forward(x, rate, learn)
        return x


def train(choice, x, labels):
    """x: 0 and 1; choice: `sizes`, `noise`, `passes`, `rate`, `batch`, `slope`, `seed`."""
    torch.manual_seed(choice["seed"])
    network = Network(choice["sizes"])
    x = 2 * x - 1
    parameters = [p for layer in network.layers for p in layer.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=choice["rate"])
    batch = choice["batch"]
    steps = choice["passes"] * (len(x) // batch)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1.0 - s / steps)
    for number in range(choice["passes"]):
        learn = 2 * number < choice["passes"]
        order = torch.randperm(len(x))
        for at in range(0, len(x) - batch + 1, batch):
            part = order[at:at + batch]
            rate = choice["noise"] * torch.rand(1).item()
            scores = network.scores(x[part], rate, learn)
            loss = functional.cross_entropy(scores * choice["slope"], labels[part])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            scheduler.step()
            with torch.no_grad():
                for layer in network.layers:
                    layer.weight.clamp_(-1, 1)
    return network


def write(network, folder, arrays):
    """Writes the layers' files; returns the stages. `arrays`: of each layer its name, and the keys
    of the kind that are no result of training."""
    stages, source = [], "input"
    for layer, (name, keys) in zip(network.layers, arrays):
        np.save(folder / f"{name}_weights.npy", layer.bits())
        stage = {"name": name, "kind": "xnor_tile", "inputs": [source],
                 "outputs": layer.weight.shape[1], "weights": {"file": f"{name}_weights.npy"},
                 "output": "popcount" if layer.last else "bit"}
        if not layer.last:
            limit, negative = layer.fold()
            np.save(folder / f"{name}_thresholds.npy", limit)
            np.save(folder / f"{name}_invert.npy", negative)
            stage["thresholds_file"] = f"{name}_thresholds.npy"
            stage["invert_file"] = f"{name}_invert.npy"
        stages.append({**stage, **keys})
        source = name
    stages.append({"name": "readout", "kind": "value_readout", "inputs": [source],
                   "report_values": True})
    return stages


def report(network, x, labels, dies=8):
    """Prints the accuracy, ideal and on dies at three rates of wrong bits."""
    generator = np.random.default_rng(0)
    for rate in (0, 1e-3, 1e-2, 1e-1):
        right = []
        for _ in range(dies if rate else 1):
            values = x
            for layer in network.layers:
                bits = layer.bits()
                a = xnor_model.popcounts(values, bits ^ (generator.random(bits.shape) < rate))
                if not layer.last:
                    limit, negative = layer.fold()
                    values = ((a >= limit) ^ (negative != 0)).astype(np.int64)
            right.append((a.argmax(axis=1) == labels).mean())
        print(f"rate {rate:g}: accuracy {np.mean(right):.4f}", flush=True)
