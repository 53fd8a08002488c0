"""Arrays with more around them, against torch in all its modes and numbers of axes, and against NumPy."""

import numpy as np
import pytest
import torch
from like_torch import NEAR, arrays, checked, of_diffcheck, of_torch

import diffcheck.ops as o
from diffcheck.errors import CaseError
from diffcheck.program.trace import record
from diffcheck.verdict import Verdict

NUMPYS = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
# The shape, the widths as torch has them, the last axis first.
WIDTHS = {
    "one axis": ((2, 4), (3, 1)),
    "one axis of many": ((2, 3, 4), (2, 3)),
    "two axes": ((2, 3, 4), (1, 0, 2, 2)),
    "two axes of many": ((1, 2, 3, 4), (3, 3, 0, 2)),
    "three axes": ((2, 3, 2, 4), (1, 2, 1, 0, 2, 1)),
    "three axes of many": ((1, 1, 3, 2, 4), (0, 3, 1, 1, 0, 2)),
}
CALLS = {
    **{f"{mode}, {name}": (*call, {"mode": mode}) for mode in NUMPYS for name, call in WIDTHS.items()},
    "as far as a mirror goes": ((1, 4), (3, 3), {"mode": "reflect"}),
    "all around": ((1, 4), (4, 4), {"mode": "circular"}),
    "further than it is long": ((1, 2), (5, 4), {"mode": "replicate"}),
    "one element": ((1, 1), (1, 2), {"mode": "replicate"}),
    "a value": ((2, 3), (1, 0, 2, 1), {"value": -1.5}),
    "less than none": ((3, 5), (-2, 1, -1, -1), {"value": 0.5}),
    "zeros and less": ((3, 5), (2, -4), {}),
    "ends of what is left": ((1, 3, 5), (-2, 3, 1, -1), {"mode": "replicate"}),
}


def pairs(shape, flat):
    """Torch's widths for each axis, the first one first."""
    grown = [(flat[k], flat[k + 1]) for k in range(len(flat) - 2, -1, -2)]
    return [(0, 0)] * (len(shape) - len(grown)) + grown


@pytest.mark.parametrize(("shape", "flat", "options"), CALLS.values(), ids=CALLS)
def test_it_is_torchs(shape, flat, options):
    given, widths = arrays([shape]), pairs(shape, flat)
    expected, slopes = of_torch(lambda x: torch.nn.functional.pad(x, flat, **options), given)
    found, found_slopes = of_diffcheck(lambda x: o.pad(x, widths, **options), given)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(o.pad(*given, widths, **options), expected)
    np.testing.assert_array_equal(o.pad(torch.tensor(*given), widths, **options).numpy(), expected)
    np.testing.assert_array_equal(found_slopes, slopes)
    rows = checked(lambda x: o.sum(o.tanh(o.pad(x, widths, **options))), given)
    assert {row.engine for row in rows} == {"symbolic", "finite", "autograd"}
    assert {row.verdict for row in rows} <= {Verdict.AGREE, Verdict.LOSSY}


@pytest.mark.parametrize("mode", NUMPYS)
@pytest.mark.parametrize(
    ("shape", "widths"),
    [((4,), [(3, 2)]), ((3, 2, 2, 2), [(0, 0), (0, 0), (1, 0), (0, 0)]), ((2, 2, 2, 2, 3), [(0, 0)] * 4 + [(2, 1)])],
    ids=str,
)
def test_axes_that_torch_has_not_are_numpys(shape, widths, mode):
    (x,) = arrays([shape])
    expected = np.pad(x, widths, NUMPYS[mode])
    np.testing.assert_array_equal(of_diffcheck(lambda x: o.pad(x, widths, mode=mode), [x])[0], expected)
    np.testing.assert_array_equal(o.pad(torch.tensor(x), widths, mode=mode).numpy(), expected)
    np.testing.assert_allclose(o.pad(x, widths, mode=mode), expected, **NEAR)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x: o.pad(x, [(0, 0), (3, 0)], mode="reflect"), r"shape \(2, 3\) is too short for widths"),
        (lambda x: o.pad(x, [(0, 0), (0, 4)], mode="circular"), "too short for .* by 'circular'"),
        (lambda x: o.pad(x, [(0, 0), (0, -1)], mode="circular"), "only zeros, values and ends may take away"),
        (lambda x: o.pad(x, [(0, 0), (0, 1)], mode="mirror"), "pad: unknown mode 'mirror': choose from constant, refl"),
    ],
    ids=["mirror", "circle", "less", "mode"],
)
def test_what_does_not_fit_is_refused(function, told):
    with pytest.raises(CaseError, match=told):
        record(function, {"x": (2, 3)}, {})
