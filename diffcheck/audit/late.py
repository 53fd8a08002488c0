"""Uses that take seconds each, as compilation does: tried once, in the ordinary context, when all else is done."""

from diffcheck.audit.budget import Overdue, within
from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.uses import ROWS, Use
from diffcheck.audit.design import Design
from diffcheck.audit.trials.trial import Trials

# Such a use may take this part of the budget; what it loads, once in a process, comes on top.
_PART = 0.1
# Loading, and a machine that is busy, may take so many times as long.
_LATER = 20.0


def late_uses(budget: float) -> list[Use]:
    """Those for which a budget in seconds leaves the time, and everything is there."""
    return [row for row in ROWS if 0 < row.late_s <= _PART * budget and row.there()]


def tried_late(trials: Trials, plan: Design, budget: float) -> tuple[Design, Context | None]:
    """The design with these uses, and the context in which one shows that something is wrong."""
    for use in late_uses(budget):
        context = plan.ordinary.with_choice("use", use.name)
        try:
            with within(_LATER * use.late_s):
                trials.screen(context)
        except Overdue:
            continue
        plan = plan.with_use(use.name)
        if trials.accused(context):
            return plan, context
    return plan, None
