#!/usr/bin/env python3
"""Checks the programs without nacre: /usr/bin/python3 check.py

Each program text is read and executed by a small interpreter in NumPy, written from the README.md of
imc_sram_vector; what it sends must be what the definition (a few lines of NumPy) says, and what
<program>_expected.npy holds. Prints the cycles of the program beside the instructions of the scalar model.
Closing line: `N passed, N failed`.
"""

import json
import pathlib
import re
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ["matmul", "mlp", "convolution_row", "stencil"]


# ------------------------------------------------------------------- definitions

def samples_of(program):
    name = "samples" if program == "matmul" else f"{program}_samples"
    data = (HERE / f"{name}.idx2-ubyte").read_bytes()
    return np.frombuffer(data[12:], np.uint8).reshape(int.from_bytes(data[4:8], "big"), -1)


def matmul(samples):
    a, b = (samples.view(np.int8)[:, part:part + 64].reshape(-1, 8, 8).astype(np.int64) for part in (0, 64))
    products = a @ b
    assert (products == np.load(HERE / "products.npy")).all()
    # Row q of the output: rows q and q + 4 of the product.
    return products[:, [0, 4, 1, 5, 2, 6, 3, 7]].reshape(len(samples), 64)


def mlp(samples):
    fashion = HERE.parent / "imc_fashion"
    weights = np.load(fashion / "hidden_weights.npy")[:, :16].astype(np.int64)
    sums = samples.astype(np.int64) @ weights + np.load(fashion / "hidden_bias.npy")[:16]
    stage = re.search(r'"output": \{[^}]*"scale": (\d+), "shift": (\d+), "rounding": "half_up", "relu": true',
                      (fashion / "spec.json").read_text())
    scale, shift = int(stage[1]), int(stage[2])
    return np.clip((sums * scale + (1 << shift - 1)) >> shift, 0, 255)


def convolution_row(samples):
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    pixels = np.pad(samples.reshape(-1, 3, 64).astype(np.int64), ((0, 0), (0, 0), (0, 2)))
    out = sum(kernel[dy, dx] * pixels[:, dy, dx:dx + 64] for dy in range(3) for dx in range(3))
    return out.reshape(-1, 16, 4).swapaxes(1, 2).reshape(-1, 64)  # output 4 l + s is word l of row s


def stencil(samples):
    p = np.pad(samples.reshape(-1, 18, 32).astype(np.int64), ((0, 0), (0, 0), (1, 1)))
    inner = p[:, 1:-1, 1:-1]
    return (4 * inner - p[:, :-2, 1:-1] - p[:, 2:, 1:-1] - p[:, 1:-1, :-2] - p[:, 1:-1, 2:]).reshape(-1, 512)


def expected(program):
    return globals()[program](samples_of(program))


# Instructions of a scalar processor: one each for a load, an operation, a store; no addresses, no branches.
SCALAR = {
    "matmul": 512 * 4 + 64,                 # load, load, multiply, add; store
    "mlp": 784 * 16 * 4 + 16 * 7,           # and load bias, multiply, add, shift, clip, clip, store
    "convolution_row": 64 * 9 * 4 + 64,
    "stencil": 512 * 11,                    # five loads, shift, four subtractions, store
}


# How many times fewer cycles a program must take.
BARS = {"matmul": 200, "mlp": 200}


# ------------------------------------------------------------------- interpreter

class Tile:
    """Rows as bytes; `run` executes a program's text."""

    def __init__(self, spec, rows):
        self.bytes = spec["row_bits"] // 8
        self.rows = rows
        self.acc = np.zeros(self.bytes, np.uint8)
        self.executed = 1  # the end
        self.names = {}

    def number(self, text):
        terms = re.findall(r"([+-]?)\s*(\w+)", text)
        values = (self.names[word] if word in self.names else int(word, 0) for _, word in terms)
        return sum(-value if sign == "-" else value for (sign, _), value in zip(terms, values))

    def run(self, lines):
        lines = [line.split("#")[0].strip() for line in lines]
        block, outer = [], []
        for line in filter(None, lines):
            if "=" in line:
                name, value = line.split("=")
                self.names[name.strip()] = self.number(value)
            elif line.startswith("loop"):
                outer.append(block)
                block.append((line, []))
                block = block[-1][1]
            elif line == "endloop":
                block = outer.pop()
            elif line != "end":
                block.append(line)
        self.block(block, {})

    def block(self, lines, moved):
        for line in lines:
            self.executed += 1
            if isinstance(line, str):
                self.instruction(line, moved)
                continue
            head, body = line
            count, *steps = head[4:].split(",")
            steps = dict(step.split() for step in steps)
            for t in range(self.number(count)):
                self.block(body, {key: moved.get(key, 0) + t * self.number(steps.get(key, "0"))
                                  for key in ("rd", "rs1", "rs2", "imm")})

    def instruction(self, line, moved):
        head, operands = line.split(None, 1)
        name, _, width = head.partition(".")
        mode = re.search(r",\s*(\w+)\((.*?),(.*?)\)(@?)\s*$", operands)
        if mode:
            operands = operands[:mode.start()]
        values = []
        for key, text in zip(("rd", "rs1", "rs2"), operands.split(",")):
            values.append(self.number(text.rstrip("@ ")) + (moved[key] if "@" in text else 0))
        extra = [self.number(text) for text in operands.split(",")[3:]]
        row = {"li": self.load_immediate, "mul": self.multiply, "mac": self.multiply}.get(
            name, self.multiply if name.startswith("dot") else self.vector)
        if mode:
            index = self.number(mode[3]) + (moved["imm"] if mode[4] else 0)
            extra = [mode[1], self.number(mode[2]), index]
        self.rows[values[0]] = np.ascontiguousarray(row(name, int(width), values[1:], extra)).view(np.uint8)

    def lanes(self, row, width, signed):
        return row.view(f"<{'i' if signed else 'u'}{width // 8}").astype(object)  # numbers of any size

    def pack(self, lanes, width):
        return np.array([int(lane) % 2 ** width for lane in lanes], f"<u{width // 8}").view(np.uint8)

    def load_immediate(self, name, width, values, extra):
        return self.pack([values[0]] * (self.bytes * 8 // width), width)

    def vector(self, name, width, values, extra):
        sources = [self.rows[values[0]]]
        if name not in ("sll", "sra"):
            sources.append(self.rows[values[1]])
        lanes = [self.lanes(source, width, True) for source in sources]
        if name in ("sll", "sra"):
            n = values[1]
            return self.pack(lanes[0] * 2 ** n if name == "sll" else lanes[0] // 2 ** n, width)
        if name in ("add", "sub"):
            return self.pack(lanes[0] + lanes[1] if name == "add" else lanes[0] - lanes[1], width)
        if name == "mulhs":
            return self.pack(lanes[0] * lanes[1] // 2 ** width, width)
        if name == "slide":
            return self.pack(np.concatenate(lanes)[extra[0]:extra[0] + len(lanes[0])], width)
        if name in ("narrows", "narrowu"):
            half = width // 2
            low, high = (-2 ** (half - 1), 2 ** (half - 1) - 1) if name == "narrows" else (0, 2 ** half - 1)
            return self.pack(np.clip(np.concatenate(lanes), low, high), half)
        sys.exit(f"no instruction '{name}' in this interpreter")

    def multiply(self, name, width, values, extra):
        dot = name.startswith("dot")
        unit = 32 if dot else width
        is_new = name == "mul" or (dot and name[3] != "a")
        signs = name[-2:] if dot else "uu"
        a = self.lanes(self.rows[values[0]], width, signs[0] == "s").reshape(-1, unit // width)
        b = self.lanes(self.rows[values[1]], width, signs[1] == "s")
        units = np.arange(len(a))
        if extra:
            mode, g, index = extra
            spread, repeat = units // g * g + index % g, index // g * g + units % g
            if mode in ("tile", "planar"):
                a = a[spread]
            if mode == "planar":
                # The group of units holds E blocks of g lanes; unit l takes lane l mod g of each.
                b = b.reshape(-1, unit // width, g)[index // g].T[units % g]
            else:
                b = b.reshape(a.shape)[spread if mode == "spread" else repeat]
        b = b.reshape(a.shape)
        before = 0 if is_new else self.lanes(self.acc, unit, False)
        self.acc = self.pack((a * b).sum(axis=1) + before, unit)
        return self.acc


def read_spec(program):
    text = (HERE / ("spec.json" if program == "matmul" else f"{program}.json")).read_text()
    return json.loads(re.sub(r"^//.*", "", text, flags=re.M))["stages"][0]


def interpret(program):
    """What the program sends for each sample, and the entries that it executes."""
    spec = read_spec(program)
    lines = (HERE / spec["program"]["file"]).read_text().splitlines()
    load, send = spec["load"], spec["send"]
    sent = []
    for sample in samples_of(program):
        rows = {}
        for block in spec.get("data", []):
            data = np.load(HERE / block["file"]).astype(f"<i{block['lane_bits'] // 8}")
            rows.update({block["row"] + r: np.ascontiguousarray(data[r]).view(np.uint8) for r in range(len(data))})
        row_bytes = spec["row_bits"] // 8
        frame = sample.astype(f"<u{load['lane_bits'] // 8}").view(np.uint8)
        frame = np.pad(frame, (0, -len(frame) % row_bytes)).reshape(-1, row_bytes)
        rows.update({load["row"] + r: frame[r] for r in range(len(frame))})
        tile = Tile(spec, rows)
        tile.run(lines)
        sign = "i" if send.get("signed", True) else "u"
        lanes = row_bytes * 8 // send["lane_bits"]
        out = [tile.rows[send["row"] + r] for r in range(-(-send["count"] // lanes))]
        sent.append(np.concatenate(out).view(f"<{sign}{send['lane_bits'] // 8}")[:send["count"]])
    return np.array(sent).astype(np.int64), tile.executed


def main():
    failed = 0
    for program in PROGRAMS:
        wanted = expected(program)
        sent, entries = interpret(program)
        good = (sent == wanted).all() and (np.load(HERE / f"{program}_expected.npy") == wanted).all()
        cycles = entries + 1  # without the end, from the first fetch to the last write back
        good = good and SCALAR[program] >= BARS.get(program, 0) * cycles
        failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {program}: {len(sent)} samples, {cycles} cycles, scalar model "
              f"{SCALAR[program]:,} instructions, {SCALAR[program] / cycles:.1f} times as many")
    print(f"{len(PROGRAMS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
