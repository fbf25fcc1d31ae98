#!/usr/bin/env python3
"""Cuts the first 1,000 test images and labels from the Debian package dataset-fashion-mnist.

    /usr/bin/python3 prepare.py [--data FOLDER]

Writes test-images.idx3-ubyte.gz and test-labels.idx1-ubyte.gz beside this file.
"""

import argparse
import gzip
import hashlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
COUNT = 1000

# SHA-256 of the unpacked files written.
EXPECTED = {
    "test-images.idx3-ubyte.gz": "7a6d8e07ea021ec5bc73135ebd0a5770799557ec6f8242d8749c4f32a3cf4643",
    "test-labels.idx1-ubyte.gz": "b40abac7ec8228f434940f579deb7cf7b6e3103b5274cb91d1545771f5ef1c8b",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    arguments = parser.parse_args()
    good = True
    for source, target, size, rank in (
            ("t10k-images-idx3-ubyte.gz", "test-images.idx3-ubyte.gz", 28 * 28, 3),
            ("t10k-labels-idx1-ubyte.gz", "test-labels.idx1-ubyte.gz", 1, 1)):
        data = gzip.decompress((arguments.data / source).read_bytes())
        header = 4 + 4 * rank
        cut = (data[:4] + COUNT.to_bytes(4, "big") + data[8:header]
               + data[header:header + COUNT * size])
        digest = hashlib.sha256(cut).hexdigest()
        good &= digest == EXPECTED.get(target)
        # No time in the file: the same bytes each time.
        (HERE / target).write_bytes(gzip.compress(cut, compresslevel=9, mtime=0))
        print(f"{target}: {len(cut)} bytes unpacked, sha256 {digest}")
    if not good:
        sys.exit("error: a file differs from the one this example was measured on")


if __name__ == "__main__":
    main()
