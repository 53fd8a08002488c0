"""The number formats in which an operation is tried: of activations, and of weights, which have fewer axes."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Precision:
    """A choice of formats.

    Attributes
    ----------
    activations, weights:
        The dtypes of tensors with the most axes, and of those with fewer.
    """

    name: str
    words: str
    activations: str
    weights: str

    @property
    def format(self) -> str:
        """The format that a result is judged in: the smaller one."""
        return self.activations


ROWS = (
    Precision("float64", "in float64", "float64", "float64"),
    Precision("float32", "in float32", "float32", "float32"),
    Precision("bfloat16", "in bfloat16", "bfloat16", "bfloat16"),
    Precision("float16", "in float16", "float16", "float16"),
    Precision("bfloat16 with float32 weights", "in bfloat16 with float32 weights", "bfloat16", "float32"),
    Precision("float16 with float32 weights", "in float16 with float32 weights", "float16", "float32"),
)
PRECISIONS = {row.name: row for row in ROWS}
# The formats that somebody may ask for, the widest first.
DTYPES = ("float64", "float32", "bfloat16", "float16")

# Formats whose range is no wider, for each.
_RANGE = {
    "float16": {"float16"},
    "bfloat16": {"bfloat16", "float32"},
    "float32": {"bfloat16", "float32"},
}
# Squares of three hundred, and of a thousandth, are beyond what half precision holds, and so are exponentials of twenty
# and of less than minus seventeen: a sigmoid that is written by hand is zero there.
_LEAVE = {("saturated", "float16"), ("small", "float16"), ("large", "float16")}


def leaves_range(values: str, format: str, formats: Callable[[], set[str]]) -> bool:
    """Whether squares or exponentials of values of a kind leave a format, and nothing wider is computed in.

    Parameters
    ----------
    formats:
        Tells the formats that are computed in; asked only where it decides.
    """
    if values not in ("huge", "tiny") and (values, format) not in _LEAVE:
        return False
    return format in _RANGE and formats() <= _RANGE[format]
