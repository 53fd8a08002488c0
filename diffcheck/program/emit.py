"""A graph made runnable on NumPy: one call for each operation, at one point or at a batch of them.

A batch is a further axis in front of everything that depends on an input. An array that nobody needs any more gives its
memory to the next result of its shape.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffcheck.ops.dotted import resolve
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import ARRAY, CONST, INPUT, Graph, Node, is_elementwise

Array = np.ndarray[Any, np.dtype[Any]]

# Points are taken in portions whose arrays fit the processor's cache.
_PORTION_BYTES = 2**22
_LARGEST_PORTION = 4096


class Emitted:
    """A graph as a function of points.

    Parameters
    ----------
    dtype:
        ``float64`` or ``float32``: what is computed in.
    """

    def __init__(self, graph: Graph, dtype: str = "float64") -> None:
        self.graph = graph
        self._dtype = np.dtype(dtype)
        self._single = _Source(graph, self._dtype, 0).function()
        self._many: Callable[..., Array] | None = None
        moving = graph.reached
        sizes = [int(np.prod(node.shape, dtype=int)) for node, moves in zip(graph.nodes, moving, strict=True) if moves]
        largest = max(sizes, default=1)
        self._portion = min(_LARGEST_PORTION, max(1, _PORTION_BYTES // (4 * largest * self._dtype.itemsize)))

    @property
    def operations(self) -> int:
        """How many operations on numbers an evaluation takes."""
        return self.graph.operations

    def at(self, point: Sequence[float] | Array) -> Array:
        """The result at one point, given as all flattened inputs."""
        with np.errstate(all="ignore"):
            return np.array(self._single(np.asarray(point, self._dtype)), self._dtype)

    def batch(self, points: Array) -> Array:
        """The results at many points; shape (points,) + shape of the result."""
        if self._many is None:
            self._many = _Source(self.graph, self._dtype, 1).function()
        points = np.asarray(points, self._dtype)
        found = np.empty((len(points), *self.graph.shape), self._dtype)
        with np.errstate(all="ignore"):
            for start in range(0, len(points), self._portion):
                part = points[start : start + self._portion]
                found[start : start + self._portion] = self._many(part)
        return found


class _Source:
    """The Python source of a graph, for ``lead`` axes in front."""

    def __init__(self, graph: Graph, dtype: Any, lead: int) -> None:
        self._nodes = graph.nodes
        self._dtype = dtype
        self._lead = lead
        self._names: dict[str, Any] = {"np": np, "Linear": Linear}
        self._batched: list[bool] = []
        # Nodes that share memory have one base; it is free when none of them is used any more.
        self._base: list[int | None] = []
        self._uses = Counter(i for node in graph.nodes for i in node.operands)
        self._uses[graph.output] += 1
        self._alive: Counter[int] = Counter()
        lines = ["def evaluate(x):"]
        if lead:
            lines.append(" P = len(x)")
        for number, node in enumerate(graph.nodes):
            lines.append(f" v{number} = {self._written(number, node)}")
            self._batched.append(node.name == INPUT or any(self._batched[i] for i in node.operands))
            base = self._base[number]
            if base is not None:
                self._alive[base] += 1
            for i in set(node.operands):
                self._uses[i] -= node.operands.count(i)
                used_up = self._base[i]
                if not self._uses[i]:
                    lines.append(f" del v{i}")
                    if used_up is not None:
                        self._alive[used_up] -= 1
        lines.append(f" return v{graph.output}")
        self._text = "\n".join(lines)

    def function(self) -> Callable[[Array], Array]:
        """The compiled source."""
        exec(compile(self._text, "<graph>", "exec"), self._names)
        function: Callable[[Array], Array] = self._names["evaluate"]
        return function

    def _written(self, number: int, node: Node) -> str:
        """The expression of a node; notes whose memory its result has."""
        batched = any(self._batched[i] for i in node.operands)
        lead = self._lead if batched else 0
        self._base.append(None)
        if node.name == INPUT:
            start = node.parameters[0]
            stop = start + int(np.prod(node.shape, dtype=int))
            return f"x[..., {start}:{stop}].reshape({self._shape(node.shape, self._lead)})"
        if node.name == CONST:
            return self._named(f"c{number}", self._dtype.type(float(node.parameters[0])))
        if node.name == ARRAY:
            return self._named(f"c{number}", node.parameters[0].array.astype(self._dtype))
        if is_elementwise(node):
            return self._elementwise(number, node, lead)
        if node.name == matmul.name:
            self._base[number] = number
            return self._product(node, lead)
        if node.name in Own.rows:
            self._names[f"f{number}"], self._names[f"p{number}"] = Own.rows[node.name].on_numpy, node.parameters
            return f"f{number}(p{number}, {', '.join(self._spread(i, lead) for i in node.operands)})"
        return self._linear(number, node, lead)

    def _elementwise(self, number: int, node: Node, lead: int) -> str:
        row = Primitive.rows[node.name]
        function = resolve(row.numpy) if isinstance(row.numpy, str) else None
        arguments = [self._aligned(i, node, lead) for i in node.operands]
        value = None if row.numpy_at is None else self._value(node.operands[1])
        special = None if row.numpy_at is None or value is None else row.numpy_at(value)
        if special is not None:
            function, arguments = special, arguments[:1]
        if not isinstance(function, np.ufunc):
            self._names[f"f{number}"] = row.on_numpy
            return f"f{number}({', '.join(arguments)})"
        name = self._named(f"f{number}", function)
        base = self._free_buffer(node, lead)
        self._base[number] = number if base is None else base[0]
        if base is not None:
            arguments.append(f"out=v{base[1]}")
        return f"{name}({', '.join(arguments)})"

    def _free_buffer(self, node: Node, lead: int) -> tuple[int, int] | None:
        """The base, and an operand, whose memory nobody needs after this node and which has its shape."""
        if node.shape == () and not lead:
            return None
        for i in node.operands:
            base = self._base[i]
            whole = self._nodes[i].shape == node.shape and bool(self._batched[i]) == bool(lead)
            last = self._uses[i] == node.operands.count(i)
            if whole and last and base is not None and self._alive[base] == 1 and self._owns(i):
                return base, i
        return None

    def _owns(self, number: int) -> bool:
        """Whether a node is a whole array of its own, not a view."""
        return is_elementwise(self._nodes[number]) or self._nodes[number].name == matmul.name

    def _linear(self, number: int, node: Node, lead: int) -> str:
        row = Linear.rows[node.name]
        name = self._named(f"f{number}", row.on_arrays)
        parameters = self._named(f"p{number}", node.parameters)
        arguments = [self._spread(i, lead) for i in node.operands]
        base = self._base[node.operands[0]]
        if len(node.operands) == 1 and row.moves and base is not None:
            self._base[number] = base
        return f"{name}({parameters}, {lead}, {', '.join(arguments)})"

    def _spread(self, number: int, lead: int) -> str:
        """A node with the axes in front that others beside it have."""
        if not lead or self._batched[number]:
            return f"v{number}"
        return f"np.broadcast_to(v{number}, {self._shape(self._nodes[number].shape, lead)})"

    def _aligned(self, number: int, node: Node, lead: int) -> str:
        """A node with axes of length one between that in front and its own, where others have more."""
        shape = self._nodes[number].shape
        if not (lead and self._batched[number]) or len(shape) == len(node.shape):
            return f"v{number}"
        return f"v{number}.reshape({self._shape((1,) * (len(node.shape) - len(shape)) + shape, lead)})"

    def _product(self, node: Node, lead: int) -> str:
        x, y = node.operands
        left, right = self._nodes[x].shape, self._nodes[y].shape
        plain = len(left) == 2
        if lead and plain and not self._batched[y]:
            return f"(v{x}.reshape(-1, {left[1]}) @ v{y}).reshape({self._shape(node.shape, lead)})"
        if lead and plain and not self._batched[x] and right[1] == 1:
            return f"(v{y}.reshape(-1, {right[0]}) @ v{x}.T).reshape({self._shape(node.shape, lead)})"
        if lead and left[-1] == 1:
            return f"np.multiply({self._spread(x, lead)}, {self._spread(y, lead)})"
        return f"np.matmul(v{x}, v{y})"

    def _value(self, number: int) -> Any:
        node = self._nodes[number]
        return node.parameters[0] if node.name == CONST else None

    def _shape(self, shape: tuple[int, ...], lead: int) -> str:
        return f"({', '.join([*['P'] * lead, *map(str, shape)])}{',' if lead + len(shape) == 1 else ''})"

    def _named(self, name: str, value: Any) -> str:
        self._names[name] = value
        return name
