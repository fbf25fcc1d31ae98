#!/usr/bin/env python3
"""Writes torch_pools.hpp: pooling, upsampling and flattening as PyTorch and NumPy do it.

    torch_pools.py | clang-format --assume-filename=torch_pools.hpp > torch_pools.hpp

Each case is a map of small event counts, and the counts that come out. The seed is fixed.
"""
import numpy as np
import torch
import torch.nn.functional as F

CASES = [
    # operation, (H, W, C), kernel, stride, padding (top, bottom, left, right), factor
    ("SumPool", (4, 6, 2), (2, 2), (2, 2), (0, 0, 0, 0), (1, 1)),
    ("SumPool", (7, 5, 3), (3, 2), (2, 1), (1, 2, 1, 0), (1, 1)),
    ("SumPool", (9, 4, 1), (2, 3), (4, 2), (0, 1, 2, 2), (1, 1)),
    ("OrPool", (6, 6, 2), (2, 3), (2, 3), (0, 0, 0, 0), (1, 1)),
    ("OrPool", (5, 8, 2), (3, 3), (1, 2), (1, 1, 1, 1), (1, 1)),
    ("Upsample", (3, 2, 3), (1, 1), (1, 1), (0, 0, 0, 0), (2, 3)),
    ("Flatten", (3, 4, 5), (1, 1), (1, 1), (0, 0, 0, 0), (1, 1)),
]


def outputs(operation, image, kernel, stride, padding, factor):
    """Counts by channel, row and column; of a flattening by address."""
    top, bottom, left, right = padding
    padded = F.pad(image, (left, right, top, bottom))
    if operation == "SumPool":
        return F.avg_pool2d(padded, kernel, stride, divisor_override=1)
    if operation == "OrPool":
        return F.max_pool2d(padded.clamp(max=1), kernel, stride)
    if operation == "Upsample":
        return F.interpolate(image, scale_factor=factor, mode="nearest")
    return torch.from_numpy(image.numpy().reshape(-1))  # order chw


def braces(numbers):
    lines, line = [], ""
    for number in numbers:
        text = f"{int(number)},"
        if len(line) + len(text) > 84:
            lines.append(line)
            line = ""
        line += (" " if line else "") + text
    lines.append(line.rstrip(","))
    return "{" + "\n      ".join(lines) + "}"


def main():
    random = np.random.default_rng(6)
    print("#pragma once")
    print("// Written by torch_pools.py with PyTorch; do not edit.\n")
    print("#include <cstdint>\n#include <vector>\n")
    print('#include "event_map/event_map_spec.hpp"\n')
    print("namespace nacre::golden::test {\n")
    print("/// Counts of events by address (y, x, c), before and after; of a flattening (order chw) after "
          "it by address.")
    print("struct TorchPool {")
    print("  MapOperation operation;\n  MapAxis rows;\n  MapAxis columns;\n  std::int64_t channels;")
    print("  std::vector<std::int64_t> before;\n  std::vector<std::int64_t> after;\n};\n")
    print("inline const std::vector<TorchPool> kTorchPools = {")
    for operation, (height, width, channels), kernel, stride, padding, factor in CASES:
        before = random.integers(0, 3, (height, width, channels))
        image = torch.from_numpy(before.transpose(2, 0, 1)[None]).float()
        after = outputs(operation, image, kernel, stride, padding, factor)
        if operation == "Flatten":
            shape = (height, width)
        else:
            shape = tuple(after.shape[2:])
            after = after[0].numpy().transpose(1, 2, 0).reshape(-1)
        print(f"    {{.operation = MapOperation::{operation},")
        for axis, name in enumerate(("rows", "columns")):
            print(f"     .{name} = {{.inputs = {(height, width)[axis]}, .outputs = {shape[axis]}, "
                  f".kernel = {kernel[axis]}, .stride = {stride[axis]}, "
                  f".padding_before = {padding[2 * axis]}, "
                  f".padding_after = {padding[2 * axis + 1]}, "
                  f".factor = {factor[axis]}}},")
        print(f"     .channels = {channels},")
        print(f"     .before = {braces(before.reshape(-1))},")
        print(f"     .after = {braces(after)}}},")
    print("};\n\n}  // namespace nacre::golden::test")


main()
