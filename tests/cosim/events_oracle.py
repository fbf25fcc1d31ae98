#!/usr/bin/env python3
"""events_oracle.py GOLDEN_WORDS SOURCE SPEC SAMPLES: the examples' NumPy model of spiking networks on event frames
(examples/event_model.py), written from the contracts by a third hand, must agree with the golden model on every word that
the design of SPEC (relative to examples/) sends for the first SAMPLES samples of its data set.

events_oracle.py GOLDEN_WORDS SOURCE --nmnist RECORDINGS: the same for real recordings, which examples/event_digits/prepare.py
turns into event frames; skipped (exit 77) when the folder is not there."""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

golden_words, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(source / "examples"))
import event_model  # noqa: E402


def compare(path, samples):
    """Whether all words are equal; prints how many, or the first that is not."""
    network = event_model.Network(path)
    frames = network.samples()[0][:samples]
    sent, expected = [], []
    for sample in frames:
        streams, _ = network.run(sample)
        sent.append(event_model.words(streams["input"]))
        expected.append(event_model.output_words(network, streams))
    done = subprocess.run([golden_words, path], input=np.concatenate(sent).astype("<u8").tobytes(), check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    got, expected = np.frombuffer(done.stdout, dtype="<u8"), np.concatenate(expected)
    if got.shape == expected.shape and (got == expected).all():
        print(f"{path.name}: {len(frames)} samples, {got.size} words equal")
        return True
    print(f"{path.name}: golden model {got.size} words, third model {expected.size}")
    length = min(got.size, expected.size)
    different = np.flatnonzero(got[:length] != expected[:length])
    if different.size:
        at = different[0]
        print(f"  word {at}: golden {got[at]:016x}, third {expected[at]:016x}")
    return False


if sys.argv[3] == "--nmnist":
    recordings = pathlib.Path(sys.argv[4])
    if not (recordings / "labels.txt").is_file():
        print("skipped: no recordings of N-MNIST (set NACRE_NMNIST to their folder)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-B", source / "examples/event_digits/prepare.py", recordings, scratch],
                       check=True)
        equal = compare(pathlib.Path(scratch) / "nmnist.json", None)
else:
    equal = compare(source / "examples" / sys.argv[3], int(sys.argv[4]))
print(f"{int(equal)} passed, {int(not equal)} failed")
sys.exit(not equal)
