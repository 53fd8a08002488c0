"""A context: one choice of each kind of condition, and how it reads in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from diffcheck.audit.conditions.incoming import INCOMING
from diffcheck.audit.conditions.layouts import LAYOUTS
from diffcheck.audit.conditions.precisions import PRECISIONS
from diffcheck.audit.conditions.sizes import Sizes
from diffcheck.audit.conditions.uses import USES
from diffcheck.audit.conditions.values import VALUES
from diffcheck.audit.subjects.declared import FREE, LEADING

# What a choice is without a reason to choose otherwise; the precision is the first that is asked for.
ORDINARY = {
    "layout": "contiguous",
    "values": "ordinary",
    "incoming": "random",
    "incoming layout": "contiguous",
    "use": "plain",
    "asked": "",
    "broadcast": "",
    "device": "cpu",
}
ALL = "every input"
# Kinds of numbers that are handed on are called ``number:name``; the ordinary choice, the number itself, is empty.
NUMBER = "number:"
_TABLES: dict[str, Mapping[str, Any]] = {"precision": PRECISIONS, "values": VALUES, "use": USES}


@dataclass(frozen=True)
class Context:
    """One choice of each kind.

    Attributes
    ----------
    sizes:
        By name.
    choices:
        ``precision``, ``values``, ``layout`` (``transposed``, or ``transposed:weight`` of one input), ``incoming``,
        ``incoming layout``, ``use``, ``asked`` (the inputs that require a gradient, with commas; empty for all),
        ``number:eps`` (another one than is handed on).
    seed:
        Of all that is drawn.
    """

    sizes: Mapping[str, Any]
    choices: Mapping[str, str]
    seed: int = 0
    key: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "key", (tuple(sorted(self.sizes.items())), tuple(sorted(self.choices.items())), self.seed)
        )

    def __getitem__(self, kind: str) -> Any:
        return self.sizes[kind[5:]] if kind.startswith("size:") else self.choices[kind]

    def with_choice(self, kind: str, name: str) -> "Context":
        """The context with another choice."""
        return replace(self, choices={**self.choices, kind: name})

    def with_sizes(self, sizes: Mapping[str, Any]) -> "Context":
        """The context with other sizes."""
        return replace(self, sizes=Sizes(sizes))

    @property
    def layout(self) -> tuple[str, str]:
        """The layout, and the input that has it: empty for all."""
        name, _, which = self.choices["layout"].partition(":")
        return name, which

    def unusual(self, precision: str) -> dict[str, str]:
        """The choices that are not the ordinary ones, sizes aside."""
        usual = {**ORDINARY, "precision": precision}
        return {kind: name for kind, name in self.choices.items() if name != usual.get(kind, "")}

    def words(self) -> str:
        """The context in words, what is ordinary left out."""
        sizes = ", ".join(size(name, value) for name, value in self.sizes.items())
        told = [told for kind, name in self.choices.items() if (told := condition(kind, name))]
        return "; ".join(filter(None, [sizes, *told]))


def size(name: str, value: Any) -> str:
    """A size in words, as ``rows = 3``, or how many axes there are more."""
    if name not in FREE:
        return f"{name} = {value}"
    where = "leading axes" if name == LEADING else "axes behind"
    return f"{where} {' x '.join(map(str, value))}" if value else f"no {where}"


def condition(kind: str, name: str) -> str:
    """A choice in words; empty for an ordinary one."""
    if ORDINARY.get(kind, "") == name:
        return ""
    if kind == "broadcast":
        return f"`{name}` is 1 and broadcast"
    if kind.startswith(NUMBER):
        return f"`{kind.removeprefix(NUMBER)}` is {name}"
    if kind == "device":
        return "" if name == "cpu" else f"on {name}"
    if kind == "layout":
        layout, _, which = name.partition(":")
        return f"{f'`{which}`' if which else ALL} {LAYOUTS[layout].words}"
    if kind == "incoming layout":
        return f"the incoming gradient {LAYOUTS[name].words}"
    if kind == "incoming":
        return f"the incoming gradient {INCOMING[name].words}"
    if kind == "asked":
        return (
            f"only {' and '.join(f'`{n}`' for n in name.split(','))} require{'s' if ',' not in name else ''} a gradient"
        )
    words: str = _TABLES[kind][name].words
    return words
