"""A graph as a function of JAX arrays: each node by JAX's function of the same name, as somebody would write it."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from diffcheck.engines.jax.as_numpy import AsNumpy, bare, counterpart
from diffcheck.errors import Unsupported
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Linear, matmul
from diffcheck.ops.table import Primitive
from diffcheck.program.graph import ARRAY, CONST, INPUT, Graph, Node
from diffcheck.program.trace import record

Array = Any
# JAX takes whole numbers of this size, and differentiates powers of them by a rule of their own.
_WHOLE = 2**31


def _symmetric(a: Array) -> Array:
    return jnp.tril(a) + jnp.swapaxes(jnp.tril(a, -1), -1, -2)


def _cholesky(a: Array) -> Array:
    return jnp.linalg.cholesky(_symmetric(a))


def _ranked(p: tuple[int, ...], x: Array) -> Array:
    if p == (x.shape[-1] - 1,):
        return jnp.max(x, -1, keepdims=True)
    if p == (0,):
        return jnp.min(x, -1, keepdims=True)
    return jnp.sort(x, -1)[..., jnp.array(p)]


def _eigenvalues(p: tuple[int, ...], a: Array) -> Array:
    return jnp.linalg.eigvalsh(_symmetric(a))[..., jnp.array(p)]


def _eigenprojections(p: tuple[int, ...], a: Array) -> Array:
    vectors = jnp.swapaxes(jnp.linalg.eigh(_symmetric(a))[1], -1, -2)[..., jnp.array(p), :]
    return vectors[..., :, None] * vectors[..., None, :]


def _by_real_parts(values: Array) -> Array:
    return jnp.lexsort((values.imag, values.real), axis=-1)


def _general_eigenvalues(a: Array) -> Array:
    found = jnp.linalg.eigvals(a)
    values = jnp.take_along_axis(found, _by_real_parts(found), -1)
    return jnp.stack([values.real, values.imag], -2)


def _general_eigenprojections(a: Array) -> Array:
    values, vectors = jnp.linalg.eig(a)
    right = jnp.take_along_axis(vectors, _by_real_parts(values)[..., None, :], -1)
    found = jnp.einsum("...ik,...kj->...kij", right, jnp.linalg.inv(right))
    return jnp.stack([found.real, found.imag], -4)


def _upper_factor(a: Array) -> Array:
    r = jnp.linalg.qr(a, mode="reduced")[1]
    return jnp.where(jnp.diagonal(r, axis1=-2, axis2=-1) < 0, -1, 1)[..., None] * r


# What is neither element by element nor linear, as users of JAX call it; parameters first.
OWN: Mapping[str, Callable[..., Array]] = {
    "logsumexp": lambda _, x: jax.nn.logsumexp(x, -1),
    "softmax": lambda _, x: jax.nn.softmax(x, -1),
    "log_softmax": lambda _, x: jax.nn.log_softmax(x, -1),
    "prod": lambda _, x: jnp.prod(x, -1),
    "ranked": _ranked,
    "solve": lambda _, a, b: jnp.linalg.solve(a, b),
    "inverse": lambda _, a: jnp.linalg.inv(a),
    "det": lambda _, a: jnp.linalg.det(a),
    "logabsdet": lambda _, a: jnp.linalg.slogdet(a)[1],
    "solve_triangular": lambda p, a, b: jax.scipy.linalg.solve_triangular(a, b, lower=p[0]),
    "cholesky": lambda _, a: _cholesky(a),
    "eigenvalues": _eigenvalues,
    "eigenprojections": _eigenprojections,
    "general_eigenvalues": lambda _, a: _general_eigenvalues(a),
    "general_eigenprojections": lambda _, a: _general_eigenprojections(a),
    "matrix_exp": lambda _, a: jax.scipy.linalg.expm(a),
    "upper_factor": lambda _, a: _upper_factor(a),
}


def evaluated(graph: Graph, x: Array) -> Array:
    """The result of a graph, in the dtype of its inputs.

    Parameters
    ----------
    x:
        All flattened inputs; at least one.

    Raises
    ------
    Unsupported
        Where JAX has no function of an operation, by its name.
    """
    found: list[Array] = []
    for number, node in enumerate(graph.nodes):
        if node.name == INPUT:
            start = node.parameters[0]
            found.append(x[start : start + int(np.prod(node.shape, dtype=int))].reshape(node.shape))
        elif node.name == CONST:
            found.append(_number(node.parameters[0]))
        elif node.name == ARRAY:
            found.append(jnp.asarray(node.parameters[0].array, x.dtype))
        else:
            found.append(_of_operation(graph, number, [found[i] for i in node.operands]))
    return jnp.broadcast_to(jnp.asarray(found[graph.output], x.dtype), graph.shape)


def _number(value: Fraction) -> float | int:
    whole = value.denominator == 1 and abs(value) < _WHOLE
    return int(value) if whole else float(value)


def _of_operation(graph: Graph, number: int, operands: Sequence[Array]) -> Array:
    node = graph.nodes[number]
    if node.name in Primitive.rows:
        return _elementwise(graph.nodes, node, operands)
    if node.name == matmul.name:
        return jnp.matmul(*operands)
    if node.name in Linear.rows:
        return _linear(node.name, node.parameters, [jnp.asarray(x) for x in operands])
    if node.name not in OWN or node.name not in Own.rows:
        raise Unsupported(f"nobody has said which function of JAX {node.name} is")
    return OWN[node.name](node.parameters, *operands)


def _elementwise(nodes: Sequence[Node], node: Node, operands: Sequence[Array]) -> Array:
    row = Primitive.rows[node.name]
    if row.numpy_at is not None and nodes[node.operands[1]].name == CONST:
        special = row.numpy_at(nodes[node.operands[1]].parameters[0])
        if special is not None:
            return bare(special(AsNumpy(operands[0])))
    try:
        if isinstance(row.numpy, str):
            return counterpart(row.numpy)(*operands)
        return bare(row.on_numpy(*(AsNumpy(jnp.asarray(x)) for x in operands)))
    except (Unsupported, TypeError) as lacking:
        if row.formula is None:
            raise Unsupported(f"{node.name}: {lacking}") from None
        return _by_formula(row.formula, operands)


def _by_formula(formula: Callable[..., Any], operands: Sequence[Array]) -> Array:
    """An operation by other ones."""
    arrays = jnp.broadcast_arrays(*map(jnp.asarray, operands))
    names = [f"x{k}" for k in range(len(arrays))]
    graph = record(lambda **given: formula(*given.values()), dict.fromkeys(names, arrays[0].shape), {})
    return evaluated(graph, jnp.concatenate([a.ravel() for a in arrays]))


def _linear(name: str, parameters: tuple[Any, ...], operands: Sequence[Array]) -> Array:
    """A row that moves or adds; what NumPy does by writing into an array is the transpose of its transpose here."""
    row = Linear.rows[name]
    try:
        return bare(row.on_arrays(parameters, 0, *map(AsNumpy, operands)))
    except (TypeError, Unsupported):
        if len(operands) > 1:
            raise
    (x,) = operands
    shape = row.shape(parameters, x.shape)

    def back(g: Array) -> Array:
        for step, given in row.transposed(parameters, [x.shape], 0):
            g = _linear(step, given, [g])
        return g

    (found,) = jax.linear_transpose(back, jax.ShapeDtypeStruct(shape, x.dtype))(x)
    return found
