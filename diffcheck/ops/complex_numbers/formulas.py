"""The rule by which each operation is computed on complex numbers."""

from collections.abc import Callable
from typing import Any

from diffcheck.errors import CaseError, NoRule
from diffcheck.ops.complex_numbers.factors import FACTORS
from diffcheck.ops.complex_numbers.holomorphic import FUNCTIONS
from diffcheck.ops.complex_numbers.inverses import INVERSES
from diffcheck.ops.complex_numbers.matrices import MATRICES
from diffcheck.ops.complex_numbers.pairs import ARITHMETIC, AS_WRITTEN, Formula
from diffcheck.ops.complex_numbers.spectra import SPECTRA
from diffcheck.ops.composites import Composite
from diffcheck.ops.on_arrays.fourier import TRANSFORMS
from diffcheck.ops.table import Operation

FORMULAS: dict[str, Formula] = {
    **ARITHMETIC,
    **FUNCTIONS,
    **INVERSES,
    **MATRICES,
    **FACTORS,
    **SPECTRA,
    **TRANSFORMS,
}


def applied(operation: Operation, on_pairs: Callable[..., Any], arguments: tuple[Any, ...], options: Any) -> Any:
    """An operation by its formula, which ``on_pairs`` applies; by its definition where that holds as it is written.

    Raises
    ------
    NoRule, CaseError
        If there is neither.
    """
    if operation.name in FORMULAS:
        return on_pairs(FORMULAS[operation.name], arguments, options)
    if isinstance(operation, Composite) and operation.name in AS_WRITTEN:
        return operation.definition(*arguments, **options)
    # That complex numbers have no order is no lack of a rule.
    refusal = CaseError if getattr(operation, "condition", False) else NoRule
    raise refusal(
        f"{operation.name} has no rule for complex numbers, as these have: {', '.join(sorted(FORMULAS))}, and what "
        "moves and adds up elements; or write it by ops.real(z) and ops.imag(z)"
    )
