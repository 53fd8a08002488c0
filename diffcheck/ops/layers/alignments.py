"""The loss of alignments (CTC): the forward algorithm over labels with blanks between them (Graves et al. 2006)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import constants
from diffcheck.ops.composites import composite
from diffcheck.ops.layers.common import logsumexp
from diffcheck.ops.layers.reduction import reduced
from diffcheck.ops.on_arrays.common import concatenate, stack


def _torch_side(torch: Any, logs: Any, *given: Any, **options: Any) -> Any:
    whole = (torch.as_tensor(constants("ctc_loss", g), dtype=torch.int64, device=logs.device) for g in given)
    return torch.nn.functional.ctc_loss(logs, *whole, **options)


@composite(
    torch=_torch_side,
    order=("logs", "targets", "input_lengths", "target_lengths", "blank", "reduction", "zero_infinity"),
)
def ctc_loss(
    logs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    *,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """The mean of -ln of the sums over all alignments of labels, over their numbers: logs (times, [batch,] classes).

    Targets are padded rows, or stand one behind the other, and are constants like all lengths. Torch's own slopes are
    right only behind a log_softmax, which it takes for granted.
    """
    many = logs.reshape((logs.shape[0], -1, logs.shape[-1]))
    targets, lengths, counts = (constants("ctc_loss", g) for g in (targets, input_lengths, target_lengths))
    single = len(logs.shape) == 2
    _demand(logs.shape, lengths, counts)
    each = []
    for k, (times, labels) in enumerate(zip(lengths.ravel(), parted(targets, counts.ravel().tolist()), strict=True)):
        found = sum_of_paths(many[:times, k], labels, blank)
        if found is None and not zero_infinity:
            raise CaseError(
                f"ctc_loss: {times} times are too few for the labels {labels}: the loss is infinite; with "
                "zero_infinity=True it is 0"
            )
        each.append(many[0, k, 0] * 0 if found is None else -found)
    losses = each[0] if single else stack(each)
    if reduction != "mean":
        return reduced("ctc_loss", losses, reduction)
    shares = [loss / max(count, 1) for loss, count in zip(each, counts.ravel().tolist(), strict=True)]
    return reduced("ctc_loss", stack(shares), reduction)


def _demand(shape: Sequence[int], lengths: Any, counts: Any) -> None:
    batch = tuple(shape[1:-1])
    if len(shape) not in (2, 3) or lengths.shape != batch or counts.shape != batch:
        raise CaseError(
            f"ctc_loss: logs have shape {tuple(shape)}, input_lengths {lengths.shape}, target_lengths {counts.shape}: "
            "logs must be (times, [batch,] classes), with both lengths for each of the batch"
        )
    if lengths.min() < 1 or lengths.max() > shape[0]:
        raise CaseError(f"ctc_loss: input_lengths {lengths.tolist()} must lie between 1 and {shape[0]}")


def parted(targets: Any, counts: Sequence[int]) -> list[list[int]]:
    """The labels of each sequence: of rows that are padded, or of all one behind the other."""
    if targets.ndim == 2:
        return [row[:count] for row, count in zip(targets.tolist(), counts, strict=True)]
    starts = np.cumsum([0, *counts])
    return [targets[start : start + count].tolist() for start, count in zip(starts, counts, strict=False)]


def sum_of_paths(logs: Any, labels: Sequence[int], blank: int) -> Any:
    """The logarithm of the sum over all paths through blanks and labels, each at least once, in order.

    A path goes on, to the next, or past a blank between two labels that differ. What cannot be reached yet is not
    there, so no infinity is; ``None`` where no path is short enough.
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
            parts.append(logsumexp(part, -1) if count > 1 else part.reshape((-1,)))
            states += kind
        reached = concatenate(parts) + logs[t, np.array([places[s] for s in states])]
    ends = [states.index(s) for s in (len(places) - 1, len(places) - 2) if s in states]
    return logsumexp(reached[np.array(ends)], 0) if ends else None


def _ways(places: Sequence[int], number: dict[int, int], blank: int) -> dict[int, list[int]]:
    """From which of the places that are reached the others can be, by the numbers of these."""
    found = {}
    for s, label in enumerate(places):
        skips = s > 1 and label not in (blank, places[s - 2])
        before = [number[p] for p in (s, s - 1, *((s - 2,) if skips else ())) if p in number]
        if before:
            found[s] = before
    return found
