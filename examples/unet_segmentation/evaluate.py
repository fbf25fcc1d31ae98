#!/usr/bin/env python3
"""Mean intersection over union of the float network (float_weights.npz) on the test scenes.

    /usr/bin/python3 evaluate.py
"""

import numpy as np
import torch

import train


def main():
    torch.set_num_threads(1)
    x, masks = train.load(train.HERE, "test")
    layers = train.network()
    with torch.no_grad(), np.load(train.HERE / "float_weights.npz") as stored:
        for name, layer in layers.items():
            layer.weight.copy_(torch.from_numpy(stored[name]))
    output = train.in_blocks(lambda part: train.float_output(layers, part), x)
    print(f"mean IoU {train.mean_iou((output >= 0.5).numpy(), masks.bool().numpy()):.4f}")


if __name__ == "__main__":
    main()
