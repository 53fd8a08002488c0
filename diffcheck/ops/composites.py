"""Operations that are formulas of others, and options by the names that libraries have for them."""

import functools
import inspect
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from diffcheck.errors import CallError, CaseError
from diffcheck.ops.arguments import Traceable, flat
from diffcheck.ops.options import fitted, no_such_place
from diffcheck.ops.table import Column, Function, Operation, Primitive

# What NumPy calls the options of torch, and the other way round; torch's names of what has another one here.
_SYNONYMS = {
    **dict.fromkeys(("axis", "dim", "dims"), ("axis", "dim", "axes", "dims")),
    "axes": ("axis", "dim", "axes", "dims", "dim0"),
    "keepdims": ("keepdim",),
    "shifts": ("shift",),
    **dict.fromkeys(("ddof", "unbiased"), ("correction",)),
    "ord": ("p", "order"),
    "p": ("rate",),
    "method": ("interpolation",),
    **{torch: (here,) for torch, here in (("query", "q"), ("key", "k"), ("value", "v"), ("attn_mask", "mask"))},
    **dict.fromkeys(("index", "indices"), ("places",)),
    "src": ("added",),
    "target": ("labels", "sign"),
    "weight": ("w", "slope"),
    "num_groups": ("groups",),
    **{torch: (here,) for torch, here in (("min", "lo"), ("max", "hi"), ("pad", "widths"), ("N", "n"))},
    "var": ("variance",),
    "a_min": ("lo", "min"),
    "a_max": ("hi", "max"),
    "k": ("diagonal", "offset"),
    "axis1": ("dim1",),
    "axis2": ("dim2",),
    "reps": ("dims",),
    "newshape": ("shape",),
    "value": ("src",),
    "_random_samples": ("samples",),
}

# What torch calls the first operand and the second one.
_OPERANDS = {"input": 0, "x1": 0, "input1": 0, "other": 1, "x2": 1, "input2": 1}


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Composite(Operation):
    """An operation defined by a formula over other operations.

    Attributes
    ----------
    order:
        The names of the arguments in the order in which torch takes them, where that is another one.
    in_order:
        Whether a call is in that order: a function of its arguments and its options. Left out, it is where more
        arguments stand without a name than may here.
    """

    definition: Function = field()
    order: tuple[str, ...] = ()
    in_order: Callable[[tuple[Any, ...], dict[str, Any]], bool] | None = None
    rows: ClassVar[dict[str, "Composite"]] = {}

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """The operation; an option may have the name that NumPy or torch has for it.

        Raises
        ------
        CallError
            For a call that the definition does not take, whoever computes it.
        """
        if options and (unknown := self.unknown(options)):
            raise CallError(f"{self.name} has no option {', '.join(unknown)}: {self._takes}")
        arguments, options = self.meant(arguments, self.named(options))
        if options or len(arguments) not in self._without_names:
            arguments, options = self._in_place(arguments, options)
        arguments = (*map(self._fitted, self._places, arguments), *arguments[len(self._places) :])
        options = {name: self._fitted(name, value) for name, value in options.items()}
        try:
            return super().__call__(*arguments, **options)
        except CaseError:
            raise
        except IndexError as mistake:
            named = dict(zip(self._places, arguments, strict=False)) | options
            raise CallError(f"{self.name}: {no_such_place(mistake, named)}") from mistake
        except TypeError as mistake:
            raise CallError(f"{self.name}: {mistake}") from mistake
        except (RuntimeError, ValueError) as mistake:
            if type(mistake) not in (RuntimeError, ValueError):  # a singular matrix, what torch has not yet written
                raise
            raise CallError(f"{self.name}: {mistake}") from mistake
        except AttributeError as missing:
            if not isinstance(missing.obj, (int, float, list, tuple)):
                raise
            raise CallError(f"{self.name}: {missing.obj!r} in the place of an array") from missing

    @functools.cached_property
    def _without_names(self) -> Collection[int]:
        """How many arguments may stand without a name, where none has one."""
        kinds = [p.kind for p in self.parameters.parameters.values()]
        if inspect.Parameter.VAR_POSITIONAL in kinds:
            return ()
        needed = sum(self.parameters.parameters[name].default is inspect.Parameter.empty for name in self._places)
        return range(needed, len(self._places) + 1)

    @property
    def _takes(self) -> str:
        return f"it takes {', '.join(self.parameters.parameters)}"

    @functools.cached_property
    def _places(self) -> tuple[str, ...]:
        """The names of the arguments that may stand without one."""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return tuple(name for name, p in self.parameters.parameters.items() if p.kind is kind)

    def _fitted(self, name: str, value: Any) -> Any:
        parameter = self.parameters.parameters.get(name)
        if parameter is None:
            return value
        if isinstance(value, (list, tuple)) and not value and "keepdim" in self.parameters.parameters:
            return parameter.default  # no axes are all of them where torch reduces an array, and none to NumPy
        return fitted(self.name, name, parameter.annotation, value)

    @functools.cached_property
    def parameters(self) -> inspect.Signature:
        """What it takes."""
        return inspect.signature(self.definition)

    def named(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options by the names that they have here."""
        if options.keys() <= self.parameters.parameters.keys():
            return options
        return {self._name(option): value for option, value in options.items()}

    def meant(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A call in the order of this definition.

        Raises
        ------
        CaseError
            For a call in torch's order that says something twice, or too much.
        """
        if not self.order or not (self.in_order or self._too_many)(arguments, options):
            return arguments, options
        given = dict(zip(self.order, arguments, strict=False))
        if len(arguments) > len(self.order) or given.keys() & options.keys():
            raise CaseError(f"{self.name}: in torch's order it takes {', '.join(self.order)}, each once")
        try:
            bound = self.parameters.bind(**given, **options)
        except TypeError as mistake:
            raise CaseError(f"{self.name}: {mistake}") from None
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def _in_place(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """A call in which options stand without a name where they may: libraries have other names for them."""
        try:
            bound = self.parameters.bind(*arguments, **options)
        except TypeError as mistake:
            raise CallError(f"{self.name}: {mistake}: {self._takes}") from None
        told = [*self._places]
        while told and told[-1] not in bound.arguments:
            del told[-1]
        for name in told:
            bound.arguments.setdefault(name, self.parameters.parameters[name].default)
        return bound.args, bound.kwargs

    def _too_many(self, arguments: tuple[Any, ...], _: dict[str, Any]) -> bool:
        """Whether there are more arguments than may stand without a name here."""
        named = inspect.Parameter.KEYWORD_ONLY
        return len(arguments) > sum(p.kind is not named for p in self.parameters.parameters.values())

    def unknown(self, options: Iterable[str]) -> list[str]:
        """Those of some options that it does not have."""
        known = self.parameters.parameters
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
            return []
        return [option for option in options if self._name(option) not in known]

    def _name(self, option: str) -> str:
        known = self.parameters.parameters
        first = tuple(known)[_OPERANDS[option] :][:1] if option in _OPERANDS else ()
        return next((name for name in (option, *_SYNONYMS.get(option, ()), *first) if name in known), option)

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.name not in self.rows, self.name
        self.rows[self.name] = self

    def on_numpy(self, *arguments: Any, **options: Any) -> Any:
        """The NumPy function where the row names one, else the definition on arrays."""
        return super().on_numpy(*arguments, **options) if self.numpy else self.definition(*arguments, **options)

    def _on_constants(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        for a in flat(arguments):
            if a is not None and not isinstance(a, Traceable):
                Primitive.constant_class.demand_number(a, self.name)
        return self.definition(*arguments, **options)


def composite(*, torch: Column, **columns: Any) -> Callable[[Function], Composite]:
    """Make the decorated formula an operation that is called ``torch`` there."""

    def wrap(definition: Function) -> Composite:
        doc = (definition.__doc__ or "").strip().splitlines()[0]
        return Composite(name=definition.__name__, doc=doc, torch=torch, definition=definition, **columns)

    return wrap
