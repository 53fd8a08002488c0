"""An operation on trial in every context in which it will live.

==============  ==================================================================================================
``subjects``    the operation, its definition, and what they take, by named sizes (``declared``) or as ``modules``
``conditions``  tables of what may vary: ``sizes``, ``layouts``, ``uses`` (``consumers`` of the results, ``passes``
                for the gradient), ``incoming`` gradients, ``values``, ``precisions``; a ``context`` is one choice of
                each, a ``world`` its tensors
``examples``    what example tensors show of the sizes (``inferred``): a ``probe`` asks the definition, ``ties`` are
                lengths that follow from others, ``more_axes`` one in front or behind; other ``numbers``, large
                examples made ``smaller``, numbers moved onto the ``borders`` of the definition
``design``      which contexts are tried, in which order; ``late`` the uses that take seconds each
``trials``      a context tried: the ``screen`` ranks it, the referee is heard (``loss`` makes a case of the definition
                there, ``hearing`` the referee's word, ``certify`` what else is known where he has none)
``answers``     the smallest context (``shrink``), the condition in words (``explain``: the best of ``rules`` made of
                ``atoms`` and ``contents``), a ``script``, the ``report`` of an ``outcome``
``opening``     the first context, and the conditions that fit; ``budget`` how long all may take
``inquiry``     the whole of it: `audit` and `assert_operation`; ``audited`` of what a case file declares
``of_torch``    torch's own operations with torch's samples
==============  ==================================================================================================
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffcheck.audit.answers.outcome import Audit as Audit
    from diffcheck.audit.inquiry import assert_operation as assert_operation
    from diffcheck.audit.inquiry import audit as audit

__all__ = ["Audit", "assert_operation", "audit"]


def __getattr__(name: str) -> Any:
    # Whoever declares an input need not load torch.
    if name in __all__:
        from diffcheck.audit import inquiry

        return getattr(inquiry, name)
    raise AttributeError(f"module 'diffcheck.audit' has no attribute {name!r}")
