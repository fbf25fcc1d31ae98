"""Integer model of in-memory-computing chains in NumPy: imc_digital, imc_crossbar, value_readout.

Written from docs/tile.md, docs/device_random.md and the README.md of the kinds; it shares no
code with the generator, the RTL or the golden models. Used by the scripts of the examples. Many
samples at once; a value stream without steps (a frame is a sample); reset values in all registers.

Products of integers are taken in floating point: every partial sum stays below 2^53, so they are
exact in any order.
"""

import argparse
import csv
import gzip
import json
import pathlib
import re

import numpy as np


# `nacre verify` resets the design before every block of so many samples; it matters to read noise.
VERIFY_BLOCK = 32


# ---------------------------------------------------------------- files

def read_json(path):
    """JSON with // comments (outside strings)."""
    text = pathlib.Path(path).read_text()
    text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda m: m.group(1) or "", text)
    return json.loads(text)


def write_spec(path, comments, spec):
    """A specification with a comment at its head, one line per key of the design and of a stage."""
    lines = [f"// {comment}" for comment in comments] + ["{"]
    for key, value in spec.items():
        if key != "stages":
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)},")
            continue
        lines.append('  "stages": [')
        for stage in value:
            inner = [f"      {json.dumps(k)}: {json.dumps(v)}" for k, v in stage.items()]
            lines.append("    {\n" + ",\n".join(inner) + "\n    },")
        lines[-1] = lines[-1][:-1]
        lines.append("  ],")
    lines[-1] = lines[-1][:-1]
    pathlib.Path(path).write_text("\n".join(lines) + "\n}\n")


def signed_bits(values):
    """Width of a signed number that holds every value."""
    return max(2, int(max(values.max(), -values.min() - 1)).bit_length() + 1)


def read_idx(path):
    """IDX of unsigned bytes, gzip or not."""
    data = pathlib.Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[0] or data[1] or data[2] != 8:
        raise ValueError(f"{path}: not an IDX file of unsigned bytes")
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * d:8 + 4 * d], "big") for d in range(rank)]
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_samples(spec, folder, samples=None, labels=None):
    """Values (samples, addresses) and labels of the specification's dataset or of other files."""
    data = spec["dataset"]
    values = read_idx(samples or folder / data["samples"])
    values = values.reshape(len(values), -1).astype(np.int64) >> data.get("shift_right", 0)
    labels = read_idx(labels or folder / data["labels"]).astype(np.int64)
    if values.shape[1] != spec["input"]["addresses"] or len(values) != len(labels):
        raise ValueError("samples: not the addresses of the input, or not as many as labels")
    return values, labels


# ---------------------------------------------------------------- docs/tile.md

def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def patches(frame, convolution):
    """(samples, N) -> (samples, positions, K); without convolution one position, K = N."""
    if convolution is None:
        return frame[:, None, :]
    height, width, channels = (convolution[key] for key in ("height", "width", "channels"))
    down, across = pair(convolution["kernel"])
    step_down, step_across = pair(convolution.get("stride", 1))
    pad_down, pad_across = pair(convolution.get("padding", 0))
    image = frame.reshape(-1, height, width, channels)
    image = np.pad(image, ((0, 0), (pad_down, pad_down), (pad_across, pad_across), (0, 0)))
    rows = (height + 2 * pad_down - down) // step_down + 1
    columns = (width + 2 * pad_across - across) // step_across + 1
    out = np.empty((len(frame), rows, columns, down, across, channels), dtype=frame.dtype)
    for dy in range(down):
        for dx in range(across):
            out[:, :, :, dy, dx] = image[:, dy:dy + step_down * rows:step_down,
                                         dx:dx + step_across * columns:step_across][
                                             :, :rows, :columns]
    return out.reshape(len(frame), rows * columns, down * across * channels)


def requantise(acc, stage, folder):
    """Output words of the accumulators (..., N_out)."""
    output = stage.get("output")
    if output is None:
        return acc
    if "scale_file" in output:
        scale = np.load(folder / output["scale_file"]).astype(np.int64)
    else:
        scale = output.get("scale", 1)
    shift = output.get("shift", 0)
    v = acc * scale
    rounding = output.get("rounding", "half_up")
    if shift == 0 or rounding == "floor":
        r = v >> shift
    elif rounding == "half_up":
        r = (v + (1 << (shift - 1))) >> shift
    elif rounding == "half_even":
        r = (v + (1 << (shift - 1)) - 1 + ((v >> shift) & 1)) >> shift
    else:
        raise ValueError(f"rounding '{rounding}'")
    if output.get("relu", False):
        r = np.maximum(r, 0)
    bits = output["bits"]
    if output.get("signed", True):
        return np.clip(r, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    return np.clip(r, 0, (1 << bits) - 1)


def load_weights(stage, folder):
    """Weights (K, N_out) and bias (N_out,), checked against the ranges of the specification."""
    weights = np.load(folder / stage["weights"]["file"]).astype(np.int64)
    bits, signed = stage["weights"]["bits"], stage["weights"].get("signed", True)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if weights.min() < low or weights.max() > high or weights.shape[1] != stage["outputs"]:
        raise ValueError(f"{stage['name']}: weights out of range, or not (K, outputs)")
    bias = np.zeros(stage["outputs"], dtype=np.int64)
    if "bias_file" in stage:
        bias = np.load(folder / stage["bias_file"]).astype(np.int64)
        limit = 1 << (stage["bias_bits"] - 1)
        if bias.min() < -limit or bias.max() >= limit:
            raise ValueError(f"{stage['name']}: bias out of range")
    return weights, bias


def digital(x, stage, folder):
    """Frames through `imc_digital`: the tiles do not change the result."""
    weights, bias = load_weights(stage, folder)
    x = patches(x, stage.get("convolution"))
    if x.shape[2] != len(weights):
        raise ValueError(f"{stage['name']}: {x.shape[2]} inputs, {len(weights)} rows of weights")
    acc = (x.astype(np.float64) @ weights.astype(np.float64)).astype(np.int64) + bias
    return requantise(acc, stage, folder).reshape(len(x), -1)


# ---------------------------------------------------------------- docs/device_random.md

def mix(key, block):
    """Ten rounds of Speck-32; arrays of uint32 broadcast."""
    key, block = np.broadcast_arrays(np.asarray(key, dtype=np.uint32),
                                     np.asarray(block, dtype=np.uint32))
    words = ((key & np.uint32(0xFFFF)).astype(np.uint16), (key >> np.uint32(16)).astype(np.uint16))
    x = (block >> np.uint32(16)).astype(np.uint16)
    y = (block & np.uint32(0xFFFF)).astype(np.uint16)
    with np.errstate(over="ignore"):
        for i in range(10):
            k = words[i % 2] + np.uint16(i * 0x9E37 & 0xFFFF)
            x = (((x >> np.uint16(7)) | (x << np.uint16(9))) + y) ^ k
            y = ((y << np.uint16(2)) | (y >> np.uint16(14))) ^ x
    return (x.astype(np.uint32) << np.uint32(16)) | y


def static_number(seed, purpose, index):
    return mix(seed, (purpose << 28) | np.asarray(index, dtype=np.int64))


def deviate(sigma, h):
    """sigma/16 times about a standard normal number, from the low 16 bits of h."""
    h = h.astype(np.int64)
    z = (h & 15) + (h >> 4 & 15) + (h >> 8 & 15) + (h >> 12 & 15) - 30
    return (np.asarray(sigma) * z * 111 + 8192) >> 14


# ---------------------------------------------------------------- imc_crossbar

def per_level(value, levels):
    return np.full(levels, value) if isinstance(value, int) else np.asarray(value)


def program(weights, stage, seed):
    """g_eff of every cell: (banks, Rows, Q), bank = column fold * row folds + row fold."""
    tile, devices = stage["tile"], stage.get("devices", {})
    rows = tile["rows"] * tile.get("down", 1)
    columns = tile["columns"] * tile.get("across", 1)
    bits, signed = stage["weights"]["bits"], stage["weights"].get("signed", True)
    cell_bits = stage["cell_bits"]
    magnitude_bits, signs = (bits - 1, 2) if signed else (bits, 1)
    slices = -(-magnitude_bits // cell_bits)
    used = columns * slices * signs
    physical = used + used % 2
    row_folds, column_folds = -(-weights.shape[0] // rows), -(-weights.shape[1] // columns)

    padded = np.zeros((row_folds * rows, column_folds * columns), dtype=np.int64)
    padded[:weights.shape[0], :weights.shape[1]] = weights
    if np.abs(padded).max() >= 1 << magnitude_bits:
        raise ValueError(f"{stage['name']}: a weight's magnitude has more than its bits")
    level = np.zeros((column_folds * row_folds, rows, physical), dtype=np.int64)
    for bank in range(len(level)):
        j, i = divmod(bank, row_folds)
        w = padded[i * rows:(i + 1) * rows, j * columns:(j + 1) * columns]
        for s in range(slices):
            for t in range(signs):
                part = np.maximum(-w if t else w, 0)
                level[bank, :, s * signs + t:used:slices * signs] = (
                    part >> (cell_bits * s)) & ((1 << cell_bits) - 1)

    top = (1 << cell_bits) - 1
    levels = np.asarray(devices.get("levels", [16 * l for l in range(top + 1)]))
    spread = per_level(devices.get("spread", 0), top + 1)
    stuck_low, stuck_high = devices.get("stuck_low", 0), devices.get("stuck_high", 0)
    h = static_number(seed, 0, np.arange(level.size).reshape(level.shape))
    g = np.clip(levels[level] + deviate(spread[level], h), 0, (1 << (cell_bits + 5)) - 1)
    fault = (h >> np.uint32(16)).astype(np.int64)
    g = np.where(fault < stuck_low, levels[0],
                 np.where(fault < stuck_low + stuck_high, levels[top], g))
    line = np.arange(rows)[None, :, None] % tile["rows"]
    return (g * (65536 - np.minimum(65535, devices.get("ir_drop", 0) * line))) >> 16


def crossbar(x, stage, folder, input_bits, seed=None, first_read=0):
    """Frames through `imc_crossbar`; unsigned inputs. Returns outputs and the next read number.

    seed: of the device, default that of the specification; first_read: register `read_number`."""
    weights, bias = load_weights(stage, folder)
    devices = stage.get("devices", {})
    seed = devices.get("seed", 0) if seed is None else seed
    conductance = program(weights, stage, seed)
    banks, rows, physical = conductance.shape
    row_folds = -(-weights.shape[0] // rows)
    column_folds = banks // row_folds
    columns = stage["tile"]["columns"] * stage["tile"].get("across", 1)
    bits, signed = stage["weights"]["bits"], stage["weights"].get("signed", True)
    cell_bits = stage["cell_bits"]
    signs = 2 if signed else 1
    slices = -(-(bits - signed) // cell_bits)
    lines = stage.get("word_lines_per_read", rows)
    adc_bits, adc_shift = stage["adc"]["bits"], stage["adc"].get("shift", 0)
    top = (1 << adc_bits) - 1
    sh = 4 + adc_shift
    digit_bits = stage.get("input_bits_per_cycle", 1)
    planes = -(-input_bits // digit_bits)

    x = patches(x, stage.get("convolution"))
    samples, positions, inputs = x.shape
    x = np.pad(x, ((0, 0), (0, 0), (0, row_folds * rows - inputs)))
    # digits[sample, position, plane, row]
    shifts = digit_bits * np.arange(planes)[:, None]
    digits = (x[:, :, None, :] >> shifts) & ((1 << digit_bits) - 1)
    groups = -(-rows // lines)

    # Which groups are read, in the order of reading, and the number of each read.
    fold = digits.reshape(samples, positions, planes, row_folds, rows)
    spans = [slice(g * lines, min(rows, (g + 1) * lines)) for g in range(groups)]
    active = np.stack([(fold[..., span] != 0).any(axis=-1) for span in spans], axis=-1)
    if not stage.get("skip_zero_planes", True):
        active[:] = True
    active = active.transpose(0, 1, 3, 2, 4)  # sample, position, row fold, plane, group
    active = np.broadcast_to(active[:, :, None],
                             (samples, positions, column_folds) + active.shape[2:])
    numbers = (first_read + np.cumsum(active.reshape(-1)) - active.reshape(-1)).reshape(
        active.shape)
    next_read = first_read + int(active.sum())

    column = np.arange(physical)
    offset = deviate(devices.get("adc_offset", 0), static_number(seed, 2, column))
    bow = deviate(devices.get("adc_inl", 0), static_number(seed, 3, column))
    noise_key = static_number(seed, 1, column)
    read_noise = devices.get("read_noise", 0)
    gain, correction = np.full(physical, 256), np.zeros(physical, dtype=np.int64)
    if "calibration_file" in stage:
        gain, correction = np.load(folder / stage["calibration_file"]).astype(np.int64).T

    acc = np.zeros((samples, positions, column_folds * columns), dtype=np.int64)
    for j in range(column_folds):
        for i in range(row_folds):
            g_eff = conductance[j * row_folds + i].astype(np.float64)
            for d in range(planes):
                for group, span in enumerate(spans):
                    at, position = np.nonzero(active[:, :, j, i, d, group])
                    lit = fold[at, position, d, i, span].astype(np.float64)
                    current = (lit @ g_eff[span]).astype(np.int64) + offset
                    if read_noise:
                        a = numbers[at, position, j, i, d, group][:, None]
                        current += deviate(read_noise, mix(noise_key, a))
                    code = np.clip((current + (1 << (sh - 1))) >> sh, 0, top)
                    bent = (bow * code * (top - code) + (2 << (2 * adc_bits))) >> (2 * adc_bits + 2)
                    code = np.clip(code + bent, 0, top)
                    read = ((code * gain + 128) >> 8) - correction
                    value = np.zeros((len(at), columns), dtype=np.int64)
                    for s in range(slices):
                        for t in range(signs):
                            part = read[:, s * signs + t:columns * slices * signs:slices * signs]
                            value += (-1 if t else 1) * (part << (cell_bits * s + adc_shift))
                    acc[at, position, j * columns:(j + 1) * columns] += value << (digit_bits * d)
    acc = acc[:, :, :weights.shape[1]] + bias
    return requantise(acc, stage, folder).reshape(samples, -1), next_read


# ---------------------------------------------------------------- chains

def run(spec, folder, values, seed=None, reads=None):
    """Values at the readout, (samples, classes).

    seed: replaces every `devices.seed`, that of stage number k is seed + k. reads: register
    `read_number` of each stage by its name, read and updated; without it all are 0, as after a
    reset."""
    bits = spec["input"]["bits"]
    reads = {} if reads is None else reads
    for number, stage in enumerate(spec["stages"]):
        if stage["kind"] == "imc_digital":
            values = digital(values, stage, folder)
        elif stage["kind"] == "imc_crossbar":
            name = stage["name"]
            values, reads[name] = crossbar(values, stage, folder, bits,
                                           None if seed is None else seed + number,
                                           reads.get(name, 0))
        elif stage["kind"] != "value_readout":
            raise ValueError(f"kind '{stage['kind']}' is not modelled here")
        if "output" in stage:
            bits = stage["output"]["bits"]
    return values


def run_all(spec, folder, values, seed=None, reset_every=None):
    """As run(), in blocks that fit the memory; with a reset before every so many samples."""
    reads, scores = {}, []
    block = reset_every or 500
    for at in range(0, len(values), block):
        if reset_every:
            reads = {}
        scores.append(run(spec, folder, values[at:at + block], seed, reads))
    return np.concatenate(scores)


def decide(values):
    """value_readout: the address of the largest value, the lowest among equals."""
    return values.argmax(axis=1)


def write_csv(path, labels, decisions, values):
    with pathlib.Path(path).open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sample", "label", "decision"]
                        + [f"value{c}" for c in range(values.shape[1])])
        for n, (label, decision) in enumerate(zip(labels, decisions)):
            writer.writerow([n, label, decision, *values[n]])


def main(description, spec, scores_of=run_all):
    """Command line of the examples: accuracy of a specification, decisions as CSV or .npy.

    scores_of: what the readout is given, with the arguments of run_all()."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--spec", type=pathlib.Path, default=spec)
    parser.add_argument("--samples", type=pathlib.Path, help="other samples (IDX, gzip is fine)")
    parser.add_argument("--labels", type=pathlib.Path, help="their labels")
    parser.add_argument("--seed", type=int, help="of the devices, instead of the specification's")
    parser.add_argument("--limit", type=int, help="only the first N samples")
    parser.add_argument("--csv", type=pathlib.Path, help="write one line per sample")
    parser.add_argument("--npy", type=pathlib.Path,
                        help="write what is sent for each sample, values and decision, as int32")
    arguments = parser.parse_args()
    if (arguments.samples is None) != (arguments.labels is None):
        parser.error("--samples and --labels go together")

    spec = read_json(arguments.spec)
    folder = arguments.spec.resolve().parent
    values, labels = read_samples(spec, folder, arguments.samples, arguments.labels)
    values, labels = values[:arguments.limit], labels[:arguments.limit]
    scores = scores_of(spec, folder, values, arguments.seed, VERIFY_BLOCK)
    decisions = decide(scores)
    right = decisions == labels
    print(f"samples   {len(labels)}")
    print(f"correct   {right.sum()}")
    print(f"accuracy  {right.mean():.4f}")
    print("per class " + " ".join(f"{right[labels == c].mean():.3f}" for c in np.unique(labels)))
    if arguments.csv:
        write_csv(arguments.csv, labels, decisions, scores)
    if arguments.npy:
        np.save(arguments.npy, np.column_stack((scores, decisions)).astype(np.int32))
