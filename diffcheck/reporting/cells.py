"""Texts in Markdown that cannot break out of their place."""

import re
from collections.abc import Iterable, Sequence

from diffcheck.reporting.tables import Table

# A bar that is not escaped already.
_BAR, _ESCAPED = r"(?<!\\)\|", r"\\|"


def table(content: Table) -> str:
    """A Markdown table of plain texts."""
    return written(content.header, [map(cell, texts) for texts in content.rows])


def written(header: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table of texts that are Markdown themselves."""
    return "\n".join(map(row, [header, ["---"] * len(header), *rows]))


def line(texts: Iterable[object]) -> str:
    """A line of a table, of plain texts."""
    return row(map(cell, texts))


def row(texts: Iterable[str]) -> str:
    r"""A line of a table, of texts that are Markdown: their line breaks and bars do not end a cell.

    >>> print(row(["`x`", "first\nsecond | third"]))
    | `x` | first second \| third |
    """
    return f"| {' | '.join(re.sub(_BAR, _ESCAPED, ' '.join(text.split())) for text in texts)} |"


def cell(text: object) -> str:
    r"""A text that cannot break out of its cell.

    >>> print(cell("|x| < 2"))
    \|x\| &lt; 2
    """
    one_line = " ".join(str(text).split())
    return (
        one_line.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*").replace("`", "\\`")
    )


def code(language: str, lines: Sequence[str]) -> str:
    """A block of code; nothing in a line ends it."""
    inside = "\n".join(" ".join(text.splitlines()).replace("```", "'''") for text in lines)
    return f"```{language}\n{inside}\n```"


def item(text: str) -> str:
    """An entry of a list: its first line, and what that quotes, with a caret below, as it stands there."""
    first, *quoted = text.splitlines()
    shown = [f"  {line}" for line in code("text", quoted).splitlines()] if quoted else []
    return "\n".join([f"- {cell(first)}", *shown])
