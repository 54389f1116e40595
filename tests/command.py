"""Running the real command, and answers to run it on."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from grader.cli import main

ROOT = Path(__file__).parents[1]
NAME = "NewCross_softmax"
FILE = f"{NAME}.py"
REFERENCE = ROOT / "solutions" / NAME / f"{NAME}_answer.py"

# As a student would write it, each line once: rows of the tables replace parts of it.
ANSWER = """\
import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def softmax(net):
    powers = np.exp(net - np.max(net))
    return powers / np.sum(powers)


def loss(a, y):
    return -np.log(max(np.sum(a * y), 1e-300))


def delta(a, y):
    return a - y


def mean_loss(losses):
    return sum(losses) / len(losses)
"""
SOFTMAX = "    return powers / np.sum(powers)\n"
LOSS = "    return -np.log(max(np.sum(a * y), 1e-300))\n"
DELTA = "    return a - y\n"
MEAN_LOSS = "    return sum(losses) / len(losses)\n"

LOUD = ("Traceback", "wrong in grader itself")
# What steers terminals, languages and Python itself is not the tests' to inherit.
STEERING = (
    *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "GRADER_LANG"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONWARNINGS", "PYTHONUTF8"),
)


class Ran(NamedTuple):
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """Standard output as strict JSON."""
        return strict_json(self.out)

    @property
    def words(self) -> str:
        """Everything that was said, with single spaces, wherever lines were broken."""
        return " ".join((self.out + self.err).split())


def answer(old: str = "", new: str = "") -> bytes:
    """The good answer with one part of it replaced."""
    assert old in ANSWER
    return ANSWER.replace(old, new, 1).encode() if old else ANSWER.encode()


def environment(**variables: str) -> dict[str, str]:
    """This process's environment, as plain as it can be."""
    kept = {k: v for k, v in os.environ.items() if k not in STEERING}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)} | variables


def run(*arguments: object, cwd: Path | None = None, **variables: str) -> Ran:
    """Run the command in this process, and hold it to never showing a traceback."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.dict(os.environ, environment(**variables), clear=True),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:
            code = int(left.code or 0)
        for stream in (out, err):
            stream.flush()
    said = [s.buffer.getvalue().decode("utf-8", "surrogateescape") for s in (out, err)]
    return quiet_about_itself(Ran(code, *said))


def run_process(*arguments: object, cwd: Path | None = None, **variables: str) -> Ran:
    """Run the command as people do, in a process of its own."""
    done = subprocess.run(
        command(*arguments),
        env=environment(**variables),
        cwd=cwd,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    out, err = (b.decode("utf-8", "surrogateescape") for b in (done.stdout, done.stderr))
    return quiet_about_itself(Ran(done.returncode, out, err))


def command(*arguments: object) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "grader", *(str(argument) for argument in arguments)]


def quiet_about_itself(ran: Ran) -> Ran:
    """Hold a run to never showing its own insides."""
    for word in LOUD:
        assert word not in ran.out + ran.err
    return ran


def grade(path: Path, *options: object, course: Path = ROOT, **variables: str) -> Ran:
    """Check a submission, with the result as JSON on standard output."""
    return run("check", path, "--course", course, "--lang", "en", "--json", "-", *options,
               **variables)  # fmt: skip


def strict_json(text: str) -> dict[str, Any]:
    """Read JSON as the standard has it: no NaN, no Infinity, no key twice."""

    def refuse(word: str) -> float:
        raise ValueError(f"{word} is not JSON")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    content: dict[str, Any] = json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    return content


def lost(result: dict[str, Any]) -> set[str]:
    """Ids of the checks that gave no points."""
    return {c["id"] for c in result["checks"] if c["points"] < c["max_points"]}


def ids(result: dict[str, Any], *names: str) -> set[str]:
    """Ids of checks, a group's name standing for all of its checks."""
    checks = result["checks"]
    known = {c["id"] for c in checks} | {c["group"] for c in checks}
    assert set(names) <= known
    return {c["id"] for c in checks if c["id"] in names or c["group"] in names}


def copy_course(folder: Path, **limits: float) -> Path:
    """Copy the course into a folder, with other limits."""
    for part in ("assignments", "solutions"):
        shutil.copytree(
            ROOT / part / NAME, folder / part / NAME, ignore=shutil.ignore_patterns(*LITTER)
        )
    if limits:
        replace_in(
            folder / "assignments" / NAME / "assignment.toml",
            *(
                (f"{name} = {LIMITS[name]}\n", f"{name} = {value}\n")
                for name, value in limits.items()
            ),
        )
    return folder


LITTER = ("__pycache__", "*.feedback.html", "mistakes", "correct")
LIMITS = {"import_seconds": 5, "call_seconds": 5, "training_seconds": 60}


def replace_in(path: Path, *pairs: tuple[str, str]) -> None:
    """Replace parts of a file that are there."""
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def notebook(*cells: str, **metadata: Any) -> bytes:
    """A notebook with cells of code."""
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"language_info": {"name": "python"}} | metadata,
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
    }
    return json.dumps(content).encode()


def descendants(process: int) -> Iterator[tuple[int, int]]:
    """Every process below one: its number and the clock ticks that it has used."""
    below: dict[int, list[tuple[int, int]]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            below.setdefault(int(fields[1]), []).append(
                (int(status.parent.name), int(fields[11]) + int(fields[12]))
            )
    todo = [process]
    while todo:
        for child in below.get(todo.pop(), []):
            todo.append(child[0])
            yield child
