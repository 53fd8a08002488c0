"""The ``-k`` expression: parts of names joined by ``and``, ``or``, ``not`` and parentheses, as in pytest."""

import re
from collections.abc import Callable

from diffcheck.case.audited import Audited
from diffcheck.case.case import Case
from diffcheck.errors import UsageError

_TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
Predicate = Callable[[Case | Audited], bool]


def matcher(expression: str) -> Predicate:
    """Whether a case's name, file or tags match the expression.

    Raises
    ------
    UsageError
        If the expression cannot be understood.
    """
    parser = _Parser(expression)
    predicate = parser.either()
    if parser.tokens:
        raise parser.error(f"unexpected {parser.tokens[0]!r}")
    return predicate


class _Parser:
    """Recursive descent: ``either`` of ``both`` of ``one``."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = _TOKEN.findall(expression)

    def error(self, what: str) -> UsageError:
        return UsageError(f"-k {self.expression!r}: {what}; join parts of names with and, or, not and parentheses")

    def either(self) -> Predicate:
        terms = [self.both()]
        while self._next("or"):
            terms.append(self.both())
        return lambda case: any(term(case) for term in terms)

    def both(self) -> Predicate:
        terms = [self.one()]
        while self._next("and"):
            terms.append(self.one())
        return lambda case: all(term(case) for term in terms)

    def one(self) -> Predicate:
        if self._next("not"):
            inner = self.one()
            return lambda case: not inner(case)
        if self._next("("):
            inner = self.either()
            if not self._next(")"):
                raise self.error("a ) is missing")
            return inner
        if not self.tokens or self.tokens[0] in ("and", "or", ")"):
            raise self.error("a name is missing")
        part = self.tokens.pop(0).lower()
        return lambda case: any(part in text.lower() for text in (case.name, case.source, *case.tags))

    def _next(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False
