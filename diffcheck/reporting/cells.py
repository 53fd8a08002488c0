"""Texts in Markdown that cannot break out of their place."""

from collections.abc import Iterable

from diffcheck.reporting.tables import Table


def table(content: Table) -> str:
    """A Markdown table."""
    return "\n".join(map(line, [content.header, tuple("---" for _ in content.header), *content.rows]))


def line(texts: Iterable[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(map(cell, texts))} |"


def cell(text: object) -> str:
    r"""A text that cannot break out of its cell.

    >>> print(cell("|x| < 2"))
    \|x\| &lt; 2
    """
    one_line = " ".join(str(text).split())
    return (
        one_line.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*").replace("`", "\\`")
    )
