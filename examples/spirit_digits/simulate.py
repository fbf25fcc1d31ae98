#!/usr/bin/env python3
"""Integer model of the whole chain: rate_encoder -> spiking_dense -> spike_readout.

    python3 simulate.py [--spec spec.json] [--csv decisions.csv] [--limit N]

It follows the numeric contracts in docs/neuron.md and in the README.md of the three kinds, with
numpy, many samples at once; it shares no code with the generator, the RTL or the golden models.
Supported: phase_accumulator; code `cells`; compare ">=" and ">", fire, reset, max_spikes 1,
refractory, both refractory modes, no leak, no bias; the three readout rules.
"""

import argparse
import csv
import json
import pathlib
import re
import struct

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


# ---------------------------------------------------------------- files

def read_json(path):
    """JSON with // comments (outside strings)."""
    text = pathlib.Path(path).read_text()
    text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda m: m.group(1) or "", text)
    return json.loads(text)


def read_idx(path):
    data = pathlib.Path(path).read_bytes()
    if data[0] or data[1] or data[2] != 8:
        raise ValueError(f"{path}: not an IDX file of unsigned bytes")
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


class Network:
    """The three stages of spec.json, with the files they name."""

    def __init__(self, path):
        path = pathlib.Path(path)
        self.spec = read_json(path)
        self.folder = path.resolve().parent
        kinds = {stage["kind"]: stage for stage in self.spec["stages"]}
        self.encoder = kinds["rate_encoder"]
        self.dense = kinds["spiking_dense"]
        self.readout = kinds["spike_readout"]
        self.neuron = self.dense["neuron"]
        self.weights = np.load(self.folder / self.dense["weights"]["file"]).astype(np.int64)
        self.inputs = self.spec["input"]["addresses"]
        bound = self.dense["weights"]["bits"] // 2
        if self.dense["weights"]["code"] != "cells" or np.abs(self.weights).max() > bound:
            raise ValueError("weights: code `cells` expected, and every weight within it")
        if self.weights.shape != (self.dense["neurons"], self.inputs):
            raise ValueError("weights: shape is not (neurons, inputs)")
        if "start_phase_file" in self.encoder:
            self.start = np.load(self.folder / self.encoder["start_phase_file"]).astype(np.int64)
        else:
            self.start = np.full(self.inputs, self.encoder.get("start_phase", 0))

    def samples(self):
        data = self.spec["dataset"]
        pixels = read_idx(self.folder / data["samples"])
        labels = read_idx(self.folder / data["labels"]).astype(np.int64)
        return pixels.reshape(len(pixels), -1) >> data["shift_right"], labels


# ---------------------------------------------------------------- stages

def encode(x, levels, start, phase_bits, time_steps):
    """Spikes (time_steps, samples, inputs), bool; mode phase_accumulator."""
    increment = np.asarray(levels, dtype=np.int64)[x]
    phase = np.broadcast_to(np.asarray(start, dtype=np.int64), increment.shape).copy()
    spikes = np.zeros((time_steps,) + increment.shape, dtype=bool)
    for t in range(time_steps):
        total = phase + increment
        spikes[t] = total >= 1 << phase_bits
        phase = total & ((1 << phase_bits) - 1)
    return spikes


def event_lists(spikes):
    """For every step: addresses of the events in ascending order, (samples, most events of a
    sample in this step), filled up with -1."""
    lists = []
    for step in spikes:
        counts = step.sum(axis=1)
        sample, address = np.nonzero(step)
        place = np.arange(len(sample)) - np.repeat(np.cumsum(counts) - counts, counts)
        events = np.full((step.shape[0], counts.max(initial=0)), -1, dtype=np.int16)
        events[sample, place] = address
        lists.append(events)
    return lists


def dense(lists, weights, neuron):
    """Spikes sent in each step (steps, samples, neurons): positive less negative ones.
    Also returns the largest and the smallest membrane seen before saturation."""
    low = -(1 << (neuron["membrane_bits"] - 1))
    high = -low - 1
    low = neuron.get("clamp_min", low)
    high = neuron.get("clamp_max", high)
    threshold = neuron["threshold"]
    negative = neuron.get("negative_threshold")
    strict = neuron.get("compare", ">=") == ">"
    up = threshold + strict
    down = None if negative is None else negative - strict
    by_event = neuron.get("fire", "step") == "event"
    reset = neuron.get("reset", "subtract")
    refractory = neuron.get("refractory_steps", 0)
    hold = neuron.get("refractory_mode", "integrate") == "hold"
    if neuron.get("leak", "none") != "none" or neuron.get("max_spikes", 1) != 1:
        raise ValueError("leak and max_spikes above 1 are not modelled here")

    columns = np.ascontiguousarray(weights.T).astype(np.int32)
    shape = (lists[0].shape[0], weights.shape[0])
    v = np.zeros(shape, dtype=np.int32)
    r = np.zeros(shape, dtype=np.int32)
    sent = np.zeros((len(lists),) + shape, dtype=np.int32)
    extremes = [0, 0]

    def fire_test(v, allowed):
        spike = ((v >= up) & allowed).astype(np.int32)
        if down is not None:
            spike -= (v <= down) & allowed
        if reset == "subtract":
            v = v - np.where(spike > 0, threshold, 0)
            if down is not None:
                v = v - np.where(spike < 0, negative, 0)
        elif reset != "none":
            v = np.where(spike != 0, neuron.get("reset_value", 0) if reset == "value" else 0, v)
        return v, spike

    for t, events in enumerate(lists):
        for k in range(events.shape[1]):
            # Only the samples that have a k-th event in this step.
            some = np.flatnonzero(events[:, k] >= 0)
            at_v, at_r = v[some], r[some]
            add = columns[events[some, k]]
            if hold:
                add = np.where(at_r > 0, 0, add)
            at_v = at_v + add
            extremes = [max(extremes[0], at_v.max()), min(extremes[1], at_v.min())]
            at_v = np.clip(at_v, low, high)
            if by_event:
                at_v, spike = fire_test(at_v, at_r == 0)
                r[some] = np.where(spike != 0, refractory, at_r)
                sent[t, some] += spike
            v[some] = at_v
        if by_event:
            fired = np.zeros(shape, dtype=bool)
        else:
            v, spike = fire_test(v, r == 0)
            sent[t] += spike
            fired = spike != 0
        r = np.where(fired, refractory, np.maximum(r - 1, 0))
    return sent, extremes


def decide(sent, rule, target, counter_bits):
    """Decision, counts at the end, steps run, and whether the rule (not the last step) decided."""
    steps, samples, classes = sent.shape
    low, high = -(1 << (counter_bits - 1)), (1 << (counter_bits - 1)) - 1
    count = np.zeros((samples, classes), dtype=np.int64)
    ran = np.full(samples, steps)
    early = np.zeros(samples, dtype=bool)
    for t in range(steps):
        # A neuron sends at most one spike per step (see run()), so one addition is exact.
        new = np.clip(count + sent[t], low, high)
        count = np.where(early[:, None], count, new)
        ordered = np.sort(count, axis=1)
        if rule == "lead":
            done = ordered[:, -1] - ordered[:, -2] >= target
        elif rule == "first_to_k":
            done = ordered[:, -1] >= target
        else:
            done = np.zeros(samples, dtype=bool)
        # `evaluate` only after an event; without one nothing could have changed since the last.
        done &= ~early & (sent[t] != 0).any(axis=1)
        ran[done] = t + 1
        early |= done
    return count.argmax(axis=1), count, ran, early


def run(network, x):
    encoder, readout = network.encoder, network.readout
    if network.neuron.get("refractory_steps", 0) < 1 and network.neuron.get("fire") == "event":
        raise ValueError("fire `event` with refractory_steps 0 can mix signs within a step")
    spikes = encode(x, encoder["levels"], network.start, encoder["phase_bits"],
                    encoder["time_steps"])
    sent, extremes = dense(event_lists(spikes), network.weights, network.neuron)
    decision, count, ran, early = decide(sent, readout["rule"], readout.get("target", 1),
                                         readout["counter_bits"])
    stops = "stop_on" in encoder
    lasted = ran if stops else np.full(len(x), encoder["time_steps"])
    within = np.arange(encoder["time_steps"])[:, None] < lasted[None, :]
    events = (spikes.sum(axis=2) * within).sum(axis=0)
    output = (np.abs(sent).sum(axis=2) * within).sum(axis=0)
    return {"decision": decision, "counts": count, "steps": lasted, "early": early,
            "input_spikes": events, "output_spikes": output, "extremes": extremes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--spec", type=pathlib.Path, default=HERE / "spec.json")
    parser.add_argument("--csv", type=pathlib.Path, help="write one line per sample")
    parser.add_argument("--limit", type=int, help="only the first N samples")
    arguments = parser.parse_args()

    network = Network(arguments.spec)
    x, labels = network.samples()
    x, labels = x[:arguments.limit], labels[:arguments.limit]
    result = run(network, x)
    correct = result["decision"] == labels
    classes = network.dense["neurons"]
    print(f"samples                    {len(x)}")
    print(f"correct                    {correct.sum()}")
    print(f"accuracy                   {correct.mean():.4f}")
    print(f"mean input spikes          {result['input_spikes'].mean():.3f}")
    print(f"most input spikes          {result['input_spikes'].max()}")
    print(f"mean time steps            {result['steps'].mean():.3f} of "
          f"{network.encoder['time_steps']}")
    print(f"mean synaptic operations   {result['input_spikes'].mean() * classes:.2f}")
    print(f"mean output spikes         {result['output_spikes'].mean():.3f}")
    print(f"decided by the rule        {result['early'].mean():.4f}")
    print(f"membrane before saturation {result['extremes'][1]} ... {result['extremes'][0]} "
          "(all steps, early decision ignored)")

    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["sample", "label", "decision", "early", "steps", "input_spikes"]
                            + [f"count{c}" for c in range(classes)])
            for n in range(len(x)):
                writer.writerow([n, labels[n], result["decision"][n], int(result["early"][n]),
                                 result["steps"][n], result["input_spikes"][n],
                                 *result["counts"][n]])


if __name__ == "__main__":
    main()
