# `make run` and `make test` do all set-up themselves: they need Python 3.11 or later and a network, nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run library test tests long lint sample docs claims gpu benchmarks clean

# The textbook networks and the hard cases; what comes of them is in reports/latest, as report.md and report.html.
run: $(VENV)/ready
	$(BIN)/diffcheck run cases/networks.py cases/hard.py --no-timing --format md,html

# Every shipped case.
library: $(VENV)/ready
	$(BIN)/diffcheck run cases/ --no-timing --format csv,md,html

# What is checked without running stands beside what is run: mypy knows one processor only.
test: $(VENV)/ready
	$(MAKE) -j 2 lint tests

# A file's tests share what they start from: they stay on one processor, in one thread each. Compiled modules are kept,
# for hundreds of processes load them.
tests: $(VENV)/ready
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

# The tests that run over the whole library once more.
long: $(VENV)/ready
	$(BIN)/python -m pytest -m long -n auto --maxprocesses 4

lint: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# The committed sample of a report: the textbook networks and the hard cases.
sample: $(VENV)/ready
	$(BIN)/diffcheck run cases/networks.py cases/hard.py --output reports/sample

# The pages of docs/, those that are written from the code first, as HTML in build/docs; a warning is an error.
docs: $(VENV)/ready
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[docs]"
	$(BIN)/python docs/write_command_line.py --write > /dev/null
	$(BIN)/python docs/write_operations.py --write > /dev/null
	$(BIN)/python docs/write_neuron.py --write > /dev/null
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

# The claims of the textbooks, measured here; the page goes into docs/.
claims: $(VENV)/ready
	$(BIN)/diffcheck claims cases/ --output docs --format md

# The shipped cases on a CUDA device, beside the processor; where there is none, one line says so.
gpu: $(VENV)/ready
	$(BIN)/python benchmarks/on_gpu.py

# diffcheck beside its peers; the tables go into docs/benchmarks.md.
benchmarks: $(VENV)/ready
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[benchmarks]"
	$(BIN)/python benchmarks/against_peers.py --write
	$(BIN)/python benchmarks/across_problems.py --write
	$(BIN)/python benchmarks/on_arrays.py --write --large
	$(BIN)/python benchmarks/beside_gradcheck.py --write
	$(BIN)/python benchmarks/by_directions.py --write

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "diffcheck needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[test]"
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis reports/latest
