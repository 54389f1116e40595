"""The reference answer with one mistake in it, many times over: mutants.

A check is worth its points if it tells the reference answer from its mutants. They differ from
it inside its solution regions alone, or in the order of the parameters of a function that holds
one, and are the same to the byte everywhere else.
"""

import ast
import collections
import difflib
import itertools
import textwrap
import warnings
from collections.abc import Iterable, Iterator

import msgspec

from grader.release.template import regions_of
from grader.verify.operators import Change, Place, changes, modules_of

# Where nothing is changed: text, what is said before giving up, patterns, what takes no part.
SEALED = (ast.JoinedStr, ast.Raise, ast.pattern, ast.Import, ast.ImportFrom)
SEALED_FIELDS = frozenset({"annotation", "returns", "decorator_list"})


class Mutant(msgspec.Struct, frozen=True):
    """The reference answer with one mistake in it.

    Args:
        id: the function, the operator and a number, for example 'delta:operand-dropped-2'. It
            stays the same while that function does, whatever changes around it.
        function: the function that it stands in, or the constant's name.
        line: the first line that differs, counted from 1.
        operator: what kind of mistake it is, for example 'neighbour' or 'sign'.
        was: the lines of the answer that differ, without their common indentation.
        becomes: the same lines of the mutant.
        source: the whole mutant.
    """

    id: str
    function: str
    line: int
    operator: str
    was: str
    becomes: str
    source: str


def mutants(answer: str) -> tuple[Mutant, ...]:
    """Make every mutant of a reference answer: no two alike, always in the same order.

    Args:
        answer: its source, with Unix line ends and marked solution regions.

    Raises:
        SyntaxError: it is not Python.
    """
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    found = []
    for function, operator, source in _mutated(answer):
        counts[function, operator] += 1
        line, was, becomes = _difference(answer, source)
        found.append(
            Mutant(
                id=f"{function}:{operator.replace(' ', '-')}-{counts[function, operator]}",
                function=function,
                line=line,
                operator=operator,
                was=was,
                becomes=becomes,
                source=source,
            )
        )
    return tuple(found)


def _mutated(answer: str) -> Iterator[tuple[str, str, str]]:
    """What each mutant stands in, its operator and its source."""
    tree = _parsed(answer)
    modules = modules_of(tree)
    regions = [(region.begin, region.end) for region in regions_of(answer, "")]
    seen = {answer}
    for statement in tree.body:
        for node, place in _places(statement, Place(None, modules)):
            if not _may_change(node, regions):
                continue
            for change in changes(node, place):
                source = _applied(change, answer)
                if source not in seen:
                    seen.add(source)
                    yield _name(statement), change.operator, source


def diff(mutant: Mutant) -> str:
    """The lines that differ, the answer's after '-' and the mutant's after '+'."""
    lines = difflib.unified_diff(
        mutant.was.splitlines(), mutant.becomes.splitlines(), n=1, lineterm=""
    )
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in strings and the like, told elsewhere
        return ast.parse(source)


def _may_change(node: ast.AST, regions: list[tuple[int, int]]) -> bool:
    """Tell whether a node lies inside of a region, or is a function that holds one."""
    if not isinstance(node, ast.expr | ast.stmt):
        return False
    first, last = node.lineno, node.end_lineno or node.lineno
    if isinstance(node, ast.FunctionDef):
        return any(first < end and begin < last for begin, end in regions)
    return any(begin < first and last < end for begin, end in regions)


def _name(statement: ast.stmt) -> str:
    """What a statement at the top level defines, "" if nothing."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return statement.name
    stored = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
    return next((n.id for n in stored if isinstance(n.ctx, ast.Store)), "")


def _places(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
    """A node and all below it that may be changed, in the order of the source."""
    if _is_sealed(node):
        return
    yield node, place
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        place = place._replace(function=node)
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in SEALED_FIELDS:
                yield from _places(child, place)


def _is_sealed(node: ast.AST) -> bool:
    """Tell what no check could notice, and what a rule for the whole call changes."""
    match node:
        case ast.Expr(value=ast.Constant() | ast.Call(func=ast.Name(id="print"))):
            return True
        case ast.keyword(arg="axis" | "keepdims"):
            return True
    return isinstance(node, SEALED)


def _applied(change: Change, answer: str) -> str:
    """The answer with a change made: in parentheses where they make a difference."""
    bare = [_text(new) for _, new in change.edits]
    safe = [
        f"({text})" if isinstance(new, ast.expr) else text
        for text, (_, new) in zip(bare, change.edits, strict=True)
    ]
    plain, closed = (_spliced(answer, change, texts) for texts in (bare, safe))
    return plain if _shape(plain) == _shape(closed) else closed


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Module):
        return "; ".join(map(ast.unparse, node.body))
    return ast.unparse(node)


def _shape(source: str) -> str | None:
    try:
        return ast.dump(_parsed(source))
    except SyntaxError:
        return None


def _spliced(answer: str, change: Change, texts: list[str]) -> str:
    data = answer.encode()  # as ast counts its columns
    starts = [0, *itertools.accumulate(map(len, data.splitlines(keepends=True)))]

    def offset(line: int | None, column: int | None) -> int:
        return starts[(line or 1) - 1] + (column or 0)

    spans = [
        (offset(old.lineno, old.col_offset), offset(old.end_lineno, old.end_col_offset))
        for old, _ in change.edits
    ]
    for (start, end), text in sorted(zip(spans, texts, strict=True), reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data.decode()


def _difference(answer: str, mutant: str) -> tuple[int, str, str]:
    """The first line that differs, and what stands between the lines that both texts share."""
    ours, theirs = answer.split("\n"), mutant.split("\n")
    before = _shared(ours, theirs)
    after = _shared(reversed(ours[before:]), reversed(theirs[before:]))
    was, becomes = (
        textwrap.dedent("\n".join(lines[before : len(lines) - after])).strip()
        for lines in (ours, theirs)
    )
    return before + 1, was, becomes


def _shared(ours: Iterable[str], theirs: Iterable[str]) -> int:
    """How many lines two texts have in common at their beginning."""
    pairs = zip(ours, theirs, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
