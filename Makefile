# The commands for developers. They need Python 3.11+, pip, make and git; .venv gets everything else from the lock files.
PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.run-installed
DEV_STAMP := .venv/.dev-installed

# Tests start dozens of processes. Without bytecode, each of them would compile every module again.
test coverage fuzz test-chaos: export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help install run test coverage test-chaos fuzz audit check format bench bench-scale lock schema schema-check docs dist smoke clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(RUN_STAMP) ## install the locked dependencies into .venv

run: $(RUN_STAMP) ## start the bot, or the playground without Slack credentials
	@$(BIN)/python -m bot

test: $(DEV_STAMP) ## run all tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

coverage: $(DEV_STAMP) ## run the tests with few examples each and report the share of lines that they cover
	@HYPOTHESIS_PROFILE=few COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
		$(BIN)/python -m pytest -n auto --maxprocesses 4 --cov --cov-report=term --ignore tests/benchmarks --ignore tests/test_architecture.py

test-chaos: $(DEV_STAMP) ## send hundreds of submissions while processes are killed and Slack fails
	@$(BIN)/python -m tests.chaos

fuzz: $(DEV_STAMP) ## test with thousands of hostile texts and files
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n auto --maxprocesses 2 --dist loadscope tests/fuzz tests/bot/counting/test_tokenizer.py

audit: $(DEV_STAMP) ## check the locked dependencies for known vulnerabilities, if the database can be reached
	@$(BIN)/python .ci/audit.py requirements.lock

check: $(DEV_STAMP) schema-check ## run ruff, mypy --strict and codespell, and check that the schemas are current
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/codespell

format: $(DEV_STAMP) ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(DEV_STAMP) ## measure the speed, as ratios of medians
	@$(BIN)/python -m benchmarks

bench-scale: $(DEV_STAMP) ## measure commands and alerts with a million estimates on PostgreSQL; takes 10 GB of disk
	@$(BIN)/python -m benchmarks.scale

lock: .venv/bin/python ## choose new dependency versions and write the lock files
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra build --extra charts pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements.lock --extra build --extra charts --extra dev pyproject.toml -o requirements-dev.lock

schema: $(DEV_STAMP) ## write the JSON Schemas of price files and of results
	@$(BIN)/python -m pricing.schema
	@$(BIN)/python -m bot.results.schema docs/result.schema.json

schema-check: $(DEV_STAMP)
	@$(BIN)/python -m pricing.schema --check
	@$(BIN)/python -m bot.results.schema docs/result.schema.json --check

docs: $(DEV_STAMP) ## build the documentation site into build/site
	@$(BIN)/zensical build --clean

dist: $(DEV_STAMP) ## build the wheel, the sdist and the list of their components (SBOM) into dist/, the same each time
	@rm -rf dist
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -c \
		"from hatchling.build import build_sdist, build_wheel; build_wheel('dist'); build_sdist('dist')"
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
		--output-file dist/ftcost.cdx.json

smoke: dist ## install the wheel into an empty environment and price a question with it
	@rm -rf build/smoke
	@$(PYTHON) -m venv build/smoke
	@build/smoke/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@build/smoke/bin/pip install --quiet --disable-pip-version-check --no-deps dist/*.whl
	@cd build/smoke && bin/ftcost --version && bin/ftcost 'on=your-rates rates=10/3/6 examples=10k example=400 epochs=3' | head -n 2

clean: ## remove generated files
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis screenshots
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ftcost needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements.lock pyproject.toml | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q bot calculator pricing playground
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
