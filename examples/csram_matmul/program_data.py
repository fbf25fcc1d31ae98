#!/usr/bin/env python3
"""Makes the data of the programs beside matmul: mlp, convolution_row, stencil.

    /usr/bin/python3 program_data.py

The layer is that of the first 16 hidden neurons of ../imc_fashion (weights, bias, scale; 16 of its
test images); kernel, pixels and points are seeded. Writes beside this file
    mlp_weights.npy (208, 64) int8, mlp_words.npy (2, 16) int32, convolution_row_kernel.npy (3, 64) int8
    <program>_samples.idx2-ubyte
    <program>_expected.npy  int32, (samples, values sent): what the definitions in check.py say
"""

import gzip
import pathlib

import numpy as np

import check

HERE = pathlib.Path(__file__).resolve().parent
FASHION = HERE.parent / "imc_fashion"
NEURONS, IMAGES, SEED = 16, 16, 2
SCALE = 55811  # of imc_fashion/spec.json, over 2^26


def write_samples(program, samples):
    header = bytes([0, 0, 8, 2]) + b"".join(size.to_bytes(4, "big") for size in samples.shape)
    (HERE / f"{program}_samples.idx2-ubyte").write_bytes(header + samples.astype(np.uint8).tobytes())


def layer():
    """Weights in the order of mlp.csram: row 16 r + i, word n, byte e = input 64 r + 4 i + e."""
    weights = np.zeros((13 * 64, NEURONS), np.int8)
    weights[:784] = np.load(FASHION / "hidden_weights.npy")[:, :NEURONS]
    np.save(HERE / "mlp_weights.npy", weights.reshape(208, 4, NEURONS).swapaxes(1, 2).reshape(208, 64))
    bias = np.load(FASHION / "hidden_bias.npy")[:NEURONS].astype(np.int32)
    np.save(HERE / "mlp_words.npy", np.stack([bias, np.full(NEURONS, SCALE << 7, np.int32)]))
    images = gzip.open(FASHION / "test-images.idx3-ubyte.gz").read()[16:]
    write_samples("mlp", np.frombuffer(images[:IMAGES * 784], np.uint8).reshape(IMAGES, 784))


def convolution_row(random):
    sobel = np.array([[-1, 0, 1, 0], [-2, 0, 2, 0], [-1, 0, 1, 0]], np.int8)
    np.save(HERE / "convolution_row_kernel.npy", np.tile(sobel, 16))
    pixels = random.integers(0, 256, (16, 192))
    pixels[0], pixels[1] = 0, 255
    pixels[2] = np.tile(np.arange(64) >= 32, 3) * 255  # an edge
    write_samples("convolution_row", pixels)


def stencil(random):
    points = random.integers(0, 256, (8, 18, 32))
    points[0], points[1] = 255, 0
    points[1, 9, 13] = 255  # one point: the stencil itself
    points[2] = np.indices((18, 32)).sum(0) % 2 * 255  # the largest differences
    write_samples("stencil", points.reshape(8, -1))


def main():
    random = np.random.default_rng(SEED)
    layer()
    convolution_row(random)
    stencil(random)
    for program in check.PROGRAMS:
        expected = check.expected(program)
        np.save(HERE / f"{program}_expected.npy", expected.astype(np.int32))
        print(f"{program}: {expected.shape}, {expected.min()} ... {expected.max()}")


if __name__ == "__main__":
    main()
