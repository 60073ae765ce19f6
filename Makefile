# make demo: the whole way on the demo's synthetic corpus. make test: the tests.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORES ?= 2
DEMO := results/demo
MIT_SHARED ?= ../shared
RESULTS ?= $(DEMO)
# A file of tests is one process's, since its tests may share what is dear to make.
PYTEST := $(BIN)/python -m pytest --numprocesses $(CORES) --dist loadfile --no-loadscope-reorder
SNAKEMAKE := $(BIN)/snakemake --quiet rules --cores $(CORES)

.PHONY: help env demo studio test test-all reliability docs docs-pages docs-picture lint bench \
	results results-footage lock clean

help:
	@echo "make env    the environment, in $(VENV); all others make it where it is missing"
	@echo "make demo   a talking portrait from the demo corpus, in $(DEMO)"
	@echo "make studio a local web page over a results folder: RESULTS=$(RESULTS)"
	@echo "make test   the tests (make test-all: the slow ones too)"
	@echo "make reliability  docs/reliability.md, from the tests of faults"
	@echo "make docs   these documents as a site, in site/"
	@echo "make lint   ruff, mypy, snakefmt, snakemake --lint"
	@echo "make bench  speeds, as ratios taken in one run"
	@echo "make results  RESULTS.md, measured anew (hours)"
	@echo "make clean  leave the tree as cloned"

env: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(v not in ((3, 11), (3, 12)) and f"Python 3.11 or 3.12 is needed, this is {v[0]}.{v[1]}: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(SNAKEMAKE) --config results=$(DEMO) -- demo
	@for video in $(DEMO)/animations/*.mp4; do echo "video: $$video"; done
	@echo "report: $(DEMO)/report.html"

# OPTIONS="--port 9000", say; python -m mit_core.studio --help tells all.
studio: $(READY)
	@$(BIN)/python -m mit_core.studio "$(RESULTS)" $(OPTIONS)

test: $(READY)
	$(PYTEST) -m "not slow"

test-all: $(READY)
	$(PYTEST)

# docs/reliability.md: every fault that a test makes, and what became of it.
reliability: $(READY)
	$(BIN)/python -m pytest -m survives --reliability docs/reliability.md

docs: $(READY)
	$(BIN)/python -m mkdocs build --quiet --strict
	@echo "site: site/index.html"

# Pages that the code tells: configuration, rules, architecture.
docs-pages: $(READY)
	$(BIN)/python -m docs.tools

# README's picture that moves, from the demo's video.
docs-picture: $(READY)
	$(BIN)/python -m docs.tools.moving $(DEMO)/animations docs/pictures/talking.webp

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

bench: $(READY)
	$(BIN)/python -m benchmarks

# RESULTS.md from the demo and, where MIT_SHARED/data holds it, real footage: about 3 hours on 2 cores.
results: demo
	@if [ -d "$(MIT_SHARED)/data" ]; then $(MAKE) results-footage; fi
	$(BIN)/python -m benchmarks.results RESULTS.md "Demo=$(DEMO)" \
	  $$(for name in known many sync; do [ ! -d results/$$name ] || echo "$$name=results/$$name"; done)

results-footage: $(READY)
	$(BIN)/python -m benchmarks.footage "$(MIT_SHARED)/data" results
	$(SNAKEMAKE) --configfile config.yaml results/known.yaml -- train_refinement train_translation
	$(SNAKEMAKE) --configfile config.yaml results/known.yaml -- evaluate
	$(SNAKEMAKE) --configfile config.yaml results/many.yaml -- ablation unheard
	$(BIN)/python -m benchmarks.known_speaker results/known/dump/corpus results/known
	$(BIN)/python -m benchmarks.sync_detection results/sync/sync_detection.tsv results/known results/many

lock: $(READY)
	{ head -n 1 requirements.lock; $(BIN)/python -m pip freeze --all --exclude-editable \
	  | grep -v -i -E '^(pip|wheel)==' | sed -E -e 's/^(torch==[0-9.]+)\+.*/\1/' \
	  -e 's/^(atheris==.*)/\1 ; platform_system == "Linux" and platform_machine == "x86_64"/'; } > requirements.lock.part
	mv requirements.lock.part requirements.lock

clean:
	rm -rf $(VENV) results site .snakemake .pytest_cache .hypothesis .ruff_cache .mypy_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
