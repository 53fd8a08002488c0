"""Where no derivative exists: what a gradient says of the line along which it is not torch's.

By each component anything between the derivatives of both sides is one choice of many. Together they must still be one:
the maximum of equal numbers grows as fast as all of them do, however its gradient is shared out among them.

That holds where all kinks bend the same way. Of a difference of two maxima each may choose for itself, and no line
knows what both have chosen.
"""

import torch

from diffcheck.audit.conditions.world import World
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.loss import court_along
from diffcheck.audit.trials.ruling import Heard, Ruling, placed
from diffcheck.audit.trials.screen import Screened
from diffcheck.formats import FORMATS
from diffcheck.ops.enclosures.decimals import decimal

Tensor = torch.Tensor
# What is off by less of the square of the distance between both gradients is as good as torch's.
_PART = 2.0**-6


def along_a_line(subject: Subject, here: World, screened: Screened) -> Heard | None:
    """The ruling that a gradient is wrong along the line from torch's to it; ``None`` where it may be right.

    L along that line has one variable. Its derivatives of both sides are certified, torch's gradient gives a slope
    between them, and the operation's does not. Only in double precision.
    """
    gave, right = screened.gradients, screened.reference
    away = {n: gave[n] - right[n] for n in here.asked}
    square = sum(float((d * d).sum()) for d in away.values())
    largest = max((float(g.abs().max()) for g in right.values() if g.numel()), default=0.0)
    # What the operation computes in need not be double precision.
    least = FORMATS["float32"].unit_roundoff ** 0.5 * largest
    if screened.format != "float64" or not least**2 < square < float("inf"):
        return None
    truth = court_along(subject, here, screened, away).questions[0].truth.components[0]
    if not truth.has_value:
        return None
    sides = sorted((float(truth.left.mid()), float(truth.right.mid())))

    def beside(gradient: dict[str, Tensor]) -> float:
        slope = sum(float((gradient[n] * d).sum()) for n, d in away.items())
        return max(sides[0] - slope, slope - sides[1])

    if beside(dict(right)) > _PART * square or not beside(dict(gave)) > _PART * square:
        return None
    name = max(away, key=lambda n: float(away[n].abs().max()) if away[n].numel() else 0.0)
    k = int(away[name].abs().argmax())
    plain = float(right[name].reshape(-1)[k])
    return Heard(
        Ruling.WRONG,
        "no choice at a kink, together with the other components",
        name,
        placed(k, tuple(gave[name].shape)),
        float(gave[name].reshape(-1)[k]),
        f"such that along the line from torch's gradient to this one it is {decimal(truth.left, 12)}",
        plain,
        screened.format,
        float(away[name].abs().max() / right[name].abs().max().clamp(min=1e-300)),
        screened.suspects,
    )
