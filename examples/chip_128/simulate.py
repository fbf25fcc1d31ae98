#!/usr/bin/env python3
"""Integer model of spec.json on its traffic: activity of input, cores and output.

    /usr/bin/python3 simulate.py [--spec spec.json] [--limit N]

Contracts: docs/neuron.md and the README.md of the kinds; the arithmetic is in ../event_model.py.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import event_model  # noqa: E402

if __name__ == "__main__":
    arguments = event_model.arguments_of(__doc__, HERE / "spec.json")
    event_model.activity(arguments.spec, arguments.limit)
