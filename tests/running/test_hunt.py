"""The search for the worst point: what it finds that samples do not, in which order it asks, how it shortens."""

import math
import time

import numpy as np
import pytest
import torch

from diffcheck import case, interval
from diffcheck.case.points import points
from diffcheck.errors import Unsupported, UsageError
from diffcheck.formats import FORMATS
from diffcheck.hunt.found import found_of
from diffcheck.hunt.ground import Ground
from diffcheck.hunt.limit import Limit
from diffcheck.hunt.score import Score
from diffcheck.hunt.search import field_of, search
from diffcheck.hunt.simpler import says_the_same, shortest, simpler
from diffcheck.ops import cos, e, exp, log, sin
from diffcheck.runner.plan import contestants, plan
from diffcheck.verdict import Verdict

SAMPLES = 8


def hunted(on, limit, *, engine="symbolic", dtype="float64", seed=0):
    """The field after a hunt."""
    (unit,) = plan([on], [], contestants([engine], ["cpu"], [dtype]))
    field = field_of(unit, dtype, SAMPLES, seed, limit)
    assert search([field], limit, lambda answers, fields: None) is False
    return field


def found(on, most, **options):
    """What one engine is found to be worst at, after so many answers."""
    limit = Limit(most=most)
    (only,) = found_of(hunted(on, limit, **options), limit)
    return only


def wrong_between(low, high):
    """x^2 with a slope that is off by a thousandth in a window, and the window."""

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 2 * x * torch.where((x > low) & (x < high), 1.001, 1.0)

    return case(x=interval(0, 1), name="square", implementations={"autograd": Square.apply})(lambda x: x * x)


# An element is drawn evenly over the interval in half of the looks, and over the 2^62 numbers below one, of 1023
# octaves, in the other half; half of 800 answers look. So a window of a fiftieth of the interval is missed with
# probability (1 - 0.02/2)^400 = 0.018, one of 66 octaves with (1 - 66/1023/2)^400 = 2e-6. A run draws 8 points evenly.
@pytest.mark.parametrize(("low", "high"), [(0.72, 0.74), (1e-40, 1e-20)], ids=["of the interval", "of the numbers"])
def test_a_window_that_the_points_of_a_run_miss_is_found(low, high):
    on = wrong_between(low, high)
    tried = [float(p["x"]) for p in points(on, SAMPLES, 0, FORMATS["float64"])]
    assert not [x for x in tried if low < x < high]
    worst = found(on, 800, engine="autograd")
    assert worst.row.verdict is Verdict.DISAGREE
    assert worst.row.reason == "wrong"
    assert low < worst.at["x"] < high
    assert len(repr(worst.at["x"])) <= 5
    assert worst.plain is not None
    assert worst.plain.verdict is Verdict.AGREE
    assert worst.plain_points == len(tried)


# Where the digits of these derivatives die is known; the interval's ends and the hard points of a run are elsewhere.
HARD = {
    "log(x) / (x - 1) beside one": (lambda x: log(x) / (x - 1), (0.5, 3), 1.0, 1e-5),
    "(e^x - e) / (x - 1) beside one": (lambda x: (exp(x) - e) / (x - 1), (0.25, 2), 1.0, 1e-5),
    "sec - tan beside a quarter turn": (lambda x: 1 / cos(x) - sin(x) / cos(x), (0.1, 3), math.pi / 2, 1e-3),
}


@pytest.mark.parametrize(("function", "ends", "where", "near"), HARD.values(), ids=HARD)
def test_climbs_reach_the_place_where_digits_die(function, ends, where, near):
    on = case(x=interval(*ends), name="hard")(function)
    worst = found(on, 1200)
    assert worst.row.verdict is Verdict.LOSSY
    assert abs(worst.first["x"] - where) < near
    assert abs(worst.at["x"] - where) < 10 * near
    assert worst.score.digits < worst.plain.digits - 2


def test_numbers_below_those_that_a_square_holds_are_found():
    """(1 - cos x) / x^2: the square of x is zero in doubles below 2^-538, and no sample is ever there."""
    on = case(x=interval(-1, 1), name="versine")(lambda x: (1 - cos(x)) / x**2)
    worst = found(on, 400, engine="autograd")
    assert worst.row.verdict is Verdict.NONFINITE
    assert 0 < abs(worst.at["x"]) < 1e-100
    assert worst.plain.verdict is not Verdict.NONFINITE


def test_a_right_engine_is_not_accused():
    worst = found(case(x=interval(-3, 3), name="plain")(lambda x: x * sin(x)), 600)
    assert worst.row.verdict is Verdict.AGREE
    assert not worst.row.wrong
    assert worst.row.error_ulp < worst.row.inherent_ulp


def test_what_is_told_is_shown_at_the_point_that_is_told():
    """The row of the short decimals is that of the case at these decimals, judged anew by a run."""
    from diffcheck import run

    on = case(x=interval(0.5, 3), name="hard")(lambda x: log(x) / (x - 1))
    worst = found(on, 600)
    again = case(x=interval(0.5, 3), name="hard", points=[worst.at], samples=0)(lambda x: log(x) / (x - 1))
    (row,) = run([again], engines=["symbolic"], timing=False).to_dict("records")
    assert (row["verdict"], row["reason"]) == (worst.row.verdict, worst.row.reason)
    assert row["value"] == worst.row.value
    assert float(worst.row.worst_point.partition(": ")[2].strip("}")) == worst.at["x"]


def test_one_seed_asks_the_same_points_and_another_one_others():
    on = case(x=interval(-1, 1), y=interval(0, 2), name="two")(lambda x, y: x * exp(y) - y)
    first, again, other = (list(hunted(on, Limit(most=300), seed=s).hunted[0].scores.items()) for s in (5, 5, 6))
    assert first == again
    assert len(first) == 300
    assert first != other


def test_a_shorter_hunt_is_the_beginning_of_a_longer_one():
    on = case(x=interval(-1, 1), name="short")(lambda x: sin(x) / (2 + x))
    short, long = (list(hunted(on, Limit(most=n)).hunted[0].scores.items()) for n in (150, 400))
    assert long[:150] == short


def test_a_hunt_by_time_is_that_of_as_many_answers(monkeypatch):
    on = case(x=interval(-1, 1), name="timed")(lambda x: sin(x) / (2 + x))
    clock = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))  # a second between two looks at it
    limit = Limit(seconds=120.0)
    by_time = list(hunted(on, limit).hunted[0].scores.items())
    assert 30 < limit.answers < 120
    assert list(hunted(on, Limit(most=limit.answers)).hunted[0].scores.items()) == by_time


def test_the_precondition_holds_wherever_it_is_asked():
    on = case(x=interval(0, 1), y=interval(0, 1), where=lambda x, y: x < y, name="ordered")(lambda x, y: log(y - x))
    field = hunted(on, Limit(most=400))
    asked = [field.ground.point(place) for place in field.hunted[0].scores]
    assert len(asked) == 400
    assert all(p["x"] < p["y"] for p in asked)


def test_a_climb_ends_where_the_precondition_does():
    """Beyond the border digits die, so a climb leads there."""
    on = case(x=interval(0.5, 3), where=lambda x: x > 1.001, name="border")(lambda x: log(x) / (x - 1))
    field = hunted(on, Limit(most=800))
    asked = [float(field.ground.point(place)["x"]) for place in field.hunted[0].scores]
    assert 1.001 < min(asked) < 1.002


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_the_ground_holds_numbers_of_the_format_only(dtype):
    format = FORMATS[dtype]
    ground = Ground(case(x=interval(-0.1, 1e5, shape=3), name="f")(lambda x: x[0] * x[1] * x[2]), format)
    drawn = ground.drawn(np.random.default_rng(0))
    numbers = np.concatenate([ground.point(next(drawn))["x"] for _ in range(300)])
    assert np.array_equal(format.round_all(numbers), numbers)
    assert numbers.min() >= -0.1
    assert numbers.max() <= 1e5
    assert (np.abs(numbers[numbers != 0]) < 1e-4).any()  # also the small ones, of which an interval has hardly any
    assert (numbers > 1e4).mean() > 0.2


def test_the_ground_ends_with_the_numbers_inside_the_domain():
    ground = Ground(case(x=interval(0.1, 0.3), name="f")(lambda x: x * x), FORMATS["bfloat16"])
    low, high = (FORMATS["bfloat16"].number(k[0]) for k in (ground.low, ground.high))
    # Neighbours of bfloat16 in [1/16, 1/8) are 2^-11 apart, in [1/4, 1/2) 2^-9.
    assert 0.1 <= low < 0.1 + 2**-11
    assert 0.3 - 2**-9 < high <= 0.3


def test_a_domain_without_a_number_of_the_format_is_refused():
    with pytest.raises(Unsupported, match="no bfloat16 number lies in the domain"):
        Ground(case(x=interval(1.0001, 1.0002), name="f")(lambda x: x * x), FORMATS["bfloat16"])


def test_where_nothing_can_move_nothing_is_hunted():
    with pytest.raises(UsageError, match="nothing of f can move"):
        Ground(case(x=interval(1, 1), name="f")(lambda x: x * x), FORMATS["float64"])


def test_every_number_of_a_small_ground_is_tried_and_then_it_ends():
    """bfloat16 has 8 bits: from 1 to 1.25 there are 33 numbers."""
    on = case(x=interval(1, 1.25), name="few")(lambda x: x * x)
    limit = Limit(most=10_000)
    field = hunted(on, limit, engine="autograd", dtype="bfloat16")
    assert {FORMATS["bfloat16"].number(k) for (k,) in field.hunted[0].scores} == {1 + k / 128 for k in range(33)}
    assert limit.answers == 33


def scored(lost, verdict=Verdict.LOSSY, no_digit=False):
    return Score(verdict, (4, no_digit, lost, 0.0), -1.0, lost, no_digit, 10.0 - lost, 15.0)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (scored(5.0), True),
        (scored(4.1), True),
        (scored(3.9), False),
        (scored(5.0, Verdict.DISAGREE), False),
        (scored(5.0, no_digit=True), False),
        (scored(-math.inf), False),
    ],
    ids=["equal", "a digit less", "more than a digit less", "another verdict", "no digit", "no error"],
)
def test_what_says_the_same(other, same):
    assert says_the_same(other, scored(5.0)) is same


def test_what_is_milder_than_the_points_of_a_run_says_nothing():
    assert says_the_same(scored(4.5), scored(5.0), scored(4.4))
    assert not says_the_same(scored(4.5), scored(5.0), scored(4.8))


def shortened(x, serves, limit=None):
    """The numbers that a hunt may tell in place of ``x``, the simplest last."""
    ground = Ground(case(x=interval(-1e9, 1e9), name="f")(lambda x: x * x), FORMATS["float64"])
    number, ordinal = FORMATS["float64"].number, FORMATS["float64"].ordinal
    places = simpler((ordinal(x),), lambda x: x, lambda place: serves(number(place[0])), ground, limit or Limit())
    return [number(k) for (k,) in places]


@pytest.mark.parametrize(
    ("x", "serves", "told"),
    [
        (0.7310223517530796, lambda x: 0.72 < x < 0.74, 0.73),
        (0.7310223517530796, lambda x: abs(x) < 1, 0.0),
        (-812.3456, lambda x: x < -7.5, -8.0),
        (3.3e-200, lambda x: 0 < x < 1e-154, 1e-155),
        (123456.789, lambda x: abs(x - 123456.789) < 1e-9, 123456.789),
        (1234567.1, lambda x: x > 1e6, 2e6),
        (2.000244140625, lambda x: x in (2.000244140625, 2.5), 2.000244140625),
    ],
    ids=["window", "zero", "small whole number", "power of ten", "nothing shorter", "large", "far neighbour"],
)
def test_the_simplest_number_that_serves_is_told(x, serves, told):
    assert shortened(x, serves)[-1] == told


def test_a_point_is_told_as_it_is_where_there_is_no_time():
    assert shortened(0.73102, lambda x: True, Limit(most=1))[-1] == 0.7
    spent = Limit(most=1)
    spent.counted()
    assert shortened(0.73102, lambda x: True, spent) == [0.73102]


def test_ctrl_c_ends_the_shortening_and_keeps_the_point():
    def pressed(x):
        raise KeyboardInterrupt

    assert shortened(0.73102, pressed) == [0.73102]


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("text", ["0.1", "1e-30", "-3.25", "7e12", "0.0"])
def test_the_shortest_decimal_is_the_number_that_was_written(dtype, text):
    format = FORMATS[dtype]
    assert repr(shortest(format.round(float(text)), format)) == repr(float(text))


def test_errors_that_no_quotient_holds_have_their_digits():
    """An error of 1e-300 ulp against 1e200 allowed ones: 500 digits inside, which no double tells of the quotient."""
    from diffcheck.hunt.score import score_of
    from diffcheck.judgement.answer import Answer
    from diffcheck.judgement.judgements import Judgements
    from diffcheck.judgement.numbers import Judgement

    found = Judgement(Verdict.AGREE, error_ulp=1e-300, inherent_ulp=1e200, digits=15.0, digits_possible=15.0)
    score = score_of(Answer(np.zeros(1), Judgements({0: found})), [None])
    assert score.lost == pytest.approx(-500)
