"""FPBench's own functions: all that are straight-line are cases, run, and nobody is accused of what is not so."""

import os
from pathlib import Path

import pytest

import diffcheck
from diffcheck.sources.alternatives import Refusal
from diffcheck.sources.collect import collect

# Where the files lie: they are their authors' and no part of this repository.
FOLDER = Path(os.environ.get("DIFFCHECK_FPBENCH", Path(__file__).parents[3] / "shared" / "corpora" / "fpbench"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there: set DIFFCHECK_FPBENCH")


@pytest.fixture(scope="module")
def loaded():
    return collect([str(FOLDER)])


def test_every_core_is_a_case_and_only_loops_are_refused(loaded):
    assert loaded.problems == ()
    cores = [case for case in loaded.cases if not case.implementations]
    refused = [case for case in cores if isinstance(case.function, Refusal)]
    # Counted in the files: cores in all, and those that hold `while`, `while*` or `for`.
    texts = "".join(file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.fpcore")))
    with_loops = [core for core in texts.split("(FPCore")[1:] if "(while" in core or "(for" in core]
    assert (len(cores), len(refused)) == (texts.count("(FPCore"), len(with_loops)) == (136, 21)


@pytest.mark.long
def test_straight_line_cores_are_judged_without_an_error_and_rightly(loaded):
    rows = diffcheck.run(loaded.cases, timing=False)
    straight = rows[rows.verdict != "unsupported"]
    assert straight.case.nunique() == 117  # 115, and two other forms
    assert not set(straight.verdict) & {"error", "crash", "timeout"}
    # 1/(x + 1) - 1/x at 1e155: SymPy's code takes 1/x**2 from infinity, which leaves 1e-310 of 2e-465.
    assert list(zip(*(straight[straight.verdict == "disagree"][c] for c in ("case", "engine")), strict=True)) == [
        ("NMSE problem 3.3.1", "symbolic")
    ]
