"""How eigenvalues, projections and resolvents move with the matrix.

With the projection ``P = x y^T`` of a single eigenvalue l, ``y^T x = 1``, and S, the inverse of ``l - A`` outside of
it, the slopes are ``dl = tr(P dA)``, ``dP = S dA P + P dA S`` and ``dS = S dA S - dl S^2 - S^2 dA P - P dA S^2`` (Kato
1995, II.2). Here ``dA`` is one at a row k and a column m, and zero elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# An element of a matrix by its row and its column.
Element = Callable[[Any, Any], Any]
# What one element of a matrix adds to the slope of another: by P, S and the square of S, row and column of the one that
# moves, and k and m.
Moved = Callable[[Element, Element, Element, Any, Any, int, int], Any]


def projection(p: Element, s: Element, squared: Element, i: Any, j: Any, k: int, m: int) -> Any:
    """The slope of an element of P."""
    return s(i, k) * p(m, j) + p(i, k) * s(m, j)


def resolvent(p: Element, s: Element, squared: Element, i: Any, j: Any, k: int, m: int) -> Any:
    """The slope of an element of S."""
    less = p(m, k) * squared(i, j) + squared(i, k) * p(m, j) + p(i, k) * squared(m, j)
    return s(i, k) * s(m, j) - less


def symmetrically(moved: Moved) -> Moved:
    """The same where the element at m and k is that at k and m."""

    def both(p: Element, s: Element, squared: Element, i: Any, j: Any, k: int, m: int) -> Any:
        once = moved(p, s, squared, i, j, k, m)
        return once if k == m else once + moved(p, s, squared, i, j, m, k)

    return both


def summed(s: Element, size: int) -> Element:
    """The elements of the square of a matrix."""

    def squared(i: Any, j: Any) -> Any:
        first, *others = (s(i, c) * s(c, j) for c in range(size))
        return sum(others, first)

    return squared


def elements(a: Any) -> Element:
    """Those of a matrix of balls."""
    return lambda i, j: a[i, j]


@dataclass(frozen=True)
class Complex:
    """A complex number by its parts, each made when it is asked for: a function of which one it is."""

    part: Callable[[Any], Any]

    def __mul__(self, other: "Complex") -> "Complex":
        x, y = self.part, other.part
        return Complex(lambda part: x(part) * y(0) + (2 * part - 1) * (x(1 - part) * y(1)))

    def __add__(self, other: "Complex") -> "Complex":
        return Complex(lambda part: self.part(part) + other.part(part))

    def __sub__(self, other: "Complex") -> "Complex":
        return Complex(lambda part: self.part(part) - other.part(part))
