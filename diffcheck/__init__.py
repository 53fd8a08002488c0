"""diffcheck: is this derivative right, and if not, who is wrong, by how much?"""

from typing import TYPE_CHECKING, Any

from diffcheck.case.audited import operation as operation
from diffcheck.case.case import Case as Case
from diffcheck.case.case import case as case
from diffcheck.case.domain import interval as interval
from diffcheck.case.domain import rectangle as rectangle
from diffcheck.case.family import each as each
from diffcheck.ops.own_operation import own_operation as own_operation

if TYPE_CHECKING:
    from diffcheck.api import assert_derivatives as assert_derivatives
    from diffcheck.api import assert_gradients as assert_gradients
    from diffcheck.api import check as check
    from diffcheck.api import run as run
    from diffcheck.audit.inquiry import assert_operation as assert_operation
    from diffcheck.audit.subjects.declared import integers as integers
    from diffcheck.audit.subjects.declared import lengths as lengths
    from diffcheck.audit.subjects.declared import mask as mask
    from diffcheck.audit.subjects.declared import tensor as tensor
    from diffcheck.gradients import gradient as gradient
    from diffcheck.sources.torch_code.case_of import case_of as case_of


def _in_notebook(shown: Case) -> str:
    """How a notebook shows a case: what writes formulas stands above the case's own rooms."""
    from diffcheck.api import case_html

    return case_html(shown)


Case._repr_html_ = _in_notebook  # type: ignore[attr-defined]

__all__ = [
    "Case",
    "assert_derivatives",
    "assert_gradients",
    "assert_operation",
    "case",
    "case_of",
    "check",
    "each",
    "gradient",
    "integers",
    "interval",
    "lengths",
    "mask",
    "operation",
    "own_operation",
    "rectangle",
    "run",
    "tensor",
]


def __getattr__(name: str) -> Any:
    # Case files import this package; only what computes may import pandas and SymPy, and torch only who uses it.
    if name == "case_of":
        from diffcheck.sources import torch_code

        return torch_code.case_of
    if name in ("integers", "lengths", "mask", "tensor"):
        from diffcheck.audit.subjects import declared

        return getattr(declared, name)
    if name == "gradient":
        from diffcheck import gradients

        return gradients.gradient
    if name == "assert_operation":
        from diffcheck.audit import inquiry

        return inquiry.assert_operation
    if name in ("assert_derivatives", "assert_gradients", "check", "run"):
        from diffcheck import api

        return getattr(api, name)
    raise AttributeError(f"module 'diffcheck' has no attribute {name!r}")
