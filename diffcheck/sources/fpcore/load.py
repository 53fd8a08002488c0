"""A file of cores as cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diffcheck.case.case import Case, Point
from diffcheck.case.constants import doubles
from diffcheck.case.domain import Interval
from diffcheck.case.family import is_name
from diffcheck.case.precondition import Precondition
from diffcheck.errors import Unsupported
from diffcheck.sources.alternatives import Refusal, alternatives
from diffcheck.sources.caret import line_of, under
from diffcheck.sources.formula import Formula
from diffcheck.sources.fpcore.domains import domains
from diffcheck.sources.fpcore.held import Held
from diffcheck.sources.fpcore.lists import Atom, List, Misplaced, Node, Text, lists
from diffcheck.sources.fpcore.translate import Callee, demand_smooth, translated
from diffcheck.sources.loaded import Loaded
from diffcheck.sources.written import text_of


@dataclass(frozen=True, slots=True)
class _Core:
    """The parts of a core: its own name, if it has one, its arguments, properties and body."""

    ident: str
    arguments: tuple[Node, ...]
    properties: Mapping[str, tuple[Node, ...]]
    body: Node
    place: int

    def word(self, name: str) -> str:
        """A property that is one text or name; empty if there is none."""
        value = self.properties.get(name, (None,))[0]
        return value.text if isinstance(value, (Text, Atom)) else ""


def load(path: Path) -> Loaded:
    """The cases of a file, in their order, and what is wrong with the cores that are none.

    A core with ``:alt`` gives further cases, in which that form is on trial against the core itself.
    """
    text, problem = text_of(path)
    if problem:
        return Loaded((), (problem,))
    nodes, mistakes = lists(text)
    cases: list[Case] = []
    callees: dict[str, Callee] = {}
    taken: set[str] = set()
    for number, node in enumerate(nodes, 1):
        try:
            core = _parts(node)
            cases += [_renamed(case, taken) for case in _cases(core, f"{path.stem} {number}", callees, path, text)]
        except Misplaced as mistake:
            mistakes.append(mistake)
    mistakes.sort(key=lambda mistake: mistake.place)
    return Loaded(tuple(cases), tuple(_told(path, text, mistake) for mistake in mistakes))


def _told(path: Path, text: str, mistake: Misplaced) -> str:
    return f"{path}:{line_of(text, mistake.place)}: {mistake}\n{under(text, mistake.place)}"


def _renamed(case: Case, taken: set[str]) -> Case:
    """The case under a name that no earlier one has."""
    name, count = case.name, 1
    while name in taken:
        count += 1
        name = f"{case.name} #{count}"
    taken.add(name)
    return replace(case, name=name)


def _parts(node: Node) -> _Core:
    if not isinstance(node, List) or node.head != "FPCore":
        raise Misplaced("a file holds cores, (FPCore (x y) ... expression)", node.place)
    items = node.items[1:]
    ident = ""
    if items and isinstance(items[0], Atom):
        ident, items = items[0].text, items[1:]
    if not items or not isinstance(items[0], List):
        raise Misplaced("a core begins with its arguments, (FPCore (x y) ... expression)", node.place)
    properties: dict[str, tuple[Node, ...]] = {}
    name = ""
    rest = items[1:-1]
    for item in rest:
        if not name:
            if not isinstance(item, Atom) or not item.text.startswith(":"):
                raise Misplaced("a property begins with its name, as in :name", item.place)
            name = item.text
        else:
            properties[name] = (*properties.get(name, ()), item) if name == ":alt" else (item,)
            name = ""
    last = items[-1]
    if name or len(items) < 2 or (isinstance(last, Atom) and last.text.startswith(":")):
        raise Misplaced("a core ends with its expression", node.place)
    return _Core(ident, items[0].items, properties, last, node.place)


def _cases(core: _Core, otherwise: str, callees: dict[str, Callee], path: Path, text: str) -> Iterator[Case]:
    """The case of a core, then one for each other form of it."""
    named = " ".join((core.word(":name") or core.ident or otherwise).replace("::", ":").split())
    called = named if is_name(named) else otherwise
    names, annotated = _arguments(core)
    where = f"{path}:{line_of(text, core.place)}"
    try:
        if annotated is not None:
            raise Unsupported(annotated)
        if not names:
            raise Unsupported("it has no argument to differentiate by")
        function = translated(core.body, names, called, callees=callees)
        if function.condition:
            if core.ident:
                callees[core.ident] = Callee(names, core.body)
            raise Unsupported("its value is a condition, which has no derivative")
        told = core.properties.get(":pre", (None,))[0]
        inputs, condition = domains(names, told, callees)
        if told is None:
            condition = Precondition(Held(function), names, {}, thin=True)
    except Unsupported as reason:
        inputs, _ = domains(names, None, {})
        yield _case(
            called, core, inputs, Refusal(called, tuple(inputs), f"line {line_of(text, core.place)}: {reason}"), where
        )
        return
    if core.ident:
        callees[core.ident] = Callee(names, core.body)
    case = replace(_case(called, core, inputs, function, where), where=condition)
    case = replace(case, points=tuple(_example(core, case)))
    yield case
    forms = [_form(alt, names, called, callees, text) for alt in core.properties.get(":alt", ())]
    yield from alternatives(case, forms)


def _form(alt: Node, names: tuple[str, ...], called: str, callees: Mapping[str, Callee], text: str) -> Any:
    """Another form of a core as a function, or as the reason why there is none."""
    try:
        return translated(alt, names, called, callees=callees)
    except Unsupported as reason:
        return Refusal(called, names, f"line {line_of(text, alt.place)}: {reason}")


def _arguments(core: _Core) -> tuple[tuple[str, ...], str | None]:
    """The names of the arguments, and why they cannot be inputs, if they cannot."""
    names: list[str] = []
    reason = None
    for argument in core.arguments:
        inside = argument
        if isinstance(argument, List) and argument.items:
            # (! :precision binary32 x), or (A n m), an array.
            annotated = argument.head == "!"
            inside = argument.items[-1 if annotated else 0]
            reason = reason or (_rounded(argument) if annotated else "an argument is an array")
        if not isinstance(inside, Atom) or inside.text in names:
            raise Misplaced("an argument is a name of its own", argument.place)
        names.append(inside.text)
    return tuple(names), reason


def _rounded(argument: List) -> str | None:
    """Why an annotated argument is no real number; `None` if it is one."""
    properties = argument.items[1:-1]
    try:
        for name, value in zip(properties[::2], properties[1::2], strict=False):
            demand_smooth(name, value)
    except Unsupported as why:
        return str(why)
    return None


def _case(name: str, core: _Core, inputs: Mapping[str, Interval], function: Formula | Refusal, source: str) -> Case:
    cites = core.properties.get(":cite", ())
    cited = [item.text for cite in cites if isinstance(cite, List) for item in cite.items if isinstance(item, Atom)]
    return Case(
        name=name,
        function=function,
        inputs=inputs,
        constants={},
        wrt=tuple(inputs),
        points=(),
        operators=(),
        samples=None,
        expect={},
        because="",
        reference=", ".join(cited),
        tags=("fpcore", *filter(None, [core.word(":precision")])),
        implementations={},
        source=source,
        doc=core.word(":description"),
    )


def _example(core: _Core, case: Case) -> Iterator[Point]:
    """The point that ``:example`` lists, if it is whole and lies where the core is tried."""
    bindings = core.properties.get(":example", (None,))[0]
    given: dict[str, Any] = {}
    for binding in bindings.items if isinstance(bindings, List) else ():
        if isinstance(binding, List) and len(binding.items) == 2 and isinstance(binding.items[0], Atom):
            try:
                value = translated(binding.items[1], (), "").constant
            except (Misplaced, Unsupported):
                return
            given[binding.items[0].text] = doubles(float(value))
    point = {name: given[name] for name in case.inputs if name in given}
    inside = all(domain.lo <= float(point.get(name, float("nan"))) <= domain.hi for name, domain in case.inputs.items())
    if inside and (case.where is None or case.where(point)):
        yield point
