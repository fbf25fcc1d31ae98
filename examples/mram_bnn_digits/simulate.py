#!/usr/bin/env python3
"""Integer model of a specification of this folder: accuracy, decisions as CSV.

    /usr/bin/python3 simulate.py [--spec parallel.json] [--seed DIE] [--limit N]
        [--csv decisions.csv] [--npy values.npy]

Contracts: docs/mtj_array.md, docs/device_random.md and the README.md of the kinds; the arithmetic
is in ../xnor_model.py. There is a reset before every 32 samples, as `nacre verify` makes it.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402
import xnor_model  # noqa: E402

if __name__ == "__main__":
    imc_model.main(__doc__, HERE / "spec.json", xnor_model.run_all)
