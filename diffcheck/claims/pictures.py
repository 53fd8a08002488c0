"""The pictures of the claims: what a gradient costs, the error of quotients by their step, a formula that swells."""

from collections.abc import Callable, Sequence

import numpy as np

from diffcheck.claims.claim import Measured
from diffcheck.claims.efficiency import of_method
from diffcheck.claims.expressions import of_order
from diffcheck.claims.families import LOGISTIC
from diffcheck.claims.steps import STEPS
from diffcheck.reporting.chart import Line, svg


def cost(measured: Measured) -> str:
    """The gradient's time over the function's by the number of inputs."""
    methods = dict.fromkeys(c.method for c in measured.costs)
    lines = [Line(m, tuple((c.inputs, c.ratio) for c in of_method(measured.costs, m))) for m in methods]
    return svg("The time of a gradient over that of the function", "inputs", "gradient / function, time", lines)


def error(measured: Measured) -> str:
    """The error of quotients by their step, and the middle of what the other methods leave, which have none."""
    lines = [Line(c.name, tuple(zip(STEPS, c.errors, strict=True))) for c in measured.curves]
    for kept in measured.kept:
        if kept.method in ("finite:adaptive", "autograd:reverse"):
            level = 10.0 ** -float(np.median(kept.digits))
            lines.append(Line(kept.method, ((STEPS[0], level), (STEPS[-1], level))))
    return svg("The error of difference quotients by their step", "step h", "relative error", lines)


def swell(measured: Measured) -> str:
    """The lengths of the logistic map's derivative by its iterates."""
    rows = of_order(measured.lengths, 1)[LOGISTIC.name]
    lines = [
        Line("written out", tuple((r.size, r.formula) for r in rows)),
        Line("with cse", tuple((r.size, r.shared) for r in rows)),
        Line("as a program", tuple((r.size, r.program) for r in rows)),
    ]
    return svg("The derivative of the logistic map", "iterates n", "operations", lines)


PICTURES: dict[str, Sequence[tuple[str, str, Callable[[Measured], str]]]] = {
    "Efficiency": (
        ("claims_cost.svg", "The time of a gradient over that of the function, by the number of inputs", cost),
    ),
    "Accuracy": (("claims_error.svg", "The error of difference quotients by their step, two Vs above a floor", error),),
    "Ease": (),
    "Expression swell": (("claims_swell.svg", "The derivative of the logistic map, by its iterates", swell),),
}
"""By topic: the name of a file, what it shows, and who draws it."""
