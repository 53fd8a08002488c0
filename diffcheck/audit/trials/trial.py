"""One context tried: screened, and heard by the referee where somebody asks; each once."""

from contextlib import nullcontext

from diffcheck.audit.budget import Overdue, within
from diffcheck.audit.conditions.context import Context
from diffcheck.audit.conditions.world import world
from diffcheck.audit.place import tell
from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.certify import heard
from diffcheck.audit.trials.differences import by_differences
from diffcheck.audit.trials.ruling import Heard, Ruling
from diffcheck.audit.trials.screen import Screened, screened

_PATIENT = 5.0
# So many times as long differences may take where something looks wrong: nobody else can tell then.
_FOR_LOOKS = 4.0

# A kind of fault: the formula of torch's own operation leaves no digit.
LOST = "lost"


class Trials:
    """What is known of the contexts of a subject.

    Parameters
    ----------
    patience:
        After so many seconds a hearing is given up, the first one later; pieces that meet in many places take long to
        tell apart.
    """

    def __init__(self, subject: Subject, patience: float) -> None:
        self.subject = subject
        self._patience = patience
        self.seen: dict[object, Screened] = {}
        self.hearings: dict[object, Heard] = {}

    def screen(self, context: Context) -> Screened:
        """What the screen says of a context."""
        if context.key not in self.seen:
            # The first one is the ordinary context, of which nothing is known yet: it takes what it takes.
            limit = max(_PATIENT, 4 * self._patience)
            tell(context)
            try:
                with within(limit) if self.seen else nullcontext():
                    self.seen[context.key] = screened(self.subject, context)
            except Overdue:
                self.seen[context.key] = Screened(context, skipped=f"longer than {limit:.2g} s")
        return self.seen[context.key]

    def hear(self, context: Context) -> Heard:
        """What the referee says of a context that can be compared."""
        if context.key not in self.hearings:
            screened = self.screen(context)
            # The first one in a process loads what it needs.
            patience = self._patience if self.hearings else max(_PATIENT, self._patience)
            tell(context)
            try:
                with within(patience):
                    found = heard(self.subject, screened)
            except Overdue:
                found = self._by_differences(screened) or Heard(Ruling.OPEN, f"longer than {patience:.2g} s")
            self.hearings[context.key] = found
        return self.hearings[context.key]

    def _by_differences(self, screened: Screened) -> Heard | None:
        """What differences say where the referee takes too long."""
        try:
            with within(self._patience * (_FOR_LOOKS if screened.suspicious else 1.0)):
                return by_differences(self.subject, world(self.subject, screened.context), screened)
        except Overdue:
            return None

    def accused(self, context: Context) -> str:
        """What is wrong in a context for certain, as a kind of fault; empty if nothing is."""
        seen = self.screen(context)
        if not seen.counts:
            return ""
        if seen.broken:
            return seen.broken[0]
        if seen.raised:
            return "raises"
        # Beside itself torch never looks wrong in double precision.
        if not seen.suspicious and not self.subject.of_torch:
            return ""
        found = self.hear(context)
        if found.ruling is not Ruling.WRONG:
            return ""
        if found.lossy and self.subject.of_torch:
            return LOST
        return "value" if found.reason == "value" else "wrong"

    def looks(self, context: Context) -> str:
        """What looks wrong in a context, as a kind of fault; empty if nothing does."""
        seen = self.screen(context)
        if not seen.suspicious:
            return ""
        return seen.broken[0] if seen.broken else "raises" if seen.raised else "wrong"

    def seems_wrong(self, context: Context) -> bool:
        """Whether a context counts as wrong where many are compared.

        By its looks; where torch itself is on trial, which nothing else is beside, by the referee's word.
        """
        return bool(self.accused(context)) if self.subject.of_torch else self.screen(context).suspicious

    @property
    def counted(self) -> list[Screened]:
        """All contexts in which something was compared."""
        return [s for s in self.seen.values() if s.counts]
