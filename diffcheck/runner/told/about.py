"""What a run tells of a case beside its results: formulas, inputs, where it stands, and what it is known again by."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from diffcheck.judgement.court import Court
from diffcheck.ops.structure import Index
from diffcheck.program.graph import Values
from diffcheck.program.program import CONST, INPUT, Node, Program
from diffcheck.program.scalarise import Lowered
from diffcheck.program.text import formula
from diffcheck.runner.plan import Unit

# A formula of more operations than this, written out, is no longer read.
_READ = 120


def about(unit: Unit) -> dict[str, Any]:
    """The fields of `diffcheck.results.CaseRow` that say what a case is."""
    case = unit.case
    return {
        "source": case.source,
        "line": line_of(case.function) if case.source else 0,
        "doc": case.doc,
        "because": case.because,
        "tags": case.tags,
        "inputs": {
            name: f"{list(domain.shape)} " * bool(domain.shape) + (str(domain) if domain.value is None else "as given")
            for name, domain in case.inputs.items()
        },
        "definition": definition(unit),
    }


def line_of(code: Any) -> int:
    """Where a function starts in its file; 0 where nobody knows."""
    return getattr(getattr(code, "__code__", None), "co_firstlineno", 0)


def formulas(court: Court) -> dict[str, Any]:
    """Those that write the function and its derivative down."""
    function = "" if court.program.is_large else program_text(court.program, court.label)
    return {"function": function, "derivative": _derivative(court)}


def _derivative(court: Court) -> str:
    """The derivative's formula, where the function has one piece, which is differentiated as a whole."""
    if court.program.is_large:
        return ""
    for question in court.questions:
        smooth = question.truth.smooth
        if smooth is not None:
            whole = smooth.program.nodes == court.program.nodes
            return program_text(court.referee.derivatives.program(smooth), court.label) if whole else ""
    return ""


def program_text(program: Program, label: Callable[[int], str]) -> str:
    """The formulas of all outputs, in brackets where there are several; empty where they are long."""
    lengths: list[int] = []
    for _, operands in map(_parts, program.nodes):
        lengths.append(1 + sum(lengths[i] for i in operands))
    outputs: list[int] = program.outputs.ravel().tolist()
    if sum(lengths[i] for i in outputs) > _READ:
        return ""
    texts = [formula(program.nodes, i, label, _READ) for i in outputs]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _parts(node: Node) -> tuple[str, tuple[int, ...]]:
    """The operation and the nodes that it is applied to; none of an input or a constant."""
    name, operands = node
    return name, () if name in (INPUT, CONST) else operands


def definition(unit: Unit) -> str:
    """What changes when the function, an input's domain or the operator does, and with nothing else.

    Empty for a case that is broken.
    """
    if unit.program is None:
        return ""
    found = hashlib.blake2b(digest_size=8)
    for part in _defining(unit):
        found.update(part)
        found.update(b"\0")
    return found.hexdigest()


def _defining(unit: Unit) -> Iterator[bytes]:
    assert unit.program is not None
    yield repr((str(unit.operator), unit.operator.direction, unit.operator.weights)).encode()
    yield repr([(name, domain.shape, str(domain)) for name, domain in unit.case.inputs.items()]).encode()
    if not isinstance(unit.program, Lowered):
        yield repr((unit.program.nodes, unit.program.outputs.tolist())).encode()
        return
    for node in unit.program.graph.nodes:
        arrays = [p.array.tobytes() for p in node.parameters if isinstance(p, (Values, Index))]
        yield repr((node.name, node.operands, node.shape, _said(node.parameters))).encode()
        yield from arrays


def _said(parameters: Any) -> Any:
    """Parameters without the arrays among them."""
    return [type(p).__name__ if isinstance(p, (Values, Index)) else p for p in parameters]
