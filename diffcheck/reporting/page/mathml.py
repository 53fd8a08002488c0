"""Formulas with Python's names and precedence as trees of MathML: a tag, then texts and further trees."""

import ast
import html
import unicodedata
from collections.abc import Sequence
from typing import Any

Tree = list[Any]
_GREEK = {
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "pi"),
    *("rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "\u2212",
    ast.Mod: "mod",
    ast.FloorDiv: "div",
    ast.MatMult: "@",
    ast.Lt: "<",
    ast.LtE: "\u2264",
    ast.Gt: ">",
    ast.GtE: "\u2265",
    ast.Eq: "=",
    ast.NotEq: "\u2260",
    ast.BitAnd: "\u2227",
    ast.BitOr: "\u2228",
}
# How strongly an expression binds, as far as brackets are needed round it.
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_CALLED = {"log": "ln", "where": "if"}


def mathml(formula: str) -> Tree:
    """The tree of a formula; its plain text where it is none.

    >>> mathml("x ** 2 / 3")
    ['mfrac', ['msup', ['mi', 'x'], ['mn', '2']], ['mn', '3']]
    """
    try:
        tree = ast.parse(formula, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ["mtext", formula]
    return _written(tree)[0]


def text(tree: Tree) -> str:
    """A tree as markup.

    >>> text(["mi", "a<b"])
    '<mi>a&lt;b</mi>'
    """
    tag, *parts = tree
    inside = "".join(html.escape(part) if isinstance(part, str) else text(part) for part in parts)
    return f"<{tag}>{inside}</{tag}>"


def element(formula: str) -> str:
    """A formula as a MathML element that stands on its own line."""
    return f'<math display="block">{text(mathml(formula))}</math>'


def _row(*parts: Tree) -> Tree:
    return ["mrow", *parts]


def _sign(text: str) -> Tree:
    return ["mo", text]


def _bracketed(tree: Tree) -> Tree:
    return _row(_sign("("), tree, _sign(")"))


def _within(node: ast.expr, strength: int) -> Tree:
    tree, own = _written(node)
    return tree if own >= strength else _bracketed(tree)


def _written(node: ast.expr) -> tuple[Tree, int]:
    match node:
        case ast.BinOp():
            return _binary(node)
        case ast.UnaryOp(op=ast.USub()):
            return _row(_sign("\u2212"), _within(node.operand, _PRODUCT)), _SIGN - 1
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            return _row(_sign("\u00ac"), _within(node.operand, _ATOM)), _SIGN
        case ast.Call(func=ast.Name(id=name)):
            return _call(name, node.args), _ATOM
        case ast.Compare():
            parts = [_within(node.left, _SUM)]
            for operator, right in zip(node.ops, node.comparators, strict=True):
                parts += [_sign(_SIGNS.get(type(operator), "?")), _within(right, _SUM)]
            return _row(*parts), -1
        case ast.Subscript(value=ast.Name(id=name)):
            return ["msub", _name(name), ["mtext", ast.unparse(node.slice).strip("()").replace(" ", "")]], _ATOM
        case ast.Name(id=name):
            return _name(name), _ATOM
        case ast.Constant(value=value):
            return (["mo", "\u2026"], _ATOM) if value is ... else _number(ast.unparse(node))
        case ast.List() | ast.Tuple():
            return _row(_sign("["), *_listed(node.elts), _sign("]")), _ATOM
    return ["mtext", ast.unparse(node)], _ATOM


def _binary(node: ast.BinOp) -> tuple[Tree, int]:
    match node.op:
        case ast.Div():
            return ["mfrac", _written(node.left)[0], _written(node.right)[0]], _POWER
        case ast.Pow():
            return ["msup", _within(node.left, _ATOM), _written(node.right)[0]], _POWER
        case ast.Mult():
            left, right = _within(node.left, _PRODUCT), _within(node.right, _SIGN)
            return _row(left, _sign("\u00b7" if _ends(node) else "\u2062"), right), _PRODUCT
    sum_ = isinstance(node.op, (ast.Add, ast.Sub))
    strength = _SUM if sum_ else _PRODUCT
    sign = _SIGNS.get(type(node.op), "?")
    return _row(_within(node.left, strength), _sign(sign), _within(node.right, strength + 1)), strength


def _ends(product: ast.BinOp) -> bool:
    """Whether two factors could be read as one number or name without a sign between."""
    left, right = product.left, product.right
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        return len(left.id + right.id) > 2
    return isinstance(right, ast.Constant) or (isinstance(right, ast.BinOp) and isinstance(right.left, ast.Constant))


def _number(text: str) -> tuple[Tree, int]:
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return ["mn", text], _ATOM
    power = ["msup", ["mn", "10"], ["mn", str(int(exponent))]]
    return (power if mantissa == "1" else _row(["mn", mantissa], _sign("\u00d7"), power)), _PRODUCT


def _name(name: str) -> Tree:
    if name in _GREEK:
        return ["mi", unicodedata.lookup(f"GREEK SMALL LETTER {'LAMDA' if name == 'lambda' else name.upper()}")]
    stem = name.rstrip("0123456789")
    if stem and stem != name and len(stem) == 1:
        return ["msub", ["mi", stem], ["mn", name[len(stem) :]]]
    return ["mi", name]


def _listed(nodes: Sequence[ast.expr]) -> list[Tree]:
    trees: list[Tree] = []
    for node in nodes:
        trees += [_sign(",")] * bool(trees) + [_written(node)[0]]
    return trees


def _call(name: str, arguments: Sequence[ast.expr]) -> Tree:
    if len(arguments) == 1:
        inside = _written(arguments[0])[0]
        match name:
            case "sqrt":
                return ["msqrt", inside]
            case "cbrt":
                return ["mroot", inside, ["mn", "3"]]
            case "exp":
                return ["msup", ["mi", "e"], inside]
            case "abs":
                return _row(_sign("|"), inside, _sign("|"))
            case "square":
                return ["msup", _within(arguments[0], _ATOM), ["mn", "2"]]
    called = ["mi", _CALLED.get(name, name)]
    return _row(called, _sign("\u2061"), _bracketed(_row(*_listed(arguments))))
