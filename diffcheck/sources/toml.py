"""Cases from TOML: ``[[case]]`` with a formula in text, which is read and never executed as code."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from diffcheck.case.case import OPTIONS, Case, case
from diffcheck.errors import CaseError, DiffcheckError
from diffcheck.sources.alternatives import alternatives
from diffcheck.sources.expression import Expression
from diffcheck.sources.grammar import is_word
from diffcheck.sources.loaded import Loaded
from diffcheck.sources.toml_inputs import demand_known, joined, parameter
from diffcheck.sources.written import text_of

# What a case may be told, and in which form.
_TEXT, _TEXTS, _TABLE = (str,), (str, list), (dict,)
_KEYS: Mapping[str, tuple[type, ...]] = {
    "name": _TEXT,
    "function": _TEXT,
    "inputs": _TABLE,
    "points": (list,),
    "where": _TEXT,
    "operators": _TEXTS,
    "wrt": _TEXTS,
    "samples": (int,),
    "expect": _TABLE,
    "because": _TEXT,
    "reference": _TEXT,
    "tags": _TEXTS,
    "alt": _TEXTS,
    "directions": _TABLE,
    "output_weights": (int, float, list, dict),
    "description": _TEXT,
}
_KINDS = {str: "text", list: "a list", dict: "a table", int: "a whole number", float: "a number", bool: "true or false"}
# Those that `diffcheck.case` takes as they are.
_OPTIONS = "operators", "wrt", "samples", "expect", "because", "reference", "tags"
# Those in which complex numbers may stand, and how many names of inputs and lists stand before these.
_NUMBERS = {"points": 2, "directions": 1, "output_weights": 0}
# A file that asks for more than this wants to run for ever.
_MOST_SAMPLES = 10_000
_HEADER = re.compile(r"\s*\[\[\s*case\s*\]\]")


def load(path: Path) -> Loaded:
    """The cases of a file, in their order, and what is wrong with the others.

    A case with ``alt`` gives further cases, in which that form is on trial against ``function``.
    """
    text, problem = text_of(path)
    if problem:
        return Loaded((), (problem,))
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as mistake:
        found = re.search(r"at line (\d+)", str(mistake))
        told = "tables or lists stand too deep" if isinstance(mistake, RecursionError) else mistake
        return Loaded((), (f"{path}:{found[1] if found else 1}: {told}",))
    tables = data.get("case", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return Loaded((), (f"{path}:1: a case begins with [[case]]",))
    cases: list[Case] = []
    problems = [
        f"{path}:{_line_of(text, key)}: there is no table {key!r}: a case begins with [[case]]"
        for key in data
        if key != "case" and difflib.get_close_matches(key.lower(), ["case"], 1)
    ]
    lines: dict[str, int] = {}
    for number, table in enumerate(tables):
        place = _Place(text, number)
        try:
            made = list(_cases(table, place))
            for one in made:
                if one.name in lines:
                    raise CaseError(f"a case called {one.name!r} stands in line {lines[one.name]}: give another name")
                lines[one.name] = place.line()
        except DiffcheckError as mistake:
            problems.append(f"{path}:{place.line(place.key)}: {mistake}")
        else:
            cases += [replace(one, source=f"{path}:{place.line()}") for one in made]
    return Loaded(tuple(cases), tuple(problems))


def _line_of(text: str, key: str) -> int:
    """The number of the first line that names something at the top; the first one if it is not found."""
    pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


class _Place:
    """Where a table of a file stands; ``key`` is the one that is being read."""

    def __init__(self, text: str, number: int) -> None:
        self._lines = text.splitlines()
        headers = [*_headers(self._lines), len(self._lines)]
        self._first = headers[number] if number + 1 < len(headers) else 0
        self._last = headers[number + 1] if number + 1 < len(headers) else len(self._lines)
        self.key = ""

    def line(self, key: str = "") -> int:
        """The number of the line of a key; of the table, if it is not found."""
        pattern = re.compile(rf"\s*(\[case\.)?[\"']?{re.escape(key)}[\"']?\s*(=|\]|\.)")
        for number in range(self._first, self._last) if key else ():
            if pattern.match(self._lines[number]):
                return number + 1
        return self._first + 1


def _headers(lines: list[str]) -> Iterator[int]:
    """The lines that begin a case, outside of texts over several lines."""
    inside = ""
    for number, line in enumerate(lines):
        if not inside and _HEADER.match(line):
            yield number
        for quotes in re.findall(r'"""|\'\'\'', line):
            inside = "" if inside == quotes else inside or quotes


def _cases(table: Mapping[str, Any], place: _Place) -> Iterator[Case]:
    """The cases of a table: one, or of ``each`` several, and their other forms."""
    for key, value in table.items():
        place.key = key
        demand_known(key, _KEYS, "a case")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            kinds = " or ".join(_KINDS[kind] for kind in _KEYS[key])
            raise CaseError(f"{key} must be {kinds}, not {_KINDS.get(type(value), type(value).__name__)}")
    place.key = ""
    for key in ("name", "function", "inputs"):
        if key not in table:
            raise CaseError(f"the case has no {key}: give its name, function and [case.inputs]")
    parameters = {}
    for name, given in table["inputs"].items():
        place.key = name
        if not is_word(name):
            raise CaseError(
                f"input {name!r}: no formula can name it: write letters, digits and _, as in {_named(name)}"
            )
        if name in OPTIONS:
            raise CaseError(f"input {name!r} is called like an option of diffcheck.case: give it another name")
        parameters[name] = parameter(name, given)
    options = {key: table[key] for key in _OPTIONS if key in table}
    for key, before in _NUMBERS.items():
        place.key = key
        if key in table:
            options[key] = joined(table[key], before)
    place.key = "samples"
    if options.get("samples", 0) > _MOST_SAMPLES:
        raise CaseError(f"samples = {options['samples']}: more than {_MOST_SAMPLES:,} points are for a file of Python")
    place.key = "where"
    if "where" in table:
        options["where"] = Expression(table["where"])
        if options["where"].condition is False:
            raise CaseError(f"where = {table['where']!r} is a number: write a condition, such as x < 1")
    place.key = "function"
    function = Expression(table["function"], parameters)
    place.key = "alt"
    alts = table.get("alt", [])
    forms = [Expression(form, parameters) for form in ([alts] if isinstance(alts, str) else map(_text, alts))]
    place.key = ""
    made = case(name=table["name"], **options, **parameters)(function)
    for one in made if isinstance(made, tuple) else (made,):
        one = replace(one, doc=table.get("description", ""))
        yield one
        yield from alternatives(one, forms)


def _named(name: str) -> str:
    """A name like this one that formulas can use."""
    word = re.sub(r"\W+", "_", name, flags=re.ASCII)
    return next(found for found in (word, f"{word}_", f"x{word}") if is_word(found) and found.strip("_"))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise CaseError(f"alt holds {value!r}: each must be a formula in text")
    return value
