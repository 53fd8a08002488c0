"""The first coefficients of formulas along a ray, exactly: a sum that balls only know to be small may be zero there."""

import math
from collections.abc import Sequence
from fractions import Fraction

from diffcheck.ops.table import Primitive
from diffcheck.referee.formulas.identities import Atoms
from diffcheck.referee.formulas.polynomials import WAY, Polynomial
from diffcheck.referee.formulas.ratios import Ratio

# Of t^0, t^1 ... as many as are found, up to this many; none where the formula has no value at t = 0.
Coefficients = tuple[Ratio, ...]
_COUNT = 5
_ZERO, _ONE = Ratio.number(Fraction(0)), Ratio.number(Fraction(1))


class Taylor:
    """The expansions of formulas, each computed once."""

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        self._known: dict[int, Coefficients] = {WAY: _constant(_ZERO, _ONE)}
        self._moving: dict[int, bool] = {WAY: True}

    def coefficients(self, formula: Ratio) -> Coefficients:
        """The coefficients, as formulas without t; none of what grows beyond bounds."""
        if not self._moves(formula):
            return _constant(formula)
        try:
            top = self._of_polynomial(formula.top)
            return top if formula.is_whole else self._quotient(top, self._of_polynomial(formula.bottom))
        except OverflowError:
            return ()

    def _moves(self, formula: Ratio) -> bool:
        """Whether t occurs in a formula; at a point it occurs in none."""
        atoms = {atom for part in (formula.top, formula.bottom) for monomial, _ in part.terms for atom in monomial}
        for atom in atoms - self._moving.keys():
            _, operands = self._atoms.applies(atom)
            self._moving[atom] = any(self._moves(operand) for operand in operands)
        return any(self._moving[atom] for atom in atoms)

    def without_root(self, formula: Ratio) -> Ratio:
        """The same, or for the root of the square of a polynomial in t that polynomial, which is not negative."""
        if len(formula.top.terms) != 1 or not formula.is_whole:
            return formula
        ((monomial, factor),) = formula.top.terms
        name, operands = self._atoms.applies(monomial[0]) if len(monomial) == 1 else ("", ())
        root = self._root(operands[0]) if name == "sqrt" else None
        return formula if root is None else root * Ratio.number(factor)

    def _root(self, operand: Ratio) -> Ratio | None:
        """The square root of a polynomial in t that is the square of one, for small t > 0."""
        if operand.along is None or operand.value is not None:
            return None  # the root of a fraction was looked for before
        x, halves = self.coefficients(operand), 0
        while len(x) > 2 and x[0] == x[1] == _ZERO:
            x, halves = x[2:], halves + 1
        if not x or x[0] == _ZERO:
            return None
        found = self._power(x, Fraction(1, 2), self._atoms.applied(Primitive.rows["sqrt"], [x[0]]))
        root = _ZERO
        for k, c in enumerate(found):
            root = root + c * Ratio.power_of(WAY, k + halves)
        return root if root.along is not None and root * root == operand else None

    def _of_polynomial(self, polynomial: Polynomial) -> Coefficients:
        total = _constant()
        for monomial, factor in polynomial.terms:
            product = _constant(Ratio.number(factor))
            for atom in monomial:
                product = self._times(product, self._of_atom(atom))
            total = tuple(x + y for x, y in zip(total, product, strict=False))
        return total

    def _of_atom(self, atom: int) -> Coefficients:
        if atom not in self._known:
            name, operands = self._atoms.applies(atom)
            if not name:
                return _constant(Ratio.power_of(atom))
            inner = [self.coefficients(p) for p in operands]
            start = self._atoms.applied(Primitive.rows[name], [x[0] for x in inner]) if all(inner) else None
            self._known[atom] = () if start is None else self._composed(name, inner, start)
        return self._known[atom]

    def _composed(self, name: str, inner: Sequence[Coefficients], start: Ratio) -> Coefficients:
        """What an operation makes of expansions, from its value at t = 0 on."""
        if all(x == _constant(x[0]) for x in inner):
            return _constant(start)
        found: Coefficients = ()
        match name, inner:
            case "sqrt", [x]:
                found = self._power(x, Fraction(1, 2), start)
            case "power", [x, y] if y[0].value is not None and y == _constant(y[0]):
                found = self._power(x, y[0].value, start)
            case "exp", [x]:
                series = self._sum([Fraction(1, math.factorial(k)) for k in range(_COUNT)], x)
                found = self._times(_constant(start), series)
            case "log", [x]:
                logarithm = [Fraction(0), *(Fraction(-((-1) ** k), k) for k in range(1, _COUNT))]
                found = (start, *self._sum(logarithm, self._scaled(x))[1:])
            case "sin" | "cos", [x]:
                found = self._turned(name, x)
        return found or (start,)

    def _turned(self, name: str, x: Coefficients) -> Coefficients:
        """The sine or cosine of a sum, by the addition theorem."""
        sine, cosine = (self._atoms.applied(Primitive.rows[n], [x[0]]) for n in ("sin", "cos"))
        if sine is None or cosine is None:
            return ()
        signed = [Fraction((-1) ** (k // 2), math.factorial(k)) for k in range(_COUNT)]
        odd = self._sum([c * (k % 2) for k, c in enumerate(signed)], x)
        even = self._sum([c * (1 - k % 2) for k, c in enumerate(signed)], x)
        first, second = (sine, cosine) if name == "sin" else (cosine, -sine)
        left, right = self._times(_constant(first), even), self._times(_constant(second), odd)
        return tuple(a + b for a, b in zip(left, right, strict=False))

    def _power(self, x: Coefficients, exponent: Fraction, start: Ratio | None) -> Coefficients:
        """The power that begins with ``start``."""
        if start is None:
            return ()
        binomials = [Fraction(1)]
        for k in range(_COUNT - 1):
            binomials.append(binomials[-1] * (exponent - k) / (k + 1))
        return self._times(_constant(start), self._sum(binomials, self._scaled(x)))

    def _quotient(self, x: Coefficients, y: Coefficients) -> Coefficients:
        """``x / y``."""
        factor = self._atoms.inverse(y[0]) if y else None
        if factor is None:
            return ()
        reciprocal = self._sum([Fraction((-1) ** k) for k in range(_COUNT)], self._scaled(y))
        return self._times(self._times(x, _constant(factor)), reciprocal)

    def _scaled(self, x: Coefficients) -> Coefficients:
        """``x`` over its first coefficient; nothing if that has no reciprocal as a formula."""
        factor = self._atoms.inverse(x[0]) if x else None
        return () if factor is None else self._times(x, _constant(factor))

    def _sum(self, factors: Sequence[Fraction], x: Coefficients) -> Coefficients:
        """The sum of ``c_k w^k`` for what follows on the first coefficient."""
        w = (_ZERO, *x[1:])[: len(x)]
        found = _constant(Ratio.number(factors[-1]))
        for c in reversed(factors[:-1]):
            first, *rest = self._times(w, found) or (_ZERO,)
            found = (first + Ratio.number(c), *rest)
        return found[: len(x)]

    def _times(self, x: Coefficients, y: Coefficients) -> Coefficients:
        """The product."""
        found = []
        for k in range(min(len(x), len(y))):
            total = _ZERO
            for i in range(k + 1):
                if _ZERO not in (x[i], y[k - i]):
                    total = total + self._atoms.product(x[i], y[k - i])
            found.append(total)
        return tuple(found)


def _constant(*known: Ratio) -> Coefficients:
    """These coefficients, and zero for all others."""
    return (*known, *[_ZERO] * (_COUNT - len(known)))
