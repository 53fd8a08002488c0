"""Linear operations that add elements up, as rows."""

import functools
from typing import Any

import numpy as np

from diffcheck.ops.structure import Add, Array, Linear, Parameters, Shape, zeros


def _rows_of(p: Parameters, x: Array) -> Array:
    """What is added up, in ascending order along the first axis."""
    rows = np.moveaxis(x, p, range(len(p)))
    return rows.reshape(-1, *rows.shape[len(p) :])


# Libraries add up in so many lanes side by side: NumPy eight, torch up to 64 (four registers of sixteen singles).
LANES = (1, 8, 64)


def _lost_in_sum(p: Parameters, x: Array) -> Array:
    """The partial sums where a number is added to one that is not zero, by the order in use that loses most.

    In lanes, one being ascending order: each lane adds up every n-th number. And in pairs, as NumPy and torch add up
    the blocks of a long sum.
    """
    rows = _rows_of(p, x)
    found = _lost_in_pairs(rows)
    for lanes in LANES:
        if lanes == 1 or len(rows) > 2 * lanes:
            found = np.maximum(found, _lost_in_lanes(rows, lanes))
    return found


def _lost_in_lanes(rows: Array, lanes: int) -> Array:
    padded = np.concatenate([rows, np.zeros((-len(rows) % lanes, *rows.shape[1:]))]).reshape(-1, lanes, *rows.shape[1:])
    partial = np.cumsum(padded, 0)
    found: Array = (np.abs(partial[1:]) * ((padded[1:] != 0) & (partial[:-1] != 0))).sum((0, 1))
    return found if lanes == 1 else found + _lost_in_lanes(partial[-1], 1)


def _lost_in_pairs(rows: Array) -> Array:
    found: Array = np.zeros(rows.shape[1:])
    while len(rows) > 1:
        left, right = rows[: len(rows) // 2 * 2 : 2], rows[1::2]
        found = found + (np.abs(left + right) * ((left != 0) & (right != 0))).sum(0)
        rows = np.concatenate([left + right, rows[len(rows) // 2 * 2 :]])
    return found


def _lost_in_any_sum(p: Parameters, x: Array) -> Array:
    """No partial sum is larger than the sum of the sizes, and there are as many as additions."""
    rows = _rows_of(p, x)
    found: Array = np.maximum((rows != 0).sum(0) - 1, 0) * np.abs(rows).sum(0)
    return found


sum = Linear(
    name="sum",
    doc="sums along axes, which vanish; parameters: the axes, ascending",
    shape=lambda p, x: tuple(n for a, n in enumerate(x) if a not in p),
    on_arrays=lambda p, lead, x: x.sum(axis=tuple(lead + a for a in p)),
    transposed=lambda p, shapes, _: [
        ("reshape", tuple(1 if a in p else n for a, n in enumerate(shapes[0]))),
        ("broadcast", (0, shapes[0])),
    ],
    shifted=lambda p, more: tuple(len(more) + a for a in p),
    on_numbers=lambda p, add, _, x: functools.reduce(add, _rows_of(p, x)),
    lost=_lost_in_sum,
    lost_in_any_order=_lost_in_any_sum,
    operations=lambda p, x: _size(x) - _size([n for a, n in enumerate(x) if a not in p]),
    moves=False,
)


def _size(shape: Any) -> int:
    return int(np.prod(shape, dtype=int))


def _accumulated(p: Parameters, lead: int, x: Array) -> Array:
    axis, back = lead + p[0], p[1]
    if not back:
        return np.cumsum(x, axis)
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis)


def _by_additions(p: Parameters, add: Add, _: Any, x: Array) -> Array:
    rows = np.moveaxis(x, p[0], 0)[:: -1 if p[1] else 1]
    running = [rows[0]]
    for row in rows[1:]:
        running.append(add(running[-1], row))
    found = np.stack(running)
    return np.moveaxis(found[:: -1 if p[1] else 1], 0, p[0])


def _lost_on_the_way(p: Parameters, x: Array) -> Array:
    """For each place all partial sums up to there but the first, which is an element."""
    axis, back = p
    partial = np.abs(_accumulated(p, 0, x))
    first = [slice(None)] * x.ndim
    first[axis] = slice(-1, None) if back else slice(0, 1)
    partial[tuple(first)] = 0
    return _accumulated(p, 0, partial)


def _lost_on_any_way(p: Parameters, x: Array) -> Array:
    found: Array = np.maximum(_accumulated(p, 0, (x != 0) * 1.0) - 1, 0) * _accumulated(p, 0, np.abs(x))
    return found


cumsum = Linear(
    name="cumsum",
    doc="sums of all elements up to each along an axis; parameters: the axis, whether from the end",
    once=False,
    shape=lambda _, x: x,
    on_arrays=_accumulated,
    transposed=lambda p, *_: [("cumsum", (p[0], not p[1]))],
    shifted=lambda p, more: (len(more) + p[0], p[1]),
    on_numbers=_by_additions,
    lost=_lost_on_the_way,
    lost_in_any_order=_lost_on_any_way,
    operations=lambda p, x: _size(x) - _size([n for a, n in enumerate(x) if a != p[0]]),
    moves=False,
)


def _scattered(p: Parameters, lead: int, x: Array) -> Array:
    axes, index, shape = p
    before = x.shape[: lead + axes]
    places = index.array.ravel()
    found = zeros((*before, _size(shape)), x)
    np.add.at(np.moveaxis(found, -1, 0), places, np.moveaxis(x.reshape(*before, -1), -1, 0))
    return found.reshape((*before, *shape))


def _scattered_numbers(p: Parameters, add: Add, zero: int, x: Array) -> Array:
    axes, index, shape = p
    before: Shape = x.shape[:axes]
    columns = np.moveaxis(x.reshape(*before, index.array.size), -1, 0)
    sums = [np.full(before, zero)] * _size(shape)
    for place, column in zip(index.array.ravel().tolist(), columns, strict=True):
        sums[place] = add(sums[place], column)
    return np.stack(sums, -1).reshape(*before, *shape) if sums else np.full((*before, *shape), zero)


def _lost_in_scattering(p: Parameters, x: Array) -> Array:
    """The partial sums at each place, in ascending order."""
    axes, index, _ = p
    order = np.argsort(index.array.ravel(), kind="stable")
    places = index.array.ravel()[order]
    columns = x.reshape(*x.shape[:axes], -1)[..., order]
    running, first = np.cumsum(columns, -1), np.searchsorted(places, places)
    partial = running - (running - columns)[..., first]
    added = (columns != 0) & (partial - columns != 0) & (first < np.arange(len(places)))
    lost = np.empty_like(columns)
    lost[..., order] = np.abs(partial) * added
    return _scattered(p, 0, lost.reshape(x.shape))


def _lost_in_any_scattering(p: Parameters, x: Array) -> Array:
    found: Array = np.maximum(_scattered(p, 0, (x != 0) * 1.0) - 1, 0) * _scattered(p, 0, np.abs(x))
    return found


scatter = Linear(
    name="scatter",
    doc="elements added to zeros at places; parameters: the axes before, the places, the shape behind those axes",
    shape=lambda p, x: x[: p[0]] + p[2],
    on_arrays=_scattered,
    transposed=lambda p, *_: [("take", p[:2])],
    shifted=lambda p, more: (p[0] + len(more), *p[1:]),
    on_numbers=_scattered_numbers,
    lost=_lost_in_scattering,
    lost_in_any_order=_lost_in_any_scattering,
    puts_zeros=True,
    moves=False,
)
