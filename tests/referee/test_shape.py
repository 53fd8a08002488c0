"""What a point is where a derivative fails to exist."""

import pytest

import diffcheck.ops as o
from diffcheck import check, interval
from diffcheck.program.trace import trace
from diffcheck.referee.beside.shape import Shape, shape

SHAPES = {
    "abs": (lambda x: o.abs(x), 0.0, Shape.KINK),
    "a small kink": (lambda x: x + o.abs(x) / 2**70, 0.0, Shape.KINK),
    "sqrt of a square": (lambda x: o.sqrt(x * x), 0.0, Shape.KINK),
    "two kinks that cancel": (lambda x: o.relu(x) - o.relu(-x), 0.0, Shape.SMOOTH),
    "x |x|": (lambda x: x * o.abs(x), 0.0, Shape.SMOOTH),
    "|x| to the power 1.1": (lambda x: o.abs(x) ** o.rational(11, 10), 0.0, Shape.SMOOTH),
    "steep": (lambda x: o.tanh(1e8 * x), 0.0, Shape.SMOOTH),
    "1/x": (lambda x: 1 / x, 0.0, Shape.POLE),
    "1/x at 1": (lambda x: 1 / (x - 1), 1.0, Shape.POLE),
    "lgamma": (lambda x: o.lgamma(x), 0.0, Shape.POLE),
    "log |x|": (lambda x: o.log(o.abs(x)), 0.0, Shape.POLE),
    "log": (lambda x: o.log(x), 0.0, Shape.EDGE),
    "sqrt": (lambda x: o.sqrt(x), 0.0, Shape.EDGE),
    "acos": (lambda x: o.acos(x), 1.0, Shape.EDGE),
    "log of a negative number": (lambda x: o.log(x), -1.0, Shape.OUTSIDE),
    "sqrt |x|": (lambda x: o.sqrt(o.abs(x)), 0.0, Shape.CUSP),
    "cube root": (lambda x: o.sign(x) * o.abs(x) ** o.rational(1, 3), 0.0, Shape.VERTICAL),
    "sign": (lambda x: o.sign(x), 0.0, Shape.JUMP),
    "floor": (lambda x: o.floor(x), 2.0, Shape.JUMP),
    "atan(1/x)": (lambda x: o.atan(1 / x), 0.0, Shape.JUMP),
    "sin(x)/x": (lambda x: o.sin(x) / x, 0.0, Shape.REMOVABLE),
    "(1 - cos x)/x^2": (lambda x: (1 - o.cos(x)) / x**2, 0.0, Shape.REMOVABLE),
}


@pytest.mark.parametrize(("function", "x", "expected"), SHAPES.values(), ids=SHAPES)
def test_shape(function, x, expected):
    assert shape(trace(function, {"x": ()}, {}), [x], 0, 0) is expected


@pytest.mark.parametrize(("position", "expected"), [(0, Shape.KINK), (1, Shape.SMOOTH)])
def test_the_shape_is_seen_along_one_input(position, expected):
    program = trace(lambda x, y: o.abs(x) * o.exp(y), {"x": (), "y": ()}, {})
    assert shape(program, [0.0, 1.0], position, 0) is expected


NOTES = {
    "kink": (lambda x: o.abs(x), {}, "kink: left -1, right 1; the engine says 0"),
    "pole": (lambda x: 1 / x, {}, "pole: 1 / x does not exist here"),
    "removable": (lambda x: o.sin(x) / x, {}, "removable: sin(x) / x does not exist here"),
    "jump": (lambda x: o.floor(x), {}, "jump: the function jumps here; the slope from the right is 0"),
    "a pole that rounding hides": (lambda x: 1 / o.sin(o.pi * x), {}, "pole: 1 / sin(pi * x) does not exist here"),
    "no derivative": (
        lambda x: o.sqrt(x),
        {"x": interval(0, 1)},
        "domain edge: the slope from the right is +infinity; nothing exists to the left",
    ),
    "slope": (
        lambda x: o.relu(x) ** 2,
        {"operators": ["hessian"]},
        "the slope has a kink: left 0, right 2; the engine says 0",
    ),
    "nan at a kink": (lambda x: o.sqrt(x * x), {}, "kink: left -1, right 1; the engine says nan"),
}


@pytest.mark.parametrize(("function", "options", "note"), NOTES.values(), ids=NOTES)
def test_the_note_names_the_shape(function, options, note):
    options = {"x": interval(-1, 1), "engines": ["autograd:reverse"]} | options
    (row,) = check(function, points=[{"x": 0.0}], samples=0, **options).result.rows
    assert row.note.startswith(note)
