"""A function on whole arrays, rounded at random as by `diffcheck.engines.finite.random_rounding`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.random_rounding import MOVES, SEED, TRIALS, Batched, RandomlyRounded, is_exactly_rounded
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.code import on_arrays
from diffcheck.program.graph import ARRAY, CONST, INPUT, Graph, Node, is_elementwise
from diffcheck.program.program import Program
from diffcheck.program.scalarise import Lowered

# Elements of the largest array of a portion of points.
_ELEMENTS = 2**20


def rounded(program: Program, dtype: str) -> Batched:
    """A program rounded at random, on whole arrays where it is evaluated so, or where those tell what a row loses."""
    if isinstance(program, Lowered) and (on_arrays(program) or any(map(_tells_losses, program.graph.nodes))):
        return RoundedArrays(program.graph, dtype)
    return RandomlyRounded(program, dtype)


def _tells_losses(node: Node) -> bool:
    return node.name in Own.rows and Own.rows[node.name].lost is not None


class RoundedArrays:
    """A graph on batches of points, rounded at random: the rows of a batch take `TRIALS` trials in turns.

    A trial is the same at every point and in every batch, so that calling twice gives the same bits.

    Parameters
    ----------
    dtype:
        ``float64`` or ``float32``: what is computed in.
    """

    def __init__(self, graph: Graph, dtype: str) -> None:
        self._graph = graph
        self._dtype = np.dtype(dtype)
        self._unit, self._smallest = np.finfo(dtype).eps / 2, np.finfo(dtype).smallest_subnormal
        largest = max(int(np.prod(node.shape, dtype=int)) for node in graph.nodes)
        self._portion = max(1, _ELEMENTS // largest)

    def batch(self, points: Array) -> Array:
        """The result at points of shape (points, flattened inputs), in the shape (points,) + shape of the result."""
        points = np.asarray(points, self._dtype)
        found = np.empty((len(points), *self._graph.shape), self._dtype)
        with np.errstate(all="ignore"):
            for start in range(0, len(points), self._portion):
                part = points[start : start + self._portion]
                trials = np.arange(start, start + len(part)) % TRIALS
                found[start : start + len(part)] = self._evaluated(part, trials)
        return found

    def _evaluated(self, points: Array, trials: Any) -> Array:
        values: list[Any] = []
        last = self._graph.last_uses
        for number, node in enumerate(self._graph.nodes):
            values.append(self._value(number, node, [values[i] for i in node.operands], points, trials))
            for i in set(node.operands):
                if last[i] == number and i != self._graph.output:
                    values[i] = None
        return np.broadcast_to(values[self._graph.output], (len(points), *self._graph.shape))

    def _value(self, number: int, node: Node, operands: Sequence[Any], points: Array, trials: Any) -> Any:
        """A node at all points; without their axis if it is the same at all."""
        if node.name == INPUT:
            start = node.parameters[0]
            stop = start + int(np.prod(node.shape, dtype=int))
            return points[:, start:stop].reshape(len(points), *node.shape)
        if node.name == CONST:
            return self._dtype.type(float(node.parameters[0]))
        if node.name == ARRAY:
            return np.asarray(node.parameters[0].array, self._dtype)
        shapes = [self._graph.nodes[i].shape for i in node.operands]
        moves = [x.ndim > len(shape) for x, shape in zip(operands, shapes, strict=True)]
        ulps = _ulps(node)
        if any(moves) and ulps and not _is_exactly_rounded(node):
            operands = [
                self._moved(x, np.abs(x), (number, k), trials) if m else x
                for k, (x, m) in enumerate(zip(operands, moves, strict=True))
            ]
        value = np.asarray(_applied(node, operands, shapes, moves, len(points)), self._dtype)
        if not any(moves) or not ulps:
            return value
        lost = ulps * np.abs(value)
        if _tells_losses(node):
            lost = np.fmax(lost, _lost(node, value, _spread(operands, shapes, moves, len(points))))
        return self._moved(value, lost, (number,), trials)

    def _moved(self, values: Array, lost: Array, key: tuple[int, ...], trials: Any) -> Array:
        """Values rounded at random, by what is lost in unit roundoffs: up in half of the trials, down in the other."""
        generator = np.random.default_rng([SEED, *key])
        half = generator.uniform(*MOVES, (TRIALS // 2, *values.shape[1:]))
        half *= np.where(generator.random(half.shape) < 0.5, -1.0, 1.0)
        by = np.concatenate([half, -half])[trials] * self._unit
        # Below the normal range a unit in the last place is the smallest number.
        found: Array = (values + lost * by + np.sign(by) * self._smallest).astype(self._dtype)
        return found


def _applied(node: Node, operands: Sequence[Any], shapes: Sequence[Any], moves: Sequence[bool], points: int) -> Any:
    """An operation on arrays, some of which have the axis of the points in front."""
    if is_elementwise(node):
        axes = len(node.shape)
        aligned = [
            x.reshape(points, *(1,) * (axes - len(shape)), *shape) if m else x
            for x, shape, m in zip(operands, shapes, moves, strict=True)
        ]
        return Primitive.rows[node.name].on_numpy(*aligned)
    if node.name == matmul.name:
        return np.matmul(*operands)
    spread = _spread(operands, shapes, moves, points)
    if node.name in Own.rows:
        return Own.rows[node.name].on_numpy(node.parameters, *spread)
    return Linear.rows[node.name].on_arrays(node.parameters, int(any(moves)), *spread)


def _spread(operands: Sequence[Any], shapes: Sequence[Any], moves: Sequence[bool], points: int) -> list[Any]:
    """Operands with the axis of the points in front, if one has it."""
    return [
        np.broadcast_to(x, (points, *shape)) if any(moves) and not m else x
        for x, shape, m in zip(operands, shapes, moves, strict=True)
    ]


def _lost(node: Node, value: Array, operands: Sequence[Any]) -> Array:
    """What a row with a calculus of its own loses in unit roundoffs; what is told of no value is nothing."""
    told = Own.rows[node.name].lost
    assert told is not None
    lost = np.asarray(told(node.parameters, value, *operands))
    return np.where(np.isnan(lost), 0.0, lost)


def _ulps(node: Node) -> float:
    """How much a node may lose, in unit roundoffs; what only moves, selects or compares loses nothing."""
    if is_elementwise(node):
        return Primitive.rows[node.name].ulps
    if node.name in Own.rows:
        return 0.0 if Own.rows[node.name].chosen else 1.0
    return 1.0 if node.name == matmul.name or Linear.rows[node.name].lost else 0.0


def _is_exactly_rounded(node: Node) -> bool:
    """Whether a node is right, to its last place, for the very arguments it is given.

    Moved arguments stand for the partial results of what adds up, and of rows with a calculus of their own.
    """
    return is_elementwise(node) and is_exactly_rounded(Primitive.rows[node.name])
