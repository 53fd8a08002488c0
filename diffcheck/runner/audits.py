"""Operations on trial as units of a run: each audit becomes one row for a device."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from diffcheck.audit.budget import seconds_of
from diffcheck.audit.conditions.precisions import DTYPES
from diffcheck.case.audited import AUDIT, Audited
from diffcheck.errors import RAISED, DiffcheckError, Unsupported
from diffcheck.results import NAN, CaseRow, Row
from diffcheck.runner.plan import Contestant
from diffcheck.runner.processes.escort import told
from diffcheck.runner.told.about import line_of
from diffcheck.verdict import Reason, Verdict

if TYPE_CHECKING:
    from diffcheck.audit.answers.outcome import Audit, Fault

# Of the time after which a stage is given up an audit may take so much; telling a fault comes on top of its budget.
_OF_TIMEOUT = 0.4


@dataclass(frozen=True, slots=True)
class AuditUnit:
    """An operation with the engines, one for each device, whose derivative of it is on trial.

    Attributes
    ----------
    dtypes:
        The formats that were asked for; empty for all in which the operation is tried.
    """

    case: Audited
    contestants: tuple[Contestant, ...]
    dtypes: tuple[str, ...]
    operator: str = AUDIT
    program: None = None

    @property
    def key(self) -> tuple[str, str]:
        """What names the unit."""
        return self.case.source, self.operator


def audits(operations: Iterable[Audited], by: Sequence[Contestant], dtypes: Sequence[str]) -> list[AuditUnit]:
    """The units of a run; none if no engine was asked for that operations are made for, by its default method."""
    able = [c for c in by if getattr(c.engine, "audits_operations", False) and c.method in ("", _method(c))]
    once = tuple({c.device: c for c in able}.values())
    return [AuditUnit(audited, once, tuple(dtypes)) for audited in operations if once]


def _method(contestant: Contestant) -> str:
    return contestant.engine.methods[0]


def empty_audit(unit: AuditUnit, contestant: Contestant) -> Row:
    """The row of an audit that nothing is known of yet; its dtype is the widest that is tried."""
    own = [d for d in DTYPES if d in (unit.case.dtypes or DTYPES) and d in (unit.dtypes or DTYPES)]
    engine, method = contestant.engine.name, _method(contestant)
    return Row(
        unit.case.name,
        unit.operator,
        engine,
        method,
        contestant.device,
        [*own, contestant.dtype][0],
        Verdict.ERROR,
        on_trial=True,
        expected=unit.case.expect.get(f"{engine}:{method}", unit.case.expect.get(engine, "")),
    )


def budget_s(unit: AuditUnit, timeout: float | None) -> float:
    """How many seconds the audit of a unit may take."""
    own = seconds_of(unit.case.budget)
    return own if timeout is None else min(own, _OF_TIMEOUT * timeout)


def said(unit: AuditUnit, row: Row) -> CaseRow:
    """What is to be said of the operation as a whole."""
    wrong = row.fails or row.verdict.fails
    judged = row.verdict.judged or row.verdict.fails
    consensus = f"blame: {row.engine}" if wrong else "nothing wrong was found" if judged else "undecided"
    case = unit.case
    return CaseRow(
        row.case,
        row.operator,
        consensus,
        row.engine * wrong,
        NAN,
        0,
        0,
        case.reference,
        source=case.source,
        line=line_of(case.code) if case.source else 0,
        doc=case.doc,
        because=case.because,
        tags=case.tags,
        inputs={name: " ".join(d.axes) for name, d in case.takes.items() if hasattr(d, "axes")},
    )


def audited_row(unit: AuditUnit, contestant: Contestant, seed: int, seconds: float) -> Row:
    """The row of an audit that is held now; whatever the operation raises is a result."""
    from diffcheck.audit.audited import audit_of

    empty = empty_audit(unit, contestant)
    try:
        found = audit_of(unit.case, dtypes=unit.dtypes, devices=(contestant.device,), seed=seed, budget=seconds)
    except Unsupported as reason:
        return replace(empty, verdict=Verdict.UNSUPPORTED, note=str(reason))
    except DiffcheckError as mistake:
        return replace(empty, reason="case", note=f"{unit.case.source or unit.case.name}: {mistake}")
    except RAISED as raised:
        return replace(empty, note=told(raised))
    return replace(empty, **_outcome(found, empty.dtype))


def _outcome(found: "Audit", dtype: str) -> dict[str, Any]:
    """What an audit came to, as columns of a row: contexts take the place of points."""
    counted = {"points": found.contexts, "note": "; ".join(map(str.strip, found.told.splitlines()))}
    fault = found.fault
    if fault is None:
        return {**counted, "verdict": Verdict.AGREE if found.certified else Verdict.UNCERTAIN}
    seen, heard, condition = fault.seen, fault.heard, fault.condition
    counted |= {
        "points": condition.tried,
        "failed_points": condition.agree + condition.others,
        "worst_point": json.dumps({**seen.context.sizes, **seen.context.unusual(dtype)}),
        "components": sum(g.numel() for g in seen.gradients.values()),
        "findings": "; ".join(map(str, seen.breaches)),
        "script": fault.script,
    }
    if seen.misshapen:
        return {**counted, "verdict": Verdict.DISAGREE, "reason": str(Reason.VALUE)}
    if seen.breaches:
        return {**counted, "verdict": Verdict.AGREE}
    if seen.raised or heard is None:
        return {**counted, "verdict": Verdict.ERROR}
    return {**counted, **_numbers(fault, dtype)}


def _numbers(fault: "Fault", dtype: str) -> dict[str, Any]:
    """The columns of the component that speaks for a fault, or of the result where that is wrong."""
    from diffcheck.audit.answers.report import farthest

    heard = fault.heard
    assert heard is not None
    if not heard.input:
        where, value, right = farthest(fault.seen)
        verdict = Verdict.DISAGREE if math.isfinite(value) else Verdict.NONFINITE
        return {
            "verdict": verdict,
            "reason": str(Reason.VALUE),
            "worst_component": where,
            "value": value,
            "truth": repr(right),
        }
    judged = heard.judgement
    where = f"{heard.input}[{','.join(map(str, heard.place))}]" if heard.place else heard.input
    if judged is None:  # by another witness than the referee
        finite = math.isfinite(heard.value)
        return {
            "verdict": Verdict.DISAGREE if finite else Verdict.NONFINITE,
            "reason": str(Reason.WRONG if finite else Reason.SINGULAR),
            "worst_component": where,
            "value": heard.value,
            "truth": heard.truth,
        }
    found = {
        # What loses every digit, or more and more, is no excuse of its formula here.
        "verdict": judged.verdict if judged.verdict.fails else Verdict.DISAGREE,
        "reason": str(judged.reason if judged.verdict.fails else Reason.INACCURATE),
        "worst_component": where,
        "value": heard.value,
        "truth": heard.truth,
        "digits": judged.digits,
        "digits_possible": judged.digits_possible,
    }
    if heard.format == dtype:
        ulps = ("error_ulp", "inherent_ulp", "formula_ulp")
        found |= {name: getattr(judged, name) for name in ulps}
    return found
