#!/usr/bin/env python3
"""as_a_user.py NACRE SOURCE: what people do to a command line: interrupt it, start it twice, run it from elsewhere."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

nacre, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
spec = source / "examples/spirit_digits/spec.json"
passed, failed = 0, []


def check(what, good, detail=""):
    global passed
    passed += bool(good)
    if not good:
        failed.append(what)
        print(f"FAILED {what}: {detail}")


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def entries(folder):
    return sorted(p.name for p in folder.iterdir())


with tempfile.TemporaryDirectory() as scratch:
    here = pathlib.Path(scratch)
    cache = here / "cache"
    environment = dict(os.environ, NACRE_CACHE_DIR=str(cache))

    def start(*arguments, folder):
        return subprocess.Popen([nacre, *map(str, arguments)], cwd=folder, env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    # Interrupted in the middle, at several moments, by each signal: nothing is left, the exit status says which.
    for number, (delay, sign) in enumerate([(0.05, signal.SIGINT), (0.6, signal.SIGINT), (1.5, signal.SIGTERM),
                                            (2.5, signal.SIGHUP)]):
        work = here / f"work{number}"
        work.mkdir()
        shutil.rmtree(cache, ignore_errors=True)
        process = start("verify", spec, "-o", "out", folder=work)
        time.sleep(delay)
        process.send_signal(sign)
        process.communicate(timeout=60)
        check(f"signal {sign.name} after {delay} s", process.returncode in (128 + sign, 0),
              f"exit {process.returncode}")
        left = entries(work)
        check(f"nothing half written after {sign.name}", left == ([] if process.returncode else ["out"]), left)
        models = [p for p in cache.rglob("*") if p.is_file() and p.suffix in (".cpp", ".o")] if cache.exists() else []
        check(f"no half-built model after {sign.name}", not models, models[:3])

    # An earlier output survives an interrupted run.
    work = here / "keep"
    work.mkdir()
    done = start("generate", spec, "-o", "out", folder=work)
    done.communicate()
    before = tree(work / "out")
    shutil.rmtree(cache, ignore_errors=True)
    process = start("verify", spec, "-o", "out", folder=work)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    check("an interrupted run keeps the old output", process.returncode == 130 and tree(work / "out") == before,
          f"exit {process.returncode}")

    # Twice at once into one folder, from a folder that is not the specification's.
    work = here / "twice"
    work.mkdir()
    runs = [start("verify", spec, "-o", "out", "--samples", "64", folder=work) for _ in range(2)]
    texts = [run.communicate(timeout=300) for run in runs]
    check("two runs at once both succeed", all(run.returncode == 0 for run in runs),
          [run.returncode for run in runs] + [text[1][-300:] for text in texts])
    check("nothing but the output is left", entries(work) == ["out"], entries(work))

    # Generated twice in different folders: the same bytes.
    trees = []
    for name in ("one", "two/deeper"):
        folder = here / name
        folder.mkdir(parents=True)
        start("generate", spec, "-o", "out", folder=folder).communicate()
        trees.append(tree(folder / "out"))
    check("generate is deterministic", trees[0] and trees[0] == trees[1])

print(f"{passed} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
