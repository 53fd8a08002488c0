"""An expression of FPCore as steps of a formula."""

import difflib
import functools
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from diffcheck import ops
from diffcheck.errors import CaseError, Unsupported
from diffcheck.sources.formula import Formula, Operand, Steps
from diffcheck.sources.fpcore import rows
from diffcheck.sources.fpcore.lists import Atom, List, Misplaced, Node, Text
from diffcheck.sources.fpcore.numbers import digits, is_number, number

# So many expressions are read of one core, whose calls of other cores may multiply them.
_MOST = 1_000_000
# Of no more digits than a number has.
_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")
_Reading = Generator[Node, Operand, Operand]


@dataclass(frozen=True, slots=True)
class Callee:
    """A core that later ones may call by its name."""

    arguments: tuple[str, ...]
    body: Node


def translated(
    node: Node,
    names: tuple[str, ...],
    called: str,
    *,
    callees: Mapping[str, Callee] | None = None,
    infinite: bool = False,
    condition: bool = False,
) -> Formula:
    """The function of these names that an expression is.

    Parameters
    ----------
    called:
        The formula's name.
    infinite:
        Whether infinity may stand in it, as in a precondition.
    condition:
        Whether it is a precondition, and no number.

    Raises
    ------
    Misplaced
        For a mistake, with its place.
    Unsupported
        For what has no derivative here, or no counterpart in `diffcheck.ops`.
    """
    translation = _Translation(names, callees or {}, infinite)
    found = translation.of(node)
    if condition:
        translation.demand_kind(node, found, True, ":pre")
    return translation.steps.formula(called, found)


class _Translation:
    def __init__(self, names: tuple[str, ...], callees: Mapping[str, Callee], infinite: bool) -> None:
        self.steps = Steps(names)
        self._scope: dict[str, list[Operand]] = {name: [slot] for name, slot in self.steps.inputs.items()}
        self._callees = callees
        self._infinite = infinite
        self._read = 0
        # What a core is for the same operands it is once.
        self._called: dict[tuple[Any, ...], Operand] = {}

    def of(self, node: Node) -> Operand:
        """The operand that an expression is.

        Expressions wait for their parts on a list, not in calls inside calls: programs go thousands of them deep.
        """
        waiting = [self._expression(node)]
        found: Operand = None
        while waiting:
            try:
                part = waiting[-1].send(found)
            except StopIteration as done:
                waiting.pop()
                found = done.value
            else:
                waiting.append(self._expression(part))
                found = None
        return found

    def _expression(self, node: Node) -> _Reading:
        self._read += 1
        if self._read > _MOST:
            raise Unsupported(f"more than {_MOST:,} expressions, those of called cores among them")
        if isinstance(node, Text):
            raise Misplaced("a text is no number", node.place)
        if isinstance(node, Atom):
            return self._atom(node)
        if not node.head:
            raise Misplaced("an expression begins with the name of an operation", node.place)
        operands = node.items[1:]
        head = node.head
        if head in ("!", "cast"):
            return (yield self._annotated(node))
        if head == "digits":
            return self._digits(node)
        if head in rows.UNSUPPORTED:
            raise Unsupported(f"{head} is {rows.UNSUPPORTED[head]}")
        if head in ("let", "let*"):
            return (yield from self._let(node, in_turn=head == "let*"))
        values: list[Operand] = []
        for operand in operands:
            value = yield operand
            values.append(value)
        if head in self._callees:
            return (yield from self._call(node, self._callees[head], values))
        if head == "if":
            self._demand(node, len(operands) == 3, "a condition and two values")
            self.demand_kind(operands[0], values[0], True, head)
            if self.steps.condition(values[1]) is not None:
                alike = bool(self.steps.condition(values[1]))
                self.demand_kind(operands[2], values[2], alike, "beside its first value if")
            return self._apply(node, ops.where, *values)
        conditions = head in rows.JOINING or head == "not"
        for operand, value in zip(operands, values, strict=True):
            self.demand_kind(operand, value, conditions, head)
        if head in rows.JOINING:
            join, none = rows.JOINING[head]
            return functools.reduce(functools.partial(self._apply, node, join), values, none)
        if head in rows.RELATIONS:
            return self._relation(node, values)
        if head in rows.CHAINED:
            return self._chained(node, values)
        if head in rows.OPERATIONS:
            count, function = rows.OPERATIONS[head]
            self._demand(node, len(operands) == count, f"{count} operand{'s' * (count > 1)}")
            return self._apply(node, function, *values)
        raise self._unknown(node, head, [*rows.KNOWN, *self._callees], "operation")

    def _atom(self, atom: Atom) -> Operand:
        text = atom.text
        if self._scope.get(text):
            return self._scope[text][-1]
        if text in rows.CONSTANTS:
            return rows.CONSTANTS[text]
        if text in rows.INFINITE:
            if not self._infinite:
                raise Unsupported(f"{text} has no derivative")
            return rows.INFINITE[text]
        if not is_number(text):
            raise self._unknown(atom, text, [name for name, held in self._scope.items() if held], "variable")
        try:
            return number(text)
        except ValueError:
            raise Misplaced(f"{text} is no number", atom.place) from None

    def _digits(self, node: List) -> Operand:
        """What ``(digits m e b)`` writes."""
        texts = [part.text if isinstance(part, Atom) else "" for part in node.items[1:]]
        fits = len(texts) == 3 and all(map(_WHOLE.fullmatch, texts)) and int(texts[2]) > 1
        if not fits:
            told = "digits wants three whole numbers, (digits m e b) for m times b to the power e, with b above 1"
            raise Misplaced(told, node.place)
        return digits(*map(int, texts))

    def _annotated(self, node: List) -> Node:
        """What stands behind properties; how it is rounded says nothing of the function that it is."""
        properties, inside = node.items[1:-1], node.items[-1]
        fits = len(node.items) > 1 and len(properties) % 2 == 0 and (node.head == "!" or not properties)
        self._demand(node, fits, "properties, each with its value, and an expression")
        for name, value in zip(properties[::2], properties[1::2], strict=True):
            demand_smooth(name, value)
        return inside

    def _let(self, node: List, in_turn: bool) -> _Reading:
        self._demand(node, len(node.items) == 3 and isinstance(node.items[1], List), "([name value] ...) and a value")
        bound: list[tuple[str, Operand]] = []
        names: list[str] = []
        bindings = node.items[1]
        assert isinstance(bindings, List)
        for binding in bindings.items:
            name = binding.items[0] if isinstance(binding, List) and len(binding.items) == 2 else None
            if not isinstance(binding, List) or not isinstance(name, Atom) or is_number(name.text):
                raise Misplaced("a binding is [name value]", binding.place)
            value = yield binding.items[1]
            names.append(name.text)
            if in_turn:
                self._scope.setdefault(name.text, []).append(value)
            else:
                bound.append((name.text, value))
        for text, value in bound:
            self._scope.setdefault(text, []).append(value)
        result = yield node.items[2]
        for text in names:
            self._scope[text].pop()
        return result

    def _call(self, node: List, callee: Callee, values: list[Operand]) -> _Reading:
        count = len(callee.arguments)
        self._demand(node, len(values) == count, f"{count} operand{'s' * (count > 1)}")
        called = node.head, *((type(value), value) for value in values)
        if called in self._called:
            return self._called[called]
        outside = self._scope
        self._scope = {name: [value] for name, value in zip(callee.arguments, values, strict=True)}
        result = yield callee.body
        self._scope = outside
        self._called[called] = result
        return result

    def _relation(self, node: List, values: list[Operand]) -> Operand:
        """Each operand beside the next one; that all differ is said of every two."""
        relation = rows.RELATIONS[node.head]
        each = [(x, y) for k, x in enumerate(values) for y in values[k + 1 :][: None if node.head == "!=" else 1]]
        holds = [self._apply(node, relation, x, y) for x, y in each]
        return functools.reduce(functools.partial(self._apply, node, ops.logical_and), holds, True)

    def _chained(self, node: List, values: list[Operand]) -> Operand:
        self._demand(node, bool(values), "operands")
        if len(values) > 1:
            return functools.reduce(functools.partial(self._apply, node, rows.CHAINED[node.head]), values)
        alone: Mapping[str, Callable[[Operand], Operand]] = {
            "-": lambda x: self._apply(node, ops.neg, x),
            "/": lambda x: self._apply(node, ops.div, 1, x),
        }
        return alone.get(node.head, lambda x: x)(values[0])

    def _apply(self, node: List, function: Callable[..., Any], *operands: Operand) -> Operand:
        try:
            return self.steps.apply(function, *operands)
        except CaseError as mistake:
            raise Unsupported(str(mistake)) from None

    def demand_kind(self, node: Node, value: Operand, truth: bool, by: str) -> None:
        """Raise `Misplaced` for a number where a condition is meant, and for a condition as a number."""
        if self.steps.condition(value) is (not truth):
            wants = "a condition, such as (< x 1), not a number" if truth else "a number, not a condition"
            raise Misplaced(f"{by} wants {wants}", node.place)

    def _demand(self, node: List, fits: bool, what: str) -> None:
        if not fits:
            raise Misplaced(f"{node.head} wants {what}, not {len(node.items) - 1} of them", node.place)

    def _unknown(self, node: Node, text: str, known: list[str], kind: str) -> Misplaced:
        close = difflib.get_close_matches(text, known, 1)
        return Misplaced(
            f"there is no {kind} {text!r}" + (f": did you mean {close[0]!r}?" if close else ""), node.place
        )


def demand_smooth(name: Node, value: Node) -> None:
    """Raise `Unsupported` for a property that makes steps of a function."""
    if not isinstance(name, Atom) or not name.text.startswith(":"):
        raise Misplaced("a property begins with its name, as in :precision", name.place)
    if name.text == ":precision" and not (isinstance(value, Atom) and value.text in rows.FORMATS):
        shown = value.text if isinstance(value, Atom) else "another format"
        raise Unsupported(f"it is rounded to {shown} on purpose, which makes steps")
