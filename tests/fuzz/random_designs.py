#!/usr/bin/env python3
"""Random legal specifications through `nacre verify`.

    random_designs.py --nacre build/nacre --count 100 --seed 1 --jobs 2 [--keep DIR] [--trees N]
    random_designs.py --nacre build/nacre --directed [--only NAME]

Design k of seed S depends on S and k only; `--only k` repeats one. Each goes through an unstalled run (whose cycles
are checked, too), a run with stalls and resets, and some a run compared time step by time step. --trees N checks what
`nacre generate` writes for the first N designs as well: two runs give the same bytes, Verilator's lint, Yosys, Icarus
and xmllint are silent (tools that are not installed are left out). --directed runs the specifications of directed/
instead. What fails stays in --keep (default: a folder of its own under the temporary folder) with the command that
repeats it, minimised. CXX chooses the compiler of the models. Closing line: `N passed, N failed`.
"""
import argparse
import collections
import concurrent.futures
import copy
import gzip
import itertools
import json
import math
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

TIME_LIMIT = 600
DIRECTED = pathlib.Path(__file__).resolve().parent / "directed"


# ---------------------------------------------------------------------------------------------------------- data files
def write_npy(path, values, shape, descr="<i8", fortran=False, version=1):
    """numpy's .npy of integers; `values` in C order."""
    if fortran:
        strides = [math.prod(shape[d + 1:]) for d in range(len(shape))]
        index = [range(n) for n in reversed(shape)]  # the first dimension fastest
        values = [values[sum(i * s for i, s in zip(reversed(place), strides))] for place in itertools.product(*index)]
    text = ", ".join(str(n) for n in shape) + ("," if len(shape) == 1 else "")
    header = f"{{'descr': '{descr}', 'fortran_order': {bool(fortran)}, 'shape': ({text}), }}"
    count_bytes = 2 if version == 1 else 4
    pad = -(8 + count_bytes + len(header) + 1) % 64
    header = (header + " " * pad + "\n").encode("ascii")
    order = "big" if descr[0] == ">" else "little"
    width, signed = int(descr[2:]), descr[1] == "i"
    path.write_bytes(b"\x93NUMPY" + bytes([version, 0]) + len(header).to_bytes(count_bytes, "little") + header
                     + b"".join(int(v).to_bytes(width, order, signed=signed) for v in values))


def write_idx(path, shape, data, zipped):
    body = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape) + bytes(data)
    path.write_bytes(gzip.compress(body, mtime=0) if zipped else body)


# ----------------------------------------------------------------------------------------------------- random designs
COUNTS = [1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17, 20, 23, 31, 32, 33, 40, 63, 64, 65]
MEMBRANES = [2, 2, 3, 4, 5, 6, 6, 7, 8, 8, 9, 10, 12, 15, 16, 17, 20, 24, 31, 32, 32]
TRICKY_NAMES = ["a", "A1", "_", "__x", "x_", "weights", "state", "bias", "levels", "clk_i", "rst_ni", "s_axis_tdata",
                "m_valid", "ingress", "egress", "demux", "axil", "u_top", "i_stage", "top", "core", "data", "cfg",
                "stage_0", "error", "irq", "value", "count", "main", "_0", "errno", "Memory", "mem", "tb", "Vdut", "dut", "NULL_",
                "q" * 63, "z9_" * 21, "status", "cycles", "samples", "verdict", "idle", "busy", "words_in", "spec_hash"]


class Maker:
    """One random legal specification with its data files."""

    def __init__(self, seed, number, folder):
        self.rng = random.Random(f"{seed}:{number}")
        self.folder = folder
        self.number = number
        self.name = f"d{number}"
        self.names = set()

    def chance(self, probability):
        return self.rng.random() < probability

    def pick(self, *values):
        return self.rng.choice(values)

    def fresh_name(self, plain, module=False):
        name = self.pick(*TRICKY_NAMES) if self.chance(0.35) else plain
        # A design and a macro are modules: they may not be called like a port of the top.
        port = module and name in ("clk_i", "rst_ni", "s_axis_tdata")
        while port or name.lower() in self.names:
            port = False
            name = f"{plain}{len(self.names)}"
        self.names.add(name.lower())
        return name

    def storage(self, bits):
        kind = self.pick("ram", "ram", "flipflop", "macro", None)
        if kind == "flipflop" and bits > 6000:
            kind = "ram"
        if kind is None:
            return {}
        result = {"storage": kind}
        if kind == "macro":
            result["macro"] = self.fresh_name(f"sram{len(self.names)}", module=True)
        return result

    def lanes(self, items, most=64):
        fit = [n for n in (1, 2, 4, 8, 16, 32, 64) if n <= most]
        if self.chance(0.12):
            return self.pick(*fit)  # may be above the items
        return self.pick(*[n for n in fit if n <= max(1, items)])

    # spiking_dense ----------------------------------------------------------------------------------------------
    def weights(self, stage, shape):
        """The object `weights` for a file of that shape; (smallest, largest, typical magnitude) of its values."""
        count = math.prod(shape)
        code = self.pick("signed", "signed", "signed", "unsigned", "binary", "cells")
        if code == "binary":
            bits, low, high = 1, -1, 1
        elif code == "cells":
            bits = 2 * self.rng.randint(1, 8)
            low, high = -(bits // 2), bits // 2
        else:
            bits = self.pick(1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 9, 11, 13, 15, 16, 16)
            low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if code == "signed" else (0, (1 << bits) - 1)
        result = {}
        if code != "signed" or self.chance(0.5):
            result["code"] = code
        if code == "binary":
            if self.chance(0.3):
                result["bits"] = 1
        elif bits != 8 or self.chance(0.5):
            result["bits"] = bits
        way = self.pick("random", "random", "random", "file", "file", "max", "min", "zero" if self.chance(0.3) else "max")
        if code == "binary" and way == "zero":
            way = "max"  # the code has no zero: refused
        typical = max(1, (abs(low) + abs(high)) // 4)
        if way == "file":
            values = []
            legal = [v for v in range(low, high + 1) if not (code == "binary" and v == 0)]
            small = [v for v in legal if abs(v) <= 2] or legal
            style = self.pick("any", "any", "ends", "small", "sparse")
            for _ in range(count):
                if style == "ends":
                    values.append(self.pick(legal[0], legal[-1], legal[-1]))
                elif style == "small":
                    values.append(self.pick(*small))
                elif style == "sparse":
                    values.append(self.pick(*legal) if self.chance(0.25) else (0 if 0 in legal else legal[0]))
                else:
                    values.append(self.rng.choice(legal))
            typical = max(1, sum(abs(v) for v in values) // max(1, len(values)))
            descr = self.pick("<i8", ">i4", "<i4", ">i8", *(["|i1"] if -128 <= low and high <= 127 else []),
                              *(["<u2", ">u4"] if low >= 0 else []))
            result["file"] = f"{stage}_w.npy"
            write_npy(self.folder / result["file"], values, shape, descr, self.chance(0.3),
                      self.pick(1, 1, 2, 3))
        else:
            result["fill"] = way
            if way == "random" and self.chance(0.8):
                result["seed"] = self.pick(0, 1, 4294967295, self.rng.randrange(1 << 32))
            if way in ("min", "max"):
                typical = max(1, abs(low if way == "min" else high))
        result.update(self.storage(count * bits))
        return result, low, high, typical

    def neuron(self, typical, inputs, driven_negative):
        rng = self.rng
        bits = rng.choice(MEMBRANES)
        if typical >= (1 << (bits - 1)) and self.chance(0.6):
            bits = min(32, typical.bit_length() + rng.randint(1, 4))
        lowest, highest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        clamp_min, clamp_max = lowest, highest
        neuron = {"membrane_bits": bits}
        if self.chance(0.3):
            clamp_max = rng.choice([highest, 1, max(1, highest // 2), min(highest, typical * 3), min(highest, 10)])
            clamp_max = max(1, clamp_max)
            neuron["clamp_max"] = clamp_max
        if self.chance(0.35):
            clamp_min = rng.choice([lowest, 0, -1, lowest // 2, max(lowest, -typical * 3)])
            neuron["clamp_min"] = clamp_min

        def level(limit):
            """A threshold of at most `limit` that a few typical events reach."""
            if self.chance(0.1):
                return 1
            if self.chance(0.08):
                return limit
            reach = typical * rng.choice([0.5, 1, 1, 1.5, 2, 3, max(1, math.sqrt(inputs))])
            return max(1, min(limit, round(reach) + rng.randint(-1, 1)))

        neuron["compare"] = self.pick(">=", ">")
        strict = neuron["compare"] == ">"
        neuron["threshold"] = level(clamp_max - 1 if strict and clamp_max > 1 and self.chance(0.9) else clamp_max)
        if clamp_min < 0 and self.chance(0.6 if driven_negative else 0.4):
            neuron["negative_threshold"] = -level(-clamp_min)
        if not strict and self.chance(0.5):
            del neuron["compare"]
        if self.chance(0.85):
            neuron["fire"] = self.pick("step", "event")
        neuron["reset"] = self.pick("subtract", "subtract", "zero", "value", "none")
        if neuron["reset"] == "subtract":
            if self.chance(0.5):
                neuron["max_spikes"] = self.pick(1, 2, 3, 4, 7, 8, 14, 15, 15)
            if self.chance(0.5):
                del neuron["reset"]
        if neuron["reset"] == "value" if "reset" in neuron else False:
            if self.chance(0.85):
                neuron["reset_value"] = max(clamp_min, min(clamp_max, self.pick(
                    clamp_min, clamp_max, 0, neuron["threshold"], neuron["threshold"] - 1, -neuron["threshold"],
                    neuron.get("negative_threshold", -1), 1, -1, rng.randint(clamp_min, clamp_max))))
        if self.chance(0.5):
            neuron["refractory_steps"] = self.pick(0, 1, 1, 1, 2, 2, 3, 4, 7, 8, 255)
            if self.chance(0.7):
                neuron["refractory_mode"] = self.pick("integrate", "hold")
        leak = self.pick("none", "none", "shift", "multiply")
        if leak != "none":
            neuron["leak"] = leak
            if leak == "shift":
                neuron["leak_shift"] = self.pick(1, bits - 1, rng.randint(1, bits - 1), min(bits - 1, 3))
            else:
                fraction = self.pick(1, 16, rng.randint(1, 16), 8)
                one = 1 << fraction
                neuron["leak_fraction_bits"] = fraction
                neuron["leak_factor"] = self.pick(0, 1, one, one - 1, one // 2, rng.randint(0, one), one * 15 // 16,
                                                  one * 7 // 8)
            if self.chance(0.75):
                neuron["leak_rounding"] = self.pick("floor", "toward_zero", "half_up")
            if self.chance(0.7):
                neuron["leak_order"] = self.pick("after_fire", "before_fire")
        elif self.chance(0.1):
            neuron["leak"] = "none"
        return neuron

    def bias(self, name, count, threshold):
        """The object `bias` of `count` values."""
        bits = self.pick(2, 3, 4, 5, 8, 11, 16, 31, 32)
        lowest, highest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        style = self.pick("small", "small", "any", "ends", "zero")
        reach = max(1, threshold // 2)
        values = []
        for _ in range(count):
            if style == "small":
                values.append(max(lowest, min(highest, self.rng.randint(-reach, reach))))
            elif style == "ends":
                values.append(self.pick(lowest, highest))
            else:
                values.append(0 if style == "zero" else self.rng.randint(lowest, highest))
        result = {"file": f"{name}_b.npy"}
        if bits != 8 or self.chance(0.5):
            result["bits"] = bits
        write_npy(self.folder / result["file"], values, (count,), self.pick("<i8", ">i4", "<i4"))
        return result

    def dense(self, name, source, inputs, negative, neurons):
        weights, low, high, typical = self.weights(name, (neurons, inputs))
        neuron = self.neuron(typical, inputs, negative or low < 0)
        stage = {"name": name, "kind": "spiking_dense", "inputs": [source], "neurons": neurons,
                 "weights": weights, "neuron": neuron}
        lanes = self.lanes(neurons)
        if lanes != 1 or self.chance(0.5):
            stage["lanes"] = lanes
        if self.chance(0.7):
            stage["state"] = self.storage(neurons * (neuron["membrane_bits"] + 8))
        if self.chance(0.3):
            stage["bias"] = self.bias(name, neurons, neuron["threshold"])
        if self.chance(0.25):
            stage["keep_state"] = self.pick(True, True, False)
        return stage, "negative_threshold" in neuron

    # rate_encoder -----------------------------------------------------------------------------------------------
    def encoder(self, name, inputs, bits, steps):
        rng = self.rng
        phase = self.pick(1, 2, 3, 4, 6, 8, 8, 12, 16, 30, 31)
        one = 1 << phase
        stage = {"name": name, "kind": "rate_encoder", "inputs": ["input"], "time_steps": steps}
        if phase != 8 or self.chance(0.5):
            stage["phase_bits"] = phase
        mode = self.pick("phase_accumulator", "phase_accumulator", "random")
        if mode == "random" or self.chance(0.5):
            stage["mode"] = mode
        if bits <= 8 and self.chance(0.5):
            style = self.pick("any", "one", "zero_one", "corner", "ramp")
            levels = [{"any": rng.randint(0, one), "one": one, "zero_one": rng.choice([0, one]),
                       "corner": rng.choice([0, 1, one - 1, one, one // 2]),
                       "ramp": (i * one) >> bits}[style] for i in range(1 << bits)]
            stage["levels"] = levels
        elif self.chance(0.3):
            stage["levels"] = "linear"
        if mode == "random":
            if self.chance(0.8):
                stage["seed"] = self.pick(1, 4294967295, 2147483648, rng.randrange(1, 1 << 32))
        else:
            way = rng.random()
            if way < 0.35:
                stage["start_phase_file"] = f"{name}_phase.npy"
                values = [self.pick(0, one - 1, rng.randrange(one)) for _ in range(inputs)]
                write_npy(self.folder / stage["start_phase_file"], values, (inputs,), self.pick("<i8", "<i4", ">u4"))
            elif way < 0.7:
                stage["start_phase"] = self.pick(0, one - 1, one // 2, rng.randrange(one))
        lanes = self.lanes(inputs)
        if lanes != 1 or self.chance(0.5):
            stage["lanes"] = lanes
        return stage

    # spike_readout ----------------------------------------------------------------------------------------------
    def readout(self, name, source, classes):
        stage = {"name": name, "kind": "spike_readout", "inputs": [source]}
        rule = self.pick("count", "first_to_k", *(["lead"] if classes >= 2 else []))
        if rule != "count" or self.chance(0.5):
            stage["rule"] = rule
        bits = self.pick(2, 2, 3, 4, 5, 8, 12, 16, 16, 31, 32)
        if bits != 16 or self.chance(0.5):
            stage["counter_bits"] = bits
        if rule != "count":
            highest = (1 << (bits - 1)) - 1
            stage["target"] = min(highest, self.pick(1, 1, 2, 2, 3, 4, 6, 10, highest if self.chance(0.3) else 2))
        if self.chance(0.7):
            stage["report_counts"] = self.pick(True, True, False)
        return stage

    # value_readout alone ----------------------------------------------------------------------------------------
    def make_value_readout(self):
        """Values of both signs, with and without steps, straight into a value_readout."""
        stage = {"name": self.fresh_name("readout"), "kind": "value_readout", "inputs": ["input"]}
        if self.chance(0.7):
            stage["report_values"] = self.chance(0.5)
        top = {"nacre": 1, "name": self.name,
               "input": {"kind": "values", "addresses": self.pick(*COUNTS, 300), "bits": self.rng.randint(1, 16)}}
        for key in ("signed", "steps"):
            if self.chance(0.7):
                top["input"][key] = self.chance(0.6)
        if self.chance(0.85):
            top["counters"] = self.pick("none", "basic", "full", "full")
        top["stages"] = [stage]
        count = ["--samples", self.pick("20", "40", "70")]
        rough = ["--stalls", self.pick("0.05", "0.3", "0.6"), "--resets", self.pick("0.1", "0.5")]
        seeds = [["--seed", str(self.rng.randrange(1 << 31))] for _ in range(3)]
        runs = [count + seeds[0], count + seeds[1] + rough]
        if top["input"].get("steps"):
            runs.append(["--samples", "20", *seeds[2], "--checkpoint", "step"])
        return top, runs

    # the design -------------------------------------------------------------------------------------------------
    def make(self):
        if self.number % 8 == 7:
            return self.make_value_readout()
        rng = self.rng
        name = self.fresh_name(self.name, module=True) if self.chance(0.3) else self.name
        self.names.add(name.lower())
        values = self.chance(0.5)
        depth = self.pick(0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4)
        end = self.chance(0.5) or (depth == 0 and not values)
        addresses = rng.choice(COUNTS)
        top = {"nacre": 1, "name": name}
        stages = []
        source, width, negative = "input", addresses, False
        # a chain of 4 layers takes long to build: keep it narrow
        sizes = COUNTS if depth <= 1 else [n for n in COUNTS if n <= (24 if depth == 2 else 10)]
        if depth and addresses > 33:
            sizes = [n for n in sizes if n <= 33]
        coder = None
        if values:
            bits = self.pick(1, 1, 2, 3, 4, 4, 6, 8, 8, 10, 12, 16 if self.chance(0.2) else 4)
            top["input"] = {"kind": "values", "addresses": addresses, "bits": bits}
            steps = self.pick(1, 1, 2, 3, 5, 8, 10, 16, 33)
            coder = self.encoder(self.fresh_name("encoder"), addresses, bits, steps)
            stages.append(coder)
            source = coder["name"]
        else:
            negative = self.chance(0.6)
            top["input"] = {"kind": "events", "addresses": addresses}
            if negative or self.chance(0.3):
                top["input"]["negative"] = negative
        for layer in range(depth):
            stage, negative = self.dense(self.fresh_name(f"layer{layer}"), source, width, negative, rng.choice(sizes))
            stages.append(stage)
            source, width = stage["name"], stage["neurons"]
        if end:
            stage = self.readout(self.fresh_name("readout"), source, width)
            stages.append(stage)
            if coder and self.chance(0.6):
                coder["stop_on"] = stage["name"]
        if self.chance(0.85):
            top["counters"] = self.pick("none", "basic", "full", "full")
        rng.shuffle(stages)
        top["stages"] = stages
        samples = rng.choice([8, 15, 25, 40])
        if values and self.chance(0.3):
            samples = min(samples, 12)
            low = self.pick(0, 1, 4, 7)
            most = (min(255 >> low, (1 << top["input"]["bits"]) - 1) << low) | ((1 << low) - 1)
            data = [self.pick(0, most, rng.randint(0, most)) for _ in range(samples * addresses)]
            shape = (samples, 2, addresses // 2) if addresses % 2 == 0 and self.chance(0.5) else (samples, addresses)
            top["dataset"] = {"format": "idx", "samples": "samples.idx"}
            write_idx(self.folder / "samples.idx", shape, data, self.chance(0.5))
            if low or self.chance(0.2):
                top["dataset"]["shift_right"] = low
            if self.chance(0.5):
                top["dataset"]["labels"] = "labels.idx"
                write_idx(self.folder / "labels.idx", (samples,), [rng.randrange(max(1, width)) for _ in range(samples)],
                          self.chance(0.5))
        if coder and coder["time_steps"] * addresses > 600:
            samples = min(samples, 10)
        count = ["--samples", str(samples)]
        runs = [count + ["--seed", str(rng.randrange(1 << 31))],
                count + ["--seed", str(rng.randrange(1 << 31)), "--stalls", self.pick("0.05", "0.3", "0.5", "0.8"),
                         "--resets", self.pick("0.1", "0.3", "0.6", "1")],
                count + ["--seed", str(rng.randrange(1 << 31)), "--stalls", self.pick("0.02", "0.2", "0.6")]]
        if self.chance(0.6):
            runs.append(["--samples", str(min(samples, 12)), "--seed", str(rng.randrange(1 << 31)), "--checkpoint",
                         "step"] + (["--stalls", "0.3"] if self.chance(0.4) else []))
        return top, runs


# ------------------------------------------------------------------------------------------------------- running them
Outcome = collections.namedtuple("Outcome", "kind status output")


class Runner:
    def __init__(self, nacre, cache, verbose=False):
        self.nacre = str(nacre)
        self.cache = cache
        self.environment = dict(os.environ, NACRE_CACHE_DIR=str(cache), NO_COLOR="1")

    def call(self, arguments, cwd=None, limit=TIME_LIMIT):
        try:
            result = subprocess.run(arguments, capture_output=True, text=True, errors="replace", cwd=cwd,
                                    env=self.environment, timeout=limit, stdin=subprocess.DEVNULL)
            return result.returncode, result.stdout + result.stderr
        except subprocess.TimeoutExpired:
            return "timeout", ""

    def arguments(self, spec, out, run):
        return [self.nacre, "verify", str(spec), "-o", str(out), "--threads", "1", "--no-waves",
                "--cache", str(self.cache), *run]

    def verify(self, spec, out, run):
        """kind: "" when it passed, else exit status and first error code, such as 1:N0801."""
        status, output = self.call(self.arguments(spec, out, run))
        if status == 0:
            good = any(line.startswith("PASS verify: ") for line in output.splitlines())
            return Outcome("" if good else "0:no PASS line", status, output)
        code = re.search(r"error\[(N\d{4})\]", output)
        return Outcome(f"{status}:{code.group(1) if code else '-'}", status, output)


# -------------------------------------------------------------------------------------------------------- minimising
REQUIRED = {"nacre", "name", "kind", "inputs", "neurons", "neuron", "weights", "membrane_bits", "threshold", "addresses",
            "time_steps", "input", "stages"}
SMALLER = {"neurons": [1, 2, 3, 5], "addresses": [1, 2, 3, 5], "lanes": [1, 2], "time_steps": [1, 2, 4],
           "membrane_bits": [4, 6, 8, 16], "threshold": [1, 2, 5], "negative_threshold": [-1, -2, -5],
           "refractory_steps": [1, 2], "max_spikes": [2, 3], "bits": [1, 2, 4], "counter_bits": [4, 8],
           "phase_bits": [1, 2, 4], "target": [1, 2], "leak_shift": [1, 2], "leak_fraction_bits": [1, 2],
           "leak_factor": [0, 1], "reset_value": [0, 1], "clamp_min": [0, -1], "seed": [1], "start_phase": [0]}


def simpler(spec):
    """Candidates, each simpler than `spec` in one place; the largest steps first."""
    stages = spec["stages"]
    for index, stage in enumerate(stages):  # a stage left out: its reader takes its input
        if len(stages) > 1:
            candidate = copy.deepcopy(spec)
            del candidate["stages"][index]
            for other in candidate["stages"]:
                if other["inputs"] == [stage["name"]]:
                    other["inputs"] = list(stage["inputs"])
                if other.get("stop_on") == stage["name"]:
                    del other["stop_on"]
            if stage["kind"] == "rate_encoder" and spec["input"]["kind"] == "values":
                candidate["input"] = {"kind": "events", "addresses": spec["input"]["addresses"]}
                candidate.pop("dataset", None)
            yield candidate

    def nodes(node, path):
        if isinstance(node, dict):
            yield path
            for key, value in node.items():
                yield from nodes(value, path + (key,))
        elif isinstance(node, list) and path[-1] == "stages":
            for index, value in enumerate(node):
                yield from nodes(value, path + (index,))

    def at(root, path):
        for step in path:
            root = root[step]
        return root

    paths = list(nodes(spec, ()))
    for path in paths:
        for key, value in at(spec, path).items():
            def replaced(new, drop=()):
                candidate = copy.deepcopy(spec)
                node = at(candidate, path)
                for other in drop:
                    node.pop(other, None)
                if new is None:
                    node.pop(key, None)
                else:
                    node[key] = new
                return candidate
            if key == "file" and path and path[-1] == "weights":
                for fill in ("max", "random"):
                    candidate = replaced(None)
                    at(candidate, path)["fill"] = fill
                    yield candidate
            elif key == "leak":
                yield replaced(None, ("leak_shift", "leak_factor", "leak_fraction_bits", "leak_rounding", "leak_order"))
            elif key == "rule":
                yield replaced(None, ("target",))
            elif key == "storage":
                yield replaced(None, ("macro",))
            elif key == "reset":
                yield replaced(None, ("reset_value",))
            elif key == "fill" and value == "random":
                yield replaced("max", ("seed",))
            elif key not in REQUIRED:
                yield replaced(None)
            for small in SMALLER.get(key, []):
                if isinstance(value, int) and not isinstance(value, bool) and abs(small) < abs(value):
                    yield replaced(small)


def minimise(runner, spec, run, kind, folder, budget):
    """(smaller specification, run) that fails in the same way; `budget` seconds."""
    until = time.monotonic() + budget
    path, out = folder / "candidate.json", folder / "candidate_out"

    def fails(candidate, how):
        path.write_text(json.dumps(candidate))
        status, _ = runner.call([runner.nacre, "check", str(path)], limit=60)
        if status not in (0,) and not kind.startswith(("2:", "5:", "70", "-")):
            return False
        return runner.verify(path, out, how).kind == kind

    progress = True
    while progress and time.monotonic() < until:
        progress = False
        for candidate in simpler(spec):
            if time.monotonic() > until:
                break
            if fails(candidate, run):
                spec, progress = candidate, True
                break
    for option in ("--resets", "--stalls", "--checkpoint"):
        if option in run:
            position = run.index(option)
            shorter = run[:position] + run[position + 2:]
            if fails(spec, shorter):
                run = shorter
    position = run.index("--samples") + 1
    for count in ("1", "2", "3", "5"):
        shorter = run[:position] + [count] + run[position + 1:]
        if int(count) < int(run[position]) and fails(spec, shorter):
            run = shorter
            break
    shutil.rmtree(out, ignore_errors=True)
    path.unlink(missing_ok=True)
    return spec, run


# --------------------------------------------------------------------------------------------- what generate writes
def check_tree(runner, spec, folder, name):
    """Text of what is wrong with the generated files, or nothing."""
    trees = [folder / "tree_one", folder / "elsewhere" / "tree two"]
    faults = []
    for tree in trees:
        tree.parent.mkdir(exist_ok=True)
        status, output = runner.call([runner.nacre, "generate", str(spec), "-o", str(tree)])
        if status != 0:
            return f"generate: exit {status}\n{output}"
    status, output = runner.call(["diff", "-r", *map(str, trees)])
    if status != 0:
        faults.append(f"two runs of generate differ:\n{output}")
    tree = trees[0]
    files = (tree / "rtl.f").read_text().split()
    checks = []
    if shutil.which("verilator"):
        checks.append((["verilator", "--lint-only", "-Wall", "-f", "rtl.f", "--top-module", name], None))
    if shutil.which("yosys"):
        script = (" ".join(["read_verilog", "-sv", *files])
                  + f"; hierarchy -check -top {name}; proc; opt; check -assert")
        checks.append((["yosys", "-q", "-p", script], None))
    if shutil.which("iverilog"):
        checks.append((["iverilog", "-g2012", "-Wall", "-s", name, "-o", os.devnull, *files], None))
    for arguments, _ in checks:
        status, output = runner.call(arguments, cwd=tree)
        if status != 0 or output.strip():
            faults.append(f"in {tree}: {shlex.join(arguments)}\nexit {status}\n{output[:3000]}")
    for tree in trees if not faults else []:
        shutil.rmtree(tree, ignore_errors=True)
    return "\n".join(faults)


# ---------------------------------------------------------------------------------------------------------------- main
def main(maker=Maker, description=__doc__):
    """Designs of `maker`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nacre", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=pathlib.Path, help="what failed stays here")
    parser.add_argument("--only", help="one design: its number (or its name with --directed)")
    parser.add_argument("--directed", action="store_true", help="the specifications of directed/ instead")
    parser.add_argument("--every", type=int, default=1, help="with --directed, of all: each Nth (`make test`)")
    parser.add_argument("--trees", type=int, default=0, help="check the generated files of this many designs, too")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no design after this time")
    parser.add_argument("--minimise", type=float, default=240, help="seconds for minimising one failure; 0: do not")
    options = parser.parse_args()
    options.nacre = options.nacre.resolve()
    keep = (options.keep or pathlib.Path(tempfile.mkdtemp(prefix="nacre_fuzz_"))).resolve()
    keep.mkdir(parents=True, exist_ok=True)
    private = pathlib.Path(tempfile.mkdtemp(prefix="cache_", dir=keep))
    runner = Runner(options.nacre, private)
    print(f"seed={options.seed}", flush=True)
    begin = time.monotonic()

    if options.directed:
        jobs = [path.stem for path in sorted(DIRECTED.glob("*.json")) if options.only in (None, path.stem)]
        jobs = jobs[::options.every]
    elif options.only is not None:
        jobs = [int(options.only)]
    else:
        jobs = list(range(options.count))
    if not jobs:
        sys.exit(f"no design '{options.only}'")

    def judge(entry):
        position, job = entry
        if time.monotonic() - begin > 60 * options.minutes:
            return job, None, "", ""
        label = f"directed.{job}" if options.directed else f"seed={options.seed} design={job}"
        folder = keep / (f"directed_{job}" if options.directed else f"seed{options.seed}_{job}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if options.directed:
            path = DIRECTED / f"{job}.json"
            runs = [["--samples", "30", "--seed", "1"],
                    ["--samples", "30", "--seed", "2", "--stalls", "0.4", "--resets", "0.3"],
                    ["--samples", "12", "--seed", "3", "--checkpoint", "step"],
                    ["--samples", "30", "--seed", "4", "--stalls", "0.1", "--resets", "0"]]
            spec = None
        else:
            path = folder / "spec.json"
            spec, runs = maker(options.seed, job, folder).make()
            path.write_text(json.dumps(spec, indent=1) + "\n")
        fault = ""
        shared = private / f"{position}"  # models of this design, removed with it
        own = Runner(options.nacre, shared)
        shared.mkdir()
        if (private / "runtime").is_dir():
            for kept in (private / "runtime").iterdir():
                shutil.copytree(kept, shared / kept.name)
        for number, run in enumerate(runs):
            out = folder / f"out{number}"
            outcome = own.verify(path, out, run)
            if outcome.kind:
                command = shlex.join(own.arguments(path, out, run)).replace(str(shared), str(keep / "cache"))
                fault = f"{command}\n{outcome.kind}\n{outcome.output}"
                if spec is not None and options.minimise > 0:
                    small, how = minimise(own, spec, run, outcome.kind, folder, options.minimise)
                    (folder / "small.json").write_text(json.dumps(small) + "\n")
                    again = own.verify(folder / "small.json", folder / "out_small", how)
                    command = shlex.join(own.arguments(folder / "small.json", folder / "out_small", how))
                    command = command.replace(str(shared), str(keep / "cache"))
                    fault += f"minimised: {json.dumps(small)}\n{command}\n{again.kind}\n{again.output}"
                (folder / "failure.txt").write_text(fault)
                break
            if number == 0 and position < options.trees and shutil.which("xmllint"):
                status, output = own.call(["xmllint", "--noout", str(out / "results.xml")])
                if status != 0:
                    fault = f"xmllint: {output}"
        if not fault and position < options.trees:
            text = path.read_text()
            name = spec["name"] if spec else re.search(r'"name"\s*:\s*"(\w+)"', text).group(1)
            fault = check_tree(own, path, folder, name)
            if fault:
                (folder / "failure.txt").write_text(fault)
        with lock:
            if not (private / "runtime").is_dir() and not fault:
                (private / "runtime").mkdir()
                for found in shared.glob("runtime-*"):
                    shutil.copytree(found, private / "runtime" / found.name)
        shutil.rmtree(shared, ignore_errors=True)
        if not fault:
            shutil.rmtree(folder, ignore_errors=True)
        return job, fault == "", fault, label

    lock = threading.Lock()
    passed = failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
            for job, good, fault, label in pool.map(judge, enumerate(jobs)):
                if good is None:
                    continue
                passed, failed = passed + good, failed + (not good)
                if options.directed or not good:
                    print(f"{'ok  ' if good else 'FAIL'} {label}", flush=True)
                elif passed % 50 == 0:
                    print(f"{passed} passed", flush=True)
                if not good:
                    print(fault.rstrip()[:6000], flush=True)
                    again = ["--directed", "--only", str(job)] if options.directed else [
                        "--seed", str(options.seed), "--only", str(job)]
                    print(f"kept in {keep}; again: "
                          + shlex.join([sys.argv[0], "--nacre", str(options.nacre), *again]), flush=True)
    finally:
        shutil.rmtree(private, ignore_errors=True)
    if not failed and options.keep is None:
        shutil.rmtree(keep, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
