"""Whether an error grows with the length of a sum: what accumulates in too few bits does, and plain torch does not."""

from diffcheck.audit.subjects.subject import Subject
from diffcheck.audit.trials.screen import Screened, screened

# A size from which sums are long, and what they are compared with.
_LONG, _SHORT = 255, 16


def growing(subject: Subject, seen: Screened, name: str, off: float) -> str:
    """The size with whose length the error of a gradient grows; empty if it grows with none.

    Parameters
    ----------
    off:
        The error by the input of that name in the context, in parts of the largest component.
    """
    for size, value in seen.context.sizes.items():
        if not isinstance(value, int) or value < _LONG or _SHORT not in subject.space.values[size]:
            continue
        sizes = subject.space.changed(seen.context.sizes, size, _SHORT)
        if sizes is None:
            continue
        short = screened(subject, seen.context.with_sizes(sizes))
        if not short.counts or name not in short.gradients:
            continue
        reference = short.reference[name]
        error = float((short.gradients[name] - reference).abs().max() / reference.abs().max().clamp(min=1e-300))
        # Rounding alone grows with the root of the length, and is not seen to grow where sums are done well.
        if error <= off / (value / _SHORT) ** 0.5:
            return size
    return ""
