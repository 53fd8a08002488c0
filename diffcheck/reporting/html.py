"""``report.html``: one file for a browser."""

from diffcheck.reporting.page.document import page
from diffcheck.results import Run


def files(run: Run) -> dict[str, str]:
    """The page by its name."""
    return {"report.html": page(run)}
