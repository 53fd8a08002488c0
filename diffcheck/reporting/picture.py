"""The graph of a program as SVG, and as text for Mermaid."""

import html

from diffcheck.reporting.numbers import number
from diffcheck.reporting.page.layers import placed
from diffcheck.results import Drawing, place

SIGNS = {"mul": "\u00d7", "add": "+", "sub": "\u2212", "div": "\u00f7", "neg": "\u2212", "pow": "^", "xlogy": "a ln b"}
"""How operations are written in a box."""
_WIDE, _HIGH, _BETWEEN, _DOWN, _EDGE = 96, 50, 36, 66, 6
# As wide as a letter is.
_LETTER = 7
_FIGURES = 5
_STYLE = (
    "rect{fill:#f6f8fa;stroke:#8b949e}text{font:12px system-ui,sans-serif;text-anchor:middle;fill:#1b1f24}"
    ".v{fill:#0069a8}.s{fill:#c2410c}path{fill:none;stroke:#59636e}"
)


def svg(drawing: Drawing) -> str:
    """Inputs on the left, the result on the right: in each box name, value, and the derivative of the result by it."""
    operands = [[int(k) for k in text.split()] for text in drawing.operands]
    slopes = [_slope(drawing, k) for k in range(len(operands))]
    wide = max(_WIDE, *(_LETTER * len(text) for text in slopes))
    places = [(_EDGE + p.layer * (wide + _BETWEEN), _EDGE + p.place * _DOWN) for p in placed(operands)]
    width = max(x for x, _ in places) + wide + _EDGE
    height = max(y for _, y in places) + _HIGH + _EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" role="img">',
        f"<title>values and derivatives at {html.escape(place(drawing.place))}</title><style>{_STYLE}</style>",
    ]
    for k, own in enumerate(operands):
        x2, y2 = places[k][0], places[k][1] + _HIGH / 2
        for i in own:
            x1, y1 = places[i][0] + wide, places[i][1] + _HIGH / 2
            bend = max(30.0, (x2 - x1) / 2)
            lines.append(f'<path d="M{x1:g},{y1:g} C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}"/>')
    for k, (x, y) in enumerate(places):
        texts = (("", _named(drawing, k), 15), ("v", _shown(drawing.values[k]), 30), ("s", slopes[k], 44))
        boxes = "".join(
            f'<text class="{kind}" x="{wide / 2:g}" y="{line}">{html.escape(text)}</text>' for kind, text, line in texts
        )
        box = f'<rect width="{wide}" height="{_HIGH}" rx="6"/>'
        lines.append(f'<g transform="translate({x:g},{y:g})">{box}{boxes}</g>')
    return "\n".join([*lines, "</svg>"])


def mermaid(drawing: Drawing) -> str:
    """The same as a flowchart that code hosts draw."""
    lines = ["flowchart LR"]
    for k in range(len(drawing.names)):
        texts = [_named(drawing, k), _shown(drawing.values[k]), _slope(drawing, k)]
        told = "<br>".join(html.escape(text).replace('"', "#quot;") for text in texts if text)
        lines.append(f'  n{k}["{told}"]')
    for k, own in enumerate(drawing.operands):
        lines += [f"  n{i} --> n{k}" for i in own.split()]
    return "\n".join(lines)


def _named(drawing: Drawing, k: int) -> str:
    return SIGNS.get(drawing.names[k], drawing.names[k])


def _shown(value: float) -> str:
    return number(value, _FIGURES)


def _slope(drawing: Drawing, k: int) -> str:
    slope, told = drawing.slopes[k], drawing.said(k)
    return f"\u2202 {told or number(slope, _FIGURES)}" if told or slope == slope else ""
