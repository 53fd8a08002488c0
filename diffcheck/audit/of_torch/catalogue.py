"""Torch's own operations, each with the arguments on which torch tests it (its list ``op_db``)."""

import inspect
import itertools
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import torch

from diffcheck.errors import UsageError
from diffcheck.sources.torch_code.code import parameters_of

Tensor = torch.Tensor
# So many samples of an operation are looked at, and none of more numbers: an audit varies the sizes itself.
_SAMPLES, _NUMBERS = 40, 600
# Numbers with so many characters were drawn, not written; every format holds fractions of so many parts.
_LONG, _HELD = 8, 2**8
_SEED = 0
# What torch takes alone, where an operation does not tell the names of its arguments.
_FIRST = "input"


@dataclass(frozen=True)
class Entry:
    """An operation of torch.

    Attributes
    ----------
    name:
        Where it lives, ``torch.nn.functional.layer_norm``; a variant of its arguments stands behind a blank.
    info:
        What torch's list says of it.
    """

    name: str
    info: Any


class TorchCall:
    """One of torch's operations on arguments, as a function of the tensors among them, by name.

    Attributes
    ----------
    tensors:
        Those of the sample.
    several:
        Whether it has more results than one.
    """

    def __init__(self, entry: Entry, sample: Any) -> None:
        self._info, self._sample = entry.info, sample
        self.__name__ = entry.name
        self.tensors: dict[str, Tensor] = {}
        names = _names(entry.info.op, len(sample.args) + 1)
        given = [self._taken(name, value) for name, value in zip(names, (sample.input, *sample.args), strict=True)]
        named = {name: self._taken(name, value) for name, value in sample.kwargs.items()}
        self._given, self._named = given, named
        self._is_called_so = _is_called_so(entry)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in self.tensors])
        # What torch declares to be no function of its inputs, such as statistics for the backward pass, is left out.
        self._asked = [r.requires_grad for r in self._results(self.tensors)]
        self.several = len(self._asked) > 1

    @property
    def differentiable(self) -> bool:
        """Whether any result is a function of the tensors."""
        return any(self._asked) and any(t.requires_grad for t in self.tensors.values())

    def __call__(self, /, **tensors: Tensor) -> list[Tensor]:
        """The results that are functions of the tensors; complex ones as pairs."""
        return [_real(r) for r, asked in zip(self._results(tensors), self._asked, strict=True) if asked]

    def spelled(self, named: Mapping[str, str]) -> str:
        """The call in Python with other names for some tensors; empty where torch's list calls something of its own."""
        if not self._is_called_so:
            return ""

        def word(given: Any) -> Any:
            return _Place(named.get(given.name, given.name)) if isinstance(given, _Place) else _each(word, given)

        words = [*(repr(word(v)) for v in self._given), *(f"{n}={word(v)!r}" for n, v in self._named.items())]
        return f"{self.__name__.partition(' ')[0]}({', '.join(words)})"

    def _results(self, tensors: dict[str, Tensor]) -> list[Tensor]:
        def filled(given: Any) -> Any:
            return tensors[given.name] if isinstance(given, _Place) else _each(filled, given)

        found = self._info.gradcheck_wrapper(self._info.op, *filled(self._given), **filled(self._named))
        return _tensors(self._sample.output_process_fn_grad(found))

    def _taken(self, name: str, given: Any) -> Any:
        """An argument with a place for every tensor in it that may vary."""
        if isinstance(given, Tensor) and _may_vary(given):
            self.tensors[name] = given.detach().requires_grad_(given.requires_grad)
            return _Place(name)
        if type(given) is float:
            return _short(given)
        if type(given) in (list, tuple):
            return type(given)(self._taken(f"{name}{k}", one) for k, one in enumerate(given))
        return given


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the tensor of this name stands."""

    name: str

    def __repr__(self) -> str:
        return self.name


def entries(path: str) -> list[Entry]:
    """The operations that live in a module of torch, or the one of this name, as far as they have a gradient.

    Raises
    ------
    UsageError
        If torch's list has none of that name, or cannot be read.
    """
    backends: Any = torch.backends
    frozen = backends.flags_frozen()
    try:
        from torch.testing._internal.common_methods_invocations import op_db
    except ImportError as missing:  # a part of torch's tests, which need something more than torch
        raise UsageError(f"torch's list of its operations cannot be read: {missing}: pip install expecttest") from None
    # Torch's tests forbid everybody to set flags of a backend, from when they are imported on; nothing takes it back.
    backends.disable_global_flags.__globals__["__allow_nonbracketed_mutation_flag"] = not frozen
    found = []
    for info in op_db:
        if not info.supports_autograd or torch.float64 not in info.dtypes:
            continue
        for name in (info.name, *(alias.name for alias in info.aliases)):
            full = f"torch.{name}"
            if path in (full, full.rpartition(".")[0]):
                found.append(Entry(f"{full} {info.variant_test_name}".strip(), info))
                break
    if not found:
        raise UsageError(f"{path}: torch's list of its operations has no such module, and no such operation")
    return sorted(found, key=lambda entry: entry.name)


def samples(entry: Entry, most: int) -> list[TorchCall]:
    """Calls on torch's samples: as many as are wanted, from all over the list, no two alike."""
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(_SEED)
    calls: dict[str, TorchCall] = {}
    with torch.random.fork_rng():
        for sample in itertools.islice(entry.info.sample_inputs("cpu", torch.float64, requires_grad=True), _SAMPLES):
            try:
                call = TorchCall(entry, sample)
            except Exception:  # some are there to be refused
                continue
            numbers = [t.numel() for t in call.tensors.values()]
            if call.differentiable and sum(numbers) <= _NUMBERS:
                shapes = [tuple(t.shape) for t in call.tensors.values()]
                calls.setdefault(f"{call.spelled({})} {shapes}", call)
    found = list(calls.values())
    step = max(1.0, len(found) / most)
    return [found[int(k * step)] for k in range(min(most, len(found)))]


def _short(number: float) -> float:
    """A number that was drawn at random as the nearest one that every format holds.

    A margin that a format rounds is another margin there: on which side of it numbers lie is nobody's fault.
    """
    if not math.isfinite(number) or len(repr(number)) <= _LONG:
        return number
    fraction, exponent = math.frexp(number)
    return math.ldexp(round(fraction * _HELD), exponent) / _HELD


def _may_vary(given: Tensor) -> bool:
    """Whether a tensor may hold other numbers: none that is empty or complex, nor whole ones that seem to be places.

    Those that all differ, or never fall, may have to: where something is written, where bags begin.
    """
    if not given.numel() or given.is_complex() or given.layout is not torch.strided:
        return False
    if given.is_floating_point() or given.dtype is torch.bool:
        return True
    flat = given.reshape(-1)
    return len(set(flat.tolist())) < flat.numel() and bool((flat.diff() < 0).any())


def _names(op: Callable[..., Any], count: int) -> list[str]:
    """Names for arguments by position."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    known = [p.name if p.name != "self" else _FIRST for p in parameters_of(op) if p.kind in positional]
    return known[:count] if len(known) >= count else [_FIRST, *(f"x{k}" for k in range(1, count))]


def _is_called_so(entry: Entry) -> bool:
    """Whether the operation is what its name says, with nothing around it."""
    try:
        named = reduce(getattr, entry.name.partition(" ")[0].split(".")[1:], torch)
    except AttributeError:  # a method
        return False
    plain = getattr(entry.info.gradcheck_wrapper, "__qualname__", "") == "OpInfo.<lambda>"
    return plain and (named is entry.info.op or f"torch.{entry.info.name}" != entry.name.partition(" ")[0])


def _each(function: Callable[[Any], Any], given: Any) -> Any:
    if type(given) in (list, tuple):
        return type(given)(map(function, given))
    if type(given) is dict:
        return {key: function(value) for key, value in given.items()}
    return given


def _real(found: Tensor) -> Tensor:
    """Complex numbers as pairs; torch's own view of them does not take every incoming gradient."""
    return torch.stack([found.real, found.imag], -1) if found.is_complex() else found


def _tensors(found: Any) -> list[Tensor]:
    if isinstance(found, Tensor):
        return [found]
    return [tensor for f in found for tensor in _tensors(f)] if isinstance(found, (list, tuple)) else []
