#!/usr/bin/env python3
"""A million random accesses to a memory with wrong bits: is anything lost without a word?

    /usr/bin/python3 workload.py GOLDEN_WORDS [--spec errors.json] [--accesses N] [--seed S]

GOLDEN_WORDS is the program build/tests/cosim/golden_words, the golden model as a filter of words.
First every word is written once; then reads and writes are equally likely, a quarter of them go to
16 words, the others anywhere. Every read must return what was written last, or say that it cannot
(uncorrectable, marked). For a specification that neither verifies nor scrubs, the wrong bits of
every read are counted here besides, from docs/mtj_array.md and docs/device_random.md alone, and
compared with what the answer says: none, one corrected, two reported.

Closes with an error when something was lost, miscorrected or reported without cause.
"""

import argparse
import pathlib
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402
import xnor_model  # noqa: E402

VALUE, END_OF_SAMPLE = 2 << 62, 3 << 62
CORRECTED, UNCORRECTABLE, FAILED, SPARE, MARKED = (1 << n for n in (1, 2, 3, 4, 5))
HOT_WORDS = 16
SAMPLE = 1000  # accesses in a sample; its end changes nothing


def draw_accesses(count, words, seed):
    """Which accesses are writes, their words and data."""
    random = np.random.default_rng(seed)
    is_write = random.random(count) < 0.5
    word = random.integers(words, size=count)
    hot = random.random(count) < 0.25
    word[hot] = random.choice(words, HOT_WORDS, replace=False)[
        random.integers(HOT_WORDS, size=hot.sum())]
    is_write[:words], word[:words] = True, np.arange(words)[:count]
    return is_write, word, random.integers(1 << 32, size=count, dtype=np.uint64)


def requests(is_write, word, data, words):
    """Words of the input stream, closing words between the samples."""
    address = np.where(is_write, word, words + word).astype(np.uint64)
    sent = np.uint64(VALUE) | (address << np.uint64(32)) | np.where(is_write, data, 0).astype(
        np.uint64)
    at = np.append(np.arange(SAMPLE, len(sent), SAMPLE), len(sent))
    return np.insert(sent, at, np.uint64(END_OF_SAMPLE))


def run(program, spec, sent):
    """The answers without closing words, and the counters."""
    done = subprocess.run([program, spec], input=sent.astype("<u8").tobytes(), check=True,
                          capture_output=True)
    answers = np.frombuffer(done.stdout, dtype="<u8")
    counters = dict(line.split() for line in done.stderr.decode().splitlines())
    return answers[answers != np.uint64(END_OF_SAMPLE)], counters


def split(answers, is_write, word, words):
    """Data of the reads and the status of every access; errors when an answer is out of place."""
    length = np.where(is_write, 1, 2)
    last = np.cumsum(length) - 1
    if len(answers) != length.sum():
        sys.exit(f"error: {len(answers)} answers, {length.sum()} expected")
    address = (answers >> np.uint64(32)).astype(np.int64) & 0xFFFFFF
    payload = answers & np.uint64(0xFFFFFFFF)
    first = last[~is_write] - 1
    if (address[last] != words + word).any() or (address[first] != word[~is_write]).any():
        sys.exit("error: an answer is for another word")
    return payload[first], payload[last].astype(np.int64)


def written_before(is_write, word, data, words):
    """Of every read, what the word holds when every write succeeds; 0 at power-up."""
    content = np.zeros(words, dtype=np.uint64)
    out = np.zeros(len(word), dtype=np.uint64)
    for n, (write, w, value) in enumerate(zip(is_write, word, data)):
        if write:
            content[w] = value
        else:
            out[n] = content[w]
    return out[~is_write]


def check_bits(data):
    """SECDED of the kind's README: the columns of the ones of data, added; 7 bits for 32."""
    columns = [c for weight in (3, 5, 7) for c in range(128) if bin(c).count("1") == weight]
    out = np.zeros(len(data), dtype=np.uint64)
    for bit in range(32):
        one = (data >> np.uint64(bit)) & np.uint64(1)
        out ^= one * np.uint64(columns[bit])
    return out


def wrong_bits(stage, is_write, word, data):
    """Of every read, how many of the 39 bits are wrong: persistent and of this read.

    A read is one access of the row; a write without verification one for the devices that go to 0
    and one for those that go to 1. Of two complementary devices a bit always drives both ways."""
    devices = stage["devices"]
    bits = 32 + 7
    pulses = 2
    if stage["sensing"] != "differential":
        code = data | (check_bits(data) << np.uint64(32))
        pulses = (code != 0).astype(np.int64) + (code != np.uint64((1 << bits) - 1))
    cost = np.where(is_write, pulses, 1)
    order = np.argsort(word, kind="stable")
    total = np.cumsum(cost[order]) - cost[order]
    first = np.searchsorted(word[order], word[order])
    access = np.empty(len(word), dtype=np.int64)
    access[order] = total - total[first]
    count = np.zeros(len(word), dtype=np.int64)
    die = imc_model.mix(devices["seed"], 0)   # its array 0
    for bit in range(bits):
        cell = word * bits + bit
        persistent = imc_model.static_number(die, xnor_model.PERSISTENT, cell)
        key = imc_model.static_number(die, xnor_model.READ, cell)
        count += ((persistent < xnor_model.threshold(devices["persistent"][0]))
                  ^ (imc_model.mix(key, access) < xnor_model.threshold(devices["transient"][0])))
    return count[~is_write]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path, metavar="GOLDEN_WORDS")
    parser.add_argument("--spec", type=pathlib.Path, default=HERE / "spec.json")
    parser.add_argument("--accesses", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    stage = imc_model.read_json(arguments.spec)["stages"][0]
    words = stage["words"]
    is_write, word, data = draw_accesses(arguments.accesses, words, arguments.seed)
    answers, counters = run(arguments.program.resolve(), arguments.spec,
                            requests(is_write, word, data, words))
    got, status = split(answers, is_write, word, words)
    expected = written_before(is_write, word, data, words)
    read_status = status[~is_write]
    reported = (read_status & (UNCORRECTABLE | MARKED)) != 0
    corrected = (read_status & CORRECTED) != 0
    wrong = got != expected
    figures = {
        "accesses": len(word),
        "reads": int((~is_write).sum()),
        "corrected reads": int(corrected.sum()),
        "uncorrectable reads, reported": int(reported.sum()),
        "lost: wrong without a word": int((wrong & ~reported & ~corrected).sum()),
        "miscorrected: corrected, but wrong": int((wrong & ~reported & corrected).sum()),
        "failed writes, reported": int((status[is_write] & FAILED != 0).sum()),
        "accesses served by a spare row": int((status & SPARE != 0).sum()),
    }
    failures = (figures["lost: wrong without a word"]
                + figures["miscorrected: corrected, but wrong"])
    if not stage.get("write", {}).get("verify", False) and "scrub_every" not in stage:
        count = wrong_bits(stage, is_write, word, data)
        told = np.where(reported, 2, read_status >> 8 & 0xFF)
        for number in range(3):
            figures[f"reads with {number} wrong bits"] = int((count == number).sum())
        figures["reads with more"] = int((count > 2).sum())
        figures["reads whose answer tells another number"] = int((told != count).sum())
        failures += figures["reads whose answer tells another number"]
    for name, value in figures.items():
        print(f"{name:42} {value:>9,}")
    for name in ("pulses", "retries", "scrubs", "corrected_bits", "scrub_uncorrectable"):
        print(f"counter {name:34} {int(counters[name]):>9,}")
    print(f"{int(failures == 0)} passed, {int(failures != 0)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
