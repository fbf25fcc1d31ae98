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
import shutil
import subprocess
import sys

PLAIN = ()
ROUGH = ("--stalls", "0.35", "--resets", "0.25")
STEPS = ("--checkpoint", "step")


def write_bias(path, values):
    """numpy's .npy, version 1.0: little-endian 64-bit integers."""
    header = f"{{'descr': '<i8', 'fortran_order': False, 'shape': ({len(values)},), }}"
    header = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode("ascii")
                     + b"".join(v.to_bytes(8, "little", signed=True) for v in values))


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


def values(addresses=20, bits=4):
    return {"kind": "values", "addresses": addresses, "bits": bits}


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
    for lanes in (1, 2, 4, 8, 16, 32, 64):
        # No output spikes: they leave one per cycle and would hide what the lanes do.
        add(f"dense_input_lanes_{lanes}", events(128, False),
            [dense(neurons=256, lanes=lanes, weights={"bits": 8, "fill": "random", "seed": 9},
                   neuron=neuron(membrane_bits=20, threshold=500000))], (PLAIN,))
    return table


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


def pairwise_rows(seed):
    """Rows that together hold every legal pair of values of two factors (greedy)."""
    source = random.Random(seed)
    names = list(FACTORS)
    missing = {(a, i, b, j) for a, b in itertools.combinations(names, 2)
               for i in range(len(FACTORS[a])) for j in range(len(FACTORS[b]))
               if not (a == "max_spikes" and i > 0 and b == "reset" and FACTORS[b][j] != "subtract")}

    def covered(row):
        index = {name: FACTORS[name].index(row[name]) for name in names}
        return {(a, index[a], b, index[b]) for a, b in itertools.combinations(names, 2)} & missing

    rows = []
    while missing:
        a, i, b, j = min(missing)
        best = max((legal({**{n: source.choice(FACTORS[n]) for n in names}, a: FACTORS[a][i], b: FACTORS[b][j]})
                    for _ in range(40)), key=lambda row: len(covered(row)))
        gained = covered(best)
        if not gained:
            best = legal({**best, "max_spikes": 1, a: FACTORS[a][i], b: FACTORS[b][j]})
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
        "random_encoder", "decide_first_to_k", "decide_lead"]


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


def dense_bar(nacre, work, name, spec, environment):
    """Synaptic operations per cycle on dense input: at least 0.95 x lanes (sample 1: every input in every step)."""
    lanes = spec["stages"][0]["lanes"]
    out = work / f"{name}_dense"
    command = [str(nacre), "verify", str(work / f"{name}.json"), "-o", str(out), "--first", "1", "--samples", "1"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)
    if result.returncode != 0:
        return f"{' '.join(command)}\nexit {result.returncode}\n{result.stdout}{result.stderr}"
    rate = operations_per_cycle(out)
    return "" if rate >= 0.95 * lanes else f"{rate} synaptic operations per cycle, must be at least {0.95 * lanes}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nacre", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--set", choices=["fast", "full"], default="fast")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="of the covering rows")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    table = corners()
    if options.set == "full":
        rows = pairwise_rows(options.seed)
        for number, row in enumerate(rows):
            name = f"row_{number:02}"
            table[name] = (row_spec(name, row, options.work), (PLAIN, ROUGH, STEPS) if number % 8 == 0 else (PLAIN, ROUGH))
    else:
        table = {name: table[name] for name in FAST}
    if options.only:
        table = {name: entry for name, entry in table.items() if name == options.only}
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
        if not fault and name.startswith("dense_input"):
            fault = dense_bar(options.nacre, options.work, name, spec, environment)
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
