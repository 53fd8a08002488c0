"""What a report draws: programs with values and derivatives, and errors of differences against their steps."""

import json
import math

import numpy as np
import pytest

from diffcheck import case, interval
from diffcheck.api import conduct
from diffcheck.ops import exp, log, relu, sin
from diffcheck.results import load
from diffcheck.runner.settings import Settings


def drawn(made, tmp_path, **settings):
    """The run of a case as its journal has it."""
    chosen = Settings(engines=["finite"], samples=0, timing=False, output=tmp_path, **settings)
    found = conduct(made, chosen)
    assert load(tmp_path) == found
    return found


@case(w=interval(-3, 3), b=interval(-1, 1), x=1.1, points=[{"w": 2.2, "b": 0.5}])
def neuron(w, b, x):
    return relu(w * x + b)


def test_a_program_is_drawn_with_values_forward_and_derivatives_backward(tmp_path):
    (drawing,) = drawn(neuron, tmp_path).drawings
    assert drawing.place == {"w": 2.2, "b": 0.5}
    found = dict(zip(drawing.names, zip(drawing.values, drawing.slopes, strict=True), strict=True))
    assert found["w"] == (2.2, pytest.approx(1.1))
    assert found["b"] == (0.5, 1.0)
    total = 2.2 * 1.1 + 0.5
    assert drawing.values[drawing.output] == pytest.approx(total, rel=1e-15)
    assert drawing.slopes[drawing.output] == 1.0
    assert "1.1" in found
    for operands in drawing.operands:
        assert all(int(k) < len(drawing.names) for k in operands.split())


def test_no_graph_is_drawn_of_what_is_long_or_differentiated_twice(tmp_path):
    @case(x=interval(1, 2, shape=40), points=[{"x": np.linspace(1.1, 1.9, 40)}])
    def long(x):
        return sum(exp(x[k]) * sin(x[k]) for k in range(40))

    @case(x=interval(1, 2), operators=["derivative2"], points=[{"x": 1.5}])
    def twice(x):
        return log(x)

    assert drawn(long, tmp_path / "a").drawings == drawn(twice, tmp_path / "b").drawings == ()


def test_the_curve_falls_with_curvature_and_rises_with_rounding(tmp_path):
    @case(x=interval(-3, 3), points=[{"x": 0.75}])
    def wave(x):
        return sin(x)

    (curve,) = drawn(wave, tmp_path).curves
    steps, errors, floors = map(np.array, (curve.steps, curve.errors_ulp, curve.floors_ulp))
    assert (steps[:-1] == 2 * steps[1:]).all()
    # The quotient of the sine is cos(x) sin(h)/h, whatever rounding does to it.
    ulp = math.ulp(math.cos(0.75))
    long = steps > 1e-4
    exact = np.abs(math.cos(0.75) * (np.sin(steps) / steps - 1)) / ulp
    np.testing.assert_allclose(errors[long], exact[long], rtol=1e-3)
    assert (errors[~long] <= floors[~long] + exact[~long]).all()
    assert errors.argmin() not in (0, len(errors) - 1)
    assert curve.own_error_ulp < errors.min()
    assert 0 < curve.step <= 0.25


def test_only_first_derivatives_by_inputs_have_a_curve(tmp_path):
    @case(x=interval(-3, 3), operators=["derivative", "derivative2", "jvp", "vjp"], points=[{"x": 0.75}])
    def wave(x):
        return sin(x)

    assert [curve.operator for curve in drawn(wave, tmp_path).curves] == ["derivative"]


def test_what_fails_is_drawn_at_its_point(tmp_path):
    def off(x):
        return (x * x * x).sum() + 0.01 * (x[1] - x[1].detach())

    @case(x=interval(-2, 2, shape=2), points=[{"x": [0.5, 1.5]}], implementations={"autograd": off})
    def cubes(x):
        return x[0] ** 3 + x[1] ** 3

    found = conduct(cubes, Settings(engines=["autograd"], samples=2, timing=False, output=tmp_path))
    (row,), (drawing,) = found.rows, found.drawings
    assert row.fails
    assert drawing.place == json.loads(row.worst_point)
