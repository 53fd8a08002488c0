"""An operation on trial in every context in which it will live.

====================  ============================================================================================
``declared``          what an operation takes, by named sizes
``sizes``             which values a size takes, and the relations between sizes
``layouts`` ``uses``  tables of conditions: how a tensor lies in memory; what is done with the operation;
``incoming``          what comes into its backward;
``values``            which numbers the inputs hold;
``precisions``        the formats
``context``           one choice of each kind of condition, in words
``subject``           the operation, its definition, and in which ways they may be called
``world``             a context made real: tensors
``screen``            a quick look, which ranks contexts
``certify``           the referee's word
``plainly``           what may excuse an operation: plain torch, its own code
``trial``             both, each context once
``design``            which contexts are tried, in which order
``shrink`` ``explain``  the smallest context, and the condition in words
``script`` ``report``   a few lines of torch, and the text
``inquiry``           the whole of it: `audit` and `assert_operation`
====================  ============================================================================================
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffcheck.audit.inquiry import Audit as Audit
    from diffcheck.audit.inquiry import assert_operation as assert_operation
    from diffcheck.audit.inquiry import audit as audit

__all__ = ["Audit", "assert_operation", "audit"]


def __getattr__(name: str) -> Any:
    # Whoever declares an input need not load torch.
    if name in __all__:
        from diffcheck.audit import inquiry

        return getattr(inquiry, name)
    raise AttributeError(f"module 'diffcheck.audit' has no attribute {name!r}")
