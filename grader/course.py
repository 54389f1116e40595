"""assignment.toml -> Assignment, and where a course keeps its assignments."""

import functools
import re
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from grader.errors import CourseError, UsageError, mark
from grader.grades import GroupInfo, LatePolicy
from grader.results import Group, Text
from grader.sandbox.limits import Limits

T = TypeVar("T")

SEPARATORS = str.maketrans("- ", "__")
FILE = "assignment.toml"
# A file beside assignment.toml, and no path that leads elsewhere.
GivenName = Annotated[str, msgspec.Meta(pattern=r"^\w+\.py$")]


# What msgspec says of a wrong value, and the same as templates.
PROBLEMS = (
    ("Expected `(?P<wanted>.+)`, got `(?P<got>.+)`", mark("Expected `{wanted}`, got `{got}`")),
    ("Expected `(?P<kind>.+)` >= (?P<least>.+)", mark("Expected `{kind}` >= {least}")),
    ("Expected `(?P<kind>.+)` <= (?P<most>.+)", mark("Expected `{kind}` <= {most}")),
    (
        "Expected `str` matching regex (?P<pattern>.+)",
        mark("Expected `str` matching regex {pattern}"),
    ),
    (
        "Object missing required field `(?P<name>.+)`",
        mark("Object missing required field `{name}`"),
    ),
    (
        "Object contains unknown field `(?P<name>.+)`",
        mark("Object contains unknown field `{name}`"),
    ),
)


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that students may hand in.

    Args:
        name: as the template is called.
        template_sha256: of the untouched template, its line ends not counted, to tell it from
            work.
    """

    name: str
    template_sha256: str


class GroupTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of checks.

    Args:
        points: what all its checks give together.
        formula: in LaTeX, shown below the title: nothing that the handout does not say.
    """

    name: str
    points: Annotated[int, msgspec.Meta(ge=0)]
    title: str
    title_zh: str
    formula: str = ""


class HiddenTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a student's kit can't count: the checks that it does not hold."""

    checks: int
    points: int


class TrainingTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The training run.

    Args:
        file: a Python file with `run(student, task, watch)`.
        epochs: how many at most.
        threshold: the training accuracy in [0, 1] that counts as converged.
    """

    file: str
    epochs: Annotated[int, msgspec.Meta(ge=1)]
    threshold: Annotated[float, msgspec.Meta(gt=0.0, le=1.0)]


class MarginsTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How close a right answer may come to failing, from any seed that `grader verify` tries.

    Args:
        tolerance: the share of every tolerance that has to be left, in [0, 1].
        bars: by a check's id, by how much its bar has to be cleared, in the bar's own unit.
            A check that is not listed has to clear it at all.
    """

    tolerance: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.5
    bars: dict[str, Annotated[float, msgspec.Meta(ge=0.0)]] = {}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of an assignment.toml.

    Args:
        name: the assignment's, whatever a student calls the folder.
        names: functions and constants that checks may ask a submission for.
        given: modules that the students' files may import, as file names.
        limits: of one submission.
        late: what it costs to hand in late, if anything.
        margins: what is asked of right answers.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^\w+$")]
    title: str
    title_zh: str
    names: tuple[str, ...]
    files: tuple[Accepted, ...]
    groups: tuple[GroupTable, ...]
    hidden: HiddenTable
    given: tuple[GivenName, ...] = ()
    limits: Limits = Limits()
    training: TrainingTable | None = None
    late: LatePolicy | None = None
    margins: MarginsTable = MarginsTable()


class Assignment(NamedTuple):
    """An assignment, found and read.

    Args:
        name: as assignment.toml says.
        folder: what students receive.
        solutions: the course team's folder for it, or None where there is none.
        settings: its assignment.toml.
        given: sources of the given modules, by module name.
    """

    name: str
    folder: Path
    solutions: Path | None
    settings: Settings
    given: dict[str, str]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups as a report names them."""
        tables = self.settings.groups
        return tuple(Group(t.name, Text(t.title, t.title_zh), t.formula) for t in tables)

    @property
    def group_points(self) -> tuple[GroupInfo, ...]:
        """The groups with what each gives altogether."""
        tables = self.settings.groups
        return tuple(GroupInfo(t.name, Text(t.title, t.title_zh), float(t.points)) for t in tables)

    @property
    def check_folders(self) -> tuple[Path, ...]:
        """The folders with checks: the visible ones and, where they are, the hidden ones."""
        folders = [self.folder / "checks"]
        if self.solutions is not None:
            folders.append(self.solutions / "checks")
        return tuple(folders)


def load_assignment(folder: Path, course: Path | None) -> Assignment:
    """Read an assignment.

    Args:
        folder: the assignment's.
        course: the course it is in, or None for a student's kit.

    Raises:
        CourseError: a file is missing or wrong. Names the file and the key.
    """
    path = folder / FILE
    settings = read_toml(path, Settings)
    if course is not None and settings.name != folder.name:
        raise CourseError(
            "{file}: `name` is {name}, and the folder's name is {folder}.",
            file=str(path),
            name=settings.name,
            folder=folder.name,
        )
    names = [group.name for group in settings.groups]
    if len(set(names)) < len(names):
        raise CourseError("{file}: two groups have the same name at `groups`.", file=str(path))
    solutions = course / "solutions" / folder.name if course else None
    return Assignment(
        name=settings.name,
        folder=folder,
        solutions=solutions if solutions and solutions.is_dir() else None,
        settings=settings,
        given={Path(name).stem: _read_given(path, name) for name in settings.given},
    )


def read_toml(path: Path, kind: type[T]) -> T:
    """Read a file of the course.

    Args:
        path: the file.
        kind: the struct that it has to be.

    Raises:
        CourseError: it can't be read, or is something else. Names the file and the key.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise CourseError(
            "{file} can't be read: {detail}", file=str(path), detail=error.strerror or str(error)
        ) from error
    except (
        msgspec.ValidationError
    ) as error:  # 'Expected `int`, got `str` - at `$.groups[0].points`'
        problem, _, key = str(error).partition(" - at ")
        raise CourseError(
            "{file}: {problem}, at {key}.",
            file=str(path),
            problem=_problem(problem),
            key=key.strip("`").removeprefix("$").removeprefix(".") or Text("top level"),
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(
            "{file} is not TOML: {detail}", file=str(path), detail=str(error)
        ) from error


def _problem(said: str) -> Text | str:
    """Make a sentence that can be translated of what msgspec says of a value."""
    for pattern, template in PROBLEMS:
        found = re.fullmatch(pattern, said)
        if found is not None:
            return Text(template, params=found.groupdict())
    return said


def _read_given(path: Path, name: str) -> str:
    try:
        return (path.parent / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(
            "{file}: {name}, listed at `given`, can't be read.", file=str(path), name=name
        ) from error


def find_course(start: Path) -> Path | None:
    """Walk up from a folder to the course it is in: the one that holds assignments/."""
    return next((f for f in (start, *start.parents) if _is_course(f)), None)


@functools.cache
def _is_course(folder: Path) -> bool:
    return any((folder / "assignments").glob(f"*/{FILE}"))


def find_assignment(submission: Path, working: Path, course: Path | None) -> Assignment:
    """Find the assignment that a submission belongs to.

    It is the folder with an assignment.toml that the submission or the working folder is
    in; or else the course's only assignment, or the one that the file, or a file in the folder
    that was named, is called like; see `assignment_named`.

    The course of the working folder comes before that of the submission, and within a
    course only its own assignments count: checks are run in this process, and a folder that
    was handed in may hold an assignment.toml and checks of its own.

    Args:
        submission: the path that was given, absolute.
        working: the working folder, absolute.
        course: as given with --course, or None to look for it.

    Raises:
        UsageError: none, or more than one, fits.
        CourseError: it is there, and broken.
    """
    root = course or find_course(working) or find_course(submission)
    if course is not None and not _is_course(course):
        raise UsageError(
            "{path} is not a course: it has no folder assignments/ with an assignment in it.",
            path=str(course),
        )
    for folder in (submission, *submission.parents, working, *working.parents):
        ours = root is None or folder.parent == root / "assignments"
        if ours and (folder / FILE).is_file():
            return load_assignment(folder, root)
    if root is None:
        raise UsageError(
            "There is no assignment here: no {file} in {path} or above. Run grader in the "
            "assignment's folder, or name the course with --course DIR.",
            file=FILE,
            path=str(working),
        )
    return load_assignment(_choose(submission, root), root)


def assignment_of_course(name: str | None, working: Path, course: Path | None) -> Assignment:
    """Find the assignment that a whole class is graded by, without a look at what it handed in.

    Args:
        name: the assignment's, or None for the one that the working folder is in or is named
            like, or the course's only one.
        working: a folder that is not a submission's, absolute.
        course: as given with --course, or None to look for it from the working folder.

    Raises:
        UsageError: none, or more than one, fits.
        CourseError: it is there, and broken.
    """
    root = course or find_course(working)
    if root is None or not _is_course(root):
        raise _no_course(root or working)
    folders = _folders(root)
    fitting = [f for f in folders if f.name == name or (name is None and f.name in working.parts)]
    if name is None and len(folders) == 1:
        fitting = folders
    names = ", ".join(f.name for f in folders)
    if name is not None and not fitting:
        raise UsageError(
            "There is no assignment {name} in {course}. There are: {names}.",
            name=name,
            course=str(root),
            names=names,
        )
    if len(fitting) != 1:
        raise UsageError(
            "Which assignment? {course} has {names}. Name one with --assignment NAME.",
            course=str(root),
            names=names,
        )
    return load_assignment(fitting[0], root)


def assignment_named(file: str, names: Iterable[str]) -> str | None:
    """Tell by what a file is called which assignment it is for; None if that doesn't tell.

    Args:
        file: its name, with the folders above it, whatever the letters' case.
        names: of the course's assignments. It is the one that the file's own name begins with
            or, else, that stands in it, the longest if there are several; or the one that a
            folder is called like. Hyphens, blanks and underscores are all the same.
    """
    called = {_plain(name): name for name in names}
    *folders, own = ("", *map(_plain, PurePath(file).parts))
    beginning = [name for name in called if own.startswith(name)]
    standing = beginning or [name for name in called if name in own]
    by_folder = [folder for folder in folders if folder in called]
    return called.get(max(standing, key=len, default=(by_folder or [""])[-1]))


def _plain(name: str) -> str:
    return name.casefold().translate(SEPARATORS)


def require_group(group: str | None, assignment: Assignment) -> None:
    """Make sure that an assignment has a group of checks, if one is named.

    Raises:
        UsageError: it has not. Names those that it has.
    """
    names = [g.name for g in assignment.groups]
    if group is not None and group not in names:
        raise UsageError(
            "There is no group {group}. The groups are {names}.",
            group=group,
            names=", ".join(names),
        )


def names_of_course(working: Path, course: Path | None) -> list[str]:
    """List a course's assignments, whether they can be read or not.

    Args:
        working: the working folder, absolute.
        course: as given with --course, or None to look for it from the working folder.

    Raises:
        UsageError: there is no course.
    """
    root = course or find_course(working)
    if root is None or not _is_course(root):
        raise _no_course(root or working)
    return [folder.name for folder in _folders(root)]


def _no_course(path: Path) -> UsageError:
    return UsageError(
        "{path} is not in a course, a folder with assignments/ and solutions/. Name the course "
        "with --course DIR.",
        path=str(path),
    )


def _folders(course: Path) -> list[Path]:
    return sorted(path.parent for path in (course / "assignments").glob(f"*/{FILE}"))


def _choose(submission: Path, course: Path) -> Path:
    folders = {folder.name: folder for folder in _folders(course)}
    if len(folders) == 1:
        return next(iter(folders.values()))
    files = [f for f in _listed(submission) if f.suffix in (".py", ".ipynb")] or [submission]
    found = {assignment_named(str(file), folders) for file in files} - {None}
    if len(found) == 1:
        return folders[str(found.pop())]
    if found:
        raise UsageError(
            "{path} holds work for {names}. Give one of the files.",
            path=str(submission),
            names=", ".join(sorted(map(str, found))),
        )
    raise UsageError(
        "Which assignment is {path} for? The course has {names}. Give it a name that starts "
        "with the assignment's.",
        path=str(submission),
        names=", ".join(folders),
    )


def _listed(folder: Path) -> list[Path]:
    """List what is in a folder; nothing, if it is none or can't be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
