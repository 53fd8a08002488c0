"""Random functions on arrays, for tests that compare two routes: the same function on NumPy and on traced arrays."""

import random

import numpy as np

import diffcheck.ops as o

SHAPES = {"a": (3, 4), "b": (4, 2), "c": (4,), "d": ()}
SIZE = 12 + 8 + 4 + 1


def function(seed):
    """A smooth function of four arrays, some twenty operations deep."""

    def made(a, b, c, d):
        dice = random.Random(seed)
        pool = [a, b, c, d, o.matmul(a, b), o.matmul(a, c), o.tanh(a * c), o.sum(a, 0), o.concatenate([c, c[1:3]])]
        for _ in range(12):
            x, y = dice.choice(pool), dice.choice(pool)
            pool.append(_step(dice, x, y))
        return _result(dice, pool)

    return made


def _step(dice, x, y):
    steps = [
        lambda: o.tanh(x),
        lambda: o.sigmoid(x) - 0.5,
        lambda: o.sin(x),
        lambda: o.exp(-x * x),
        lambda: x * 0.3 + 1,
    ]
    if x.shape == y.shape or () in (x.shape, y.shape):
        steps += [lambda: x + y, lambda: x * y, lambda: x / (1 + y * y), lambda: o.sqrt(1 + x * x) - y]
    if x.ndim == 2:
        steps += [
            lambda: o.transpose(x),
            lambda: o.sum(x, 0),
            lambda: o.mean(x, 1),
            lambda: x[0],
            lambda: x[:, min(1, x.shape[1] - 1) :],
        ]
        steps += [lambda: o.softmax(x, 1), lambda: o.logsumexp(x, 0), lambda: o.reshape(x, (x.size,))]
    if x.ndim == 2 and y.ndim == 2 and x.shape[1] == y.shape[0]:
        steps += [lambda: o.matmul(x, y)] * 6
    if x.ndim == 1 and y.ndim == 1 and x.shape == y.shape:
        steps += [lambda: o.dot(x, y), lambda: o.stack([x, y]), lambda: o.concatenate([x, y]), lambda: x[::-1] * y]
    if x.ndim == 1:
        steps += [lambda: o.prod(o.tanh(x)), lambda: x[[0, 0, 1]], lambda: o.norm(x)]
    return dice.choice(steps)()


def _result(dice, pool):
    total = sum(o.sum(o.tanh(v)) if v.ndim else o.tanh(v) for v in pool[-4:])
    return total if dice.random() < 0.7 else o.stack([total, total * o.sum(pool[-1]) if pool[-1].ndim else total])


def point(seed):
    """The flattened inputs, and the inputs themselves."""
    flat = np.random.default_rng(seed).uniform(-1, 1, SIZE)
    inputs, start = {}, 0
    for name, shape in SHAPES.items():
        size = int(np.prod(shape, dtype=int))
        inputs[name] = flat[start : start + size].reshape(shape)
        start += size
    return flat, inputs
