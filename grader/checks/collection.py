"""Finding an assignment's checks with pytest, once for all the students whom they are run for.

Finding checks costs more than pytest's part in running them. So what was found is kept, and only
the files of checks are executed again for each student: whatever a check leaves behind in its
module, the next student's checks don't see it.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from grader.checks.finder import Finder, Run, Wanted
from grader.errors import CheckError

# No terminal, no cache on disk, and none of the plugins that checks don't use.
UNUSED = """
    assertion terminal cacheprovider capture debugging doctest faulthandler junitxml legacypath
    logging monkeypatch nose pastebin pytester recwarn reports setuponly setupplan skipping stepwise
    subtests tmpdir threadexception unittest unraisableexception warnings
""".split()


class Collection(NamedTuple):
    """Checks that pytest has found. They are run for one student at a time.

    Args:
        wanted: what was asked for.
        session: pytest's.
        finder: which knows them, and has the fixtures.
    """

    wanted: Wanted
    session: pytest.Session
    finder: Finder

    def run(self, run: Run) -> None:
        """Run the checks in their order, until all of them have run or the run is over.

        Raises whatever the run raises.
        """
        items, hook = self.session.items, self.session.config.hook
        self.finder.run = run
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if run.timed_out:
                    with run.second_chance():
                        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                if run.over:
                    break
        finally:
            hook.pytest_sessionfinish(session=self.session, exitstatus=pytest.ExitCode.OK)
            del self.finder.run


class Collector:
    """Who finds checks, and keeps those that were found last.

    If a file is not the same any more, all are found again. One that is new is not seen.
    """

    def __init__(self) -> None:
        """Have found nothing yet."""
        self._kept: Collection | None = None

    @contextlib.contextmanager
    def found(self, wanted: Wanted) -> Iterator[Collection]:
        """Find checks, freshly executed. Afterwards their modules are forgotten.

        They are kept for the next student, unless their run has raised.

        Raises:
            CheckError: a check is broken, or there is none. Names the file.
        """
        kept, self._kept = self._kept, None
        before = set(sys.modules)
        try:
            if kept is None or kept.wanted != wanted or not kept.finder.renew():
                _forget_checks(before)
                kept = _collected(wanted)
            yield kept
        finally:
            _forget_checks(before)
        self._kept = kept


def _collected(wanted: Wanted) -> Collection:
    """Do what `pytest.main` does, but for running the checks and for ending the session.

    No private name of pytest's is used: `Session.from_config` and the hooks are what other runners
    call, too, and where not all checks are plain functions, pytest's own runner runs them.
    """
    finder = Finder(wanted)
    folders = [str(folder) for folder in wanted.folders]
    arguments = [
        *("-c", os.devnull, "--rootdir", folders[0], "--noconftest"),
        *("--confcutdir", folders[0]),  # or every folder from the disk's root on is listed
        *("--import-mode=importlib", "--disable-plugin-autoload"),
        *(word for name in UNUSED for word in ("-p", f"no:{name}")),
        *folders,
    ]
    with _clean_environment():
        code = pytest.main(arguments, plugins=[finder])
    if code == pytest.ExitCode.OK:
        session = pytest.Session.from_config(finder.config)
        try:
            finder.config.hook.pytest_sessionstart(session=session)
            finder.config.hook.pytest_collection(session=session)
        except pytest.UsageError:
            code = pytest.ExitCode.USAGE_ERROR
        if finder.broken is not None:
            raise finder.broken
        if session.items:
            return Collection(wanted, session, finder)
        code = code or pytest.ExitCode.NO_TESTS_COLLECTED
    raise CheckError(
        "The checks in {file} did not run: pytest ended with code {code}.",
        file=folders[0],
        code=int(code),
    )


@contextlib.contextmanager
def _clean_environment() -> Iterator[None]:
    """Hide the variables with which a user steers pytest of his own."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _forget_checks(before: set[str]) -> None:
    """Forget the checks that were imported since: the next ones may have the same file names."""
    for name in set(sys.modules) - before:
        if name.rpartition(".")[2].startswith("test_"):
            del sys.modules[name]
