"""The operations by the names that other libraries have for them."""

import numpy as np
import pytest
import scipy.special
import torch

from diffcheck import ops
from diffcheck.ops.spellings import NAMED, TOGETHER, suggestion
from diffcheck.program.trace import trace

X = np.array([0.3, 0.8, 1.7])
SQUARE = np.array([[2.0, 1.0], [0.5, 3.0]])


def on_tensors(function):
    """A function of torch, of arrays."""
    return lambda *arrays: function(*map(torch.tensor, arrays)).numpy()


# What has the name elsewhere, and arguments.
ELSEWHERE = {
    "arcsin": (np.arcsin, X / 2),
    "subtract": (np.subtract, X, 1 / X),
    "absolute": (on_tensors(torch.absolute), -X),
    "true_divide": (on_tensors(torch.true_divide), X, 1 / X),
    "float_power": (np.float_power, X, 1 / X),
    "greater_equal": (on_tensors(torch.greater_equal), X, 1 / X),
    "less": (np.less, X, 1 / X),
    "not_equal": (on_tensors(torch.not_equal), X, X),
    "fix": (on_tensors(torch.fix), -4 * X),
    "expit": (on_tensors(torch.special.expit), X),
    "gammaln": (on_tensors(torch.special.gammaln), X),
    "igamma": (on_tensors(torch.igamma), X, 2 * X),
    "psi": (on_tensors(torch.special.psi), X),
    "j0": (scipy.special.j0, X),
    "y1": (scipy.special.y1, X),
    "jn": (scipy.special.jn, np.full(3, 2.0), X),
    "yn": (lambda n, x: scipy.special.yn(n.astype(int), x), np.full(3, 2.0), X),
    "k0e": (scipy.special.k0e, X),
    "binomial": (scipy.special.binom, 4 + X, X),
    "ellipk": (scipy.special.ellipk, X / 2),
    "degrees": (np.degrees, X),
    "clamp_min": (on_tensors(torch.clamp_min), X, 1 / X),
    "mm": (on_tensors(torch.mm), SQUARE, SQUARE),
    "mv": (on_tensors(torch.mv), SQUARE, X[:2]),
    "bmm": (on_tensors(torch.bmm), SQUARE[None], SQUARE[None]),
    "ger": (on_tensors(torch.ger), X, X),
    "inv": (on_tensors(torch.linalg.inv), SQUARE),
    "pinverse": (on_tensors(torch.pinverse), SQUARE),
    "conjugate": (np.conjugate, X * 1j),
}


def test_every_name_is_that_of_an_operation_and_no_operations_own():
    own = vars(ops)
    assert set(NAMED.values()) <= set(own)
    assert set(NAMED) & set(own) == set()
    assert set(NAMED) | {"sin"} <= set(dir(ops))
    assert all(getattr(ops, also) is own[name] for also, name in NAMED.items())


@pytest.mark.parametrize(("name", "call"), ELSEWHERE.items(), ids=ELSEWHERE)
def test_a_name_means_what_it_means_elsewhere(name, call):
    function, *arguments = call
    np.testing.assert_allclose(getattr(ops, name)(*arguments), function(*arguments), rtol=1e-12)


OTHERS = {
    "ellipj": (X - 1, X / 2),
    **dict.fromkeys(("mathieu_cem", "mathieu_sem"), (np.full(3, 2.0), 4 * X, 90 * X)),
    **dict.fromkeys([f"mathieu_mod{kind}em{k}" for kind in "cs" for k in (1, 2)], (np.full(3, 2.0), 4 * X, X)),
    **dict.fromkeys(
        [f"{kind}_rad{k}" for kind in ("pro", "obl") for k in (1, 2)], (np.zeros(3), np.full(3, 2.0), 2 * X, 3 + X)
    ),
    **dict.fromkeys(("pro_ang1", "obl_ang1"), (np.ones(3), np.full(3, 3.0), 2 * X, X / 2)),
}
# SciPy keeps seven digits of integrals of Airy's functions, and eleven of others.
DIGITS = {"itairy": 1e-7}


@pytest.mark.parametrize("name", TOGETHER)
def test_what_scipy_gives_together_is_a_tuple_of_operations(name):
    arguments = OTHERS.get(name, (X,))
    found, expected = getattr(ops, name)(*arguments), getattr(scipy.special, name)(*arguments)
    assert name in dir(ops)
    assert len(found) == len(expected) == len(TOGETHER[name])
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=DIGITS.get(name, 1e-11))


def test_a_tuple_of_operations_is_traced():
    program = trace(lambda x: ops.sici(x)[0] * ops.sici(x)[1], {"x": ()}, {})
    assert {"si", "ci"} <= set(program.operation_names())


def test_sequences_of_arrays_are_joined_by_torchs_name():
    np.testing.assert_array_equal(ops.cat([X, 2 * X]), np.concatenate([X, 2 * X]))
    np.testing.assert_array_equal(ops.concat([SQUARE, SQUARE], 1), np.concatenate([SQUARE, SQUARE], 1))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sine", "diffcheck.ops has no 'sine': did you mean 'sin'\\?"),
        ("arcsine", "did you mean 'arcsin'\\?"),
        ("qqqqq", "diffcheck.ops has no 'qqqqq'$"),
    ],
)
def test_what_does_not_exist_is_told_with_what_is_close(name, told):
    with pytest.raises(AttributeError, match=told):
        getattr(ops, name)


def test_the_closest_name_is_found():
    assert suggestion("tanhh", {"tan", "tanh", "sinh"}) == ": did you mean 'tanh'?"
    assert suggestion("zzz", {"tan"}) == ""
