"""Numbers that a unit test hands on are others as well, where the operation has the definition's value for them."""

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
    found = audit(operation, definition, inputs=INPUTS, budget=4, dtypes="float64", **options)
    return "" if found.fault is None else found.fault.condition.words


def test_a_factor_that_is_one_in_the_unit_test_is_found():
    assert "`temperature`" in condition_of(scaled(without_temperature))


def test_a_power_that_is_taken_for_two_is_found():
    assert "`power`" in condition_of(scaled(of_squares))


def test_the_right_one_passes_and_says_what_was_tried():
    found = audit(scaled(right), plain, inputs=INPUTS, budget=4, dtypes="float64")
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
