"""What an operation is: one row that says how SymPy, NumPy, PyTorch and ball arithmetic compute it.

Two kinds of rows. A :class:`Primitive` is a node of a program, one scalar operation with a rule for its derivative.
What is defined by a formula over other operations, and by the function of that name in PyTorch, which is what users run
and so what is tested, is in `composites`.

A column names a function by its dotted path (``"torch.nn.functional.gelu"``) or gives a function; for ``sympy`` and
``torch`` that function takes the module as its first argument, so that writing the row imports neither.
"""

import functools
import importlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from diffcheck.errors import CallError
from diffcheck.ops.arguments import Kind, flat, holds_numbers, is_complex, kind_of, plain
from diffcheck.ops.dotted import resolve
from diffcheck.ops.on_tensors import called
from diffcheck.ops.options import fitted
from diffcheck.ops.orders import Order
from diffcheck.ops.without import Without as Without

Function = Callable[..., Any]


Column = str | Function | Without


@dataclass(frozen=True, eq=False, kw_only=True)
class Operation:
    """A row of the table; call it as a function of arrays, tensors or traced values.

    Attributes
    ----------
    aten:
        The operation on the same operands under torch's dispatcher; empty if there is none.
    torch, numpy:
        Of what these libraries lack, `Without`.
    """

    name: str
    doc: str
    torch: Column
    numpy: Column | None = None
    aten: str = ""
    of_complex_constants: ClassVar[Any] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "__name__", self.name)
        object.__setattr__(self, "__doc__", self.doc)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """The operation on whatever the arguments are: traced values, tensors, arrays, or exact constants."""
        kind, decider = kind_of(arguments)
        if kind is Kind.TRACED:
            return decider.apply(self, arguments, options)
        if kind is Kind.TORCH:
            return self._on_torch(decider, tuple(map(plain, arguments)), options)
        if kind is Kind.NUMPY:
            return self.on_numpy(*map(plain, arguments), **options)
        if any(map(is_complex, flat(arguments))):
            return self.of_complex_constants(self, arguments, options)
        return self._on_constants(arguments, options)

    def on_numpy(self, *arguments: Any, **options: Any) -> Any:
        """The operation on NumPy arrays and Python numbers."""
        function = resolve(self.numpy) if isinstance(self.numpy, str) else self.numpy
        assert function is not None
        return function(*arguments, **options)

    def _on_torch(self, like: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        torch = sys.modules["torch"]
        named = isinstance(self.torch, str)
        function = resolve(self.torch) if isinstance(self.torch, str) else functools.partial(self.torch, torch)
        return called(self.name, function, named, like, arguments, options)

    def _on_constants(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        raise TypeError(f"{self.name}: no array, tensor or traced value among the arguments")

    def __repr__(self) -> str:
        return f"<operation {self.name}: {self.doc}>"


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Primitive(Operation):
    """An operation on scalars that is a node of a program.

    Attributes
    ----------
    sympy:
        The SymPy expression; its derivative is the operation's derivative rule.
    arb:
        The ball-arithmetic enclosure: a method of ``flint.arb`` by name, or a function of balls.
    series:
        The same for power series (``flint.arb_series``); left out, the function of balls serves both.
    outside:
        Whether these arguments (balls) lie outside the domain for certain.
    ulps:
        Units of roundoff that a good implementation may lose, its result's or its arguments': what was measured on the
        implementations there are (`benchmarks/measure_ulps.py`). The bounds allow sixteen times that.
    beside:
        The size, a function of the arguments (balls), of which the result loses these units where that is more than its
        own: small eigenvalues lose what large ones do.
    forms:
        For each argument the derivative forms in common use, functions of the arguments and the value, the most
        accurate first; for an operation of any number of arguments, a function of the argument's position. Without
        any, SymPy's rule is the only form.
    slopes:
        The slopes by all arguments, a function of those (balls), for an operation of many: written out by the forms
        they would be thousands of operations.
    switch:
        For an operation made of pieces, such as ``abs``: a function of the arguments (balls) whose sign says which
        piece they lie in; pieces meet where it is zero. ``operator.sub`` itself for what compares two arguments.
    piece:
        The operation on one piece: a function of that sign, the traced arguments and their balls.
    takes:
        For an operation whose value is one of its arguments: its position, by that sign.
    deciding:
        How many of the arguments, the first ones, say which piece they lie in and are those of ``switch``; all of them
        if ``None``. The others need not exist.
    at_edge:
        Whether the operation may end, jump or bend at these arguments (balls) although it has a value.
    settled:
        Arguments that settle the value, whatever the others in its domain are: position, number, value.
    elsewhere:
        The operation by other ones, at arguments where it has no power series of its own: a function of germs
        (`diffcheck.referee.beside.germs`).
    of_pi:
        The operation of pi times its argument, a function of fractions, balls or power series, exact where the value
        is.
    undoes:
        For an inverse function the operation that it is the inverse of, if that one has ``of_pi``.
    formula:
        The operation by other ones, fewer of them, wherever it has a value: equal formulas are equal values.
    vanishes_with:
        The position of an argument with which, where it is zero itself, the value is zero whatever the others are.
    squared:
        The square of the value by other operations, where it is simpler than the value.
    parity:
        1 for an even function of its first argument, -1 for an odd one.
    exactly:
        The operation on fractions, ``None`` where its value is no fraction. Left out, exact balls tell.
    folded:
        The exact result for constants (fractions) that a program keeps in place of the operation, ``None`` where it
        keeps the operation.
    gives_back:
        Which argument is the value, whatever it is, and whether with the other sign: a function of the constants among
        the arguments, ``None`` for each other one. `None` where none is.
    signs:
        For an operation that adds its arguments up: the sign of each.
    with_options:
        The operation with the options that torch has for it, by other ones: a function of its argument and of these.
    product:
        Whether the value is the product of its two arguments.
    written:
        The formula as a person reads it, with places for the arguments; how strongly it binds, and how strongly each
        argument has to, not to stand in parentheses. Without it the name stands before the arguments.
    python:
        The same in Python's own arithmetic, where that is no function of this name in `math`.
    numpy_at:
        A faster NumPy function of the first argument where the second is this constant (a fraction), or `None`.
    rule_by:
        The arguments of which a constant value, an exponent or an order, changes SymPy's rule.
    orders:
        What the first arguments may be, of those that say which function it is: nothing is differentiated by them.
    condition:
        Whether the values are conditions: 1 where the relation holds, 0 where it does not.
    sympy_rule:
        Whether SymPy differentiates the expression by a rule for this operation; where it does not, the forms serve.
    sympy_name:
        The name of SymPy's own function, where the column ``sympy`` does not end in it; "name of 2" is its form of two
        arguments, where that of another number has a row as well.
    """

    sympy: Column
    arb: str | Function
    series: Function | None = None
    outside: Callable[..., bool] | None = None
    ulps: float = 1.0
    beside: Function | None = None
    forms: tuple[tuple[Function, ...], ...] | Callable[[int], tuple[Function, ...]] = ()
    slopes: Function | None = None
    switch: Function | None = None
    piece: Function | None = None
    takes: Callable[[int], int] | None = None
    deciding: int | None = None
    at_edge: Callable[..., bool] | None = None
    settled: tuple[tuple[int, int, int], ...] = ()
    elsewhere: Function | None = None
    of_pi: Function | None = None
    undoes: str | None = None
    formula: Function | None = None
    vanishes_with: int | None = None
    squared: Function | None = None
    parity: int = 0
    exactly: Callable[..., Fraction | None] | None = None
    folded: Callable[..., Fraction | None] | None = None
    gives_back: Callable[..., tuple[int, bool] | None] | None = None
    signs: tuple[int, ...] = ()
    with_options: Function | None = None
    product: bool = False
    written: tuple[str, int, tuple[int, ...]] | None = None
    python: str = ""
    numpy_at: Callable[[Fraction], np.ufunc | None] | None = None
    rule_by: tuple[int, ...] = ()
    orders: tuple[Order, ...] = ()
    condition: bool = False
    sympy_rule: bool = True
    sympy_name: str = ""
    rows: ClassVar[dict[str, "Primitive"]] = {}
    constant_class: ClassVar[Any] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        assert self.name not in self.rows, self.name
        self.rows[self.name] = self
        if isinstance(self.sympy, str) and not self.sympy_name:
            object.__setattr__(self, "sympy_name", self.sympy.rpartition(".")[2])

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """The operation; with options that it has by other ones.

        Raises
        ------
        CallError
            For options that it does not have, and for more or less operands.
        """
        if not options and self.operands in (None, len(arguments)):
            return super().__call__(*arguments)
        if self.with_options is None:
            if options:
                raise CallError(f"{self.name} has no option {', '.join(options)}: operands stand without names")
            raise CallError(f"{self.name} does not take {len(arguments)} argument{'s' * (len(arguments) != 1)}")
        try:
            bound = self._signature.bind(*arguments, **options)
        except TypeError as mistake:
            raise CallError(f"{self.name}: {mistake}") from None
        known = self._signature.parameters
        given = [(name, fitted(self.name, name, known[name].annotation, x)) for name, x in bound.arguments.items()]
        operands, told = tuple(x for _, x in given[: self.operands]), dict(given[self.operands :])
        kind, decider = kind_of(operands)
        return self._on_torch(decider, operands, told) if kind is Kind.TORCH else self.with_options(*operands, **told)

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        assert self.with_options is not None
        return inspect.signature(self.with_options)

    @functools.cached_property
    def operands(self) -> int | None:
        """How many operands it has, as its options or NumPy's function tell; ``None`` if neither does."""
        if self.with_options is not None:
            return sum(p.default is p.empty for p in self._signature.parameters.values())
        function = resolve(self.numpy) if isinstance(self.numpy, str) and self.numpy.startswith("numpy.") else None
        return function.nin if isinstance(function, np.ufunc) else None

    @property
    def chooses(self) -> bool:
        """Whether the first arguments are conditions that say which of the others is the value."""
        return self.takes is not None and self.deciding is not None

    def _on_torch(self, like: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        arguments = tuple(np.asarray(a) if isinstance(a, (list, tuple)) and holds_numbers(a) else a for a in arguments)
        if self.chooses:  # a number as a condition says that it is not zero, as in NumPy
            count = self.deciding
            arguments = (*(c != 0 for c in arguments[:count]), *arguments[count:])
        return super()._on_torch(like, arguments, options)

    @property
    def is_step(self) -> bool:
        """Whether it is made of constant pieces, of which SymPy leaves the derivative undone, and is no condition."""
        return self.piece is not None and not self.sympy_rule and not self.condition

    @property
    def keeps_finite(self) -> bool:
        """Whether it makes finite numbers of finite ones, as sums and products do."""
        return bool(self.signs) or self.product

    def forms_of(self, position: int) -> tuple[Function, ...]:
        """The forms in common use of the derivative with respect to one argument."""
        if callable(self.forms):
            return self.forms(position)
        return self.forms[position] if self.forms else ()

    def on_balls(self) -> Function:
        """The function of balls."""
        return resolve(f"flint.arb.{self.arb}") if isinstance(self.arb, str) else self.arb

    def on_series(self) -> Function:
        """The function of power series."""
        return self.series or (_method(self.arb) if isinstance(self.arb, str) else self.arb)

    def on_sympy(self, *arguments: Any) -> Any:
        """The SymPy expression of these SymPy arguments."""
        if isinstance(self.sympy, str):
            return resolve(self.sympy)(*arguments)
        return self.sympy(importlib.import_module("sympy"), *arguments)

    def _on_constants(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return self.constant_class.of(self, arguments)


def named_row(name: str, doc: str, **columns: Any) -> Primitive:
    """The row whose NumPy, torch, SymPy and Arb functions have the operation's own name, but for the columns given.

    So has the operation under torch's dispatcher.
    """
    named: dict[str, Column] = {
        "numpy": f"numpy.{name}",
        "torch": f"torch.{name}",
        "sympy": f"sympy.{name}",
        "arb": name,
        "aten": name,
    }
    return Primitive(name=name, doc=doc, **(named | columns))


@functools.cache
def _method(name: str) -> Function:
    def call(x: Any, *rest: Any) -> Any:
        return getattr(x, name)(*rest)

    return call
