"""The audit of an operation as a case file declares it."""

from collections.abc import Sequence
from typing import Any

from diffcheck.audit.answers.outcome import Audit
from diffcheck.audit.conditions.precisions import DTYPES
from diffcheck.audit.inquiry import audit
from diffcheck.case.audited import Audited
from diffcheck.errors import CaseError, Unsupported, UsageError
from diffcheck.ops.dotted import resolve


def audit_of(
    audited: Audited,
    *,
    dtypes: Sequence[str] = (),
    devices: Sequence[str] = ("cpu",),
    seed: int = 0,
    budget: str | float | None = None,
) -> Audit:
    """The operation on trial.

    Parameters
    ----------
    dtypes:
        Of the formats that it is tried in only these; empty for all.
    budget:
        In the place of its own.

    Raises
    ------
    CaseError, UsageError
        As `diffcheck.audit.audit`, and if a dotted path leads nowhere.
    Unsupported
        If it is tried in none of these formats.
    """
    return audit(
        _found(audited.code),
        None if audited.definition is None else _found(audited.definition),
        dtypes=formats(audited, dtypes),
        devices=devices,
        seed=seed,
        budget=audited.budget if budget is None else budget,
        **audited.takes,
    )


def formats(audited: Audited, dtypes: Sequence[str]) -> list[str]:
    """The formats among ``dtypes`` in which it is tried, the widest first; `Unsupported` if there is none."""
    own = audited.dtypes or DTYPES
    chosen = [*own] if not dtypes else [name for name in own if name in dtypes]
    if not chosen:
        raise Unsupported(f"it is tried in {', '.join(own)}, not in {', '.join(dtypes)}")
    return sorted(chosen, key=lambda name: DTYPES.index(name) if name in DTYPES else len(DTYPES))


def _found(code: Any) -> Any:
    """What a dotted path leads to."""
    if not isinstance(code, str):
        return code
    try:
        return resolve(code)
    except UsageError as mistake:
        raise CaseError(str(mistake)) from None
