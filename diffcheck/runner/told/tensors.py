"""What a task came to for each input tensor: of thousands of components people think by the tensors of a model."""

from collections.abc import Sequence

import numpy as np

from diffcheck.judgement.answer import Answer
from diffcheck.judgement.court import Court
from diffcheck.judgement.numbers import rank
from diffcheck.results import Row, TensorRow
from diffcheck.runner.told.rows import shown
from diffcheck.verdict import Verdict

_FAILING = [verdict for verdict in Verdict if verdict.fails]


def by_tensor(row: Row, answers: Sequence[Answer], court: Court) -> list[TensorRow]:
    """A row for each input tensor that is differentiated by; none where all inputs are single numbers.

    Parameters
    ----------
    row:
        The task's own row: what was found out about the component that decides holds for its tensor.
    """
    answered = [k for k, answer in enumerate(answers) if answer.values is not None]
    shapes = {name: court.case.inputs[name].shape for name in court.case.wrt}
    if not answered or not court.operator.full or not any(shapes.values()):
        return []
    failed = np.zeros(len(court.labels), bool)
    for k in answered:
        failed[answers[k].judgements.of(*_FAILING)] = True
    # A component's last axis runs over the elements that are differentiated by.
    columns = np.arange(len(court.labels)).reshape(-1, court.width)
    found, start = [], 0
    for name, shape in shapes.items():
        size = int(np.prod(shape, dtype=int))
        components = columns[:, start : start + size].ravel()
        start += size
        worst = {k: answers[k].judgements.worst_among(components) for k in answered}
        k = max(worst, key=lambda k: rank(answers[k].judgements[worst[k]]))
        c, judgement = worst[k], answers[k].judgements[worst[k]]
        decides = court.labels[c] == row.worst_component and row.error_ulp == judgement.error_ulp
        values = answers[k].values
        assert values is not None
        found.append(
            TensorRow(
                row.case,
                row.operator,
                row.engine,
                row.method,
                row.device,
                row.dtype,
                name,
                "x".join(map(str, shape)),
                len(components),
                row.verdict if decides else judgement.verdict,
                row.reason if decides else str(judgement.reason),
                int(failed[components].sum()),
                judgement.error_ulp,
                judgement.digits,
                judgement.digits_possible,
                court.labels[c],
                float(values[c]),
                shown(court.questions[k].truth.components[c]),
            )
        )
    return found
