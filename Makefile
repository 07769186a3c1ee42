.DEFAULT_GOAL := help
.PHONY: help install up demo test prove drills fuzz bench mutants check compose-check compose-test format lock clean
SHELL := /bin/sh
PYTHON ?= python3
RUN := .venv/bin

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.installed ## Make .venv with everything that is needed

# uv from the PATH, else from PyPI into .uv; it then installs exactly what uv.lock names.
.venv/.installed: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Slackwater needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}: make PYTHON=/path/to/python3.11")'
	@command -v uv >/dev/null 2>&1 || test -x .uv/bin/uv || { \
		echo "fetching uv from PyPI"; \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv 2>.uv.log \
		|| { $(PYTHON) -m venv .uv >>.uv.log 2>&1 && .uv/bin/pip install --quiet uv 2>>.uv.log; } \
		|| { cat .uv.log; echo "uv could not be fetched: install pip or uv, then try again"; exit 1; }; \
		rm -f .uv.log; }
	@echo "installing into .venv"
	@UV_PYTHON_DOWNLOADS=never PATH="$$PATH:$(CURDIR)/.uv/bin" \
		uv sync --quiet --frozen --extra traces --python $(PYTHON)
	@touch $@

up: install ## Run everything on this machine until Ctrl-C
	@$(RUN)/slackwater up $(ARGS)

demo: install ## Play a real social history, break things, show that every feed converges
	@$(RUN)/slackwater demo $(ARGS)

test: install ## Run the tests on real Postgres and Valkey
	@$(RUN)/pytest -n 3 $(ARGS)

prove: install ## Drive random histories with faults against the feed rule for a minute
	@$(RUN)/python -m tests.prove $(ARGS)

drills: install ## Break the whole system under traffic, one part after another, and judge it
	@$(RUN)/python -m tests.drills $(ARGS)

fuzz: install ## Send requests of every shape to the whole system and judge each answer
	@UV_PYTHON_DOWNLOADS=never PATH="$$PATH:$(CURDIR)/.uv/bin" \
		uv run --quiet --frozen --group fuzz python -m tests.fuzz $(ARGS)

bench: install ## Measure every path side by side with what people use today (needs wrk)
	@$(RUN)/python -m tests.bench $(ARGS)

mutants: install ## Break the code on purpose and show that the tests notice
	@$(RUN)/python -m tests.mutants $(ARGS)

check: install ## Lint, format, types, import directions
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/basedpyright
	@$(RUN)/lint-imports

compose-check: install ## Have compose/ read by the programs that will read it; needs no container
	@PATH="$$PATH:$(CURDIR)/.uv/bin" $(RUN)/python -m tests.compose_check

compose-test: install ## Run what compose/ describes as plain processes, kill some, ask for every figure
	@PATH="$$PATH:$(CURDIR)/.uv/bin" $(RUN)/python -m tests.compose_test

format: install ## Put the code into its standard form
	@$(RUN)/ruff check --fix .
	@$(RUN)/ruff format .

lock: install ## Take newer versions into uv.lock
	@PATH="$$PATH:$(CURDIR)/.uv/bin" uv lock --upgrade

clean: ## Remove .venv and caches; data directories stay
	@rm -rf .venv .uv .tools .pytest_cache .ruff_cache .import_linter_cache .hypothesis
