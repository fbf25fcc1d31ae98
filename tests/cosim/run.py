#!/usr/bin/env python3
"""Co-simulation over configurations: run.py NACRE WORK [--set fast|full] [--only NAME] [--jobs N] [--list]

Each configuration is a specification made here (weights by "fill", so that no files are needed) and goes through
`nacre verify` without stalls (cycles are checked, too) and with stalls and resets; some also time step by time step.
`fast` holds the named corners; `full` adds rows that cover every pair of the neuron's and the stage's options.
Closing line: `N passed, N failed, N skipped`.
"""
import argparse
import concurrent.futures
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

PLAIN = ()
ROUGH = ("--stalls", "0.35", "--resets", "0.25")
STEPS = ("--checkpoint", "step")


def write_array(path, shape, values):
    """numpy's .npy, version 1.0: little-endian 64-bit integers, row by row."""
    sizes = "".join(f"{size}, " for size in shape)
    header = f"{{'descr': '<i8', 'fortran_order': False, 'shape': ({sizes.rstrip()}), }}"
    header = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode("ascii")
                     + b"".join(v.to_bytes(8, "little", signed=True) for v in values))


def write_bias(path, values):
    write_array(path, [len(values)], values)


def neuron(**extra):
    return {"membrane_bits": 10, "threshold": 40, **extra}


def dense(name="layer", source="input", neurons=10, lanes=2, **extra):
    stage = {"name": name, "kind": "spiking_dense", "inputs": [source], "neurons": neurons, "lanes": lanes,
             "weights": {"code": "signed", "bits": 5, "fill": "random", "seed": 3},
             "neuron": neuron()}
    stage.update(extra)
    return stage


def encoder(**extra):
    return {"name": "encoder", "kind": "rate_encoder", "inputs": ["input"], "phase_bits": 6, "time_steps": 8, **extra}


def readout(source, **extra):
    return {"name": "readout", "kind": "spike_readout", "inputs": [source], "counter_bits": 8,
            "report_counts": True, **extra}


def events(addresses=24, negative=True):
    return {"kind": "events", "addresses": addresses, **({"negative": True} if negative else {})}


def values(addresses=20, bits=4, **extra):
    return {"kind": "values", "addresses": addresses, "bits": bits, **extra}


def value_readout(**extra):
    return {"name": "readout", "kind": "value_readout", "inputs": ["input"], **extra}


def imc(name="tiles", source="input", outputs=6, tile=(8, 4), kind="imc_digital", weights=None, **extra):
    """A stage of in-memory-computing tiles; `tile` is (rows, columns) or a whole object."""
    if not isinstance(tile, dict):
        tile = {"rows": tile[0], "columns": tile[1]}
    return {"name": name, "kind": kind, "inputs": [source], "outputs": outputs,
            "weights": weights or {"bits": 5, "fill": "random", "seed": 3}, "tile": tile, **extra}


def requantised(bits=6, shift=4, **extra):
    return {"bits": bits, "shift": shift, **extra}


def imc_corners(folder):
    """name -> (specification, runs) of the kinds of tiles; biases and scales are files in `folder`."""
    table = {}

    def add(name, stream, stages, runs=(PLAIN, ROUGH), **top):
        name = f"imc_{name}"
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    def numbers(name, count, low, high):
        source = random.Random(name)
        write_bias(folder / f"{name}.npy", [source.randint(low, high) for _ in range(count)])
        return f"{name}.npy"

    add("smallest", values(1, 1), [imc(outputs=1, tile=(1, 1), weights={"bits": 1, "fill": "min"})])
    add("smallest_signed", values(1, 1, signed=True, steps=True),
        [imc(outputs=1, tile=(1, 1), weights={"bits": 1, "fill": "min"})], (PLAIN, ROUGH, STEPS))
    add("smallest_unsigned", values(1, 1), [imc(outputs=1, tile=(1, 1), weights={
        "bits": 1, "signed": False, "fill": "max"}, input_bits_per_cycle=4)])
    for fill in ("min", "max"):
        add(f"all_{fill}", values(33, 16, signed=True), [imc(
            outputs=9, tile={"rows": 16, "columns": 4, "down": 2, "across": 2}, input_bits_per_cycle=4,
            weights={"bits": 16, "fill": fill}, bias_bits=32,
            bias_file=numbers(f"imc_all_{fill}_bias", 9, -2**31, 2**31 - 1),
            output=requantised(32, 7, scale_file=numbers(f"imc_all_{fill}_scale", 9, 65533, 65535)))])
    add("odd_sizes", values(37, 5, signed=True), [imc(
        outputs=11, tile={"rows": 7, "columns": 3, "down": 2, "across": 3}, input_bits_per_cycle=2)])
    for digit in (1, 2, 4):
        for sign in (False, True):
            add(f"digit_{digit}_{'signed' if sign else 'unsigned'}", values(12, 7, signed=sign),
                [imc(tile=(5, 4), input_bits_per_cycle=digit)])
    add("unsigned_weights", values(19, 6), [imc(weights={"bits": 3, "signed": False, "fill": "random"})])
    add("one_row_tiles", values(9, 4), [imc(tile=(1, 6))])
    add("one_column_tiles", values(9, 4), [imc(tile=(16, 1))])
    add("no_skip", values(20, 8), [imc(skip_zero_planes=False)])
    add("spare_banks", values(20, 8), [imc(tile={"rows": 8, "columns": 4, "banks": 9})])
    add("two_weight_sets", values(20, 8, steps=True),
        [imc(tile={"rows": 8, "columns": 4, "weight_sets": 2})], (PLAIN, ROUGH, STEPS))
    add("wide_accumulator", values(20, 8), [imc(accumulator_bits=32)])
    add("widest_accumulator", values(20, 8), [imc(accumulator_bits=48, output=requantised())])
    add("no_counters", values(20, 8), [imc()], counters="none")
    for rounding in ("floor", "half_up", "half_even"):
        add(f"rounds_{rounding}", values(15, 4, signed=True), [imc(outputs=5, output=requantised(
            5, 2, rounding=rounding, scale=3), bias_bits=9, bias_file=numbers(f"imc_{rounding}", 5, -256, 255))])
    add("relu", values(15, 4), [imc(output=requantised(4, 3, signed=False, relu=True))])
    add("shift_63", values(6, 4, signed=True), [imc(output=requantised(2, 63, scale=65535))])
    add("steps", values(13, 6, steps=True), [imc(output=requantised())], (PLAIN, ROUGH, STEPS))
    image = {"height": 6, "width": 5, "channels": 2, "kernel": [3, 2], "stride": [2, 1], "padding": [1, 1]}
    add("convolution", values(60, 6), [imc(outputs=5, tile=(5, 2), convolution=image)])
    add("convolution_steps", values(60, 3, signed=True, steps=True), [imc(
        outputs=3, tile=(6, 2), convolution=image, output=requantised())], (PLAIN, ROUGH, STEPS))
    for name, geometry in (
            ("pixel", {"height": 1, "width": 1, "kernel": 1}),
            ("kernel_is_image", {"height": 4, "width": 3, "channels": 2, "kernel": [4, 3]}),
            ("kernel_1", {"height": 4, "width": 3, "channels": 5, "kernel": 1}),
            ("stride_beyond_kernel", {"height": 7, "width": 6, "kernel": 2, "stride": [4, 3]}),
            ("more_padding_than_image", {"height": 2, "width": 3, "kernel": 3, "padding": [4, 3]})):
        count = geometry["height"] * geometry["width"] * geometry.get("channels", 1)
        add(f"convolution_{name}", values(count, 4), [imc(outputs=3, tile=(7, 2), convolution=geometry)])
    add("chain", values(21, 8), [
        imc("first", outputs=10, tile=(8, 4), output=requantised(6, 6, signed=False, relu=True)),
        imc("second", "first", outputs=4, tile=(16, 4), weights={"bits": 4, "fill": "random", "seed": 8}),
        {"name": "readout", "kind": "value_readout", "inputs": ["second"], "report_values": True}])
    add("chain_of_convolutions", values(49, 5), [
        imc("first", outputs=3, tile=(9, 3), output=requantised(5, 3, signed=False, relu=True),
            convolution={"height": 7, "width": 7, "kernel": 3, "padding": 1, "stride": 2}),
        imc("second", "first", outputs=2, tile=(12, 2), input_bits_per_cycle=2, output=requantised(6, 4),
            convolution={"height": 4, "width": 4, "channels": 3, "kernel": 2, "stride": 2}),
        imc("third", "second", outputs=5, tile=(8, 5))])
    add("chain_with_steps", values(9, 4, signed=True, steps=True), [
        imc("first", outputs=7, tile=(4, 4), output=requantised(5, 3)),
        imc("second", "first", outputs=3, tile=(7, 3)),
        {"name": "readout", "kind": "value_readout", "inputs": ["second"]}], (PLAIN, ROUGH, STEPS))
    # Long enough for frames to follow each other at the array's speed: the cycles are compared with the timing model,
    # whose share of the peak at 4,096 x 4,096 a unit test states.
    add("back_to_back", values(128, 8, steps=True), [imc(
        outputs=96, tile=(16, 8), weights={"bits": 8, "fill": "random", "seed": 5},
        output=requantised(8, 8))], (PLAIN,))
    return table


def crossbar_corners():
    """name -> (specification, runs) of imc_crossbar: sizes, converters, each deviation alone, all of them."""
    table = {}

    def add(name, stream, stages, runs=(PLAIN, ROUGH), **top):
        name = f"crossbar_{name}"
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    def crossbar(name="tiles", bits=4, **extra):
        return imc(name, kind="imc_crossbar", weights={"bits": bits, "fill": "random", "seed": 4}, **extra)

    everything = {"seed": 77, "spread": [20, 40, 60, 90], "stuck_low": 1500, "stuck_high": 900, "ir_drop": 700,
                  "read_noise": 250, "adc_offset": 200, "adc_inl": 700, "levels": [3, 17, 31, 50]}
    add("smallest", values(1, 1), [imc(kind="imc_crossbar", outputs=1, tile=(1, 1), adc={"bits": 1}, weights={
        "bits": 1, "signed": False, "fill": "max"})])
    add("most_slices", values(9, 5), [imc(kind="imc_crossbar", outputs=2, tile=(9, 1), word_lines_per_read=3, weights={
        "bits": 16, "signed": False, "fill": "random"}, adc={"bits": 2})])
    add("sixteen_levels", values(20, 6), [crossbar(bits=7, cell_bits=4, adc={"kind": "sar", "bits": 10})])
    add("signed_inputs", values(20, 6, signed=True), [crossbar(cell_bits=3, word_lines_per_read=5)])
    add("digits_of_4_bits", values(12, 7), [crossbar(cell_bits=2, input_bits_per_cycle=4, adc={"bits": 10, "shift": 1})])
    add("one_word_line", values(11, 4), [crossbar(word_lines_per_read=1, columns_per_adc=5)])
    add("one_converter", values(11, 4), [crossbar(cell_bits=3, columns_per_adc=8, adc={"kind": "sar", "bits": 7})])
    add("coarse_converter", values(11, 4), [crossbar(cell_bits=3, adc={"bits": 1, "shift": 12})])
    add("no_skip", values(20, 5), [crossbar(skip_zero_planes=False, word_lines_per_read=3, cell_bits=2,
                                            devices={"spread": 50, "read_noise": 300})])
    for key in ("spread", "stuck_low", "stuck_high", "ir_drop", "read_noise", "adc_offset", "adc_inl", "levels"):
        add(f"only_{key}", values(13, 4), [crossbar(cell_bits=2, word_lines_per_read=6,
                                                    devices={"seed": 5, key: everything[key]})])
    add("all_deviations", values(21, 5), [crossbar(
        bits=5, cell_bits=2, word_lines_per_read=5, columns_per_adc=3, adc={"kind": "sar", "bits": 6}, devices=everything,
        tile={"rows": 4, "columns": 2, "down": 2, "across": 2})])
    add("chain_with_steps", values(16, 4, steps=True), [
        crossbar("first", outputs=9, tile=(8, 5), cell_bits=2, devices=everything,
                 output=requantised(4, 4, signed=False, relu=True)),
        crossbar("second", source="first", outputs=3, tile=(9, 3), cell_bits=2, devices={**everything, "seed": 78}),
        {"name": "readout", "kind": "value_readout", "inputs": ["second"], "report_values": True}], (PLAIN, ROUGH, STEPS))
    return table


def attention(name="head", source="input", width=4, window=3, shifts=(2, 3), **extra):
    """A stage imc_attention; `shifts` are those of scores and outputs. `score` and `output` are added to them."""
    return {"name": name, "kind": "imc_attention", "inputs": [source], "width": width, "window": window,
            **extra, "score": {"shift": shifts[0], **extra.get("score", {})},
            "output": {"shift": shifts[1], **extra.get("output", {})}}


def attention_corners():
    """name -> (specification, runs) of imc_attention: sizes, fields, digits, frames of a whole sample, chains."""
    table = {}

    def add(name, stream, stages, runs=(PLAIN, ROUGH), **top):
        name = f"attention_{name}"
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    def tokens(width, bits=4, **extra):
        return values(3 * width, bits, steps=True, **extra)

    def fields(bits, signed):
        return {key: {"bits": bits, "signed": signed} for key in ("query", "key", "value")}

    # The least and the most that a bias may be: scores reach from -d * 15 * 4 to d * 15 * 3, W_S bits.
    bias_limit = 1 << (4 * 15 * 4 - 1).bit_length() + 1
    add("smallest", tokens(1, 1), [attention(width=1, window=1, shifts=(0, 0), score={"bits": 1}, output={
        "bits": 1, "signed": False}, **fields(1, False))])
    add("smallest_signed", tokens(1, 1, signed=True), [attention(
        width=1, window=1, shifts=(0, 0), score={"bits": 1}, output={"bits": 1}, **fields(1, True))], (PLAIN, ROUGH, STEPS))
    add("widest_fields", tokens(5, 16, signed=True), [attention(
        width=5, window=6, shifts=(11, 4), score={"bits": 8, "bias": 20000}, output={"bits": 16}, **fields(8, True))])
    add("unsigned_fields", tokens(5, 7), [attention(
        width=5, window=6, shifts=(8, 3), score={"bits": 5, "bias": -4000}, output={"bits": 7, "signed": False},
        **fields(6, False))])
    add("input_below_fields", tokens(4, 2), [attention(shifts=(0, 0), score={"bias": 9})])
    add("one_slot", tokens(4, 5, signed=True), [attention(window=1)])
    add("ring_never_full", tokens(4, 5, signed=True), [attention(window=9)])
    # The head is slower than its input: closing words wait for it.
    add("slow_head", tokens(1, 6, signed=True), [attention(width=1, window=17, shifts=(0, 1), score={"bits": 8, "bias": 3},
                                                           **fields(8, True))])
    add("wide_tokens", tokens(33, 5, signed=True), [attention(width=33, window=2, shifts=(3, 2))])
    for digit in (2, 4):
        add(f"digit_{digit}", tokens(3, 6, signed=True), [attention(
            width=3, input_bits_per_cycle=digit, query={"bits": 5, "signed": True}, score={"bits": 3})])
    add("bias_lowest", tokens(4, 5, signed=True), [attention(shifts=(0, 0), score={"bias": -bias_limit})])
    add("bias_highest", tokens(4, 5, signed=True), [attention(shifts=(6, 0), score={"bias": bias_limit - 1})])
    add("shifts_31", tokens(4, 5, signed=True), [attention(shifts=(31, 31))])
    add("no_counters", tokens(4, 5), [attention()], counters="none")
    add("one_token", tokens(4, 5, signed=True), [attention(tokens=1)], (PLAIN, ROUGH, STEPS))
    add("tokens_then_readout", tokens(3, 5, signed=True), [
        attention(width=3, tokens=4, score={"bias": 20}),
        {"name": "readout", "kind": "value_readout", "inputs": ["head"], "report_values": True}], (PLAIN, ROUGH, STEPS))
    add("between_tiles", values(5, 4, steps=True), [
        imc("project", outputs=12, tile=(5, 12), output=requantised(5, 4)),
        attention(source="project", score={"bias": 20}, tokens=3),
        imc("classify", "head", outputs=3, tile=(12, 3))])
    add("two_heads", values(9, 5, signed=True, steps=True), [
        attention("first", width=3, score={"bias": 30}),
        imc("project", "first", outputs=6, tile=(3, 6), output=requantised(5, 3)),
        attention("second", "project", width=2, window=2, tokens=2, score={"bias": 30})])
    return table


# Operations of imc_sram_vector with the lanes (w: 8 << w bits) that they are legal for.
CSRAM_WIDTHS = {**{op: (0, 1, 2) for op in (0, 1, 2, 3, 4, 5, 6, *range(8, 23), *range(32, 64))},
                **{op: (0, 1) for op in (23, 24)}, **{op: (1, 2) for op in (25, 26)}}


def csram_store(source, rows, row_bits, ops=tuple(CSRAM_WIDTHS), in_loop=False):
    """A random store of a program, legal but for what moves; it closes nothing."""
    op = source.choice([op for op in ops if op < 32 or op % 4 != 3 or op // 4 % 4 != 0])  # no planar lanes
    w = source.choice(CSRAM_WIDTHS[op])
    is_mac = op >= 32
    units = row_bits // (32 if is_mac and op // 4 % 4 else 8 << w)
    grouped = op in (3, 4, 6) or (is_mac and op % 4 != 0)
    if op == 1:
        imm = source.randrange(3) << 5 | source.randrange(32)
    elif grouped:
        imm = source.randrange(units.bit_length()) << 6 | source.randrange(units)
    elif op == 5:
        imm = source.randrange(8) << 6 | source.randrange(units)
    else:
        imm = source.randrange(512)
    moves = source.choice([0, 1, 2, 4, 6, 7, 8, 15]) if in_loop else 0
    rd, rs1, rs2 = (source.randrange(rows) for _ in range(3))
    return 1 << 62 | moves << 53 | rd << 41 | imm << 32 | op << 26 | w << 24 | rs2 << 12 | rs1


def csram_loop(source):
    steps = [source.choice([0, 1, 1, 2, -1, -3]) for _ in range(4)]
    return (2 << 62 | source.randint(1, 5) | (steps[0] & 0xfff) << 12 | (steps[1] & 0xfff) << 24
            | (steps[2] & 0xfff) << 36 | (steps[3] & 0x1ff) << 48)


def csram_program(source, rows, row_bits, length, **choice):
    """Stores, and loops of one or two levels around some of them."""
    entries = []
    while len(entries) < length:
        depth = source.choice([0, 0, 1, 2])
        entries += [csram_loop(source) for _ in range(depth)]
        for closes in ([0] * source.randrange(3)) + [1] * depth:
            entries.append(csram_store(source, rows, row_bits, in_loop=depth > 0, **choice) | closes << 57)
        if depth == 2 and source.random() < 0.5:  # both loops end at one store
            entries[-2:] = [entries[-1] + (1 << 57)]
    return entries + [0]


def csram_corners(folder):
    """name -> (specification, runs) of imc_sram_vector; programs and data are files in `folder`."""
    table = {}

    def add(name, stream, rows, row_bits, program, send, lane_bits=8, runs=(PLAIN, ROUGH), data=(), after=(), **top):
        name = f"csram_{name}"
        if isinstance(program, str):
            file = f"{name}.csram"
            (folder / file).write_text(program)
        else:
            file = f"{name}.npy"
            words = [word - (word >> 31 << 32) for entry in program for word in (entry & 0xffffffff, entry >> 32)]
            write_array(folder / file, [len(program), 2], words)
        stage = {"name": "tile", "kind": "imc_sram_vector", "inputs": ["input"], "rows": rows, "row_bits": row_bits,
                 "program": {"file": file}, "load": {"row": 0, "lane_bits": lane_bits}, "send": send}
        if data:
            stage["data"] = list(data)
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top,
                        "stages": [stage, *after]}, runs)

    def block(name, row, rows, lane_bits, row_bits):
        source = random.Random(name)
        lanes = row_bits // lane_bits
        write_array(folder / name, [rows, lanes], [source.randint(-2 ** (lane_bits - 1), 2 ** (lane_bits - 1) - 1)
                                                   for _ in range(rows * lanes)])
        return {"file": name, "row": row, "rows": rows, "lane_bits": lane_bits}

    def sent(row, count, lane_bits=8, **extra):
        return {"row": row, "lane_bits": lane_bits, "count": count, **extra}

    add("smallest", values(1, 1), 1, 128, "end", sent(0, 1))
    add("no_counters", values(3, 8, steps=True), 2, 128, "add.8 1, 0, 0", sent(1, 3), counters="none",
        runs=(PLAIN, ROUGH, STEPS))
    for row_bits, rows, lane_bits, signed in ((128, 19, 16, True), (256, 12, 8, False), (512, 9, 32, True)):
        source = random.Random(row_bits)
        add(f"random_{row_bits}", values(53, 8, signed=signed), rows, row_bits,
            csram_program(source, rows, row_bits, 70), sent(1, 70, lane_bits, signed=signed), lane_bits)
    # Few rows: nearly every instruction depends on one of the two before.
    add("hazards", values(16, 8, steps=True), 3, 128, csram_program(random.Random(1), 3, 128, 90), sent(1, 20),
        runs=(PLAIN, ROUGH, STEPS))
    add("multiplies", values(40, 8, signed=True), 6, 128,
        csram_program(random.Random(2), 6, 128, 60, ops=range(32, 64)), sent(2, 16, 32), data=[
            block("csram_multiplies_data.npy", 3, 3, 8, 128)])
    add("rows_never_written", values(4, 8), 30, 128, csram_program(random.Random(3), 30, 128, 12), sent(20, 90))
    # Loops that leave the memory and whose immediate leaves its range: flagged at run time.
    add("bad_instructions", values(8, 8), 5, 128, "\n".join([
        "loop 5, imm 1", "spread.8 1, 0, 4, 13@", "slide.32 2, 0, 0, 1@", "sra.16 3, 0, 15@", "mul.8 4, 0, 1, tile(16, 14)@",
        "endloop"]), sent(1, 64))
    add("bad_rows", values(8, 8), 5, 128,
        [2 << 62 | 7 | 1 << 12 | 1 << 24 | 0xfff << 36, 1 << 62 | 7 << 53 | 1 << 57 | 2 << 41 | 8 << 26 | 3 << 12 | 1],
        sent(1, 64))
    add("most_rows", values(20, 8), 4096, 128, "\n".join([
        "loop 3, rd -1, rs1 1000", "add.16 4095@, 0@, 0", "endloop", "copy 2048, 4094"]), sent(4092, 60),
        runs=(PLAIN,))
    add("blocks_of_data", values(8, 8), 12, 256, "add.8 0, 0, 3\nadd.16 11, 0, 7", sent(11, 32), data=[
        block("csram_blocks_a.npy", 2, 2, 8, 256), block("csram_blocks_b.npy", 7, 1, 32, 256)])
    add("signed_steps", values(33, 11, signed=True, steps=True), 6, 256, "\n".join([
        "narrows.16 5, 0, 1", "widens.8 4, 5, 1", "maxs.16 3, 0, 4", "reduce.16 3, 3, 4"]), sent(3, 44, 16),
        lane_bits=16, runs=(PLAIN, ROUGH, STEPS))
    add("before_readout", values(16, 8), 3, 128, "spread.8 1, 0, 4, 2\nsubs.8 2, 0, 1", sent(2, 16), after=[
        {"name": "readout", "kind": "value_readout", "inputs": ["tile"], "report_values": True}])
    return table


def memory(words=4, bits=32, runs=(PLAIN, ROUGH), counters="full", steps=False, **extra):
    """(specification without its name, runs) of one mram_macro."""
    stage = {"name": "memory", "kind": "mram_macro", "inputs": ["input"], "words": words, "data_bits": bits, **extra}
    stream = values((-(-bits // 32) + 1) * words, 32, steps=steps)
    return {"nacre": 1, "input": stream, "counters": counters, "stages": [stage]}, runs


# What errs in the rows and corners of mram_macro: rates so high that a short run meets all of it.
MEMORY_RATES = {"level": 1, "seed": 5, "persistent": [0.002, 0.004], "transient": [0.01, 0.02], "disturb": 0.001,
                "retention": 0.0001, "write_success": [0.4, 0.6, 0.8, 0.9], "write_energy_fj": [100, 200, 350, 700],
                "sense_energy_fj": 15}
MEMORY_RESISTANCES = {"level": 2, "seed": 9, "sense_energy_fj": 20, "physics": {
    "sigma_resistance": 0.12, "sense_offset": 0.05, "metastable_zone": 0.05, "read_noise": 0.03}}


def memory_corners():
    """name -> (specification, runs) of mram_macro: sizes, ends of durations and pulses, each sort of devices."""
    table = {}

    def add(name, entry):
        spec, runs = entry
        table[f"mram_{name}"] = ({**spec, "name": f"mram_{name}"}, runs)

    safe = {"pre_read": True, "verify": True, "max_rounds": 3, "amplitude_step": 1, "pulse_step": 3}
    add("smallest", memory(1, 8, counters="none"))
    add("smallest_spare", memory(1, 8, spares=1, scrub_every=1, write={"verify": True}, devices=MEMORY_RATES))
    add("largest_word", memory(17, 64, ecc="dected", sensing="differential", spares=16, journal=True, write=safe,
                               devices=MEMORY_RATES))
    add("rates", memory(6, 21, ecc="secded", sensing="differential", spares=3, journal=True, scrub_every=3, steps=True,
                        runs=(PLAIN, ROUGH, STEPS), write={**safe, "tolerated_bits": 1}, devices=MEMORY_RATES))
    add("resistances", memory(5, 40, ecc="dected", journal=True, scrub_every=2, devices=MEMORY_RESISTANCES, write={
        "verify": True, "max_rounds": 2, "self_terminate": True, "tolerated_bits": 2}))
    add("filaments", memory(7, 13, ecc="secded", sensing="self_reference", scrub_every=4, devices={
        "level": 2, "preset": "rram"}, write={"max_rounds": 2, "self_terminate": True}))
    # Not formed at power-up: hosts form some rows between requests.
    first_pulses = {"amplitude": 2, "pulse": 9, "max_rounds": 6}
    add("forming", memory(5, 33, ecc="secded", journal=True, spares=2, scrub_every=3, write=safe, forming=first_pulses,
                          devices={**MEMORY_RATES, "preset": "rram"}))
    add("forming_ideal", memory(3, 8, write={"verify": True}, forming={}))
    add("forming_filaments", memory(4, 16, write={"verify": True, "self_terminate": True}, forming=first_pulses, devices={
        "level": 2, "preset": "rram"}))
    longest = dict.fromkeys(("precharge", "evaluate", "pulse", "recover"), 16)
    add("longest_steps", memory(3, 9, sensing="differential", timing=longest, devices=MEMORY_RATES, write={
        "verify": True, "max_rounds": 15, "pulse_step": 15, "amplitude": 3, "amplitude_step": 3}))
    add("shortest_steps", memory(3, 33, ecc="secded", timing=dict.fromkeys(longest, 1), devices=MEMORY_RATES, write={
        "pre_read": True, "self_terminate": True}))
    add("no_counters", memory(5, 32, counters="none", journal=True, write=safe, spares=2, devices=MEMORY_RATES))
    return table


MEMORY_FACTORS = {
    # sensing, journal, pre_read, verify, spares: what goes together
    "controller": [(sensing, journal, pre_read, verify, spares)
                   for sensing in ("reference", "differential") for journal in (False, True)
                   for pre_read in (False, True) for verify, spares in ((False, 0), (True, 0), (True, 2))]
                  + [("self_reference", False, False, False, 0)],
    "ecc": ["none", "secded", "dected"],
    "self_terminate": [False, True],
    "scrub_every": [0, 1, 3],
    "devices": ["ideal", "rates", "resistances", "rram"],
    "data_bits": [8, 13, 33, 64],
    "words": [2, 3, 5],
    "max_rounds": [1, 3],
    "counters": ["full", "none"],
}


def memory_row_spec(name, row):
    sensing, journal, pre_read, verify, spares = row["controller"]
    write = {"pre_read": pre_read, "verify": verify, "self_terminate": row["self_terminate"], "amplitude_step": 1,
             "pulse_step": 2}
    if verify or sensing == "self_reference":
        write["max_rounds"] = row["max_rounds"]
    devices = {"ideal": {}, "rates": MEMORY_RATES, "resistances": MEMORY_RESISTANCES,
               "rram": {"level": 2, "preset": "rram"}}[row["devices"]]
    spec, _ = memory(row["words"], row["data_bits"], counters=row["counters"], ecc=row["ecc"], sensing=sensing,
                     journal=journal, spares=spares, scrub_every=row["scrub_every"], write=write, devices=devices)
    return {**spec, "name": name}


def join(name, inputs, mode="concatenate", **extra):
    return {"name": name, "kind": "event_join", "inputs": inputs, "mode": mode, **extra}


def graph_corners():
    """name -> (specification, runs) of designs whose streams fork and join, and of designs of many stages."""
    table = {}

    def add(name, stream, stages, runs=(PLAIN, ROUGH), **top):
        name = f"graph_{name}"
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    def layer_of(name, source, neurons=6, **extra):
        changes = neuron(**{"threshold": 12, **extra})
        return dense(name, source, neurons, neuron=changes,
                     weights={"code": "signed", "bits": 5, "fill": "random", "seed": sum(name.encode())})

    # The design's input forks, a stream behind a fork forks again, and a join takes one twice.
    add("residual", {**events(24), "step_events": 9}, [
        layer_of("a", "input", 12), layer_of("b", "a", 7), join("inner", ["b", "a", "a"]),
        join("outer", ["inner", "input"]), readout("outer")], (PLAIN, ROUGH, STEPS))
    # An early stop while branches run.
    add("stop", values(10, 4), [
        encoder(stop_on="readout", time_steps=20), layer_of("a", "encoder", 10),
        join("both", ["a", "encoder", "a"], "add"),
        readout("both", rule="first_to_k", target=5)], (PLAIN, ROUGH, STEPS))
    add("by_address", {**events(9), "step_events": 6}, [
        layer_of("a", "input", 9), layer_of("b", "input", 9, negative_threshold=-9),
        join("sorted", ["a", "b"], "add", order="address"),
        layer_of("c", "sorted", 9), join("again", ["c", "sorted"], "add", order="address"),
        readout("again")])
    # Two forks feed two joins crosswise (docs/streams.md: the last fork counts).
    add("crossed", events(16), [
        layer_of("x", "input", 8), layer_of("y", "input", 8), join("p", ["x", "y"]), join("q", ["y", "x"]),
        join("both", ["p", "q"], "add"), readout("both")])
    # No bound is known of what fires with each event: it must be the first input, or be made late.
    add("unbounded", events(16), [
        layer_of("at_once", "input", 8, fire="event"), layer_of("late", "at_once", 5),
        layer_of("side", "input", 4), join("both", ["at_once", "late", "side"]), readout("both")])
    # Six residual blocks one behind the other: 19 stages, three registers of stage errors.
    stages, source = [], "input"
    for block in range(6):
        stages += [layer_of(f"a{block}", source, 4), layer_of(f"b{block}", f"a{block}", 4),
                   join(f"j{block}", [f"b{block}", f"a{block}"], "add")]
        source = f"j{block}"
    add("blocks", events(8), [*stages, readout(source)])
    # A frame that is too short is so for every stage behind: all error registers.
    stages, source = [], "input"
    for number in range(15):
        stages.append(imc(f"t{number}", source, outputs=3, tile=(3, 3), output=requantised(4, 2),
                          weights={"bits": 3, "fill": "random", "seed": number}))
        source = f"t{number}"
    add("errors", values(3, 4, signed=True), stages)
    return table


def conv(name="conv", source="input", **extra):
    stage = {"name": name, "kind": "spiking_conv", "inputs": [source], "channels": 4, "kernel": 3, "padding": 1,
             "lanes": 4, "weights": {"code": "signed", "bits": 5, "fill": "random", "seed": 3},
             "neuron": neuron(membrane_bits=8, threshold=12)}
    stage.update(extra)
    return stage


def conv_corners(folder):
    """name -> (specification, runs) of spiking convolutions."""
    table = {}

    def add(name, shape, stages, runs=(PLAIN, ROUGH, STEPS), **top):
        name = f"conv_{name}"
        stream = {"kind": "events", "map": list(shape), "negative": True}
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    def unit(**extra):
        return neuron(**{"membrane_bits": 8, "threshold": 12, **extra})

    leaky = {"leak": "shift", "leak_shift": 3}
    add("interior", (6, 5, 2), [conv(channels=8)])
    add("one_of_each", (1, 1, 1), [conv(channels=1, kernel=1, padding=0, lanes=1)], counters="none")
    add("lanes_1", (4, 5, 2), [conv(channels=3, lanes=1, neuron=unit(negative_threshold=-9, compare=">"))])
    # Each event one slot, often the same one: rows are forwarded.
    add("kernel_1", (3, 2, 6), [conv(kernel=1, padding=0, neuron=unit(refractory_steps=2, **leaky))])
    add("kernel_1_event", (1, 1, 6), [conv(kernel=1, padding=0, neuron=unit(fire="event", reset="zero", **leaky))])
    add("odd_channels", (4, 5, 3), [conv(channels=7, kernel=[3, 2], padding=[1, 1, 0, 1], lanes=2,
                                         neuron=unit(refractory_steps=1, refractory_mode="hold"))])
    add("kernel_above_map", (2, 3, 2), [conv(kernel=[5, 7], padding=[2, 3], lanes=2)])
    add("stride_above_kernel", (7, 8, 2), [conv(channels=3, kernel=2, stride=[3, 4], padding=0, lanes=2,
                                                keep_state=True)])
    add("dilated", (7, 6, 1), [conv(channels=5, kernel=[3, 2], stride=[2, 1], dilation=[2, 3], padding=[2, 2, 1, 2],
                                    weights={"code": "binary", "fill": "random"}, neuron=unit(
                                        threshold=3, negative_threshold=-2, leak="multiply", leak_factor=230,
                                        leak_fraction_bits=8, leak_order="before_fire"))])
    add("dilation_divides", (9, 7, 2), [conv(channels=2, stride=2, dilation=[4, 2], padding=[4, 2], lanes=1,
                                             keep_state=True, neuron=neuron(membrane_bits=16, **leaky))])
    add("depthwise", (5, 5, 6), [conv(channels=6, groups=6, lanes=2, neuron=unit(fire="event", reset="value",
                                                                                 reset_value=-3))])
    add("depthwise_leaky", (5, 5, 6), [conv(channels=6, groups=6, lanes=2, neuron=unit(
        refractory_steps=1, leak="shift", leak_shift=3, leak_rounding="toward_zero"))])
    add("slice", (4, 4, 6), [conv(channels=7, groups=3, slice={"first": 4, "of": 15},
                                  weights={"code": "unsigned", "bits": 6, "fill": "random"},
                                  neuron=unit(threshold=40, reset="none", refractory_steps=2))])
    add("slice_without_groups", (3, 3, 4), [conv(channels=3, kernel=2, padding=0, groups=4, lanes=2,
                                                 slice={"first": 5, "of": 12})])
    add("transposed", (3, 4, 2), [conv(kernel=2, stride=2, padding=0, transposed=True, lanes=2)])
    add("transposed_overlap", (4, 3, 3), [conv(
        channels=3, kernel=[4, 3], stride=2, dilation=[1, 2], padding=1, output_padding=[1, 0], transposed=True,
        neuron=unit(fire="event", negative_threshold=-9, refractory_steps=1, leak="shift", leak_shift=2))])
    write_bias(folder / "conv_bias.npy", [3, -9, 14, 0, 25, -31, 8])
    add("scan_all", (4, 5, 3), [conv(channels=7, scan="all", lanes=2, bias={"bits": 6, "file": "conv_bias.npy"},
                                     neuron=unit(leak_order="before_fire", refractory_steps=2, **leaky))])
    # Many quiet steps: rows catch up with their leaks, all rows are visited every 128 steps.
    add("leaky", (6, 5, 2), [conv(channels=8, neuron=unit(threshold=30, leak="shift", leak_shift=4,
                                                          leak_rounding="half_up"))])
    add("leaky_event", (6, 5, 2), [conv(channels=8, neuron=unit(
        fire="event", reset="zero", leak="multiply", leak_factor=15, leak_fraction_bits=4,
        leak_rounding="toward_zero", refractory_steps=3))])
    add("wide", (3, 3, 2), [conv(channels=20, kernel=2, padding=0, lanes=16, weights={
        "bits": 16, "fill": "max"}, neuron=neuron(
            membrane_bits=32, threshold=60000, negative_threshold=-60000, max_spikes=15, refractory_steps=255,
            leak="shift", leak_shift=31, leak_rounding="toward_zero"))])
    add("more_lanes_than_channels", (3, 4, 2), [conv(channels=3, lanes=8, neuron=neuron(
        membrane_bits=12, clamp_min=-5, clamp_max=900, threshold=60, max_spikes=15, leak="multiply", leak_factor=5,
        leak_fraction_bits=3, leak_rounding="half_up"))])
    add("kernel_11", (12, 3, 1), [conv(channels=2, kernel=[11, 1], padding=[5, 0], lanes=1, keep_state=True)])
    add("cells", (4, 4, 2), [conv(weights={"code": "cells", "bits": 8, "fill": "random"},
                                  neuron=unit(threshold=8, negative_threshold=-8, fire="event", refractory_steps=3))])
    add("many_rows", (14, 15, 1), [conv(channels=16, lanes=2, neuron=unit(refractory_steps=1, **leaky))],
        (PLAIN, ROUGH))
    add("three_layers", (6, 6, 2), [
        conv("first", channels=6, stride=2, lanes=2, neuron=unit(negative_threshold=-12, **leaky)),
        conv("second", "first", channels=4, kernel=2, stride=2, padding=0, transposed=True, lanes=4),
        conv("third", "second", channels=2, lanes=2, scan="all", neuron=unit(fire="event", threshold=6)),
        dense("last", "third", neurons=10, lanes=4), readout("last")])
    # One layer on three stages, whose words an event_join puts in the order of the whole.
    part = {"kernel": 2, "padding": 0, "groups": 2, "neuron": unit(negative_threshold=-10, refractory_steps=1, **leaky)}
    add("parts", (5, 4, 2), [
        *(conv(f"part_{first}", channels=count, lanes=lanes, slice={"first": first, "of": 8}, **part)
          for first, count, lanes in ((0, 3, 2), (3, 1, 1), (4, 4, 4))),
        join("whole", ["part_0", "part_3", "part_4"], order="address"), conv("behind", "whole", channels=2, lanes=2)])
    for lanes in (1, 4, 16):
        add(f"input_lanes_{lanes}", (10, 10, 2), [conv(
            channels=32, padding=1, lanes=lanes, weights={"bits": 4, "fill": "random", "seed": 9},
            neuron=neuron(membrane_bits=20, threshold=500000))], (PLAIN,))
    return table


def feature_map(operation, source="input", name="mapped", **extra):
    return {"name": name, "kind": "event_map", "inputs": [source], "operation": operation, **extra}


def map_corners():
    """name -> (specification, runs) of event_map, and of event_join's addresses, orders and numbers of inputs."""
    table = {}

    def add(name, shape, stages, runs=(PLAIN, ROUGH, STEPS), **top):
        stream = {"kind": "events", "map": list(shape), "negative": True, **top.pop("stream", {})}
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    # Events without windows, in several, once for each window and polarity.
    add("map_sum_pool", (7, 5, 3), [feature_map("sum_pool", kernel=3, stride=1, padding=1)])
    add("map_sum_pool_gaps", (7, 9, 5), [feature_map("sum_pool", kernel=[1, 2], stride=[3, 4])], counters="none")
    add("map_or_pool", (7, 5, 3), [feature_map("or_pool", kernel=[3, 2], stride=[2, 1], padding=[1, 0, 0, 1])])
    add("map_or_pool_gaps", (9, 5, 2), [feature_map("or_pool", kernel=1, stride=[2, 3])])
    add("map_or_pool_positive", (34, 34, 2), [feature_map("or_pool", kernel=2)], (PLAIN, ROUGH),
        stream={"negative": False})
    add("map_or_pool_large_kernel", (13, 12, 1), [feature_map("or_pool", kernel=11, stride=1, padding=5)],
        (PLAIN, ROUGH))
    add("map_or_pool_one_address", (1, 1, 1), [feature_map("or_pool", kernel=1)])
    add("map_upsample", (3, 5, 2), [feature_map("upsample", factor=[2, 3])])
    add("map_upsample_11", (2, 3, 3), [feature_map("upsample", factor=11)], (PLAIN, ROUGH))
    add("map_flatten_hwc", (3, 5, 7), [feature_map("flatten")])
    add("map_flatten_chw", (3, 5, 7), [feature_map("flatten", order="chw"), dense(source="mapped", neurons=5)])
    add("map_flatten_chw_row", (1, 13, 11), [feature_map("flatten", order="chw")], (PLAIN, ROUGH))
    add("map_chain", (12, 10, 3), [
        feature_map("sum_pool", name="a", kernel=[3, 2], stride=[2, 2], padding=[1, 0]),
        feature_map("or_pool", "a", "b", kernel=2), feature_map("upsample", "b", "c", factor=[1, 3]),
        feature_map("flatten", "c", "d", order="chw"), dense(source="d", neurons=7, lanes=4), readout("layer")])

    # Channel counts that are no powers of two; one stream on several inputs.
    add("join_maps", (4, 3, 5), [
        feature_map("upsample", name="up", factor=2), feature_map("or_pool", "up", "back", kernel=2),
        join("three", ["back", "input", "back"]), join("add", ["three", "three"], "add"),
        feature_map("sum_pool", "add", "last", kernel=3, stride=2, padding=1)], (PLAIN, ROUGH),
        stream={"step_events": 25})
    add("join_plain", (1, 7, 3), [
        feature_map("flatten", name="a"), dense("b", "input", 11), join("both", ["b", "a"]),
        dense("c", "both", 6), join("last", ["c", "b", "a", "both"]), readout("last")], stream={"step_events": 11})
    for order, inputs in (("input", ["input"] * 16), ("address", [f"a{i}" for i in range(16)])):
        stages = [dense(f"a{i}", "input", 3, neuron=neuron(threshold=9),
                        weights={"code": "signed", "bits": 5, "fill": "random", "seed": i + 1}) for i in range(16)]
        name = f"join_sixteen_by_{order}"
        table[name] = ({"nacre": 1, "name": name, "input": {**events(5), "step_events": 5}, "counters": "full",
                        "stages": [*(stages if order == "address" else []), join("sum", inputs, "add", order=order)]},
                       (PLAIN, ROUGH))
    # As many events as the bound allows, a slow branch beside a direct one, and a stalled output.
    add("join_skip_stalled", (6, 6, 2), [
        conv("down", channels=5, stride=2, lanes=1), conv("deep", "down", channels=5, lanes=1),
        conv("up", "deep", channels=3, kernel=2, stride=2, padding=0, transposed=True, lanes=1),
        join("skip", ["up", "input"]), conv("last", "skip", channels=2, lanes=2)],
        (PLAIN, ROUGH, ("--stalls", "0.8")), stream={"step_events": 72})
    return table


def layer(name="layer", source="input", outputs=6, row_bits=4, **extra):
    """A stage xnor_tile of random weights."""
    return {"name": name, "kind": "xnor_tile", "inputs": [source], "outputs": outputs, "row_bits": row_bits,
            "weights": {"fill": "random", "seed": 3}, **extra}


def layer_corners(folder):
    """name -> (specification, runs) of xnor_tile: sizes, organisations, levels, chains; thresholds: files in `folder`."""
    table = {}

    def add(name, stream, stages, runs=(PLAIN, ROUGH), **top):
        name = f"xnor_{name}"
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    def numbers(name, values):
        write_array(folder / f"{name}.npy", [len(values)], values)
        return f"{name}.npy"

    def thresholds(name, outputs, inputs):
        source = random.Random(name)
        middle = [source.randint(max(0, inputs // 2 - 2), min(inputs + 1, inputs // 2 + 3)) for _ in range(outputs)]
        return {"thresholds_file": numbers(f"xnor_{name}_thresholds", [0, inputs + 1, *middle][-outputs:]),
                "invert_file": numbers(f"xnor_{name}_invert", [source.randint(0, 1) for _ in range(outputs)])}

    rates = {"level": 1, "seed": 19, "persistent": [0.05, 0.02], "transient": [0.1, 0.03], "disturb": 0.02,
             "retention": 1e-6}
    # So wide that reads fail, and bits are metastable.
    wide = {"level": 2, "seed": 23, "physics": {"sigma_resistance": 0.15, "metastable_zone": 0.05, "read_noise": 0.04,
                                                "sense_offset": 0.05, "reference_sigma": 0.03}}
    parallel = {"organisation": "parallel"}
    full = {"organisation": "full"}
    for name, extra in (("serial", {}), ("parallel", parallel), ("full", full)):
        add(f"smallest_{name}", values(1, 1), [layer(outputs=1, row_bits=1, **extra)])
        add(f"smallest_{name}_popcount", values(1, 1, steps=True), [layer(
            outputs=1, row_bits=1, output="popcount", sensing="reference", **extra)], (PLAIN, ROUGH, STEPS))
        # One column more than a word of the bus holds, and one less than the next power of two.
        add(f"wide_rows_{name}", values(131, 1), [layer(
            outputs=9, row_bits=33, devices=rates, **thresholds(f"wide_rows_{name}", 9, 131), **extra)])
        add(f"rates_{name}", values(29, 1, steps=True), [layer(
            outputs=11, row_bits=5, devices=rates, sensing="reference", **thresholds(f"rates_{name}", 11, 29), **extra)],
            (PLAIN, ROUGH, STEPS))
        for sensing in ("differential", "reference"):
            add(f"resistances_{name}_{sensing}", values(23, 1), [layer(
                outputs=7, row_bits=3, output="popcount", sensing=sensing, devices=wide, **extra)])
        add(f"longest_read_{name}", values(5, 1), [layer(
            outputs=3, timing={"precharge": 16, "evaluate": 16}, devices=wide, **extra)])
        add(f"no_counters_{name}", values(9, 1), [layer(**extra)], counters="none")
    add("tiles", values(61, 1), [layer(outputs=10, row_bits=7, tiles=9, **thresholds("tiles", 10, 61))])
    add("tiles_and_folds", values(61, 1), [layer(outputs=10, row_bits=7, tiles=4, output="popcount", devices=rates)])
    add("most_tiles", values(64, 1), [layer(outputs=5, row_bits=1, tiles=64, output="popcount")])
    add("most_arrays", values(6, 1), [layer(outputs=64, row_bits=1, **parallel)])
    add("most_arrays_full", values(16, 1), [layer(outputs=256, row_bits=16, **full)])
    add("columns_beyond_inputs_full", values(5, 1), [layer(row_bits=70, output="popcount", devices=rates, **full)])
    add("columns_beyond_inputs", values(5, 1), [layer(row_bits=70, output="popcount", devices=rates)])
    add("columns_beyond_neurons", values(5, 1), [layer(outputs=3, row_bits=70, devices=rates, **parallel)])
    add("filaments", values(20, 1), [layer(output="popcount", sensing="reference",
                                           devices={**wide, "preset": "rram", "physics": {"sigma_resistance": 0.25}})])
    # The second layer is slower than the first, and the other way round.
    add("network_serial", values(24, 1), [
        layer("first", outputs=20, row_bits=12, devices=rates, **thresholds("network_serial", 20, 24)),
        layer("second", "first", outputs=12, row_bits=3, devices=wide),
        layer("third", "second", outputs=4, output="popcount", **parallel),
        {"name": "readout", "kind": "value_readout", "inputs": ["third"], "report_values": True}])
    add("network_parallel", values(24, 1, steps=True), [
        layer("first", outputs=20, row_bits=8, devices=rates, **parallel),
        layer("second", "first", outputs=12, row_bits=20, tiles=1, devices=wide),
        layer("third", "second", outputs=4, row_bits=1, output="popcount", timing={"precharge": 3}),
        {"name": "readout", "kind": "value_readout", "inputs": ["third"]}], (PLAIN, ROUGH, STEPS))
    return table


def corners():
    """name -> (specification, runs)"""
    both = (PLAIN, ROUGH)
    table = {}

    def add(name, stream, stages, runs=both, **top):
        table[name] = ({"nacre": 1, "name": name, "input": stream, "counters": "full", **top, "stages": stages}, runs)

    for fill in ("min", "max"):
        weights = {"code": "signed", "bits": 8, "fill": fill}
        add(f"all_{fill}_step", events(64), [dense(weights=weights, neuron=neuron(negative_threshold=-40))])
        add(f"all_{fill}_event", events(64), [dense(weights=weights, neurons=7, lanes=4, neuron=neuron(
            membrane_bits=6, threshold=20, negative_threshold=-20, fire="event", refractory_steps=2))])
    add("one_neuron_one_input", events(1), [dense(neurons=1, lanes=1, weights={"bits": 3, "fill": "max"},
                                                  neuron=neuron(threshold=5))], (PLAIN, ROUGH, STEPS))
    add("one_neuron", events(9), [dense(neurons=1, lanes=1)])
    add("one_input", events(1, False), [dense(neurons=13, lanes=8)])
    add("lanes_do_not_divide", events(), [dense(neurons=37, lanes=16, neuron=neuron(leak="shift", leak_shift=3))])
    add("more_lanes_than_neurons", events(), [dense(neurons=5, lanes=8)])
    add("lanes_64", events(40), [dense(neurons=130, lanes=64, neuron=neuron(fire="event", refractory_steps=1,
                                                                           negative_threshold=-35))])
    add("two_layers", events(), [dense("first", neurons=18, lanes=4, neuron=neuron(negative_threshold=-40)),
                                 dense("second", "first", neurons=6, lanes=2, neuron=neuron(
                                     threshold=12, fire="event", reset="zero"))], (PLAIN, ROUGH, STEPS))
    add("keep_state", events(), [dense(keep_state=True, neuron=neuron(refractory_steps=3, negative_threshold=-30))])
    add("no_counters", events(), [dense()], counters="none")
    small = dense("layer", "encoder", neuron=neuron(threshold=12, negative_threshold=-12))
    add("random_encoder", values(), [encoder(mode="random", lanes=4, seed=77), small, readout("layer")],
        (PLAIN, ROUGH, STEPS))
    add("encoder_alone", values(17, 3), [encoder(lanes=8, start_phase=5)])
    for rule, target in (("count", None), ("first_to_k", 3), ("lead", 2)):
        decide = readout("layer", rule=rule, **({"target": target} if target else {}))
        stop = {"stop_on": "readout"} if target else {}
        add(f"decide_{rule}", values(), [encoder(lanes=2, **stop), small, decide], (PLAIN, ROUGH, STEPS))
    add("saturating_counts", events(6), [dense(neurons=3, lanes=1, weights={"bits": 4, "fill": "max"},
                                               neuron=neuron(threshold=5, max_spikes=15)),
                                         readout("layer", counter_bits=3)])
    for name, stream, report in (
            ("plain", values(20, 4), False), ("plain_reported", values(13, 16), True),
            ("signed", values(10, 3, signed=True), False), ("steps", values(9, 2, steps=True), False),
            ("steps_signed_reported", values(7, 12, signed=True, steps=True), True),
            ("smallest", values(1, 1, signed=True, steps=True), True)):
        add(f"value_readout_{name}", stream, [value_readout(report_values=report)], (PLAIN, ROUGH, STEPS))
    add("value_readout_into_dense", values(6, 5, signed=True, steps=True), [value_readout(), dense(
        "layer", "readout", neuron=neuron(threshold=6))], (PLAIN, ROUGH, STEPS))
    add("value_readout_no_counters", values(6, 5, steps=True), [value_readout()], counters="none")
    for lanes in (1, 2, 4, 8, 16, 32, 64):
        # No output spikes: they leave one per cycle and would hide what the lanes do.
        add(f"dense_input_lanes_{lanes}", events(128, False),
            [dense(neurons=256, lanes=lanes, weights={"bits": 8, "fill": "random", "seed": 9},
                   neuron=neuron(membrane_bits=20, threshold=500000))], (PLAIN,))
    return table


IMC_FACTORS = {
    "kind": ["imc_digital"],
    "shape": [1, 2, 13, 32, {"height": 3, "width": 4, "kernel": 2},
              {"height": 4, "width": 3, "channels": 3, "kernel": [2, 3], "padding": [0, 1]},
              {"height": 5, "width": 5, "kernel": 3, "stride": 2, "padding": 2}],
    "input_bits": [1, 3, 8, 11, 16],
    "input_signed": [False, True],
    "steps": [False, True],
    "weight_bits": [1, 2, 7, 16],
    "weight_signed": [True, False],
    "fill": ["random", "min", "max"],
    "outputs": [1, 3, 8],
    "rows": [1, 4, 7, 16],
    "columns": [1, 3, 8],
    "down": [1, 2, 3],
    "across": [1, 2],
    "digit": [1, 2, 4],
    "skip": [True, False],
    "sets": [1, 2],
    "spare": [0, 2],
    "bias": [0, 2, 13],
    "output": ["none", "floor", "half_up", "half_even"],
    "scale": ["one", "single", "file"],
    "shift": [0, 1, 11],
    "relu": [False, True],
    "output_bits": [1, 5, 16, 32],
    "output_signed": [True, False],
    "counters": ["full", "basic"],
}


def imc_row_spec(name, row, folder):
    is_image = isinstance(row["shape"], dict)
    image = row["shape"]
    count = image["height"] * image["width"] * image.get("channels", 1) if is_image else image
    stage = imc(outputs=row["outputs"], kind=row["kind"], input_bits_per_cycle=row["digit"],
                skip_zero_planes=row["skip"],
                weights={"bits": row["weight_bits"], "signed": row["weight_signed"], "fill": row["fill"]},
                tile={key: row[key] for key in ("rows", "columns", "down", "across")})
    stage["tile"]["weight_sets"] = row["sets"]
    inputs = count
    if is_image:
        stage["convolution"] = image
        kernel = image["kernel"]
        high, wide = kernel if isinstance(kernel, list) else (kernel, kernel)
        inputs = high * wide * image.get("channels", 1)
    if row["spare"]:
        folds = -(-inputs // (row["rows"] * row["down"])) * -(-row["outputs"] // (row["columns"] * row["across"]))
        stage["tile"]["banks"] = folds * row["sets"] + row["spare"]
    if row["bias"]:
        top = 2 ** (row["bias"] - 1)
        write_bias(folder / f"{name}_bias.npy", [(37 * n) % (2 * top) - top for n in range(row["outputs"])])
        stage.update(bias_bits=row["bias"], bias_file=f"{name}_bias.npy")
    if row["output"] != "none" or row["input_bits"] + row["weight_bits"] > 25:  # sums beyond the 32 bits of a value
        output = requantised(row["output_bits"], row["shift"], signed=row["output_signed"], relu=row["relu"],
                             rounding=row["output"] if row["output"] != "none" else "floor")
        if row["scale"] == "single":
            output["scale"] = 21
        elif row["scale"] == "file":
            write_bias(folder / f"{name}_scale.npy", [(9001 * n) % 65535 + 1 for n in range(row["outputs"])])
            output["scale_file"] = f"{name}_scale.npy"
        stage["output"] = output
    stream = values(count, row["input_bits"], signed=row["input_signed"], steps=row["steps"])
    return {"nacre": 1, "name": name, "input": stream, "counters": row["counters"], "stages": [stage]}


FACTORS = {
    "compare": [">=", ">"],
    "fire": ["step", "event"],
    "max_spikes": [1, 3, 15],
    "reset": ["subtract", "zero", "value", "none"],
    "refractory_steps": [0, 1, 5],
    "refractory_mode": ["integrate", "hold"],
    "leak": ["none", "shift", "multiply"],
    "leak_rounding": ["floor", "toward_zero", "half_up"],
    "leak_order": ["after_fire", "before_fire"],
    "thresholds": [1, 2],
    "clamp": ["range", "narrow"],
    "membrane_bits": [6, 9, 17, 32],
    "lanes": [1, 2, 4, 8],
    "neurons": [1, 5, 8, 11],
    "bias": [False, True],
    "keep_state": [False, True],
    "code": [("signed", 1), ("signed", 6), ("unsigned", 3), ("binary", 1), ("cells", 8), ("signed", 16)],
    "weight_storage": ["ram", "flipflop", "macro"],
    "state_storage": ["ram", "flipflop", "macro"],
    "counters": ["full", "basic"],
}


def legal(row):
    if row["max_spikes"] > 1:
        row["reset"] = "subtract"
    return row


def pairwise_rows(seed, factors=FACTORS, legal=legal):
    """Rows that together hold every legal pair of values of two factors (greedy)."""
    source = random.Random(seed)
    names = list(factors)
    missing = {(a, i, b, j) for a, b in itertools.combinations(names, 2)
               for i in range(len(factors[a])) for j in range(len(factors[b]))
               if not (a == "max_spikes" and i > 0 and b == "reset" and factors[b][j] != "subtract")}

    def covered(row):
        index = {name: factors[name].index(row[name]) for name in names}
        return {(a, index[a], b, index[b]) for a, b in itertools.combinations(names, 2)} & missing

    rows = []
    while missing:
        a, i, b, j = min(missing)
        best = max((legal({**{n: source.choice(factors[n]) for n in names}, a: factors[a][i], b: factors[b][j]})
                    for _ in range(40)), key=lambda row: len(covered(row)))
        gained = covered(best)
        if not gained:
            best = legal({**best, "max_spikes": 1, a: factors[a][i], b: factors[b][j]})
            gained = covered(best)
        missing -= gained
        rows.append(best)
    return rows


def row_spec(name, row, folder):
    bits = row["membrane_bits"]
    threshold = min(2 ** (bits - 2), 50)
    keys = ["compare", "fire", "max_spikes", "reset", "refractory_steps"]
    cell = {key: row[key] for key in keys}
    cell.update(membrane_bits=bits, threshold=threshold)
    if row["refractory_steps"]:
        cell["refractory_mode"] = row["refractory_mode"]
    if row["reset"] == "value":
        cell["reset_value"] = -3
    if row["thresholds"] == 2:
        cell["negative_threshold"] = -threshold + 1
    if row["clamp"] == "narrow":
        cell["clamp_min"], cell["clamp_max"] = -threshold - 5, threshold + 9
        if row["thresholds"] == 2:
            cell["negative_threshold"] = -threshold + 1
        if row["reset"] == "value":
            cell["reset_value"] = -3
    if row["leak"] != "none":
        cell["leak"] = row["leak"]
        cell["leak_rounding"] = row["leak_rounding"]
        cell["leak_order"] = row["leak_order"]
        if row["leak"] == "shift":
            cell["leak_shift"] = 3
        else:
            cell.update(leak_factor=201, leak_fraction_bits=8)
    code, weight_bits = row["code"]
    weights = {"code": code, "fill": "random", "seed": 11, "storage": row["weight_storage"]}
    if code != "binary":
        weights["bits"] = weight_bits
    state = {"storage": row["state_storage"]}
    if row["weight_storage"] == "macro":
        weights["macro"] = "weights_macro"
    if row["state_storage"] == "macro":
        state["macro"] = "state_macro"
    stage = dense(neurons=row["neurons"], lanes=row["lanes"], weights=weights, state=state, neuron=cell,
                  keep_state=row["keep_state"])
    if row["bias"]:
        write_bias(folder / f"{name}_bias.npy", [(7 * n) % 11 - 5 for n in range(row["neurons"])])
        stage["bias"] = {"bits": 5, "file": f"{name}_bias.npy"}
    return {"nacre": 1, "name": name, "input": events(15), "counters": row["counters"], "stages": [stage]}


FAST = ["all_min_event", "all_max_step", "one_neuron_one_input", "lanes_do_not_divide", "two_layers", "keep_state",
        "random_encoder", "decide_first_to_k", "decide_lead", "value_readout_plain", "value_readout_steps_signed_reported",
        "imc_smallest_signed", "imc_odd_sizes", "imc_convolution_steps", "imc_chain", "crossbar_sixteen_levels",
        "crossbar_all_deviations", "csram_random_128", "csram_blocks_of_data",
        "attention_widest_fields", "attention_between_tiles", "mram_smallest", "mram_rates", "mram_filaments", "mram_forming",
        "xnor_smallest_serial", "xnor_rates_serial", "xnor_resistances_parallel_differential", "xnor_network_parallel", "xnor_rates_full",
        "graph_residual", "graph_stop", "graph_crossed",
        "conv_depthwise_leaky", "conv_slice", "conv_transposed_overlap", "conv_parts",
        "map_or_pool", "map_chain", "join_maps", "join_sixteen_by_address", "join_skip_stalled"]


def operations_per_cycle(out):
    metrics = json.loads((out / "metrics.json").read_text())
    return metrics["verify__sop_per_cycle"]["value"]


def verify(nacre, work, name, spec, runs, samples, environment):
    """Text of the first failure, or nothing."""
    path = work / f"{name}.json"
    path.write_text(json.dumps(spec, indent=1))
    for number, run in enumerate(runs):
        out = work / f"{name}_{number}"
        command = [str(nacre), "verify", str(path), "-o", str(out), "--samples", str(samples), "--seed",
                   str(number + 1), "--threads", "1", *run]
        result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
        if result.returncode != 0:
            return f"{' '.join(command)}\nexit {result.returncode}\n{result.stdout}{result.stderr}"
        if not result.stdout.strip().splitlines()[-1].startswith("PASS verify: "):
            return f"{' '.join(command)}\nno PASS line:\n{result.stdout}"
    return ""


def dense_bar(nacre, work, name, spec, environment, share):
    """Synaptic operations per cycle on dense input: at least share x lanes (sample 1: every input in every step)."""
    lanes = spec["stages"][0]["lanes"]
    out = work / f"{name}_dense"
    command = [str(nacre), "verify", str(work / f"{name}.json"), "-o", str(out), "--first", "1", "--samples", "1"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
    if result.returncode != 0:
        return f"{' '.join(command)}\nexit {result.returncode}\n{result.stdout}{result.stderr}"
    rate = operations_per_cycle(out)
    return "" if rate >= share * lanes else f"{rate} synaptic operations per cycle, must be at least {share * lanes}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nacre", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--set", choices=["fast", "full"], default="fast")
    parser.add_argument("--only", default="", help="names, a regular expression")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="of the covering rows")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    table = {**corners(), **imc_corners(options.work), **crossbar_corners(),
             **attention_corners(), **csram_corners(options.work), **memory_corners(), **layer_corners(options.work),
             **graph_corners(), **conv_corners(options.work), **map_corners()}
    if options.set == "full":
        for number, row in enumerate(pairwise_rows(options.seed, IMC_FACTORS, lambda row: row)):
            name = f"imc_row_{number:02}"
            table[name] = (imc_row_spec(name, row, options.work),
                           (PLAIN, ROUGH, STEPS) if row["steps"] and number % 4 == 0 else (PLAIN, ROUGH))
        for number, row in enumerate(pairwise_rows(options.seed, MEMORY_FACTORS, lambda row: row)):
            table[f"mram_row_{number:03}"] = (memory_row_spec(f"mram_row_{number:03}", row), (PLAIN, ROUGH))
        rows = pairwise_rows(options.seed)
        for number, row in enumerate(rows):
            name = f"row_{number:02}"
            table[name] = (row_spec(name, row, options.work), (PLAIN, ROUGH, STEPS) if number % 8 == 0 else (PLAIN, ROUGH))
    else:
        table = {name: table[name] for name in FAST}
    if options.only:
        table = {name: entry for name, entry in table.items() if re.fullmatch(options.only, name)}
        if not table:
            sys.exit(f"no configuration '{options.only}'")
    if options.list:
        print("\n".join(table))
        return 0
    environment = dict(os.environ)
    environment.setdefault("NACRE_CACHE_DIR", str(options.work / "cache"))

    def judge(entry):
        name, (spec, runs) = entry
        fault = verify(options.nacre, options.work, name, spec, runs, options.samples, environment)
        if not fault and "_input_lanes_" in name:
            # A convolution visits all its rows at the end of each step.
            share = 0.9 if name.startswith("conv_") else 0.95
            fault = dense_bar(options.nacre, options.work, name, spec, environment, share)
        if not fault:
            for folder in options.work.glob(f"{name}_[0-9d]*"):
                if folder.is_dir():
                    shutil.rmtree(folder, ignore_errors=True)
        return name, fault

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, fault in pool.map(judge, table.items()):
            print(f"{'FAIL' if fault else 'ok  '} cosim.{name}", flush=True)
            if fault:
                failed += 1
                print(fault, flush=True)
    print(f"{len(table) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
