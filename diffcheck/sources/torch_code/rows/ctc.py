"""The row of the loss of alignments (CTC)."""

from typing import Any

import numpy as np

from diffcheck.ops.layers.alignments import parted, sum_of_paths
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.registry import refuse, row


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
    losses = []
    for k, (times, labels) in enumerate(zip(lengths, parted(np.asarray(targets), of_targets), strict=True)):
        found = sum_of_paths(logs[:times, k], labels, blank)
        losses.append(refuse("no alignment is long enough: the loss is infinite") if found is None else -found)
    return logs.stack(losses, 0), None
