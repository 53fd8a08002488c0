"""Lines on logarithmic axes as SVG."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

_WIDE, _HIGH, _LEFT, _BELOW, _RIGHT, _ABOVE = 560, 300, 52, 34, 150, 26
# Colours that are told apart by whoever sees no red or no green (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1b1f24}.e{text-anchor:end}.m{text-anchor:middle}"
    "line{stroke:#d0d7de}polyline{fill:none;stroke-width:2}"
)
# More decades than this on an axis are told every second, third ... one.
_TICKS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through points whose coordinates are larger than zero; others are left out."""

    name: str
    points: tuple[tuple[float, float], ...]


def svg(title: str, across: str, up: str, lines: Sequence[Line]) -> str:
    """The lines, on the axes ``across`` and ``up``; the names stand at the right in the colours of the lines."""
    kept = [[(x, y) for x, y in line.points if x > 0 and 0 < y < math.inf] for line in lines]
    xs, ys = ([point[k] for points in kept for point in points] for k in (0, 1))
    wide, high = _Axis(xs, _LEFT, _WIDE - _RIGHT), _Axis(ys, _HIGH - _BELOW, _ABOVE)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="{_HIGH}" role="img">',
        f'<title>{html.escape(title)}</title><style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="14">{html.escape(up)}</text>',
        f'<text class="m" x="{(_LEFT + _WIDE - _RIGHT) / 2:g}" y="{_HIGH - 4}">{html.escape(across)}</text>',
    ]
    for value, place in wide.ticks():
        drawn.append(f'<line x1="{place:g}" x2="{place:g}" y1="{_ABOVE}" y2="{_HIGH - _BELOW}"/>')
        drawn.append(f'<text class="m" x="{place:g}" y="{_HIGH - _BELOW + 14}">{value}</text>')
    for value, place in high.ticks():
        drawn.append(f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{place:g}" y2="{place:g}"/>')
        drawn.append(f'<text class="e" x="{_LEFT - 4}" y="{place + 4:g}">{value}</text>')
    for k, (line, points) in enumerate(zip(lines, kept, strict=True)):
        colour = _COLOURS[k % len(_COLOURS)]
        places = " ".join(f"{wide.place(x):.1f},{high.place(y):.1f}" for x, y in points)
        drawn.append(f'<polyline stroke="{colour}" points="{places}"/>')
        name = f'<tspan style="fill:{colour}">{html.escape(line.name)}</tspan>'
        drawn.append(f'<text x="{_WIDE - _RIGHT + 8}" y="{_ABOVE + 12 + 18 * k}">{name}</text>')
    return "\n".join([*drawn, "</svg>"]) + "\n"


class _Axis:
    """A logarithmic axis from the decade below the least value to the decade above the largest."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        # A rounded logarithm is no reason for a further decade.
        exponents = [round(math.log10(value), 9) for value in values] or [0.0]
        self._low = math.floor(min(exponents))
        self._decades = max(1, math.ceil(max(exponents)) - self._low)
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        """Where a value lies."""
        return self._start + (self._end - self._start) * (math.log10(value) - self._low) / self._decades

    def ticks(self) -> list[tuple[str, float]]:
        """Powers of ten, as they are written, with their places."""
        every = -(-self._decades // _TICKS)
        exponents = range(self._low, self._low + self._decades + 1, every)
        return [(f"{10**k:,}" if 0 <= k < 4 else f"1e{k}", self.place(10.0**k)) for k in exponents]
