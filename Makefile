# Everything a newcomer needs: `make demo` and `make test`. Both build the environment first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Root only, and never a question: elsewhere chromium is the user's to install.
APT    := DEBIAN_FRONTEND=noninteractive timeout 200 apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20

.PHONY: help demo test lint types docs pytest browser bench format lock clean

help:            ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q turnout
	@touch $@

demo: $(STAMP)   ## generate the founding case (synthetic, held to published figures) and project it
	$(BIN)/turnout demo demo

test: lint types docs pytest   ## lint, types, documentation and tests, as a contributor and CI run them

lint: $(STAMP)   ## ruff: style, imports, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, strict
	$(BIN)/mypy

docs: $(STAMP)   ## the documentation site, into build/docs/site; a broken link fails
	$(BIN)/python docs/site.py build/docs

pytest: $(STAMP) browser ## the tests, on all cores
	$(BIN)/pytest -n auto

browser:         ## chromium, which some tests open the page in; without it they are skipped
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { test "$$(id -u)" = 0 && echo "installing chromium for the tests of the page" && $(APT) update \
	  && $(APT) install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null; } \
	  || echo "no chromium could be installed: the tests of the page in a browser will be skipped"

bench: $(STAMP)  ## seconds of a statewide ballot: make bench HISTORY=past-results/ (see benchmarks/, also for reading)
	$(BIN)/python benchmarks/statewide.py --history $(HISTORY)

format: $(STAMP) ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(STAMP)   ## pin every dependency, with hashes, for every platform
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --group dev --group docs --output-file requirements.lock pyproject.toml

clean:           ## remove the environment and what was generated
	rm -rf $(VENV) build demo dist .mypy_cache .pytest_cache .ruff_cache
