"""PyTorch's known defects are all seen, and their healthy neighbours are all acquitted."""

import subprocess
import sys
from pathlib import Path

import pytest

import diffcheck

CASES = Path(__file__).parent.parent / "cases"


def verdicts(name):
    return diffcheck.run(CASES / name, engines=["autograd"], timing=False).set_index("case")["verdict"]


@pytest.fixture(scope="module")
def defects():
    return verdicts("known_defects.py")


@pytest.fixture(scope="module")
def neighbours():
    return verdicts("healthy_neighbours.py")


def test_every_defect_is_seen(defects):
    missed = defects[~defects.isin(["lossy", "disagree", "nonfinite"])]
    assert missed.empty
    assert len(defects) >= 40


def test_no_neighbour_is_accused(defects, neighbours):
    accused = neighbours[neighbours != "agree"]
    assert accused.empty
    assert len(neighbours) >= len(defects)


@pytest.mark.parametrize("name", ["known_defects.py", "healthy_neighbours.py"])
def test_listing_does_not_import_torch(name):
    code = f"""
import sys
from diffcheck.cli import main
try:
    main(["list", {str(CASES / name)!r}])
except SystemExit as end:
    print("ended", end.code, "torch" in sys.modules)
"""
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert listed.stdout.endswith("ended 0 False\n")
