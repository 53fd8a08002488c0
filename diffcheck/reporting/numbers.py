"""How numbers look in reports: few digits, SI-like units for times, nothing for what is unknown."""

import math

from diffcheck.verdict import no_digit_right

_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def number(x: float | int | None, digits: int = 3) -> str:
    """A number with so many significant digits; a dash for what is unknown.

    >>> number(6442450899.7), number(0.5), number(float("nan"))
    ('6.44e+09', '0.5', '-')
    """
    if x is None or x != x:
        return "-"
    return f"{x:.{digits}g}"


def digits_of(x: float) -> str:
    """A count of significant digits, with one decimal, never rounded up.

    >>> digits_of(15.96)
    '15.9'
    """
    return "-" if x != x else f"{math.floor(x * 10) / 10:.1f}"


def seconds(x: float) -> str:
    """A time in the unit that gives it one to three digits before the point.

    >>> seconds(2.5e-5)
    '25.0 µs'
    """
    if x != x:
        return "-"
    for unit, name in _TIMES:
        if x >= unit:
            return f"{x / unit:.3g} {name}" if x / unit >= 100 else f"{x / unit:.1f} {name}"
    return f"{x / 1e-9:.2g} ns"


def duration(seconds: float) -> str:
    """A time that a person waits, in seconds, minutes or hours.

    >>> duration(25.4), duration(200), duration(7300)
    ('25 s', '3 min', '2 h')
    """
    for unit, name in ((3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"


def right_of(digits: float, possible: float) -> str:
    """How many of the possible digits are right; in a word where none is, not even the sign perhaps.

    What is right beyond them is luck, and counted for nobody.
    """
    return "none" if no_digit_right(digits, possible, "") else digits_of(min(digits, possible))


def digits_right(digits: float, possible: float) -> str:
    """How many digits are right of how many: ``6.1 of 15.6``; a dash where there is none to count."""
    return "-" if digits != digits else f"{right_of(digits, possible)} of {digits_of(possible)}"
