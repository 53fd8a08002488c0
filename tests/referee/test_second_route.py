"""A wrong derivative rule of SymPy is found out, and blamed."""

from collections.abc import Iterator
from typing import Any

import pytest
import sympy
from library import library
from sympy.core.cache import clear_cache

from diffcheck import case, check, interval
from diffcheck.case.operators import Operator
from diffcheck.case.points import points
from diffcheck.formats import FORMATS
from diffcheck.judgement.court import Question
from diffcheck.ops import abs as magnitude
from diffcheck.ops import asin, exp, lgamma, log, relu, sin, sqrt, stack, where
from diffcheck.program.trace import trace
from diffcheck.referee.component import Status
from diffcheck.referee.found import Truth
from diffcheck.referee.truth import Referee
from diffcheck.runner.plan import plan


@pytest.fixture
def wrong_sine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SymPy's rule for sine, a thousandth off."""

    def rule(self: sympy.sin, argindex: int = 1) -> sympy.Expr:
        return sympy.cos(self.args[0]) * sympy.Rational(1001, 1000)

    monkeypatch.setattr(sympy.sin, "fdiff", rule)
    clear_cache()
    yield
    monkeypatch.undo()
    clear_cache()


CASES = {
    "derivative": case(x=interval(0.5, 1.5))(lambda x: x * sin(x) + exp(x)),
    "gradient": case(x=interval(0.5, 1.5), y=interval(0.5, 1.5))(lambda x, y: y * sin(x) + exp(x)),
    "hessian": case(x=interval(0.5, 1.5), y=interval(0.5, 1.5), operators="hessian")(lambda x, y: y * sin(x) + exp(x)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.usefixtures("wrong_sine")
def test_sympy_is_blamed_and_the_others_are_not(name: str) -> None:
    table = check(CASES[name], samples=2).frame.set_index("engine")
    assert table.verdict.to_dict() == {"symbolic": "disagree", "finite": "agree", "autograd": "agree"}
    assert table.note.str.contains("SymPy's derivative rule of sin contradicts its power series").all()


@pytest.mark.parametrize("name", CASES)
def test_right_rules_are_not_contradicted(name: str) -> None:
    table = check(CASES[name], samples=2).frame
    assert set(table.verdict) == {"agree"}
    assert not table.note.str.contains("contradicts").any()


# What the second route says of each component.


def truth(function: Any, *point: float, operator: Operator = Operator.GRADIENT) -> Truth:
    program = trace(function, dict.fromkeys("xyz"[: len(point)], ()), {})
    return Referee(program, operator, range(len(point))).truth(point)


@pytest.mark.usefixtures("wrong_sine")
@pytest.mark.parametrize(
    ("function", "left", "right"),
    [(lambda x: relu(sin(x)), 0, 1), (lambda x: x * magnitude(sin(x)) + sin(x), 1, 1)],
    ids=["kink", "join"],
)
def test_a_wrong_rule_is_found_out_where_pieces_meet(function: Any, left: int, right: int) -> None:
    found = truth(function, 0.0)
    assert "rule of sin contradicts" in found.contradiction
    assert [(float(c.left), float(c.right)) for c in found.components] == [(left, right)]
    assert found.confirmed == (False,)


CONFIRMED = {
    "smooth": (lambda x: sin(x) * exp(x), (0.7,), Operator.GRADIENT),
    "kink": (lambda x: relu(sin(x)), (0.0,), Operator.GRADIENT),
    "kink without pieces": (lambda x: sqrt(sin(x) ** 2), (0.0,), Operator.GRADIENT),
    "one-sided": (lambda x: x * sqrt(x), (0.0,), Operator.GRADIENT),
    "one-sided by the chain rule": (lambda x: x**1.5, (0.0,), Operator.GRADIENT),
    "series wider than the chain rule": (lambda x: log(1 + exp(-x)) / exp(-x), (300.0,), Operator.GRADIENT),
    "zero": (lambda x: 0 * x, (3.0,), Operator.GRADIENT),
    "two inputs": (lambda x, y: x * sqrt(x) + sin(y), (0.0, 0.7), Operator.GRADIENT),
    "hessian": (lambda x, y: sin(x) * y**3, (0.5, 0.7), Operator.HESSIAN),
    "hessian at a join": (lambda x, y: relu(x) ** 3 * y, (0.0, 0.7), Operator.HESSIAN),
    "hessian with one end": (lambda x, y: x**2.5 + x * y, (0.0, 0.7), Operator.HESSIAN),
}


@pytest.mark.parametrize(("function", "point", "operator"), CONFIRMED.values(), ids=CONFIRMED)
def test_confirmed(function: Any, point: tuple[float, ...], operator: Operator) -> None:
    found = truth(function, *point, operator=operator)
    assert found.confirmed == (True,) * len(found.components)


NOT_CONFIRMED = {
    "no derivative": (lambda x: sqrt(x), 0.0, Status.UNDEFINED),
    "no value": (lambda x: log(x), -1.0, Status.UNDEFINED),
    "uncertain": (lambda x: magnitude(lgamma(x + 1) - log(x) - lgamma(x)), 0.7, Status.UNCERTAIN),
    # The sides are constant; a quotient of their difference is too wide to tell.
    "silent": (lambda x: asin(1 + 0 * x), 0.7, Status.CERTIFIED),
}


@pytest.mark.parametrize(("function", "x", "status"), NOT_CONFIRMED.values(), ids=NOT_CONFIRMED)
def test_silence_is_not_consent(function: Any, x: float, status: Status) -> None:
    found = truth(function, x)
    assert [c.status for c in found.components] == [status]
    assert found.confirmed == (False,)


def test_each_output_is_confirmed_on_its_own() -> None:
    def outputs(x: Any) -> Any:
        return stack([sin(x), log(x - 1), asin(1 + 0 * x), where(x > 0, x, -x)])

    assert truth(outputs, 0.7, operator=Operator.JACOBIAN).confirmed == (True, False, False, True)


# There a reduced matrix along the ray tells the slopes, and nothing else does.
EIGENVALUES_MEET = {"principal_stresses", "algebraic_connectivity"}


def test_every_derivative_of_the_shipped_library_is_confirmed() -> None:
    cases = library()
    asked, silent = 0, []
    for unit in plan(cases, [], ()):
        assert unit.program is not None
        referee = Referee(unit.program, unit.operator, unit.case.wrt_positions)
        for point in points(unit.case, 4, 0, FORMATS["float64"]):
            found = referee.truth(Question(point, None, [], None).x)
            assert found.contradiction == ""
            for component, confirmed in zip(found.components, found.confirmed, strict=True):
                if component.has_value or component.status is Status.KINK:
                    asked += 1
                    silent += [] if confirmed else [(unit.case.name, point)]
    assert asked > 1000
    assert {name for name, _ in silent} == EIGENVALUES_MEET
