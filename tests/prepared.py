"""Tasks made ready, and the functions that all engines are tried on."""

import math

import numpy as np
import pytest

from diffcheck import interval
from diffcheck.case.operators import Operator
from diffcheck.engines.autograd import Autograd
from diffcheck.engines.base import Task
from diffcheck.engines.finite import Finite
from diffcheck.engines.symbolic import Symbolic
from diffcheck.ops import (
    atan,
    clip,
    concatenate,
    cos,
    cosh,
    erf,
    exp,
    expm1,
    gelu,
    gelu_tanh,
    lgamma,
    log,
    log1p,
    matmul,
    maximum,
    pi,
    rational,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    stack,
    tan,
    tanh,
    where,
)
from diffcheck.program.trace import trace

ENGINES = {"symbolic": Symbolic(), "finite": Finite(), "autograd": Autograd()}
DERIVATIVE, GRADIENT = Operator.DERIVATIVE, Operator.GRADIENT
JACOBIAN, HESSIAN = Operator.JACOBIAN, Operator.HESSIAN

BOX = interval(-9, 9)
PAIR = interval(-9, 9, shape=2)
MATRIX = interval(-9, 9, shape=(2, 3))
VECTOR = np.array([1.0, 2.0, 3.0])


def prepared(engine, made, operator=DERIVATIVE, dtype="float64", method=""):
    program = trace(made.function, made.shapes, made.constants)
    return engine.prepare(Task(made, program, operator, engine.name, method or engine.methods[0], dtype=dtype))


def at(**point):
    return {name: np.asarray(value, dtype=np.float64) for name, value in point.items()}


# Function, inputs, operator, point, derivative by hand.
KNOWN = {
    "cubic": (lambda x: x**3 - 2 * x, {"x": BOX}, DERIVATIVE, {"x": 1.5}, [4.75]),
    "rational function": (lambda x: x / (1 + x**2), {"x": BOX}, DERIVATIVE, {"x": 2.0}, [-3 / 25]),
    "sin": (lambda x: sin(x), {"x": BOX}, DERIVATIVE, {"x": 1.0}, [math.cos(1)]),
    "x to the x": (lambda x: x**x, {"x": interval(0.5, 9)}, DERIVATIVE, {"x": 2.0}, [4 * (1 + math.log(2))]),
    "scalar to scalar at zero": (lambda x: exp(x) * cos(x), {"x": BOX}, DERIVATIVE, {"x": 0.0}, [1]),
    "relu right": (lambda x: relu(x) ** 2, {"x": BOX}, DERIVATIVE, {"x": 3.0}, [6]),
    "relu left": (lambda x: relu(x) ** 2, {"x": BOX}, DERIVATIVE, {"x": -3.0}, [0]),
    "constant": (lambda x: 0 * x + 5, {"x": BOX}, DERIVATIVE, {"x": 2.0}, [0]),
    "two scalars": (lambda x, y: x * y**2, {"x": BOX, "y": BOX}, GRADIENT, {"x": 2.0, "y": 3.0}, [9, 12]),
    "an unused input": (lambda x, y: x * x, {"x": BOX, "y": BOX}, GRADIENT, {"x": 2.0, "y": 3.0}, [4, 0]),
    "by one of two": (
        lambda x, y: x * y**2,
        {"x": BOX, "y": BOX, "wrt": "y"},
        GRADIENT,
        {"x": 2.0, "y": 3.0},
        [12],
    ),
    "rosenbrock": (
        lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
        {"x": PAIR},
        GRADIENT,
        {"x": [-1.0, 2.0]},
        [400 * 1 - 4, 200],
    ),
    "2 to 3": (
        lambda x, y: stack([x * y, x + y**2, x**3]),
        {"x": BOX, "y": BOX},
        JACOBIAN,
        {"x": 2.0, "y": 3.0},
        [[3, 2], [1, 6], [12, 0]],
    ),
    "a list of results": (
        lambda x: [x[0] * x[1], x[0], 3 * x[1]],
        {"x": PAIR},
        JACOBIAN,
        {"x": [2.0, 3.0]},
        [[3, 2], [1, 0], [0, 3]],
    ),
    "1 to 3": (lambda x: stack([x, x**2, 1 / x]), {"x": BOX}, JACOBIAN, {"x": 2.0}, [[1], [4], [-0.25]]),
    "matrix times constant": (
        lambda w, v: matmul(w, v),
        {"w": MATRIX, "v": VECTOR},
        JACOBIAN,
        {"w": [[1, 2, 3], [4, 5, 6]]},
        [[1, 2, 3, 0, 0, 0], [0, 0, 0, 1, 2, 3]],
    ),
    "matrix times vector": (
        lambda w, v: w @ v,
        {"w": MATRIX, "v": interval(-9, 9, shape=3)},
        JACOBIAN,
        {"w": [[1, 2, 3], [4, 5, 6]], "v": [7, 8, 9]},
        [[7, 8, 9, 0, 0, 0, 1, 2, 3], [0, 0, 0, 7, 8, 9, 4, 5, 6]],
    ),
    "matrix to matrix": (
        lambda x, y: matmul(y, x),
        {"x": interval(-9, 9, shape=(2, 1)), "y": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])},
        JACOBIAN,
        {"x": [[1.0], [2.0]]},
        [[[1, 2]], [[3, 4]], [[5, 6]]],
    ),
    "hessian": (
        lambda x, y: x**2 * y + y**3,
        {"x": BOX, "y": BOX},
        HESSIAN,
        {"x": 2.0, "y": 3.0},
        [[6, 4], [4, 18]],
    ),
    "hessian of a scalar": (lambda x: x**4, {"x": BOX}, HESSIAN, {"x": 2.0}, [[48]]),
    "hessian of a vector and a scalar": (
        lambda x, y: x[0] * x[1] * y,
        {"x": PAIR, "y": BOX},
        HESSIAN,
        {"x": [2.0, 3.0], "y": 5.0},
        [[0, 5, 3], [5, 0, 2], [3, 2, 0]],
    ),
    "hessian by one of two": (
        lambda x, y: x**2 * y**3,
        {"x": BOX, "y": BOX, "wrt": ["y"]},
        HESSIAN,
        {"x": 2.0, "y": 1.0},
        [[24]],
    ),
    "hessian of a linear function": (
        lambda x, y: 2 * x + 3 * y,
        {"x": BOX, "y": BOX},
        HESSIAN,
        {"x": 2.0, "y": 1.0},
        [[0, 0], [0, 0]],
    ),
}
each_known = pytest.mark.parametrize(("function", "inputs", "operator", "point", "expected"), KNOWN.values(), ids=KNOWN)


class Recorder:
    """A function that remembers the arguments and results it was called with."""

    def __init__(self, function):
        self.function = function
        self.arguments = []
        self.results = []

    def __call__(self, x):
        result = self.function(x)
        self.arguments.append(x)
        self.results.append(result)
        return result


FLOAT32 = {
    "double literal": lambda x: 0.1 * x * x,
    "pi": lambda x: pi * x * x,
    "root of two": lambda x: x * x / sqrt(2),
    "third": lambda x: rational(1, 3) * x**2,
    "where": lambda x: where(x > 0.3, x * x, 0.1),
    "maximum": lambda x: maximum(x, 0.1) ** 2,
    "clip": lambda x: clip(x, -0.1, pi) ** 2,
    "gelu_tanh": lambda x: gelu_tanh(x),
    "gelu": lambda x: gelu(x),
    "silu": lambda x: silu(x),
    "softmax": lambda x: softmax(stack([x, 2 * x]))[0],
    "concatenate": lambda x: concatenate([x.reshape((1,)), x.reshape((1,)) ** 2]).sum(),
    "lgamma": lambda x: lgamma(x),
    "stacked constant": lambda x: stack([x, pi, 0.1]).sum() * x,
}


# Smooth functions with their derivatives by hand, and where.
SMOOTH = {
    "x^2": (lambda x: x**2, lambda x: 2 * x, (-3, 3)),
    "x^5": (lambda x: x**5, lambda x: 5 * x**4, (-3, 3)),
    "1/x": (lambda x: 1 / x, lambda x: -1 / x**2, (0.01, 3)),
    "1/(1+x^2)": (lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2, (-3, 3)),
    "runge": (lambda x: 1 / (1 + 25 * x**2), lambda x: -50 * x / (1 + 25 * x**2) ** 2, (-1, 1)),
    "sqrt": (lambda x: sqrt(x), lambda x: 0.5 / math.sqrt(x), (0.001, 10)),
    "x^1.5": (lambda x: x**1.5, lambda x: 1.5 * math.sqrt(x), (0.001, 10)),
    "exp": (lambda x: exp(x), math.exp, (-20, 20)),
    "exp(-x^2)": (lambda x: exp(-(x**2)), lambda x: -2 * x * math.exp(-(x**2)), (-4, 4)),
    "exp(sin)": (lambda x: exp(sin(x)), lambda x: math.cos(x) * math.exp(math.sin(x)), (-9, 9)),
    "expm1": (lambda x: expm1(x), math.exp, (-2, 2)),
    "log": (lambda x: log(x), lambda x: 1 / x, (0.001, 1000)),
    "log1p": (lambda x: log1p(x), lambda x: 1 / (1 + x), (-0.9, 10)),
    "x log x": (lambda x: x * log(x), lambda x: math.log(x) + 1, (0.001, 10)),
    "x^x": (lambda x: x**x, lambda x: x**x * (math.log(x) + 1), (0.1, 4)),
    "sin": (lambda x: sin(x), math.cos, (-9, 9)),
    "sin 10x": (lambda x: sin(10 * x), lambda x: 10 * math.cos(10 * x), (-3, 3)),
    "sin 100x": (lambda x: sin(100 * x), lambda x: 100 * math.cos(100 * x), (-1, 1)),
    "cos": (lambda x: cos(x), lambda x: -math.sin(x), (-9, 9)),
    "tan": (lambda x: tan(x), lambda x: 1 / math.cos(x) ** 2, (-1.4, 1.4)),
    "x sin x": (lambda x: x * sin(x), lambda x: math.sin(x) + x * math.cos(x), (-9, 9)),
    "sin(x)/x": (lambda x: sin(x) / x, lambda x: (x * math.cos(x) - math.sin(x)) / x**2, (0.1, 9)),
    "atan": (lambda x: atan(x), lambda x: 1 / (1 + x**2), (-9, 9)),
    "sinh": (lambda x: sinh(x), math.cosh, (-5, 5)),
    "cosh": (lambda x: cosh(x), math.sinh, (-5, 5)),
    "tanh": (lambda x: tanh(x), lambda x: 1 / math.cosh(x) ** 2, (-9, 9)),
    "sigmoid": (lambda x: sigmoid(x), lambda x: 0.25 / math.cosh(x / 2) ** 2, (-20, 20)),
    "softplus": (lambda x: softplus(x), lambda x: 1 / (1 + math.exp(-x)), (-20, 20)),
    "log(1+exp)": (lambda x: log(1 + exp(x)), lambda x: 1 / (1 + math.exp(-x)), (-20, 20)),
    "erf": (lambda x: erf(x), lambda x: 2 / math.sqrt(math.pi) * math.exp(-(x**2)), (-4, 4)),
    "gelu": (
        lambda x: gelu(x),
        lambda x: math.erfc(-x / math.sqrt(2)) / 2 + x * math.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
        (-4, 4),
    ),
    "cancelling": (lambda x: (1 + x) ** 3 - 1 - 3 * x, lambda x: 3 * (1 + x) ** 2 - 3, (0.001, 1)),
    "large offset": (lambda x: 1e6 + sin(x), math.cos, (-3, 3)),
    "large argument": (lambda x: sin(x), math.cos, (1000, 1010)),
}
