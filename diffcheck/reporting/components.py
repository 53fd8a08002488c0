"""A component of a derivative in words."""

import re

_OUTPUT = re.compile(r"\[([\d,]+)\](?: by)? (.+)")


def by(label: str) -> str:
    """Of which output, by which inputs.

    >>> by("x[1]"), by("[2] by x[0]")
    ('by x[1]', 'derivative of output 2 by x[0]')
    >>> by("[0,1] by x y"), by("[2] along the direction")
    ('derivative of output [0,1] by x and y', 'derivative of output 2 along the direction')
    """
    found = _OUTPUT.fullmatch(label)
    if found is None:
        return _inputs(label)
    output, inputs = found.groups()
    return f"derivative of output {f'[{output}]' if ',' in output else output} {_inputs(inputs)}"


def _inputs(label: str) -> str:
    if label == "along the direction":
        return label
    *others, last = label.split(" ")
    return f"by {', '.join(others)} and {last}" if others else f"by {last}"
