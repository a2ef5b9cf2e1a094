"""Places in Python source that can be changed, and what each of them can become.

Texts, annotations, log lines, errors and imports are left alone: they make no numbers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple


class Place(NamedTuple):
    """The bytes from `start` to `end` become `after`."""

    kind: str
    start: int
    end: int
    after: str


_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">"),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<"),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-",),
    ast.Sub: ("+",),
    ast.Mult: ("/",),
    ast.Div: ("*",),
    ast.FloorDiv: ("/", "%"),
    ast.Mod: ("//",),
    ast.Pow: ("*",),
    ast.BitAnd: ("|",),
    ast.BitOr: ("&",),
    ast.LShift: (">>",),
    ast.RShift: ("<<",),
}
#: Names of functions and attributes that are easily taken one for the other.
_TWINS = [
    ("min", "max"),
    ("amin", "amax"),
    ("argmin", "argmax"),
    ("minimum", "maximum"),
    ("clamp_min", "clamp_max"),
    ("sum", "mean"),
    ("zeros", "ones"),
    ("floor", "ceil"),
    ("any", "all"),
    ("train", "eval"),
    ("log", "exp"),
    ("sqrt", "square"),
    ("training", "validation"),
    ("training_loss", "validation_loss"),
    ("train_loader", "val_loader"),
    ("extend", "append"),
    ("mean", "width"),
    ("target_mean", "target_width"),
    ("_best", "_last"),
]
_OTHER_NAME = {name: other for pair in _TWINS for name, other in (pair, pair[::-1])} | {"mean": "sum"}
#: Methods whose result is about what they were called on: leaving them out is a usual slip.
_OPTIONAL_METHODS = re.compile(
    r"detach|clone|eval|train|abs|square|sqrt|log|exp|clamp(_min|_max)?|double|float|copy|mean|sum|squeeze|unsqueeze"
    r"|flatten|reshape|nonzero|ceil|floor|astype|sort|cumsum|std|t|transpose|strip|lower"
)
_LOGGERS = re.compile(r"(^|\.)_?log(ger)?\.|(^|\.)(warn|warning|info|verbose|fail|print|_report|report)$")
_TYPES = re.compile(r"(dict|list|tuple|Callable|np\.ndarray|Sequence|Mapping)\[|\w+ \| \w+$")
_SYMMETRIC = re.compile(r"(^|\.)(max|min|maximum|minimum|add|mul)$")
_ERRORS = re.compile(r"Error$|_error$|^NotExpressible$")


def places(text: str) -> list[Place]:
    """All places of a module."""
    return list(dict.fromkeys(_Finder(text).of(ast.parse(text))))


class _Finder:
    """Walks through the tree of a module."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._lines = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def of(self, node: ast.AST) -> Iterator[Place]:
        """The places of a node and of everything in it."""
        if self._is_text(node):
            return
        if find := getattr(self, f"_of_{type(node).__name__.lower()}", None):
            yield from find(node)
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "type_params", "format_spec"):
                continue
            if field == "decorator_list":
                yield from (
                    self._replaced("decorator", d, "(lambda function: function)") for d in value if self._is_context(d)
                )
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self.of(child)

    def _is_text(self, node: ast.AST) -> bool:
        if isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr, ast.Import, ast.ImportFrom)):
            return True
        if isinstance(node, ast.Assign) and _TYPES.match(ast.unparse(node.value)):
            return True
        if isinstance(node, ast.keyword) and node.arg == "strict":
            return True  # of zip: whether it checks lengths
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            return ast.unparse(node.returns) == "EngineError"
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            return bool(_LOGGERS.search(name) or _ERRORS.search(name.rpartition(".")[2]))
        return False

    def _span(self, node: ast.AST) -> tuple[int, int]:
        start = self._lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        return start, self._lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def _replaced(self, kind: str, node: ast.AST, after: str) -> Place:
        start, end = self._span(node)
        return Place(kind, start, end, after)

    def _between(self, kind: str, left: ast.AST, right: ast.AST, pattern: str, afters: tuple[str, ...]) -> list[Place]:
        """The operator between two operands, which may have parentheses around them."""
        start, end = self._span(left)[1], self._span(right)[0]
        found = re.search(pattern, self._bytes[start:end].decode())
        if found is None:
            return []
        return [Place(kind, start + found.start(), start + found.end(), after) for after in afters]

    # ---- operators and constants -------------------------------------------------------------------------------

    def _of_compare(self, node: ast.Compare) -> Iterator[Place]:
        operands = [node.left, *node.comparators]
        for left, operator, right in zip(operands, node.ops, operands[1:], strict=False):
            yield from self._between(
                "comparison", left, right, r"[<>=!]=?|\b(is not|not in|is|in)\b", _COMPARISONS[type(operator)]
            )

    def _of_binop(self, node: ast.BinOp) -> Iterator[Place]:
        sides = (node.left, node.right)
        if any(isinstance(side, ast.JoinedStr) or _is_string(side) for side in sides):
            return
        afters = _ARITHMETIC.get(type(node.op), ())
        yield from self._between("arithmetic", node.left, node.right, r"\*\*|//|<<|>>|[-+*/%&|@]", afters)
        if isinstance(node.op, (ast.Sub, ast.Div)) and all(_is_simple(side) for side in sides):
            swapped = f"{self._text(node.right)} {'-' if isinstance(node.op, ast.Sub) else '/'} {self._text(node.left)}"
            yield self._replaced("swap", node, swapped)

    def _of_augassign(self, node: ast.AugAssign) -> Iterator[Place]:
        after = tuple(f"{other}=" for other in _ARITHMETIC.get(type(node.op), ()))
        yield from self._between("arithmetic", node.target, node.value, r"[^\s=]+=", (*after, "="))
        yield self._replaced("statement", node, "pass")

    def _of_unaryop(self, node: ast.UnaryOp) -> Iterator[Place]:
        if isinstance(node.op, (ast.Not, ast.USub)):
            yield self._replaced("negation", node, self._text(node.operand))

    def _of_boolop(self, node: ast.BoolOp) -> Iterator[Place]:
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from self._between("comparison", left, right, rf"\b{word}\b", (other,))
        for i, value in enumerate(node.values[1:], 1):
            start = self._span(node.values[i - 1])[1]
            text = self._bytes[start : self._span(value)[1]].decode()
            if text.count("(") == text.count(")"):
                yield Place("condition", start, self._span(value)[1], "")

    def _of_constant(self, node: ast.Constant) -> Iterator[Place]:
        value = node.value
        if isinstance(value, bool):
            yield self._replaced("constant", node, str(not value))
        elif isinstance(value, int):
            yield self._replaced("constant", node, str(value + 1))
            if value > 0:
                yield self._replaced("constant", node, str(value - 1))
        elif isinstance(value, float):
            yield self._replaced("constant", node, repr(value * 1.1 if value else 0.1))
            yield self._replaced("constant", node, repr(value * 10 if value else 1.0))

    # ---- conditions --------------------------------------------------------------------------------------------

    def _negated(self, test: ast.expr) -> Place:
        return self._replaced("condition", test, f"(not ({self._text(test)}))")

    def _of_if(self, node: ast.If) -> Iterator[Place]:
        yield self._negated(node.test)
        yield self._replaced("condition", node.test, "False")

    def _of_while(self, node: ast.While) -> Iterator[Place]:
        yield self._negated(node.test)

    def _of_ifexp(self, node: ast.IfExp) -> Iterator[Place]:
        yield self._negated(node.test)
        yield self._replaced("condition", node, f"({self._text(node.body)})")
        yield self._replaced("condition", node, f"({self._text(node.orelse)})")

    def _of_comprehension(self, node: ast.comprehension) -> Iterator[Place]:
        yield from (self._negated(test) for test in node.ifs)

    # ---- statements --------------------------------------------------------------------------------------------

    def _of_expr(self, node: ast.Expr) -> Iterator[Place]:
        if isinstance(node.value, ast.Call) and not self._is_text(node.value):
            yield self._replaced("statement", node, "pass")

    def _of_assign(self, node: ast.Assign) -> Iterator[Place]:
        if all(not isinstance(target, (ast.Name, ast.Tuple)) for target in node.targets):
            yield self._replaced("statement", node, "pass")

    def _of_functiondef(self, node: ast.FunctionDef) -> Iterator[Place]:
        """A name that a function sets twice keeps its first value; returned numbers are changed a little."""
        seen: set[str] = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
        for statement in ast.walk(node):
            if isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Name):
                if target.id in seen:
                    yield self._replaced("statement", statement, "pass")
                seen.add(target.id)
        returned = "" if node.returns is None else ast.unparse(node.returns)
        change = {"float": "1.001 * ({})", "bool": "not ({})", "torch.Tensor": "1.001 * ({})", "Array": "1.001 * ({})"}
        for statement in ast.walk(node):
            if isinstance(statement, ast.Return) and statement.value is not None and returned in change:
                yield self._replaced("result", statement.value, change[returned].format(self._text(statement.value)))

    def _of_with(self, node: ast.With) -> Iterator[Place]:
        if len(node.items) == 1 and node.items[0].optional_vars is None:
            start, _ = self._span(node)
            yield Place("context", start, self._span(node.items[0].context_expr)[1], "if True")

    def _of_continue(self, node: ast.Continue) -> Iterator[Place]:
        yield self._replaced("statement", node, "pass")

    _of_break = _of_continue

    @staticmethod
    def _is_context(decorator: ast.expr) -> bool:
        return ast.unparse(decorator) in ("torch.no_grad()", "torch.inference_mode()")

    # ---- calls, names and slices -------------------------------------------------------------------------------

    def _of_call(self, node: ast.Call) -> Iterator[Place]:
        function = node.func
        is_symmetric = _SYMMETRIC.search(ast.unparse(function))
        for first, second in zip(node.args, node.args[1:], strict=False) if not is_symmetric else ():
            if _is_simple(first) and _is_simple(second) and self._text(first) != self._text(second):
                (start, middle), (begin, end) = self._span(first), self._span(second)
                comma = self._bytes[middle:begin].decode()
                yield Place("swap", start, end, self._text(second) + comma + self._text(first))
        for keyword in node.keywords:
            if keyword.arg not in (None, "strict"):
                yield from self._without_argument(keyword)
        if isinstance(function, ast.Attribute) and _OPTIONAL_METHODS.fullmatch(function.attr):
            is_module = isinstance(function.value, ast.Name) and function.value.id in (
                "torch",
                "np",
                "math",
                "functional",
            )
            if not is_module:
                yield self._replaced("call", node, self._text(function.value))
        if isinstance(function, ast.Name) and re.fullmatch(r"abs|max|min|reversed|sorted|bool|int", function.id):
            yield from (self._replaced("call", node, f"({self._text(first)})") for first in node.args[:1])

    def _without_argument(self, keyword: ast.keyword) -> Iterator[Place]:
        start, end = self._span(keyword)
        found = re.match(rb"\s*,", self._bytes[end:])
        if found:
            yield Place("argument", start, end + found.end(), "")
        elif before := re.search(rb",\s*$", self._bytes[:start]):
            yield Place("argument", before.start(), end, "")

    def _of_attribute(self, node: ast.Attribute) -> Iterator[Place]:
        if node.attr in _OTHER_NAME:
            _, end = self._span(node)
            yield Place("name", end - len(node.attr), end, _OTHER_NAME[node.attr])

    def _of_name(self, node: ast.Name) -> Iterator[Place]:
        if node.id in ("min", "max", "any", "all"):
            yield self._replaced("name", node, _OTHER_NAME[node.id])

    def _of_tuple(self, node: ast.Tuple) -> Iterator[Place]:
        if len(node.elts) == 2 and all(_is_simple(e) for e in node.elts) and isinstance(node.ctx, ast.Load):
            first, second = node.elts
            (start, middle), (begin, end) = self._span(first), self._span(second)
            comma = self._bytes[middle:begin].decode()
            yield Place("swap", start, end, self._text(second) + comma + self._text(first))

    def _of_slice(self, node: ast.Slice) -> Iterator[Place]:
        for bound in (node.lower, node.upper):
            if bound is not None and not isinstance(bound, ast.Constant):
                yield self._replaced("constant", bound, f"{self._text(bound)} + 1")


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_simple(node: ast.AST) -> bool:
    """A name, an attribute or an element of one: what is easily taken for its neighbour."""
    return isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
    )
