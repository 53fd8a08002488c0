"""PyTorch 2.13.0 on trial (float64, CPU, reverse mode): wrong derivatives, each beside its healthy neighbours.

    TANH = trial(tanh, "torch.tanh")
    TANH("tanh_near_zero", 1e-10, 0.5).agrees()
    TANH("tanh_tail", 5.0, 20.0).lossy("pytorch#195527: 1 - y^2 of the rounded y is 0 at 20")

A defect is a derivative that is wrong although the true one is a double, a value that is wrong beside a right one, or
a backward that breaks its contract (``breaches("batched-gradient", ...)``). It must come out as declared, and its case
fails as soon as it is gone. A neighbour must agree: a comparison that accuses one is too strict. Defects have the tag
``defect``, the others ``neighbour``.
"""

from functools import partial
from inspect import signature
from types import SimpleNamespace

import numpy as np

from diffcheck import case, interval
from diffcheck.errors import UsageError
from diffcheck.ops.dotted import resolve
from diffcheck.ops.table import Operation

# The ends of domains; the shape of an input is that of its first point.
ANY = (-1e308, 1e308)
POSITIVE = (0, 1e308)
UNIT = (0, 1)


class _Later:
    """A module that is imported when something of it is used: whoever lists cases need not wait for torch."""

    def __init__(self, path):
        self.path = path

    def __getattr__(self, name):
        try:
            return resolve(f"{self.path}.{name}")
        except UsageError as mistake:
            raise AttributeError(str(mistake)) from None


torch = _Later("torch")
F = _Later("torch.nn.functional")


def like(x, value):
    """A tensor like ``x`` that holds ``value``."""
    return torch.full_like(x, value)


def trial(definition, implementation, **parameters):
    """The trial of a torch function, or of its dotted path, against a definition: called with a name and points.

    A point is the value of the only input, or a tuple with a value for each. ``parameters`` are constants and the ends
    of domains, `ANY` where none are given. A call may give further options of `case`, and the verdict that is known of
    ``symbolic`` and ``finite``; its result says by a method what comes out.
    """
    names = ["x"] if isinstance(definition, Operation) else list(signature(definition).parameters)

    def at(name, *points, symbolic=None, finite=None, **options):
        given = dict.fromkeys(names, ANY) | parameters | options
        inputs = [n for n in names if isinstance(given[n], tuple)]
        listed = [dict(zip(inputs, p if len(inputs) > 1 else (p,), strict=True)) for p in points]
        given |= {n: interval(*given[n], shape=np.shape(listed[0][n])) for n in inputs}

        def outcome(verdict, because=""):
            known = {"symbolic": symbolic, "finite": finite, "autograd": None if verdict == "agree" else verdict}
            made = case(
                name=name,
                points=listed,
                samples=0,
                implementations={"autograd": implementation},
                expect={engine: verdict for engine, verdict in known.items() if verdict},
                because=because,
                tags=("torch", "neighbour" if verdict == "agree" else "defect"),
                **given,
            )
            return made(definition)

        verdicts = {"agrees": "agree", "lossy": "lossy", "disagrees": "disagree", "nonfinite": "nonfinite"}
        methods = {method: partial(outcome, verdict) for method, verdict in verdicts.items()}
        return SimpleNamespace(**methods, breaches=outcome)

    return at
