"""The shipped library, run once in each format: no right engine is accused, and rows agree with themselves.

A row speaks of one point and one component: what it says of digits and ulps follows from its value and its truth.
"""

import functools
import math
from fractions import Fraction
from pathlib import Path

import pytest

from diffcheck.api import Settings, conduct
from diffcheck.formats import FORMATS
from diffcheck.results import Row, Run, counts
from diffcheck.sources.collect import collect

CASES = Path(__file__).parents[2] / "cases"
# Half precision has no room for the numbers of `cases/double`, nor for points at which a known defect shows.
FAMILIES = [str(path) for path in sorted(CASES.glob("*.py"))]
WIDE = {"float64": [str(CASES)], "float32": [str(CASES)]}


@functools.cache
def results(dtype) -> Run:
    """All results in one format, at two drawn points and at the special ones."""
    settings = Settings(dtypes=[dtype], engines=["symbolic", "finite", "autograd"], samples=2, seed=1, timing=False)
    return conduct(collect(WIDE.get(dtype, FAMILIES)).cases, settings)


# Again in each other format: with those a run of all tests would take a quarter longer.
AGAIN = [pytest.param(name, marks=pytest.mark.long) for name in ("float32", "bfloat16", "float16")]


@pytest.fixture(params=["float64", AGAIN[0]])
def run(request) -> Run:
    """The results in a format that holds all numbers of the library."""
    return results(request.param)


def of_a_trial(run: Run, row: Row) -> bool:
    """Whether a known defect is on trial, or differences in float32, which have few digits left of such numbers.

    How honest the estimates of differences are is counted elsewhere.
    """
    case = run.case_of(row)
    source = case.source if case is not None else ""
    return "/trials/" in source or (row.dtype == "float32" and row.engine == "finite" and "/double/" in source)


@pytest.mark.parametrize("dtype", ["float64", *AGAIN])
def test_no_right_engine_is_accused(dtype) -> None:
    found = results(dtype)
    # What a small format does to a formula is a fact: that its values overflow, or cancel to a zero that is divided by,
    # is checked against the true intermediate values.
    facts = [("nonfinite", "overflow"), ("nonfinite", "cancellation")]
    rows = [row for row in found.rows if not of_a_trial(found, row)]
    failing = [row for row in rows if row.fails]
    accused = [row for row in failing if (row.verdict, row.reason) not in facts]
    print(f"{dtype}: {len(rows)} tasks, {counts(rows)}, {len(accused)} false alarms")
    assert len(rows) >= 400
    assert accused == []
    assert all(f" overflows in {dtype}" in row.note or " cancels " in row.note for row in failing)
    assert len(failing) <= {"float64": 0, "float32": 16, "bfloat16": 4, "float16": 16}[dtype]


def spacing(truth, format):
    """The unit in the last place at a truth."""
    exponent = format.minimum_exponent
    if truth:
        exponent = math.floor(math.log2(abs(truth.numerator)) - math.log2(truth.denominator))
        # Logarithms may be off by one at a power of two.
        exponent += (abs(truth) >= Fraction(2) ** (exponent + 1)) - (abs(truth) < Fraction(2) ** exponent)
    return Fraction(2) ** format.ulp_exponent(min(max(exponent, format.minimum_exponent), format.maximum_exponent))


def number(truth):
    """A truth as it is printed; zero where no more is known than that it is below every format's smallest number."""
    digits, _, reach = truth.partition(" to within ")
    assert Fraction(reach or 0) < Fraction(2) ** -1200
    return Fraction(digits)


def compared(run):
    """The rows in which one finite value stands beside one truth."""
    finite = [row for row in run.rows if row.verdict.judged and math.isfinite(row.value)]
    return [row for row in finite if row.truth and not row.truth.startswith("[")]


def test_digits_and_ulps_follow_from_value_and_truth(run):
    rows = compared(run)
    assert len(rows) > 600
    for row in rows:
        format, truth = FORMATS[row.dtype], number(row.truth)
        error = abs(Fraction(row.value) - truth)
        # The truth is printed to 30 digits.
        ulps = error / spacing(truth, format)
        if ulps < 10**300:
            assert row.error_ulp == pytest.approx(float(ulps), rel=1e-6, abs=1e-9), row.key
        if math.isnan(row.digits):
            continue
        if error == 0 or truth == 0:
            assert row.digits == (format.digits if error == 0 else 0)
            continue
        digits = -(math.log10(error.numerator) - math.log10(error.denominator)) + (
            math.log10(abs(truth.numerator)) - math.log10(truth.denominator)
        )
        assert row.digits == pytest.approx(min(max(digits, 0.0), format.digits), abs=1e-3), row.key


def test_only_what_has_no_digits_has_none(run):
    """A truth of zero, one beyond the format, or one of which its smallest numbers hold no whole digit.

    Everywhere else digits are counted, and there only: a value that is exact has all of them, also of zero.
    """
    counted = {True: 0, False: 0}
    for row in compared(run):
        format, truth = FORMATS[row.dtype], abs(number(row.truth))
        # Rounding to the smallest numbers is off by half of one.
        held = 10 * Fraction(2) ** format.smallest_subnormal_exponent / 2
        if Fraction(row.value) != number(row.truth):
            assert math.isnan(row.digits) == (truth < held or truth > format.largest), row.key
            counted[math.isnan(row.digits)] += 1
    assert counted[True] > 5
    assert counted[False] > 500


def test_agreement_never_stands_beside_no_digits(run):
    assert [row.key for row in run.rows if row.verdict == "agree" and row.no_digit] == []
    assert [row.key for row in run.rows if row.verdict == "agree" and row.digits < 1] == []


def test_the_least_digits_of_all_are_no_more_than_those_of_the_row(run):
    rows = [row for row in run.rows if not math.isnan(row.digits)]
    assert len(rows) > 600
    assert all(row.min_digits <= row.digits for row in rows)
    assert any(row.min_digits < row.digits for row in rows)


def test_no_failing_row_is_blank(run):
    failing = [row for row in run.rows if row.verdict.fails]
    assert len(failing) > 50
    for row in failing:
        told = row.note.split("; expected")[0].split("; the case expects")[0].split("; reproduce")[0]
        assert told.strip(), row.key
        assert not told.startswith(("expected", "the case expects", "reproduce")), (row.key, row.note)


def test_truths_have_a_sane_number_of_digits(run):
    heard = [case for case in run.cases if case.consensus]  # of the others nobody has asked for a truth
    assert len(heard) > 300
    assert all(0 <= case.truth_digits <= 99 for case in heard)


def test_nothing_in_the_shipped_library_fails(run):
    """In float64; in other formats what is declared of defects may come out otherwise."""
    failing = [row.key for row in run.rows if row.fails and row.dtype == "float64"]
    assert failing == []
