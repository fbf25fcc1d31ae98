#!/usr/bin/env python3
"""Random matrices on random in-memory-computing tiles, and random memories, through `nacre verify`.

    random_tiles.py NACRE WORK --count 100 --seed 1 [--jobs 2] [--only K] [--kinds imc_digital,imc_crossbar]

Design k of seed S depends on S and k only; `--only k` repeats one. A design is one stage of tiles, or two with a
requantisation between them: 1 ... 256 rows, inputs and weights of 1 ... 16 bits, both signs, convolutions, frames in
steps, weights by `fill` or from a file; some end in a value_readout. Of imc_sram_vector: 2 ... 40 rows and a program of
random entries, loops among them. Of mram_macro: 1 ... 20 words, every code, sensing and controller, devices of every
level. Of xnor_tile: one to three layers of 1 ... 256 inputs, every organisation. Kinds take turns; by default all that
NACRE has. Each design goes through an unstalled run (whose cycles are compared, too) and a run with stalls and resets. What fails stays
in WORK, and the command that repeats it is printed. Closing line: `N passed, N failed`.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shlex
import shutil
import sys
import tempfile

from random_designs import Runner, write_npy

COUNTS = [1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256]
KINDS = ("imc_digital", "imc_crossbar", "imc_sram_vector", "mram_macro", "xnor_tile")
MOST_BANK_BITS = 1 << 15  # a bank larger than this takes long to compile, and shows nothing new


def number_range(bits, is_signed):
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if is_signed else (0, (1 << bits) - 1)


def is_legal(op, width, imm, row_bits):
    """An instruction of imc_sram_vector, as its README says, whatever rows it names."""
    lanes, group, index = row_bits // (8 << width), 1 << (imm >> 6), imm & 63
    if op >= 32:
        kind, mode = op >> 2 & 3, op & 3
        units = lanes if kind == 0 else row_bits // 32
        return mode == 0 or (group <= units and index < units and not (mode == 3 and kind == 0))
    if op in (3, 4, 6):
        return group <= lanes and (op == 6 or index < lanes)
    legal = {1: imm >> 5 & 3 != 3, 5: index < lanes, 7: False, 23: width != 2, 24: width != 2, 25: width != 0,
             26: width != 0}
    return legal.get(op, op <= 26)


class Maker:
    """One random design, from its seed and number alone."""

    def __init__(self, seed, number, kinds, folder):
        self.source = random.Random(f"tiles {seed} {number}")
        self.kind = kinds[number % len(kinds)]
        self.folder = folder
        self.files = 0

    def chance(self, probability):
        return self.source.random() < probability

    def below(self, most, counts=COUNTS):
        return self.source.choice([n for n in counts if n <= most])

    def numbers(self, shape, low, high):
        """Name of a file of integers: uniform, sparse, or at the ends of the range."""
        count = 1
        for size in shape:
            count *= size
        style = self.source.choice(["uniform", "sparse", "ends"])
        values = []
        for _ in range(count):
            value = self.source.randint(low, high)
            if style == "sparse" and self.chance(0.8):
                value = min(max(0, low), high)
            elif style == "ends":
                value = self.source.choice([low, high])
            values.append(value)
        self.files += 1
        name = f"data_{self.files}.npy"
        write_npy(self.folder / name, values, shape)
        return name

    def convolution(self):
        """(geometry, values of a frame, K, positions)"""
        choose = self.source.randint
        while True:
            height, width, channels = choose(1, 7), choose(1, 7), self.source.choice([1, 1, 2, 3])
            padding = [choose(0, 2), choose(0, 2)]
            kernel = [choose(1, min(5, height + 2 * padding[0])), choose(1, min(5, width + 2 * padding[1]))]
            stride = [choose(1, 3), choose(1, 3)]
            high = (height + 2 * padding[0] - kernel[0]) // stride[0] + 1
            wide = (width + 2 * padding[1] - kernel[1]) // stride[1] + 1
            inputs = kernel[0] * kernel[1] * channels
            if high * wide * inputs <= 1200:
                break
        geometry = {"height": height, "width": width, "channels": channels, "kernel": kernel, "stride": stride,
                    "padding": padding}
        return geometry, height * width * channels, inputs, high * wide

    def devices(self, cell_bits):
        levels = 1 << cell_bits
        devices = {"seed": self.source.randrange(1 << 32)}
        options = {"levels": [min(16 * l + self.source.randint(-8, 8) * (l > 0), (1 << (cell_bits + 5)) - 1)
                              for l in range(levels)],
                   "spread": self.source.choice([30, [self.source.randint(0, 200) for _ in range(levels)]]),
                   "stuck_low": 900, "stuck_high": 700, "ir_drop": self.source.randint(1, 300),
                   "read_noise": self.source.randint(1, 400), "adc_offset": self.source.randint(1, 400),
                   "adc_inl": self.source.randint(1, 600)}
        devices.update({key: value for key, value in options.items() if self.chance(0.4)})
        return devices

    def stage(self, name, source, count, input_bits, input_signed, may_convolve=True):
        """(stage, addresses, bits and sign of its output)"""
        choose, bits_most = self.source, 8 if self.kind == "imc_crossbar" else 16
        stage = {"name": name, "kind": self.kind, "inputs": [source]}
        inputs, positions = count, 1
        if may_convolve and self.chance(0.3):
            stage["convolution"], count, inputs, positions = self.convolution()
        outputs = self.below(64 if positions == 1 else 9)
        weight_bits = choose.choice([1, 2, 3, 4, 5, 8, choose.randint(1, bits_most), bits_most])
        weight_signed = self.chance(0.6)
        if self.kind == "imc_crossbar" and weight_signed:
            weight_bits = max(weight_bits, 2)  # sign and magnitude
        low, high = number_range(weight_bits, weight_signed)
        if self.kind == "imc_crossbar" and weight_signed:
            low += 1
        weights = {"bits": weight_bits, "signed": weight_signed}
        tile = {"rows": self.below(max(inputs, 4)), "columns": self.below(max(outputs, 2))}
        tile["down"], tile["across"] = choose.choice([1, 1, 1, 2, 3]), choose.choice([1, 1, 1, 2, 3])
        while tile["rows"] * tile["down"] * tile["columns"] * tile["across"] * weight_bits > MOST_BANK_BITS:
            tile["rows"], tile["columns"] = max(tile["rows"] // 2, 1), max(tile["columns"] // 2, 1)
        rows, columns = tile["rows"] * tile["down"], tile["columns"] * tile["across"]
        sets = choose.choice([1, 1, 1, 2])
        if sets > 1:
            tile["weight_sets"] = sets
        folds = -(-inputs // rows) * -(-outputs // columns)
        if self.chance(0.2):
            tile["banks"] = folds * sets + choose.randint(0, 3)
        if self.chance(0.5):
            shape = [inputs, outputs] if sets == 1 else [sets, inputs, outputs]
            weights["file"] = self.numbers(shape, low, high)
        else:
            weights["fill"] = choose.choice(["random", "random", "min", "max", "zero"])
            if weights["fill"] == "random":
                weights["seed"] = choose.randrange(1 << 32)
        stage.update(outputs=outputs, weights=weights, tile=tile)
        if self.chance(0.5):
            stage["bias_bits"] = choose.choice([2, 5, 16, 32])
            stage["bias_file"] = self.numbers([outputs], *number_range(stage["bias_bits"], True))
        if self.chance(0.5):
            stage["input_bits_per_cycle"] = choose.choice([1, 2, 4])
        if self.chance(0.2):
            stage["skip_zero_planes"] = False
        if self.kind == "imc_crossbar":
            cell_bits = choose.randint(1, 4)
            stage["cell_bits"] = cell_bits
            if input_signed:
                stage.pop("input_bits_per_cycle", None)
            if self.chance(0.5):
                stage["word_lines_per_read"] = choose.randint(1, rows)
            if self.chance(0.5):
                slices = -(-(weight_bits - weight_signed) // cell_bits)
                stage["columns_per_adc"] = choose.randint(1, min(columns * slices * (1 + weight_signed), 16))
            stage["adc"] = {"kind": choose.choice(["flash", "sar"]), "bits": choose.randint(1, 10),
                            "shift": choose.randint(0, 4)}
            if self.chance(0.6):
                stage["devices"] = self.devices(cell_bits)
        # Without 'output' sums must fit the 32 bits of a value: products of few bits, at most 256 of them, a small bias.
        out_bits, out_signed = 32, True
        is_wide = input_bits + weight_bits > 22 or stage.get("bias_bits") == 32
        if self.kind == "imc_crossbar" or is_wide or name == "first" or self.chance(0.5):
            out_bits = choose.choice([1, 2, 4, 7, 8]) if name == "first" else choose.choice([1, 3, 8, 16, 32])
            out_signed = self.chance(0.5)
            output = {"bits": out_bits, "signed": out_signed, "relu": self.chance(0.4),
                      "shift": choose.choice([0, 1, 2, 3, 5, 8, 12, choose.randint(0, 63)]),
                      "rounding": choose.choice(["floor", "half_up", "half_even"])}
            if self.chance(0.4):
                output["scale_file"] = self.numbers([outputs], 1, 65535)
            elif self.chance(0.5):
                output["scale"] = choose.choice([2, 3, 100, 65535])
            stage["output"] = output
        return stage, outputs * positions, out_bits, out_signed, count

    # imc_sram_vector --------------------------------------------------------------------------------------------
    def entry(self, rows, row_bits, may_loop):
        """One entry of a program: mostly stores, few loops, seldom an end; legal before anything moves."""
        choose = self.source
        kind = choose.choice([1] * 12 + [2] * 3 * may_loop + [0])
        if kind == 2:
            steps = [choose.randint(-1, 1) % 4096 for _ in range(3)]
            return (kind << 62 | choose.choice([1, 2, 2, 3]) | steps[0] << 12 | steps[1] << 24 | steps[2] << 36
                    | (choose.randint(-2, 2) % 512) << 48)
        rd, rs1, rs2 = (choose.randrange(rows) for _ in range(3))
        while True:
            op = choose.choice([choose.randrange(64), choose.randrange(32, 64)])
            width = choose.randrange(3)
            imm = choose.choice([choose.randrange(512), choose.randrange(4) << 6 | choose.randrange(4)])
            if is_legal(op, width, imm, row_bits):
                break
        moves = choose.choice([0, 0, choose.randrange(16)])
        closes = choose.choice([0, 0, 0, 1, 1, 2, 3])
        return (kind << 62 | closes << 57 | moves << 53 | rd << 41 | imm << 32 | op << 26 | width << 24 | rs2 << 12
                | rs1)

    def vector_stage(self, bits):
        """(stage, values of a frame)"""
        choose = self.source
        row_bits = choose.choice([128, 128, 128, 256])  # wider rows take long to compile and show nothing new
        rows = choose.choice([2, 3, 5, 8, 16, 17, 40])
        load_bits = choose.choice([n for n in (8, 16, 32) if n >= bits])
        load_rows = choose.randint(1, min(rows, 3))
        lanes = row_bits // load_bits
        count = choose.choice([load_rows * lanes, choose.randint((load_rows - 1) * lanes + 1, load_rows * lanes)])
        send_bits = choose.choice([8, 16, 32])
        send_rows = choose.randint(1, min(rows, 3))
        lanes = row_bits // send_bits
        send = choose.randint((send_rows - 1) * lanes + 1, send_rows * lanes)
        words, loops = [], 0
        for _ in range(choose.choice([1, 2, 3, 8, 15, 30])):
            entry = self.entry(rows, row_bits, loops < 2)
            loops = loops + 1 if entry >> 62 == 2 else max(0, loops - (entry >> 57 & 3) * (entry >> 62))
            words += [(word ^ 1 << 31) - (1 << 31) for word in (entry & 0xffffffff, entry >> 32)]
        self.files += 1
        program = f"program_{self.files}.npy"
        write_npy(self.folder / program, words, [len(words) // 2, 2], "<i4")
        stage = {"name": "tiles", "kind": self.kind, "inputs": ["input"], "rows": rows, "row_bits": row_bits,
                 "program": {"file": program}, "load": {"row": choose.randint(0, rows - load_rows), "lane_bits": load_bits},
                 "send": {"row": choose.randint(0, rows - send_rows), "lane_bits": send_bits, "count": send,
                          "signed": self.chance(0.5)}}
        if self.chance(0.5):
            lane_bits, block = choose.choice([8, 16, 32]), choose.randint(1, rows)
            shape = [block, row_bits // lane_bits]
            stage["data"] = [{"file": self.numbers(shape, *number_range(lane_bits, True)), "rows": block,
                              "row": choose.randint(0, rows - block), "lane_bits": lane_bits}]
        return stage, count

    def make_vector(self):
        """(specification, runs) of imc_sram_vector"""
        bits = self.source.randint(1, 16)
        stage, count = self.vector_stage(bits)
        return self.design([stage], count, bits, self.chance(0.5), self.chance(0.4))

    # mram_macro -------------------------------------------------------------------------------------------------
    def memory_devices(self, sensing):
        choose = self.source
        level = choose.choice([0, 1, 1, 2, 2])
        devices = {"level": level, "seed": choose.randrange(1 << 32), "sense_energy_fj": choose.randint(0, 99)}
        if level == 0:
            return devices
        if level == 1 and self.chance(0.7):
            devices["persistent"] = [choose.choice([0, 0.003, 0.02]) for _ in range(2)]
            devices["transient"] = [choose.choice([0, 0.005, 0.05]) for _ in range(2)]
        options = {"write_success": choose.choice([0.5, 0.9, [0.2, 0.6, 0.8, 0.9]]), "disturb": 0.002,
                   "retention": 0.0001, "write_energy_fj": [choose.randrange(1 << 20) for _ in range(4)]}
        devices.update({key: value for key, value in options.items() if self.chance(0.5)})
        if level == 2 or self.chance(0.3):
            devices["preset"] = choose.choice(["stt_mtj", "rram"])
        if level == 2 and self.chance(0.6):
            # So wide that reads fail, and bits are metastable.
            devices["physics"] = {"sigma_resistance": choose.choice([0.05, 0.15]), "metastable_zone": 0.05,
                                  "read_noise": choose.choice([0, 0.04]), "sense_offset": choose.choice([0, 0.05])}
            if sensing == "reference":
                devices["physics"]["reference_sigma"] = 0.03
        return devices

    def make_memory(self):
        """(specification, runs) of mram_macro"""
        choose = self.source
        words = self.below(20)
        bits = choose.choice([8, 11, 12, 13, 26, 27, 32, 33, 40, 57, 58, 64, choose.randint(8, 64)])
        sensing = choose.choice(["reference", "differential", "self_reference"])
        verify = sensing != "self_reference" and self.chance(0.7)
        write = {"self_terminate": self.chance(0.5), "amplitude": choose.randint(0, 3),
                 "amplitude_step": choose.randint(0, 3), "pulse_step": choose.choice([0, 1, 3, 15])}
        stage = {"name": "memory", "kind": "mram_macro", "inputs": ["input"], "words": words, "data_bits": bits,
                 "ecc": choose.choice(["none", "secded", "dected"]), "sensing": sensing, "write": write,
                 "scrub_every": choose.choice([0, 0, 1, 2, 5]), "devices": self.memory_devices(sensing),
                 "timing": {key: choose.choice([1, 1, 2, 3, 16]) for key in ("precharge", "evaluate", "pulse", "recover")}}
        if sensing != "self_reference":
            write.update(pre_read=self.chance(0.5), verify=verify)
            stage["journal"] = self.chance(0.6)
        if verify or sensing == "self_reference":
            write["max_rounds"] = choose.choice([1, 2, 3, 15])
        if verify:
            write["tolerated_bits"] = choose.choice([0, 0, 1, 7])
            stage["spares"] = choose.randint(0, min(words, 5))
        if self.chance(0.5):
            high = 1 << (bits % 8 or 8)  # of the last byte
            count = words * -(-bits // 8)
            values = [choose.randrange(min(high, 256) if (i + 1) % -(-bits // 8) == 0 else 256) for i in range(count)]
            self.files += 1
            stage["data_file"] = f"data_{self.files}.npy"
            write_npy(self.folder / stage["data_file"], values, [words, -(-bits // 8)])
        return self.design([stage], (-(-bits // 32) + 1) * words, 32, False, self.chance(0.4), may_read_out=False)

    # xnor_tile --------------------------------------------------------------------------------------------------
    def layer_devices(self):
        choose = self.source
        level = choose.choice([0, 1, 1, 2, 2])
        devices = {"level": level, "seed": choose.randrange(1 << 32)}
        if level == 1:
            devices["persistent"] = [choose.choice([0, 0.01, 0.2]) for _ in range(2)]
            devices["transient"] = [choose.choice([0, 0.02, 0.5]) for _ in range(2)]
        if level > 0:
            options = {"disturb": choose.choice([0.001, 0.05]), "retention": choose.choice([1e-8, 1e-4])}
            devices.update({key: value for key, value in options.items() if self.chance(0.4)})
        if level == 2 and self.chance(0.7):
            # So wide that reads fail, and bits are metastable.
            devices["physics"] = {"sigma_resistance": choose.choice([0.05, 0.15]), "metastable_zone": 0.05,
                                  "read_noise": choose.choice([0, 0.04]), "sense_offset": choose.choice([0, 0.05])}
        return devices

    def layer(self, name, source, inputs, output):
        """(stage, outputs)"""
        choose = self.source
        outputs = self.below(65)
        stage = {"name": name, "kind": "xnor_tile", "inputs": [source], "outputs": outputs, "output": output,
                 "organisation": choose.choice(["row_serial", "parallel", "full"]),
                 "sensing": choose.choice(["differential", "reference"]), "devices": self.layer_devices(),
                 "timing": {key: choose.choice([1, 1, 2, 3]) for key in ("precharge", "evaluate")}}
        side = inputs if stage["organisation"] == "row_serial" else outputs
        stage["row_bits"] = max(choose.choice([1, 2, 3, 5, 8, 17, 32, 33, 64, 100, side]), -(-side // 64))
        if stage["organisation"] == "full":
            # At most 256 arrays with 4,096 columns, up to half of them empty.
            outputs = stage["outputs"] = min(outputs, max(1, 2048 // inputs))
            stage["row_bits"] = max(min(stage["row_bits"], inputs), -(-inputs // (256 // outputs)))
        if stage["organisation"] == "row_serial":
            stage["tiles"] = choose.randint(1, min(-(-inputs // stage["row_bits"]), 64))
        if self.chance(0.5):
            stage["weights"] = {"file": self.numbers([inputs, outputs], 0, 1)}
        else:
            stage["weights"] = {"fill": "random", "seed": choose.randrange(1 << 32)}
        if output == "bit" and self.chance(0.6):
            stage["thresholds_file"] = self.numbers([outputs], 0, inputs + 1)
        if output == "bit" and self.chance(0.6):
            stage["invert_file"] = self.numbers([outputs], 0, 1)
        return stage, outputs

    def make_binarised(self):
        """(specification, runs) of xnor_tile"""
        inputs = count = self.below(256)
        stages, source = [], "input"
        layers = self.source.choice([1, 1, 2, 3])
        for number in range(layers):
            last = number == layers - 1
            stage, count = self.layer(f"layer_{number}", source, count,
                                      self.source.choice(["bit", "popcount"]) if last else "bit")
            source = stage["name"]
            stages.append(stage)
        return self.design(stages, inputs, 1, False, self.chance(0.4))

    # the design -------------------------------------------------------------------------------------------------
    def make(self):
        """(specification, runs)"""
        if self.kind == "imc_sram_vector":
            return self.make_vector()
        if self.kind == "mram_macro":
            return self.make_memory()
        if self.kind == "xnor_tile":
            return self.make_binarised()
        is_signed, steps = self.chance(0.5), self.chance(0.4)
        bits = self.source.randint(1, 8 if self.kind == "imc_crossbar" else 16)
        chain = self.chance(0.25)
        stage, addresses, out_bits, out_signed, count = self.stage(
            "first" if chain else "tiles", "input", self.below(64 if chain else 256), bits, is_signed)
        stages = [stage]
        if chain and addresses <= 200:
            stages.append(self.stage("second", "first", addresses, out_bits, out_signed, may_convolve=False)[0])
        return self.design(stages, count, bits, is_signed, steps)

    def design(self, stages, count, bits, is_signed, steps, may_read_out=True):
        if may_read_out and self.chance(0.3):
            stages.append({"name": "readout", "kind": "value_readout", "inputs": [stages[-1]["name"]],
                           "report_values": self.chance(0.5)})
        spec = {"nacre": 1, "name": "tiles", "input": {"kind": "values", "addresses": count, "bits": bits,
                                                       "signed": is_signed, "steps": steps},
                "counters": self.source.choice(["full", "full", "basic", "none"]), "stages": stages}
        seed = str(self.source.randrange(1 << 31))
        runs = [["--samples", "30", "--seed", seed],
                ["--samples", "30", "--seed", seed, "--stalls", "0.35", "--resets", "0.25"]]
        return spec, runs


def kinds_of(runner):
    """The kinds of tiles that this nacre has."""
    status, output = runner.call([runner.nacre, "kinds", "--format", "json"], limit=60)
    if status != 0:
        sys.exit(f"nacre kinds: exit {status}\n{output}")
    return [kind for kind in KINDS if f'"{kind}"' in output]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nacre", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="one design: its number")
    parser.add_argument("--kinds", help="kinds of tiles that take turns, separated by commas; default: all")
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    cache = pathlib.Path(tempfile.mkdtemp(prefix="cache_", dir=work))
    runner = Runner(options.nacre.resolve(), cache)
    kinds = options.kinds.split(",") if options.kinds else kinds_of(runner)
    if not kinds:
        sys.exit("this nacre has no kind of tiles")
    print(f"seed={options.seed} kinds={','.join(kinds)}", flush=True)
    jobs = [options.only] if options.only is not None else list(range(options.count))

    def judge(number):
        folder = work / f"seed{options.seed}_{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        spec, runs = Maker(options.seed, number, kinds, folder).make()
        path = folder / "spec.json"
        path.write_text(json.dumps(spec, indent=1) + "\n")
        for place, run in enumerate(runs):
            out = folder / f"out{place}"
            outcome = runner.verify(path, out, run)
            if outcome.kind:
                return f"{shlex.join(runner.arguments(path, out, run))}\n{outcome.kind}\n{outcome.output}"
            shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        return ""

    passed = failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
            for number, fault in zip(jobs, pool.map(judge, jobs)):
                passed, failed = passed + (not fault), failed + bool(fault)
                if fault:
                    again = [sys.argv[0], str(options.nacre), str(work), "--seed", str(options.seed), "--only",
                             str(number), "--kinds", ",".join(kinds)]
                    print(f"FAIL design={number}\n{fault.rstrip()[:6000]}\nagain: {shlex.join(again)}", flush=True)
                elif passed % 50 == 0:
                    print(f"{passed} passed", flush=True)
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
