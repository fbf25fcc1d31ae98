#!/usr/bin/env python3
"""Mutation test of the RTL: run.py NACRE SOURCE WORK [--jobs N] [--only LEAF] [--every N]

Each mutant is one textual change of one leaf (tests/mutants/rtl/<leaf>.json). It is put in the generated tree of each
specification in tests/mutants/specs in turn, and `nacre verify --rtl TREE` must fail for one of them. A mutant that
survives must carry "equivalent": why no test can see it. One that does not build is a fault of the list.
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

parser = argparse.ArgumentParser()
parser.add_argument("nacre", type=pathlib.Path)
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("work", type=pathlib.Path)
parser.add_argument("--jobs", type=int, default=os.cpu_count())
parser.add_argument("--only", default="")
parser.add_argument("--every", type=int, default=1)
options = parser.parse_args()

here = options.source / "tests/mutants"
specs = sorted((here / "specs").glob("*.json"))
shutil.rmtree(options.work, ignore_errors=True)
options.work.mkdir(parents=True)
environment = dict(os.environ, NACRE_CACHE_DIR=str(options.work / "cache"))
RUNS = (("--samples", "24", "--stalls", "0.35", "--resets", "0.15", "--seed", "5"), ("--samples", "24"))


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


def judge(number, leaf, entry):
    """(killed, invalid, by) for one mutant."""
    file = pathlib.Path(leaf["file"])
    for spec in specs:
        original = options.work / spec.stem
        if not (original / "rtl" / file.name).exists():
            continue
        tree = options.work / f"mutant_{number}"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(original, tree)
        target = tree / "rtl" / file.name
        target.write_text(target.read_text().replace(entry["find"], entry["replace"]))
        status, text = verify(spec, tree, options.work / f"result_{number}")
        shutil.rmtree(tree, ignore_errors=True)
        shutil.rmtree(options.work / f"result_{number}", ignore_errors=True)
        if status in (1, 124):
            return True, "", spec.stem
        if status:
            return False, f"{spec.stem}: exit {status}: {text.strip()[-400:]}", ""
    return False, "", ""


for spec in specs:
    run = nacre("generate", spec, "-o", options.work / spec.stem)
    if run.returncode:
        sys.exit(f"{spec}: {run.stderr}")
    status, text = verify(spec, options.work / spec.stem, options.work / "unchanged")
    if status:
        sys.exit(f"{spec.stem}: the unchanged RTL must pass:\n{text}")

jobs = []
for path in sorted((here / "rtl").glob("*.json")):
    leaf = json.loads(path.read_text())
    text = (options.source / leaf["file"]).read_text()
    for entry in leaf["mutants"]:
        if text.count(entry["find"]) != 1:
            sys.exit(f'{path.name}: "{entry["what"]}": the text to change occurs {text.count(entry["find"])} times')
        if options.only in path.stem:
            jobs.append((leaf, entry))

jobs = jobs[::options.every]
passed = failed = killed = 0
with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
    for (leaf, entry), (dead, invalid, by) in zip(
            jobs, pool.map(lambda job: judge(job[0], *job[1]), enumerate(jobs))):
        name = f'{pathlib.Path(leaf["file"]).stem}: {entry["what"]}'
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
