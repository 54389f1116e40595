"""`grader batch --scheduler`: a real Dask scheduler, real workers, and the death of each."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest

import grader
from grader.errors import UsageError
from tests.command import ROOT, descendants, environment, replace_in, run
from tests.minicourse import QUITS, RIGHT, SLOW, WRONG, write_class, write_course
from tests.test_batch import contents
from tests.test_batch_faults import gone, start, until

cluster_module = pytest.importorskip("grader.batch.cluster")

STUDENTS = 20
IMPATIENT = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A course, a class, and what this machine alone makes of it."""
    folder = tmp_path_factory.mktemp("cluster")
    write_course(folder / "course")
    kinds = (SLOW, RIGHT, WRONG, QUITS)
    write_class(
        folder / "submissions",
        **{f"s{number:02}": f"{kinds[number % 4]}# {number}\n" for number in range(STUDENTS)},
    )
    assert run(*arguments(folder, folder / "local")).code == 0
    return folder


def arguments(folder: Path, out: Path, *more: object) -> tuple[object, ...]:
    return ("batch", folder / "submissions", "--out", out, "--course", folder / "course",
            "--lang", "en", *more)  # fmt: skip


class Cluster:
    """A scheduler, and workers that can be started and killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0",
                                     "--scheduler-file", self._file)  # fmt: skip
        until(self._address)
        self.workers: list[subprocess.Popen[bytes]] = []

    def _start(self, *words: object, root: Path = ROOT) -> "subprocess.Popen[bytes]":
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"],
                env=environment() | {"PYTHONPATH": str(root)},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _address(self) -> str:
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(self._file.read_text())["address"])
        return ""

    @property
    def address(self) -> str:
        return self._address()

    def work(self, *options: object, root: Path = ROOT) -> "subprocess.Popen[bytes]":
        """Start one more worker."""
        worker = self._start(
            "worker", "--scheduler-file", self._file, "--nthreads", "1",
            "--local-directory", self._folder / f"worker-{len(self.workers)}", *options, root=root,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            for number in (*(n for n, _ in descendants(process.pid)), process.pid):
                with contextlib.suppress(OSError):
                    os.kill(number, signal.SIGKILL)
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    cluster = Cluster(folder)
    yield cluster
    cluster.close()


def start_on(cluster: Cluster, place: Path, out: Path) -> "subprocess.Popen[bytes]":
    return start(place, out, "--scheduler", cluster.address, **IMPATIENT)


def some_results(out: Path, most: int = 2) -> None:
    until(lambda: len(list(out.glob("results/*.json"))) > most)


def test_a_cluster_gives_the_same_bytes_and_survives_a_workers_death(cluster, place, tmp_path):
    """One of two workers is killed in the middle, another one joins, and nothing differs."""
    out = tmp_path / "out"
    doomed = cluster.work("--no-nanny")
    other = cluster.work("--no-nanny")
    with start_on(cluster, place, out) as process:
        some_results(out)
        graders = [number for number, _ in descendants(doomed.pid)]
        doomed.send_signal(signal.SIGKILL)
        cluster.work("--no-nanny")
        said = process.stdout.read().decode()
    assert process.returncode == 0, said
    assert contents(out) == contents(place / "local")
    until(lambda: gone(graders))
    # The graders on the workers that live on are sent away when the batch is done.
    until(lambda: gone([number for number, _ in descendants(other.pid)]))
    assert not list((cluster._folder / "worker-1").rglob("assignment.toml"))


def test_without_its_scheduler_it_stops_and_goes_on_anywhere(cluster, place, tmp_path):
    """When the scheduler dies that is said; what is graded is kept, and goes on here."""
    out = tmp_path / "out"
    cluster.work("--no-nanny")
    with start_on(cluster, place, out) as process:
        some_results(out)
        cluster.scheduler.send_signal(signal.SIGKILL)
        said = process.stdout.read().decode()
    assert process.returncode == 2
    assert "goes on from there" in said
    assert "wrong in grader itself" not in said
    kept = {p.name: p.stat().st_mtime_ns for p in out.glob("results/*.json")}
    assert run(*arguments(place, out)).code == 0
    assert contents(out) == contents(place / "local")
    now = {p.name: p.stat().st_mtime_ns for p in out.glob("results/*.json")}
    assert len(kept.items() & now.items()) >= len(kept) - 1


def test_an_answer_that_is_lost_on_its_way_is_no_wait_for_ever():
    """Whatever happens while an answer is fetched, whoever waits for it is told."""

    class Lost:
        status = "finished"

        def result(self):
            raise CancelledError

    answer: Future[bytes] = Future()
    cluster_module._pass_on(Lost(), answer)
    with pytest.raises(UsageError, match="The cluster failed: CancelledError"):
        answer.result(timeout=0)


def test_workers_without_grader_are_told(cluster, place, tmp_path):
    """A worker that has no grader installed is told, with what to do."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "grader.py").write_text("raise ImportError('no grader here')")
    cluster.work("--no-nanny", root=elsewhere)
    with start_on(cluster, place, tmp_path / "out") as process:
        said = " ".join(process.stdout.read().decode().split())
    assert process.returncode == 2
    assert "Install the same grader on every machine" in said or "The cluster failed" in said


def test_no_scheduler_there(place, tmp_path, monkeypatch):
    """An address where nobody answers is told, with what to start."""
    monkeypatch.setattr("grader.batch.cluster.CONNECT_SECONDS", 1)
    ran = run(*arguments(place, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1"))
    assert ran.code == 2
    assert "There is no Dask scheduler at tcp://127.0.0.1:1" in ran.words
    assert "dask scheduler" in ran.words


def test_another_grader_on_a_worker_grades_nobody(cluster, place, tmp_path):
    """A worker with another version of grader is told apart before it grades."""
    root = tmp_path / "other"
    package = Path(grader.__file__).parent
    shutil.copytree(package, root / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    replace_in(root / "grader" / "__init__.py", (grader.__version__, "9.9.9"))
    cluster.work("--no-nanny", root=root)
    ran = run(*arguments(place, tmp_path / "out", "--scheduler", cluster.address))
    assert ran.code == 2
    assert "9.9.9" in ran.words
    assert "install the same" in ran.words
    assert not list((tmp_path / "out" / "results").iterdir())


def test_a_worker_that_dies_of_every_job_is_no_students_fault(cluster, place, tmp_path):
    """Where every worker that is given a job dies, it is not graded, and the batch goes on."""
    out = tmp_path / "out"
    cluster.work()  # its nanny starts it again each time
    with start_on(cluster, place, out) as process:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            for number, _ in descendants(cluster.workers[0].pid):
                with contextlib.suppress(OSError):
                    if b"grader.batch.worker" in Path(f"/proc/{number}/cmdline").read_bytes():
                        os.kill(number, signal.SIGKILL)
            time.sleep(0.01)
        said = process.stdout.read().decode()
    assert process.returncode == 2
    assert "A process of grader itself ended" in " ".join(said.split())
    assert "wrong in grader itself" not in said
    assert run(*arguments(place, out)).code == 0
    assert contents(out) == contents(place / "local")
