"""Whole numbers that stand for none: a definition compares them with a constant, and examples need not hold one."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from diffcheck.audit.examples.probe import Probe
from diffcheck.audit.subjects.declared import Integers
from diffcheck.audit.subjects.operation import Operation

# For a comparison with c the numbers beside its border, those first that it is likely to exclude.
_BESIDE: Mapping[str, tuple[int, ...]] = {
    "eq": (0,),
    "ne": (0,),
    "ge": (-1,),
    "lt": (-1, 0),
    "gt": (0,),
    "le": (0, 1),
}


def sentinel(probe: Probe, argument: str, declared: Integers) -> int | None:
    """A number beyond the example's that operation and definition take alike; ``None`` if the definition has none."""
    for number in _compared(probe.subject.definition, probe.arguments(probe.shapes), argument):
        inside = declared.low <= number < declared.below if isinstance(declared.below, int) else number >= declared.low
        if not inside and probe.takes(argument, number):
            return number
    return None


def _compared(definition: Operation, arguments: Mapping[str, Any], argument: str) -> Iterator[int]:
    """Numbers beside those with which a definition compares an argument itself, each once."""
    mode = _Comparisons(arguments[argument])
    try:
        with torch.no_grad(), mode:
            definition(arguments)
    except Exception:  # the trial will tell
        return
    yield from dict.fromkeys(constant + step for name, constant in mode.found for step in _BESIDE[name])


class _Comparisons(TorchFunctionMode):
    """While it is entered, it notes with which whole numbers a tensor is compared."""

    def __init__(self, watched: torch.Tensor) -> None:
        super().__init__()
        self._watched = watched
        self.found: list[tuple[str, int]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "").strip("_")
        if name in _BESIDE and len(args) == 2 and args[0] is self._watched and isinstance(args[1], int):
            self.found.append((name, args[1]))
        return func(*args, **(kwargs or {}))
