# Two commands do all the set-up on a fresh machine: make demo and make test.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev

ifneq ($(shell uname -s),Darwin)
ifeq ($(DISPLAY)$(WAYLAND_DISPLAY),)
HEADLESS := --headless
endif
endif

.PHONY: demo test lint bench clean

demo: $(READY)
	$(BIN)/finchsync demo $(HEADLESS)

test: lint
	$(BIN)/pytest

lint: $(READY_DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY_DEV) .bench-venv/.ready
	$(BIN)/python -m benchmarks $(BENCH)
	@for script in $(sort $(patsubst benchmarks/%.py,%,$(wildcard benchmarks/gui_*.py))); do \
		echo "== $$script"; $(BIN)/python -m benchmarks.$$script || exit 1; done

clean:
	rm -rf .venv build dist demo-output *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "FinchSync needs Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# The tests bring PyTorch, some 5 GB; the demo does without.
$(READY_DEV): $(READY) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Alternatives that cannot be installed are named in the tables instead of measured.
.bench-venv/.ready: benchmarks/requirements.txt
	@test -n "$(PYTHON)" || { echo "FinchSync needs Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	$(PYTHON) -m venv .bench-venv
	-.bench-venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
