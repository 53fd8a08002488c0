"""An operation on trial in every context in which it will live.

====================  ============================================================================================
``declared``          what an operation takes, by named sizes
``sizes``             which values a size takes, and the relations between sizes
``layouts``           tables of conditions: how a tensor lies in memory,
``uses``              what is done with the operation (``consumers`` of its results, ``passes`` for its gradient),
``incoming``          what comes into its backward,
``values``            which numbers the inputs hold,
``precisions``        the formats
``context``           one choice of each kind of condition, in words
``operation``         torch code called by the names of its arguments
``inferred``          what example tensors show of the sizes: a ``probe`` asks the definition, ``ties`` are lengths that
                      follow from others, ``more_axes`` one in front or behind, or broadcast
``smaller``           large examples made smaller; some numbers moved onto the ``borders`` of the definition
``subject``           the operation, its definition, and in which ways they may be called
``world``             a context made real: tensors
``modules``           modules as functions of their parameters
``screen``            a quick look, which ranks contexts
``loss``              the definition in one context as a case
``certify``           what is heard of a context: in a ``hearing`` the referee's word, a ``ruling``;
                      ``hearing_of_torch`` where torch itself is on trial; ``components`` and how far off each is
``growth``            of errors with the length of a sum
``lines``             what a gradient says along a line where no derivative exists; what is detached is ``frozen``
``nearby``            gradients beside a kink
``differences``       a second witness where the definition cannot be recorded
``plainly``           what may excuse an operation: plain torch, its own code
``neighbours``        what rounding of the inputs makes of a kink, where torch itself is on trial
``second``            second derivatives: who is right about them in the ordinary context is held to them elsewhere
``trial``             screen and referee, each context once
``design``            which contexts are tried, in which order
``late``              uses that take seconds each, once, at the end
``shrink``            the smallest context
``explain``           the condition in words: the best of ``rules`` made of ``atoms`` and of the ``contents`` of whole
                      numbers and masks
``script``            a few lines of torch
``report``            the text of an ``outcome``
``budget``            how long it may take
``opening``           the first context, and the conditions that fit
``inquiry``           the whole of it: `audit` and `assert_operation`; ``audited`` of what a case file declares
``catalogue``         torch's own operations with torch's samples; ``torch_itself`` these on trial, ``apart`` in
                      processes of their own, ``findings`` as lines and files
====================
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffcheck.audit.inquiry import assert_operation as assert_operation
    from diffcheck.audit.inquiry import audit as audit
    from diffcheck.audit.outcome import Audit as Audit

__all__ = ["Audit", "assert_operation", "audit"]


def __getattr__(name: str) -> Any:
    # Whoever declares an input need not load torch.
    if name in __all__:
        from diffcheck.audit import inquiry

        return getattr(inquiry, name)
    raise AttributeError(f"module 'diffcheck.audit' has no attribute {name!r}")
