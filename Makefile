# Every command works from a fresh clone on Debian with Python 3.11, as root or not.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13,$(shell command -v $(name))))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run serve test test-slow check bench simulate screenshots

run: $(STAMP)
	@$(BIN)/python -m desktop.app.preflight
	@$(BIN)/pentimento

serve: $(STAMP)
	@$(BIN)/pentimento-server serve

test: $(STAMP)
	@$(BIN)/python -m desktop.app.preflight
	@$(BIN)/python -m pytest

test-slow: $(STAMP)
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -n 1 -m "slow or gpu" --timeout 7200

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

bench: $(STAMP)
	@$(BIN)/python -m tests.benchmarks

simulate: $(STAMP)
	@$(BIN)/python -m tests.simulation

screenshots: $(STAMP)
	@$(BIN)/python -m tests.screenshots

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Pentimento needs Python 3.11, 3.12 or 3.13; on Debian: apt install python3.11 python3.11-venv"; exit 1; }
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[server,test]"
	@touch $@
