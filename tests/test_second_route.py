"""A wrong derivative rule of SymPy is found out, and blamed."""

from collections.abc import Iterator

import pytest
import sympy
from sympy.core.cache import clear_cache

from diffcheck import case, check, interval
from diffcheck.ops import exp, sin


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
