"""What a notebook shows, and results that know their run."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from diffcheck import case, check, interval, run
from diffcheck.errors import UsageError
from diffcheck.ops import sin


@case(x=interval(1, 2), points=[{"x": 1.25}], samples=0)
def wave(x):
    """A <wave>."""
    return x * sin(x)


def test_a_case_shows_its_formula():
    shown = wave._repr_html_()
    tree = ElementTree.fromstring(shown)
    assert "".join(tree.find(".//math").itertext()).replace("\u2061", "").replace("\u2062", "") == "xsin(x)"
    assert "A <wave>." in "".join(tree.itertext())
    assert "x in [1, 2]" in shown


def test_a_case_that_is_broken_says_why():
    @case(x=interval(1, 2))
    def broken(x):
        raise RuntimeError("a < b")

    assert "RuntimeError: a &lt; b" in broken._repr_html_()


def test_a_check_is_a_table():
    tree = ElementTree.fromstring(check(wave, engines=("finite",))._repr_html_())
    cells = ["".join(cell.itertext()) for cell in tree.iter("td")]
    assert "finite:adaptive" in cells
    assert "agree" in cells
    assert "x = 1.25" in cells


def test_results_are_a_table_with_reports(tmp_path: Path):
    found = run(wave, engines=("finite",), timing=False)
    assert list(found["verdict"]) == ["agree"]
    assert found.passed
    assert found.report().startswith("# No failure in 1 task")
    assert found.report("html").startswith("<!doctype html>")
    assert found.report("json", tmp_path).startswith("{")
    assert (tmp_path / "run.json").exists()
    assert "No failure in 1 task" in found._repr_html_()
    assert not hasattr(found[found["verdict"] == "agree"], "report")
    with pytest.raises(UsageError, match="unknown format 'pdf'"):
        found.report("pdf")


def test_columns_have_their_kinds():
    found = run(wave, engines=("finite",), timing=False)
    kinds = {"points": "int64", "error_ulp": "float64", "function_calls": "Int64", "operations": "Int64"}
    assert {name: str(found[name].dtype) for name in kinds} == kinds
    assert isinstance(found["note"].iloc[0], str)
