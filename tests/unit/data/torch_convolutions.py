#!/usr/bin/env python3
"""Writes torch_convolutions.hpp: what PyTorch's conv2d and conv_transpose2d make of small integers.

    /usr/bin/python3 torch_convolutions.py > torch_convolutions.hpp

Inputs and weights are functions of their index (C order), here and in the header, so that only the outputs are kept.
"""
import torch

# name, transposed, (C, H, W), M, kernel, stride, padding, dilation, output_padding, groups
SHAPES = [
    ("same_3x3", False, (2, 5, 6), 3, (3, 3), (1, 1), (1, 1), (1, 1), (0, 0), 1),
    ("strided_not_square", False, (3, 7, 5), 2, (3, 2), (2, 3), (1, 0), (1, 1), (0, 0), 1),
    ("dilated", False, (1, 9, 8), 2, (3, 2), (1, 2), (2, 1), (2, 3), (0, 0), 1),
    ("stride_and_dilation_share_a_factor", False, (1, 9, 11), 2, (3, 3), (2, 4), (2, 4), (4, 2), (0, 0), 1),
    ("depthwise", False, (4, 4, 4), 4, (3, 3), (1, 1), (1, 1), (1, 1), (0, 0), 4),
    ("grouped", False, (4, 5, 4), 6, (2, 3), (1, 1), (0, 1), (1, 1), (0, 0), 2),
    ("stride_above_kernel", False, (2, 7, 8), 2, (2, 1), (3, 3), (0, 0), (1, 1), (0, 0), 1),
    ("transposed_stride_2", True, (2, 3, 4), 3, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 1),
    ("transposed_not_square", True, (3, 2, 4), 2, (2, 4), (2, 3), (0, 2), (1, 1), (0, 2), 1),
    ("transposed_dilated", True, (1, 3, 3), 2, (2, 3), (1, 2), (1, 0), (3, 2), (0, 0), 1),
    ("transposed_grouped", True, (4, 2, 3), 6, (3, 2), (2, 2), (1, 0), (1, 1), (0, 1), 2),
]


def number(index, step, span):
    """An integer in -(span // 2) ... span // 2, span odd."""
    return (index * step + index * index % 11) % span - span // 2


def tensor(shape, step, span):
    count = int(torch.tensor(shape).prod())
    return torch.tensor([number(i, step, span) for i in range(count)], dtype=torch.float64).reshape(shape)


def main():
    print("""#pragma once
// Written by torch_convolutions.py beside this file; do not edit.

#include <array>
#include <cstdint>
#include <vector>

namespace nacre::golden::test {

/// A convolution of torch_input over torch_weight; pairs are of rows and columns.
struct TorchConvolution {
  const char* name;
  bool transposed;
  std::int64_t in_channels, height, width, channels, groups;
  std::array<int, 2> kernel, stride, padding, dilation, output_padding;
  std::vector<std::int64_t> outputs;  ///< (M, Ho, Wo)
};

/// The script's number().
constexpr std::int64_t torch_number(std::int64_t index, std::int64_t step, std::int64_t span) {
  return (index * step + index * index % 11) % span - span / 2;
}
/// Input of index (c H + y) W + x: that many events.
constexpr std::int64_t torch_input(std::int64_t index) { return torch_number(index, 5, 7); }
/// Weight by its index in PyTorch's order.
constexpr std::int64_t torch_weight(std::int64_t index) { return torch_number(index, 37, 31); }

// clang-format off
inline const std::vector<TorchConvolution> kTorchConvolutions = {""")
    for name, transposed, (c, h, w), m, kernel, stride, padding, dilation, output_padding, groups in SHAPES:
        inputs = tensor((1, c, h, w), 5, 7)
        if transposed:
            out = torch.nn.functional.conv_transpose2d(
                inputs, tensor((c, m // groups, *kernel), 37, 31), None, stride, padding, output_padding, groups,
                dilation)
        else:
            out = torch.nn.functional.conv2d(
                inputs, tensor((m, c // groups, *kernel), 37, 31), None, stride, padding, dilation, groups)
        values = [int(v) for v in out.flatten()]
        pairs = ", ".join("{%d, %d}" % pair for pair in (kernel, stride, padding, dilation, output_padding))
        print(f'    {{"{name}", {str(transposed).lower()}, {c}, {h}, {w}, {m}, {groups}, {pairs},\n     {{')
        for row in range(0, len(values), 18):
            print("      " + ", ".join(map(str, values[row:row + 18])) + ",")
        print("     }},")
    print("""};
// clang-format on

}  // namespace nacre::golden::test""")


if __name__ == "__main__":
    main()
