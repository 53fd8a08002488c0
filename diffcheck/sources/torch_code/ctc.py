"""The row of the loss of alignments (CTC): the forward algorithm over the labels with blanks between them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.registry import refuse, row


@row("_ctc_loss")
def _alignments(
    logs: Any, targets: Any, lengths: Any, of_targets: Any, blank: int = 0, zero_infinity: bool = False
) -> Any:
    """Minus the logarithm of the sum over all alignments, for each sequence; nothing of the sums on the way.

    ``logs`` has shape (times, batch, labels); a batch of targets is padded, or all stand one behind the other.
    """
    if not isinstance(logs, Traced):
        return refuse("the targets depend on an input")
    lengths, of_targets = (np.asarray(n).tolist() for n in (lengths, of_targets))
    starts = np.cumsum([0, *of_targets])
    losses = []
    for k, (times, count) in enumerate(zip(lengths, of_targets, strict=True)):
        labels = targets[starts[k] : starts[k] + count] if targets.ndim == 1 else targets[k, :count]
        losses.append(-_sum_of_paths(logs[:times, k], labels.tolist(), blank))
    return logs.stack(losses, 0), None


def _sum_of_paths(logs: Traced, labels: Sequence[int], blank: int) -> Traced:
    """The logarithm of the sum over all paths through blanks and labels, each at least once, in order.

    A path goes on, to the next, or past a blank between two labels that differ. What cannot be reached yet is not
    there, so no infinity is.
    """
    places = [blank]
    for label in labels:
        places += [label, blank]
    reached: dict[int, Traced] = {s: logs[0, places[s]] for s in range(min(2, len(places)))}
    for t in range(1, logs.shape[0]):
        after = {}
        for s, label in enumerate(places):
            skips = s > 1 and label not in (blank, places[s - 2])
            before = [reached[p] for p in (s, s - 1, *((s - 2,) if skips else ())) if p in reached]
            if before:
                total = before[0] if len(before) == 1 else ops.logsumexp(logs.stack(before, 0), 0)
                after[s] = total + logs[t, label]
        reached = after
    ends = [reached[s] for s in (len(places) - 1, len(places) - 2) if s in reached]
    if not ends:
        refuse("no alignment of a sequence is long enough: its loss is infinite")
    return ends[0] if len(ends) == 1 else ops.logsumexp(logs.stack(ends, 0), 0)
