"""Points where partial derivatives exist and a derivative does not: what the pieces around them have."""

import pytest

import diffcheck
from diffcheck import case, interval
from diffcheck.ops import abs as size
from diffcheck.ops import amax, maximum, median, minimum, quantile, relu, sort


def of_vector(function, *x):
    subject = case(x=interval(-4, 4, shape=len(x)), points=[{"x": list(x)}], samples=0)(function)
    return diffcheck.run([subject], engines=["autograd", "symbolic"], timing=False)


MIDDLE = {
    "three equal": (median, (1.0, 1.0, 1.0)),
    "the lower of four": (median, (1.0, 1.0, 1.0, 2.0)),
    "between two of three": (lambda x: quantile(x, 0.4), (1.0, 1.0, 1.0, 3.0)),
    "in a row": (lambda x: sort(x)[1], (2.0, 2.0, 2.0)),
    "by larger and smaller": (lambda x: maximum(minimum(x[0], x[1]), minimum(x[2], maximum(x[0], x[1]))), (0.0,) * 3),
}


@pytest.mark.parametrize(("function", "x"), MIDDLE.values(), ids=MIDDLE)
def test_what_torch_takes_of_equal_numbers_is_the_slope_of_a_piece(function, x):
    assert set(of_vector(function, *x).verdict) == {"kink"}


# The function has a derivative by x, which is one, with or without a kink of another input beside it.
SMOOTH = {
    "alone": lambda x: relu(x[0]) - relu(-x[0]) + 0 * x[1],
    "beside a kink": lambda x: relu(x[0]) - relu(-x[0]) + size(x[1]),
    "of what is equal all along a side": lambda x: maximum(minimum(x[0] + 1, 1), size(-x[0] - 1)) + 0 * x[1],
    "under a kink": lambda x: amax(x) + relu(x[0]) - relu(-x[0]),
}


@pytest.mark.parametrize("function", SMOOTH.values(), ids=SMOOTH)
def test_a_derivative_that_exists_is_excused_by_no_piece(function):
    """torch has 0 for both slopes of a relu at zero."""
    found = of_vector(function, 0.0, -0.0).set_index("engine")
    assert found.loc["autograd", "verdict"] == "disagree"
    assert found.loc["autograd", "worst_component"] == "x[0]"


@pytest.mark.parametrize("count", [7, 16, 24])
def test_each_of_many_equal_numbers_is_the_middle_one_along_some_direction(count):
    """torch shares the gradient out."""
    torch = pytest.importorskip("torch")
    ones = torch.ones(count, dtype=torch.float64, requires_grad=True)
    (row,) = diffcheck.check(lambda x: x.median(), ones, engines="autograd").result.rows
    assert (row.verdict, row.failed_points) == ("kink", 0)


@pytest.mark.parametrize(
    ("slope", "verdict"), [(0.0, "agree"), (0.5, "kink"), (1.0, "kink"), (1.5, "disagree"), (-0.5, "disagree")]
)
def test_a_slope_lies_between_those_of_the_pieces(slope, verdict):
    torch = pytest.importorskip("torch")

    class Middle(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.median()

        @staticmethod
        def backward(ctx, g):
            return g * torch.tensor([slope, 0.0, 0.0], dtype=torch.float64)

    subject = case(
        x=interval(0, 4, shape=3),
        points=[{"x": [1.0, 1.0, 1.0]}],
        samples=0,
        implementations={"autograd": Middle.apply},
    )(lambda x: median(x))
    found = diffcheck.run([subject], engines=["autograd"], timing=False)
    assert list(found.verdict) == [verdict]
