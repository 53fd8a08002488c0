"""SymPy: ``closed`` differentiates the closed form, ``program`` one operation after another by SymPy's rules."""

from collections.abc import Callable, Sequence

from diffcheck.case.operators import Operator
from diffcheck.engines.base import Prepared, Task
from diffcheck.errors import Unsupported
from diffcheck.ops.table import Primitive, Without
from diffcheck.program.program import CONST, INPUT, Node, Program, is_made_of_pieces

# A closed form repeats what the program shares. One of more symbols, counted for each derivative, or made of more
# pieces than this takes SymPy seconds.
_SYMBOLS = 200
_PIECES = 1

# What SymPy calls conditions where it refuses to compute with them.
_CONDITIONS = "Than'", "Equality'", "Unequality'", "And'", "Or'", "Not'", "BooleanTrue'", "BooleanFalse'"


class Symbolic:
    """The engine ``symbolic``."""

    name = "symbolic"
    methods = ("closed", "program")

    def available(self, device: str) -> str | None:
        """SymPy's code runs on the processor only."""
        return None if device == "cpu" else "code from SymPy runs on the cpu only"

    def preferred(self, program: Program, operator: Operator, wrt: int) -> str:
        """The method for a function of this size, differentiated by so many inputs."""
        if program.operations > _SYMBOLS or any(map(_has_rules_alone, program.nodes)):
            return "program"
        # Beyond the second a derivative has twice the symbols of the one before, at least.
        derivatives = wrt**operator.order * 2 ** max(0, operator.order - 2)
        pieces = sum(map(is_made_of_pieces, program.nodes))
        small = pieces <= _PIECES and _symbols(program) * derivatives <= _SYMBOLS
        return "closed" if small else "program"

    def prepare(self, task: Task) -> Prepared:
        """Differentiate and compile."""
        # SymPy takes half a second to load: a method that does not exist is told before.
        from diffcheck.engines.symbolic.chain_rule import Chained
        from diffcheck.engines.symbolic.closed_form import Closed

        try:
            return Chained(task) if task.method == "program" else Closed(task)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as raised:
            if isinstance(raised, TypeError) and any(name in str(raised) for name in _CONDITIONS):
                raise Unsupported("SymPy takes no condition as a number: write where(condition, 1, 0)") from None
            raise Unsupported(f"SymPy raises {type(raised).__name__}: {raised}") from None

    def latex(self, program: Program, label: Callable[[int], str], wrt: Sequence[int], order: int) -> list[str]:
        """The function and its derivatives in LaTeX; see `diffcheck.engines.symbolic.latex`."""
        from diffcheck.engines.symbolic.latex import latex

        return latex(program, label, wrt, order)

    def versions(self) -> dict[str, str]:
        """SymPy differentiates, NumPy and SciPy evaluate."""
        import numpy as np
        import scipy
        import sympy

        return {"sympy": sympy.__version__, "numpy": np.__version__, "scipy": scipy.__version__}


def _has_rules_alone(node: Node) -> bool:
    """Whether SymPy lacks an operation whose derivative diffcheck knows, or leaves that derivative undone."""
    name, operands = node
    if name in (INPUT, CONST):
        return False
    row = Primitive.rows[name]
    lacks = isinstance(row.sympy, Without) or row.is_step
    return lacks and all(row.forms_of(k) for k in range(len(operands)))


def _symbols(program: Program) -> int:
    """How many symbols and operations the closed forms of all outputs have."""
    sizes: list[int] = []
    for name, operands in program.nodes:
        sizes.append(1 if name in (INPUT, CONST) else min(1 + sum(sizes[i] for i in operands), 10**9))
    return sum(sizes[i] for i in program.outputs.ravel().tolist())
