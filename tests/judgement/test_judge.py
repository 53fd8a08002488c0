"""The judge at its edges: numbers made up on, just within and just beyond each of its limits, in every format."""

import itertools
import math

import pytest
from flint import arb
from made_up import INF, NAN, bound_in_units, certified, judgement, kink, off

from diffcheck.formats import FORMATS
from diffcheck.judgement.numbers import judge, worst
from diffcheck.referee.component import Component, Status
from diffcheck.referee.rounding.bound import INHERENT_FACTOR, Bound
from diffcheck.verdict import Reason, Verdict

AGREE, LOSSY, DISAGREE = Verdict.AGREE, Verdict.LOSSY, Verdict.DISAGREE
each_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
# Whatever the judge says of a truth of one it says of the same numbers scaled by a power of two.
each_size = pytest.mark.parametrize("size", [1.0, 8.0, 1 / 8], ids=["1", "8", "1/8"])
# Formats of even precision: the square root of their unit roundoff is a number, and its half is met exactly.
each_even = pytest.mark.parametrize("format", [FORMATS["float32"], FORMATS["bfloat16"]], ids=["float32", "bfloat16"])


def part(format, power):
    """The unit roundoff to this power: what is left with this part of the format's digits."""
    return 2.0 ** (-format.precision * power)


def smallest(format):
    return math.ldexp(1.0, format.smallest_subnormal_exponent)


def test_a_truth_without_a_bound_is_no_pass():
    assert judge(1.0, None, certified(1), None, FORMATS["float64"]).verdict is Verdict.UNCERTAIN


@each_format
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("exponent", [-2, -500], ids=["a quarter of it", "far below"])
@pytest.mark.parametrize(("value", "verdict"), [(0, AGREE), (1, AGREE), (-1, LOSSY), (2, LOSSY), (9, DISAGREE)])
def test_around_a_truth_below_the_smallest_number_there_are_two_numbers(format, sign, exponent, value, verdict):
    """Zero and the smallest of its sign."""
    s = smallest(format)
    truth = arb((sign, format.smallest_subnormal_exponent + exponent))
    truth = arb(truth, abs(truth) * 2.0**-104)
    bound = Bound(scale=abs(truth), inherent=arb(s), formula=4 * arb(s))
    assert judge(sign * value * s, None, certified(truth), bound, format).verdict is verdict


@each_format
def test_the_smallest_number_itself_has_no_second_neighbour(format):
    s = smallest(format)
    bound = Bound(scale=arb(s), inherent=arb(s) / 2, formula=arb(0))
    assert judge(0.0, None, certified(s), bound, format).verdict is DISAGREE
    assert judge(s, None, certified(s), bound, format).verdict is AGREE


@each_format
@pytest.mark.parametrize("exact", [True, False], ids=["zero", "around zero"])
@pytest.mark.parametrize(
    ("typical", "part_of_it", "verdict"),
    [
        pytest.param(8.0, 0.99, AGREE, id="within"),
        pytest.param(8.0, 1.01, DISAGREE, id="beyond"),
        pytest.param(0.125, 0.99, AGREE, id="within, small"),
        pytest.param(0.125, 1.01, DISAGREE, id="beyond, small"),
    ],
)
def test_beside_a_zero_the_rounding_of_a_typical_size_is_excused(format, exact, typical, part_of_it, verdict):
    """A zero is left of numbers of a typical size by cancellation: k u of it is no fault, half of the digits are."""
    truth = certified(0) if exact else certified(arb(0, 2.0**-1000) * 2.0**-300)
    bound = Bound(scale=arb(0), inherent=arb(smallest(format)), formula=arb(0))
    value = part_of_it * min(INHERENT_FACTOR * part(format, 1), part(format, 1 / 2)) * typical
    assert judge(value, None, truth, bound, format, arb(typical)).verdict is verdict


@each_format
def test_a_typical_size_excuses_nothing_of_a_truth_that_is_not_zero(format):
    bound = bound_in_units(format, formula=8.0)
    assert judge(off(format, 2048), None, certified(1), bound, format, arb(1e6)).verdict is DISAGREE
    far = 1 - min(2 * part(format, 1 / 4), 0.9)
    assert judge(far, 0.0, certified(1), bound, format, arb(1e6)).verdict is DISAGREE


@each_format
def test_overflow_beside_a_zero_excuses_no_other_number(format):
    unbounded = Bound(scale=arb(0), inherent=arb(smallest(format)), formula=arb.pos_inf())
    assert judge(7.0, None, certified(0), unbounded, format, arb(1)).verdict is DISAGREE
    assert judge(0.0, None, certified(0), unbounded, format, arb(1)).verdict is AGREE


@each_format
def test_a_truth_that_no_format_can_tell_from_zero_has_no_digits(format):
    bound = Bound(scale=arb(0), inherent=arb(smallest(format)), formula=arb(0))
    found = judge(0.0, None, certified(arb(0, 2.0**-1000) * 2.0**-300), bound, format)
    assert (found.verdict, found.digits_possible) == (AGREE, 0)
    assert math.isnan(found.digits)


def test_the_digits_of_an_enclosure_are_those_of_its_middle_against_the_largest_error():
    wide = Component(Status.CERTIFIED, arb(1, 1e-3), arb(1, 1e-3))
    found = judge(1.5, None, wide, bound_in_units(FORMATS["float64"]), FORMATS["float64"])
    assert found.digits == pytest.approx(-math.log10(0.501), rel=1e-6)


@each_even
@each_size
@pytest.mark.parametrize(
    ("scale", "verdict"),
    [pytest.param(1, AGREE, id="half"), pytest.param(1.125, Verdict.ILL_CONDITIONED, id="less than half")],
)
def test_half_of_the_digits_is_enough(format, size, scale, verdict):
    hard = bound_in_units(format, inherent=1e9, scale=scale / part(format, 1 / 2), size=size)
    assert judge(off(format, 2) * size, None, certified(size), hard, format).verdict is verdict


@each_format
def test_a_value_without_error_is_right_however_hard_the_question(format):
    hard = bound_in_units(format, inherent=1e9, scale=1e9)
    assert judge(1.0, None, certified(1), hard, format).verdict is AGREE


@each_format
@pytest.mark.parametrize(("below", "verdict"), [(True, AGREE), (False, Verdict.ILL_CONDITIONED)])
def test_a_truth_below_the_normal_range_is_never_called_ill_conditioned(format, below, verdict):
    """Its digits are lost to the format, not to the question."""
    normal = math.ldexp(1.0, format.minimum_exponent)
    truth = normal - smallest(format) if below else normal
    hard = Bound(scale=arb(normal) / part(format, 1), inherent=arb(normal), formula=arb(0))
    assert judge(truth + 2 * smallest(format), None, certified(truth), hard, format).verdict is verdict


@each_even
@each_size
@pytest.mark.parametrize(
    ("error", "own", "verdict", "quality"),
    [
        pytest.param(1, 1, AGREE, "honest", id="a quarter of the digits"),
        pytest.param(1.25, 1.25, LOSSY, "honest", id="fewer, just covered"),
        pytest.param(1.25, 1.125, DISAGREE, "overconfident", id="fewer, not covered"),
    ],
)
def test_a_difference_that_keeps_a_quarter_of_the_digits_agrees(format, size, error, own, verdict, quality):
    quarter = part(format, 1 / 4) * size
    found = judge(
        size - error * quarter, own * quarter, certified(size), bound_in_units(format, formula=8.0, size=size), format
    )
    assert (found.verdict, found.estimate) == (verdict, quality)


@each_even
@each_size
@pytest.mark.parametrize(
    ("error", "own", "quality"),
    [
        pytest.param(1, 1.25, "pessimistic", id="half is right, less than a quarter claimed"),
        pytest.param(1, 1, "honest", id="half is right, a quarter claimed"),
        pytest.param(1.25, 1.25, "honest", id="less than half is right"),
    ],
)
def test_an_estimate_that_claims_less_than_a_quarter_of_the_digits_is_pessimistic(format, size, error, own, quality):
    value = (1 - error * part(format, 1 / 2)) * size
    bound = bound_in_units(format, size=size)
    found = judge(value, own * part(format, 1 / 4) * size, certified(size), bound, format)
    assert (found.verdict, found.estimate) == (AGREE, quality)


@each_even
def test_a_typical_size_stands_for_a_zero_in_what_a_difference_may_lose(format):
    """The quarter and the half of the digits are those of the other components."""
    bound = Bound(scale=arb(0), inherent=arb(smallest(format)), formula=arb(0))
    quarter, typical = part(format, 1 / 4), arb(8)
    assert judge(8 * quarter, 0.0, certified(0), bound, format, typical).verdict is AGREE
    assert judge(9 * quarter, 0.0, certified(0), bound, format, typical).verdict is DISAGREE
    assert judge(quarter**2, 9 * quarter, certified(0), bound, format, typical).estimate == "pessimistic"


@each_format
def test_a_hard_question_is_hard_for_a_difference_too(format):
    hard = bound_in_units(format, inherent=1e9, scale=1e9)
    assert judge(off(format, 2), 0.0, certified(1), hard, format).verdict is Verdict.ILL_CONDITIONED


@each_format
@pytest.mark.parametrize("truth", [certified(1), kink(-1, 1)], ids=["smooth", "kink"])
@pytest.mark.parametrize("units", [2, 6, 2000])
def test_an_estimate_of_nan_claims_what_one_of_zero_claims(format, truth, units):
    said = [judge(off(format, units), own, truth, bound_in_units(format), format) for own in (NAN, 0.0)]
    assert said[0] == said[1]


@each_even
@pytest.mark.parametrize(("left", "right"), [(-1 / 64, 8), (8, -1 / 64), (-8, 1 / 64)], ids=str)
def test_an_honest_estimate_widens_a_kink_by_a_quarter_of_the_digits(format, left, right):
    """Of those of the larger slope."""
    bound, quarter = bound_in_units(format, formula=8.0), 8 * part(format, 1 / 4)
    end = max(left, right, key=abs)

    def beyond(by, own):
        found = judge(end + math.copysign(by, end), own, kink(left, right), bound, format)
        return found.verdict, found.reason

    wrong = DISAGREE, Reason.KINK_SIDE
    assert beyond(quarter, quarter) == beyond(quarter, 9.0) == (Verdict.KINK, Reason.NONE)
    assert beyond(quarter, quarter / 2) == beyond(quarter, None) == beyond(1.25 * quarter, 9.0) == wrong


@each_format
def test_the_bound_of_a_kink_is_that_of_its_slopes(format):
    bound = bound_in_units(format, inherent=4.0, formula=8.0)
    on, over = (judge(off(format, units), None, kink(0, 1), bound, format) for units in (4, 6))
    assert (on.verdict, over.verdict) == (Verdict.KINK, LOSSY)


@each_format
def test_errors_at_a_kink_are_counted_in_units_of_the_larger_slope(format):
    found = judge(1.5, None, kink(-1 / 64, 1), bound_in_units(format), format)
    assert found.error_ulp == 0.5 / (2 * part(format, 1))
    assert found.digits == pytest.approx(math.log10(2))


@each_format
@pytest.mark.parametrize("sign", [1, -1], ids=["positive", "negative"])
def test_infinity_is_right_from_halfway_beyond_the_largest_number(format, sign):
    """IEEE 754, 4.3.1: what is not below halfway between the largest number and the next power of two."""
    power = format.maximum_exponent + 1
    halfway = 2 ** (format.precision + 1) - 1, power - format.precision - 1
    below, little = (2**100 - 2 ** (99 - format.precision) - 1, power - 100), arb((1, power - 100))
    tight = Bound(scale=arb(halfway), inherent=arb(0), formula=arb(0))

    def said(value, truth, bound=tight):
        found = judge(sign * value, None, certified((sign * truth[0], truth[1])), bound, format)
        return found.verdict, found.reason, math.isnan(found.digits_possible)

    assert said(INF, halfway) == (AGREE, Reason.NONE, True)
    assert said(INF, below) == (Verdict.NONFINITE, Reason.SINGULAR, False)
    assert said(NAN, halfway) == (LOSSY, Reason.OVERFLOW, True)
    assert said(NAN, below) == (Verdict.NONFINITE, Reason.SINGULAR, False)
    # An algorithm may be off by the bound before it rounds.
    assert said(INF, below, Bound(arb(halfway), little, arb(0))) == (AGREE, Reason.NONE, False)


@each_format
@pytest.mark.parametrize(("scale", "size"), [(8, 1.0), (64, 8.0), (0.5, 1 / 16)])
def test_the_digits_that_are_possible(format, scale, size):
    """Those that a relative error of u times the condition leaves, here of eight."""
    bound = bound_in_units(format, scale=scale / size, size=size)
    found = judge(size, None, certified(size), bound, format)
    assert found.digits_possible == pytest.approx((format.precision - 3) * math.log10(2))


@each_format
@pytest.mark.parametrize(
    ("units", "off_by", "possible", "digits"),
    [
        pytest.param(2, 1, math.log10(4), NAN, id="no whole digit is held"),
        pytest.param(5, 1, 1, math.log10(5), id="just one digit is held"),
        pytest.param(16, 1, math.log10(32), math.log10(16), id="more than one digit is held"),
        pytest.param(100, 10, math.log10(200), 1, id="two digits are held"),
        pytest.param(100, 200, math.log10(200), 0, id="two digits are held, none is right"),
    ],
)
def test_among_the_smallest_numbers_only_the_digits_that_are_held_count(format, units, off_by, possible, digits):
    """Numbers are one unit apart there, so that rounding leaves half of one."""
    s = smallest(format)
    truth, bound = certified(units * s), Bound(scale=arb(units * s), inherent=arb(s), formula=arb(0))
    found = judge((units + off_by) * s, None, truth, bound, format)
    assert found.digits_possible == pytest.approx(min(possible, format.digits), rel=1e-9)
    assert found.digits == pytest.approx(digits, rel=1e-9, nan_ok=True)
    assert judge(units * s, None, truth, bound, format).digits == format.digits


@each_format
def test_a_truth_of_zero_has_all_digits_or_none_to_count(format):
    bound = Bound(scale=arb(0), inherent=arb(smallest(format)), formula=arb(0))
    right, near = (judge(value, None, certified(0), bound, format) for value in (0.0, smallest(format)))
    assert (right.digits, right.digits_possible) == (format.digits, format.digits)
    assert math.isnan(near.digits)


@each_format
def test_a_tight_enclosure_of_a_power_of_two_has_its_unit(format):
    """Its midpoint may lie below by the last bit; a truth that is certainly below has half of that unit."""
    around, below = (arb((2**n - 1, -n)) for n in (110, 90))
    bound = bound_in_units(format, inherent=8)
    for size in (around, arb(around, 2.0**-108), arb(1)):
        assert judge(off(format, 4), None, certified(size), bound, format).error_ulp == pytest.approx(2, rel=1e-9)
    assert judge(off(format, 4), None, certified(below), bound, format).error_ulp == pytest.approx(4, rel=1e-9)


# What judges which of two answers speaks for all: the first of each pair.
WORSE = {
    "more digits lacking of those possible": (
        judgement(LOSSY, digits=5.0, digits_possible=10.0),
        judgement(LOSSY, digits=1.0, digits_possible=4.0),
    ),
    "no right digit before more lacking ones": (
        judgement(LOSSY, digits=0.0, digits_possible=4.0),
        judgement(LOSSY, digits=5.0, digits_possible=15.0),
    ),
    "the larger error for what is allowed, below one unit": (
        judgement(AGREE, error=0.5, inherent=0.25, digits=8.0, digits_possible=8.0),
        judgement(AGREE, error=0.75, inherent=0.5, digits=8.0, digits_possible=8.0),
    ),
    "another number than a truth of zero": (
        judgement(DISAGREE),
        judgement(DISAGREE, digits=1.0, digits_possible=15.0),
    ),
    "a digit lacking before a pass at a truth of zero": (
        judgement(AGREE, digits=7.5, digits_possible=8.0),
        judgement(AGREE),
    ),
    "a pass at a truth of zero lacks nothing, its error counts": (
        judgement(AGREE, error=0.5),
        judgement(AGREE, error=0.25, digits=8.0, digits_possible=8.0),
    ),
}


@pytest.mark.parametrize(("worse", "better"), WORSE.values(), ids=WORSE)
def test_which_of_equal_verdicts_speaks_for_all(worse, better):
    assert all(worst(order) is worse for order in itertools.permutations([worse, better]))
