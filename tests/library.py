"""The shipped cases, and models of torch, as the tests use them."""

from pathlib import Path

from diffcheck.case.case import Case
from diffcheck.sources.collect import collect

CASES = Path(__file__).parents[1] / "cases"
# Case files that import torch, which takes seconds: they do not belong to what `diffcheck list cases` reads.
MODELS = Path(__file__).parent / "torch_models"


def library() -> tuple[Case, ...]:
    """All shipped cases."""
    return collect([str(CASES)]).cases


def models() -> dict[str, Case]:
    """Models of torch as people write them, by their names."""
    return {case.name: case for case in collect([str(MODELS)]).cases}
