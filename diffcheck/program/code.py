"""A program as code to call: number by number while it is small, on whole arrays else."""

from diffcheck.program.compile import Compiled
from diffcheck.program.emit import Emitted
from diffcheck.program.program import Program
from diffcheck.program.scalarise import WHOLE, Lowered

# Up to so many operations a function is evaluated number by number: groups of numbers then take no more calls of NumPy
# than arrays do.
_SMALL = 2_000


def on_arrays(program: Program) -> bool:
    """Whether a function is evaluated on whole arrays."""
    return isinstance(program, Lowered) and program.graph.operations > max(_SMALL, WHOLE * len(program.graph.nodes))


def code(program: Program, dtype: str) -> Compiled | Emitted:
    """The program at one point and on batches of points, in ``float64`` or ``float32``."""
    if isinstance(program, Lowered) and on_arrays(program):
        return Emitted(program.graph, dtype)
    return Compiled(program, dtype)
