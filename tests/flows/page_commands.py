#!/usr/bin/env python3
"""page_commands.py NACRE SOURCE PAGE: runs each `build/nacre ...` line of the page's ```sh blocks, as it stands.

The lines run in a copy of the tree's layout (links to the sources, build/nacre the given command), so nothing is
written beside the sources. A line that ends in `# exit N` must exit with N.
"""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

nacre, source, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
blocks = re.findall(r"^```sh\n(.*?)^```", (source / page).read_text(), re.S | re.M)
lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip().startswith("build/nacre")]
passed = failed = 0
with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    (folder / "build").mkdir()
    (folder / "build/nacre").symlink_to(nacre)
    for entry in ("examples", "docs", "rtl", "tests"):
        (folder / entry).symlink_to(source / entry)
    for line in lines:
        want = re.search(r"#\s*exit\s+(\d+)", line)
        run = subprocess.run(shlex.split(line, comments=True), cwd=folder, capture_output=True, text=True)
        if run.returncode == (int(want[1]) if want else 0):
            passed += 1
        else:
            failed += 1
            print(f"{page}: {line}\nexit {run.returncode}\n{run.stdout}{run.stderr}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
