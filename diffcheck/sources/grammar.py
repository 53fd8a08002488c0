"""The words of a formula such as ``x*sin(x)``: numbers, names and signs, each with its place."""

import keyword
import re
import unicodedata
from dataclasses import dataclass

from diffcheck.errors import UsageError
from diffcheck.sources.caret import under
from diffcheck.sources.spellings import LIBRARIES

# A longer text is no formula that somebody wrote down.
LONGEST = 100_000
# Parentheses inside one another. Each takes several calls of Python's, which has a thousand.
DEEPEST = 64
# A formula of fewer characters is told whole in an error.
_SHORT = 80

_WORDS = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?(?:[jJ](?!\w))?)"
    r"|(?P<text>'[\w-]*'|\"[\w-]*\")"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\*\*|//|<=|>=|==|!=|[-+*/%@<>=(),\[\]&|~])"
)
# The condition of the last pair of ``Piecewise``.
ALWAYS = "True"
# What an option may be beside a number.
TRUTHS = {ALWAYS: True, "False": False}
JOINING_WORDS = {"and", "or", "not", "if", "else", *TRUTHS}
_FOREIGN = {*keyword.kwlist} - JOINING_WORDS


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a formula; ``kind`` is ``number``, ``name``, ``sign``, ``text`` or ``end``."""

    kind: str
    text: str
    place: int


class NoFormula(UsageError):
    """A text that does not hang together."""

    def __init__(self, shown: str, why: str) -> None:
        super().__init__(f"{shown} is no formula: {why}")
        self.shown = shown
        self.why = why


def refusal(text: str, place: int | None, why: str) -> UsageError:
    """The error that a formula is wrong at a place, or as a whole."""
    return UsageError(f"{_quoted(text, 'the formula')}: {why}{_below(text, place)}")


def foreign(text: str, place: int, what: str) -> UsageError:
    """The error for what is Python, but no formula."""
    return refusal(text, place, f"{what} cannot stand in a formula: use the operations of diffcheck.ops")


def no_formula(text: str, place: int | None, why: str) -> NoFormula:
    """The error for a text that does not hang together."""
    return NoFormula(_quoted(text, "the text"), f"{why}{_below(text, place)}")


def _quoted(text: str, otherwise: str) -> str:
    return repr(text) if len(text) < _SHORT and text.isprintable() else otherwise


def _below(text: str, place: int | None) -> str:
    return "" if place is None else f"\n{under(text, place)}"


def words(text: str) -> list[Word]:
    """The words of a text, and an end.

    Raises
    ------
    UsageError
        For what is none, and for an overlong text.
    """
    if len(text) > LONGEST:
        raise UsageError(f"a formula of {len(text):,} characters is longer than {LONGEST:,}")
    found: list[Word] = []
    place = 0
    while place < len(text):
        match = _WORDS.match(text, place)
        if match is None:
            raise _unknown(text, place)
        kind = str(match.lastgroup)
        if kind == "name" and match[0] in _FOREIGN:
            raise foreign(text, place, match[0])
        if kind == "name" and not match[0].isidentifier():
            raise _no_name(text, place, match[0])
        if kind == "name" and found and found[-1].kind == "number" and found[-1].place + len(found[-1].text) == place:
            raise no_formula(text, place, f"write a sign between {found[-1].text} and {match[0]}")
        if kind != "space":
            found.append(Word(kind, match[0], place))
        place = match.end()
    return [*found, Word("end", "", len(text))]


def is_word(name: str) -> bool:
    """Whether a formula can name an input so."""
    return name.isidentifier() and name not in _FOREIGN | JOINING_WORDS


def number(text: str, word: Word) -> int | float | complex:
    """The number that a word writes; a whole one without point and exponent is whole, one with ``j`` imaginary."""
    digits = word.text.rstrip("jJ")
    try:
        value = float(digits)
    except ValueError:
        raise no_formula(text, word.place, f"{word.text} is no number") from None
    if value == float("inf"):
        raise refusal(text, word.place, "the number is larger than every double")
    if value == 0 and re.search("[1-9]", re.split("[eE]", digits)[0]):
        raise refusal(text, word.place, "the number is smaller than every double but zero")
    if digits != word.text:
        return complex(0, value)
    return int(digits) if digits.replace("_", "").isdecimal() else value


def _no_name(text: str, place: int, name: str) -> UsageError:
    """The error for letters and digits that make no name, such as those of ``x²``."""
    length = next((k for k in range(len(name)) if not name[: k + 1].isidentifier()), 0)
    plain = unicodedata.normalize("NFKC", name[length])
    if unicodedata.decomposition(name[length]).startswith("<super>") and plain.isdecimal():
        behind = re.match(r"[^\W\d]+", name[length:])
        power = unicodedata.normalize("NFKC", behind[0]) if behind else plain
        return refusal(text, place + length, f"{name[length]} is no power here: write **{power}")
    advice = f": write {unicodedata.normalize('NFKC', name)}" if plain.isdecimal() else ""
    return refusal(text, place + length, f"{name[length]!r} stands in no name{advice}")


def _unknown(text: str, place: int) -> UsageError:
    character = text[place]
    if character == "^":
        return refusal(text, place, "^ is no power here: write **")
    before = re.search(r"[^\W\d]\w*$", text[:place])
    behind = re.match(r"(\.[^\W\d]\w*)+", text[place:])
    if before and behind and before[0] in LIBRARIES:
        library, _, name = (before[0] + behind[0]).rpartition(".")
        return refusal(text, before.start(), f"functions stand alone: write {name}, without {library}.")
    told = {"'": "a text", '"': "a text", ".": "what follows a dot", ":": "a colon", "{": "a set"}
    if character in told:
        return foreign(text, place, told[character])
    return no_formula(text, place, f"{character!r} means nothing here")
