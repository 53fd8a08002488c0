"""Reads a formula such as ``x*sin(x)`` from left to right, each sign as strong as in Python."""

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from diffcheck import ops
from diffcheck.ops.arity import demand_arguments
from diffcheck.ops.composites import Composite
from diffcheck.ops.spellings import TOGETHER, suggestion
from diffcheck.ops.table import Operation
from diffcheck.sources.arrays import array, element
from diffcheck.sources.cursor import Cursor
from diffcheck.sources.formula import Formula, Operand, Slot, Step, depends
from diffcheck.sources.grammar import (
    ALWAYS,
    DEEPEST,
    JOINING_WORDS,
    TRUTHS,
    Word,
    foreign,
    no_formula,
    number,
    refusal,
    words,
)
from diffcheck.sources.spellings import AMBIGUOUS, CONSTANTS, DEFINED, EXTREMES, HYPERGEOMETRIC, JOINING, OPERATIONS

_RELATIONS = {"<": ops.lt, "<=": ops.le, ">": ops.gt, ">=": ops.ge, "==": ops.eq, "!=": ops.ne}


def _floored(x: Any, y: Any) -> Any:
    return ops.floor(ops.div(x, y))


# The signs that take an operand on each side, the weakest first; those of a row are taken from left to right.
_BINARY: tuple[Mapping[str, Callable[..., Any]], ...] = (
    {"+": ops.add, "-": ops.sub},
    {"*": ops.mul, "/": ops.div, "//": _floored, "%": ops.remainder, "@": ops.matmul},
)


def read(text: str, found: list[Word], inputs: Iterable[str]) -> tuple[tuple[Step, ...], Operand]:
    """The steps of a formula over named inputs, and its result.

    Raises
    ------
    UsageError
        For what is no formula over `diffcheck.ops`; a caret stands under the place.
    """
    reader = _Reader(text, found, inputs)
    result = reader.whole()
    return tuple(reader.steps.made), result


class _Reader(Cursor):
    """Reads the words of a formula from left to right."""

    def whole(self) -> Operand:
        """The operand that the whole text is."""
        result = self._any()
        if self._word.kind != "end":
            raise self._astray()
        return self._at(0, array, self.steps, result) if depends(result) else result

    def _any(self) -> Operand:
        """A choice, ``a if c else b``, or what is none."""
        self._depth += 1
        if self._depth > DEEPEST + 1:
            raise refusal(self._text, self._word.place, f"more than {DEEPEST} parentheses stand inside one another")
        choices: list[tuple[Word, Operand, Operand]] = []
        found = self._alternatives()
        while word := self._take("if"):
            choices.append((word, self._alternatives(), found))
            self._demand("else")
            found = self._alternatives()
        for word, condition, value in reversed(choices):
            found = self._apply(word.place, ops.where, condition, value, found)
        self._depth -= 1
        return found

    def _alternatives(self) -> Operand:
        """What ``or`` joins."""
        found = self._all()
        while word := self._take("or", "|"):
            found = self._apply(word.place, ops.logical_or, found, self._all())
        return found

    def _all(self) -> Operand:
        """What ``and`` joins."""
        found = self._negated()
        while word := self._take("and", "&"):
            found = self._apply(word.place, ops.logical_and, found, self._negated())
        return found

    def _negated(self) -> Operand:
        negations = []
        while word := self._take("not", "~"):
            negations.append(word)
        found = self._related()
        for word in reversed(negations):
            found = self._apply(word.place, ops.logical_not, found)
        return found

    def _related(self) -> Operand:
        """A relation; of several, ``a < b < c``, all hold."""
        left = self._binary(0)
        found: Operand = None
        while word := self._take(*_RELATIONS):
            right = self._binary(0)
            holds = self._apply(word.place, _RELATIONS[word.text], left, right)
            found = holds if found is None else self._apply(word.place, ops.logical_and, found, holds)
            left = right
        return left if found is None else found

    def _binary(self, level: int) -> Operand:
        if level == len(_BINARY):
            return self._signed()
        found = self._binary(level + 1)
        while word := self._take(*_BINARY[level]):
            found = self._apply(word.place, _BINARY[level][word.text], found, self._binary(level + 1))
        return found

    def _signed(self) -> Operand:
        """What has signs before it; a power binds more strongly than they do."""
        signs = []
        while word := self._take("+", "-"):
            signs.append(word)
        found = self._power()
        for word in reversed(signs):
            if word.text == "-":
                plain = isinstance(found, (int, float)) and not isinstance(found, bool)
                found = -found if plain else self._apply(word.place, ops.neg, found)
        return found

    def _power(self) -> Operand:
        base = self._indexed()
        word = self._take("**")
        if word is None:
            return base
        self._depth += 1
        if self._depth > DEEPEST + 1:
            raise refusal(self._text, word.place, f"more than {DEEPEST} powers stand on one another")
        exponent = self._signed()
        self._depth -= 1
        return self._apply(word.place, ops.power, base, exponent)

    def _indexed(self) -> Operand:
        """A number, a name, a call, a list; with whole numbers in brackets behind it."""
        found = self._single()
        while word := self._take("["):
            place = self._several("]")
            if not place or not all(type(k) is int for k in place):
                raise foreign(self._text, word.place, "an index that is no whole number")
            found = self._apply(word.place, element, found, place[0] if len(place) == 1 else place)
        return found

    def _single(self) -> Operand:
        word = self._word
        if word.kind == "end":
            raise self._astray()
        self._next += 1
        if word.kind == "number":
            return number(self._text, word)
        if word.kind == "name" and word.text not in JOINING_WORDS:
            if self._take("("):
                return self._called(word)
            return self._named(word)
        if word.text == "(":
            items = self._several(")")
            comma = self._words[self._next - 2].text == ","
            if not items and not comma and self._word.kind == "end":
                raise no_formula(self._text, word.place, "the parentheses are empty")
            return items[0] if len(items) == 1 and not comma else items
        if word.text == "[":
            return self._several("]")
        self._next -= 1
        if word.text in TRUTHS:
            raise foreign(self._text, word.place, f"{word.text} outside of Piecewise and options")
        if word.kind == "text":
            raise foreign(self._text, word.place, "a text")
        if word.text in ("*", "**"):
            raise foreign(self._text, word.place, "a star without a factor before it")
        raise self._astray()

    def _named(self, word: Word) -> Operand:
        if word.text in self.steps.inputs:
            return self.steps.inputs[word.text]
        if word.text in CONSTANTS:
            return CONSTANTS[word.text]
        known = ", ".join(self.steps.names)
        close = difflib.get_close_matches(word.text, self.steps.names, 1)
        advice = f"did you mean {close[0]!r}?" if close else f"they are {known}" if known else "there are none"
        raise refusal(self._text, word.place, f"{word.text!r} is none of the inputs: {advice}")

    def _called(self, word: Word) -> Operand:
        if word.text == "Piecewise":
            return self._pieces(word)
        if word.text == "hyper":
            return self._hypergeometric(word)
        if word.text in TOGETHER:
            return self._one_of(word, TOGETHER[word.text])
        if word.text in AMBIGUOUS:
            raise refusal(self._text, word.place, AMBIGUOUS[word.text])
        if word.text not in _CALLED:
            raise refusal(
                self._text,
                word.place,
                f"there is no operation {word.text!r}{suggestion(word.text, _CALLED) or ', see diffcheck.ops'}",
            )
        options: dict[str, Operand] = {}
        items = self._several(")", options)
        if word.text in EXTREMES and len(items) == 1 and isinstance(items[0], (Slot, tuple)):
            return self._apply(word.place, EXTREMES[word.text], *items, **options)
        if word.text in JOINING and items and not options:
            return functools.reduce(lambda x, y: self._apply(word.place, JOINING[word.text], x, y), items)
        formula = None if options else _defined(word.text, len(items))
        if formula is not None:
            given = [self._at(word.place, array, self.steps, item) for item in items]
            return self._at(word.place, self.steps.insert, formula, given)
        function = OPERATIONS.get(word.text)
        if function is None or (word.text in JOINING and not items):
            known = [signature for signature in DEFINED if signature.startswith(f"{word.text}(")]
            raise refusal(self._text, word.place, f"write {' or '.join(known or [f'{word.text}(x, y)'])}")
        if isinstance(function, Composite):
            named = function.named(options)
            items, options = self._at(word.place, function.meant, items, named)
        if isinstance(function, Operation):
            self._at(word.place, demand_arguments, function, len(items), options)
        return self._apply(word.place, function, *items, **options)

    def _one_of(self, word: Word, names: Sequence[str]) -> Operand:
        """A call that gives several values, and a whole number in brackets that says which."""
        items = self._several(")")
        place = self._several("]") if self._take("[") else ()
        if len(place) != 1 or type(place[0]) is not int or not -len(names) <= place[0] < len(names):
            told = ", ".join(f"{word.text}(...)[{k}] or {name}(...)" for k, name in enumerate(names))
            raise refusal(self._text, word.place, f"{word.text} gives {len(names)} values: write {told}")
        function = OPERATIONS[names[place[0]]]
        self._at(word.place, demand_arguments, function, len(items), {})
        return self._apply(word.place, function, *items)

    def _hypergeometric(self, word: Word) -> Operand:
        """SymPy's ``hyper([a, b], [c], x)``, of as many parameters as there are rows for."""
        items = self._several(")")
        lists = items[:-1]
        of = HYPERGEOMETRIC.get(tuple(len(held) if isinstance(held, tuple) else -1 for held in lists))
        if of is None:
            raise refusal(
                self._text, word.place, "write hyper([], [b], x), hyper([a], [b], x) or hyper([a, b], [c], x)"
            )
        above, below = lists
        return self._apply(word.place, of, *above, *below, items[-1])

    def _pieces(self, word: Word) -> Operand:
        """SymPy's ``Piecewise((x, x > 0), (-x, True))``: the first value whose condition holds."""
        pairs: list[tuple[Operand, Operand]] = []
        while not pairs or self._take(",") is not None:
            self._demand("(")
            value = self._any()
            self._demand(",")
            always = self._take(ALWAYS) is not None
            pairs.append((value, True if always else self._any()))
            self._take(",")
            self._demand(")")
            if always:
                break
        self._demand(")")
        *others, (found, condition) = pairs
        if condition is not True:
            raise refusal(self._text, word.place, "the last pair of Piecewise is (value, True)")
        for value, condition in reversed(others):
            found = self._apply(word.place, ops.where, condition, value, found)
        return found

    def _option(self) -> Operand:
        """What an option is: an operand, a truth value, or a text."""
        word = self._word
        if word.kind != "text" and word.text not in TRUTHS:
            return self._any()
        self._next += 1
        return word.text[1:-1] if word.kind == "text" else TRUTHS[word.text]

    def _several(self, closing: str, options: dict[str, Operand] | None = None) -> tuple[Operand, ...]:
        """Operands up to a closing sign, with commas between them."""
        items: list[Operand] = []
        while self._take(closing) is None:
            if options is not None and self._word.kind == "name" and self._words[self._next + 1].text == "=":
                name = self._word.text
                self._next += 2
                options[name] = self._option()
            else:
                items.append(self._any())
            if self._take(",") is None:
                self._demand(closing)
                break
        return tuple(items)


_CALLED = {*OPERATIONS, *JOINING, *TOGETHER, *(signature.partition("(")[0] for signature in DEFINED)}


@functools.cache
def _defined(name: str, count: int) -> Formula | None:
    """A function of so many arguments that is defined by a formula; ``None`` where there is none."""
    for signature, text in DEFINED.items():
        called, _, names = signature.removesuffix(")").partition("(")
        if called == name and len(names.split(", ")) == count:
            given = names.split(", ")
            return Formula(signature, given, *read(text, words(text), given))
    return None
