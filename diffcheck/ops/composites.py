"""Operations that are formulas of others, and options by the names that libraries have for them."""

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from diffcheck.ops.arguments import Traceable, flat
from diffcheck.ops.table import Column, Function, Operation, Primitive

# What NumPy calls the options of torch, and the other way round.
_SYNONYMS = {
    **dict.fromkeys(("axis", "dim", "axes", "dims"), ("axis", "dim", "axes", "dims")),
    "keepdims": ("keepdim",),
    "shifts": ("shift",),
}


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Composite(Operation):
    """An operation defined by a formula over other operations."""

    definition: Function = field()
    rows: ClassVar[dict[str, "Composite"]] = {}

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """The operation; an option may have the name that NumPy or torch has for it.

        Raises
        ------
        TypeError
            For an option that the definition does not name.
        """
        if options and (unknown := self.unknown(options)):
            known = ", ".join(self.parameters.parameters)
            raise TypeError(f"{self.name} has no option {', '.join(unknown)}: it takes {known}")
        return super().__call__(*arguments, **self.named(options))

    @functools.cached_property
    def parameters(self) -> inspect.Signature:
        """What it takes."""
        return inspect.signature(self.definition)

    def named(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options by the names that they have here."""
        if options.keys() <= self.parameters.parameters.keys():
            return options
        return {self._name(option): value for option, value in options.items()}

    def unknown(self, options: Iterable[str]) -> list[str]:
        """Those of some options that it does not have."""
        known = self.parameters.parameters
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
            return []
        return [option for option in options if self._name(option) not in known]

    def _name(self, option: str) -> str:
        known = self.parameters.parameters
        return next((name for name in (option, *_SYNONYMS.get(option, ())) if name in known), option)

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


def composite(*, torch: Column, numpy: Column | None = None, aten: str = "") -> Callable[[Function], Composite]:
    """Make the decorated formula an operation that is called ``torch`` there."""

    def wrap(definition: Function) -> Composite:
        doc = (definition.__doc__ or "").strip().splitlines()[0]
        return Composite(name=definition.__name__, doc=doc, torch=torch, numpy=numpy, aten=aten, definition=definition)

    return wrap
