"""A program made runnable: on batches of points as NumPy arrays, at one point as plain Python numbers.

The arrays have a row for each value and a column for each point. Rows are numbered so that what is computed together
lies together (see `diffcheck.program.schedule`).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse

from diffcheck.ops.dotted import resolve
from diffcheck.ops.table import Primitive
from diffcheck.program.program import CONST, INPUT, Program, distinct, uncollected
from diffcheck.program.schedule import SUM, Group, schedule

Array = np.ndarray[Any, np.dtype[Any]]

# Points are taken in portions whose arrays fit the processor's cache; in larger ones where a call would compute fewer
# numbers than this, and take longer to be made than to compute them, but in no more bytes than the third.
_PORTION_BYTES, _WORTH_A_CALL, _MOST_BYTES = 2**20, 2**12, 2**26
_LARGEST_PORTION = 4096
# A matrix with more than this part of its entries is multiplied as a dense one.
_DENSE = 0.2
# Python's own arithmetic takes this part of the time of an array operation on one point, for each node; a program of
# more nodes is not worth the compiler's time.
_PLAIN_COST = 0.04
_PLAIN_NODES = 20_000


class Compiled:
    """A program as a function of points.

    Parameters
    ----------
    dtype:
        ``float64`` or ``float32``: what is computed in.
    groups:
        What is computed by one call each, in this order; the program's `schedule` if nothing else is said.
    """

    @uncollected()
    def __init__(self, program: Program, dtype: str = "float64", groups: Sequence[Group] | None = None) -> None:
        self.program = program
        self._dtype = np.dtype(dtype)
        groups = schedule(program) if groups is None else groups
        rows: dict[int, int] = {}
        for number, (name, operands) in enumerate(program.nodes):
            if name == INPUT:
                rows[number] = operands[0]
        count = len(program.inputs)
        constants = [i for i in _used(program, groups) if program.nodes[i][0] == CONST]
        rows.update({number: count + k for k, number in enumerate(constants)})
        self._constants = np.array([float(program.nodes[i][1][0]) for i in constants], self._dtype)
        count += len(constants)
        self._steps: list[Callable[[Array], None]] = []
        for group in groups:
            self._steps.append(_step(program, group, rows, count, self._dtype))
            rows.update({number: count + k for k, number in enumerate(group.nodes)})
            count += len(group.nodes)
        self._rows = count
        place = np.zeros(len(program.nodes), np.intp)
        place[list(rows)] = list(rows.values())
        self._outputs = place[program.outputs.ravel()]
        self._plain: Callable[..., tuple[float, ...]] | None = None

    @property
    def operations(self) -> int:
        """How many operations on numbers an evaluation takes."""
        return self.program.operations

    @property
    def calls(self) -> int:
        """How many array operations one portion of points takes."""
        return len(self._steps)

    def batch(self, points: Array) -> Array:
        """The outputs at many points.

        Parameters
        ----------
        points:
            Shape (points, flattened inputs).

        Returns
        -------
        Array
            Shape (points,) + shape of the outputs.
        """
        points = np.asarray(points, self._dtype)
        total = len(points)
        found = np.empty((total, self._outputs.size), self._dtype)
        portion = self._portion
        inputs, fixed = len(self.program.inputs), len(self._constants)
        with np.errstate(all="ignore"):
            for start in range(0, total, portion):
                part = points[start : start + portion]
                values = np.empty((self._rows, len(part)), self._dtype)
                values[:inputs] = part.T
                values[inputs : inputs + fixed] = self._constants[:, None]
                for step in self._steps:
                    step(values)
                found[start : start + portion] = values[self._outputs].T
        return found.reshape(total, *self.program.outputs.shape)

    @property
    def _portion(self) -> int:
        """How many points are taken at once."""
        size = self._rows * self._dtype.itemsize
        busy = min(_WORTH_A_CALL * self.calls // self._rows, _MOST_BYTES // size)
        return min(_LARGEST_PORTION, max(32, _PORTION_BYTES // size, busy))

    def at(self, point: Sequence[float]) -> Array:
        """The outputs at one point, given as all flattened inputs."""
        size = len(self.program.nodes)
        if self._dtype == np.float64 and size <= _PLAIN_NODES and size * _PLAIN_COST <= self.calls:
            if self._plain is None:
                self._plain = _plain(self.program)
            try:
                return np.array(self._plain(*point)).reshape(self.program.outputs.shape)
            except (ArithmeticError, ValueError, TypeError):
                pass  # what Python refuses (1/0, log of a negative number, overflow) has a value in IEEE arithmetic
        found: Array = self.batch(np.asarray(point, self._dtype)[None])[0]
        return found


def _used(program: Program, groups: Sequence[Group]) -> list[int]:
    """The nodes that some group, or the result, takes as they are."""
    used = set(distinct(program.outputs))
    for group in groups:
        for operands in group.operands:
            used.update(operands)
    return sorted(used)


def _step(program: Program, group: Group, rows: dict[int, int], start: int, dtype: Any) -> Callable[[Array], None]:
    """The call that computes a group's rows from ``start``."""
    place = slice(start, start + len(group.nodes))
    if group.name == SUM:
        return _matrix_step(group, rows, place, dtype)
    function = Primitive.rows[group.name].on_numpy
    fetch = [_gather(np.array([rows[i] for i in column], np.intp)) for column in zip(*group.operands, strict=True)]
    ufunc = _ufunc(group.name)
    at = Primitive.rows[group.name].numpy_at
    if at is not None:
        # The schedule keeps equal constants together.
        name, value = program.nodes[group.operands[0][1]]
        special = at(value[0]) if name == CONST else None
        if special is not None:
            ufunc, fetch = special, fetch[:1]
    if ufunc is not None and len(fetch) == 2:
        left, right = fetch

        def binary(values: Array) -> None:
            ufunc(left(values), right(values), out=values[place])

        return binary
    if ufunc is not None and len(fetch) == 1:
        (only,) = fetch

        def unary(values: Array) -> None:
            ufunc(only(values), out=values[place])

        return unary

    def general(values: Array) -> None:
        values[place] = function(*(f(values) for f in fetch))

    return general


def _ufunc(name: str) -> Any:
    """The NumPy or SciPy ufunc that an operation is, ``None`` for another function."""
    path = Primitive.rows[name].numpy
    function = resolve(path) if isinstance(path, str) else None
    return function if isinstance(function, np.ufunc) else None


def _gather(index: Array) -> Callable[[Array], Array]:
    """What takes these rows: a slice or one row for all where that is what they are."""
    first = int(index[0])
    if (index == first).all():
        return lambda values: values[first : first + 1]
    if (np.diff(index) == 1).all():
        end = first + len(index)
        return lambda values: values[first:end]
    return lambda values: values.take(index, 0)


def _matrix_step(group: Group, rows: dict[int, int], place: slice, dtype: Any) -> Callable[[Array], None]:
    """Sums of one level as the product of the matrix of their factors with the rows they are made of."""
    places = np.repeat(np.arange(len(group.nodes)), [len(terms) for terms in group.operands])
    columns = np.array([rows[i] for terms in group.operands for i in terms], np.intp)
    factors = np.array([factor for row in group.factors for factor in row], dtype)
    used, positions = np.unique(columns, return_inverse=True)
    matrix: Any = scipy.sparse.csr_array((factors, (places, positions)), shape=(len(group.nodes), len(used)))
    fetch = _gather(used)
    if matrix.nnz > _DENSE * matrix.shape[0] * matrix.shape[1]:
        matrix = matrix.toarray()

    def product(values: Array) -> None:
        values[place] = matrix @ fetch(values)

    return product


_MATH = set(dir(math)) - {"gamma", "pow"}


def _plain(program: Program) -> Callable[..., tuple[float, ...]]:
    """The program as a Python function of numbers that returns the flattened outputs."""
    names: dict[str, Any] = {name: getattr(math, name) for name in (*_MATH, "pow") if not name.startswith("_")}
    lines = [f"def evaluate({', '.join(f'x{k}' for k in range(len(program.inputs)))}):"]
    for number, (name, operands) in enumerate(program.nodes):
        if name == INPUT:
            text = f"x{operands[0]}"
        elif name == CONST:
            text = repr(float(operands[0]))
        else:
            arguments = [f"v{i}" for i in operands]
            row = Primitive.rows[name]
            python = row.python or (row.written[0] if row.written else "")
            if python:
                text = python.format(*arguments)
            elif name in _MATH and operands:
                text = f"{name}({', '.join(arguments)})"
            else:
                names[f"_{name}"] = row.on_numpy
                text = f"float(_{name}({', '.join(arguments)}))"
        lines.append(f" v{number} = {text}")
    results = ", ".join(f"v{i}" for i in program.outputs.ravel().tolist())
    lines.append(f" return ({results},)" if results else " return ()")
    exec(compile("\n".join(lines), "<program>", "exec"), names)
    function: Callable[..., tuple[float, ...]] = names["evaluate"]
    return function
