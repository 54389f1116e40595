"""gradebook.sqlite: everything that is known about a class, kept as it comes.

One row per student, written in one transaction the moment a report is done. Readers may open
the file while a batch runs. `schema.sql` beside this module documents every table and column;
`PRAGMA user_version` is its version, and an older file is brought up to date when it is opened.
"""

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec

from grader.errors import UsageError
from grader.grades import (
    CheckInfo,
    Correction,
    Entry,
    Grade,
    GroupInfo,
    LatePolicy,
    Overview,
    Standing,
    grade_of,
)
from grader.results import Origin, Report, Text, score, unpack_report

FILE = "gradebook.sqlite"
SCHEMA = Path(__file__).with_name("schema.sql")

# Each brings the schema from the version that is its place in this list to the next one.
MIGRATIONS = (SCHEMA.read_text(encoding="utf-8"),)
VERSION = len(MIGRATIONS)


class About(msgspec.Struct, frozen=True):
    """What a gradebook is about.

    Args:
        course: the folder of the course when it was last graded.
        rules: digest of all that a grade depends on besides the submission, and the seed.
        lang: that the students' pages are in.
        seconds: that one grading may take at most, wall clock.
        students: who are to be graded, and who were graded before.
        known: fingerprints of the template and of given code, little-endian numbers.
    """

    assignment: str
    title: Text
    course: str
    rules: str
    groups: tuple[GroupInfo, ...]
    late: LatePolicy | None
    threshold: float | None
    seed: int
    lang: str
    seconds: float
    students: int = 0
    known: bytes = b""


class Kept(NamedTuple):
    """A row, as far as it is needed to tell whether it is up to date.

    Args:
        key: digest of all that the report depends on, "" for what was not graded.
        rules: what it was graded by, see `About`.
        shown: digest of all that the student's pages depend on, and their sizes.
        entry: who handed it in.
    """

    key: str
    rules: str
    shown: str
    entry: Entry


class Gradebook:
    """An open gradebook.

    Every method raises `UsageError` if the file can't be read or written, a full disk included:
    what was kept before stays kept.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Hold an open database; see `create` and `read`."""
        self._path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path) -> Self:
        """Open a gradebook to write in, a new one if there is none; bring an old one up to date.

        Raises:
            UsageError: it is no gradebook, or a newer grader's, or can't be opened.
        """
        with _explained(path):
            connection = sqlite3.connect(path, timeout=30.0, isolation_level=None)
            # Readers are not kept waiting, and a killed writer leaves nothing half done.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            version = _version(connection, path)
            for number in range(version, VERSION):
                script = f"BEGIN;{MIGRATIONS[number]};PRAGMA user_version = {number + 1};COMMIT"
                connection.executescript(script)
        return cls(path, connection)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a gradebook to read, even while a batch writes in it.

        Raises:
            UsageError: there is none, or it is none, or of another version.
        """
        if not path.is_file():
            raise UsageError(
                "There is no gradebook in {path}. Name the folder of a batch.",
                path=str(path.parent.absolute()),
            )
        with _explained(path):
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", timeout=30.0, uri=True
            )
            if _version(connection, path) < VERSION:
                connection.close()
                return cls.create(path)
        return cls(path, connection)

    def close(self) -> None:
        """Close it; nothing but the one file is left."""
        with contextlib.suppress(sqlite3.Error):  # somebody is reading
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What it is about

    def about(self) -> About | None:
        """Say what it is about, or None of a new one."""
        with _explained(self._path):
            row = self._connection.execute("SELECT about FROM about").fetchone()
            return msgspec.json.decode(row[0], type=About) if row else None

    def describe(self, about: About) -> None:
        """Write down what it is about."""
        with self._writing():
            self._connection.execute("DELETE FROM about")
            self._connection.execute(
                "INSERT INTO about VALUES (?)", (msgspec.json.encode(about).decode(),)
            )

    # Students

    def kept(self, student: str) -> Kept | None:
        """Say what stands here about a student, or None if nothing does."""
        with _explained(self._path):
            row = self._connection.execute(
                f"SELECT key, rules, shown, {ENTRY} FROM students WHERE student = ?",  # noqa: S608
                (student,),
            ).fetchone()
        return Kept(row[0], row[1], row[2], _entry(row[3:])) if row else None

    def students(self) -> list[str]:
        """List the ids of all students, sorted."""
        with _explained(self._path):
            rows = self._connection.execute("SELECT student FROM students ORDER BY student")
            return [row[0] for row in rows]

    def keep(
        self, entry: Entry, key: str, shown: str, rules: str, packed: bytes, fingerprints: bytes
    ) -> None:
        """Keep a student's report in place of an earlier one.

        Args:
            entry: who handed it in.
            key: see `Kept`.
            shown: see `Kept`.
            rules: see `Kept`.
            packed: the report, as `pack_report` made it.
            fingerprints: of the code, little-endian numbers.
        """
        report = unpack_report(packed)
        graded = report.status == "graded"
        row = {
            "student": entry.student,
            **_columns(entry),
            "key": key,
            "rules": rules,
            "shown": shown,
            "sha256": report.submission.sha256,
            "status": report.status,
            "reason": None if report.reason is None else str(report.reason),
            "score": score(report) if graded else None,
            "seconds": sum(c.seconds for c in report.checks),
            "report": packed,
            "fingerprints": fingerprints,
        }
        checks = [
            (entry.student, c.id, c.group, c.outcome.value, c.points, c.max_points, c.diagnosis,
             c.seconds)
            for c in report.checks
        ]  # fmt: skip
        with self._writing():
            names, places = ", ".join(row), ", ".join("?" * len(row))
            self._connection.execute(
                f"INSERT OR REPLACE INTO students ({names}) VALUES ({places})",  # noqa: S608
                tuple(row.values()),
            )
            self._connection.execute("DELETE FROM checks WHERE student = ?", (entry.student,))
            self._connection.executemany(
                "INSERT INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", checks
            )

    def outdate(self, students: Iterable[str]) -> None:
        """Note of some students' reports that they are out of date, to be made anew."""
        with self._writing():
            self._connection.executemany(
                "UPDATE students SET key = '' WHERE student = ?", [(s,) for s in students]
            )

    def report(self, student: str) -> Report:
        """Read a student's report.

        Raises:
            UsageError: there is none of that id.
        """
        with _explained(self._path):
            return unpack_report(self.packed_report(student))

    def packed_report(self, student: str) -> bytes:
        """Read a student's report as `pack_report` made it."""
        with _explained(self._path):
            row = self._connection.execute(
                "SELECT report FROM students WHERE student = ?", (student,)
            ).fetchone()
        if row is None:
            raise UsageError("There is no student {student} in this gradebook.", student=student)
        return bytes(row[0])

    def fingerprints(self) -> Iterator[tuple[str, bytes]]:
        """Read the fingerprints of every student's code."""
        with _explained(self._path):
            yield from self._connection.execute(
                "SELECT student, fingerprints FROM students ORDER BY student"
            )

    # Corrections

    def correct(self, correction: Correction) -> None:
        """Write down what a person decided. Nothing is overwritten: the newest one counts."""
        with self._writing():
            self._connection.execute(
                "INSERT INTO corrections (student, grp, points, submitted, comment, by, at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    correction.student,
                    correction.group,
                    correction.points,
                    _iso(correction.submitted),
                    correction.comment,
                    correction.by,
                    _iso(correction.at),
                ),
            )

    def corrections(self, student: str) -> tuple[Correction, ...]:
        """Read what people decided about a student, oldest first."""
        with _explained(self._path):
            rows = self._connection.execute(
                "SELECT grp, points, submitted, comment, by, at FROM corrections"
                " WHERE student = ? ORDER BY number",
                (student,),
            ).fetchall()
        return tuple(
            Correction(
                student=student,
                group=group,
                points=points,
                submitted=_time(submitted),
                comment=comment,
                by=by,
                at=dt.datetime.fromisoformat(at),
            )
            for group, points, submitted, comment, by, at in rows
        )

    # The class

    def overview(self) -> Overview:
        """Read the whole class.

        Raises:
            UsageError: nothing has been graded here yet.
        """
        about = self.about()
        if about is None:
            raise UsageError("Nothing has been graded in {path} yet.", path=str(self._path.parent))
        checks: dict[str, CheckInfo] = {}
        titles: dict[str, Text] = {}
        standings = []
        with _explained(self._path):
            for row in self._connection.execute(
                f"SELECT report, rules, {ENTRY} FROM students ORDER BY student"  # noqa: S608
            ):
                report, entry = _readable(row[0], about), _entry(row[2:])
                outdated = row[1] != about.rules
                standings.append(self._standing(entry, report, about, outdated=outdated))
                titles |= {diagnosis.id: diagnosis.title for diagnosis in report.diagnoses}
                for c in () if outdated else report.checks:
                    if c.id not in checks:
                        checks[c.id] = CheckInfo(c.id, c.group, c.title, c.visibility, c.max_points)
        order = {g.name: number for number, g in enumerate(about.groups)}
        return Overview(
            assignment=about.assignment,
            title=about.title,
            seed=about.seed,
            groups=about.groups,
            checks=tuple(sorted(checks.values(), key=lambda c: order.get(c.group, len(order)))),
            standings=tuple(standings),
            threshold=about.threshold,
            missing=max(0, about.students - len(standings)),
            misconceptions=titles,
        )

    def grade(self, entry: Entry, report: Report, about: About) -> Grade:
        """Work out a student's grade."""
        points = _points(report, about)
        return grade_of(entry, points, about.groups, self.corrections(entry.student), about.late)

    def _standing(self, entry: Entry, report: Report, about: About, *, outdated: bool) -> Standing:
        training = report.training
        return Standing(
            entry=entry,
            status=report.status,
            grade=self.grade(entry, report, about),
            reason=report.reason,
            cause=report.cause.message if report.cause else None,
            points=_points(report, about) or {},
            outcomes={c.id: c.outcome.value for c in report.checks},
            diagnoses=tuple(dict.fromkeys(c.diagnosis for c in report.checks if c.diagnosis)),
            seconds=sum(c.seconds for c in report.checks),
            epochs=training.epochs if training else (),
            converged=training.converged if training else None,
            protections=report.protections,
            unsafe=report.unsafe,
            outdated=outdated,
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with _explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


ENTRY = "student, name, source, ref, folder, file, submitted, late, others"


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "source": entry.source,
        "ref": entry.ref,
        "folder": entry.folder,
        "file": entry.file,
        "submitted": _iso(entry.submitted),
        "late": int(entry.late),
        "others": json.dumps(entry.others, ensure_ascii=False),
    }


def _entry(row: tuple[Any, ...]) -> Entry:
    fields = dict(zip(ENTRY.split(", "), row, strict=True))
    fields["submitted"] = _time(fields["submitted"])
    fields["late"] = bool(fields["late"])
    fields["others"] = tuple(json.loads(fields["others"]))
    return Entry(**fields)


def _readable(packed: bytes, about: About) -> Report:
    """Read a report; one that can't be read is not graded, and the others are none the worse."""
    try:
        return unpack_report(packed)
    except msgspec.DecodeError as error:
        return Report(
            assignment=about.assignment,
            title=about.title,
            student="",
            submission=Origin("", ""),
            status="not_graded",
            reason=Text(
                "The report that was kept can't be read: {detail}. Grade again.",
                params={"detail": str(error)},
            ),
            seed=about.seed,
            groups=(),
            versions={},
        )


def _points(report: Report, about: About) -> dict[str, float] | None:
    if report.status != "graded":
        return None
    return {g.name: score(report, g.name) for g in about.groups}


def _iso(time: dt.datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        connection.close()
        raise UsageError(
            "{path} was made by a newer grader (schema {theirs}, this one knows {ours}). "
            "Update grader.",
            path=str(path),
            theirs=version,
            ours=VERSION,
        )
    return version


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what an error of the database means, and that what was kept is still there."""
    try:
        yield
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise UsageError(
            "{path} can't be read or written: {detail}. What was kept in it before is still there.",
            path=str(path),
            detail=str(error),
        ) from error
