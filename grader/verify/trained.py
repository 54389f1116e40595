"""Telling, without running it, which submissions train alike.

A known mistake in a function that the training never asks for changes nothing in it: whoever has
the same code in the functions that it does ask for trains as they do, and need not train again.
"""

import ast
from collections.abc import Collection, Iterator

from grader.course import Assignment

REACHING = frozenset(
    "globals vars setattr delattr exec eval __import__ import_module seterr seed modules".split()
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def asked_in_training(assignment: Assignment) -> frozenset[str]:
    """List what the training may ask a submission for: the names that its code mentions.

    Its code is all of the folder of checks, but the checks.
    """
    table = assignment.settings.training
    if table is None:
        return frozenset()
    folder = (assignment.folder / table.file).parent
    files = [path for path in folder.rglob("*.py") if not path.name.startswith("test_")]
    mentioned = (_mentioned(ast.parse(path.read_text(encoding="utf-8"))) for path in files)
    return frozenset(assignment.settings.names).intersection(set().union(*mentioned))


def code_in_training(source: str, asked: Collection[str]) -> str:
    """Take out of a program the functions that neither training nor the rest of it mention.

    Docstrings are taken out, too, and so is what stands below `if __name__ == "__main__"`.

    Args:
        source: of a submission; of one that is no Python, all is kept.
        asked: the names that the training asks for.

    Returns:
        The same for two programs that train alike. All of it, if what could go is more than
        plain functions that change nothing outside of themselves.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    tree.body = [node for node in tree.body if not _only_for_programs(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    functions = {node.name: node for node in tree.body if isinstance(node, FUNCTIONS)}
    rest = [node for node in tree.body if node not in functions.values()]
    wanted = set(asked).union(*map(_mentioned, rest))
    while (
        more := {name for f in wanted & functions.keys() for name in _mentioned(functions[f])}
        - wanted
    ):
        wanted |= more
    variables = {name for node in rest for name in _stored(node)}
    stay = [node for name, node in functions.items() if name in wanted]
    gone = [node for name, node in functions.items() if name not in wanted]
    if any(variables & set(_mentioned(node)) or _reaches_out(node) for node in gone):
        return source
    tree.body = [node for node in tree.body if node in rest or node in stay]
    return ast.unparse(tree)


def _only_for_programs(node: ast.stmt) -> bool:
    """Tell whether it is the part that doesn't run where a program is imported."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _mentioned(node: ast.AST) -> Iterator[str]:
    """Name whatever of a submission a piece of code may mean, in a string, too.

    What it calls its own, `self.loss`, is not the submission's.
    """
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute) and ast.unparse(part.value) != "self":
            yield part.attr
        elif isinstance(part, ast.Global):
            yield from part.names
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _reaches_out(node: ast.AST) -> bool:
    """Tell whether a function might change something outside of itself, or runs at once."""
    return any(
        isinstance(part, ast.Global | ast.Nonlocal | ast.ClassDef)
        or (isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store))
        or (isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and _runs_at_once(part))
        or (isinstance(part, ast.Name | ast.Attribute) and REACHING & set(_mentioned(part)))
        for part in ast.walk(node)
    )


def _runs_at_once(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    defaults = (*function.args.defaults, *filter(None, function.args.kw_defaults))
    return bool(function.decorator_list) or not all(isinstance(d, ast.Constant) for d in defaults)


def _stored(node: ast.AST) -> Iterator[str]:
    stored = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return (name.id for name in stored if isinstance(name.ctx, ast.Store))
