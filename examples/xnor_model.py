#!/usr/bin/env python3
"""Integer model of binarised networks on memory arrays in NumPy: xnor_tile, value_readout.

Written from docs/mtj_array.md, docs/device_random.md and generator/src/kinds/xnor_tile/README.md;
it shares no code with the generator, the RTL or the golden models. Used by the scripts of the
examples, with the files and the command line of imc_model.py. A frame is a sample; reset values in
all registers.

Devices at level 2 must give every physical parameter that a read depends on (PHYSICS below), and
`disturb`. What a bit is read as depends on its cell and on how often its row was
read; each frame reads every row once. So all frames that come as the k-th after a reset read the
same bits, and a matrix is made for each k, not for each frame.
"""

import pathlib
import statistics
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import imc_model  # noqa: E402

# docs/mtj_array.md, "Draws": purposes.
RESISTANCE, TMR, TRANSISTOR, PERSISTENT, AMPLIFIER, REFERENCE, READ, SWITCHING = range(4, 12)
PHYSICS = ("diameter_nm", "ra_ohm_um2", "tmr", "sigma_resistance", "sigma_tmr", "access_ohm",
           "sigma_access", "sense_offset", "reference_sigma", "read_noise", "metastable_zone")


def gauss_table():
    """G of docs/mtj_array.md, (24, 32)."""
    normal = statistics.NormalDist()
    return np.array([[round(-256 * normal.inv_cdf(2.0 ** -(n + 2) * (1 + (k + 0.5) / 32)))
                      for k in range(32)] for n in range(24)])


GAUSS = gauss_table()


def gauss(number):
    """A normal number from a random one, in 1/256 of the standard deviation."""
    number = number.astype(np.int64)
    m = number & 0x7FFFFFFF
    zeros = 31 - np.ceil(np.log2(m + 1.0)).astype(np.int64)  # 31 - bits of m
    inside = np.minimum(zeros, 23)
    z = np.where(zeros >= 24, GAUSS[23][0], GAUSS[inside, (m >> (25 - inside)) % 32])
    return np.where(number >> 31 == 1, -z, z)


def fixed(x):
    """A logarithm in units of 2^-16."""
    return int(np.floor(x * 65536 + 0.5))


def resistance_tables(physics):
    """Coefficients of ln R of the states 0 and 1: R = R_P e^(sR z), in state 1 times
    1 + TMR e^(sT z'), in series with R_acc (1 + sA z''), expanded to the second order."""
    area = np.pi * (physics["diameter_nm"] / 1000) ** 2 / 4
    parallel, access = physics["ra_ohm_um2"] / area, physics["access_ohm"]
    tables = []
    for state in (0, 1):
        junction = parallel * (1 + state * physics["tmr"])
        total = junction + access
        s_r, s_a = physics["sigma_resistance"], physics["sigma_access"]
        tables.append({
            "c0": fixed(np.log(total)),
            "c1": fixed(junction * s_r / total),
            "c2": fixed(junction * access * s_r ** 2 / (2 * total ** 2)),
            "cT": fixed(state * parallel * physics["tmr"] * physics["sigma_tmr"] / total),
            "cA": fixed(access * s_a / total),
            "cX": fixed(-junction * access * s_r * s_a / total ** 2),
            "total": total})
    return tables


def threshold(probability):
    return min(0xFFFFFFFF, int(np.floor(probability * 2.0 ** 32 + 0.5)))


def load_bits(path):
    """Numbers of {0, 1} or of {-1, +1}, as 0 and 1."""
    values = np.load(path).astype(np.int64)
    if values.min() < 0:
        if not np.isin(values, (-1, 1)).all():
            raise ValueError(f"{path}: neither all of 0, 1 nor all of -1, +1")
        values = (values + 1) // 2
    if not np.isin(values, (0, 1)).all():
        raise ValueError(f"{path}: neither all of 0, 1 nor all of -1, +1")
    return values


def places(stage, inputs, outputs):
    """Where w[i][n] lies: array, row, column, each of shape (inputs, outputs)."""
    i, n = np.indices((inputs, outputs))
    columns = stage["row_bits"]
    if stage["organisation"] == "parallel":
        return n // columns, i, n % columns
    if stage["organisation"] == "full":
        arrays = -(-inputs // columns)
        return n * arrays + i // columns, np.zeros_like(i), i % columns
    tiles = stage.get("tiles", 1)
    folds = -(-inputs // (columns * tiles))
    block, column = np.divmod(i, columns)
    fold, array = np.divmod(block, tiles)
    return array, n * folds + fold, column


class Array:
    """The cells that hold weights, all arrays of a stage at once."""

    def __init__(self, stage, weights, seed):
        devices = stage.get("devices", {})
        self.level = devices.get("level", 0)
        self.weights = weights
        if self.level == 0:
            return
        array, row, column = places(stage, *weights.shape)
        self.seed = imc_model.mix(seed, array)
        self.cell = row * stage["row_bits"] + column
        self.disturb = threshold(devices.get("disturb", 0))
        self.read_key = imc_model.static_number(self.seed, READ, self.cell)
        self.count = 2 if stage["sensing"] == "differential" else 1
        # Device d of bit b: b, of two devices the first has 1 - b.
        self.states = [weights] if self.count == 1 else [1 - weights, weights]
        self.access = 0
        if self.level == 1:
            limits = [np.array([threshold(p) for p in devices.get(key, (0, 0))], dtype=np.uint32)
                      for key in ("persistent", "transient")]
            self.persistent = imc_model.static_number(self.seed, PERSISTENT, self.cell)
            self.persistent_limit, self.transient_limit = limits
        else:
            self.prepare_resistances(stage, column)

    def prepare_resistances(self, stage, column):
        """Level 2: ln R of every device in either state, what the amplifier adds, the rest."""
        devices = stage["devices"]
        missing = [key for key in PHYSICS if key not in devices.get("physics", {})]
        if missing or "disturb" not in devices:
            raise ValueError(f"{stage['name']}: the specification does not give "
                             + ", ".join(missing or ["disturb"]))
        physics = devices["physics"]
        tables = resistance_tables(physics)
        self.logarithm = []
        for d in range(self.count):
            z_r, z_t, z_a = (gauss(imc_model.static_number(
                self.seed, purpose, self.cell * self.count + d))
                for purpose in (RESISTANCE, TMR, TRANSISTOR))
            self.logarithm.append([
                c["c0"] + ((c["c1"] * z_r + c["cT"] * z_t + c["cA"] * z_a
                            + ((z_r * (c["c2"] * z_r + c["cX"] * z_a)) >> 8)) >> 8)
                for c in tables])
        self.offset = (fixed(physics["sense_offset"])
                       * gauss(imc_model.static_number(self.seed, AMPLIFIER, column))) >> 8
        if self.count == 1:
            harmonic = 2 / (1 / tables[0]["total"] + 1 / tables[1]["total"])
            spread = fixed(physics["reference_sigma"]) * gauss(
                imc_model.static_number(self.seed, REFERENCE, column))
            self.offset = self.offset - (fixed(np.log(harmonic)) + (spread >> 8))
        self.noise = fixed(physics["read_noise"])
        self.delta = fixed(physics["metastable_zone"] / 2)

    def sense(self, draw):
        """What the amplifiers of level 2 decide."""
        branch = [np.where(self.states[d] == 1, self.logarithm[d][1], self.logarithm[d][0])
                  for d in range(self.count)]
        margin = branch[-1] - (branch[0] if self.count == 2 else 0)
        margin = margin + self.offset + ((self.noise * gauss(draw)) >> 8)
        return np.where(np.abs(margin) < self.delta, draw & 1, margin > 0).astype(np.int64)

    def read(self):
        """The bits of the next frame."""
        if self.level == 0:
            return self.weights
        draw = imc_model.mix(self.read_key, self.access)
        if self.level == 1:
            bit = self.states[-1]
            wrong = self.persistent < self.persistent_limit[bit]
            got = bit ^ wrong ^ (draw < self.transient_limit[bit])
        else:
            got = self.sense(draw)
        if self.disturb:
            for d in range(self.count):
                key = imc_model.static_number(self.seed, SWITCHING, self.cell * self.count + d)
                flips = imc_model.mix(key, self.access) < self.disturb
                self.states[d] = self.states[d] & ~flips
        self.access += 1
        return got


def popcounts(x, bits):
    """Sum over i of XNOR(bits[i][n], x[i]); products of -1 and +1 are exact in floating point."""
    dot = (2.0 * x - 1) @ (2.0 * bits - 1)
    return ((dot + len(bits)) / 2).astype(np.int64)


def finish(a, stage, folder):
    """What the stage sends for its popcounts."""
    if stage["output"] == "popcount":
        return a
    y = a >= np.load(folder / stage["thresholds_file"]).astype(np.int64)
    if "invert_file" in stage:
        y = y ^ (np.load(folder / stage["invert_file"]) != 0)
    return y.astype(np.int64)


def run_all(spec, folder, values, seed=None, reset_every=imc_model.VERIFY_BLOCK):
    """Values at the readout, (samples, classes), with a reset before every so many samples.

    seed: replaces every `devices.seed`, that of stage number k is seed + k."""
    if spec["input"]["bits"] != 1:
        raise ValueError("the input has more than one bit")
    x = values
    for number, stage in enumerate(spec["stages"]):
        if stage["kind"] == "value_readout":
            continue
        if stage["kind"] != "xnor_tile":
            raise ValueError(f"kind '{stage['kind']}' is not modelled here")
        die = stage.get("devices", {}).get("seed", 0) if seed is None else seed + number
        weights = load_bits(folder / stage["weights"]["file"])
        if weights.shape != (x.shape[1], stage["outputs"]):
            raise ValueError(f"{stage['name']}: weights are not (inputs, outputs)")
        array = Array(stage, weights, die)
        a = np.empty((len(x), stage["outputs"]), dtype=np.int64)
        for k in range(1 if array.level == 0 else min(reset_every, len(x))):
            part = slice(None) if array.level == 0 else slice(k, None, reset_every)
            a[part] = popcounts(x[part], array.read())
        x = finish(a, stage, folder)
    return x
