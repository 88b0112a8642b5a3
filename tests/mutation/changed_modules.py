"""Modules of the program that are imported otherwise than they stand in their files."""

import ast
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

HIT = "__hit__"


class ChangedModules(MetaPathFinder):
    """Imports the files of a package by way of a function that changes their trees.

    Parameters
    ----------
    root : path
        Folder that holds the package.
    change : callable
        Gets the file, relative to the root, and gives its tree, or None to leave it as it is.
    names : dict
        What the changed modules find among their globals.
    """

    def __init__(
        self,
        root: Path,
        change: Callable[[Path], ast.Module | None],
        names: dict[str, object],
    ) -> None:
        self._root = root
        self._change = change
        self._names = names

    def install(self) -> None:
        """Have the imports of this process come by here first."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """Find a module whose tree is changed; others are found by Python's own finders."""
        if name.partition(".")[0] != "sleepscorer":
            return None
        file = self._root.joinpath(*name.split("."))
        package = file / "__init__.py"
        file = package if package.is_file() else file.with_suffix(".py")
        tree = self._change(file.relative_to(self._root)) if file.is_file() else None
        if tree is None:
            return None
        loader = _TreeLoader(name, str(file), tree, self._names)
        return spec_from_file_location(name, file, loader=loader)


class _TreeLoader(SourceFileLoader):
    def __init__(self, name: str, path: str, tree: ast.Module, names: dict[str, object]) -> None:
        super().__init__(name, path)
        self._tree = tree
        self._names = names

    def get_code(self, _: str) -> CodeType:
        return compile(ast.fix_missing_locations(self._tree), self.path, "exec", dont_inherit=True)

    def exec_module(self, module: object) -> None:
        module.__dict__.update(self._names)
        super().exec_module(module)


def with_hits(tree: ast.Module, first: int) -> ast.Module:
    """Have every statement of every function tell that it is run.

    It calls ``__hit__(first + line)``, with the line on which the statement begins.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            _tell(node, first)
    return tree


def _tell(owner: ast.AST, first: int) -> None:
    """Tell of the statements below, but for those of functions inside, which have their turn."""
    for field, value in ast.iter_fields(owner):
        if not isinstance(value, list) or not value:
            continue
        if isinstance(value[0], ast.stmt):
            body: list[ast.stmt] = []
            for statement in value:
                if not isinstance(statement, ast.FunctionDef):
                    _tell(statement, first)
                body += [statement] if _is_text(statement) else [_hit(first, statement), statement]
            setattr(owner, field, body)
        elif isinstance(value[0], ast.ExceptHandler | ast.match_case):
            for part in value:
                _tell(part, first)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _hit(first: int, statement: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(HIT, ast.Load()), [ast.Constant(first + statement.lineno)], [])
    return ast.copy_location(ast.Expr(call), statement)
