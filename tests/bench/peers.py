#!/usr/bin/env python3
"""The golden dense layer beside Brian2 (C++ standalone) and a PyTorch gather-sum, in one run.

    peers.py GOLDEN_BENCH [-o bench.json]

GOLDEN_BENCH is the Google Benchmark binary of golden_dense_bench.cpp. All three compute the
network of workload.hpp (784 x 1000, 8-bit weights, 5 % activity, 200 steps) on one core, and must
send the same number of spikes. Time is the wall clock's and the simulation's only (no
compilation, no construction), the best of several runs of some 10 ms each, so that a busy machine
disturbs all alike. A peer that is not installed is skipped by name. Exit status: 0 done, 1 a bar
is missed or spike counts differ, 3 no golden figure.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

INPUTS, NEURONS, STEPS, THRESHOLD = 784, 1000, 200, 2000
EVENT_SEED = 1 << 40
BARS = {"golden": 4e9}  # synaptic operations per second
RATIO_BARS = {"brian2": 10.0, "pytorch": 4.0}  # golden over peer


class Missing(Exception):
    """A peer that is not installed."""


def splitmix(numpy, first, count):
    """hash() of workload.hpp for `count` indices from `first` on."""
    with numpy.errstate(over="ignore"):
        z = numpy.arange(first + 1, first + 1 + count, dtype=numpy.uint64)
        z *= numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def workload(numpy):
    """Weights [neuron, input] and, for each step, the inputs that fire."""
    weights = (splitmix(numpy, 0, NEURONS * INPUTS) >> numpy.uint64(56)).astype(numpy.int64) - 128
    draws = splitmix(numpy, EVENT_SEED, STEPS * INPUTS) >> numpy.uint64(32)
    fires = (draws < numpy.uint64(214748364)).reshape(STEPS, INPUTS)
    return weights.reshape(NEURONS, INPUTS), [numpy.flatnonzero(row) for row in fires]


def run_golden(bench):
    """(synaptic operations per second, spikes) of the golden model, best of 25 repetitions."""
    process = subprocess.run(
        [bench, "--benchmark_filter=^dense_784x1000/real_time$", "--benchmark_repetitions=25",
         "--benchmark_min_time=0.01", "--benchmark_format=json"],
        stdout=subprocess.PIPE, check=True)
    runs = [run for run in json.loads(process.stdout)["benchmarks"]
            if run["run_type"] == "iteration"]
    return max(run["sop_per_second"] for run in runs), int(runs[0]["spikes"])


def run_pytorch():
    """Gather the rows of the inputs that fire, sum, compare; the faster of two element types."""
    try:
        import numpy
        import torch
    except ImportError:
        raise Missing("apt-get install -y --no-install-recommends python3-torch python3-numpy")
    torch.set_num_threads(1)
    weights, steps = workload(numpy)
    events = sum(len(step) for step in steps)
    indices = [torch.from_numpy(step) for step in steps]
    best, spikes = 0.0, 0
    for dtype in (torch.float32, torch.int32):
        rows = torch.from_numpy(weights.T.copy()).to(dtype)
        for _ in range(5):
            membrane = torch.zeros(NEURONS, dtype=dtype)
            fired_total = 0
            start = time.perf_counter()
            with torch.no_grad():
                for index in indices:
                    membrane += torch.index_select(rows, 0, index).sum(0, dtype=dtype)
                    fired = membrane >= THRESHOLD
                    membrane -= fired * THRESHOLD
                    fired_total += int(fired.sum())
            seconds = time.perf_counter() - start
            best = max(best, events * NEURONS / seconds)
        if spikes not in (0, fired_total):
            raise RuntimeError("PyTorch: float32 and int32 give different spikes")
        spikes = fired_total
    return best, spikes


def run_brian2():
    """C++ standalone, one thread; the time is what the built program reports for its run."""
    try:
        import brian2
        import numpy
    except ImportError:
        raise Missing("apt-get install -y --no-install-recommends python3-brian python3-dev")
    weights, steps = workload(numpy)
    step = 1 * brian2.ms
    with tempfile.TemporaryDirectory() as folder:
        brian2.set_device("cpp_standalone", build_on_run=False)
        brian2.defaultclock.dt = step
        index = numpy.concatenate(steps)
        times = numpy.repeat(numpy.arange(STEPS), [len(s) for s in steps]) * step
        source = brian2.SpikeGeneratorGroup(INPUTS, index, times)
        layer = brian2.NeuronGroup(NEURONS, "v : 1", threshold=f"v >= {THRESHOLD}",
                                   reset=f"v -= {THRESHOLD}")
        synapses = brian2.Synapses(source, layer, "w : 1", on_pre="v_post += w")
        pre, post = numpy.divmod(numpy.arange(INPUTS * NEURONS), NEURONS)
        synapses.connect(i=pre, j=post)
        synapses.w = weights.T.reshape(-1).astype(float)
        monitor = brian2.SpikeMonitor(layer, record=False)
        # Brian tests thresholds before it delivers spikes: everything comes a step later.
        brian2.run((STEPS + 1) * step)
        device = brian2.device
        device.build(directory=folder, compile=True, run=False, with_output=False)
        seconds = []
        for _ in range(5):
            device.run(folder, with_output=False, run_args=[])
            seconds.append(device._last_run_time)
        return len(index) * NEURONS / min(seconds), int(monitor.num_spikes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bench", help="the Google Benchmark binary")
    parser.add_argument("-o", "--output", help="JSON file for the figures")
    arguments = parser.parse_args()

    figures, skipped, failures = {}, {}, []
    try:
        golden, spikes = run_golden(os.path.abspath(arguments.bench))
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError, IndexError) as error:
        print(f"peers.py: no figure from {arguments.bench}: {error}", file=sys.stderr)
        return 3
    figures["golden"] = golden
    print(f"{'golden':<8} {golden / 1e9:8.3f} G synaptic operations/s   {spikes} spikes   "
          f"bar {BARS['golden'] / 1e9:g} G")
    if golden < BARS["golden"]:
        failures.append(f"golden below {BARS['golden'] / 1e9:g} G synaptic operations/s")
    for name, run in (("pytorch", run_pytorch), ("brian2", run_brian2)):
        try:
            rate, peer_spikes = run()
        except Missing as missing:
            skipped[name] = str(missing)
            print(f"{name:<8} SKIP: not installed ({missing})")
            continue
        figures[name] = rate
        print(f"{name:<8} {rate / 1e9:8.3f} G synaptic operations/s   {peer_spikes} spikes   "
              f"golden is {golden / rate:.1f} x   bar {RATIO_BARS[name]:g} x")
        if peer_spikes != spikes:
            failures.append(f"{name} sent {peer_spikes} spikes, golden {spikes}")
        if golden / rate < RATIO_BARS[name]:
            failures.append(f"golden less than {RATIO_BARS[name]:g} x {name}")
    if arguments.output:
        with open(arguments.output, "w", encoding="utf-8") as file:
            json.dump({"sop_per_second": figures, "spikes": spikes, "skipped": skipped,
                       "failures": failures}, file, indent=2, sort_keys=True)
            file.write("\n")
    for failure in failures:
        print(f"peers.py: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
