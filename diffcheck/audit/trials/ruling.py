"""What the referee says of one context."""

from dataclasses import dataclass
from enum import StrEnum

from diffcheck.judgement.numbers import Judgement


class Ruling(StrEnum):
    """The ruling on one context."""

    RIGHT = "right"
    CONFIRMED = "confirmed"
    """As torch's gradient of the definition, which differences confirm: the definition cannot be recorded."""
    WRONG = "wrong"
    """Off by more than any formula in use explains, and worse than plain torch in the same place."""
    EXCUSED = "excused"
    """Off, and so is plain torch, or what the format or the operation's own formula leaves explains it."""
    OPEN = "open"
    """Nothing is certified there."""


@dataclass(frozen=True)
class Heard:
    """The ruling, with the component that speaks for it.

    Attributes
    ----------
    reason:
        ``wrong``, ``value`` (the result itself), ``cancellation`` ..., or why nothing is certified.
    input, place, value, truth:
        Of the gradient by which input, where in it, what the operation gives, what is right.
    plain:
        What plain torch gives there, in the same precision; ``None`` if it gives nothing.
    format:
        The format it is judged in.
    error:
        The largest error by that input in parts of the largest component.
    wrong:
        The inputs whose gradients are wrong.
    judgement:
        What is thought of the one component that speaks.
    lossy:
        Whether the operation does what its formula allows, which loses the digits.
    """

    ruling: Ruling
    reason: str = ""
    input: str = ""
    place: tuple[int, ...] = ()
    value: float = float("nan")
    truth: str = ""
    plain: float | None = None
    format: str = ""
    error: float = float("nan")
    wrong: tuple[str, ...] = ()
    judgement: Judgement | None = None
    lossy: bool = False


def placed(k: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Where the k-th number of an array of a shape is.

    >>> placed(7, (2, 5))
    (1, 2)
    """
    found: list[int] = []
    for n in reversed(shape):
        k, place = divmod(k, n)
        found.insert(0, place)
    return tuple(found)
