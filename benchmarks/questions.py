"""What the audits ask: every row of the table as it is used, its arguments of some kinds, at points of all binades."""

import contextlib
import functools
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np
import references
from flint import ctx

from diffcheck import ops
from diffcheck.case.operators import Operator
from diffcheck.errors import Unsupported
from diffcheck.ops.enclosures import balls
from diffcheck.ops.table import Primitive
from diffcheck.program.differentiate import jacobian
from diffcheck.program.program import CONST, Builder, Node, Program
from diffcheck.program.rules import SYMPY, partial
from diffcheck.program.scalar import TracedScalar
from diffcheck.referee.beside.germs import NoExpansion
from diffcheck.referee.beside.jets import Jets, along, coefficient
from diffcheck.referee.component import Status, is_tight
from diffcheck.referee.evaluate import Balls, Fault, evaluate
from diffcheck.referee.ladder import LADDER
from diffcheck.referee.paths import edges
from diffcheck.referee.truth import Referee

Point = tuple[float, ...]
Ball = Any
# From this distance of binades on only some of the special arguments are tried.
_COARSE = 100
# Coefficients of the power series that are asked for.
_ORDER = 2


class Outcome(StrEnum):
    """What became of one number."""

    TIGHT = "tight"
    UNDEFINED = "undefined"
    EDGE = "edge"
    ARGUMENT = "argument"
    FORMULA = "formula"
    WIDE = "wide"
    UNDECIDED = "undecided"
    CONTRADICTED = "contradicted"


Answer = Outcome | Ball


@dataclass(frozen=True)
class Use:
    """A row as it is used: a function of its arguments, and by other means its value and its slopes, where known.

    ``in_floats`` says at which arguments the function is worth while, and the same, in floating point; ``in_balls`` at
    which Arb encloses it: elsewhere the referee is silent.
    """

    row: str
    function: Callable[..., Any]
    arity: int
    expected: tuple[references.Function, ...] = ()
    in_floats: Callable[..., bool] = field(default=lambda *_: True)
    in_balls: Callable[..., bool] = field(default=lambda *_: True)


_MATHIEU = [f"mathieu_{kind}" for kind in ("a", "b", "ce", "ce_prime", "se", "se_prime")]
_MODIFIED = [f"mathieu_mod{kind}e{k}{prime}" for kind in "cs" for k in (1, 2) for prime in ("", "_prime")]
_RADIAL = [f"{kind}_rad{k}_s{prime}" for kind in ("pro", "obl") for k in (1, 2) for prime in ("", "p")]
_SPHEROIDAL = [f"{kind}_{of}" for kind in ("pro", "obl") for of in ("cv", "ang1_s", "ang1_sp")]
# The sizes of arguments at which SciPy's function has digits, where it has none at others: waves whose phase a double
# does not hold, powers of the smallest numbers, exponentials and squares that overflow before the function does.
_IN_FLOATS = {
    "erfcinv": (1e-300, 2),
    "sinc": (0, 1e6),
    **dict.fromkeys(("airy_ai", "airy_ai_prime", "airy_bi", "airy_bi_prime"), (0, 100)),
    **dict.fromkeys(("bessel_j", "bessel_y", "bessel_k", "bessel_ke"), (1e-15, 1e3)),
    **dict.fromkeys(("gammainc", "gammaincc"), (0.01, 20)),
    "hyp1f1": (0.01, 1.5),
    "betaln": (1e-300, math.inf),
    **dict.fromkeys(("spherical_bessel_j", "spherical_bessel_y"), (1e-30, 1e6)),
    **dict.fromkeys(("spherical_bessel_i", "spherical_bessel_k"), (1e-3, 700)),
    **dict.fromkeys(("elliprc", "elliprd", "elliprf", "elliprg", "elliprj"), (1e-90, 1e90)),
    # SciPy's Kelvin functions keep seven digits in the end, Tricomi's U and parabolic cylinder functions as many.
    **dict.fromkeys(("ber", "bei", "berp", "beip"), (0, 3)),
    **dict.fromkeys(("ker", "kei", "kerp", "keip"), (1e-9, 1.5)),
    "hyperu": (0.1, 0.6),
    "pbdv": (1e-9, 3),
    **dict.fromkeys(("struve", "modstruve"), (1e-9, 9)),
    "stdtrit": (0.1, 9),
    # SciPy's lose digits in the tails; inverses are correctly rounded, and slowly.
    **dict.fromkeys(("chndtr", "noncentral_beta_of", "wright_bessel"), (0.1, 9)),
    **dict.fromkeys(("nctdtr", "besselpoly"), (0.1, 2)),
    "kolmogi": (1e-100, 1),
    **dict.fromkeys(("chndtr_df_of", "nctdtr_nc_of", "noncentral_beta_y_of"), (0.1, 0.7)),
    **dict.fromkeys(("gammainc_a_of", "gammaincc_a_of", "betainc_a_of", "betaincc_a_of", "stdtr_df_of"), (0.1, 9)),
    **dict.fromkeys(("chndtr_x_of", "chndtr_nc_of", "nctdtr_t_of"), (0.1, 9)),
    **dict.fromkeys(("noncentral_beta_rate_of", "tukey_quantile_of", "tklmbda_of"), (0.1, 9)),
    **dict.fromkeys(("itj0", "ity0", "iti0", "itk0"), (1e-3, 99)),
    **dict.fromkeys(("it2j0", "it2y0", "it2i0", "it2k0", "itstruve0", "itmodstruve0", "it2struve0"), (1e-3, 30)),
    **dict.fromkeys(("itairy_ai", "itairy_bi", "pbvv", "pbwa"), (1e-3, 9)),
    **dict.fromkeys(("smirnov_of", "beta_share_of", "beta_share_u_of"), (0.1, 9)),
    "smirnovi": (1e-9, 9),
    **dict.fromkeys((*_MATHIEU, *_SPHEROIDAL), (0.1, 9)),
    **dict.fromkeys((*_MODIFIED, *_RADIAL), (0.5, 4)),
    **dict.fromkeys(("jacobi_sn", "jacobi_cn", "jacobi_dn", "jacobi_epsilon", "jacobi_am"), (0, 9)),
    "exprel": (0, 709),
    "poch": (0.1, 10),
    "ndtri_exp": (1e-300, 1e3),
    "voigt_profile": (0.01, 100),
    **dict.fromkeys(("betaincinv", "gammaincinv", "gammainccinv"), (0.55, 20)),
    "hyp0f1": (0.1, 3),
    "expi": (0, 709),
    **dict.fromkeys(("fresnels", "fresnelc"), (0, 1e150)),
}


def _worth_while(name: str) -> Callable[..., bool]:
    """Whether all arguments have sizes at which a row is worth while in floating point."""
    slopes = (0.1, 4.0)  # correctly rounded everywhere, and slowly
    least, most = slopes if name.endswith("_slope") else _IN_FLOATS.get(name, (0.0, math.inf))
    return lambda *x: all(least <= abs(v) <= most for v in x)


# Rows whose sums Arb adds up term by term: they, and their derivatives without a formula, take long at others.
_LIMITED = {
    "betaincinv",
    "gammaincinv",
    "gammainccinv",
    "betainc",
    "gammainc",
    "gammaincc",
    "hyp0f1",
    "hyp1f1",
    "hyp2f1",
    "stdtr",
    "zeta",
}
# The sizes of arguments at which a row is asked where others take long, or are no numbers of a certain kind: at 0 some
# have a vertical tangent, or a slope of zero, which a ball encloses but does not tell, and far out what they add to 1.
_SIZES = {
    **dict.fromkeys(("elliprd", "elliprj", "voigt_profile", "berp", "beip"), (5e-324, math.inf)),
    "kolmogorov": (0.02, math.inf),
    "iti0": (0.0, 1e3),
    **dict.fromkeys(("it2j0", "it2i0", "itstruve0", "itmodstruve0", "it2struve0"), (1e-3, 64.0)),
    **dict.fromkeys(("it2y0", "it2k0"), (0.0, 64.0)),
    **dict.fromkeys((*_MATHIEU, *_SPHEROIDAL), (1e-3, 64.0)),
    **dict.fromkeys(_MODIFIED, (1e-3, 4.0)),
    **dict.fromkeys(_RADIAL, (1.2, 64.0)),
    **dict.fromkeys(("itairy_ai", "itairy_bi", "pbvv", "pbwa"), (0.0, 64.0)),
    "beta_share_of": (1e-3, 99.0),
    **dict.fromkeys(("besselpoly", "chndtr"), (0.0, 99.0)),
    **dict.fromkeys(("noncentral_beta_of", "nctdtr", "wright_bessel"), (1e-3, 99.0)),
    **dict.fromkeys(("tklmbda_of", "stdtr_df_of"), (1e-3, 99.0)),
    **dict.fromkeys(("chndtr_x_of", "chndtr_nc_of", "noncentral_beta_y_of"), (0.0, 20.0)),
    "tukey_quantile_of": (0.0, 1e3),
    **dict.fromkeys(("betaincc", "dirichlet_eta", "hyperu", "lerchphi_of"), (0.0, 99.0)),
    **dict.fromkeys(("betainccinv", "stdtrit"), (1e-3, 99.0)),
}
# Rows of which only the derivatives without a formula do.
_LIMITED_SLOPES = {*_LIMITED, *_SIZES, "elliptic_e_inc", "elliptic_f"}


def _sizes_in_balls(name: str) -> tuple[float, float]:
    """The sizes of arguments that a row of which one argument moves is asked at."""
    if name in _SIZES:
        return _SIZES[name]
    if name.endswith("_slope"):
        return (1.9, 6.1) if name.removesuffix("_slope") in _LIMITED_SLOPES else (0.0, 64.0)
    return (0.0, 1e4) if name in _LIMITED else (0.0, math.inf)


def _along(name: str, constants: Sequence[float | None], known: tuple[references.Function, ...]) -> Use:
    """The use of a row of which one argument moves."""
    place = constants.index(None)
    least, most = _sizes_in_balls(name)

    # Of broken orders SciPy's lose two digits.
    broken = name.startswith("bessel") and not float(constants[0] or 0).is_integer()

    def function(x: Any) -> Any:
        return Primitive.rows[name](*constants[:place], x, *constants[place + 1 :])

    # Left of zero parameters have poles, one unit in the last place from which the sums of slopes do not converge.
    right = name.endswith("_slope") and name.removesuffix("_slope") in _LIMITED_SLOPES
    in_floats = (lambda _: False) if broken else _worth_while(name)
    return Use(name, function, 1, known, in_floats, lambda x: least <= (x if right else abs(x)) < most)


def _squares_are_doubles(x: Any) -> bool:
    return bool(1e-150 < abs(x) < 1e150) or x == 0


def _within_exponents(x: Any) -> bool:
    """Whether the exponential is a double."""
    return bool(abs(x) < 700)


def uses() -> Iterator[Use]:
    """Every row of the table that has arguments, once at least."""
    rows = Primitive.rows
    for name, known in {**references.UNARY, **references.STEPS}.items():
        yield Use(name, rows[name], 1, known, _worth_while(name))
    for name, of_pair in {**references.BINARY, **references.CHOICES}.items():
        yield Use(name, rows[name], 2, of_pair, _worth_while(name))
    for name, constants, *by_mpmath in references.ALONG:
        yield _along(name, constants, tuple(by_mpmath))
    for order in (0, 1, 2, 5):
        known = references.polygamma(order)
        # SciPy and torch take a step for each unit that the argument lies left of zero.
        yield Use("polygamma", lambda x, order=order: ops.polygamma(order, x), 1, known, lambda x: x > -1000)
    for order in (0, 1, 3):
        known = references.bessel_i(order)
        # torch has the first two.
        in_torch = functools.partial(lambda order, _: order < 2, order)
        yield Use("bessel_i", lambda x, order=order: ops.bessel_i(order, x), 1, known, in_torch)
    for exponent in (3, -2, 0.5, -2.5):
        yield Use("power", lambda x, exponent=exponent: x**exponent, 1)
    yield Use("power", lambda x: x ** ops.rational(1, 3), 1, in_floats=lambda _: False)  # 1/3 is no double
    yield Use("power", lambda x: 2**x, 1)
    yield Use("hypot", lambda x, y: ops.hypot(x, y, 3), 2)
    yield Use("logsumexp_of", lambda x, y: rows["logsumexp_of"](x, 3, y), 2)
    yield Use("det_of", lambda x, y: rows["det_of"](x, 2, 3, y), 2)
    yield Use("eigenvalue_of", lambda x: rows["eigenvalue_of"](2, 0, 0, 0, x, 1, 0), 1, references.ARROW)
    for name, known in (("eigenprojection_of", references.ARROW_PART), ("eigenresolvent_of", references.ARROW_REST)):
        yield Use(
            name, lambda x, name=name: rows[name](2, 1, 1, 0, 0, 0, x, 1, 0), 1, known, *[_squares_are_doubles] * 2
        )
    for name, place, known in (
        ("general_eigenvalue_of", (), references.CORNER),
        ("general_eigenprojection_of", (0, 0), references.CORNER_PART),
        ("general_eigenresolvent_of", (0, 0), references.CORNER_REST),
    ):
        of_corner = functools.partial(lambda row, place, x: row(0, 1, *place, x, 1, 1, 0), rows[name], place)
        yield Use(name, of_corner, 1, known, *[_squares_are_doubles] * 2)
    growth, within = references.MEAN_GROWTH, _within_exponents
    yield Use("exponential_of", lambda x: rows["exponential_of"](0, 1, x, 1, 0, 0), 1, growth, within, within)
    yield Use("where", lambda x, y: ops.where(x > y, x, y), 2, (max,))


# The error that an argument has before the operation.
KINDS: dict[str, Callable[[Any], Any]] = {
    "exact": lambda x: x,
    "relative": lambda x: x / 3 * 3,
    "absolute": lambda x: x + Fraction(1, 3) - Fraction(1, 3),
}


def mixtures(arity: int) -> list[tuple[str, ...]]:
    """The kinds of the arguments together: all alike, or one of two that is not exact."""
    alike = [(kind,) * arity for kind in KINDS]
    return alike if arity == 1 else [*alike, ("relative", "exact"), ("exact", "relative")]


def binades(step: int) -> Iterator[float]:
    """Of every ``step``-th binade a number between the powers of two, of both signs."""
    generator = random.Random(0)
    for exponent in range(-1074, 1024, step):
        for sign in (1.0, -1.0):
            yield math.ldexp(sign * (1 + generator.random()), exponent)


def powers_of_two(step: int) -> Iterator[float]:
    """Of every ``step``-th binade the power of two, of both signs."""
    for exponent in range(-1074, 1024, step):
        yield from (math.ldexp(1.0, exponent), math.ldexp(-1.0, exponent))


# Zeros of lgamma's and digamma's, and ends of exp's range.
_ROOTS = (1.4616321449683623, 0.504083008264455, 2.4570247382208006, 709.782712893384, 745.1332191019411)
_QUARTERS = tuple(k * math.pi / 2 for k in (1, 2, 3, 4, 1000001, 1e15))


_FEW = (0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.0, 3.0, -3.0, 1 / 3, -1 / 3, 20.0, -700.0)


def special() -> Iterator[float]:
    """Zero, whole and half numbers, and doubles beside ends of domains, zeros and poles."""
    yield 0.0
    for x in (0.5, 1.0, 1.5, *(k / 2 for k in range(4, 25)), 2.0**53, *_ROOTS, *_QUARTERS):
        for sign in (1, -1):
            yield from (sign * math.nextafter(x, 0), sign * x, sign * math.nextafter(x, math.inf))


def points(arity: int, step: int, exact: bool = True) -> list[Point]:
    """The arguments to try; for two, all pairs of a coarser choice.

    Parameters
    ----------
    exact:
        Whether powers of two are tried as well: among arguments that are not exact they are numbers like others.
    """
    thin = special() if step < _COARSE else itertools.islice(special(), 0, None, 5)
    if arity == 1:
        return [(x,) for x in dict.fromkeys((*binades(step), *thin, *(powers_of_two(step) if exact else ())))]
    coarse = max(128, 64 * step)
    few = (*binades(coarse), *(powers_of_two(coarse) if exact else ()), *_FEW)
    return list(itertools.product(dict.fromkeys(few), repeat=2))


@dataclass(slots=True)
class Answers:
    """For each number that was asked its tight enclosure, or what became of it; and the sides of all pieces."""

    found: dict[str, Answer]
    sides: list[int] = field(default_factory=list)

    def unsettled(self) -> list[str]:
        """What more precision may answer."""
        return [label for label, answer in self.found.items() if is_open(answer)]


def is_known(answer: Answer | None) -> TypeGuard[Ball]:
    """Whether an answer is an enclosure."""
    return answer is not None and not isinstance(answer, Outcome)


def is_open(answer: Answer) -> bool:
    """Whether more precision may answer."""
    return isinstance(answer, Outcome) and answer is not Outcome.UNDEFINED


class Question:
    """The value, the slopes and the series of a use whose arguments are of some kinds."""

    def __init__(self, use: Use, kinds: tuple[str, ...]) -> None:
        self.use = use
        self.kinds = kinds
        self.has_pieces = Primitive.rows[use.row].switch is not None
        builder = Builder()
        inputs = [TracedScalar(builder, builder.input(k)) for k in range(use.arity)]
        arguments = [KINDS[kind](x) for kind, x in zip(kinds, inputs, strict=True)]
        value = int(use.function(*arguments).node)
        self._numbers = {"value": value}
        if not self.has_pieces:
            self._numbers.update(_slopes(builder, value))
        self._nodes: Sequence[Node] = builder.nodes
        self._program = builder.program(use.arity, np.array(value))

    def at(self, point: Sequence[float | Fraction]) -> Answers:
        """Value and slopes, in balls of rising precision."""
        answers = Answers(dict.fromkeys(self._numbers, Outcome.UNDECIDED))
        for precision in LADDER:
            with ctx.workprec(precision):
                result = evaluate(self._nodes, [balls.ball(Fraction(x)) for x in point], Balls())
                for label in answers.unsettled():
                    fault = result.faults.get(self._numbers[label])
                    answers.found[label] = _answer(result.values[self._numbers[label]], fault, _is_narrow)
            if not answers.unsettled():
                break
        answers.sides = [side for side, _ in result.decisions.values()]
        return answers

    def may_jump(self, point: Sequence[float | Fraction]) -> bool:
        """Whether an operation may end or jump at a point where it has a value."""
        found = evaluate(self._program.nodes, [balls.ball(Fraction(x)) for x in point], Balls())
        return any(
            at_edge(*(found.values[i] for i in operands))
            for operands, at_edge in edges(self._program)
            if found.faults.keys().isdisjoint(operands)
        )

    @cached_property
    def _referee(self) -> Referee:
        return Referee(self._program, Operator.GRADIENT, range(self.use.arity))

    def slopes_of_pieces(self, point: Point) -> dict[str, Answer]:
        """What the referee says of the slopes of a row that is made of pieces."""
        found: dict[str, Answer] = {}
        for place, component in enumerate(self._referee.truth(point).components):
            otherwise = Outcome.UNDECIDED if component.status is Status.UNCERTAIN else Outcome.UNDEFINED
            found[f"slope {place}"] = component.left if component.status is Status.CERTIFIED else otherwise
        return found

    @cached_property
    def _bends(self) -> Program:
        everywhere = range(self.use.arity)
        return jacobian(jacobian(self._program, everywhere), everywhere)

    def series(self, point: Point, answers: Answers) -> Iterator[tuple[str, Answer]]:
        """The first coefficients of the series along each argument; they contradict what the rules say, or do not."""
        output = int(self._program.outputs)
        for place in range(self.use.arity):
            direction = [int(k == place) for k in range(self.use.arity)]
            found: list[Answer] = [Outcome.UNDECIDED] * (_ORDER + 1)
            for precision in LADDER:
                with ctx.workprec(precision):
                    inputs = along([Fraction(x) for x in point], direction, _ORDER)
                    jets = evaluate(self._program.nodes, inputs, Jets())
                    value, fault = jets.values[output], jets.faults.get(output)
                    found = [
                        _coefficient(value, fault, k, is_tight if k > 1 else _is_narrow) for k in range(_ORDER + 1)
                    ]
                    bends = evaluate(self._bends.nodes, [balls.ball(Fraction(x)) for x in point], Balls())
                if not any(is_open(answer) for answer in found):
                    break
            bend = int(self._bends.outputs[place, place])
            rules = [answers.found["value"], answers.found.get(f"slope {place}"), bends.values[bend]]
            for k, answer in enumerate(found):
                rule = None if k == _ORDER and bend in bends.faults else rules[k]
                with ctx.workprec(LADDER[-1]):
                    same = not (is_known(answer) and is_known(rule)) or (math.factorial(k) * answer).overlaps(rule)
                yield f"series {k} by {place}", answer if same else Outcome.CONTRADICTED


def _slopes(builder: Builder, value: int) -> Iterator[tuple[str, int]]:
    """The nodes of the slopes by every form, and by SymPy's rule; the row's stable form has the shortest name."""
    name, operands = builder.nodes[value]
    row = Primitive.rows[name]
    variable = [k for k, i in enumerate(operands) if builder.nodes[i][0] != CONST]
    for place, position in enumerate(variable):
        for form in range(max(1, len(row.forms_of(position)))):
            yield f"slope {place}" + (f" by form {form}" if form else ""), partial(builder, value, position, form)
        with contextlib.suppress(Unsupported):  # SymPy has no rule
            yield f"slope {place} by SymPy", partial(builder, value, position, SYMPY)


def _coefficient(value: Any, fault: tuple[Fault, int] | None, power: int, narrow: Callable[[Ball], bool]) -> Answer:
    """The coefficient of a power of t along a ray, undefined where a term that is no power is larger."""
    try:
        return _answer(None if fault else coefficient(value, power), fault, narrow)
    except NoExpansion:
        return Outcome.UNDEFINED


def _answer(value: Ball, fault: tuple[Fault, int] | None, narrow: Callable[[Ball], bool]) -> Answer:
    if fault is not None:
        return Outcome.UNDEFINED if fault[0] is Fault.UNDEFINED else Outcome.UNDECIDED
    return value if narrow(value) else Outcome.WIDE


def _is_narrow(value: Ball) -> bool:
    """Whether a ball is tight relatively: moved to the size of one, where the referee asks for nothing less."""
    if value.is_exact():
        return True
    mantissa, exponent = abs(value).upper().man_exp()
    return is_tight(value * balls.power_of_two(-int(exponent) - int(mantissa.bit_length())))
