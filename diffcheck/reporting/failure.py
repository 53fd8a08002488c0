"""A failing task in five lines: who, point, value, truth, why."""

import json
import math
import textwrap
from decimal import Decimal, localcontext

from diffcheck.reporting.components import by
from diffcheck.reporting.numbers import right_of
from diffcheck.reporting.words import breaches, contestant, several, shortened, told
from diffcheck.results import Row, place
from diffcheck.verdict import Verdict

# A value has so many more digits than are right, so that the eye sees where they part; a double has 17.
_BEYOND, _MOST = 2, 17
_WHERE, _WHY = 160, 400
# So `diffcheck.runner.execute` ends the note of a failing row.
_REPRODUCE = "reproduce: diffcheck "


def failure(row: Row) -> list[str]:
    """What is wrong, in five lines at the most; the first one alone says who and how badly."""
    verdict = f"{row.verdict} ({row.reason})" if row.reason else str(row.verdict)
    right = f", {right_of(row.digits, row.digits_possible)} right" if row.digits == row.digits else ""
    broken = row.reason == "case" and row.fails
    who = "the case is broken" if broken else f"{contestant(row)} {verdict}{right}{breaches(row)}"
    lines = [f"{who}: {row.case} {row.operator}"]
    if row.worst_point:
        component = f"; {by(row.worst_component)}" if row.components > 1 and row.worst_component else ""
        where = place(json.loads(row.worst_point)) + component + several(row)
        lines.append(f"  point  {textwrap.shorten(where, _WHERE, placeholder=' ...')}")
    # Where only a contract is broken there is no wrong number to show.
    if row.truth and row.verdict is not Verdict.AGREE:
        value, truth = aligned(row.value, row.truth, row.digits)
        lines += [f"  value  {value}", f"  truth  {truth}"]
    why = told(row)
    return [*lines, f"  why    {textwrap.shorten(why, _WHY, placeholder=' ...')}"] if why else lines


def reproduced(note: str) -> tuple[str, str]:
    """A note without the command that shows its row again, and that command; empty where there is none.

    >>> reproduced("off by a half; reproduce: diffcheck run x.py::f --operator gradient")
    ('off by a half', 'diffcheck run x.py::f --operator gradient')
    """
    why, mark, command = note.rpartition(_REPRODUCE)
    return (why.removesuffix("; "), f"diffcheck {command}") if mark else (note, "")


def aligned(value: float, truth: str, digits: float) -> tuple[str, str]:
    """A value with the digits that are right and two more, and its truth with as many, one below the other.

    >>> aligned(0.12345999, "0.123456789012345678901234567890", 4.6)
    ('0.123460', '0.123457')
    >>> aligned(float("nan"), "-1.5e-3", float("nan"))
    ('nan', '-1.5e-3')
    >>> aligned(6.58885891e-126, "8.93882934836e-378", 0.0)
    ('6.59e-126', '8.94e-378')
    >>> aligned(2e-156, "9.9999999e-156", 0.0)
    ('0.20e-155', '1.00e-155')
    """
    if not math.isfinite(value) or truth.startswith(("[", "0 to")) or "^" in truth:
        return f"{value:.17g}", shortened(truth)
    figures = min(_MOST, max(1, math.floor(digits) if digits == digits else 1) + _BEYOND)
    exact, answer = Decimal(truth), Decimal(value)
    exponents = {Decimal(f"{n:.{figures - 1}e}").adjusted() for n in (exact, answer) if n}
    exponent = max(exponents, default=0)
    if exponent - min(exponents, default=0) >= figures:  # side by side one of them would be zeros
        return f"{value:.{figures}g}", f"{exact:.{figures}g}"
    scientific = not -5 < exponent < 16
    with localcontext() as context:
        context.prec = 60
        quantum = Decimal(1).scaleb(exponent - figures + 1)
        texts = [
            f"{(n.quantize(quantum) / (Decimal(1).scaleb(exponent) if scientific else 1)):f}" for n in (answer, exact)
        ]
    width = max(map(len, texts))
    tail = f"e{exponent:+03d}" if scientific else ""
    one, other = (text.rjust(width) + tail for text in texts)
    return one, other
