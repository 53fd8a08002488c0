"""Which numbers the inputs hold: ordinary ones, and those at which formulas lose digits, overflow, or branch."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

Tensor = torch.Tensor
Generator = torch.Generator


@dataclass(frozen=True, slots=True)
class Range:
    """What the format and the declaration leave: the largest and the smallest normal number, the declared bounds."""

    largest: float
    tiny: float
    low: float | None = None
    high: float | None = None

    def fitted(self, x: Tensor) -> Tensor:
        """Numbers within the declared bounds: those beyond are mirrored at them, or clamped."""
        low, high = self.low, self.high
        if low is not None and high is None:
            x = low + (x - low).abs()
        elif high is not None and low is None:
            x = high - (high - x).abs()
        elif low is not None and high is not None:
            x = x.clamp(low, high)
        return x.clamp(-self.largest, self.largest)


@dataclass(frozen=True, slots=True)
class Values:
    """A kind of values.

    Attributes
    ----------
    change:
        From ordinary numbers, the place of the tensor among the inputs, what the format leaves, and a generator.
    whole:
        What whole numbers are instead of ordinary ones: a name of a kind in `integers_of`; empty for ordinary.
    masked:
        Likewise of masks.
    """

    name: str
    words: str
    change: Callable[[Tensor, int, Range, Generator], Tensor] | None = None
    whole: str = ""
    masked: str = ""


def ordinary(shape: tuple[int, ...], range_: Range, generator: Generator) -> Tensor:
    """Numbers of both signs around one, or from all of the declared range."""
    low, high = range_.low, range_.high
    if low is not None and high is not None:
        part = torch.rand(shape, generator=generator, dtype=torch.float64)
        return low + (high - low) * (0.03 + 0.94 * part)
    return range_.fitted(short(torch.randn(shape, generator=generator, dtype=torch.float64)))


def short(x: Tensor) -> Tensor:
    """Numbers of three decimals, which are quickly written down."""
    return (1000 * x).round() / 1000


def _rows(x: Tensor) -> Tensor:
    """The same numbers in every place of a row."""
    return x if x.dim() == 0 else x[..., :1].expand(x.shape).clone()


def _ties(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    return (2 * x).round() / 2


def _spread(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    """A large mean, a small spread: a hundred to one, where a variance keeps digits in single precision."""
    return x if x.dim() == 0 else 100 * (1 if k == 0 else 0) + x


def _one_large(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    """In every row one number is far above the others."""
    if x.dim() == 0 or x.numel() == 0:
        return x
    found = x.clone()
    found[..., 0] = 30.0
    return found


def _some_zero(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    return torch.where(torch.rand(x.shape, generator=g, dtype=torch.float64) < 0.5, 0.0, x)


def _row_zero(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    """Of the first input every other row is zero."""
    if k or x.dim() < 2 or not x.numel():
        return x
    found = x.clone().reshape(-1, x.shape[-1])
    found[::2] = 0.0
    return found.reshape(x.shape)


def _uneven(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    """Rows of sizes from a thousandth to a thousand."""
    if x.dim() < 2:
        return x
    sizes = 10.0 ** torch.linspace(-2, 2, max(1, x.shape[-2]), dtype=torch.float64)[:, None]
    return x * sizes


def _root(r: Range) -> float:
    """A number whose square is the largest that the format holds, or is that of float32 for wide formats."""
    return float(min(r.largest, 3e38) ** 0.5)


def leaves_no_digit(kind: str, largest: float) -> bool:
    """Whether numbers of a kind, in a format with this largest one, are so large that doubles lie apart by one."""
    return kind == _HUGE and _root(Range(largest, 0.0)) >= torch.finfo(torch.float64).eps ** -1


def _signed(x: Tensor, k: int, r: Range, g: Generator) -> Tensor:
    """Every other number or so is negated, the first one always."""
    negated = torch.rand(x.shape, generator=g, dtype=torch.float64) < 0.5
    negated.reshape(-1)[:1] = True
    return torch.where(negated, -x, x)


# Numbers beyond what examples show: the bound, as far as they show one, that is given up.
BEYOND = {"signed": "low", "tenfold": "high"}
# The world moves these numbers once all inputs are drawn.
BORDERS = ("borders", "last borders")
# Those whose squares leave the range of a format.
_HUGE = "huge"
FAR = (_HUGE, "tiny")
ROWS = (
    Values("ordinary", "values are ordinary"),
    Values("small", "values are small", lambda x, k, r, g: x * 1e-3),
    Values("large", "values are large (ten times)", lambda x, k, r, g: x * 10),
    Values("saturated", "values are saturated (a hundred times)", lambda x, k, r, g: x * 100),
    Values("zeros", "all values are zero", lambda x, k, r, g: torch.zeros_like(x), "repeated"),
    Values("ties", "values have ties", _ties, "repeated"),
    Values(BORDERS[0], "some values are borders of the definition", lambda x, k, r, g: x),
    Values(BORDERS[1], "some values are borders of the definition, of its last ones", lambda x, k, r, g: x),
    Values("positive", "values are positive", lambda x, k, r, g: x.abs() + 0.1),
    Values("negative", "values are negative", lambda x, k, r, g: -x.abs() - 0.1),
    Values("some zero", "half of the values are zero", _some_zero, "borders", "sparse"),
    Values("zero rows", "rows of the first input are zero", _row_zero, "ignored often", "rows"),
    Values("large mean", "the first input has a mean of a hundred and a spread of one", _spread),
    Values("one large", "in each row one value is far above the others", _one_large),
    Values("constant rows", "the values of a row are equal", lambda x, k, r, g: _rows(x), "one", "none"),
    Values(
        "first large", "the first input is a thousand times the others", lambda x, k, r, g: x * (30 if k == 0 else 0.03)
    ),
    Values(
        "first small", "the first input is a thousandth of the others", lambda x, k, r, g: x * (0.03 if k == 0 else 30)
    ),
    Values("uneven rows", "rows differ in size by powers of ten", _uneven),
    Values("negative zero", "values are zero with a sign", lambda x, k, r, g: -torch.zeros_like(x)),
    Values("tiny", "values are tiny (squares underflow)", lambda x, k, r, g: x * (min(1.0, max(r.tiny, 1e-30) ** 0.5))),
    Values(_HUGE, "values are huge (squares overflow)", lambda x, k, r, g: x * _root(r) * 2),
    Values("ignored", "every label is the ignored one", None, "ignored", "all"),
    Values("ignored often", "most labels are the ignored one", None, "ignored often", "rows"),
    Values("repeated", "whole numbers are all the same", None, "one", "none"),
    Values("border", "whole numbers are the first and the last", None, "borders", "sparse"),
    Values("signed", "some values are negative, unlike the examples", _signed),
    Values("tenfold", "values are ten times those of the examples", lambda x, k, r, g: 10 * x),
    Values("distinct", "whole numbers are different", None, "distinct", "all"),
)
VALUES = {row.name: row for row in ROWS}


def integers_of(
    kind: str, shape: tuple[int, ...], low: int, below: int, ignored: int | None, generator: Generator
) -> Tensor:
    """Whole numbers of a kind; among ordinary ones every fourth or so is the ignored one, where there is any."""
    if below <= low:
        return torch.full(shape, low if ignored is None else ignored)
    found = torch.randint(low, below, shape, generator=generator)
    if kind == "borders":
        found = torch.where(torch.rand(shape, generator=generator) < 0.5, low, below - 1)
    elif kind in ("one", "repeated"):
        found = torch.full(shape, int(torch.randint(low, below, (1,), generator=generator)))
    elif kind == "distinct" and found.numel():
        found = (low + torch.randperm(found.numel(), generator=generator) % (below - low)).reshape(shape)
    part = {"": 0.25, "ignored": 1.0, "ignored often": 0.75}.get(kind, 0.0)
    if ignored is not None and part:
        found = torch.where(torch.rand(shape, generator=generator) < part, ignored, found)
    return found


def mask_of(kind: str, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """A mask: ordinary ones leave about two thirds, every row one at least."""
    if kind == "none" or not shape:
        return torch.ones(shape, dtype=torch.bool)
    part = {"all": 0.0, "sparse": 0.2}.get(kind, 0.65)
    found = torch.rand(shape, generator=generator) < part
    if kind in ("", "sparse") and found.numel():
        found[..., 0] = True
    if kind == "rows" and found.numel():
        found.reshape(-1, shape[-1])[::2] = False
    return found
