"""What a run keeps of the single points: the worst, one component of each, and figures that belong together."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffcheck import case, interval, ops
from diffcheck.api import conduct
from diffcheck.judgement.judgements import Judgements
from diffcheck.judgement.numbers import Judgement, rank
from diffcheck.results import Points, Run, load
from diffcheck.runner.settings import Settings
from diffcheck.runner.told.points import KEPT, NUMBERS
from diffcheck.verdict import Verdict


def run_of(subject: Any, **settings: Any) -> Run:
    return conduct(subject, Settings(timing=False, **{"engines": ("autograd",), "samples": 3, **settings}))


def points_of(subject: Any, **settings: Any) -> Points:
    found = run_of(subject, **settings)
    points = found.points_of(found.rows[0])
    assert points is not None
    return points


def wrong(x: Any) -> Any:
    """Somebody's square, whose derivative is wrong above one, by an eighth."""
    import torch

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return torch.where(x > 1, 2.25, 2.0) * x * g

    return Wrong.apply(x)


@case(x=interval(-3, 3), points=[{"x": 0.5}, {"x": 2.0}], samples=0, implementations={"autograd": wrong})
def square(x: Any) -> Any:
    return x * x


def test_each_point_has_its_value_truth_and_verdict() -> None:
    points = points_of(square)
    found = {points.places[row.place]["x"]: row for row in points.rows}
    assert (found[0.5].value, found[0.5].truth, found[0.5].verdict) == (1.0, "1", Verdict.AGREE)
    assert (found[2.0].value, found[2.0].truth, found[2.0].verdict) == (4.5, "4", Verdict.DISAGREE)
    # At 4 a unit in the last place is 2**-50.
    assert found[2.0].error_ulp == pytest.approx(2.0**49, rel=1e-3)
    assert found[2.0].digits == pytest.approx(math.log10(8), abs=0.001)
    assert 0 < found[2.0].inherent_ulp < found[2.0].error_ulp


def test_a_point_that_agrees_keeps_the_component_that_speaks_for_it() -> None:
    @case(x=interval(1, 2, shape=3))
    def product(x: Any) -> Any:
        return x[0] * x[1] * x[2]

    found = run_of(product)
    points = found.points_of(found.rows[0])
    assert points is not None
    assert [row.place for row in points.rows] == list(range(len(points.places)))
    assert points.components == 3 * len(points.places)
    assert max(row.error_ulp for row in points.rows) == pytest.approx(found.rows[0].max_error_ulp, rel=1e-3)


def test_every_component_that_fails_is_kept_up_to_the_stated_number() -> None:
    @case(x=interval(1.5, 2, shape=30), samples=4, implementations={"autograd": lambda x: wrong(x).sum()})
    def squares(x: Any) -> Any:
        return ops.sum(x * x)

    found = run_of(squares)
    points = found.points_of(found.rows[0])
    assert points is not None
    failing = [row for row in points.rows if row.verdict is Verdict.DISAGREE]
    assert points.components > KEPT == len(failing)
    worst = (found.rows[0].worst_component, json.loads(found.rows[0].worst_point))
    assert worst in [(row.component, points.places[row.place]) for row in failing]


def test_the_worst_of_many_doubtful_components_come_first() -> None:
    generator = np.random.default_rng(0)
    verdicts = [Verdict.AGREE, Verdict.LOSSY, Verdict.DISAGREE]
    told = {
        k: Judgement(verdicts[generator.integers(3)], error_ulp=float(generator.random()), digits=1.0, inherent_ulp=1.0)
        for k in range(50)
    }
    judgements = Judgements(told)
    doubtful = [k for k, judgement in told.items() if judgement.verdict is not Verdict.AGREE]
    assert judgements.worst_doubtful(7) == sorted(doubtful, key=lambda k: rank(told[k]), reverse=True)[:7]


def test_a_large_array_is_left_out_of_the_places() -> None:
    @case(x=interval(1, 2, shape=NUMBERS), y=interval(1, 2), samples=1)
    def scaled(x: Any, y: Any) -> Any:
        return ops.sum(x) * y

    for place in points_of(scaled).places:
        assert place["x"] == {"given": [NUMBERS]}
        assert 1 <= place["y"] <= 2


def test_what_is_not_answered_has_no_points() -> None:
    @case(x=interval(1, 2))
    def broken(x: Any) -> Any:
        raise RuntimeError("boom")

    found = run_of(broken)
    assert [found.points_of(row) for row in found.rows] == [None]


def test_infinities_and_no_numbers_come_back_from_the_journal(tmp_path: Path) -> None:
    @case(x=interval(0, 4), points=[{"x": 4.0}], samples=0, implementations={"autograd": lambda x: x**0.5 * math.nan})
    def root(x: Any) -> Any:
        return ops.sqrt(x)

    run_of(root, output=tmp_path)
    (points,) = load(tmp_path).points
    assert points.rows[-1].error_ulp == math.inf
    assert math.isnan(points.rows[-1].value)
