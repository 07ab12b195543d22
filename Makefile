# Two commands do all the set-up on a fresh machine: make demo and make test.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' \
	2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
CONSTRAINTS := packaging/constraints.txt
INSTALL := -m pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS)

ifneq ($(shell uname -s),Darwin)
ifeq ($(DISPLAY)$(WAYLAND_DISPLAY),)
HEADLESS := --headless
endif
endif

.PHONY: demo test test-slow fuzz lint bench constraints clean

demo: $(READY)
	$(BIN)/finchsync demo $(HEADLESS)

# A test file's tests may run side by side; what takes longest is told at the end.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal --durations 15

test: lint
	$(PYTEST) -m "not slow"

test-slow: $(READY_DEV)
	$(PYTEST) -m slow

# Damaged files for every reader: make fuzz N=10000, or again the one that was named:
# make fuzz KIND=audio SEED=17 N=1
fuzz: $(READY_DEV)
	$(BIN)/python -m tests.fuzz.run --inputs $(or $(N),2000) $(if $(KIND),--kind $(KIND)) \
		$(if $(SEED),--seed $(SEED)) $(FUZZ)

lint: $(READY_DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY_DEV) .bench-venv/.ready
	$(BIN)/python -m benchmarks $(BENCH)
	@for script in $(sort $(notdir $(basename $(wildcard benchmarks/window/gui_*.py)))); do \
		echo "== $$script"; $(BIN)/python -m benchmarks.window.$$script || exit 1; done

# Renews the exact versions that everything above installs, within the ranges of pyproject.toml.
constraints: $(READY_DEV)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --no-annotate \
		--no-header pyproject.toml benchmarks/requirements.txt --output-file $(CONSTRAINTS)

clean:
	rm -rf .venv build dist site demo-output *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis

$(READY): pyproject.toml $(CONSTRAINTS)
	@test -n "$(PYTHON)" || { echo "FinchSync needs Python 3.11 to 3.14" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python $(INSTALL) hatchling editables
	$(BIN)/python $(INSTALL) --no-build-isolation --editable .
	@touch $@

# The tests bring PyTorch, some 5 GB; the demo does without.
$(READY_DEV): $(READY)
	$(BIN)/python $(INSTALL) --no-build-isolation --editable '.[dev]'
	@touch $@

# Alternatives that cannot be installed are named in the tables instead of measured.
.bench-venv/.ready: benchmarks/requirements.txt $(CONSTRAINTS)
	@test -n "$(PYTHON)" || { echo "FinchSync needs Python 3.11 to 3.14" >&2; exit 1; }
	$(PYTHON) -m venv .bench-venv
	-.bench-venv/bin/python $(INSTALL) --requirement $<
	@touch $@
