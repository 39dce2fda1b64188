# Two commands for a fresh machine with Python 3.11+ and nothing else:
#   make run    set up, simulate records, run the nightly flow once
#   make test   set up, run the tests
PYTHON ?= python3
BIN := .venv/bin
OUT ?= out
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1
export GX_ANALYTICS_ENABLED = false

.PHONY: setup run test campaign bench check docs calibrate schedule clean

setup: .venv/.ready

.venv/.ready: constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "procrisk needs Python 3.11 or newer; set PYTHON=")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r constraints.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	touch $@

run: setup
	$(BIN)/python -m flows.nightly --simulate 2000 --out $(OUT)

# two workers for two cores: each counts with one thread
test: setup
	POLARS_MAX_THREADS=1 $(BIN)/pytest -n 2 --dist loadgroup -m "not campaign"

# the long ones: kill -9 at 200 moments, wide fuzzing
campaign: setup
	$(BIN)/pytest -m campaign

bench: setup
	$(BIN)/python -m benchmarks.bench

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# the documents of docs/ that are made from the catalogue and the code
docs: setup
	$(BIN)/python -m procrisk.documentation docs

# rates, roles and coverage of the indicators on real records: risk_catalogue/calibration.csv and docs/calibration.md
REAL ?= ../shared/data
calibrate: setup
	$(BIN)/python -m procrisk.documentation calibrate $(REAL)/conosce $(REAL)/emergency_2020 --context $(REAL)/entities --context $(REAL)/sanctions --write docs

# the nightly deployment at 02:00 America/Lima against a local Prefect server
schedule: setup
	$(BIN)/python -m flows.schedule

clean:
	rm -rf .venv $(OUT)
