"""Workers: what is said when the machine has no room for one, and what is left of them."""

import tempfile

import pytest

from grader.errors import UsageError
from grader.workers import process
from grader.workers.local import LocalWorkers
from grader.workers.process import Role, Worker, WorkerError

NOBODY = Role("a_module_that_is_not_there", b"", 1.0)


def nothing_to_be_had(*_: object, **__: object) -> None:
    """Fail as a system does that has run out of something."""
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("what", ["Pipe", "tempfile.TemporaryFile", "subprocess.Popen"])
def test_a_worker_that_cannot_be_started_again_says_why(what, tmp_path, monkeypatch):
    """When a worker has died and no other can be had, the job fails with the system's reason."""
    worker = Worker(NOBODY, str(tmp_path))
    worker._process.wait()
    monkeypatch.setattr(f"grader.workers.process.{what}", nothing_to_be_had)
    with pytest.raises(WorkerError, match="No space left on device"):
        worker.do(b"")
    monkeypatch.undo()
    worker.close()


def test_a_module_that_is_not_there_is_named(tmp_path):
    """What a worker said last is what is told of it."""
    worker = Worker(NOBODY, str(tmp_path))
    with pytest.raises(WorkerError, match="a_module_that_is_not_there"):
        worker.do(b"")
    worker.close()


@pytest.mark.parametrize("what", ["tempfile.TemporaryDirectory", "tempfile.TemporaryFile"])
def test_no_room_for_workers_is_told(what, monkeypatch):
    """Where temporary files can't be made, the command line is told so, and is not at fault."""
    monkeypatch.setattr(what, nothing_to_be_had)
    with pytest.raises(UsageError, match="No space left on device"):
        LocalWorkers(NOBODY, 2)


def test_nothing_is_left_of_workers(tmp_path, monkeypatch):
    """Their room is gone when they are closed, and when one of them can't be started."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    LocalWorkers(NOBODY, 2).close()
    assert list(tmp_path.iterdir()) == []
    started = []

    def one_only(*given, **options):
        if started:
            nothing_to_be_had()
        started.append(popen(*given, **options))
        return started[0]

    popen = process.subprocess.Popen
    monkeypatch.setattr("grader.workers.process.subprocess.Popen", one_only)
    with pytest.raises(UsageError, match="No space left"):
        LocalWorkers(NOBODY, 2)
    assert started[0].poll() is not None
    assert list(tmp_path.iterdir()) == []


def test_the_rooms_of_the_dead_are_removed(tmp_path, monkeypatch):
    """What a killed one left is removed, but nothing of a living one and nothing by a link."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    for folder in ("grader-workers-dead/bytecode", "elsewhere", "another"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "grader-workers-link").symlink_to(elsewhere)
    (tmp_path / "grader-workers-file").touch()
    there = {"another", "elsewhere", "grader-workers-file", "grader-workers-link"}
    first = LocalWorkers(NOBODY, 1)
    (room,) = {path.name for path in tmp_path.iterdir()} - there
    LocalWorkers(NOBODY, 1).close()
    assert {path.name for path in tmp_path.iterdir()} == {room, *there}
    first.close()
    assert {path.name for path in tmp_path.iterdir()} == there
