"""The whole shipped library, check only, against the script that a user would write for it today.

    python benchmarks/plain_script.py [PATH]

The script takes each function in its three forms (SymPy expressions, NumPy, torch: they are given to it for nothing),
and for every derivative of the library compiles ``sympy.diff`` with ``lambdify``, and at each of diffcheck's points
compares it with ``numdifftools`` and asks ``torch.autograd.gradcheck``, at tolerances that are guessed. diffcheck does
what ``diffcheck run cases --no-timing`` does, in the same process. Imports and the collection of the cases are left out
on both sides.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numdifftools
import numpy as np
import sympy
import torch
from measure import seconds
from threadpoolctl import threadpool_limits

from diffcheck.api import Settings, conduct
from diffcheck.case.operators import Operator
from diffcheck.case.points import points
from diffcheck.engines.finite.engine import Finite
from diffcheck.engines.symbolic.closed_form import closed_form
from diffcheck.formats import FORMATS
from diffcheck.runner.plan import Unit, contestants, plan
from diffcheck.sources.collect import collect

_TOLERANCE = 1e-6


def in_three_forms(unit: Unit) -> tuple[Any, Callable[..., Any], Callable[..., Any], list[Any]]:
    """Symbols and expressions, NumPy's function, torch's function and the points of one derivative."""
    made, program = unit.case, unit.program
    assert program is not None
    sizes = [int(np.prod(shape, dtype=int)) for shape in made.shapes.values()]

    def of(x: Any) -> Any:
        parts, start = {}, 0
        for (name, shape), size in zip(made.shapes.items(), sizes, strict=True):
            parts[name] = x[start : start + size].reshape(shape) if shape else x[start]
            start += size
        return made.function(**parts, **made.constants)

    return closed_form(program), of, of, points(made, 8, 0, FORMATS["float64"])


def check(unit: Unit, forms: tuple[Any, Callable[..., Any], Callable[..., Any], list[Any]]) -> str:
    """What the script finds out about one derivative."""
    (symbols, outputs), on_numpy, on_torch, wanted = forms
    wrt = [symbols[i] for i in unit.case.wrt_positions]
    slopes = [sympy.diff(output, x) for output in outputs for x in wrt]
    if unit.operator is Operator.HESSIAN:
        slopes = [sympy.diff(slope, x) for slope in slopes for x in wrt]
    symbolic = sympy.lambdify(symbols, slopes, modules=["scipy", "numpy"])
    method = {Operator.HESSIAN: numdifftools.Hessian, Operator.JACOBIAN: numdifftools.Jacobian}
    agrees = True
    for point in wanted:
        x = np.concatenate([np.ravel(v) for v in point.values()]).astype(np.float64)
        positions = list(unit.case.wrt_positions)

        def moved(part: Any, x: Any = x, positions: Any = positions) -> Any:
            y = np.array(x)
            y[positions] = part
            return on_numpy(y)

        expected = np.array(symbolic(*x), dtype=float).ravel()
        found = np.ravel(method.get(unit.operator, numdifftools.Gradient)(moved)(x[positions]))
        agrees &= bool(np.allclose(expected, found, rtol=_TOLERANCE, atol=_TOLERANCE))
        tensor = torch.tensor(x, requires_grad=True)
        agrees &= bool(torch.autograd.gradcheck(on_torch, tensor, raise_exception=False))
    return "agree" if agrees else "disagree"


@dataclass(frozen=True)
class Comparison:
    """Seconds of both, ours without closed forms as well, and what the script said of how many derivatives."""

    theirs: float
    ours: float
    without: float
    told: Counter[str]

    def __str__(self) -> str:
        said = ", ".join(f"{count} {what}" for what, count in self.told.most_common())
        return f"{self.told.total()} derivatives: {self.theirs:.0f} s against {self.ours:.0f} s; the script says {said}"


def compare(paths: list[str]) -> Comparison:
    """Both on the same derivatives at the same points."""
    units = plan(collect(paths).cases, (), contestants(["finite"], ["cpu"], ["float64"], {"finite": Finite()}))
    good = [(unit, in_three_forms(unit)) for unit in units if unit.program is not None]
    told: Counter[str] = Counter()

    def script() -> None:
        for unit, forms in good:
            try:
                told[check(unit, forms)] += 1
            except Exception as raised:  # a plain script stops here; this one goes on
                told[f"raises {type(raised).__name__}"] += 1

    with threadpool_limits(limits=1), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = seconds(lambda: conduct(paths, Settings(timing=False)))
        engines = ("symbolic:program", "finite", "autograd")
        without = seconds(lambda: conduct(paths, Settings(timing=False, engines=engines)))
        return Comparison(seconds(script), ours, without, told)


if __name__ == "__main__":
    print(compare(sys.argv[1:] or ["cases"]))
