"""``diffcheck show``: formulas, the chain rule step by step, LaTeX, graphs."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from command import typed

from diffcheck.program.steps import steps
from diffcheck.program.trace import trace

NEURON = """
from diffcheck import case, interval, operation, tensor
from diffcheck.ops import binary_cross_entropy, sigmoid, exp

@case(w=interval(-3, 3), b=interval(-1, 1), x=1.1, y=1.0, points=[{"w": 2.2, "b": 0.0}], reference="Raschka")
def neuron(w, b, x, y):
    '''One neuron.'''
    return binary_cross_entropy(sigmoid(w * x + b), y)

@case(x=interval(1, 2, shape=40))
def long(x):
    return sum(exp(x[k]) * x[k] for k in range(40))

twice = operation(x=tensor("n"), name="twice")(lambda x: 2 * x)
"""


@pytest.fixture
def file(folder: Path) -> Path:
    path = Path("neuron.py")
    path.write_text(NEURON)
    return path


def test_the_neuron_is_differentiated_as_in_the_textbook(file: Path) -> None:
    done = typed("show neuron.py::neuron")
    assert done.exit_code == 0
    assert "One neuron." in done.output
    assert "Raschka" in done.output
    assert re.search(r"df/dw = df/dv1 \* 1.1 +-0.0898", done.output)
    assert re.search(r"df/db = df/dv2 +-0.0816", done.output)
    assert re.search(r"v1 = w \* 1.1 +2.42", done.output)


def test_a_formula_is_shown_at_its_point() -> None:
    done = typed("show x*sin(x) --at x=1.2")
    assert "derivative  sin(x) + x * cos(x)" in done.output
    assert re.search(r"df/dx = v1 \+ df/dv1 \* cos\(x\) +1.36687", done.output)


def test_a_derivative_of_pieces_is_no_formula_and_the_line_says_so() -> None:
    assert "derivative  not written as one formula: the function has pieces" in typed("show Max(x,0) --at x=1.2").output


def test_every_step_is_true() -> None:
    """The slopes by the steps' own formulas are those of a product and quotient, worked out by hand."""
    from math import cos, exp, sin

    from diffcheck import ops

    def function(x, y):
        return ops.sin(x) * ops.exp(-y) / (x + y * y)

    program = trace(function, {"x": (), "y": ()}, {})
    values: dict[str, float] = {"x": 1.2, "y": 0.7}
    found = steps(program, ["x", "y"].__getitem__, int(program.outputs), "f")
    known = {"sin": sin, "cos": cos, "exp": exp, "square": lambda v: v * v}
    for step in found:
        if step.forward:
            values[step.name] = eval(step.forward, known, values)
    slopes: dict[str, float] = {}
    for step in reversed(found):
        text = re.sub(r"df/d(\w+)", r"slope_\1", step.backward) or "1"
        slopes[f"slope_{step.name}"] = eval(text, known, {**values, **slopes})
    x, y = 1.2, 0.7
    below = x + y * y
    assert slopes["slope_x"] == pytest.approx(exp(-y) * (cos(x) / below - sin(x) / below**2))
    assert slopes["slope_y"] == pytest.approx(sin(x) * exp(-y) * (-1 / below - 2 * y / below**2))


def test_latex_writes_doubles_as_doubles(file: Path) -> None:
    lines = typed("show neuron.py::neuron --latex").output.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith(r"\frac{\partial f}{\partial w} = ")
    assert "1.1 w" in lines[0]
    assert typed("show x**3 --at x=2 --latex").output.splitlines() == [
        "f = x^{3}",
        r"\frac{\partial f}{\partial x} = 3 x^{2}",
    ]


def test_graphs_are_svg_or_mermaid(file: Path) -> None:
    tree = ElementTree.fromstring(typed("show neuron.py::neuron --graph svg").output)
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"w", "b", "sigmoid", "2.2", "\u2202 -0.089826"} <= set(texts)
    chart = typed("show neuron.py::neuron --graph mermaid").output
    assert chart.startswith("flowchart LR")
    assert len(re.findall("-->", chart)) == len(tree.findall("{http://www.w3.org/2000/svg}path"))


MISTAKES = {
    "show neuron.py": "name one case, as in file.py::name; it has neuron, long",
    "show neuron.py::twice": "is an operation on trial, which has no formula",
    "show neuron.py::neuron --at w=1": "a case has its own points",
    "show neuron.py::neuron --operator hessian": "does not ask for hessian",
    "show neuron.py::long --graph svg": "no graph is drawn of a long program",
    "show nowhere.py::f": "nowhere.py",
}


@pytest.mark.parametrize(("line", "text"), MISTAKES.items())
def test_mistakes_are_told(file: Path, line: str, text: str) -> None:
    done = typed(line)
    assert done.exit_code == 2
    assert text in done.output


# For each function and point what is said of a derivative, and what of it is true elsewhere in the table.
TOUCHING = {
    "abs(x)*y --at x=0,y=2": [r"df/dx +\[-2, 2\]", r"df/dv1 = y +2", "df/dx: a kink"],
    "Max(x,y)*exp(-x**2) --at x=1,y=1": [r"df/dx +\[-0.735759, -0.367879\]", r"df/dy +\[0, 0.367879\]"],
    "sqrt(x**2+y**2) --at x=0,y=0": [r"df/dx +\[-1, 1\]", r"df/dv3 +none", r"df/dv3: the slope .* \+infinity"],
    "relu(x*y)**2 --at x=0,y=0": [r"df/dx = df/dv1 \* y +0", r"df/dv2 = 2 \* v2 +0"],
    "floor(x*x) --at x=0": [r"df/dx +0\n", r"df/dv1 +none", "df/dv1: the function jumps here"],
    "sqrt(x**4) --at x=0": [r"df/dx +0\n", r"df/dv1 +none"],
    "x**1.5 --at x=0": [r"df/dx +0 one-sided", "df/dx: the function exists only to the right"],
    "where(x<=0,x**2,sin(x)) --at x=0": [r"v1 = le\(x, 0\) +1\n", r"df/dx +\[0, 1\]"],
    "0.1*abs(x) --at x=0": [r"df/dx +\[-0.1, 0.1\]", r"df/dv1 = 0.1 +0.1"],
}


@pytest.mark.parametrize(("line", "texts"), TOUCHING.items(), ids=TOUCHING)
def test_where_pieces_meet_each_derivative_is_what_the_referee_says(line: str, texts: list[str]) -> None:
    output = typed(f"show {line}").output
    assert [text for text in texts if not re.search(text, output)] == []


def test_a_graph_tells_both_sides_of_a_kink() -> None:
    drawn = typed("show abs(x)*y --at x=0,y=2 --graph svg").output
    tree = ElementTree.fromstring(drawn)
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "\u2202 [-2, 2]" in texts


def test_a_formula_in_latex_needs_no_point() -> None:
    assert typed("show x*sin(y) --latex").output.splitlines()[0] == r"f = x \sin{\left(y \right)}"
    assert "argument 'y' of x*sin(y) has no value" in typed("show x*sin(y) --at x=1").output
