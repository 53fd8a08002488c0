"""Inputs moved to where a definition branches: on the very number that it compares a value with, or cuts it off at.

Numbers that are drawn never lie there. One step along the gradient of what is compared, rounded to few decimals, mostly
does: what is compared is as a rule linear in the inputs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from diffcheck.audit.subjects.operation import Operation, Widened

Tensor = torch.Tensor
# Of so many comparisons each is met, if it can be; definitions that loop have many more that are alike.
_MOST = 6
_DECIMALS = 3


class _Comparisons(TorchFunctionMode):
    """While it is entered, it keeps what is compared: a tensor for each comparison, which is zero at its border."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "").strip("_")
        if name == "detach":
            return args[0]  # where a value comes from is of interest, not whether its gradient is kept
        for apart in _BORDERS.get(name, _none)(args, kwargs):
            if isinstance(apart, Tensor) and apart.requires_grad and apart.numel():
                self.found.append(apart)
        return func(*args, **kwargs)


def _none(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
    yield from ()


def _of_two(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
    if len(args) == 2 and all(isinstance(a, (Tensor, int, float)) for a in args):
        yield args[0] - args[1]


def _cut(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
    for end in (*args[1:3], kwargs.get("min"), kwargs.get("max")):
        if isinstance(end, (Tensor, int, float)):
            yield args[0] - end


def _at(*places: float) -> Callable[[Sequence[Any], Mapping[str, Any]], Iterator[Any]]:
    def found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
        for place in places:
            yield args[0] - place

    return found


def _steps(shift: float) -> Callable[[Sequence[Any], Mapping[str, Any]], Iterator[Any]]:
    """Where a value that is rounded jumps: at whole numbers, or halfway between them."""

    def found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Any]:
        yield args[0] - ((args[0].detach() - shift).round() + shift)

    return found


_BORDERS: Mapping[str, Callable[[Sequence[Any], Mapping[str, Any]], Iterator[Any]]] = {
    **dict.fromkeys(("lt", "le", "gt", "ge", "less", "greater", "less_equal", "greater_equal"), _of_two),
    **dict.fromkeys(("maximum", "minimum", "max", "min", "fmax", "fmin"), _of_two),
    **dict.fromkeys(("clamp", "clip", "clamp_min", "clamp_max"), _cut),
    **dict.fromkeys(("relu", "abs", "sign", "sgn"), _at(0)),
    **dict.fromkeys(("floor", "ceil", "trunc"), _steps(0)),
    **dict.fromkeys(("hardswish", "hardsigmoid"), _at(-3, 3)),
    "relu6": _at(0, 6),
    "round": _steps(0.5),
}


def at_borders(
    definition: Operation, arguments: Mapping[str, Any], fits: Callable[[str, Tensor], Tensor], last: bool
) -> dict[str, Any]:
    """The arguments with some numbers moved onto borders; as they are where the definition has none, or none is met.

    Parameters
    ----------
    fits:
        Numbers of an argument within what is declared.
    last:
        Whether the last comparisons have their share of the numbers before the first ones.
    """
    kept, found = dict(arguments), _compared(definition, arguments)
    places = list(range(len(found)))[:: -1 if last else 1][:_MOST]
    for share, k in enumerate(places):
        for several in (True, False):
            now = _compared(definition, kept)
            if k >= len(now):
                break
            count = now[k].numel()
            chosen = slice(share % count, None if several else share % count + 1, max(2, len(places)))
            moved = _moved(kept, now[k].reshape(-1)[chosen], fits)
            if _met(_compared(definition, moved)) > _met(now):
                kept = moved
                break
    return kept


def branches(definition: Operation, arguments: Mapping[str, Any]) -> bool:
    """Whether a definition compares anything that depends on its inputs."""
    return bool(_compared(definition, arguments))


def _compared(definition: Operation, arguments: Mapping[str, Any]) -> list[Tensor]:
    mode = _Comparisons()
    try:
        with torch.enable_grad(), Widened(), mode:
            definition(arguments)
    except Exception:  # the trial will tell
        return []
    return mode.found


def _met(found: Sequence[Tensor]) -> int:
    return sum(int((apart == 0).sum()) for apart in found)


def _moved(arguments: Mapping[str, Any], apart: Tensor, fits: Callable[[str, Tensor], Tensor]) -> dict[str, Any]:
    """The arguments after a step that takes some numbers to their borders, from which they are so far apart."""
    leaves = {n: t for n, t in arguments.items() if isinstance(t, Tensor) and t.requires_grad}
    # Of several numbers each is taken to depend on inputs of its own.
    away = torch.autograd.grad((apart * apart).sum() / 2, list(leaves.values()), allow_unused=True, retain_graph=True)
    slopes = torch.autograd.grad(apart.sum(), list(leaves.values()), allow_unused=True)
    length = sum(float((s * s).sum()) for s in slopes if s is not None)
    result = dict(arguments)
    for (name, leaf), step, slope in zip(leaves.items(), away, slopes, strict=True):
        if step is None or slope is None or not length > 0:
            continue
        square = torch.full_like(slope, length) if apart.numel() == 1 else slope * slope
        target = leaf.detach() - torch.where(square > 0, step / square.clamp(min=1e-300), 0.0)
        moved = torch.where(step != 0, target.round(decimals=_DECIMALS), leaf.detach())
        result[name] = fits(name, moved).requires_grad_()
    return result
