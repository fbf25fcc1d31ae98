"""Builds a small user program against nacre and runs it on a specification.

install: `cmake --install` of the existing build into a fresh folder, moved to another place (the
package must not remember where it was), then find_package(nacre); the installed command is run, too.
subfolder: add_subdirectory with the source; no test, no command of nacre is part of the user's build.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)}: exit {done.returncode}\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout


def build_user(arguments, folder, options):
    build = folder / "user_build"
    run([arguments.cmake, "-S", arguments.source / "tests/packaging/user", "-B", build, "-G", "Ninja",
         f"-DCMAKE_CXX_COMPILER={arguments.compiler}", "-DCMAKE_BUILD_TYPE=Debug",
         "-DCMAKE_CXX_FLAGS_DEBUG=-O0"] + options)
    run([arguments.cmake, "--build", build, "--parallel", "2", "--target", "user"])
    return build


def check_output(out):
    expected = ["manifest.json", "rtl.f", "rtl/tiny.sv", "rtl/nacre_spiking_dense.sv"]
    missing = [name for name in expected if not (out / name).is_file()]
    if missing:
        sys.exit(f"not written: {missing}")


def test_install(arguments, folder):
    first = folder / "first"
    run([arguments.cmake, "--install", arguments.build, "--prefix", first])
    prefix = folder / "moved"
    first.rename(prefix)
    for path in prefix.rglob("*"):
        if path.suffix in (".cmake", ".hpp") and str(arguments.source) in path.read_text():
            sys.exit(f"{path.relative_to(prefix)} names the source folder")
    spec = arguments.source / "tests/text/tiny/spec.json"
    build = build_user(arguments, folder, [f"-DCMAKE_PREFIX_PATH={prefix}"])
    run([build / "user", spec, folder / "out"])
    check_output(folder / "out")
    command = prefix / "bin" / "nacre"
    if not command.is_file():
        sys.exit("the command is not installed")
    run([command, "generate", spec, "-o", folder / "out_command"], env={"PATH": os.environ["PATH"]})
    check_output(folder / "out_command")


def test_subfolder(arguments, folder):
    build = build_user(arguments, folder, [f"-DNACRE_SUBFOLDER={arguments.source}",
                                           "-DNACRE_BUILD_TOOLS=OFF"])
    run([build / "user", arguments.source / "tests/text/tiny/spec.json", folder / "out"])
    check_output(folder / "out")
    targets = run([arguments.cmake, "--build", build, "--target", "help"])
    for foreign in ("unit_spec:", "uninstall:"):
        if foreign in targets:
            sys.exit(f"the user's build has the target {foreign}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", required=True, choices=["install", "subfolder"])
    parser.add_argument("--source", required=True, type=pathlib.Path)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--cmake", required=True)
    parser.add_argument("--compiler", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nacre_packaging_") as name:
        {"install": test_install, "subfolder": test_subfolder}[arguments.way](arguments, pathlib.Path(name))


if __name__ == "__main__":
    main()
