"""What can go wrong, in the user's words: one class per kind of mistake.

Every text says where, what was found, what is needed and what to do about it. The command line prints the text alone;
a traceback is shown only for an exception that is not a :class:`DiffcheckError`, because that one is our own mistake.
"""

# What the code of a case may raise as a result of its own: `sys.exit` in a kernel ends no run.
RAISED = (Exception, SystemExit)


class DiffcheckError(Exception):
    """A mistake that the user can mend."""


class UsageError(DiffcheckError):
    """An argument or option that names something which does not exist."""


class OutputError(DiffcheckError):
    """A folder or file that cannot be written."""


class JournalError(DiffcheckError):
    """A journal that cannot be read."""


class BaselineError(DiffcheckError):
    """A baseline that is not there, or is none."""


class SourceError(DiffcheckError):
    """A case file that cannot be read, parsed or executed."""


class CaseError(DiffcheckError):
    """A case that contradicts itself: inputs, points, operators, the shape of its result."""


class BranchError(CaseError):
    """A Python ``if``, ``and``, ``while`` ... on a value that is only known when the case runs."""


class CallError(CaseError, TypeError, ValueError, RuntimeError):
    """A call that an operation does not take, in whatever words Python, NumPy and torch refuse it."""


class DomainError(CaseError):
    """An interval that contains no number."""


class Unsupported(DiffcheckError):
    """An engine says why it cannot do a task; a result like any other, not a failure."""


class Lacking(Unsupported):
    """An operation does not have what is needed: a library has no such function, or its author gave none."""


class NoRule(CaseError, Unsupported):
    """An operation of complex numbers that has no rule for them."""


class UnsupportedBackward(Unsupported):
    """The same of an operation in somebody's own backward."""
