"""Nothing grows beyond what a reader can hold in mind."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import name, nodes, python_files

FILE_LINES = 400
FUNCTION_LINES = 60
CLASS_METHODS = 20
PARAMETERS = 6

EXCEPTIONS: dict[str, str] = {}
"""What may be bigger (``path`` or ``path::name``), with the reason."""


def too_big() -> Iterator[tuple[str, str]]:
    """Yield (where, what) of everything beyond the budget."""
    for path in python_files():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            yield name(path), f"{lines} lines"
        for node in nodes(path):
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    yield from _function(path, node)
                case ast.ClassDef():
                    yield from _class(path, node)


def _function(
    path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterator[tuple[str, str]]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES:
        yield f"{name(path)}::{node.name}", f"{lines} lines"
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    count = len([arg for arg in given if arg.arg not in {"self", "cls"}])
    if count > PARAMETERS:
        yield f"{name(path)}::{node.name}", f"{count} parameters"


def _class(path: Path, node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    if len(methods) > CLASS_METHODS:
        yield f"{name(path)}::{node.name}", f"{len(methods)} methods"


def test_files_functions_and_classes_stay_within_their_budget():
    assert [f"{where}: {what}" for where, what in too_big() if where not in EXCEPTIONS] == []


def test_every_exception_is_still_needed():
    assert set(EXCEPTIONS) <= {where for where, _ in too_big()}
