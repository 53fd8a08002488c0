"""Where the definition cannot be recorded: its gradient by torch against differences of its own values.

A second witness that knows no rule of differentiation. Along the direction in which the operation's gradient is off,
the definition's value, in double precision, moves either as torch's gradient of it says or as the operation's does.
"""

import itertools
import math
from collections.abc import Mapping

import torch

from diffcheck.audit.conditions.values import FAR, leaves_no_digit
from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.components import apart
from diffcheck.audit.trials.distance import largest_of
from diffcheck.audit.trials.growth import growing
from diffcheck.audit.trials.loss import loss_of
from diffcheck.audit.trials.plainly import plain_gradients
from diffcheck.audit.trials.ruling import Heard, Ruling, placed
from diffcheck.audit.trials.screen import Screened
from diffcheck.audit.trials.screen import screened as looked_at
from diffcheck.formats import FORMATS
from diffcheck.referee.rounding.bound import FORMULA_FACTOR

Tensor = torch.Tensor
# Steps in parts of the size of the inputs; each quotient is extrapolated from two, three of these must be alike.
_STEPS = (2.0**-9, 2.0**-11, 2.0**-13, 2.0**-15)
# What agrees with one gradient to a part of the distance between both contradicts the other.
_PART = 2.0**-6


def slope(
    subject: Subject, here: World, screened: Screened, direction: Mapping[str, Tensor]
) -> tuple[float, float] | None:
    """The derivative of L along a direction, by differences, and how far those of both sides are apart.

    ``None`` where they do not settle on a number.
    """
    code = subject.definition if subject.gradient is None else subject.gradient
    loss = loss_of(code, here, screened)
    inputs = [here.exact[0][name].detach() for name in here.asked]
    ways = [direction[name] for name in here.asked]
    size = max((float(x.abs().max()) for x in inputs if x.numel()), default=0.0) or 1.0
    found = []

    def moved(t: float) -> float:
        with torch.no_grad():
            return float(loss(*(x + t * d for x, d in zip(inputs, ways, strict=True))))

    try:
        at = moved(0.0)
        for step in _STEPS:
            h = step * size
            after, before, far_after, far_before = (moved(k * h) for k in (1, -1, 2, -2))
            near, far = (after - before) / (2 * h), (far_after - far_before) / (4 * h)
            # Of second order both, from the right and from the left.
            sides = (4 * after - far_after - 3 * at) / (2 * h), (3 * at - 4 * before + far_before) / (2 * h)
            found.append(((4 * near - far) / 3, abs(sides[0] - sides[1])))
    except Exception:  # beside the point the definition does not run
        return None
    if not all(math.isfinite(number) for pair in found for number in pair):
        return None
    # The two neighbours that differ least: larger steps curve, smaller ones are rounded.
    pairs = sorted(itertools.pairwise(found), key=lambda pair: abs(pair[0][0] - pair[1][0]))
    return pairs[0][0]


def contradicted(subject: Subject, here: World, screened: Screened, root: float) -> bool:
    """Whether differences contradict the operation's gradient and confirm torch's of the definition.

    Parameters
    ----------
    root:
        An error of this part of the largest component is none; or of what comes in, if the gradient is but rounding.
    """
    off = {n: screened.gradients[n] - screened.reference[n] for n in here.asked}
    if not all(bool(g.isfinite().all()) for g in screened.reference.values()):
        return False
    blind = any(not bool(g.isfinite().all()) for g in screened.gradients.values())
    if blind and subject.of_torch:  # beside itself, at what has no derivative, torch confirms nothing
        return False
    # Of a gradient that is no number one component is looked at: whether torch's is right there.
    direction = {n: (~g.isfinite()).double() if blind else g for n, g in off.items()}
    length = math.sqrt(sum(float((d * d).sum()) for d in direction.values()))
    if not length > 0:
        return False
    direction = {n: d / length for n, d in direction.items()}
    right = sum(float((screened.reference[n] * d).sum()) for n, d in direction.items())
    largest = max(largest_of(g, screened.incoming) for g in screened.reference.values() if g.numel())
    gap = max(abs(right), largest) if blind else length
    if not blind and length <= root * largest:
        return False
    found = slope(subject, here, screened, direction)
    if found is None or (found[1] > _PART * gap and not blind):
        return False  # a kink, where torch's gradient is one of many; none of which is NaN
    return abs(found[0] - right) <= _PART * gap


def no_number(screened: Screened) -> bool:
    """Whether the operation's gradient is NaN or infinite where torch's of the definition is not.

    At values whose squares leave a format right formulas differ in what they can still do.
    """
    finite = [bool(g.isfinite().all()) for g in screened.reference.values()]
    gave = [bool(g.isfinite().all()) for g in screened.gradients.values()]
    return all(finite) and not all(gave) and screened.context["values"] not in FAR


def _at_the_end_of_range(screened: Screened) -> bool:
    """Whether a product of two numbers of the definition would overflow: what happens there only certainty decides."""
    most = torch.finfo(torch.float64).max ** 0.5
    return any(bool((x.abs() > most).any()) for x in [*screened.expected, *screened.reference.values()])


def confirmed(subject: Subject, here: World, screened: Screened) -> bool:
    """Whether differences confirm torch's gradient of the definition along itself, where L changes most."""
    length = math.sqrt(sum(float((g * g).sum()) for g in screened.reference.values()))
    if not 0 < length < math.inf:
        return False
    found = slope(subject, here, screened, {n: g / length for n, g in screened.reference.items()})
    return found is not None and abs(found[0] - length) <= _PART * length


def by_differences(subject: Subject, here: World, screened: Screened) -> Heard | None:
    """The ruling where the definition cannot be recorded, or that takes too long: only on what is far off.

    In a smaller format than double precision only on what grows with the length of a sum.
    """
    largest = float(FORMATS[screened.format].largest)
    if _at_the_end_of_range(screened) or leaves_no_digit(screened.context["values"], largest):
        return None
    if screened.format != "float64":
        return _of_long_sums(subject, here, screened)
    if not screened.suspicious and confirmed(subject, here, screened):
        return Heard(Ruling.CONFIRMED, format=screened.format)
    if not screened.suspects:
        return None
    # What the operation computes in need not be double precision.
    if not contradicted(subject, here, screened, FORMATS["float32"].unit_roundoff ** 0.5):
        return None
    return _wrong(screened, screened.suspects[0], "wrong")


def _of_long_sums(subject: Subject, here: World, screened: Screened) -> Heard | None:
    """The ruling that too few bits were added up in: the error grows with a length, and plain torch's is far less.

    Single precision, whose range is the same, must show nothing: what is too small or too large is no matter of bits.
    """
    single = FORMATS["float32"]
    if FORMATS[screened.format].maximum_exponent != single.maximum_exponent or screened.format == single.name:
        return None
    plain = plain_gradients(subject, here, screened)
    if plain is None or looked_at(subject, screened.context.with_choice("precision", single.name)).suspicious:
        return None
    for name in screened.suspects:
        off = apart(screened.gradients[name], screened.reference[name])
        if not off > FORMULA_FACTOR * apart(plain[1][name], screened.reference[name]):
            continue
        size = growing(subject, screened, name, off)
        if size and contradicted(subject, here, screened, FORMATS[screened.format].unit_roundoff ** 0.5):
            return _wrong(screened, name, f"it grows with `{size}`")
    return None


def _wrong(screened: Screened, name: str, reason: str) -> Heard:
    """The ruling on a gradient, told where it is farthest off."""
    gave, right = screened.gradients[name], screened.reference[name]
    k = int((gave - right).abs().nan_to_num(float("inf")).argmax())
    value, truth = float(gave.reshape(-1)[k]), float(right.reshape(-1)[k])
    told = f"{truth:.10g} (by torch and by differences, not certified)"
    place, off = placed(k, tuple(gave.shape)), apart(gave, right)
    return Heard(Ruling.WRONG, reason, name, place, value, told, truth, screened.format, off, screened.suspects)
