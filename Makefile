# The only commands anyone must know: demo · test · check · bench · docs · clean (and lock, after a change of dependencies).
# Set-up happens inside each, once, from the two hashed locks.  Arguments go through ARGS, as in
#   make demo ARGS="--no-serve --json proof.json"
# PY names another Python (3.11 or later); NO_INSTALL=1 forbids installing system packages.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench docs clean lock setup test-setup

PY ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -4

demo: setup
	@$(BIN)/zhengtong demo $(ARGS)

test: setup test-setup
	@$(BIN)/python -m tools.stages test $(ARGS)

check: setup
	@$(BIN)/python -m tools.stages check $(ARGS)

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup
	@$(BIN)/python -m tools.docs $(ARGS)

clean:
	rm -rf .venv build .cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
	find src -name '*.mo' -delete

setup: .venv/.ok
	@$(BIN)/python -m tools.translations compile

test-setup:
	@$(BIN)/python -m tools.system_packages

# Wheels only, each with its hash, into .venv; then the project itself, editable.
.venv/.ok: requirements.lock bootstrap.lock pyproject.toml
	@test -n "$(PY)" || { echo "No Python 3.11 or later was found. Install one, or name it: make PY=/path/to/python"; exit 1; }
	@$(PY) -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && [ -z "$(NO_INSTALL)" ] && command -v apt-get >/dev/null; then \
			echo "Installing the system package python3-venv"; apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; \
		else echo "Python's venv module is missing. Run: sudo apt-get install python3-venv"; exit 1; fi; }
	@test -x $(BIN)/python || { echo "Setting up .venv from the locks"; $(PY) -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r bootstrap.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --only-binary :all: requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

lock: .venv/.ok
	$(LOCK) pyproject.toml --extra center --extra node --group dev bootstrap.in -o requirements.lock
	$(LOCK) bootstrap.in -o bootstrap.lock
	@if grep -nE '://|--(index-url|extra-index-url|find-links|trusted-host)' requirements.lock bootstrap.lock; then echo "A lock names a host."; exit 1; fi
	@$(MAKE) --no-print-directory setup
