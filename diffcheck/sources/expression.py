"""A formula such as ``x*sin(x)`` as a function: read by a grammar of its own, never executed as code."""

import ast
import difflib
import inspect
import operator
from collections.abc import Mapping
from typing import Any

from diffcheck import ops
from diffcheck.errors import UsageError

_BINARY: dict[type[ast.operator], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
}
_UNARY: dict[type[ast.unaryop], Any] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_COMPARED: dict[type[ast.cmpop], Any] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_KNOWN = {name: value for name, value in vars(ops).items() if callable(value) and not name.startswith("_")}
_CONSTANTS = {"pi": ops.pi, "e": ops.e}


class Expression:
    """The function of the names in a formula that are not operations or constants of `diffcheck.ops`.

    Raises
    ------
    UsageError
        For what is no formula over `diffcheck.ops`.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            self._body = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError) as mistake:
            what = getattr(mistake, "msg", str(mistake))
            raise UsageError(f"{text!r} is neither file.py::name nor a formula: {what}") from None
        self._called = {id(node.func) for node in ast.walk(self._body) if isinstance(node, ast.Call)}
        names = [node for node in ast.walk(self._body) if isinstance(node, ast.Name) and id(node) not in self._called]
        names.sort(key=lambda node: node.col_offset)
        self._inputs = [name for name in dict.fromkeys(node.id for node in names) if name not in _CONSTANTS]
        self._demand(self._body)
        if not self._inputs:
            raise self._refuse("it names no input: write a formula of x, and give --at x=NUMBER")
        self.__name__ = text
        parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in self._inputs]
        self.__signature__ = inspect.Signature(parameters)

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The formula's value."""
        return self._value(self._body, self.__signature__.bind(*values, **named).arguments)

    def _refuse(self, why: str) -> UsageError:
        return UsageError(f"{self._text!r}: {why}")

    def _demand(self, node: ast.AST) -> None:
        """Raise `UsageError` for what this grammar does not know."""
        match node:
            case ast.BinOp(op=ast.BitXor()):
                raise self._refuse("^ is no power here: write **")
            case ast.BinOp(op=op) if type(op) in _BINARY:
                pass
            case ast.UnaryOp(op=op) if type(op) in _UNARY:
                pass
            case ast.Compare(ops=[op]) if type(op) in _COMPARED:
                pass
            case ast.Call(func=ast.Name(id=name)):
                if name not in _KNOWN:
                    raise self._refuse(f"there is no operation {name!r}{_suggestion(name)}")
            case ast.Constant(value=value) if type(value) in (int, float):
                pass
            case ast.Name() | ast.List() | ast.Tuple() | ast.keyword() | ast.Load():
                pass
            case ast.Subscript(slice=ast.Constant(value=int()) | ast.Tuple()):
                pass
            case ast.operator() | ast.unaryop() | ast.cmpop():
                return
            case _:
                raise self._refuse(
                    f"{ast.unparse(node)} cannot stand in a formula: use the operations of diffcheck.ops"
                )
        for child in ast.iter_child_nodes(node):
            self._demand(child)

    def _value(self, node: ast.AST, values: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return values[name] if name in values else _CONSTANTS[name]
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return tuple(self._value(item, values) for item in items)
            case ast.BinOp(left=left, op=op, right=right):
                return _BINARY[type(op)](self._value(left, values), self._value(right, values))
            case ast.UnaryOp(op=op, operand=operand):
                return _UNARY[type(op)](self._value(operand, values))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _COMPARED[type(op)](self._value(left, values), self._value(right, values))
            case ast.Subscript(value=held, slice=place):
                return self._value(held, values)[self._value(place, values)]
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=options):
                named = {str(option.arg): self._value(option.value, values) for option in options}
                return _KNOWN[name](*(self._value(argument, values) for argument in arguments), **named)
        raise AssertionError(node)


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, _KNOWN, 1)
    return f": did you mean {close[0]!r}?" if close else ", see diffcheck.ops"
