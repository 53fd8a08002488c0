"""PyTorch's known defects are all seen, and their healthy neighbours are all acquitted."""

import subprocess
import sys
from pathlib import Path

import pytest

from diffcheck.api import Settings, conduct
from diffcheck.sources.collect import collect

TRIALS = Path(__file__).parents[2] / "cases" / "trials"
FILES = sorted(TRIALS.glob("[!_]*.py"))
CASES = collect([str(TRIALS)]).cases


def rows(tag):
    """The rows of torch in every trial with this tag."""
    return conduct([c for c in CASES if tag in c.tags], Settings(engines=["autograd"], timing=False)).rows


@pytest.fixture(scope="module")
def defects():
    return rows("defect")


@pytest.fixture(scope="module")
def neighbours():
    return rows("neighbour")


def test_every_defect_is_seen(defects):
    seen = ("lossy", "disagree", "nonfinite")
    assert [row.key for row in defects if row.verdict not in seen and not row.findings] == []
    assert len(defects) >= 100


def test_every_defect_is_what_it_is_declared_to_be(defects):
    declared = {c.name: c.expect["autograd"] for c in CASES if "defect" in c.tags}
    found = {row.case: row.findings.partition(":")[0] or str(row.verdict) for row in defects}
    assert found == declared


def test_no_neighbour_is_accused(defects, neighbours):
    assert [row.key for row in neighbours if row.verdict != "agree" or row.findings] == []
    assert len(neighbours) >= 139


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
