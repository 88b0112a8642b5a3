"""The small changes that can be made to a source, each one a mutant."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_SWAPPED_NAMES = {
    "min": "max",
    "minimum": "maximum",
    "any": "all",
    "floor": "ceil",
    "argmin": "argmax",
    "startswith": "endswith",
}
_SWAPPED_NAMES |= {other: name for name, other in _SWAPPED_NAMES.items()}

# `strict` and `encoding` change nothing here unless something else is wrong.
_SILENT_KEYWORDS = {"strict", "encoding"}
# A text with this many spaces is taken for words to a person.
_SENTENCE_SPACES = 3


@dataclass(frozen=True)
class SmallChange:
    """One change that can be made to a parsed source.

    Attributes
    ----------
    line : int
        Line of the changed expression, from 1.
    statement_line : int or None
        First line of the statement inside a function that holds it; None for what runs when the
        module is imported.
    kind : str
        What is changed: "comparison", "number", …
    before, after : str
        The changed expression.
    make : callable
        Changes the tree that was listed.
    """

    line: int
    statement_line: int | None
    kind: str
    before: str
    after: str
    make: Callable[[], None]


def small_changes(tree: ast.Module, *, sentences: bool = False) -> list[SmallChange]:
    """List the changes of a parsed source, in the order in which they stand.

    Left out is what only a person reads (docstrings, errors and, unless `sentences`, long texts),
    what only a type checker reads, imports, decorators and what goes to the log.

    Parameters
    ----------
    tree : ast.Module
        What the changes are made to.
    sentences : bool
        Whether texts of several words are changed too.
    """
    return list(_Lister(sentences).of_body(tree, "body", None))


class _Lister:
    def __init__(self, sentences: bool) -> None:
        self._sentences = sentences

    def of_body(
        self, owner: ast.AST, field: str, function_line: int | None
    ) -> Iterator[SmallChange]:
        """List the changes of the statements of one body."""
        body: list[ast.stmt] = getattr(owner, field)
        for at, statement in enumerate(body):
            if not _only_read(statement, first=at == 0):
                where = statement.lineno if function_line is not None else None
                yield from self._of_statement(body, at, where)

    def _of_statement(
        self, body: list[ast.stmt], at: int, where: int | None
    ) -> Iterator[SmallChange]:
        statement = body[at]
        if _can_go(statement):

            def drop() -> None:
                body[at] = ast.copy_location(ast.Pass(), statement)

            yield SmallChange(statement.lineno, where, "statement", _short(statement), "-", drop)
        if isinstance(statement, ast.Raise):
            return
        if isinstance(statement, ast.Return) and not _is_none(statement.value):
            yield self._put(statement, "value", ast.Constant(None), where, "return")
        if isinstance(statement, ast.AugAssign) and type(statement.op) in _OPERATORS:
            yield self._put(statement, "op", _OPERATORS[type(statement.op)](), where, "operator")
        yield from self._of_children(statement, where)

    def _of_children(self, node: ast.AST, where: int | None) -> Iterator[SmallChange]:
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns", "decorator_list", "format_spec", "bases"}:
                continue
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                inside = node.lineno if isinstance(node, ast.FunctionDef) else where
                yield from self.of_body(node, field, inside)
            elif isinstance(value, list):
                for at, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        yield from self._of_node(node, field, at, where)
            elif isinstance(value, ast.AST):
                yield from self._of_node(node, field, None, where)

    def _of_node(
        self, owner: ast.AST, field: str, at: int | None, where: int | None
    ) -> Iterator[SmallChange]:
        node = getattr(owner, field) if at is None else getattr(owner, field)[at]
        if isinstance(node, ast.keyword) and node.arg in _SILENT_KEYWORDS:
            return
        if _is_for_people_or_types(node):
            return
        if isinstance(node, ast.expr):
            if (field == "test" and not isinstance(owner, ast.Assert)) or field == "ifs":
                yield self._put(owner, field, _negated(node), where, "condition", at)
            for kind, after in self._instead(node, where):
                yield self._put(owner, field, after, where, kind, at)
        if isinstance(node, ast.Call):
            yield from self._without_arguments(node, where)
        yield from self._of_children(node, where)

    def _instead(self, node: ast.expr, where: int | None) -> Iterator[tuple[str, ast.expr]]:
        match node:
            case ast.Compare():
                for at, op in enumerate(node.ops):
                    for other in _COMPARISONS[type(op)]:
                        ops = [*node.ops[:at], other(), *node.ops[at + 1 :]]
                        yield "comparison", ast.Compare(node.left, ops, node.comparators)
            # Outside of functions `|` joins types.
            case ast.BinOp(op=ast.BitOr()) if where is None:
                pass
            case ast.BinOp() if type(node.op) in _OPERATORS:
                op = _OPERATORS[type(node.op)]()
                yield "operator", ast.BinOp(node.left, op, node.right)
            case ast.BoolOp():
                other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
                yield "and/or", ast.BoolOp(other, node.values)
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                yield "sign", node.operand
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _SWAPPED_NAMES:
                other_name = _SWAPPED_NAMES[name]
                yield (
                    "function",
                    ast.Name(other_name, node.ctx)
                    if isinstance(node, ast.Name)
                    else ast.Attribute(node.value, other_name, node.ctx),
                )
            case ast.Constant():
                yield from self._constants(node.value)

    def _constants(self, value: object) -> Iterator[tuple[str, ast.expr]]:
        match value:
            case bool():
                yield "true/false", ast.Constant(not value)
            case int():
                yield "number", ast.Constant(value + 1)
            case float():
                yield "number", ast.Constant(value * 2 or 1.0)
            case bytes():
                yield "text", ast.Constant(value + b"X")
            case str() if self._sentences or value.count(" ") < _SENTENCE_SPACES:
                yield "text", ast.Constant(value + "X")

    def _without_arguments(self, call: ast.Call, where: int | None) -> Iterator[SmallChange]:
        for at in range(len(call.args)):
            args = call.args[:at] + call.args[at + 1 :]
            yield self._replaced(call, ast.Call(call.func, args, call.keywords), where)
        for at, keyword in enumerate(call.keywords):
            if keyword.arg not in _SILENT_KEYWORDS:
                keywords = call.keywords[:at] + call.keywords[at + 1 :]
                yield self._replaced(call, ast.Call(call.func, call.args, keywords), where)

    def _replaced(self, call: ast.Call, other: ast.Call, where: int | None) -> SmallChange:
        def make() -> None:
            call.args, call.keywords = other.args, other.keywords

        return SmallChange(call.lineno, where, "argument", _short(call), _short(other), make)

    def _put(
        self,
        owner: ast.AST,
        field: str,
        after: ast.AST,
        where: int | None,
        kind: str,
        at: int | None = None,
    ) -> SmallChange:
        before = getattr(owner, field) if at is None else getattr(owner, field)[at]
        shown = owner if isinstance(before, ast.operator) else before
        line = shown.lineno

        def make() -> None:
            new = ast.copy_location(after, shown)
            if at is None:
                setattr(owner, field, new)
            else:
                getattr(owner, field)[at] = new
            ast.fix_missing_locations(owner)

        return SmallChange(line, where, kind, _short(before), _short(after), make)


def _only_read(statement: ast.stmt, *, first: bool) -> bool:
    """Whether a statement does nothing that a test could notice by what it checks."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
            return name in {"_log", "LOGGER", "log"}
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in {"__all__", "__slots__", "_log", "LOGGER", "__version__"}
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _can_go(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            return True
        case ast.Continue() | ast.Break() | ast.Return(None):
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return False


def _is_for_people_or_types(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id="Literal" | "Annotated")):
            return True
        case ast.Call():
            name = ast.unparse(node.func).rpartition(".")[2]
            return name.endswith(("Error", "Warning")) or name in {"warn", "TypeVar", "cast"}
    return False


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.operator):
        return ast.unparse(ast.BinOp(ast.Name("a"), node, ast.Name("b"))).strip("ab ")
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else text[:99] + "…"
