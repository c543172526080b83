# The only entry points a person needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# Whoever needs the tests' settings outside pytest.
TEST := QIAO_ENV=test DJANGO_SETTINGS_MODULE=qiao.settings.test $(PY)
OWN_APPS := accounts activity bridges calls directory matching notifications partnerships standards workshops
export PYTHONPATH := platform:.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BASE_STAMP := $(VENV)/.base-$(shell cat requirements/base.txt 2>/dev/null | cksum | cut -d' ' -f1)
DEV_STAMP := $(VENV)/.dev-$(shell cat requirements/dev.txt 2>/dev/null | cksum | cut -d' ' -f1)

.PHONY: help run stop test check bench lock messages clean

help: ## Say what each target does.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s'|'

$(PY):
	@set -e; for candidate in python3 python3.11 python3.12 python3.13; do \
	  if command -v $$candidate >/dev/null && $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$($$candidate --version)"; $$candidate -m venv $(VENV) || { rm -rf $(VENV); exit 1; }; exit 0; fi; done; \
	echo "Qiao needs Python 3.11 or later with its venv module (on Debian and Ubuntu: the package python3-venv)." >&2; exit 1

$(BASE_STAMP): | $(PY)
	@echo "Installing what Qiao runs on (a few minutes the first time)"
	@$(PY) -m pip install --quiet --requirement requirements/base.txt
	@rm -f $(VENV)/.base-*; touch $@

$(DEV_STAMP): $(BASE_STAMP)
	@echo "Installing what the tests and checks need"
	@$(PY) -m pip install --quiet --requirement requirements/dev.txt
	@rm -f $(VENV)/.dev-*; touch $@

run: $(BASE_STAMP) ## Start the database, broker, worker, beat and site with the demonstration bridge; Ctrl-C stops them.
	@exec $(PY) -m qiao.embedded run

stop: ## Stop a run that goes on elsewhere, what a killed one has left, and the tests' engines.
	@if [ -x $(PY) ]; then $(PY) -m qiao.embedded stop; fi

test: $(DEV_STAMP) ## Run every test against real engines of its own.
	@$(PY) manage.py compile_messages
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: $(DEV_STAMP) ## Lint, types, contracts, templates, migrations, translations.
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy platform matching tests
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet
	@$(TEST) -m qiao.embedded start --of tests >/dev/null
	@$(TEST) manage.py check --fail-level WARNING
	@$(TEST) manage.py makemigrations --check --dry-run
	@# Before the first release every table is empty: nothing can be locked or broken.
	@if release=$$(git describe --tags --abbrev=0 2>/dev/null); then \
	  $(TEST) manage.py lintmigrations "$$release" --include-apps $(OWN_APPS) --warnings-as-errors; fi
	@$(PY) manage.py check_messages

bench: $(DEV_STAMP) ## Measure beside peers; SIZE=small takes minutes; TEXTS, JUDGED and PEER: see docs/benchmarks.md.
	@$(BIN)/pip install --quiet -r requirements/bench.txt
	@$(PY) -m benchmarks.all_pairs $(if $(filter small,$(SIZE)),--rows 2000 --columns 2000 --repeats 1)
	@$(PY) benchmarks/changed_listing.py $(if $(filter small,$(SIZE)),--sizes 100 300 --changes 3 --parts 1)
	@$(PY) -m benchmarks.encoding $(if $(TEXTS),--texts $(TEXTS)) $(if $(JUDGED),--judged $(JUDGED)) $(if $(filter small,$(SIZE)),--count 40 --repeats 1)
	@if [ -n "$(PEER)" ]; then \
	  $(PY) -m benchmarks.choosing --peer $(PEER) $(if $(filter small,$(SIZE)),--sizes 100 --repeats 1) && \
	  $(PY) -m benchmarks.meetings --peer $(PEER) $(if $(filter small,$(SIZE)),--people 100 --tables 25 --available 0.75); fi

lock: $(DEV_STAMP) ## Pin every dependency again, from the ranges in pyproject.toml.
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-find-links --no-emit-index-url --no-header --output-file requirements/base.txt pyproject.toml
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --no-emit-find-links --no-emit-index-url --no-header --extra dev --constraint requirements/base.txt --output-file requirements/dev.txt pyproject.toml
	@sed -i -E 's/^(torch==[0-9.]+)\+cpu/\1/' requirements/base.txt requirements/dev.txt

messages: $(DEV_STAMP) ## Bring the translation catalogue up to date with the sources.
	@$(PY) manage.py extract_messages

clean: ## Remove the environment and all local data. Asks first.
	@read -r -p "Remove .venv and var with all local data? [y/N] " answer; [ "$$answer" = y ] || exit 0; \
	  if [ -x $(PY) ]; then $(PY) -m qiao.embedded remove; fi; rm -rf $(VENV) var
