"""A subject from what a user says of it: declared tensors, example tensors, or a function that makes the inputs."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from diffcheck.audit.conditions.sizes import Sizes, space
from diffcheck.audit.subjects.declared import Complex, Declared, Floats, Integers, Lengths, Mask
from diffcheck.audit.subjects.operation import Operation, argument_names, order_of
from diffcheck.audit.subjects.subject import Subject
from diffcheck.errors import CaseError
from diffcheck.sources.torch_code.code import applied, parameters_of

Tensor = torch.Tensor


def subject(
    operation: Any,
    definition: Any,
    arguments: Mapping[str, Any],
    inputs: Any = None,
    sizes: Mapping[str, int | Sequence[int]] | None = None,
    relations: Sequence[str] = (),
    surrogate: Any = None,
    at_kinks: str = "any",
) -> Subject:
    """An operation on trial, from what a user says of it.

    Raises
    ------
    CaseError
        If nothing is a tensor, or sizes and relations do not fit the inputs.
    """
    operation, definition, surrogate = map(applied, (operation, definition, surrogate))
    codes = [operation] if definition is None else [operation, definition]
    _demand_arguments(codes, arguments)
    declared = {n: d for n, d in arguments.items() if isinstance(d, Declared)}
    given = {n: v for n, v in arguments.items() if n not in declared}
    make = None
    sample: Mapping[str, Any] = {}
    if callable(inputs):
        make, names, sample = _maker(inputs, sizes, codes)
        declared = {}
    else:
        if inputs is not None:
            examples, others = _examples(inputs, codes, given)
            declared, given = {**examples, **declared}, {**others, **given}
        names = _named(declared)
    if make is None and not any(isinstance(d, Floats) for d in declared.values()):
        raise CaseError("no argument is a tensor: write x=tensor('batch width'), or give inputs=(x, ...)")
    order = order_of(codes, [*declared, *sample, *given])
    declared = {n: declared[n] for n in order if n in declared}
    given = {n: given[n] for n in order if n in given}
    owner = operation if definition is None else definition
    pairs = frozenset(n for n, d in declared.items() if isinstance(d, Complex))
    return Subject(
        Operation(operation, order, pairs=pairs),
        Operation(owner, order, pairs=pairs),
        declared,
        given,
        space(names, sizes, relations),
        None if surrogate is None else Operation(surrogate, order, pairs=pairs),
        make,
        definition is None,
        at_kinks,
        sample=sample,
        marked=not any(isinstance(d, Floats) and d.example is not None and not d.marked for d in declared.values()),
    )


def _demand_arguments(codes: Sequence[Any], arguments: Mapping[str, Any]) -> None:
    """Raise `CaseError` for a name that is nearly one of an argument, or of an option, and is none.

    Other names than the codes have are labels: the arguments are given by position then.
    """
    known: list[str] = []
    for code in codes:
        parameters = parameters_of(code)
        if not parameters or any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters):
            return
        known += [p.name for p in parameters]
    free = [name for name in (*known, *_OPTIONS) if name not in arguments]
    for name in arguments:
        close = difflib.get_close_matches(name, free, 1, _CLOSE) if name not in known else []
        if close:
            raise CaseError(f"{name!r} is no argument of {', '.join(dict.fromkeys(known))}: did you mean {close[0]!r}?")


def _named(declared: Mapping[str, Declared]) -> list[str]:
    """The sizes that inputs are declared with, in the order in which they come."""
    found: dict[str, None] = {}
    for d in declared.values():
        found |= dict.fromkeys(axis for axis in d.axes if not axis.isdecimal())
        other = d.below if isinstance(d, Integers) else d.up_to if isinstance(d, Lengths) else ""
        if isinstance(other, str) and other and not other.isdecimal():
            found[other] = None
    return list(found)


def _examples(
    inputs: Any, codes: Sequence[Any], given: Mapping[str, Any]
) -> tuple[dict[str, Declared], dict[str, Any]]:
    """Declarations from tensors as a unit test has them, their sizes fixed; and what is no tensor, to be handed on."""
    if isinstance(inputs, Tensor):
        inputs = (inputs,)
    if not isinstance(inputs, Mapping):
        free = [n for n in argument_names(codes, len(inputs) + len(given)) if n not in given][: len(inputs)]
        inputs = dict(zip(free, inputs, strict=True))
    tensors = {n: t for n, t in inputs.items() if isinstance(t, Tensor)}
    for name, value in inputs.items():
        if not tensors or (isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value)):
            raise CaseError(f"inputs: {name!r} is of type {type(value).__name__}: give tensors, and all else by name")
    asked = any(t.requires_grad for t in tensors.values())
    others = {n: v for n, v in inputs.items() if n not in tensors}
    return {name: _like(value, asked) for name, value in tensors.items()}, others


def _like(value: Tensor, asked: bool) -> Declared:
    if value.is_complex():
        parts = torch.view_as_real(value.detach().resolve_conj())
        axes, grad = tuple(map(str, parts.shape)), value.requires_grad or not asked
        return Complex(axes, grad=grad, example=parts.double().tolist(), marked=asked)
    axes = tuple(map(str, value.shape))
    if value.dtype is torch.bool:
        return Mask(axes, example=value.tolist())
    if not value.is_floating_point():
        low, high = (int(value.min()), int(value.max())) if value.numel() else (0, 0)
        ignored = low if low < 0 else None
        rest = value[value >= 0] if ignored is not None else value
        least = int(rest.min()) if rest.numel() else 0
        least = 0 if least >= 0 and ignored is not None else least
        return Integers(axes, high + 1, least, ignored, value.tolist(), _rises(value))
    plain = value.detach().double()
    if bool(plain.isnan().any()):
        raise CaseError("inputs: an example holds NaN, with which every result is NaN: give numbers")
    low_bound = 0.0 if value.numel() and float(plain.min()) >= 0 else None
    high_bound = 1.0 if low_bound == 0.0 and value.numel() > 1 and float(plain.max()) <= 1 else None
    return Floats(axes, low_bound, high_bound, None, value.requires_grad or not asked, plain.tolist(), asked)


def _rises(value: Tensor) -> bool:
    """Whether whole numbers look like offsets: from zero on each is larger than the one before."""
    return value.dim() == 1 and len(value) >= _OFFSETS and int(value[0]) == 0 and bool((value.diff() > 0).all())


# Two numbers rise every other time, three in that order seldom.
_OFFSETS = 3
_TRIES = 2
# What an audit is told beside the arguments.
_OPTIONS = ("inputs", "sizes", "relations", "dtypes", "devices", "seed", "budget", "surrogate", "at_kinks")
# Names as alike as ``ww`` and ``w`` are meant to be the same.
_CLOSE = 0.66


class _Asked(Sizes):
    """Sizes that note who asks for them."""

    def __missing__(self, name: str) -> int:
        self[name] = (2, 3, 5, 4, 7, 6, 11, 8, 9, 10, 13, 12)[len(self) % 12]
        return int(self[name])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]


def _maker(
    inputs: Callable[..., Any], sizes: Mapping[str, Any] | None, codes: Sequence[Any]
) -> tuple[Callable[[Sizes, torch.dtype, int], Mapping[str, Any]], list[str], Mapping[str, Any]]:
    """A function that makes arguments by name, the sizes that it asks for, and what it makes of some."""

    def make(chosen: Sizes, dtype: torch.dtype, seed: int) -> Mapping[str, Any]:
        found = inputs(chosen, dtype, seed)
        if isinstance(found, Mapping):
            return found
        found = found if isinstance(found, (list, tuple)) else (found,)
        return dict(zip(argument_names(codes, len(found)), found, strict=True))

    asked = _Asked({n: (v[0] if isinstance(v, Sequence) else v) for n, v in (sizes or {}).items()})
    for _ in range(_TRIES):  # sizes that no relation has tied yet may not fit one another
        try:
            sample = make(asked, torch.float64, 0)
            return make, list(asked), sample
        except Exception as raised:
            why = raised
            asked = _Asked(dict.fromkeys(asked, 2))
    raise CaseError(f"inputs={inputs!r} raises {type(why).__name__}: {why}")
