"""The closed form where SymPy and SciPy call a function otherwise, against mpmath; what SciPy has stays its own."""

import mpmath as mp
import pytest
from prepared import BOX, ENGINES, at, prepared

from diffcheck import case, ops
from diffcheck.case.operators import operator_named
from diffcheck.engines.symbolic.functions import functions
from diffcheck.errors import Unsupported


def _student(t):
    return mp.mpf(0.5) + t * mp.gamma(1.75) / (mp.sqrt(2.5 * mp.pi) * mp.gamma(1.25)) * mp.hyp2f1(
        0.5, 1.75, 1.5, -t * t / 2.5
    )


FUNCTIONS = {
    "elliptic_k": (ops.elliptic_k, mp.ellipk),
    "elliptic_e": (ops.elliptic_e, mp.ellipe),
    "elliptic_e_inc": (lambda m: ops.elliptic_e_inc(0.75, m), lambda m: mp.ellipe(0.75, m)),
    "elliptic_f": (lambda m: ops.elliptic_f(0.75, m), lambda m: mp.ellipf(0.75, m)),
    "agm": (lambda x: ops.agm(x, 0.25), lambda x: mp.agm(x, 0.25)),
    "stdtr": (lambda t: ops.stdtr(2.5, t), _student),
    "hyp0f1": (lambda x: ops.hyp0f1(1.5, x), lambda x: mp.hyp0f1(1.5, x)),
    "hyp1f1": (lambda x: ops.hyp1f1(0.5, 1.5, x), lambda x: mp.hyp1f1(0.5, 1.5, x)),
    "hyp2f1": (lambda x: ops.hyp2f1(0.5, 1.5, 2.5, x), lambda x: mp.hyp2f1(0.5, 1.5, 2.5, x)),
    "expn": (lambda x: ops.expn(3, x), lambda x: mp.expint(3, x)),
    "shi": (ops.shi, mp.shi),
    "chi": (ops.chi, mp.chi),
}


@pytest.mark.parametrize(("function", "reference"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_value_and_slope_are_those_of_mpmath(function, reference):
    ready = prepared(ENGINES["symbolic"], case(x=BOX)(lambda x: function(x)))
    for x in (0.125, 0.75):
        expected = float(mp.diff(reference, x))
        assert ready.value(at(x=x)).item() == pytest.approx(float(reference(x)), rel=1e-13)
        assert ready.derivative(at(x=x)).value.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("function", "reference"),
    [
        (lambda x: ops.spherical_bessel_j(0, x), lambda x: mp.sin(x) / x),
        (lambda x: ops.spherical_bessel_y(0, x), lambda x: -mp.cos(x) / x),
        (lambda x: ops.spherical_bessel_j(1, x), lambda x: mp.sin(x) / x**2 - mp.cos(x) / x),
    ],
    ids=["j0", "y0", "j1"],
)
@pytest.mark.parametrize("operator", ["derivative", "derivative2"])
def test_rules_with_negative_orders_have_the_values_that_scipy_lacks(function, reference, operator):
    ready = prepared(ENGINES["symbolic"], case(x=BOX)(lambda x: function(x)), operator_named(operator))
    expected = float(mp.diff(reference, 0.75, 1 if operator == "derivative" else 2))
    assert ready.derivative(at(x=0.75)).value.item() == pytest.approx(expected, rel=1e-12)


def test_what_scipy_has_by_the_name_is_its_own():
    assert {"elliptic_e", "hyper"} <= set(functions())
    assert {"jn", "yn", "zeta", "besselj", "gamma", "erf"}.isdisjoint(functions())


def test_a_hypergeometric_function_of_more_parameters_is_refused():
    with pytest.raises(Unsupported, match="SciPy has no hypergeometric function 1F2"):
        functions()["hyper"]((0.5,), (1.5, 2.5), 1.0)


def test_no_script_of_plain_sympy_is_written():
    ready = prepared(ENGINES["symbolic"], case(x=BOX)(lambda x: ops.elliptic_k(x)))
    with pytest.raises(Unsupported, match="another name than SymPy"):
        ready.script(at(x=0.5), 0)
