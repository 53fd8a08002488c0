"""What a notebook shows of a case, of a check, and of an audit."""

import html
import json
from typing import TYPE_CHECKING, Any

from diffcheck.errors import RAISED
from diffcheck.reporting.numbers import digits_right
from diffcheck.reporting.page.mathml import element
from diffcheck.reporting.words import contestant, told
from diffcheck.results import Run, place

if TYPE_CHECKING:
    from diffcheck.case.case import Case

_NUMBER = 17


def case_html(case: "Case") -> str:
    """Name, formula and inputs of a case; a function that cannot be traced has no formula."""
    from diffcheck.program.scalarise import Lowered
    from diffcheck.runner.plan import traced
    from diffcheck.runner.told.about import program_text

    facts = [f"{name} in {domain}" for name, domain in case.inputs.items()]
    parts = [f"<b>{html.escape(case.name)}</b> {html.escape(', '.join(facts))}"]
    parts += [f"<div>{html.escape(case.doc.splitlines()[0])}</div>"] if case.doc else []
    try:
        program = traced(case)
        written = "" if isinstance(program, Lowered) and program.is_large else program_text(program, case.input_label)
        parts += [element(written)] if written else [f"<div>{program.operations:,} operations</div>"]
    except RAISED as raised:  # a case that is broken is told as one when it is run
        parts.append(f"<div>{html.escape(f'{type(raised).__name__}: {raised}')}</div>")
    return f"<div>{''.join(parts)}</div>"


def check_html(run: Run) -> str:
    """The engines of a check: verdict, digits, where, value and truth."""
    header = ("engine", "verdict", "digits", "at", "value", "truth", "why")
    rows: list[tuple[Any, ...]] = [
        (
            contestant(row),
            f"{row.verdict} ({row.reason})" if row.reason else row.verdict,
            digits_right(row.digits, row.digits_possible),
            place(json.loads(row.worst_point)) if row.worst_point else "",
            "" if row.value != row.value else f"{row.value:.{_NUMBER}g}",
            row.truth[: _NUMBER + 3],
            told(row),
        )
        for row in run.rows
    ]
    lines = [header, *rows]
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in line) + "</tr>" for line in lines)
    return f"<table>{body}</table>"
