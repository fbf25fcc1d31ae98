#!/usr/bin/env python3
"""Random legal specifications with convolutional layers through `nacre verify`.

    random_convolutions.py --nacre build/nacre --count 100 --seed 1 --jobs 2 [--keep DIR] [--trees N]

As random_designs.py, with its options. A design is one to three layers: convolutions of any geometry, any neuron, whole
or a part of a layer, with event_map, a dense layer or a readout behind them, or a layer split in parts that an
event_join puts together again; from events or from an encoder.
"""
import sys

import random_designs

MOST_NEURONS = 600  # reading the state after each sample takes longer than computing it
SIDES = [1, 1, 2, 3, 3, 4, 5, 6, 7, 8]


class ConvMaker(random_designs.Maker):
    def axis(self, inputs, transposed):
        """(fields of rows or columns, outputs), at least one output."""
        while True:
            kernel = self.pick(1, 1, 2, 3, 3, 3, 4, 5, 7, 11)
            stride = self.pick(1, 1, 1, 2, 2, 3, 4)
            dilation = self.pick(1, 1, 1, 2, 3)
            padding = [self.pick(0, 0, 1, 1, 2, 3, 5) for _ in range(2)]
            if self.chance(0.5):
                padding[1] = padding[0]
            more = self.rng.randrange(max(stride, dilation)) if transposed and self.chance(0.5) else 0
            span = dilation * (kernel - 1)
            if transposed:
                outputs = (inputs - 1) * stride - sum(padding) + span + more + 1
            else:
                outputs = (inputs + sum(padding) - span - 1) // stride + 1
            if 1 <= outputs <= 20:
                return {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding,
                        "output_padding": more}, outputs

    def geometry(self, height, width):
        """(the stage's keys, (Ho, Wo))."""
        transposed = self.chance(0.35)
        rows, out_height = self.axis(height, transposed)
        columns, out_width = self.axis(width, transposed)
        keys = {}
        if transposed or self.chance(0.1):
            keys["transposed"] = transposed
        for key in ("kernel", "stride", "dilation", "output_padding"):
            pair = [rows[key], columns[key]]
            if key != "kernel" and pair == [0 if key == "output_padding" else 1] * 2 and self.chance(0.7):
                continue
            if key == "output_padding" and not transposed:
                continue
            keys[key] = pair[0] if pair[0] == pair[1] and self.chance(0.7) else pair
        padding = [*rows["padding"], *columns["padding"]]  # top, bottom, left, right
        if any(padding):
            keys["padding"] = padding
            if padding[0] == padding[1] and padding[2] == padding[3]:
                keys["padding"] = padding[0] if padding[0] == padding[2] else [padding[0], padding[2]]
        return keys, (out_height, out_width)

    def conv(self, name, source, shape, negative, parts=1):
        """(stages, name of the stream that leaves them, its shape, whether its events may be negative)."""
        keys, (height, width) = self.geometry(*shape[:2])
        channels_in = shape[2]
        groups = self.pick(1, 1, *(g for g in range(2, 9) if channels_in % g == 0))
        most = max(1, MOST_NEURONS // (height * width))
        in_group = self.pick(1, 1, 2, 3, 4, 5, 8, 9, 16, 17, 33)
        while groups * in_group > most and in_group > 1:
            in_group -= 1
        channels = groups * in_group
        group_inputs = channels_in // groups
        kernel = keys["kernel"] if isinstance(keys["kernel"], list) else [keys["kernel"]] * 2
        file_shape = (channels_in, in_group, *kernel) if keys.get("transposed") else (channels, group_inputs, *kernel)
        weights, low, _, typical = self.weights(name, file_shape)
        neuron = self.neuron(typical, group_inputs * 4, negative or low < 0)
        if parts > 1:
            neuron["fire"] = "step"
        stage = {"name": name, "kind": "spiking_conv", "inputs": [source], "channels": channels, **keys,
                 "weights": weights, "neuron": neuron}
        if groups > 1:
            stage["groups"] = groups
        if self.chance(0.35):
            stage["scan"] = "all"
            if self.chance(0.5):
                stage["bias"] = self.bias(name, channels, neuron["threshold"])
        elif self.chance(0.2):
            stage["scan"] = "touched"
        if self.chance(0.25):
            stage["keep_state"] = self.pick(True, True, False)
        negative = "negative_threshold" in neuron
        if parts > 1 and channels > 1:
            # Parts have rows of different widths: no macro for all of them.
            stage["weights"] = {key: value for key, value in weights.items() if key not in ("storage", "macro")}
            stages, first = [], 0
            while first < channels:
                count = self.rng.randint(1, channels - first)
                stages.append({**stage, "name": f"{name}_{first}", "channels": count,
                               "slice": {"first": first, "of": channels}})
                first += count
            if len(stages) == 1:  # all channels: no part
                del stages[0]["slice"]
            for each in stages:
                self.finish(each, height * width)
            if len(stages) > 1:
                stages.append({"name": f"{name}_join", "kind": "event_join", "inputs": [s["name"] for s in stages],
                               "mode": "concatenate", "order": "address"})
            return stages, stages[-1]["name"], (height, width, channels), negative
        if channels > 1 and self.chance(0.15):
            first = self.rng.randrange(channels)
            stage["slice"] = {"first": first, "of": channels}
            stage["channels"] = channels = self.rng.randint(1, channels - first)
            if channels == stage["slice"]["of"]:
                del stage["slice"]
        self.finish(stage, height * width)
        return [stage], name, (height, width, channels), negative

    def finish(self, stage, positions):
        """Lanes and the state memory of one stage."""
        lanes = self.lanes(stage["channels"], most=32)
        if lanes != 1 or self.chance(0.5):
            stage["lanes"] = lanes
        if self.chance(0.6):
            stage["state"] = self.storage(positions * stage["channels"] * (stage["neuron"]["membrane_bits"] + 8))

    def event_map(self, name, source, shape):
        height, width, channels = shape
        operation = self.pick("sum_pool", "or_pool", "upsample", "flatten")
        stage = {"name": name, "kind": "event_map", "inputs": [source], "operation": operation}
        if operation == "flatten":
            stage["order"] = self.pick("hwc", "chw")
            return stage, None
        if operation == "upsample":
            if height * width * channels > 150:
                return None, shape
            stage["factor"] = self.pick(1, 2, 2, 3)
            return stage, (height * stage["factor"], width * stage["factor"], channels)
        kernel = [self.rng.randint(1, min(4, side)) for side in (height, width)]
        stride = [self.rng.randint(1, 4) for _ in range(2)] if self.chance(0.5) else kernel
        stage["kernel"] = kernel
        if stride is not kernel:
            stage["stride"] = stride
        return stage, ((height - kernel[0]) // stride[0] + 1, (width - kernel[1]) // stride[1] + 1, channels)

    def make(self):
        rng = self.rng
        name = self.fresh_name(self.name, module=True) if self.chance(0.2) else self.name
        self.names.add(name.lower())
        shape = (self.pick(*SIDES), self.pick(*SIDES), self.pick(1, 1, 2, 2, 3, 4, 6, 8))
        values = self.chance(0.3)
        top = {"nacre": 1, "name": name, "input": {"kind": "values" if values else "events", "map": list(shape)}}
        stages, source, negative = [], "input", False
        if values:
            bits = self.pick(1, 2, 4, 8)
            top["input"]["bits"] = bits
            inputs = shape[0] * shape[1] * shape[2]
            # Above 128 steps stamps are refreshed, above 256 they wrap.
            steps = self.pick(1, 2, 5, 9, 16, *([140, 270, 270] if inputs <= 16 else []))
            stages.append(self.encoder(self.fresh_name("encoder"), inputs, bits, steps))
            source = stages[0]["name"]
        elif self.chance(0.6):
            top["input"]["negative"] = negative = True
        for layer in range(self.pick(1, 1, 1, 2, 2, 3)):
            made, source, shape, negative = self.conv(self.fresh_name(f"conv{layer}"), source, shape, negative,
                                                      parts=2 if self.chance(0.2) else 1)
            stages += made
            if shape and self.chance(0.25):
                stage, shape_behind = self.event_map(self.fresh_name(f"map{layer}"), source, shape)
                if stage:
                    stages.append(stage)
                    source = stage["name"]
                if shape_behind is None:
                    shape = (1, 1, shape[0] * shape[1] * shape[2])
                    break
                shape = shape_behind
        addresses = shape[0] * shape[1] * shape[2]
        if addresses <= 200 and self.chance(0.25):
            neurons = self.pick(1, 2, 3, 5, 10)
            stage, _ = self.dense(self.fresh_name("dense"), source, addresses, negative, neurons)
            stages.append(stage)
            source, addresses = stage["name"], neurons
        if addresses <= 200 and self.chance(0.2):
            stages.append(self.readout(self.fresh_name("readout"), source, addresses))
        if self.chance(0.85):
            top["counters"] = self.pick("none", "basic", "full", "full")
        rng.shuffle(stages)
        top["stages"] = stages
        count = ["--samples", str(rng.choice([8, 15, 25]))]
        runs = [[*count, "--seed", str(rng.randrange(1 << 31))],
                [*count, "--seed", str(rng.randrange(1 << 31)), "--stalls", self.pick("0.05", "0.3", "0.6"),
                 "--resets", self.pick("0.1", "0.3", "0.6")]]
        if self.chance(0.5):
            runs.append(["--samples", "10", "--seed", str(rng.randrange(1 << 31)), "--checkpoint", "step"])
        return top, runs


if __name__ == "__main__":
    sys.exit(random_designs.main(ConvMaker, __doc__))
