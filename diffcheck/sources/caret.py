"""A place in a text, shown as a line with a caret under it."""

# So much of a line stands on each side of the caret.
_AROUND = 40


def under(text: str, place: int) -> str:
    """The line of a text in which a place lies, and below it a caret.

    >>> print(under("x + sinn(x)", 4))
      x + sinn(x)
          ^
    """
    place = min(place, len(text))
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    first, last = max(start, place - _AROUND), min(end, place + _AROUND)
    before, behind = "..." * (first > start), "..." * (last < end)
    line = "".join(c if c.isprintable() else " " for c in text[first:last])
    return f"  {before}{line}{behind}\n  {' ' * (len(before) + place - first)}^"


def line_of(text: str, place: int) -> int:
    """The number of the line in which a place lies, from one."""
    return text.count("\n", 0, place) + 1
