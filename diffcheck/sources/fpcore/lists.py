"""FPCore text as lists in parentheses, each with its place."""

import re
from dataclasses import dataclass

from diffcheck.errors import SourceError

_WORDS = re.compile(
    r'(?P<space>\s+|;[^\n]*)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<atom>[^\s()\[\]";]+)',
    re.S,
)
_CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Atom:
    """A name, a number or a keyword."""

    text: str
    place: int


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in quotation marks."""

    text: str
    place: int


@dataclass(frozen=True, slots=True)
class List:
    """What stands in parentheses or brackets."""

    items: tuple["Node", ...]
    place: int

    @property
    def head(self) -> str:
        """The name that it begins with; empty if it begins with none."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Atom) else ""


Node = Atom | Text | List


class Misplaced(SourceError):
    """What is wrong at a place of a text."""

    def __init__(self, why: str, place: int) -> None:
        super().__init__(why)
        self.place = place


def lists(text: str) -> tuple[list[Node], Misplaced | None]:
    """What stands at the top of a text, up to the first mistake in its parentheses, and that mistake."""
    found: list[Node] = []
    # What is open: each with its place, its sign and what it holds so far. No calls inside calls, however deep it goes.
    pending: list[tuple[int, str, list[Node]]] = []
    place = 0
    while place < len(text):
        match = _WORDS.match(text, place)
        if match is None:
            return found, Misplaced("the quotation mark has no partner", place)
        items = pending[-1][2] if pending else found
        match match.lastgroup:
            case "open":
                pending.append((place, match[0], []))
            case "close":
                if not pending:
                    return found, Misplaced(f"{match[0]} closes nothing", place)
                start, sign, held = pending.pop()
                if match[0] != _CLOSING[sign]:
                    return found, Misplaced(f"{match[0]} closes {sign}", place)
                (pending[-1][2] if pending else found).append(List(tuple(held), start))
            case "text":
                items.append(Text(match[0][1:-1].replace('\\"', '"').replace("\\\\", "\\"), place))
            case "atom":
                items.append(Atom(match[0], place))
        place = match.end()
    return found, Misplaced(f"{pending[-1][1]} is not closed", pending[-1][0]) if pending else None
