"""PyTorch's known defects are all seen, and their healthy neighbours are all acquitted."""

import subprocess
import sys
from pathlib import Path

import pytest

import diffcheck
from diffcheck.sources.collect import collect

TRIALS = Path(__file__).parent.parent / "cases" / "trials"
FILES = sorted(TRIALS.glob("[!_]*.py"))
CASES = collect([str(TRIALS)]).cases


def verdicts(tag):
    """The verdict on torch in every trial with this tag, by name."""
    table = diffcheck.run([c for c in CASES if tag in c.tags], engines=["autograd"], timing=False)
    return table.set_index("case")["verdict"]


@pytest.fixture(scope="module")
def defects():
    return verdicts("defect")


@pytest.fixture(scope="module")
def neighbours():
    return verdicts("neighbour")


def test_every_defect_is_seen(defects):
    missed = defects[~defects.isin(["lossy", "disagree", "nonfinite"])]
    assert missed.empty
    assert len(defects) >= 94


def test_every_defect_is_what_it_is_declared_to_be(defects):
    declared = {c.name: c.expect["autograd"] for c in CASES if "defect" in c.tags}
    assert defects.to_dict() == declared


def test_no_neighbour_is_accused(defects, neighbours):
    accused = neighbours[neighbours != "agree"]
    assert accused.empty
    assert len(neighbours) >= 141


def test_a_trial_is_a_defect_or_a_neighbour():
    assert collect([str(TRIALS)]).problems == ()
    assert {c.tags for c in CASES} == {("torch", "defect"), ("torch", "neighbour")}
    assert all(c.because for c in CASES if "defect" in c.tags)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_defect_stands_beside_neighbours(file):
    alone = collect([str(file)]).cases
    tags = [tag for c in alone for tag in c.tags]
    assert tags.count("neighbour") >= 3
    assert tags.count("defect") >= 2
    assert {c.name for c in alone} <= {c.name for c in CASES}


def test_listing_does_not_import_torch():
    code = f"""
import sys
from diffcheck.cli import main
try:
    main(["list", {str(TRIALS)!r}])
except SystemExit as end:
    print("ended", end.code, "torch" in sys.modules)
"""
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert listed.stdout.endswith("ended 0 False\n")
    assert listed.stdout.count("::") == len(CASES)
