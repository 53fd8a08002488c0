"""Numbers that a unit test hands on are others as well, where the operation has the definition's value for them."""

import pytest
import torch

from diffcheck.audit import audit


def scaled(backward):
    """A power of something, over a temperature, with somebody's own backward."""

    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, temperature, power):
            ctx.save_for_backward(x)
            ctx.numbers = temperature, power
            return (x / temperature) ** power

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * backward(x, *ctx.numbers), None, None

    return Scaled.apply


def plain(x, temperature, power):
    return (x / temperature) ** power


def right(x, temperature, power):
    return power * (x / temperature) ** (power - 1) / temperature


def without_temperature(x, temperature, power):
    return power * (x / temperature) ** (power - 1)


def of_squares(x, temperature, power):
    return 2 * x / temperature**2


INPUTS = (torch.linspace(-1, 2, 6, dtype=torch.float64).reshape(2, 3), 1.0, 2)


def condition_of(operation, definition=plain, **options):
    found = audit(operation, definition, inputs=INPUTS, budget=2, dtypes="float64", **options)
    return "" if found.fault is None else found.fault.condition.words


def test_a_factor_that_is_one_in_the_unit_test_is_found():
    assert "`temperature`" in condition_of(scaled(without_temperature))


def test_a_power_that_is_taken_for_two_is_found():
    assert "`power`" in condition_of(scaled(of_squares))


def test_the_right_one_passes_and_says_what_was_tried():
    found = audit(scaled(right), plain, inputs=INPUTS, budget=2, dtypes="float64")
    assert found.fault is None, repr(found)
    assert "values of temperature" in repr(found)


def test_who_takes_another_number_for_the_one_that_he_is_made_for_is_found():
    def squares(x, temperature, power):
        return scaled(of_squares)(x, temperature, 2)

    assert "`power` is not 2" in condition_of(squares)


def test_what_refuses_other_numbers_is_not_accused():
    def squares(x, temperature, power):
        if (temperature, power) != (1.0, 2):
            raise ValueError("only squares")
        return scaled(of_squares)(x, temperature, power)

    assert condition_of(squares) == ""


def half(x, target, reduction):
    squares = (x - target) ** 2 / 2
    return squares.mean() if reduction == "mean" else squares.sum()


class Slope(torch.autograd.Function):
    """The gradient of such a loss."""

    @staticmethod
    def forward(ctx, g, x, target, reduction, wrong):
        ctx.save_for_backward(g, x, target)
        mean = 1 / x.numel()
        ctx.factor = mean if reduction == "mean" else 1.0
        ctx.second = mean if wrong else ctx.factor
        return g * (x - target) * ctx.factor

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, of_slope):
        g, x, target = ctx.saved_tensors
        return (of_slope * (x - target)).sum() * ctx.factor, of_slope * g * ctx.second, None, None, None


class Half(torch.autograd.Function):
    """Its gradient is right, and is differentiated as the mean's."""

    @staticmethod
    def forward(ctx, x, target, reduction, wrong):
        ctx.save_for_backward(x, target)
        ctx.told = reduction, wrong
        return half(x, target, reduction)

    @staticmethod
    def backward(ctx, g):
        return Slope.apply(g, *ctx.saved_tensors, *ctx.told), None, None, None


def test_second_derivatives_that_somebody_wrote_are_held_to():
    def operation(x, target):
        return Half.apply(x, target, "sum", True)

    x, target = (torch.linspace(-1, end, 6, dtype=torch.float64).reshape(2, 3) for end in (1, 2))
    found = audit(operation, lambda x, target: half(x, target, "sum"), inputs=(x.requires_grad_(), target), budget=3)
    assert found.fault is not None
    assert "differentiated" in found.fault.condition.words


@pytest.mark.parametrize("wrong", [True, False])
def test_second_derivatives_by_another_word_are_looked_at(wrong):
    """A word that is compared at once leads to others; a target without a gradient has none to be compared."""

    def operation(x, target, reduction):
        return Half.apply(x, target, reduction, wrong)

    x, target = (torch.linspace(-1, end, 6, dtype=torch.float64).reshape(2, 3) for end in (1, 2))
    found = audit(operation, half, inputs=(x.requires_grad_(), target, "mean"), budget=3, dtypes="float64")
    words = "" if found.fault is None else found.fault.condition.words
    assert ("`reduction`" in words and "differentiated" in words) is wrong, repr(found)
    if not wrong:
        assert "sizes of ..." in repr(found)


def parted(x, side, part):
    factor = {"left": 2.0, "right": 5.0}[side]
    return (factor * x if part == 1 else factor * part * x).sum()


def by_parts(wrong):
    class Parted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, side, part):
            ctx.told = side, part, x.shape
            return parted(x, side, part)

        @staticmethod
        def backward(ctx, g):
            side, part, shape = ctx.told
            factor = 2.0 if side == "left" or wrong == "side" else 5.0
            return (factor * (0.5 if wrong == "part" and part == 1 else part) * g).expand(shape), None, None

    return Parted.apply


@pytest.mark.parametrize(
    ("wrong", "told"),
    [("side", "`side` is 'right'"), ("part", "`part` is 1.0"), ("", "")],
    ids=["key", "number", "right"],
)
def test_the_keys_of_a_dictionary_and_compared_numbers_are_tried(wrong, told):
    given = torch.linspace(-1, 2, 6, dtype=torch.float64), "left", 0.75
    found = audit(by_parts(wrong), parted, inputs=given, budget=3, dtypes="float64")
    assert told in ("" if found.fault is None else found.fault.condition.words), repr(found)
    assert found.passed is not bool(wrong)
