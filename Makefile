# The course's commands: `make` alone lists them. Whichever comes first makes the environment, .venv.
# GNU make 3.81 suffices. All paths are relative, so the checkout's own path may contain spaces; tools
# run as `python -m …`, because the scripts in .venv/bin begin with an absolute path.

PYTHON =
EDITION = student
NOTEBOOKS =
LAB_FLAGS =
LOCK_FLAGS =
WORKERS = 2
UV := $(shell command -v uv 2>/dev/null)

PY = .venv/bin/python
STAMP = .venv/installed
INSTALL_UV = "$(UV)" pip install --python $(PY) $(if $(CI),-q)
INSTALL_PIP = $(PY) -m pip install --disable-pip-version-check $(if $(CI),-qq)
INSTALL = $(if $(UV),$(INSTALL_UV),$(INSTALL_PIP))

.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help lab reset site slides check test lint fast unit check-notebooks browser check-student check-portable check-site notebooks bench lock clean clean-all

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

# For students

folder_student = workbook
folder_instructor = notebooks
FOLDER = $(or $(folder_$(EDITION)),$(error EDITION is student or instructor, not "$(EDITION)"))

lab: $(STAMP) ## open the course in JupyterLab (EDITION=instructor: the sources, with solutions)
	@$(if $(filter workbook,$(FOLDER)),$(PY) -m lecture11.exercises.editions notebooks workbook)
	$(PY) -m jupyterlab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_FLAGS) $(FOLDER)/00_start_here.ipynb

reset: $(STAMP) ## put your working copy, workbook/, aside and start with a new one
	$(PY) -m lecture11.exercises.editions --reset notebooks workbook

# For readers without Python

site: $(STAMP) ## export the notebooks as a folder of pages, build/site, alive without Python
	$(PY) -m lecture11.publish.site notebooks build/site

slides: $(STAMP) ## make a deck of slides, with speaker notes, of every notebook: build/slides
	$(PY) -m lecture11.publish.slides notebooks build/slides

# What XLA has compiled is kept, so that a notebook's second run takes about half the time.
export JAX_COMPILATION_CACHE_DIR = $(CURDIR)/build/compiled
export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS = 0
export JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES = -1

# For everyone who changes something

# A file's tests stay in one process: they share what was compiled. Notebooks with many cells, which
# take long, come first; the package's tests come in the order that tests/conftest.py gives them.
PARALLEL = --numprocesses=$(WORKERS) --dist=loadfile
IN_ORDER = $(PARALLEL) --no-loadscope-reorder
NBVAL = $(PARALLEL) --nbval --nbval-current-env --nbval-cell-timeout=600 -p no:cacheprovider \
	--nbval-sanitize-with tests/notebooks/sanitize.cfg
SOURCES = $(or $(NOTEBOOKS),notebooks)

check: lint fast ## what to run before every commit: style, types, and the tests that take no time

test: lint unit-and-browser check-notebooks ## run the tests: lint, unit, browser, check-notebooks

lint: $(STAMP) ## check style and types
	$(PY) -m ruff check --output-format=concise .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

fast: $(STAMP) ## test the package, without the tests marked slow
	$(PY) -m pytest $(IN_ORDER) -m 'not slow' tests --ignore=tests/browser

unit: $(STAMP) ## test the package
	$(PY) -m pytest $(IN_ORDER) tests --ignore=tests/browser

check-notebooks: $(STAMP) ## run notebooks and compare their outputs with the stored (NOTEBOOKS=…: only these)
	$(PY) -m pytest $(NBVAL) $(SOURCES)

browser: $(STAMP) ## drive JupyterLab and Notebook 7 in a real browser
	$(PY) -m pytest tests/browser

# At the same time, as a browser waits more than it computes; what it found is told at the end.
.PHONY: unit-and-browser
unit-and-browser: $(STAMP)
	@mkdir -p build; $(PY) -m pytest tests/browser > build/browser.txt 2>&1 & browser=$$!; \
	$(PY) -m pytest $(IN_ORDER) tests --ignore=tests/browser; unit=$$?; \
	wait $$browser; browser=$$?; cat build/browser.txt; exit $$((unit + browser))

check-student: $(STAMP) ## run notebooks as a student has them, without FMA, and operate what can be moved
	$(PY) -m tests.notebooks.student $(SOURCES) -- $(NBVAL)

check-portable: $(STAMP) ## run notebooks as a usual processor computes (AVX2), where this one has more
	$(PY) -m tests.notebooks.portable $(NBVAL) $(SOURCES)

check-site: site slides ## open every page of the site, and the slides of 09, in a real browser
	$(PY) -m pytest tests/browser/check_site.py

notebooks: $(STAMP) ## run the notebooks and store their outputs (NOTEBOOKS=…: only these)
	$(PY) -m tests.notebooks.execute $(NOTEBOOKS)

bench: $(STAMP) ## measure speed beside other libraries
	$(INSTALL) --quiet --no-build-isolation -e '.[bench]'
	JAX_ENABLE_COMPILATION_CACHE=false $(PY) -m tests.benchmarks

lock: ## renew requirements.lock; needs uv (LOCK_FLAGS=--upgrade: newest versions)
	@test "$(UV)" || { echo 'make lock needs uv: see docs.astral.sh/uv'; exit 1; }
	"$(UV)" pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	  --extra lab --extra test --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' $(LOCK_FLAGS) -o requirements.lock pyproject.toml

clean: ## remove caches and what was built, never your workbook/
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find lecture11 tests -name __pycache__ -prune -exec rm -rf {} +

clean-all: clean ## clean, and remove the environment too
	rm -rf .venv

# The environment

define NEEDS_PYTHON
lecture11 needs Python 3.11 or newer. Please install one:
  Debian, Ubuntu:   sudo apt install python3.11 python3.11-venv
  macOS:            brew install python@3.13, or the installer from python.org/downloads
  Windows, others:  the installer from python.org/downloads, or uv (docs.astral.sh/uv): uv python install 3.13
Then try again. An interpreter that is not on the PATH can be named: make lab PYTHON=/path/to/python3.13
endef

define NEEDS_VENV
Python 3.x is here, but not its modules venv and ensurepip. Please install them:
  Debian, Ubuntu:   sudo apt install python3.x-venv
  macOS:            brew install python@3.x, or the installer from python.org/downloads
  Windows, others:  the installer from python.org/downloads, or uv (docs.astral.sh/uv)
Then try again.
endef

export NEEDS_PYTHON NEEDS_VENV

# An activated .venv must not be renewed by its own interpreter.
export PATH := $(subst $(CURDIR)/.venv/bin:,,$(PATH))

CANDIDATES = $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11)
MAKE_VENV = $(if $(UV),"$(UV)" venv --quiet --seed --python "$$python" .venv,"$$python" -m venv .venv)

# Known beforehand, so that any other failure (a wrong hash, no network) stays a failure: the lock
# has no wheels for a newer Python, and jaxlib has none for an Intel Mac since 0.5.
LOCK_FITS = import platform, sys; \
	sys.exit(sys.version_info >= (3, 15) or (sys.platform, platform.machine()) == ("darwin", "x86_64"))

# The stamp is touched last, so an interrupted installation starts anew.
$(STAMP): pyproject.toml requirements.lock
	@for name in $(CANDIDATES); do \
	  python=$$(command -v "$$name") && \
	  version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 11))' 2>/dev/null) && \
	  break; \
	  python=; \
	done; \
	test "$$python" || { echo "$$NEEDS_PYTHON"; echo "Found: $$("$(or $(PYTHON),python3)" -V 2>&1)"; exit 1; }; \
	test "$(UV)" || "$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "$$NEEDS_VENV" | sed "s/3\.x/$$version/"; exit 1; }; \
	echo "Installing for Python $$version into .venv: about 1 GB, a minute or a few."; \
	rm -rf .venv; \
	$(MAKE_VENV)
	@if $(PY) -c '$(LOCK_FITS)'; then \
	  $(INSTALL) --require-hashes --only-binary :all: -r requirements.lock && \
	  $(INSTALL) --no-deps --no-build-isolation -e .; \
	else \
	  echo 'requirements.lock does not fit this machine: installing the newest that pyproject.toml allows.'; \
	  $(INSTALL) -e '.[lab,test]'; \
	fi
	@mkdir -p .venv/share/jupyter/lab/settings
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
	  > .venv/share/jupyter/lab/settings/overrides.json
	@touch $@
