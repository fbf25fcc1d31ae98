#!/usr/bin/env python3
"""Integer model of a specification of this folder: accuracy, decisions as CSV.

    /usr/bin/python3 simulate.py [--spec four_bit.json] [--csv decisions.csv] [--limit N]
        [--samples IMAGES --labels LABELS]

Contracts: docs/tile.md and the README.md of the kinds; the arithmetic is in ../imc_model.py.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

if __name__ == "__main__":
    imc_model.main(__doc__, HERE / "spec.json")
