"""The rows of a run as a data frame that still knows its run."""

from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from diffcheck.reporting.formats import FORMATS, demand, files, told
from diffcheck.reporting.sentence import sentence
from diffcheck.reporting.write import write_reports
from diffcheck.results import Run


class Results(pd.DataFrame):  # type: ignore[misc]
    """One row for each task, with the columns of ``results.csv``: an ordinary data frame, and its reports.

    Texts are strings, ``verdict`` and ``reason`` in the words of `diffcheck.verdict`; errors and bounds are floats in
    units in the last place of the dtype, times floats in seconds; counts are integers, ``function_calls`` and
    ``operations`` with ``<NA>`` where they are unknown. ``note`` says why, and of a failing row from a file how to
    see it again.
    """

    _metadata: ClassVar = ["run"]
    run: Run

    @classmethod
    def of(cls, run: Run) -> "Results":
        """The rows of a run."""
        made = cls(run.frame())
        object.__setattr__(made, "run", run)
        return made

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame  # what is made of some rows is a table, no run

    @property
    def passed(self) -> bool:
        """See `diffcheck.results.Run.passed`."""
        return self.run.passed

    def report(self, format: str = "md", folder: str | Path | None = None) -> str:
        """The run in one of the formats of ``diffcheck run --format``.

        Parameters
        ----------
        folder:
            Where the files of this format are written, if they should be.

        Returns
        -------
        str
            The text of the first file, or what the format prints.
        """
        demand([format])
        if folder is not None:
            write_reports(self.run, Path(folder), [format])
        texts = files(self.run, [format])
        return next(iter(texts.values()), "") if FORMATS[format].names else told(self.run, [format])

    def _repr_html_(self) -> str:
        """The sentence that sums it up, and the table."""
        import html

        table: Any = super()._repr_html_()
        return f"<p>{html.escape(sentence(self.run))}</p>{table or ''}"
