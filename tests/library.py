"""The shipped cases as the tests use them."""

from pathlib import Path

from diffcheck.case.case import Case
from diffcheck.sources.collect import collect

CASES = Path(__file__).parents[1] / "cases"
MODELS = CASES / "torch_models"


def library() -> tuple[Case, ...]:
    """All that are defined over `diffcheck.ops`: what can be done number by number."""
    return collect([str(path) for path in sorted(CASES.glob("[a-z]*")) if path != MODELS]).cases


def models() -> dict[str, Case]:
    """Models of torch as people write them, by their names."""
    return {case.name: case for case in collect([str(MODELS)]).cases}
