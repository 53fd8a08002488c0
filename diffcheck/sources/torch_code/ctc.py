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
    states = list(range(min(2, len(places))))
    reached = logs[0, np.array([places[s] for s in states])]
    for t in range(1, logs.shape[0]):
        ways = _ways(places, {s: i for i, s in enumerate(states)}, blank)
        states, parts = [], []
        # Those with one way to them, with two, with three: each kind together.
        for count in sorted(set(map(len, ways.values()))):
            kind = [s for s, before in ways.items() if len(before) == count]
            part = reached[np.array([ways[s] for s in kind])]
            parts.append(ops.logsumexp(part, -1) if count > 1 else part.reshape((-1,)))
            states += kind
        reached = parts[0].concatenate(parts, 0) + logs[t, np.array([places[s] for s in states])]
    ends = [states.index(s) for s in (len(places) - 1, len(places) - 2) if s in states]
    if not ends:
        refuse("no alignment of a sequence is long enough: its loss is infinite")
    found: Traced = ops.logsumexp(reached[np.array(ends)], 0)
    return found


def _ways(places: Sequence[int], number: dict[int, int], blank: int) -> dict[int, list[int]]:
    """From which of the places that are reached the others can be, by the numbers of these."""
    found = {}
    for s, label in enumerate(places):
        skips = s > 1 and label not in (blank, places[s - 2])
        before = [number[p] for p in (s, s - 1, *((s - 2,) if skips else ())) if p in number]
        if before:
            found[s] = before
    return found
