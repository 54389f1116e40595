"""`grader check --watch`: graded again on every save; after the first result, what has changed."""

import _thread
import argparse
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from rich.text import Text as Line

from grader.checks.run import Event
from grader.cli.check import Asked, asked_for, exit_code, show_page, write_result
from grader.cli.exits import INTERRUPTED
from grader.course import Settings
from grader.errors import UsageError, mark
from grader.grading import experience_of, grade
from grader.report.language import points, told, translate
from grader.report.live import Live
from grader.report.terminal import Lines, next_step, summary_lines
from grader.results import (
    Cause,
    CheckResult,
    Epoch,
    Report,
    Text,
    feedback,
    max_score,
    score,
    withheld,
)
from grader.sandbox.plain import server
from grader.submission import SUFFIXES, Submission, read_submission

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 0.4  # with code that hangs, once other work was saved


def run(options: argparse.Namespace) -> int:
    """Grade one submission on every save, until Ctrl-C. Returns what the last result makes."""
    asked = asked_for(options)
    watcher = Watcher(asked, options)
    try:
        watcher.go_on()
    except KeyboardInterrupt:
        asked.out.print()
        return watcher.code
    finally:
        watcher.close()


class SavedAgain(KeyboardInterrupt):
    """What is being graded is no longer what is in the file.

    Raised by a watch, it ends a grading as Ctrl-C does: pytest, too, lets it through.
    """


class Stamp(NamedTuple):
    """What tells a saved file from what it was, without reading it."""

    path: Path
    file: int
    modified: int
    size: int


class Saves:
    """Looks whether a submission has been saved with other bytes."""

    def __init__(self, path: Path, settings: Settings) -> None:
        """Read it for the first time.

        Args:
            path: a file, or a folder with one of the accepted files in it.
            settings: the assignment's.
        """
        self._path = path
        self._settings = settings
        self._next_look = 0.0
        self._read_at = _stamps(path)
        self.work = self._read()

    def look(self) -> bool:
        """Tell whether `work` has become another one. Looks only if it is time to.

        Who has just written a file may not have finished, and one that is gone may be about to
        be replaced: nothing is read until two looks, one after the other, have found the same.
        """
        if time.monotonic() < self._next_look:
            return False
        before, now = self._read_at, _stamps(self._path)
        changed = now != before
        while now != before:
            time.sleep(LOOK_SECONDS)
            before, now = now, _stamps(self._path)
        self._next_look = time.monotonic() + LOOK_SECONDS
        if not changed:
            return False
        self._read_at = now
        old, self.work = self.work, self._read()
        return _identity(old) != _identity(self.work)

    def unread(self) -> bool:
        """Tell whether there has been a save since the last look. Any thread may ask."""
        return _stamps(self._path) != self._read_at

    def wait(self) -> None:
        """Wait until `work` has become another one."""
        while not self.look():
            time.sleep(LOOK_SECONDS)

    def _read(self) -> Submission | UsageError:
        """Read the submission, or find out why it can't be."""
        settings = self._settings
        try:
            return read_submission(
                self._path, settings.files, settings.limits.submission_kib, settings.given
            )
        except UsageError as error:
            return error


def _stamps(path: Path) -> frozenset[Stamp]:
    """Stamp whatever may be meant by a path; what is not there has no stamp."""
    files = (f for f in path.glob("*") if f.suffix in SUFFIXES) if path.is_dir() else (path,)
    return frozenset(stamp for file in files if (stamp := _stamp(file)) is not None)


def _stamp(file: Path) -> Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return Stamp(file, status.st_ino, status.st_mtime_ns, status.st_size)


def _identity(work: Submission | UsageError) -> tuple[str, ...]:
    return (str(work),) if isinstance(work, UsageError) else (work.file, work.sha256)


class News:
    """Knows what the reader has been told, and tells it from what is new."""

    def __init__(self) -> None:
        """Nothing has been told."""
        self._told: dict[str | int, object] = {}

    def of_one_grading(self) -> Callable[[Event | Cause], bool]:
        """Make what tells, of each event of a grading, whether it is new to the reader.

        Where nothing can be run, that is the news, and checks are as they were told last.
        """
        broken = False

        def is_new(event: Event | Cause) -> bool:
            nonlocal broken
            match event:
                case Cause():
                    broken = True
                case CheckResult() if not broken:
                    seen = withheld(event)
                    return self._differs(event.id, (seen.outcome, seen.message))
                case Epoch():
                    return self._differs(event.epoch, event)
            return True

        return is_new

    def _differs(self, key: str | int, value: object) -> bool:
        before, self._told[key] = self._told.get(key), value
        return before != value


class Watcher:
    """Grades what is saved, and tells what has come of it."""

    def __init__(self, asked: Asked, options: argparse.Namespace) -> None:
        """Start the process that students' processes come from: it is kept for all gradings."""
        self._asked = asked
        self._options = options
        self._forkserver = server(asked.assignment.settings.limits)
        self._experience = experience_of(asked.assignment, options.seed)
        self._saves = Saves(asked.path, asked.assignment.settings)
        self._news = News()
        self._last: Report | None = None
        self._broken_off = False
        self.code = INTERRUPTED  # until there is a result

    def close(self) -> None:
        """End the process."""
        self._forkserver.close()

    def go_on(self) -> NoReturn:
        """Grade whatever is saved. Only Ctrl-C ends it."""
        while True:
            try:
                self._once(self._saves.work)
                self._saves.wait()
            except SavedAgain:
                pass
            except KeyboardInterrupt:
                if not self._broken_off:
                    raise
                self._broken_off = False
                self._start_again()
                while self._saves.unread():
                    self._saves.look()
                    time.sleep(LOOK_SECONDS)
            self._asked.out.print()

    def _start_again(self) -> None:
        self._forkserver.close()
        self._forkserver = server(self._asked.assignment.settings.limits)

    @contextlib.contextmanager
    def _breaking_off(self) -> Iterator[None]:
        """Break a grading off, as Ctrl-C does, if there is a save while the student's code hangs.

        While it does, nobody calls the watch of a grading, which would have seen it.
        """
        self._broken_off = False
        done = threading.Event()

        def look_out() -> None:
            since = None
            while not done.wait(LOOK_SECONDS):
                if not self._saves.unread():
                    since = None
                elif since is None:
                    since = time.monotonic()
                elif time.monotonic() - since > PATIENCE_SECONDS:
                    self._broken_off = True
                    _interrupt()
                    return

        thread = threading.Thread(target=look_out, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _once(self, work: Submission | UsageError) -> None:
        if isinstance(work, UsageError):
            print(f"{_clock()} {told(work, self._asked.lang)}", file=sys.stderr)
            return
        report = feedback(self._graded(work))
        self.code = exit_code(report)
        for line in self._lines(report):
            self._asked.out.print(line)
        page = write_result(report, self._asked, self._options)
        if report.status == "not_graded":  # perhaps because the forkserver has gone
            self._start_again()
        elif self._last is None:
            show_page(page, self._asked, self._options)
            waiting = mark("Save your file, and it is graded again. Ctrl-C ends this.")
            self._asked.out.print(translate(waiting, self._asked.lang))
        self._last = report if report.status == "graded" else self._last

    def _graded(self, submission: Submission) -> Report:
        """Grade, and tell what is new as it comes.

        Raises:
            SavedAgain: there is other work now.
        """
        lang, _, assignment, out = self._asked
        is_new = self._news.of_one_grading()
        title = Text(assignment.settings.title, assignment.settings.title_zh)
        heading = Text("{time}, {title}", params={"time": _clock(), "title": title})
        with self._breaking_off(), Live(out, lang, submission.code) as live:

            def watch(event: Event | Cause) -> None:
                if self._saves.look():
                    raise SavedAgain
                if is_new(event):
                    live.watch(event)

            live.begin(heading, submission.file, assignment.groups)
            return grade(
                assignment,
                submission,
                self._forkserver,
                seed=self._options.seed,
                only=self._options.only,
                experience=self._experience,
                watch=watch,
            )

    def _lines(self, report: Report) -> Lines:
        """Say what has come of it: all of it at first, then the score and what is next."""
        lang = self._asked.lang
        if self._last is None or report.status != "graded":
            yield from summary_lines(report, lang, self._asked.out.width)
        else:
            yield from change_lines(self._last, report, lang)


def change_lines(before: Report, now: Report, lang: str) -> Lines:
    """Say the score beside what it was, and the one thing to do next if that is another one."""
    same = score(before) == score(now)
    template = (
        mark("{label}: {points} of {most}, as before")
        if same
        else mark("{label}: {points} of {most}, {before} before")
    )
    label = mark("Score") if now.unseen is None else mark("Visible points")
    line = translate(template, lang).format(
        label=translate(label, lang),
        points=points(score(now)),
        most=points(max_score(now)),
        before=points(score(before)),
    )
    yield Line(line, style="bold")
    following = next_step(now, lang) if now.cause is None else ""  # which has just been told
    if following and following != next_step(before, lang):
        yield Line.assemble((translate("Do this next: ", lang), "bold"), following)


def _interrupt() -> None:
    """Do what Ctrl-C does, from a thread."""
    if hasattr(signal, "pthread_kill"):  # ends the main thread's waiting, too
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _clock() -> str:
    return time.strftime("%H:%M:%S")
