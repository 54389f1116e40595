"""The reference answer -> the template, by taking its solution regions out.

A region stands between two comments on lines of their own, as nbgrader's users know them:

    def area(r):
        ### BEGIN SOLUTION
        return 3.14159 * r**2
        ### END SOLUTION

In the template there is `raise NotImplementedError("area")` in its place. Lines that say
`### INSTEAD: CODE`, directly below BEGIN, put that code there; outside of functions, where
nothing can be raised, there has to be one. Whatever looks like BEGIN or END is taken for it:
a mark that is overlooked would hand out the answer.
"""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.course import Assignment
from grader.errors import CourseError, mark

BEGIN, END, INSTEAD = "BEGIN", "END", "INSTEAD"
EDGE = re.compile(r"#+\s*(BEGIN|END)[\s_-]*SOLUTION", re.IGNORECASE)
CODE = re.compile(r"### INSTEAD: ?(.*)")
NOT_PYTHON = mark("{file}, line {line}: this is not Python: {detail}")
TEMPLATE_NOT_PYTHON = mark(
    "{file}, line {line}: without its solutions this is not Python: {detail}"
)


class Region(NamedTuple):
    """A solution region.

    Args:
        begin: the line of its BEGIN, counted from 1.
        end: the line of its END.
        instead: the code of its INSTEAD lines.
    """

    begin: int
    end: int
    instead: tuple[str, ...]

    @property
    def solution(self) -> range:
        """The lines of the solution itself, counted from 1."""
        return range(self.begin + len(self.instead) + 1, self.end)


class Mark(NamedTuple):
    """A comment that says where a region begins or ends, or what stands there instead."""

    line: int
    kind: str
    code: str
    alone: bool


def answer_path(assignment: Assignment) -> Path:
    """Find an assignment's reference answer.

    Raises:
        CourseError: it is not there.
    """
    name = f"{assignment.name}_answer.py"
    path = assignment.solutions / name if assignment.solutions is not None else None
    if path is None or not path.is_file():
        raise CourseError(
            "There is no reference answer: solutions/{name}/{file} is missing.",
            name=assignment.name,
            file=name,
        )
    return path


def read_answer(assignment: Assignment) -> str:
    """Read an assignment's reference answer, with Unix line ends.

    Raises:
        CourseError: it is missing, or can't be read.
    """
    path = answer_path(assignment)
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise CourseError(
            "{file} can't be read: {detail}", file=str(path), detail=detail
        ) from error


def template_of(answer: str, file: str) -> str:
    """Take the solutions out of a reference answer.

    Args:
        answer: its source, with Unix line ends.
        file: its name, for messages.

    Returns:
        The template: outside of the regions, the same lines.

    Raises:
        CourseError: a mark is out of place, there is no region, or answer or template is not
            Python. Names the file and the answer's line.
    """
    regions = regions_of(answer, file)
    if not regions:
        raise CourseError(
            "{file} has no solution region: put ### BEGIN SOLUTION above what students are to "
            "write, and ### END SOLUTION below.",
            file=file,
        )
    lines = answer.split("\n")
    tree = _parse(answer, NOT_PYTHON, file, range(1, len(lines) + 1))
    template: list[tuple[int, str]] = []  # (line in the answer, text)
    rest = 1
    for region in regions:
        template += [(n, lines[n - 1]) for n in range(rest, region.begin)]
        template += [(region.begin, text) for text in _replacement(region, lines, tree, file)]
        rest = region.end + 1
    template += [(n, lines[n - 1]) for n in range(rest, len(lines) + 1)]
    source = "\n".join(text for _, text in template)
    _parse(source, TEMPLATE_NOT_PYTHON, file, [number for number, _ in template])
    return source


def regions_of(answer: str, file: str) -> tuple[Region, ...]:
    """Find the solution regions of a reference answer, in their order.

    Args:
        answer: its source, with Unix line ends.
        file: its name, for messages.

    Raises:
        CourseError: a mark is out of place, or the answer is not Python.
    """
    _parse(answer, NOT_PYTHON, file, range(1, answer.count("\n") + 2))
    try:
        marks = _marks(answer)
    except (SyntaxError, tokenize.TokenError) as error:  # odder than Python itself finds it
        raise CourseError(NOT_PYTHON, file=file, line=1, detail=str(error)) from error
    for before, found in zip((None, *marks), marks, strict=False):
        problem = _problem(before, found)
        if problem:
            raise CourseError(problem, file=file, line=found.line)
    begins = [m.line for m in marks if m.kind == BEGIN]
    ends = [m.line for m in marks if m.kind == END]
    if len(begins) > len(ends):
        raise CourseError(
            "{file}, line {line}: ### BEGIN SOLUTION without ### END SOLUTION.",
            file=file,
            line=begins[-1],
        )
    return tuple(
        Region(
            begin,
            end,
            tuple(m.code for m in marks if m.kind == INSTEAD and begin < m.line < end),
        )
        for begin, end in zip(begins, ends, strict=True)
    )


def _marks(answer: str) -> list[Mark]:
    """The marks among the comments: what stands in a string is none."""
    marks = []
    for token in tokenize.generate_tokens(io.StringIO(answer).readline):
        if token.type == tokenize.COMMENT:
            edge, code = EDGE.match(token.string), CODE.match(token.string)
            kind = edge[1].upper() if edge else INSTEAD if code else ""
            if kind:
                alone = not token.line[: token.start[1]].strip()
                marks.append(Mark(token.start[0], kind, code[1] if code else "", alone))
    return marks


def _problem(before: Mark | None, found: Mark) -> str:
    """What is wrong with a mark after the one before it, as a template; '' if nothing is."""
    inside = before is not None and before.kind != END
    if not found.alone:
        return mark("{file}, line {line}: a solution's mark needs a line of its own.")
    if found.kind == BEGIN and inside:
        return mark("{file}, line {line}: a solution region begins within another one.")
    if found.kind == END and not inside:
        return mark("{file}, line {line}: ### END SOLUTION without ### BEGIN SOLUTION.")
    if found.kind == INSTEAD and not (inside and before and found.line == before.line + 1):
        return mark("{file}, line {line}: ### INSTEAD: belongs directly below ### BEGIN SOLUTION.")
    return ""


def _replacement(region: Region, lines: list[str], tree: ast.Module, file: str) -> list[str]:
    begin = lines[region.begin - 1]
    indent = begin[: len(begin) - len(begin.lstrip())]
    if region.instead:
        return [(indent + code).rstrip() for code in region.instead]
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno < region.begin <= (node.end_lineno or 0)
    ]
    if not around:
        raise CourseError(
            "{file}, line {line}: this solution region is in no function. Say what stands there in "
            "the template: ### INSTEAD: CODE, directly below ### BEGIN SOLUTION.",
            file=file,
            line=region.begin,
        )
    innermost = max(around, key=lambda node: node.lineno)
    return [f'{indent}raise NotImplementedError("{innermost.name}")']


def _parse(source: str, problem: str, file: str, numbers: Sequence[int]) -> ast.Module:
    """Parse Python.

    Args:
        source: with Unix line ends.
        problem: what to say if it is not Python: a template over file, line and detail.
        file: its name, for the message.
        numbers: for each of its lines, the number to tell people.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on LaTeX in docstrings and the like
            return ast.parse(source)
    except (SyntaxError, ValueError) as error:  # ValueError: it holds zero bytes
        line = min(getattr(error, "lineno", None) or 1, len(numbers))
        detail = getattr(error, "msg", str(error))
        raise CourseError(problem, file=file, line=numbers[line - 1], detail=detail) from error
