#!/usr/bin/env python3
"""Trains the projections of the attention head and writes spec.json and the .npy files.

    /usr/bin/python3 train.py [--train-dir FOLDER] [--hold-out N]

Only the 8,000 training digits are read (examples/spirit_digits/prepare.py rebuilds them).
Projections and a linear readout of all tokens are trained together by cross-entropy, Adam,
linearly falling rate: first in real numbers, then through the integer head of head.py, the
gradient passed straight through the roundings. Then the projections are fixed, and one readout is
trained afresh for the integer head. The same is done for the head of the first phase, in real
numbers throughout: the accuracy to compare with. With --hold-out N the last N training digits are
kept from training, the figures are those on them, and nothing is written.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as functional

import data
import head as integer_head

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

D, WINDOW, CLASSES = 16, 4, 10
PROJECTION_SHIFT, SCORE_SHIFT, OUTPUT_SHIFT = 6, 4, 3
LARGEST = 127  # projection and readout weights have 8 bits
BATCH, PASSES, RATE, SEED = 100, (15, 15), (0.005, 0.002), 1
RANGE_WEIGHT = 0.2  # cost of the mean square by which q, k, v and o leave their ranges


def straight_through(exact, smooth):
    """`exact` forward, the gradient of `smooth` backward."""
    return smooth + (exact - smooth).detach()


def cut(x, low, high):
    """x within a range, and the mean square of what was cut off."""
    inside = torch.clamp(x, low, high)
    return inside, ((x - inside) ** 2).mean()


class Head:
    """Weights in units of the numbers they make: q = x . w + b is a q of the integer head."""

    def __init__(self):
        self.weight = (torch.randn(data.TOKENS, 3 * D) * 0.15).requires_grad_()
        self.bias = torch.zeros(3 * D, requires_grad=True)
        self.score_bias = torch.full((1,), 7.0, requires_grad=True)  # in units of one step of a
        age = torch.arange(data.TOKENS)[:, None] - torch.arange(data.TOKENS)[None, :]
        self.seen = (age >= 0) & (age < WINDOW)
        self.excess = None  # of the last outputs()

    def parameters(self):
        return [self.weight, self.bias, self.score_bias]

    def outputs(self, x, exact):
        weight, bias, score_bias = self.weight, self.bias, self.score_bias
        if exact:
            one = 1 << PROJECTION_SHIFT
            weight = straight_through(
                torch.clamp(torch.round(weight * one), -LARGEST, LARGEST) / one, weight)
            bias = straight_through(torch.round(bias * one) / one, bias)
            one = 1 << SCORE_SHIFT
            score_bias = straight_through(torch.round(score_bias * one) / one, score_bias)
        q, k, v = (x @ weight + bias).split(D, dim=-1)
        if exact:
            q, k, v = (straight_through(torch.floor(part + 0.5), part) for part in (q, k, v))
        q, q_excess = cut(torch.clamp(q, min=0), 0, integer_head.Q_TOP)
        k, k_excess = cut(k, integer_head.KV_LOW, integer_head.KV_TOP)
        v, v_excess = cut(v, integer_head.KV_LOW, integer_head.KV_TOP)
        a = q @ k.transpose(1, 2) / 2.0 ** SCORE_SHIFT + score_bias
        # The integer head rounds down: half a step less on average.
        a = straight_through(torch.floor(a), a) if exact else a - 0.5
        a = torch.clamp(a, 0, integer_head.A_TOP) * self.seen
        o = a @ v / 2.0 ** OUTPUT_SHIFT
        o = straight_through(torch.floor(o), o) if exact else o - 0.5
        o, o_excess = cut(o, integer_head.O_LOW, integer_head.O_TOP)
        self.excess = q_excess + k_excess + v_excess + o_excess
        return o.flatten(1)

    def numbers(self):
        """As head.load() returns it, without the readout."""
        with torch.no_grad():
            one = 1 << PROJECTION_SHIFT
            weight = torch.clamp(torch.round(self.weight * one), -LARGEST, LARGEST)
            return {
                "window": WINDOW, "projection_shift": PROJECTION_SHIFT,
                "score_bias": int(torch.round(self.score_bias * (1 << SCORE_SHIFT))),
                "score_shift": SCORE_SHIFT, "output_shift": OUTPUT_SHIFT,
                "projection_weights": weight.numpy().astype(np.int64),
                "projection_bias": torch.round(self.bias * one).numpy().astype(np.int64),
            }


def descend(parameters, loss_of, count, passes, rate):
    """Adam on loss_of(indices)."""
    optimiser = torch.optim.Adam(parameters, lr=rate)
    steps = passes * (count // BATCH)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: 1.0 - s / steps)
    for _ in range(passes):
        order = torch.randperm(count)
        for at in range(0, count - BATCH + 1, BATCH):
            part = order[at:at + BATCH]
            loss = loss_of(part)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            scheduler.step()


def new_readout():
    return (torch.zeros(data.TOKENS * D, CLASSES, requires_grad=True),
            torch.zeros(CLASSES, requires_grad=True))


def train_readout(features, labels):
    """Linear readout of fixed features, in real numbers."""
    readout = new_readout()
    descend(readout, lambda part: functional.cross_entropy(
        features[part] @ readout[0] + readout[1], labels[part]), len(features), 40, 0.003)
    return [part.detach() for part in readout]


def accuracy(features, readout, labels):
    return ((features @ readout[0] + readout[1]).argmax(1) == labels).float().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train-dir", type=pathlib.Path, default=HERE / "build")
    parser.add_argument("--hold-out", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    images = imc_model.read_idx(arguments.train_dir / "train-images.idx3-ubyte")
    tokens = torch.tensor(data.reduce_digits(images) >> 4, dtype=torch.float32)
    labels = torch.tensor(
        imc_model.read_idx(arguments.train_dir / "train-labels.idx1-ubyte").astype(np.int64))
    used = len(tokens) - arguments.hold_out
    x, y = tokens[:used], labels[:used]

    head, readout = Head(), new_readout()
    for exact, passes, rate in zip((False, True), PASSES, RATE):
        def loss_of(part):
            score = head.outputs(x[part], exact) @ readout[0] + readout[1]
            return functional.cross_entropy(score, y[part]) + RANGE_WEIGHT * head.excess

        descend([*head.parameters(), *readout], loss_of, len(x), passes, rate)
        with torch.no_grad():
            features = head.outputs(tokens, exact)
        fresh = train_readout(features[:used], y)
        where = slice(used, None) if arguments.hold_out else slice(None)
        what = "held out" if arguments.hold_out else "training digits"
        print(f"{'integer' if exact else 'real'} head, linear readout: "
              f"{accuracy(features[where], fresh, labels[where]):.4f} ({what})", flush=True)

    numbers = head.numbers()
    checked = tokens[where].numpy().astype(np.int64)
    outputs, words = integer_head.attend(*integer_head.project(checked, numbers), numbers)
    if not np.array_equal(outputs.reshape(len(outputs), -1), features[where].numpy()):
        sys.exit("error: the head in training is not the integer head")
    real = integer_head.attend_real(checked, numbers)
    cosine, ratio = integer_head.likeness(outputs, real)
    print(f"cosine {cosine:.4f}, {ratio:.1f} dB, a at 0: {(words == 0).mean():.2f}, "
          f"at 15: {(words == 15).mean():.2f}")
    if not arguments.hold_out:
        write(numbers, fresh)


def design(numbers, arrays):
    """The specification; its arrays are beside this file. The tiles are as small as values that
    come and go one per cycle allow."""
    def matrix(name, source, part, outputs, rows, columns):
        bias = arrays[f"{part}_bias"]
        return {"name": name, "kind": "imc_digital", "inputs": [source], "outputs": outputs,
                "weights": {"file": f"{part}_weights.npy", "bits": 8, "signed": True},
                "bias_file": f"{part}_bias.npy", "bias_bits": imc_model.signed_bits(bias),
                "tile": {"rows": rows, "columns": columns},
                "input_bits_per_cycle": 1}

    output = {"bits": 5, "signed": True}  # holds the ranges of q, k and v
    projection = {**matrix("projection", "input", "projection", 3 * D, 8, 12),
                  "output": {**output, "shift": numbers["projection_shift"],
                             "rounding": "half_up"}}
    attention = {"name": "head", "kind": "imc_attention", "inputs": ["projection"],
                 "width": D, "window": numbers["window"],
                 "query": {"bits": 4, "signed": False}, "key": {"bits": 3, "signed": True},
                 "value": {"bits": 3, "signed": True},
                 "score": {"bits": 4, "bias": numbers["score_bias"],
                           "shift": numbers["score_shift"]},
                 "output": {**output, "shift": numbers["output_shift"]},
                 "input_bits_per_cycle": 1, "tokens": data.TOKENS}
    return {
        "nacre": 1,
        "name": "attention_head",
        "description": "rows of digits as tokens through one attention head",
        "input": {"kind": "values", "addresses": 8, "bits": 4, "steps": True},
        "stages": [projection, attention, matrix("classifier", "head", "readout", CLASSES, 32, 10),
                   {"name": "readout", "kind": "value_readout", "inputs": ["classifier"],
                    "report_values": True}],
        "dataset": {"format": "idx", "samples": "test-tokens.idx3-ubyte",
                    "labels": "../spirit_digits/test-labels.idx1-ubyte", "shift_right": 4},
    }


def write(numbers, readout):
    step = readout[0].abs().max().item() / LARGEST
    arrays = {
        "projection_weights": numbers["projection_weights"].astype(np.int8),
        "projection_bias": numbers["projection_bias"].astype(np.int32),
        "readout_weights": torch.round(readout[0] / step).numpy().astype(np.int8),
        "readout_bias": torch.round(readout[1] / step).numpy().astype(np.int32),
    }
    for name, array in arrays.items():
        np.save(HERE / f"{name}.npy", array)
    spec = design(numbers, arrays)
    imc_model.write_spec(HERE / "spec.json",
                         [spec["description"], "Written by train.py; see README.md."], spec)
    print("written")


if __name__ == "__main__":
    main()
