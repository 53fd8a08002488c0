"""CasADi as an engine: against derivatives derived by hand, what it evaluates, somebody's own expressions on trial."""

import numpy as np
import pytest
from prepared import BOX, GRADIENT, HESSIAN, JACOBIAN, at, each_known, prepared

import diffcheck
from diffcheck import case, interval, ops
from diffcheck.case.operators import OPERATORS
from diffcheck.errors import CaseError, Unsupported
from diffcheck.program.compile import Compiled

casadi = pytest.importorskip("casadi", reason="CasADi is not installed: pip install 'diffcheck[casadi]'")

from diffcheck.engines.casadi import Casadi  # noqa: E402

ENGINE = Casadi()
MATRIX = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25]])
VECTOR = np.array([0.5, -1.0, 2.0])


def asked(made, point, operator):
    return np.asarray(prepared(ENGINE, made, operator).derivative(point).value)


@each_known
def test_known_derivatives(function, inputs, operator, point, expected):
    ready = prepared(ENGINE, case(**inputs)(function), operator)
    found = np.asarray(ready.derivative(at(**point)).value)
    expected = np.array(expected, dtype=float)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-14 * max(1.0, np.abs(expected).max())


@each_known
def test_what_it_says_that_it_evaluates_gives_the_same(function, inputs, operator, point, expected):
    ready = prepared(ENGINE, case(**inputs)(function), operator)
    flat = np.concatenate([np.ravel(point[name]) for name in inputs if name in point])
    assert ready.program is not None
    found = Compiled(ready.program).batch(flat[None])[0]
    said = np.asarray(ready.derivative(at(**point)).value)
    assert found.shape == said.shape
    assert np.abs(found - said).max() <= 1e-14 * max(1.0, np.abs(said).max())
    assert ready.operations >= 0


def test_products_with_directions_and_weights():
    made = case(x=interval(-9, 9, shape=3))(lambda x: ops.stack([x[0] * x[1], x[1] * x[2]]))
    jacobian = np.array([[-1.0, 0.5, 0], [0, 2.0, -1.0]])
    direction, weights = (0.5, -2.0, 1.0), (3.0, -1.0)
    assert asked(made, at(x=VECTOR), JACOBIAN).tolist() == jacobian.tolist()
    assert asked(made, at(x=VECTOR), OPERATORS["jvp"].aimed(direction, ())).tolist() == (jacobian @ direction).tolist()
    assert asked(made, at(x=VECTOR), OPERATORS["vjp"].aimed((), weights)).tolist() == (weights @ jacobian).tolist()
    cubic = case(x=interval(-9, 9, shape=3))(lambda x: x[0] ** 3 + x[0] * x[1] * x[2])
    hessian = np.array([[3.0, 2.0, -1.0], [2.0, 0, 0.5], [-1.0, 0.5, 0]])
    assert asked(cubic, at(x=VECTOR), HESSIAN).tolist() == hessian.tolist()
    assert asked(cubic, at(x=VECTOR), OPERATORS["hvp"].aimed(direction, ())).tolist() == (hessian @ direction).tolist()


def test_what_is_timed_is_the_derivative_and_the_function():
    clockwork = prepared(ENGINE, case(x=interval(-9, 9, shape=3))(lambda x: ops.sum(x**3)), GRADIENT).clockwork(
        at(x=VECTOR)
    )
    assert clockwork.derivative().full().ravel().tolist() == (3 * VECTOR**2).tolist()
    assert float(clockwork.primal()) == (VECTOR**3).sum()
    assert clockwork.peak_bytes() >= 3 * 8


def test_one_input_of_several():
    made = case(a=interval(1, 2), x=interval(-9, 9, shape=(2, 3)), wrt="x")(lambda a, x: ops.sum(a * x * x))
    points = at(a=3.0, x=MATRIX)
    assert asked(made, points, GRADIENT).tolist() == (6 * MATRIX).ravel().tolist()


def test_what_casadi_lacks_is_named_or_made_of_its_formula():
    with pytest.raises(Unsupported, match="CasADi has no lgamma"):
        prepared(ENGINE, case(x=interval(1, 2))(ops.lgamma))
    with pytest.raises(Unsupported, match="CasADi has no float32 arithmetic"):
        prepared(ENGINE, case(x=interval(1, 2))(ops.sin), dtype="float32")
    with pytest.raises(Unsupported, match="operations are too many to be taken one by one"):
        prepared(ENGINE, case(x=interval(1, 2, shape=(40, 40)))(lambda x: ops.sum(ops.matmul(x, x))), GRADIENT)
    (found,) = asked(case(x=BOX)(ops.sigmoid), at(x=0.0), GRADIENT)
    assert found == 0.25
    (far,) = asked(case(x=BOX)(ops.softplus), at(x=800.0), GRADIENT)
    assert far == 1.0


def affine(x, weights):
    return casadi.tanh(casadi.DM(weights) @ x)


TRIED = {
    "right": (affine, True),
    "another factor": (lambda x, weights: 1.001 * affine(x, weights), False),
    "wrong derivative and value": (lambda x, weights: casadi.sin(casadi.DM(weights) @ x), False),
    "a list of its elements": (lambda x, weights: casadi.vertsplit(affine(x, weights)), True),
}


@pytest.mark.parametrize(("function", "passes"), TRIED.values(), ids=TRIED)
def test_own_expressions_on_trial(function, passes):
    made = case(x=interval(0.1, 0.2, shape=3), weights=MATRIX, implementations={"casadi": function})(
        lambda x, weights: ops.tanh(ops.matmul(weights, x))
    )
    assert diffcheck.check(made, engines=[ENGINE], samples=2).passed == passes


def test_matrices_are_filled_row_by_row():
    made = case(x=interval(-9, 9, shape=(2, 3)), implementations={"casadi": lambda x: x.T @ casadi.DM([1, 10])})(
        lambda x: ops.matmul(ops.transpose(x), np.array([1.0, 10.0]))
    )
    found = asked(made, at(x=MATRIX), JACOBIAN)
    assert found.tolist() == np.hstack([np.eye(3), 10 * np.eye(3)]).tolist()
    assert diffcheck.check(made, engines=[ENGINE], samples=2).passed
    wrong = case(x=interval(-9, 9, shape=(2, 3)), implementations={"casadi": lambda x: x})(lambda x: ops.transpose(x))
    with pytest.raises(
        CaseError, match=r"on symbols of CasADi the function returns shape \(2, 3\), traced it was \(3, 2\)"
    ):
        prepared(ENGINE, wrong, JACOBIAN)


def test_it_is_judged_by_its_own_code():
    """1 - tanh(x)^2 is what CasADi computes, and what it is told that loses the digits."""
    made = case(x=interval(19, 21), points=[{"x": 20.0}], samples=0)(ops.tanh)
    (row,) = diffcheck.check(made, engines=[ENGINE]).frame.to_dict("records")
    assert (row["verdict"], row["reason"]) == ("lossy", "cancellation")
    assert "1 - tanh(x) * tanh(x) cancels" in row["note"]
