"""The class of attackers and honest students, and what is seen while it is graded."""

import ctypes
import json
import os
import re
import runpy
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tests.command import (
    ANSWER,
    DELTA,
    FILE,
    NAME,
    command,
    copy_course,
    descendants,
    environment,
    notebook,
    replace_in,
)

FOLDER = Path(__file__).parent
ATTACKS = sorted(str(p.relative_to(FOLDER).with_suffix("")) for p in FOLDER.glob("*/*.py"))
TRAINED = ("test_training::stable", "test_training::converges", "test_hidden_training::heldout")
GROUPS = ("softmax", "loss", "delta", "mean_loss", "gradient", "training")
# What is lost with a function that never answers.
WITHOUT = {
    "softmax": ("softmax", "gradient", *TRAINED),
    "loss": ("loss", "gradient"),
    "delta": ("delta", "gradient", *TRAINED),
    "mean_loss": ("mean_loss",),
    "training": TRAINED,
    "everything": GROUPS,
    "nothing": (),
}
PORT = 47113
NOBODY = "\0grader-attacks"
SECRET = "CANARY-7c1f"
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 900.0


class Arena(NamedTuple):
    """Where a class was graded, with the attackers (`out`) and without them (`alone`)."""

    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def ran(self) -> dict[str, Any]:
        """What was seen of the command while it ran."""
        seen: dict[str, Any] = json.loads((self.folder / "ran.json").read_text())
        return seen


class Holds(NamedTuple):
    """What has to hold of an attack.

    Args:
        lost: groups and checks that give no points; None if it is not graded.
        exactly: whether all others give theirs.
        says: a pattern that some message shows.
    """

    lost: tuple[str, ...] | None
    exactly: bool
    says: str


def holds(attack: str) -> Holds:
    """Read what an attack's file says of itself."""
    source = (FOLDER / f"{attack}.py").read_text(encoding="utf-8")
    said = re.search(r"^# holds: (is not graded|loses (at least )?(.+))$", source, re.MULTILINE)
    words = re.search(r"^# says: (.+)$", source, re.MULTILINE)
    assert said is not None, attack
    names = [n for word in (said[3] or "").split() for n in WITHOUT.get(word, (word,))]
    return Holds(tuple(names) if said[3] else None, not said[2], words[1] if words else "")


def source_of(attack: str) -> bytes:
    """What an attacker's right answer is, told from everybody else's."""
    return f"{ANSWER}# {attack}\n".encode()


def hand_in(attack: str, submissions: Path) -> None:
    """Lay what an attacker hands in into a folder of its own."""
    path = FOLDER / f"{attack}.py"
    if not path.name.startswith("make_"):
        folder = submissions / student_of(attack)
        folder.mkdir()
        (folder / FILE).write_bytes(source_of(attack) + b"\n\n" + path.read_bytes())
        return
    made = runpy.run_path(str(path))
    folder = submissions / made.get("STUDENT", student_of(attack))
    folder.mkdir()
    made["make"](folder, source_of(attack))


def student_of(attack: str) -> str:
    """How an attacker is called, if nothing else is said."""
    return attack.replace("/", "-")


HONEST = {
    "honest-right": (FILE, f"{ANSWER}# {SECRET}-right\n".encode()),
    "honest-mistake": (FILE, ANSWER.replace(DELTA, "    return y - a\n").encode()),
    "honest-neighbour": (FILE, f"{ANSWER}# {SECRET}-neighbour\n".replace("powers", "e").encode()),
    "honest-notebook": (f"{NAME}.ipynb", notebook(*ANSWER.split("\n\n\n"))),
}


def write_course(folder: Path) -> Path:
    """The real assignment, with short limits, one epoch, and secrets in all that is secret."""
    # A time-out is confirmed before it counts, so short ones do honest work no harm.
    course = copy_course(folder / "course", import_seconds=1, call_seconds=0.5)
    replace_in(
        course / "assignments" / NAME / "assignment.toml",
        ("training_seconds = 60\n", "training_seconds = 3\ntotal_seconds = 30\n"),
        ("epochs = 4", "epochs = 1"),
        ("threshold = 0.94", "threshold = 0.8"),
    )
    solutions = course / "solutions" / NAME
    for path in (*solutions.glob("checks/test_*.py"), solutions / f"{NAME}_answer.py"):
        with path.open("a", encoding="utf-8") as file:
            file.write(f'\nSECRET = "{SECRET}-{path.stem}"\n')
    (solutions / "notes.txt").write_text(f"{SECRET}-notes")
    digits = dict(np.load(solutions / "heldout.npz"))
    secret = np.frombuffer(f"{SECRET}-heldout".encode(), np.uint8)
    np.savez(solutions / "heldout.npz", secret=secret, **digits)
    return course


def outside(folder: Path) -> dict[str, Any]:
    """Everything that a batch has no business to change, and when it was changed last."""
    found: dict[str, Any] = {}
    for part in ("course", "class", "alone-class", "alone", "secrets"):
        for path in sorted((folder / part).rglob("*")):
            status = path.lstat()
            found[str(path)] = status.st_mtime_ns, status.st_mode, status.st_size
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", "/mnt", Path.cwd(), Path.home()):
        found[str(place)] = Path(place, "grader-attack").exists()
    return found


def batch(folder: Path, submissions: str, out: str) -> "subprocess.Popen[bytes]":
    arguments = ("batch", folder / submissions, "--out", folder / out, "--course",
                 folder / "course", "--lang", "en", "--jobs", 2, "--seed", 2)  # fmt: skip
    return subprocess.Popen(
        command(*arguments),
        env=environment(GRADER_SECRET=f"{SECRET}-environment"),
        cwd=folder / "secrets",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def subreaper(*, on: bool) -> None:
    """Have orphans of our children become our own, so that none can hide."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0)


def listening() -> list[socket.socket]:
    """Wait for whoever gets out, in the ways that attacks/network/ tries."""
    kinds = ((socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT)),
             (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT)),
             (socket.AF_UNIX, socket.SOCK_STREAM, NOBODY),
             (socket.AF_UNIX, socket.SOCK_DGRAM, f"{NOBODY}-datagrams"))  # fmt: skip
    sockets = []
    for family, kind, address in kinds:
        listener = socket.socket(family, kind)
        try:
            listener.bind(address)
        except OSError:  # somebody else runs these tests at the same time
            listener.close()
            continue
        listener.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        sockets.append(listener)
    return sockets


def heard(listener: socket.socket) -> bool:
    """Tell whether somebody reached us."""
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(1)
    except BlockingIOError:
        return False
    return True


def fight(folder: Path) -> None:
    """Grade the honest alone, and then together with every attacker."""
    write_course(folder)
    for part in ("class", "alone-class"):
        (folder / part).mkdir()
        for student, (name, data) in HONEST.items():
            (folder / part / student).mkdir()
            (folder / part / student / name).write_bytes(data)
    (folder / "secrets").mkdir()
    (folder / "secrets" / "secret.txt").write_text(f"{SECRET}-file")
    for attack in ATTACKS:
        hand_in(attack, folder / "class")
    with batch(folder, "alone-class", "alone") as process:
        process.communicate(timeout=PATIENCE)
    alone = process.returncode
    before, mine = outside(folder), set(descendants(os.getpid()))
    listeners = listening()
    subreaper(on=True)
    try:
        with batch(folder, "class", "out") as process:
            said, _ = process.communicate(timeout=PATIENCE)
        left = {number for number, _ in descendants(os.getpid())} - {n for n, _ in mine}
    finally:
        subreaper(on=False)
    seen = {
        "codes": [alone, process.returncode],
        "said": said.decode(errors="surrogateescape"),
        "left": [number for number in left if lives(number)],
        "heard": [str(s.getsockname()) for s in listeners if heard(s)],
        "changed": [path for path, _ in before.items() ^ outside(folder).items()],
    }
    for listener in listeners:
        listener.close()
    (folder / "ran.json").write_text(json.dumps(seen))


def lives(process: int) -> bool:
    """Tell whether a process still runs after a moment, and is no zombie."""
    for _ in range(100):
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        if stat.rpartition(")")[2].split()[0] in "ZX":
            return False
        time.sleep(0.02)
    return True
