# The entrances of the house. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
UV := $(PY) -m uv
CODE := crm conversations leads agents automations analytics config simulator
WORKERS ?= 2
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadgroup
ARGS ?=
SEED ?= 1
MESSAGES ?= 300

# `make up PORT=9000`: what is written after `make` reaches every program by itself.
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A house is a dozen processes: without compiled files each would compile everything it imports again, for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install install-dev assets up test check lint format-check ruff contracts templates-check dead-code dependencies types migrations deploy-check lock hooks load fuzz guards storm lighthouse evaluate clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

$(VENV)/.installed-uv: requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found."; exit 1; }
	@echo "making the virtual environment"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { \
		echo "Python's venv module is missing (Debian, Ubuntu: apt-get install python3-venv)."; rm -rf $(VENV); exit 1; }
	@$(PY) -m pip install --quiet --require-hashes -r requirements-uv.txt
	@touch $@

$(VENV)/.installed: requirements.txt $(VENV)/.installed-uv
	@echo "installing Python packages"
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "installing the packages of tests and checks"
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements-dev.txt
	@touch $@

install: $(VENV)/.installed ## Python packages of the product, into .venv

install-dev: $(VENV)/.installed-dev ## the packages of tests and checks too

assets: $(VENV)/.installed ## scripts and styles of the pages
	@$(PY) -m config.launcher.assets

up: assets ## start everything on http://127.0.0.1:8000 (PORT=...), Ctrl-C stops it
	@STOP_WITH_PARENT=1 exec $(PY) -m config.launcher up

test: install-dev assets ## the whole test suite (ARGS="-k word" for a part)
	@$(PYTEST) $(ARGS)

lint: format-check ruff contracts templates-check dead-code dependencies ## format, lint, import contracts, templates, dead code

format-check: install-dev
	$(PY) -m ruff format --check .

ruff: install-dev
	$(PY) -m ruff check .

contracts: install-dev
	$(VENV)/bin/lint-imports

templates-check: install-dev
	$(VENV)/bin/djlint templates --lint --quiet

dead-code: install-dev
	$(VENV)/bin/vulture

dependencies: install-dev
	$(VENV)/bin/deptry . --no-ansi

types: install-dev ## mypy, strictly
	$(PY) -m mypy $(CODE) tests manage.py

migrations: install-dev
	$(PY) manage.py makemigrations --check --dry-run

deploy-check: install-dev assets
	DEMO=0 SITE_URL=https://crm.example.com ALLOWED_HOSTS=crm.example.com \
		SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(PY) manage.py check --deploy --fail-level WARNING

check: lint types migrations deploy-check test ## everything .ci/run runs

lock: $(VENV)/.installed-uv ## compile the pinned requirements again
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 requirements-uv.in -o requirements-uv.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 requirements-node.in -o requirements-node.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 requirements.in -o requirements.txt
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.txt

hooks: install-dev ## check what you commit, as you commit it
	$(VENV)/bin/pre-commit install

load: install-dev assets ## the benchmarks with their floors (ARGS="intake" for one)
	@$(PY) -m tests.load $(ARGS)

fuzz: install-dev assets ## the whole API under hostile requests, as four callers (ARGS=200: so many an operation)
	@$(PY) -m tests.walls.fuzz $(ARGS)

guards: install-dev assets ## each guard taken out once: do its tests notice? (ARGS="signature walls" for some)
	@$(PY) -m tests.guards $(ARGS)

storm: install-dev assets ## faults of every kind, then the ledger (SEED=1 MESSAGES=300)
	@$(PY) -m tests.storm $(SEED) $(MESSAGES)

lighthouse: install-dev assets ## Lighthouse on inbox, lead list and lead page of a house of its own
	@$(PY) -m tests.lighthouse

evaluate: install ## quality of the offline agent core on the labelled sets
	$(PY) manage.py evaluate

clean: ## remove what was built and installed; your data in var/ stays
	rm -rf $(VENV) node_modules assets/dist .mypy_cache .ruff_cache .import_linter_cache test-artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
