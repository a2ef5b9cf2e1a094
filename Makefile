# Everything a person needs, from a machine with Python 3.11 (with venv), make and g++ alone:
#
#   make demo     install into .venv, train and apply a model on the data that comes with ROOT
#   make test     all tests and checks
#   make bench    the measurements of benchmarks/, and the published figures of docs/credibility.md
#   make lint     formatting, types, static checks
#   make format   apply the formatting
#   make docs     write the page of options again, from the code
#   make mutants  put faults into the code and see whether the tests notice; SEED and COUNT choose the sample
#   make proof    what takes too long for make test: the tests marked so, mutants, damaged weight files, each source alone
#   make clean    remove what was built, and .venv

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
BUILD := build/wheel
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
SEED ?= 1
COUNT ?= 30

export PATH := $(CURDIR)/$(BIN):$(PATH)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# where it exists, the compiler cache
ifneq ($(shell command -v ccache),)
export CMAKE_CXX_COMPILER_LAUNCHER := ccache
endif
# ROOT's interpreter must see this project's own environment only
unexport PYTHONPATH
unexport LD_LIBRARY_PATH
unexport ROOT_INCLUDE_PATH
unexport ROOTSYS

SOURCES := CMakeLists.txt pyproject.toml $(shell find cmake include src -type f \
	-not -path '*/__pycache__/*' -not -name '*.pyc' 2>/dev/null)
CPP_FILES = $(shell find include src/cpp tests/cpp tests/downstream -not -path '*/Dict/*' \( -name '*.[ch]xx' -o -name '*.h' \))
# of each module all sources at once, as the build compiles them
TIDY_FILES = $(shell sed -n 's/^ *"file": "\(.*\)",*$$/\1/p' $(BUILD)/compile_commands.json | grep -E '/Unity/|/src/cpp/')
# a file of tests runs in one process, so that what its tests share is made once
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile
PIP_INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: demo test proof bench lint format docs dev mutants clean install ctest pytest
.DEFAULT_GOAL := demo

demo: $(VENV)/.installed
	$(BIN)/python macros/demo.py

test: lint ctest pytest

bench: $(VENV)/.installed $(VENV)/.bench
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/credibility.py --json credibility.json
	$(BIN)/python benchmarks/event_weights.py --json event_weights.json

install: $(VENV)/.installed

# --- the environment ------------------------------------------------------------------------------------------

$(VENV)/.created:
	@python=""; for candidate in python3.11 python3; do \
	   if "$$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "Python 3.11 is needed (the root wheel is built for it), but neither python3.11 nor python3 is one." >&2; exit 1; fi; \
	if ! command -v $${CXX:-c++} >/dev/null; then echo "A C++17 compiler is needed: install g++." >&2; exit 1; fi; \
	"$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.dependencies: $(VENV)/.created constraints.txt
	$(PIP_INSTALL) root torch numpy tqdm lightgbm pybind11 scikit-build-core cmake ninja
	@touch $@

$(VENV)/.test: $(VENV)/.dependencies
	$(PIP_INSTALL) optuna pytest pytest-timeout pytest-xdist hypothesis scikit-learn uproot tensorboard onnx onnxruntime ruff mypy clang-format clang-tidy
	# files of experiments, which are in coffea's source package
	$(BIN)/python -m pip download --quiet --constraint constraints.txt --no-deps --no-binary coffea \
	   --dest $(VENV)/share/torchmva-tests coffea
	@touch $@

$(VENV)/.bench: $(VENV)/.dependencies
	$(PIP_INSTALL) uproot scikit-learn onnx onnxruntime
	@touch $@

# --- the package; the C++ tests come from the same build -------------------------------------------------------

# $(1): ON or OFF, whether the C++ tests are built too
install_package = $(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --force-reinstall \
	-Cbuild-dir=$(BUILD) -Ccmake.define.CMAKE_EXPORT_COMPILE_COMMANDS=ON -Ccmake.define.TORCHMVA_BUILD_TESTS=$(1) .

$(VENV)/.installed: $(VENV)/.dependencies $(SOURCES)
	$(call install_package,OFF)
	@touch $@

$(VENV)/.installed-with-tests: $(VENV)/.test $(SOURCES) $(shell find tests/cpp -type f 2>/dev/null) | gtest
	$(call install_package,ON)
	@touch $(VENV)/.installed $@

.PHONY: gtest
gtest:
	@has_gtest() { echo '#include <gtest/gtest.h>' | $${CXX:-c++} -std=c++17 -fsyntax-only -x c++ - 2>/dev/null; }; \
	if has_gtest; then exit 0; fi; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	   apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libgtest-dev </dev/null; \
	elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then \
	   sudo -n apt-get update -qq && sudo -n DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libgtest-dev </dev/null; \
	fi; \
	if ! has_gtest; then echo "GoogleTest is needed for the C++ tests: apt-get install libgtest-dev" >&2; exit 1; fi

# --- tests ----------------------------------------------------------------------------------------------------

ctest: $(VENV)/.installed-with-tests
	$(BIN)/ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j $(JOBS)

pytest: $(VENV)/.installed-with-tests ctest
	$(PYTEST)

# --- looks ----------------------------------------------------------------------------------------------------

lint: $(VENV)/.test $(VENV)/.installed-with-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(BIN)/clang-format --dry-run -Werror $(CPP_FILES)
	$(BIN)/python tests/one_definition.py $(BUILD) --jobs $(JOBS)
	@printf '%s\n' $(TIDY_FILES) | xargs -P $(JOBS) -n 1 $(BIN)/clang-tidy -p $(BUILD) --quiet

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@$(BIN)/clang-format -i $(CPP_FILES)

docs: $(VENV)/.installed
	$(BIN)/torchmva options --markdown > docs/options.md.new
	mv docs/options.md.new docs/options.md

# each source compiled alone, with warnings as errors
dev: $(VENV)/.test | gtest
	$(BIN)/cmake --preset dev
	$(BIN)/cmake --build --preset dev

mutants: $(VENV)/.installed-with-tests dev
	$(BIN)/python tests/mutants/run.py --seed $(SEED) --count $(COUNT)

proof: $(VENV)/.installed-with-tests dev
	$(BIN)/python tests/fuzz/weight_files.py --seed $(SEED)
	$(PYTEST) -m proof
	$(MAKE) mutants

clean:
	rm -rf $(VENV) build stage dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
