"""Where the definition cannot be recorded: its gradient by torch against differences of its own values.

A second witness that knows no rule of differentiation. Along the direction in which the operation's gradient is off,
the definition's value, in double precision, moves either as torch's gradient of it says or as the operation's does.
"""

import itertools
import math
from collections.abc import Mapping

import torch

from diffcheck.audit.loss import loss_of
from diffcheck.audit.ruling import Heard, Ruling, placed
from diffcheck.audit.screen import Screened
from diffcheck.audit.subject import Subject
from diffcheck.audit.world import World
from diffcheck.formats import FORMATS

Tensor = torch.Tensor
# Steps in parts of the size of the inputs; each quotient is extrapolated from two, three of these must be alike.
_STEPS = (2.0**-9, 2.0**-11, 2.0**-13, 2.0**-15)
# What agrees with one gradient to a part of the distance between both contradicts the other.
_PART = 2.0**-6


def slope(subject: Subject, here: World, screened: Screened, direction: Mapping[str, Tensor]) -> float | None:
    """The derivative of L along a direction, by differences; ``None`` where they do not settle on a number."""
    code = subject.definition if subject.gradient is None else subject.gradient
    loss = loss_of(code, here, screened)
    inputs = [here.exact[0][name].detach() for name in here.asked]
    ways = [direction[name] for name in here.asked]
    size = max((float(x.abs().max()) for x in inputs if x.numel()), default=0.0) or 1.0
    found = []
    with torch.no_grad():
        for step in _STEPS:
            h = step * size

            def moved(t: float) -> float:
                return float(loss(*(x + t * d for x, d in zip(inputs, ways, strict=True))))

            try:
                near, far = (moved(h) - moved(-h)) / (2 * h), (moved(2 * h) - moved(-2 * h)) / (4 * h)
            except Exception:  # beside the point the definition does not run
                return None
            found.append((4 * near - far) / 3)
    if not all(map(math.isfinite, found)):
        return None
    # The two neighbours that differ least: larger steps curve, smaller ones are rounded.
    pairs = sorted(itertools.pairwise(found), key=lambda pair: abs(pair[0] - pair[1]))
    return pairs[0][0]


def contradicted(subject: Subject, here: World, screened: Screened, root: float) -> bool:
    """Whether differences contradict the operation's gradient and confirm torch's of the definition.

    Parameters
    ----------
    root:
        An error of this part of the largest component is none.
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
    largest = max(float(g.abs().max()) for g in screened.reference.values() if g.numel())
    apart = max(abs(right), largest) if blind else length
    if not blind and length <= root * largest:
        return False
    found = slope(subject, here, screened, direction)
    return found is not None and abs(found - right) <= _PART * apart


def _at_the_end_of_range(screened: Screened) -> bool:
    """Whether a product of two numbers of the definition would overflow: what happens there only certainty decides."""
    most = torch.finfo(torch.float64).max ** 0.5
    return any(bool((x.abs() > most).any()) for x in [*screened.expected, *screened.reference.values()])


def by_differences(subject: Subject, here: World, screened: Screened) -> Heard | None:
    """The ruling where the definition cannot be recorded: only in double precision, and only on what is far off."""
    if screened.format != "float64" or not screened.suspects or _at_the_end_of_range(screened):
        return None
    # What the operation computes in need not be double precision.
    if not contradicted(subject, here, screened, FORMATS["float32"].unit_roundoff ** 0.5):
        return None
    name = screened.suspects[0]
    gave, right = screened.gradients[name], screened.reference[name]
    error = (gave - right).abs().nan_to_num(float("inf"))
    k = int(error.argmax())
    value, truth = float(gave.reshape(-1)[k]), float(right.reshape(-1)[k])
    largest = float(right.abs().max())
    off = float(error.max()) / largest if largest else float("inf")
    told = f"{truth:.10g} (by torch and by differences, not certified)"
    place = placed(k, tuple(gave.shape))
    return Heard(Ruling.WRONG, "wrong", name, place, value, told, truth, "float64", off, screened.suspects)
