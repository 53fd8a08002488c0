"""A few lines that show a wrong number without diffcheck; kept only if they print it."""

import contextlib
import io
import warnings
from typing import Any

from diffcheck.errors import RAISED, Unsupported
from diffcheck.judgement.answer import speaking
from diffcheck.judgement.court import Court
from diffcheck.runner.trial import Trial
from diffcheck.sources.executed import files_as_modules
from diffcheck.verdict import Reason, Verdict

_SHOWN = (Verdict.DISAGREE, Verdict.NONFINITE, Verdict.LOSSY)


def script_of(trial: Trial, court: Court) -> str:
    """The lines for the point and component that decide, with value and truth behind the last; empty for none.

    Where the value of the function is what is wrong, its derivative shows nothing.
    """
    row = trial.row
    writer = getattr(trial.prepared, "script", None)
    if writer is None or row.verdict not in _SHOWN or row.reason == Reason.VALUE or not row.worst_component:
        return ""
    k, answer = speaking(trial.answers)
    try:
        text: str = writer(court.questions[k].point, answer.judgements.speaking)
    except (Unsupported, *RAISED):
        return ""
    return f"{text}  # {row.value!r}, the truth is {row.truth}" if _prints(text, row.value) else ""


def _prints(text: str, value: float) -> bool:
    """Whether lines print this number when they are run."""
    stream = io.StringIO()
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        with contextlib.redirect_stdout(stream), warnings.catch_warnings(), files_as_modules():
            warnings.simplefilter("ignore")
            exec(compile(text, "<script>", "exec"), names)
        found = float(stream.getvalue())
    except RAISED:
        return False
    return found == value or (found != found and value != value)
