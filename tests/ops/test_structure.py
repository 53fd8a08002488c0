"""Rows of operations on whole arrays: shapes, transposes and further axes, as laws over random arrays."""

import numpy as np
import pytest

from diffcheck.ops.structure import Index, Linear, matmul, unbroadcast

RANDOM = np.random.default_rng(7)

# Row, parameters, shapes of the operands.
USES = {
    "reshape": ("reshape", (3, 2), [(2, 3)]),
    "reshape to a number": ("reshape", (), [(1, 1)]),
    "permute": ("permute", (2, 0, 1), [(2, 3, 4)]),
    "broadcast a number": ("broadcast", (0, (2, 3)), [()]),
    "broadcast a row": ("broadcast", (0, (2, 3)), [(3,)]),
    "broadcast an axis of one": ("broadcast", (0, (4, 2, 3)), [(2, 1)]),
    "broadcast behind an axis": ("broadcast", (1, (2, 3)), [(4, 3)]),
    "sum of all": ("sum", (0, 1), [(2, 3)]),
    "sum along the middle": ("sum", (1,), [(2, 3, 4)]),
    "cumsum": ("cumsum", (1, False), [(2, 3)]),
    "cumsum from the end": ("cumsum", (0, True), [(3, 2)]),
    "take": ("take", (0, Index([[5, 0], [0, 2]])), [(2, 3)]),
    "take behind an axis": ("take", (1, Index([2, 2, 0])), [(4, 3)]),
    "scatter": ("scatter", (0, Index([1, 1, 4]), (2, 3)), [(3,)]),
    "scatter behind an axis": ("scatter", (1, Index([0, 2]), (3,)), [(4, 2)]),
    "concatenate": ("concatenate", (1,), [(2, 3), (2, 1), (2, 2)]),
    "slice": ("slice", (1, 1, 3), [(2, 4)]),
    "pad": ("pad", (0, 1, 2), [(2, 3)]),
    "blend": ("blend", (Index([[1, 0, 1], [0, 0, 1]]),), [(2, 3), (2, 3)]),
    "masked": ("masked", (Index([1, 0, 1]),), [(3,)]),
}


def whole(shape):
    """Small whole numbers: sums and products of them are exact."""
    return RANDOM.integers(-9, 9, shape).astype(float)


def test_every_row_is_used_here():
    assert {name for name, *_ in USES.values()} == Linear.rows.keys()


@pytest.mark.parametrize(("name", "parameters", "shapes"), USES.values(), ids=USES)
def test_the_shape_is_that_of_the_result(name, parameters, shapes):
    row = Linear.rows[name]
    assert row.on_arrays(parameters, 0, *map(whole, shapes)).shape == row.shape(parameters, *shapes)


@pytest.mark.parametrize(("name", "parameters", "shapes"), USES.values(), ids=USES)
@pytest.mark.parametrize("more", [(), (2,)], ids=["alone", "with an axis before"])
def test_the_transpose_is_the_adjoint(name, parameters, shapes, more):
    """<A x, y> = <x, A^T y>, for each operand with the others zero."""
    row = Linear.rows[name]
    shifted = row.shifted(parameters, more)
    for position in range(len(shapes)):
        operands = [np.zeros(more + shape) for shape in shapes]
        operands[position] = x = whole(more + shapes[position])
        result = row.on_arrays(shifted, 0, *operands)
        y = pulled = whole(result.shape)
        for step, step_parameters in row.transposed(parameters, shapes, position):
            transpose = Linear.rows[step]
            pulled = transpose.on_arrays(transpose.shifted(step_parameters, more), 0, pulled)
        assert pulled.shape == x.shape
        assert np.sum(result * y) == np.sum(x * pulled)


@pytest.mark.parametrize(("name", "parameters", "shapes"), USES.values(), ids=USES)
def test_axes_before_are_kept_apart(name, parameters, shapes):
    """By the parameter ``lead`` and by shifted parameters: each array along them is treated alone."""
    row = Linear.rows[name]
    stacks = [whole((2, *shape)) for shape in shapes]
    alone = np.stack([row.on_arrays(parameters, 0, *(s[k] for s in stacks)) for k in range(2)])
    assert np.array_equal(row.on_arrays(parameters, 1, *stacks), alone)
    assert np.array_equal(row.on_arrays(row.shifted(parameters, (2,)), 0, *stacks), alone)


def test_broadcasting_back_is_nothing_where_nothing_was_repeated():
    assert list(unbroadcast((2, 3), (2, 3))) == []


def test_products_have_the_shape_of_their_rows_and_columns():
    assert matmul.shape((5, 2, 3), (5, 3, 4)) == (5, 2, 4)


def test_positions_are_equal_where_their_numbers_are():
    assert Index([1, 2]) == Index(np.array([1, 2]))
    assert hash(Index([1, 2])) == hash(Index(np.array([1, 2])))
    assert Index([1, 2]) != Index([[1, 2]])
    assert Index([1, 2]) != Index([2, 1])
