# Everything one types here. Needs make, Python 3.11 or newer with pip, and nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# A stamp is named after the checksum of its locks: while they are the same, it costs nothing.
RUN_STAMP := $(VENV)/run-$(shell cksum < requirements/run.txt | tr ' ' '-')
DEV_STAMP := $(VENV)/dev-$(shell cat requirements/run.txt requirements/dev.txt | cksum | tr ' ' '-')

PIP_COMPILE := pip-compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-header --strip-extras

.PHONY: help
help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# The newest Python here that is new enough. A name may exist and still not run, so each one is tried.
define FIND_PYTHON
for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then break; fi; \
	python=; \
done; \
if [ -z "$$python" ]; then \
	echo 'Portal Desk needs Python 3.11 or newer, and found none here.' >&2; \
	echo 'Install one (python.org/downloads; Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python),' >&2; \
	echo 'or say where yours is: make PYTHON=/path/to/python3.' >&2; \
	exit 1; \
fi
endef

# Some systems keep venv's own pip in another package: then the system's pip fills the new environment.
define INSTALL
if $(BIN)/python -m pip --version >/dev/null 2>&1; then pip="$(BIN)/python -m pip"; \
else $(FIND_PYTHON); pip="$$python -m pip --python $(BIN)/python"; fi; \
PIP_DISABLE_PIP_VERSION_CHECK=1 $$pip install --quiet
endef

# Else the first start does it; where PYTHONDONTWRITEBYTECODE is set, every start.
COMPILE = $(BIN)/python -m compileall -q bot handlers storage

$(BIN)/python:
	@$(FIND_PYTHON); \
	echo "Making $(VENV) with $$($$python --version) ..."; \
	$$python -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); $$python -m venv --without-pip $(VENV); } || { \
		echo "That Python cannot make virtual environments (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }

$(RUN_STAMP): | $(BIN)/python
	@echo 'Installing what the service needs (requirements/run.txt, checked by hash) ...'
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(COMPILE)
	@rm -f $(VENV)/run-* && touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo 'Installing what the service, the tests and the checks need (requirements/, checked by hash) ...'
	@$(INSTALL) --require-hashes -r requirements/run.txt -r requirements/dev.txt
	@$(INSTALL) --quiet --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@rm -f $(VENV)/run-* $(VENV)/dev-* && touch $(RUN_STAMP) $@

.PHONY: setup
setup: $(DEV_STAMP)  ## the virtual environment with everything, and the command .venv/bin/portaldesk

.PHONY: demo
demo: $(RUN_STAMP)  ## a practice on this machine: stand-in Slack, stand-in portal, the real service; Ctrl-C ends it
	@exec $(BIN)/python -m bot demo $(ARGS)

.PHONY: run
run: $(RUN_STAMP)  ## the service, with the settings of the environment and .env
	@exec $(BIN)/python -m bot run $(ARGS)

# Tests end processes, not machines: what one wrote is there for the next, on a disk or in memory, and memory is faster.
define IN_MEMORY
if [ -w /dev/shm ] && [ "$$(df -Pm /dev/shm | awk 'NR == 2 { print $$4 }')" -ge 4000 ]; then \
	TMPDIR=$$(mktemp -d /dev/shm/portaldesk-XXXXXX) && chmod 755 $$TMPDIR && export TMPDIR; trap 'rm -rf "$$TMPDIR"' EXIT; \
fi
endef

# Three, on two cores: whoever waits for a lease or for a service to start leaves its core to the others.
WORKERS := 3

.PHONY: test
test: $(DEV_STAMP)  ## every test, in random order; a part of them: make test ARGS="tests/domain -k due"
	@seed=$$(date +%s); echo "In random order; the same once more: make test ARGS=--randomly-seed=$$seed"; \
	$(IN_MEMORY); $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --randomly-seed=$$seed $(ARGS)

.PHONY: check
check: $(DEV_STAMP)  ## lint, format, types, import walls, locks: what CI runs beside the tests
	@failed=; \
	$(BIN)/ruff check . || failed="$$failed lint"; \
	$(BIN)/ruff format --check . || failed="$$failed format"; \
	$(BIN)/mypy || failed="$$failed types"; \
	$(BIN)/lint-imports --no-logo || failed="$$failed walls"; \
	$(BIN)/python .ci/locks.py || failed="$$failed locks"; \
	if [ -n "$$failed" ]; then echo "make check: failed:$$failed" >&2; exit 1; fi; \
	echo 'make check: all is well'

.PHONY: format
format: $(DEV_STAMP)  ## mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet .; $(BIN)/ruff format .

.PHONY: bench
bench: $(DEV_STAMP)  ## the measurements, as a table with ratios; make bench ARGS=--quick takes under two minutes
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: chaos
chaos: $(DEV_STAMP)  ## the long runs with kills, freezes and faults (hours)
	@$(BIN)/python -m pytest --override-ini 'norecursedirs=.*' --timeout 0 tests/chaos $(ARGS)

.PHONY: lock
lock: $(DEV_STAMP)  ## write requirements/*.txt anew from requirements/*.in (asks the package index)
	cd requirements && for name in run dev; do ../$(BIN)/$(PIP_COMPILE) --output-file $$name.txt $(ARGS) $$name.in || exit; done

.PHONY: clean
clean:  ## remove what was made here: environment, caches, build; never data
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find bot handlers storage tests -name __pycache__ -type d -prune -exec rm -rf {} +
