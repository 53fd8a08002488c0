"""The shortest decimals that show the same as a point that was found."""

import itertools
import math
from collections.abc import Callable, Iterator

from diffcheck.formats import Format
from diffcheck.hunt.ground import Ground, Place
from diffcheck.hunt.limit import Enough, Limit
from diffcheck.hunt.score import Score

# What a double takes to be written back.
_DIGITS = 17
# Whole numbers that are tried before any decimal near the point.
_WHOLE = range(11)
# A worst point is the largest of many whose rounding errors differ by chance. An error that lies anywhere below the
# largest is above a tenth of it in nine cases of ten: most neighbours of the worst say the same to one digit.
_GIVEN_BACK = 1.0


def says_the_same(score: Score, as_this: Score, known: Score | None = None) -> bool:
    """Whether a point has the verdict of another one, and all but one of the digits that it has lost.

    Parameters
    ----------
    known:
        How bad a point is that everybody has: what is better than that shows nothing.
    """
    same = score.verdict is as_this.verdict and score.no_digit is as_this.no_digit
    kept = score.lost >= as_this.lost - _GIVEN_BACK
    return same and kept and (known is None or score.shown >= known.shown)


def simpler(
    place: Place, serves_as: Callable[[Score], bool], ask: Callable[[Place], Score], ground: Ground, limit: Limit
) -> list[Place]:
    """Places that say the same as ``place``, each simpler than the one before; ``place`` itself is the first.

    First all elements are rounded to as many digits, then one after the other is made as short as it may be, and
    brought as near to one as it may be.

    Parameters
    ----------
    serves_as:
        Whether a score says the same.
    limit:
        How long is tried; Ctrl-C ends it as well.
    """
    found = [place]

    def serves(there: Place) -> bool:
        if not ground.is_valid(there):
            return False
        try:
            limit.demand()
            limit.counted()
            return serves_as(ask(there))
        except Enough:
            return False
        except KeyboardInterrupt:
            limit.most = 0
            return False

    found += itertools.islice(filter(serves, _rounded_together(place, ground)), 1)
    for element in range(len(place)):
        here = found[-1]
        shorter = (_moved(here, element, ordinal) for ordinal in _candidates(element, here[element], ground))
        found += itertools.islice(filter(serves, shorter), 1)
        found += _nearer_to_one(found[-1], element, serves, ground)
    return found


def _moved(place: Place, element: int, ordinal: int) -> Place:
    return (*place[:element], ordinal, *place[element + 1 :])


def _nearer_to_one(place: Place, element: int, serves: Callable[[Place], bool], ground: Ground) -> Iterator[Place]:
    """The places with a power of ten, ever nearer to one, in place of an element.

    They are looked for by halves, so where all beyond a border serve the last one is the border.
    """
    x = ground.format.number(place[element])
    far = math.floor(math.log10(abs(x))) if x else 0
    near = 0
    while abs(far - near) > 1:
        middle = (far + near) // 2
        ordinal = ground.nearest(element, math.copysign(float(f"1e{middle}"), x))
        if ordinal is not None and serves(_moved(place, element, ordinal)):
            yield _moved(place, element, ordinal)
            far = middle
        else:
            near = middle


def _rounded_together(place: Place, ground: Ground) -> Iterator[Place]:
    """All elements to as few digits, those that would leave their domains as they are."""
    for digits in range(1, _DIGITS):
        rounded = [
            ground.nearest(element, _to_digits(ground.format.number(ordinal), digits))
            for element, ordinal in enumerate(place)
        ]
        yield tuple(ordinal if there is None else there for ordinal, there in zip(place, rounded, strict=True))


def _candidates(element: int, ordinal: int, ground: Ground) -> Iterator[int]:
    """Shorter numbers in place of one: small whole ones of its sign, then it with ever more digits."""
    x = ground.format.number(ordinal)
    length = _length(shortest(x, ground.format))
    sign = -1.0 if x < 0 else 1.0
    tried = [*(sign * whole for whole in _WHOLE), *_decimals(x)]
    for number in tried:
        found = ground.nearest(element, number)
        shorter = _length(number) < length or (abs(number) < abs(x) and number == int(number))
        if found is not None and found != ordinal and shorter:
            yield found


def _length(x: float) -> tuple[int, int]:
    """The significant digits of a decimal, then all its characters."""
    text = repr(abs(x)).removesuffix(".0")
    return len(text.partition("e")[0].replace(".", "").strip("0")), len(text)


def _decimals(x: float) -> Iterator[float]:
    """Both neighbours of a number among those with one digit, two digits ... the nearer one first."""
    for digits in range(1, _DIGITS):
        near = _to_digits(x, digits)
        yield near
        spacing = 10.0 ** (int(f"{x:.{digits - 1}e}".partition("e")[2]) - digits + 1)
        yield _to_digits(near + spacing if near < x else near - spacing, digits)


def _to_digits(x: float, digits: int) -> float:
    return float(f"{x:.{digits - 1}e}")


def shortest(x: float, format: Format) -> float:
    """The decimal with the fewest digits whose nearest number of the format is ``x``, as a double.

    >>> from diffcheck.formats import FORMATS
    >>> shortest(FORMATS["float32"].round(0.1), FORMATS["float32"])
    0.1
    """
    for digits in range(1, _DIGITS):
        decimal = _to_digits(x, digits)
        if format.round(decimal) == x:
            return decimal
    return x
