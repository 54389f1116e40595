"""Reading Python source, line by line, whatever it is: a stranger wrote it.

The standard library's tokenizer takes time in proportion to the source, unless its lines are very
long. Lexers made of many regular expressions don't: 30 KB of blank lines can keep one busy for a
quarter of a minute.
"""

import ast
import builtins
import io
import keyword
import tokenize
import warnings
from collections.abc import Iterable, Iterator

MOST_COLOURED = 200_000  # characters of a submission; longer ones are shown plain
LONGEST_LINE = 2_000  # in some versions of Python a line takes quadratic time

KEYWORD, STRING, COMMENT, NUMBER, FUNCTION = "k", "s", "c", "n", "f"
BUILTINS = frozenset(dir(builtins))
SIMPLE = {
    tokenize.STRING: STRING,
    tokenize.COMMENT: COMMENT,
    tokenize.NUMBER: NUMBER,
    # From Python 3.12 on, an f-string is several tokens.
    **{
        getattr(tokenize, name): STRING
        for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")
        if hasattr(tokenize, name)
    },
}

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Run = tuple[str, str]
"""(class, text): a piece of a line. The class is "" for plain text."""


def coloured_lines(source: str) -> list[tuple[Run, ...]]:
    """Cut source into coloured lines.

    Args:
        source: anything; what isn't Python is plain from where it stops being Python, and all
            of it is if a line is longer than LONGEST_LINE.

    Returns:
        For each line its runs. Joined, their texts are the line.
    """
    lines = source.split("\n")
    if max(map(len, lines)) > LONGEST_LINE:
        return plain_lines(source)
    marks: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    for kind, (row, start), (last, end) in _tokens(source):
        for line in range(row, min(last, len(lines)) + 1):
            stop = end if line == last else len(lines[line - 1])
            marks[line - 1].append((start if line == row else 0, stop, kind))
    return [tuple(_runs(line, found)) for line, found in zip(lines, marks, strict=True)]


def plain_lines(source: str) -> list[tuple[Run, ...]]:
    """Cut source into lines of one plain run each."""
    return [(("", line),) if line else () for line in source.split("\n")]


def definitions(sources: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Find where functions and constants are defined, outside of any function or class.

    Args:
        sources: in the order in which they run. One that Python can't read defines nothing.

    Returns:
        For each name the index of the source and the line, from 1, of its last definition.
    """
    found: dict[str, tuple[int, int]] = {}
    for index, source in enumerate(sources):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of invalid escapes and the like
                tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for statement in _statements(tree):
            found |= dict.fromkeys(_defined(statement), (index, statement.lineno))
    return found


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Walk through statements in their order, however deep a stranger nests them."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, SCOPES):
            inner = (n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.expr))
            waiting.extend(reversed(list(inner)))


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _tokens(source: str) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    named = ""  # the keyword before, if it gives a name to a function or class
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = SIMPLE.get(token.type, "")
            if token.type == tokenize.NAME:
                kind = _kind_of_name(token.string, named)
                named = token.string if token.string in ("def", "class") else ""
            if kind:
                yield kind, token.start, token.end
    except (tokenize.TokenError, SyntaxError, UnicodeError, RecursionError, MemoryError):
        return  # from here on it is not Python


def _kind_of_name(name: str, named: str) -> str:
    if named:
        return FUNCTION
    if keyword.iskeyword(name):
        return KEYWORD
    return FUNCTION if name in BUILTINS else ""


def _runs(line: str, marks: list[tuple[int, int, str]]) -> Iterator[Run]:
    position = 0
    for start, stop, kind in marks:
        if start > position:
            yield "", line[position:start]
        if stop > max(start, position):
            yield kind, line[max(start, position) : stop]
        position = max(position, stop)
    if position < len(line):
        yield "", line[position:]
