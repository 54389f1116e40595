"""What is printed on a terminal while a grading goes on, and when something is wrong with us."""

import io

import msgspec
import pytest
from rich.console import Console

from grader import cli, grading
from grader.checks import load_module
from grader.cli.exits import COULD_NOT
from grader.errors import CheckError
from grader.report.live import Live
from grader.report.terminal import summary_lines
from grader.results import Epoch, Measure, Progress, Text
from tests.command import ANSWER, ROOT, run
from tests.reports import REPORTS


def said(*, terminal):
    """A console to print to, and what was printed so far."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80, color_system=None)
    return console, console.file.getvalue


def printed(report, lang="en"):
    console, text = said(terminal=False)
    for line in summary_lines(report, lang, console.width):
        console.print(line)
    return text()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_progress_bar_is_for_terminals(terminal):
    """On a terminal training shows a bar with a percentage; in a file it doesn't."""
    console, text = said(terminal=terminal)
    with Live(console, "en", ()) as live:
        live.begin(REPORTS["full_marks"].title, "answer.py", REPORTS["full_marks"].groups)
        for done in (1_000, 2_000, 4_000):
            live.watch(Progress(done, 4_000))
        live.watch(Epoch(1, 0.5, 0.86, None))
    assert ("━" in text()) is terminal
    assert "86.0%" in text()


def test_epochs_have_one_heading():
    """The columns are named above the first epoch that is told, whichever that is."""
    console, text = said(terminal=False)
    late = Measure("late", 7, Text("latecomers"))
    with Live(console, "en", ()) as live:
        for number in (50, 100):
            live.watch(Epoch(number, 0.5, 0.86, None, (late, Measure("unseen", 3))))
    assert text().split() == (
        "training epoch loss training latecomers 50 0.5000 86.0% 7 100 0.5000 86.0% 7".split()
    )


def test_the_bar_goes_when_training_breaks_off():
    """A bar that has not reached its end is taken away all the same."""
    console, text = said(terminal=True)
    with Live(console, "en", ()) as live:
        live.begin(REPORTS["full_marks"].title, "answer.py", ())
        live.watch(Progress(10, 4_000))
    console.print("after")
    assert text().endswith("after\n")


def test_missing_protections_are_told():
    """Without a list of allowed system calls, the protections in force are printed."""
    report = REPORTS["full_marks"]
    weak = msgspec.structs.replace(report, protections=("descriptors", "rlimits"))
    strong = msgspec.structs.replace(report, protections=("landlock-7", "seccomp"))
    assert "Protections in force on this machine: descriptors, rlimits." in printed(weak)
    assert "Protections" not in printed(strong)
    assert "本机上生效的保护" in printed(weak, "zh")


def test_a_fault_of_ours_is_told_and_kept(monkeypatch, tmp_path):
    """A bug in the grader ends with an apology, a log and exit code 2, not with a traceback."""
    work = tmp_path / "NewCross_softmax.py"
    work.write_text(ANSWER, encoding="utf-8")

    def broken(*_args, **_options):
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(grading, "grade", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ran = run_unguarded(work)
    assert ran == COULD_NOT
    (log,) = tmp_path.glob("grader-*.log")
    assert "ZeroDivisionError: of ours" in log.read_text(encoding="utf-8")


def run_unguarded(work):
    """Run the command where an apology is expected."""
    return cli.main(["check", str(work), "--course", str(ROOT)])


def test_a_module_of_the_course_that_raises_is_named(tmp_path):
    """A file of the course that can't be loaded is a broken check, with its name and reason."""
    path = tmp_path / "training.py"
    path.write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(CheckError, match=r"training\.py can't be loaded: ZeroDivisionError"):
        load_module(path)
    with pytest.raises(CheckError, match="is not a Python file"):
        load_module(tmp_path / "training.txt")


def test_python_m_grader_is_the_command(tmp_path):
    """The package can be run as a module, and a missing file is told in one line."""
    ran = run("check", tmp_path / "nothing.py")
    assert ran.code == COULD_NOT
    assert ran.err.count("\n") == 1
