"""FPCore text as lists in parentheses, each with its place."""

import re
from dataclasses import dataclass

from diffcheck.errors import SourceError

_WORDS = re.compile(
    r'(?P<space>\s+|;[^\n]*)|(?P<open>[(\[])|(?P<close>[)\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<atom>(?:\|[^|]*\||[^\s()\[\]";|])+)',
    re.S,
)
# What stands between bars is one name, or a part of one, blanks and all.
_BARS = re.compile(r"\|([^|]*)\|")
# Where a core begins again after one that is broken.
_CORE = re.compile(r"^\(FPCore(?![^\s(\[])", re.M)
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


def lists(text: str) -> tuple[list[Node], list[Misplaced]]:
    """What stands at the top of a text, and the mistakes in its parentheses.

    After a mistake it goes on at the next line that begins with a core.
    """
    found: list[Node] = []
    mistakes: list[Misplaced] = []
    place = 0
    while place < len(text):
        several, mistake = _whole(text, place)
        found += several
        if mistake is None:
            break
        mistakes.append(mistake)
        following = _CORE.search(text, mistake.place + 1)
        place = len(text) if following is None else following.start()
    return found, mistakes


def _whole(text: str, place: int) -> tuple[list[Node], Misplaced | None]:
    """What stands at the top from a place on, up to the first mistake in its parentheses, and that mistake."""
    found: list[Node] = []
    # What is open: each with its place, its sign and what it holds so far. No calls inside calls, however deep it goes.
    pending: list[tuple[int, str, list[Node]]] = []
    while place < len(text):
        match = _WORDS.match(text, place)
        if match is None:
            sign = "bar" if text[place] == "|" else "quotation mark"
            return found, Misplaced(f"the {sign} has no partner", place)
        if _CORE.search(text, place + 1, match.end()):
            sign = "quotation mark" if match.lastgroup == "text" else "bar"
            return found, Misplaced(f"the {sign} has no partner before the next core begins", place)
        items = pending[-1][2] if pending else found
        match match.lastgroup:
            case "open":
                if pending and _CORE.match(text, place):
                    start, sign, _ = pending[-1]
                    return found, Misplaced(f"{sign} is not closed where the next core begins", start)
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
                items.append(Atom(_BARS.sub(r"\1", match[0]), place))
        place = match.end()
    return found, Misplaced(f"{pending[-1][1]} is not closed", pending[-1][0]) if pending else None
