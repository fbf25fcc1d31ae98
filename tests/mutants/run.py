#!/usr/bin/env python3
"""Mutation test of the RTL: run.py NACRE SOURCE WORK [--jobs N] [--only LEAF] [--every N]

A list, tests/mutants/rtl/<leaf>.json, names the file of one leaf and textual changes of it ("find" occurs once):

"mutants": what Verilator compiles. The changed file is put in the generated tree of each specification in
tests/mutants/specs that has the leaf, in turn, that of "by" first, and `nacre verify --rtl TREE` must fail for one of
them. "by" saves time only: it is the specification that killed the mutant when it was written.

"bench_mutants": what Verilator does not read (under `ifndef VERILATOR), or what the generated trees do not reach. The
leaf's testbench of tests/rtl/smoke must fail in Icarus with the changed file, at one corner of
tests/rtl/leaves/<leaf>.json where it passes with the original; "by" is the corner tried first. With "fpga" (true)
NACRE_FPGA is defined.

A mutant that survives must carry "equivalent": why no test can see it. One that does not build is a fault of the list.
With --every N each Nth mutant of the whole list is tried (`make test`); `make nightly` tries all.
Closing line: `N passed, N failed` (killed or explained; survived or invalid), and the score.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("nacre", type=pathlib.Path)
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("work", type=pathlib.Path)
parser.add_argument("--jobs", type=int, default=os.cpu_count())
parser.add_argument("--only", default="")
parser.add_argument("--every", type=int, default=1)
options = parser.parse_args()

here = options.source.resolve() / "tests/mutants"
sys.path.insert(0, str(here.parent / "rtl"))
import portability  # noqa: E402

specs = sorted((here / "specs").glob("*.json"))
shutil.rmtree(options.work, ignore_errors=True)
options.work.mkdir(parents=True)
environment = dict(os.environ, NACRE_CACHE_DIR=str(options.work / "cache"), CXX=str(here.parent / "quick_cxx"))
# In this order, until one fails: the last one, with accesses of the host after each of three blocks, is for the few
# mutants that show in those only.
RUNS = (("--samples", "24", "--stalls", "0.35", "--resets", "0.15", "--seed", "5"), ("--samples", "24"),
        ("--samples", "96", "--stalls", "0.35", "--seed", "6"))


def nacre(*arguments):
    try:
        return subprocess.run([options.nacre, *map(str, arguments)], capture_output=True, text=True, env=environment,
                              timeout=600)
    except subprocess.TimeoutExpired as late:
        # A mutant that never ends is found out, too.
        return subprocess.CompletedProcess(late.cmd, 124, "", "no end within 600 s")


def verify(spec, tree, out):
    """0 when every run passes; else the first other status, with what was printed."""
    for run in RUNS:
        result = nacre("verify", spec, "--rtl", tree, "-o", out, "--no-waves", "--threads", "1", *run)
        if result.returncode:
            return result.returncode, result.stdout + result.stderr
    return 0, ""


def first(names, name):
    """`names` with `name`, if it is there, before the others."""
    return sorted(names, key=lambda other: other != name)


def judge_by_specs(number, file, entry):
    """(killed, invalid, by) for one mutant in generated trees."""
    trees = [spec.stem for spec in specs if (options.work / spec.stem / "rtl" / file.name).exists()]
    for stem in first(trees, entry.get("by")):
        tree = options.work / f"mutant_{number}"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(options.work / stem, tree)
        target = tree / "rtl" / file.name
        target.write_text(target.read_text().replace(entry["find"], entry["replace"]))
        status, text = verify(here / "specs" / f"{stem}.json", tree, options.work / f"result_{number}")
        shutil.rmtree(tree, ignore_errors=True)
        shutil.rmtree(options.work / f"result_{number}", ignore_errors=True)
        if status in (1, 124):
            return True, "", stem
        if status:
            return False, f"{stem}: exit {status}: {text.strip()[-400:]}", ""
    return False, "", ""


def bench(leaf, parameters, entry, changed, folder):
    """(compiles, passes, what was printed) of the leaf's testbench; `changed` stands for the leaf's file."""
    program = folder / "bench.vvp"
    files = [str(changed) if pathlib.Path(path).stem == leaf["leaf"] else path
             for path in portability.smoke_files(leaf)]
    status, text = portability.run(portability.icarus_command(
        leaf["leaf"] + "_tb", files, parameters, program, ("NACRE_FPGA",) if entry.get("fpga") else ()))
    if status:
        return False, False, text
    complaint = portability.simulate(program)
    return True, not complaint, complaint


def judge_by_bench(file, entry):
    """(killed, invalid, by) for one mutant in its leaf's testbench."""
    leaf = json.loads((here.parent / f"rtl/leaves/{file.stem}.json").read_text())
    with tempfile.TemporaryDirectory(dir=options.work) as temporary:
        folder = pathlib.Path(temporary)
        original = options.source.resolve() / file
        changed = folder / file.name
        changed.write_text(original.read_text().replace(entry["find"], entry["replace"]))
        for corner in first(leaf.get("smoke", leaf["corners"]), entry.get("by")):
            compiles, passes, text = bench(leaf, leaf["corners"][corner], entry, changed, folder)
            if not compiles:
                return False, f"{corner}: {text.strip()[-400:]}", ""
            if not passes:
                compiles, passes, text = bench(leaf, leaf["corners"][corner], entry, original, folder)
                return passes, "" if passes else f"{corner}: the original must pass: {text.strip()[-400:]}", corner
    return False, "", ""


jobs = []
for path in sorted((here / "rtl").glob("*.json")):
    leaf = json.loads(path.read_text())
    file = pathlib.Path(leaf["file"])
    text = (options.source / file).read_text()
    for sort in ("mutants", "bench_mutants"):
        for entry in leaf.get(sort, []):
            if text.count(entry["find"]) != 1:
                sys.exit(f'{path.name}: "{entry["what"]}": the text to change occurs {text.count(entry["find"])} times')
            if options.only in path.stem:
                jobs.append((sort, file, entry))
jobs = jobs[::options.every]

for spec in specs if any(sort == "mutants" for sort, _, _ in jobs) else []:
    run = nacre("generate", spec, "-o", options.work / spec.stem)
    if run.returncode:
        sys.exit(f"{spec}: {run.stderr}")
    status, text = verify(spec, options.work / spec.stem, options.work / "unchanged")
    if status:
        sys.exit(f"{spec.stem}: the unchanged RTL must pass:\n{text}")


def judge(numbered):
    number, (sort, file, entry) = numbered
    return judge_by_specs(number, file, entry) if sort == "mutants" else judge_by_bench(file, entry)


passed = failed = killed = 0
with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
    for (_, file, entry), (dead, invalid, by) in zip(jobs, pool.map(judge, enumerate(jobs))):
        name = f'{file.stem}: {entry["what"]}'
        killed += dead
        why = entry.get("equivalent", "")
        if dead and not why:
            passed += 1
            print(f"killed    {name} (by {by})", flush=True)
        elif why and not dead and not invalid:
            passed += 1
            print(f"survivor  {name}: equivalent: {why}", flush=True)
        else:
            failed += 1
            note = invalid or ("was killed, yet is called equivalent" if dead else "SURVIVED")
            print(f"FAILED    {name}: {note}", flush=True)
print(f"mutation score {100.0 * killed / max(1, len(jobs)):.1f} % ({killed} of {len(jobs)} killed)")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or killed < 0.95 * len(jobs) else 0)
