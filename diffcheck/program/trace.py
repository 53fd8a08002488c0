"""Recording: the user's function runs once on traced arrays and leaves a graph behind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import flat, is_complex
from diffcheck.program.graph import Graph, GraphBuilder
from diffcheck.program.masked import Masked
from diffcheck.program.orders import demand_orders
from diffcheck.program.paired import Paired
from diffcheck.program.program import Program, uncollected
from diffcheck.program.scalarise import Lowered
from diffcheck.program.traced import Traced

_INSTEAD = "use the functions of diffcheck.ops; diffcheck.case_of takes torch code as it is"


@uncollected()
def trace(function: Callable[..., Any], shapes: Mapping[str, tuple[int, ...]], constants: Mapping[str, Any]) -> Program:
    """The program of ``function``; see `record`."""
    return Lowered(record(function, shapes, constants))


def record(function: Callable[..., Any], shapes: Mapping[str, tuple[int, ...]], constants: Mapping[str, Any]) -> Graph:
    """The graph of ``function``.

    Parameters
    ----------
    shapes:
        The shape of each input, by parameter name; the flattened inputs are numbered in this order.
    constants:
        The values of the other parameters.

    Raises
    ------
    CaseError
        If the function branches on an input, leaves the traced arithmetic or returns something that is not numbers.
    """
    builder = GraphBuilder()
    inputs: dict[str, Traced] = {}
    count = 0
    for name, shape in shapes.items():
        inputs[name] = Traced(builder, builder.input(count, tuple(shape)))
        count += int(np.prod(shape, dtype=int))
    try:
        result = function(**inputs, **constants)
    except (TypeError, ValueError) as wrapped:
        # NumPy hides our message behind its own when an array cannot hold a traced value.
        told = wrapped.__cause__ or wrapped.__context__
        if isinstance(told, CaseError):
            raise told from None
        if "Tensor" in str(wrapped) and Traced.__name__ in str(wrapped):
            raise CaseError(f"torch is given a traced value ({wrapped}): {_INSTEAD}") from None
        raise
    except AttributeError as missing:
        if isinstance(missing.obj, (Traced, Paired, Masked)):
            raise CaseError(f"a traced value has no {missing.name!r}: {_INSTEAD}") from None
        raise
    if result is None:
        raise CaseError("the function returns None: it must return its value")
    zero = Traced(builder, builder.const(0))
    try:
        # Of complex numbers the parts, along a last axis.
        of_complex = any(map(is_complex, flat([result])))
        output = (zero.as_complex().lift(result).parts if of_complex else zero.lift(result)).node
    except ValueError:
        raise CaseError("the function returns an empty list or values of different shapes: stack what fits") from None
    except (TypeError, StopIteration):
        raise CaseError(f"the function returns {type(result).__name__}, not a number or an array of numbers") from None
    graph = replace(builder.graph(count, output), in_parts=of_complex)
    demand_orders(graph)
    if 0 in graph.shape:
        raise CaseError(f"the function returns an array of shape {graph.shape}: nothing in it to differentiate")
    return graph
