"""Definitions that tests make cases of."""

from diffcheck import case, interval

UNIT = interval(0, 1)


def power(x, n=2):
    """x^n."""
    return x**n


def scaled(**options):
    """The case c x of one input."""
    return case(x=UNIT, **options)(lambda x, c=1.0: c * x)
