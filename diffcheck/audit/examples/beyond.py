"""Whether the numbers of an operation's examples may go beyond what these show, which is often `torch.rand`.

Numbers that are never negative, or lie between zero and one, may be lengths, weights, probabilities, or any numbers at
all; nobody says. It is asked of the definition: where it is finite beyond, and the operation has its value, whoever
gives that value without a word is held to the gradient as well.
"""

from collections.abc import Mapping

import torch

from diffcheck.audit.conditions.values import BEYOND, VALUES, Range
from diffcheck.audit.examples.probe import Probe, values_of
from diffcheck.audit.subjects.declared import Floats

_BOUND = Range(float("inf"), 0.0)


def beyond(probe: Probe) -> Mapping[str, frozenset[str]]:
    """For each kind of values beyond those of the examples the arguments that may hold them, all together."""
    declared = {n: d for n, d in probe.subject.declared.items() if isinstance(d, Floats) and d.example is not None}
    found: dict[str, frozenset[str]] = {}
    for kind, end in BEYOND.items():
        free = [n for n, d in declared.items() if getattr(d, end) is not None and _may(probe, kind, [n])]
        if free and (len(free) == 1 or _may(probe, kind, free)):
            found[kind] = frozenset(free)
    return found


def _may(probe: Probe, kind: str, names: list[str]) -> bool:
    """Whether the definition is finite everywhere if these arguments go beyond, and the operation has its value."""
    arguments, change = probe.arguments(probe.shapes), VALUES[kind].change
    assert change is not None
    generator = torch.Generator().manual_seed(0)
    for k, name in enumerate(names):
        arguments[name] = change(arguments[name], k, _BOUND, generator)
    expected = values_of(probe.subject.definition, arguments)
    return bool(expected) and all(bool(y.isfinite().all()) for y in expected or ()) and probe.same(arguments) is True
