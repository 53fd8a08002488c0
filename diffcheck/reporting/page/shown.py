"""What the page shows of one case: outcomes, points, the program, the error against the step."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from diffcheck.reporting import words
from diffcheck.reporting.components import by
from diffcheck.reporting.failure import aligned, reproduced
from diffcheck.reporting.numbers import digits_right, number, seconds
from diffcheck.reporting.page.layers import placed
from diffcheck.reporting.page.mathml import mathml
from diffcheck.reporting.picture import SIGNS
from diffcheck.reporting.words import who
from diffcheck.results import CaseRow, Curve, Drawing, PointRow, Points, Row, place

# So many inputs can be chosen as the axis of a plot.
_AXES = 12


def short(x: float) -> float | None:
    """A number to three figures; nothing for what is unknown.

    >>> short(1.23456), short(float("nan"))
    (1.23, None)
    """
    return float(f"{x:.3g}") if x == x else None


def about(case: CaseRow) -> dict[str, Any]:
    """What a case is."""
    facts = [f"{name} in {told}" if "[" in told else f"{name} {told}" for name, told in case.inputs.items()]
    if case.operations:
        facts.append(f"{words.counted(case.operations, 'operation')}, {case.derivative_operations} in the derivative")
    if case.truth_digits > 0 and case.operations:
        facts.append(f"truth to {case.truth_digits:.0f} digits")
    return {
        "doc": case.doc,
        "source": f"{case.source}{f', line {case.line}' if case.line else ''}",
        "consensus": case.consensus,
        "reference": case.reference,
        "because": case.because,
        "tags": list(case.tags),
        "facts": facts,
        "notJudged": case.not_judged,
        "function": mathml(case.function) if case.function else None,
        "functionText": case.function,
        "derivative": mathml(case.derivative) if case.derivative else None,
        "derivativeText": case.derivative,
    }


def outcome(row: Row) -> dict[str, Any]:
    """What an engine came to."""
    why, again = reproduced(words.told(row))
    value, truth = comparison(row)
    return {
        "who": who(row),
        "verdict": str(row.verdict),
        "reason": row.reason,
        "findings": row.findings,
        "fails": row.fails,
        "expected": row.expected,
        "place": place(json.loads(row.worst_point)) if row.worst_point else "",
        "component": by(row.worst_component) if row.components > 1 and row.worst_component else "",
        "several": words.several(row),
        "value": value,
        "truth": truth,
        "digits": digits_right(row.digits, row.digits_possible),
        "error": number(row.error_ulp),
        "inherent": number(row.inherent_ulp),
        "formula": number(row.formula_ulp),
        "why": why,
        "again": again,
        "script": row.script,
        "time": row.evaluate_s,
        "spread": row.evaluate_iqr_s,
        "times": [*map(seconds, (row.prepare_s, row.evaluate_s, row.evaluate_iqr_s, row.primal_s))],
        "ratio": number(row.cost_ratio),
        "right": short(row.digits),
    }


def comparison(row: Row) -> tuple[str, str]:
    """Value and truth one below the other, with two digits more than are right; empty where nothing was answered."""
    if not row.truth:
        return ("" if row.value != row.value and not row.worst_component else f"{row.value:.17g}"), ""
    return aligned(row.value, row.truth, row.digits)


def axes_of(points: Sequence[Points]) -> list[str]:
    """The names of the single numbers among the inputs."""
    for found in points:
        for where in found.places:
            return list(_numbers(where))[:_AXES]
    return []


def _numbers(where: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in where.items():
        if isinstance(value, list):
            found |= {f"{name}[{k}]": x for k, x in enumerate(value) if isinstance(x, (int, float))}
        elif isinstance(value, (int, float)):
            found[name] = value
    return found


def points_shown(found: Points, axes: Sequence[str]) -> list[list[Any]]:
    """Of each component: where it is by the axes, in words, what it is about, value, truth, errors, verdict."""
    numbers = [_numbers(where) for where in found.places]
    words = [place(where) for where in found.places]
    return [[[numbers[p.place].get(name) for name in axes], words[p.place], *_point(p)] for p in found.rows]


def _point(p: PointRow) -> list[Any]:
    """What a component is about, value, truth, errors, digits, verdict."""
    verdict = [digits_right(p.digits, p.digits_possible), str(p.verdict), p.reason]
    if not p.truth:
        return [by(p.component), f"{p.value:.17g}", "", None, None, None, *verdict]
    errors = [p.error_ulp, p.inherent_ulp, p.formula_ulp]
    return [by(p.component), *aligned(p.value, p.truth, p.digits), *errors, *verdict]


def drawing_shown(drawing: Drawing | None) -> dict[str, Any] | None:
    """The graph of a program: nodes with name, layer, place, value and derivative, and edges."""
    if drawing is None or len(drawing.names) < 2:
        return None
    operands = [[int(k) for k in text.split()] for text in drawing.operands]
    places = placed(operands)
    return {
        "place": place(drawing.place),
        "nodes": [
            [SIGNS.get(name, name), where.layer, where.place, number(value, 5), drawing.said(k) or number(slope, 5)]
            for k, (name, where, value, slope) in enumerate(
                zip(drawing.names, places, drawing.values, drawing.slopes, strict=True)
            )
        ],
        "edges": [[i, k] for k, own in enumerate(operands) for i in own],
        "output": drawing.output,
    }


def curve_shown(curve: Curve) -> dict[str, Any]:
    """The error against the step."""
    return {
        "who": who(curve),
        "place": place(curve.place),
        "component": by(curve.component),
        "steps": list(curve.steps),
        "errors": list(curve.errors_ulp),
        "floors": list(curve.floors_ulp),
        "step": curve.step,
        "own": curve.own_error_ulp,
        "central": curve.central,
    }
