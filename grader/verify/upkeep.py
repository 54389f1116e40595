"""What can be seen of an assignment's files without grading anything."""

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from grader.checks import load_module
from grader.checks.declare import Declaration, declaration_of
from grader.checks.diagnosis import FILE, read_diagnoses
from grader.checks.mistakes import KnownMistake
from grader.course import FILE as TABLE
from grader.course import Assignment
from grader.errors import CourseError
from grader.proof import Finding
from grader.release.kit import stale
from grader.release.template import read_answer
from grader.report.formula import require_formula
from grader.results import Text
from grader.sandbox.words import said

HANDOUTS = ("README.md", "README.zh-CN.md")
CHINESE = re.compile("[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{2,} +[A-Za-z]{2,}")
MESSAGE_ZH = 2  # the place of the Chinese message among the arguments of `require`


def upkeep(assignment: Assignment, known: Sequence[KnownMistake]) -> tuple[Finding, ...]:
    """Look at templates, handouts, points and words.

    Args:
        assignment: whose files these are, with its solutions.
        known: its known mistakes.

    Raises:
        CheckError: a file of checks can't be loaded.
        CourseError: the answer or the table of diagnoses is broken.
    """
    files = [p for folder in assignment.check_folders for p in sorted(folder.rglob("*.py"))]
    declared = {file: list(_declarations(file)) for file in files}
    return (
        *_templates(assignment),
        *_handouts(assignment),
        *_names(assignment),
        *_points(assignment, [d for found in declared.values() for _, d in found]),
        *(_words(file, found) for file, found in declared.items()),
        *_formulas(assignment),
        *_diagnoses(assignment, known),
    )


def _templates(assignment: Assignment) -> Iterator[Finding]:
    changed = stale(assignment)
    problem = Text(
        "It is not what the answer makes of it. Run: grader release {name} --out {name}.zip",
        params={"name": assignment.name},
    )
    for name in (*(file.name for file in assignment.settings.files), TABLE):
        yield Finding(name, problem if name in changed else None)


def _handouts(assignment: Assignment) -> Iterator[Finding]:
    """Hold that each handout is there, and tells of every function and constant."""
    for name in HANDOUTS:
        path = assignment.folder / name
        if not path.is_file():
            yield Finding(name, Text("There is no such handout beside assignment.toml."))
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        untold = [one for one in assignment.settings.names if one not in text]
        problem = Text("It does not tell of {names}.", params={"names": ", ".join(untold)})
        yield Finding(name, problem if untold else None)


def _names(assignment: Assignment) -> Iterator[Finding]:
    """Hold that the answer has every function and constant that checks may ask for."""
    defined = names_of(read_answer(assignment))
    for name in assignment.settings.names:
        problem = Text("assignment.toml has it among `names`, and the answer does not have it.")
        yield Finding(name, None if name in defined else problem)


def names_of(source: str) -> set[str]:
    """List what a program defines at its top level."""
    tree = ast.parse(source)
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    made = (ast.FunctionDef, ast.ClassDef)
    return stored | {node.name for node in tree.body if isinstance(node, made)}


def _points(assignment: Assignment, declared: Collection[Declaration]) -> Iterator[Finding]:
    for group in assignment.settings.groups:
        found = sum(d.points for d in declared if d.group == group.name)
        problem = Text(
            "Its checks give {found} points, and assignment.toml says {said}.",
            params={"found": found, "said": group.points},
        )
        titled = _in_both(group.title, group.title_zh)
        yield Finding(
            f"assignment.toml, {group.name}",
            _untranslated("title_zh") if not titled else problem if found != group.points else None,
        )


def _words(file: Path, found: Sequence[tuple[str, Declaration]]) -> Finding:
    """Hold that every sentence of a file of checks is there in both languages."""
    missing = [
        f"{name}: {field}"
        for name, declaration in found
        for field, text in (("title", declaration.title), ("hint", declaration.hint))
        if not _in_both(text.en, text.zh)
    ]
    missing += [f"line {line}: require" for line in _untranslated_messages(file)]
    name = file.relative_to(file.parents[3]).as_posix()
    return Finding(name, _untranslated("; ".join(missing)) if missing else None)


def _in_both(english: str, chinese: str) -> bool:
    """Tell whether a sentence is there in both languages. A formula is the same in each."""
    copied = english == chinese and WORDS.search(english)
    return bool(english.strip() and chinese.strip()) and not copied


def _untranslated(what: str) -> Text:
    return Text("Not in both languages: {what}.", params={"what": what})


def _untranslated_messages(file: Path) -> Iterator[int]:
    """Find calls of `require` whose message is there in English alone."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
            words = node.args[MESSAGE_ZH:] or [k.value for k in node.keywords if k.arg == "zh"]
            if not any(CHINESE.search(ast.unparse(word)) for word in words):
                yield node.lineno


def _declarations(file: Path) -> Iterator[tuple[str, Declaration]]:
    if not file.name.startswith("test_"):  # no checks in it, but perhaps what they say
        return
    for name, value in vars(load_module(file)).items():
        declaration = declaration_of(value)
        if declaration is not None:
            yield name, declaration


def _formulas(assignment: Assignment) -> Iterator[Finding]:
    """Hold that every formula can be shown, and every step of the lesson told in both languages."""
    assert assignment.solutions is not None, "it is proved"
    for group in assignment.settings.groups:
        if group.formula:
            yield Finding(f"{TABLE}, {group.name}", _unshowable(group.formula, TABLE, group.name))
    for step in read_diagnoses(assignment.solutions).step:
        name = f"step {step.number}"
        translated = _in_both(step.title, step.title_zh)
        problem = _unshowable(step.formula, FILE, name) if step.formula else None
        yield Finding(f"{FILE}, {name}", problem if translated else _untranslated("title_zh"))


def _unshowable(formula: str, file: str, key: str) -> Text | None:
    try:
        require_formula(formula, file, key)
    except CourseError as error:
        return said(error)
    return None


def _diagnoses(assignment: Assignment, known: Sequence[KnownMistake]) -> Iterator[Finding]:
    """Hold that every diagnosis has a mistake that shows it, and every mistake's is described."""
    assert assignment.solutions is not None, "it is proved"
    described = read_diagnoses(assignment.solutions).diagnosis
    shown = {one for mistake in known for one in mistake.diagnoses}
    unshown = Text("No known mistake shows it.")
    for one in described:
        translated = _in_both(one.title, one.title_zh) and _in_both(one.nudge, one.nudge_zh)
        problem = unshown if one.id not in shown else None
        name = f"{FILE}, {one.id}"
        yield Finding(name, problem if translated else _untranslated("title_zh, nudge_zh"))
    for mistake in known:
        if not mistake.diagnoses:
            problem = Text("It names no diagnosis. Add a line: # diagnosis: ID")
            yield Finding(mistake.path.name, problem)
