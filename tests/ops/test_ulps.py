"""The column ``ulps`` of the table against what NumPy, Python and torch really lose."""

import copy
import importlib
from pathlib import Path

import pytest
import wave_rows

from diffcheck.ops.table import Primitive, Without

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# What loses digits beside something larger than itself is tried where that is defined.
ROWS = sorted(
    name
    for name, row in Primitive.rows.items()
    if row.switch is None and row.beside is None and name not in ("pi", "e")
)
# NumPy's side of what takes so long is the ball's middle.
each_row = pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=[pytest.mark.long] * (row in wave_rows.FUNCTIONS | wave_rows.SLOPES)) for row in ROWS],
)
# Binades between two arguments; the benchmark itself tries every binade.
STEP = 60


@pytest.fixture(scope="module")
def measure_ulps():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("measure_ulps")


def accused(measure_ulps, row):
    """The implementations of a row that the bounds call wrong somewhere, and all that were measured."""
    found = measure_ulps.worst(row, STEP)
    return {name for (name, _), loss in found.items() if loss.of_bound > 1}, found


def test_every_row_that_rounds_is_measured(measure_ulps):
    assert sorted(measure_ulps.smooth_rows()) == ROWS


@each_row
def test_implementations_lose_no_more_than_the_bounds_allow(measure_ulps, row):
    blamed, found = accused(measure_ulps, row)
    columns = {"numpy": Primitive.rows[row].numpy, "torch": Primitive.rows[row].torch}
    assert {name for name, _ in found} >= {name for name, column in columns.items() if not isinstance(column, Without)}
    assert blamed == {name for listed, name in measure_ulps.INACCURATE if listed == row}


@each_row
def test_the_best_implementation_loses_no_more_than_the_table_says(measure_ulps, row):
    in_double = [loss.lost for (_, format), loss in measure_ulps.worst(row, STEP).items() if format == "float64"]
    assert min(in_double) <= Primitive.rows[row].ulps


@pytest.mark.parametrize(("row", "ulps"), [("cbrt", 1 / 16), ("xlogy", 1 / 1000), ("digamma", 1 / 100)])
def test_a_table_that_says_too_little_is_found(measure_ulps, monkeypatch, row, ulps):
    changed = copy.copy(Primitive.rows[row])
    object.__setattr__(changed, "ulps", ulps)
    monkeypatch.setitem(Primitive.rows, row, changed)
    found = measure_ulps.worst(row, STEP)
    assert not measure_ulps.is_sound(row, found)


@pytest.mark.parametrize("row", ["exp", "tan", "erfc"])
def test_a_table_that_says_too_much_is_found(measure_ulps, monkeypatch, row):
    changed = copy.copy(Primitive.rows[row])
    object.__setattr__(changed, "ulps", 4)
    monkeypatch.setitem(Primitive.rows, row, changed)
    assert not measure_ulps.is_sound(row, measure_ulps.worst(row, STEP))


def test_an_implementation_in_half_of_the_digits_is_blamed(measure_ulps, monkeypatch):
    changed = copy.copy(Primitive.rows["exp"])
    object.__setattr__(changed, "torch", lambda torch, x: torch.exp(x.float()).to(x.dtype))
    monkeypatch.setitem(Primitive.rows, "exp", changed)
    assert accused(measure_ulps, "exp")[0] == {"torch"}
