"""Integer model of spiking networks on event frames in NumPy: spiking_conv, event_map, event_join,
spiking_dense, spike_readout.

Written from docs/neuron.md and the README.md of the kinds; it shares no code with the generator,
the RTL or the golden models. Used by the scripts of the examples. One sample at a time, one event
after the other, membranes saturated after each. Supported: fire `step`, reset `subtract` and
`zero`, no negative threshold, no leak, no bias, no refractory steps; readout rule
`count`.

A stream is a list of time steps, a step a list of (address, negative) in the order of the words.
A shape is (rows, columns, channels), or (addresses,) where there is no map.
"""

import argparse
import csv
import gzip
import json
import math
import pathlib

import numpy as np

import imc_model


# ---------------------------------------------------------------- files

def idx(array):
    """IDX file of unsigned bytes."""
    return (bytes([0, 0, 8, array.ndim])
            + b"".join(size.to_bytes(4, "big") for size in array.shape) + array.tobytes())


def write_idx_gz(path, array):
    """IDX, packed; no time in the file: the same bytes each time."""
    path.write_bytes(gzip.compress(idx(array.astype(np.uint8)), compresslevel=9, mtime=0))


def frames_to_steps(frames):
    """Event frames (steps, addresses ...) of numbers of events -> a stream."""
    stream = []
    for frame in frames.reshape(len(frames), -1):
        addresses = np.repeat(np.arange(frame.size), frame)
        stream.append([(int(address), False) for address in addresses])
    return stream


def counts(stream, addresses):
    """Positive less negative events of each address."""
    total = np.zeros(addresses, dtype=np.int64)
    for step in stream:
        for address, negative in step:
            total[address] += -1 if negative else 1
    return total


# ---------------------------------------------------------------- neurons

class Neurons:
    """Membranes of one stage, any shape; neurons are numbered in C order."""

    def __init__(self, neuron, shape):
        unsupported = {"fire": "step", "leak": "none", "refractory_steps": 0,
                       "negative_threshold": None}
        for key, only in unsupported.items():
            if neuron.get(key, only) != only:
                raise ValueError(f"neuron: only {key} {only} is modelled here")
        reset = neuron.get("reset", "subtract")
        if reset not in ("subtract", "zero"):
            raise ValueError("neuron: only reset `subtract` and `zero` are modelled here")
        half = 1 << (neuron["membrane_bits"] - 1)
        self.low = neuron.get("clamp_min", -half)
        self.high = neuron.get("clamp_max", half - 1)
        self.threshold = neuron["threshold"]
        self.least = self.threshold + (neuron.get("compare", ">=") == ">")
        self.subtract = reset == "subtract"
        self.max_spikes = neuron.get("max_spikes", 1)
        self.v = np.zeros(shape, dtype=np.int32)
        self.saturations = 0  # additions that met a bound, of all neurons

    def add(self, where, weights):
        """An input event: `weights` (already negated where it is negative) to neurons `where`."""
        total = self.v[where] + weights
        clipped = np.minimum(np.maximum(total, self.low), self.high)
        self.saturations += np.count_nonzero(clipped != total)
        self.v[where] = clipped

    def end_step(self):
        """The numbers of the neurons that fire, as often as they do."""
        sent = np.zeros(self.v.shape, dtype=np.int64)
        for _ in range(self.max_spikes):
            fires = self.v >= self.least
            sent += fires
            if self.subtract:
                self.v[fires] -= self.threshold
            else:
                self.v[fires] = 0
        return [(int(number), False)
                for number in np.repeat(np.arange(sent.size), sent.reshape(-1))]


# ---------------------------------------------------------------- stages

def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def paddings(value):
    """top, bottom, left, right"""
    if isinstance(value, int):
        return (value,) * 4
    return tuple(value) if len(value) == 4 else (value[0], value[0], value[1], value[1])


class Conv:
    def __init__(self, stage, folder, shapes):
        (height, width, channels), = shapes
        kernel, stride = pair(stage["kernel"]), pair(stage.get("stride", 1))
        dilation, extra = pair(stage.get("dilation", 1)), pair(stage.get("output_padding", 0))
        padding = paddings(stage.get("padding", 0))
        transposed = stage.get("transposed", False)
        part = stage.get("slice", {"first": 0, "of": stage["channels"]})
        groups = stage.get("groups", 1)
        weights = np.load(folder / stage["weights"]["file"]).astype(np.int32)
        if transposed:  # (C, M / g, Kh, Kw) -> (M, C / g, Kh, Kw)
            weights = np.concatenate(
                [block.transpose(1, 0, 2, 3) for block in np.split(weights, groups)])
        self.weights = np.zeros((channels, *kernel, part["of"]), dtype=np.int32)
        per_group, inputs = part["of"] // groups, channels // groups
        for g in range(groups):
            outputs = slice(g * per_group, (g + 1) * per_group)
            self.weights[g * inputs:(g + 1) * inputs, :, :, outputs] = \
                weights[outputs].transpose(1, 2, 3, 0)
        mine = slice(part["first"], part["first"] + stage["channels"])
        self.weights = np.ascontiguousarray(self.weights[..., mine])
        axes = [self.axis(size, kernel[i], stride[i], dilation[i], padding[2 * i],
                          padding[2 * i + 1], extra[i], transposed)
                for i, size in enumerate((height, width))]
        self.shape = (axes[0][0], axes[1][0], stage["channels"])
        self.rows, self.columns = axes[0][1], axes[1][1]
        self.in_shape = (height, width, channels)
        # Channels of this stage that the group of an input channel reaches.
        reach = [max(0, min(mine.stop, (c // inputs + 1) * per_group)
                     - max(mine.start, c // inputs * per_group)) for c in range(channels)]
        self.reach = reach
        self.neurons = Neurons(stage["neuron"], self.shape)
        self.operations = 0

    @staticmethod
    def axis(size, kernel, stride, dilation, before, after, extra, transposed):
        """Outputs along an axis; of each input place its outputs, their places in the kernel."""
        span = dilation * (kernel - 1)
        if transposed:
            outputs = (size - 1) * stride - before - after + span + extra + 1
        else:
            outputs = (size + before + after - span - 1) // stride + 1
        places = []
        for at in range(size):
            pairs = []
            for k in range(kernel):
                if transposed:
                    out = at * stride - before + k * dilation
                else:
                    out, left = divmod(at + before - k * dilation, stride)
                    if left:
                        continue
                if 0 <= out < outputs:
                    pairs.append((out, k))
            places.append(np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T)
        return outputs, places

    def step(self, inputs):
        _, width, channels = self.in_shape
        for address, negative in inputs[0]:
            place, c = divmod(address, channels)
            y, x = divmod(place, width)
            (oy, ky), (ox, kx) = self.rows[y], self.columns[x]
            weights = self.weights[c][ky[:, None], kx[None, :]]
            self.operations += len(oy) * len(ox) * self.reach[c]
            self.neurons.add((oy[:, None], ox[None, :]), -weights if negative else weights)
        return self.neurons.end_step()


class Dense:
    def __init__(self, stage, folder, shapes):
        self.weights = np.load(folder / stage["weights"]["file"]).astype(np.int32).T.copy()
        if self.weights.shape != (math.prod(shapes[0]), stage["neurons"]):
            raise ValueError(f"{stage['name']}: the weights' shape is not (neurons, inputs)")
        self.shape = (stage["neurons"],)
        self.neurons = Neurons(stage["neuron"], self.shape)
        self.operations = 0

    def step(self, inputs):
        for address, negative in inputs[0]:
            weights = self.weights[address]
            self.neurons.add(slice(None), -weights if negative else weights)
            self.operations += len(weights)
        return self.neurons.end_step()


class Map:
    def __init__(self, stage, _, shapes):
        self.in_shape = height, width, channels = shapes[0]
        self.operation = stage["operation"]
        if self.operation == "flatten":
            self.shape = (height * width * channels,)
            self.by_channel = stage.get("order", "hwc") == "chw"
        elif self.operation == "upsample":
            self.factor = pair(stage["factor"])
            self.shape = (height * self.factor[0], width * self.factor[1], channels)
        else:
            self.kernel = pair(stage["kernel"])
            self.stride = pair(stage.get("stride", stage["kernel"]))
            padding = paddings(stage.get("padding", 0))
            self.before = padding[0], padding[2]
            self.shape = tuple(
                (size + padding[2 * i] + padding[2 * i + 1] - self.kernel[i]) // self.stride[i] + 1
                for i, size in enumerate((height, width))) + (channels,)

    def window(self, at, i):
        """Output places along axis i that an event at `at` is sent to."""
        if self.operation == "upsample":
            return range(at * self.factor[i], (at + 1) * self.factor[i])
        at += self.before[i]
        return [out for out in range(self.shape[i])
                if out * self.stride[i] <= at < out * self.stride[i] + self.kernel[i]]

    def step(self, inputs):
        height, width, channels = self.in_shape
        sent, seen = [], set()
        for address, negative in inputs[0]:
            place, c = divmod(address, channels)
            y, x = divmod(place, width)
            if self.operation == "flatten":
                flat = (c * height + y) * width + x if self.by_channel else address
                sent.append((flat, negative))
                continue
            for oy in self.window(y, 0):
                for ox in self.window(x, 1):
                    event = ((oy * self.shape[1] + ox) * channels + c, negative)
                    if self.operation != "or_pool" or event not in seen:
                        sent.append(event)
                    seen.add(event)
        return sent


class Join:
    def __init__(self, stage, _, shapes):
        self.concatenate = stage.get("mode", "concatenate") == "concatenate"
        self.by_address = stage.get("order", "input") == "address"
        self.shapes = shapes
        self.shape = shapes[0]
        if self.concatenate:
            self.shape = shapes[0][:-1] + (sum(shape[-1] for shape in shapes),)

    def step(self, inputs):
        events, first = [], 0
        for shape, step in zip(self.shapes, inputs):
            for address, negative in step:
                place, c = divmod(address, shape[-1])
                if self.concatenate:
                    address = place * self.shape[-1] + first + c
                events.append((address, negative))
            first += shape[-1]
        # Python's sort keeps the order of equal keys.
        return sorted(events, key=lambda event: event[0]) if self.by_address else events


KINDS = {"spiking_conv": Conv, "spiking_dense": Dense, "event_map": Map, "event_join": Join}


# ---------------------------------------------------------------- network

class Network:
    """The stages of a specification, with the files they name."""

    def __init__(self, path):
        self.folder = pathlib.Path(path).resolve().parent
        self.spec = imc_model.read_json(path)
        source = self.spec["input"]
        self.input_shape = tuple(source["map"]) if "map" in source else (source["addresses"],)
        self.stages = self.in_order(self.spec["stages"])

    @staticmethod
    def in_order(stages):
        """The stages, each after its inputs."""
        ready, left, ordered = {"input"}, list(stages), []
        while left:
            stage = next(s for s in left if ready.issuperset(s["inputs"]))
            left.remove(stage)
            ordered.append(stage)
            ready.add(stage["name"])
        return ordered

    def samples(self):
        """Event frames (samples, steps, addresses), and labels (all 0 without)."""
        data = self.spec["dataset"]
        frames = imc_model.read_idx(self.folder / data["samples"])
        frames = frames.reshape(*frames.shape[:2], -1)
        if "labels" not in data:
            return frames, np.zeros(len(frames), dtype=np.int64)
        return frames, imc_model.read_idx(self.folder / data["labels"]).astype(np.int64)

    def run(self, frames):
        """One sample. Returns the stream of every stage, and the stages' models, by name."""
        shapes, models = {"input": self.input_shape}, {}
        streams = {"input": frames_to_steps(frames)}
        for stage in self.stages:
            if stage["kind"] == "spike_readout":
                continue
            model = KINDS[stage["kind"]](stage, self.folder,
                                         [shapes[name] for name in stage["inputs"]])
            name = stage["name"]
            sources = [streams[source] for source in stage["inputs"]]
            streams[name] = [model.step(steps) for steps in zip(*sources)]
            shapes[name], models[name] = model.shape, model
        return streams, models

    def readout(self, streams):
        """Counts of the stage before the readout, which must be of rule `count`."""
        stage, = (s for s in self.stages if s["kind"] == "spike_readout")
        if stage.get("rule", "count") != "count":
            raise ValueError("only the readout rule `count` is modelled here")
        source = stage["inputs"][0]
        neurons, = (s["neurons"] for s in self.stages if s["name"] == source)
        return counts(streams[source], neurons)


def words(stream):
    """A stream as the 64-bit words of docs/streams.md (uint64), one sample."""
    packed = []
    for step in stream:
        packed += [negative << 61 | address << 32 for address, negative in step] + [1 << 62]
    return np.array(packed + [3 << 62], dtype=np.uint64)


def output_words(network, streams):
    """What the design sends for a sample; a readout must be of rule `count` with
    `report_counts`."""
    last = network.stages[-1]
    if last["kind"] != "spike_readout":
        return words(streams[last["name"]])
    if not last.get("report_counts", False):
        raise ValueError("a readout without report_counts is not modelled here")
    count = network.readout(streams)
    packed = [int(count.argmax()) << 32]
    packed += [2 << 62 | c << 32 | int(value) & 0xffffffff for c, value in enumerate(count)]
    return np.array(packed + [3 << 62], dtype=np.uint64)


def report_activity(totals, samples):
    """Prints mean events, operations and saturations of the stages; totals: name -> three sums."""
    for name, (events, operations, saturations) in totals.items():
        print(f"{name:12} {events / samples:10.1f} events, {operations / samples:12.1f} synaptic "
              f"operations, {saturations / samples:.3f} saturations")


def add_activity(totals, streams, models):
    for name, stream in streams.items():
        neurons = getattr(models.get(name), "neurons", None)
        row = (sum(len(step) for step in stream), getattr(models.get(name), "operations", 0),
               neurons.saturations if neurons else 0)
        totals[name] = tuple(a + b for a, b in zip(totals.get(name, (0, 0, 0)), row))


def activity(spec, limit=None):
    """Runs a data set; prints the activity."""
    network = Network(spec)
    frames = network.samples()[0][:limit]
    totals = {}
    for sample in frames:
        add_activity(totals, *network.run(sample))
    print(f"{len(frames)} samples of {frames.shape[1]} time steps; per sample:")
    report_activity(totals, len(frames))


def classify(spec, limit=None, table=None):
    """Runs the data set of a classifier; prints accuracy and activity; `table`: a CSV of counts."""
    network = Network(spec)
    frames, labels = network.samples()
    frames, labels = frames[:limit], labels[:limit]
    rows, totals = [], {}
    for number, sample in enumerate(frames):
        streams, models = network.run(sample)
        count = network.readout(streams)
        rows.append([number, labels[number], int(count.argmax()), *count])
        add_activity(totals, streams, models)
    right = sum(row[1] == row[2] for row in rows)
    print(f"samples  {len(rows)}\ncorrect  {right}\naccuracy {right / len(rows):.4f}\nper sample:")
    report_activity(totals, len(rows))
    if table:
        with table.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["sample", "label", "decision"]
                            + [f"count{c}" for c in range(len(rows[0]) - 3)])
            writer.writerows(rows)


def arguments_of(description, spec):
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--spec", type=pathlib.Path, default=spec)
    parser.add_argument("--limit", type=int, help="only the first N samples")
    parser.add_argument("--csv", type=pathlib.Path, help="write one line per sample")
    return parser.parse_args()
