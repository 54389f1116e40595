"""What is printed on a terminal while a grading goes on, and when something is wrong with us."""

import io
import math
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from grader import cli, grading
from grader.checks import load_module
from grader.cli.exits import COULD_NOT
from grader.errors import CheckError
from grader.report.epochs import epoch_heading, epoch_line, loss_line
from grader.report.live import Live
from grader.report.paragraph import Paragraph
from grader.report.terminal import summary_lines
from grader.results import (
    CheckResult,
    Diagnosis,
    Epoch,
    Measure,
    Outcome,
    Progress,
    Step,
    Text,
    withheld,
)
from tests.command import ANSWER, ROOT, run
from tests.reports import REPORTS

often = settings(deadline=None, database=None)


def said(*, terminal, width=80):
    """A console to print to, and what was printed so far."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width, color_system=None)
    return console, console.file.getvalue


def printed(report, lang="en", width=80):
    console, text = said(terminal=False, width=width)
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
        "training epoch loss training latecomers 50 0.5000 86.0% 7 100 0.5000 86.0% 7 "
        "loss ▁▁ 0.5 -> 0.5".split()
    )


RUNS = {
    "four epochs": ((2.31, 0.9, 0.5, 0.18), 80, "    loss  █▃▂▁  2.31 -> 0.18"),
    "two": ((1.0, 2.0), 80, "    loss  ▁█  1 -> 2"),
    "diverged": ((8.412, math.nan), 80, "    loss  ▁✗  8.41 -> nan, diverged"),
    "infinite": ((math.inf, 1.0, 2.0), 80, "    loss  ✗▁█  inf -> 2, diverged"),
    "never finite": ((math.nan, math.nan), 80, "    loss  ✗✗  nan -> nan, diverged"),
    "the largest numbers": ((-1.7e308, 1.7e308), 80, "    loss  ▁█  -1.7e+308 -> 1.7e+308"),
    "both infinities": ((math.inf, -math.inf) * 40, 80,
                        f"    loss  {40 * '✗'}  inf -> -inf, diverged"),
    "all the same": ((0.5,) * 5, 80, "    loss  ▁▁▁▁▁  0.5 -> 0.5"),
    "many": (tuple(range(1000)), 80,
             "    loss  ▁▁▁▂▂▂▂▂▂▃▃▃▃▃▄▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▇▇▇▇▇▇███  0 -> 999"),
    "a narrow terminal": (tuple(range(1000)), 24, "    loss  ▁▃▆█  0 -> 999"),
    "no room for a curve": (tuple(range(1000)), 21, "    loss 0 -> 999"),
}  # fmt: skip


@pytest.mark.parametrize(("losses", "width", "line"), RUNS.values(), ids=RUNS)
def test_the_loss_is_drawn_in_one_line(losses, width, line):
    """The loss is a line of bars between its first and last value, as wide as the terminal."""
    epochs = [Epoch(number, loss, 0.5, None) for number, loss in enumerate(losses, 1)]
    assert loss_line(epochs, "en", width).plain == line
    no_bars = re.sub("  [▁-█✗]+ ", "", line)
    assert loss_line(epochs, "en", width, ascii_only=True).plain == no_bars
    assert no_bars.isascii()


@often
@given(st.lists(st.floats(), min_size=2, max_size=99), st.integers(1, 100))
def test_any_loss_is_drawn(losses, width):
    """Whatever the losses are, there are no more bars than epochs, columns, or 40."""
    epochs = [Epoch(number, loss, 0.5, None) for number, loss in enumerate(losses, 1)]
    line = loss_line(epochs, "zh", width).plain
    bars = re.findall("[▁-█✗]", line)
    assert len(bars) <= min(len(losses), 40)
    assert not bars or cell_len(line) <= width
    assert ("✗" in bars) <= (not all(map(math.isfinite, losses)))


def test_a_curve_is_drawn_once_its_training_has_ended():
    """The loss follows the last epoch, before the next check; training anew begins a new one."""
    console, text = said(terminal=False)
    with Live(console, "en", ()) as live:
        for number, loss in ((1, 9.0), (2, 8.0), (1, 0.75), (2, 0.25)):
            live.watch(Epoch(number, loss, 0.86, None))
        live.watch(REPORTS["full_marks"].checks[-1])
    assert text().count("loss ") == 2  # the heading, too
    assert re.search(r"2 +0\.2500 +86\.0%\n +loss  █▁  0\.75 -> 0\.25 *\n.*reach 95", text())


@pytest.mark.parametrize(("width", "heads"), [(80, 5), (40, 4), (30, 3), (29, 2), (10, 0)])
def test_a_narrow_terminal_has_fewer_columns(width, heads):
    """Columns of epochs that there is no room for are left out, heading and all."""
    epoch = Epoch(1, 0.5, 0.86, 0.9, (Measure("late", 7, Text("latecomers")),))
    head, line = (make(epoch, "en", width).plain for make in (epoch_heading, epoch_line))
    assert head.split() == ["epoch", "loss", "training", "held-out", "latecomers"][:heads]
    assert line.split() == ["1", "0.5000", "86.0%", "90.0%", "7"][:heads]
    assert len(head) == len(line) <= width


def test_points_that_do_not_fit_beside_a_title_stand_below_it():
    """Points end where the line ends, below the title if it is too long."""
    lines = printed(REPORTS["full_marks"], width=24).splitlines()
    first = lines.index("The output activation")
    assert lines[first + 1].split() == lines[first + 2].split()[-3:] == ["15", "of", "15"]
    assert lines[first + 2].startswith("The loss ...")
    assert {len(line) for line in lines[first + 1 : first + 3]} == {24}


def test_one_epoch_is_no_curve():
    """Of a single epoch there is nothing to draw."""
    console, text = said(terminal=False)
    with Live(console, "en", ()) as live:
        live.watch(Epoch(1, 9.0, 0.86, None))
    assert "->" not in text()


# Line breaks

PARAGRAPHS = {
    "English": ("It is wrong, see step 5.", 12, ["It is wrong,", "see step 5."]),
    "Chinese": ("误差项的符号相反。", 8, ["误差项的", "符号相", "反。"]),
    "no mark begins a line": ("误差项，相反", 6, ["误差", "项，相", "反"]),
    "no bracket ends one": ("误差（项）", 6, ["误差", "（项）"]),
    "both": ("看第 5 步的 softmax。", 12, ["看第 5 步的", "softmax。"]),
    "a percentage": ("到 95 % 了", 5, ["到", "95 %", "了"]),
    "an English one": ("up to 95 % now", 8, ["up to", "95 % now"]),
    "a long word": ("an unbreakable word", 6, ["an", "unbrea", "kable", "word"]),
    "lines": ("one\ntwo", 9, ["one", "two"]),
    "nothing": ("", 9, [""]),
}


@pytest.mark.parametrize(("text", "width", "lines"), PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_lines_are_broken_where_the_language_allows_it(text, width, lines):
    """English is broken at blanks; Chinese between characters, marks staying where they belong."""
    console, _ = said(terminal=False)
    assert [line.plain for line in Paragraph(text).wrap(console, width)] == lines


@often
@given(st.text("ab 误差，。（）\n%5", max_size=30) | st.text(max_size=30), st.integers(2, 20))
def test_nothing_is_lost_where_lines_are_broken(text, width):
    """Whatever a text is, no line is too wide, and only blanks go where it is broken."""
    console, _ = said(terminal=False)
    lines = [line.plain for line in Paragraph(text).wrap(console, width)]
    assert "".join("".join(lines).split()) == "".join(Paragraph(text).plain.split())
    assert all(cell_len(line) <= width for line in lines)


# Diagnoses


def told(lang, *found):
    """What is said of diagnoses, without the points below."""
    report = msgspec.structs.replace(
        REPORTS["full_marks"], notes=(), protections=(), diagnoses=found
    )
    return printed(report, lang).strip().partition("\n\n")[0].splitlines()


def diagnosis(name, *alternatives, **more):
    """A diagnosis, evidence and step given or not."""
    return Diagnosis(name, "f", Text(f"It is {name}.", f"是 {name}。"), Text("Look.", "看。"), 5,
                     alternatives, **more)  # fmt: skip


STEP = Step(5, Text("The derivatives", "求导"), r"\frac{1}{2}")
SHOWN = {
    "nothing else": (("en", diagnosis("a")), ["It is a.", "Look."]),
    "evidence": (("en", diagnosis("a", evidence=Text("f(1) is {x}.", params={"x": "3"}))),
                 ["It is a.", "f(1) is 3.", "Look."]),
    "a step": (("en", diagnosis("a", derivation=STEP)),
               ["It is a.", "Look.", "Step 5 of the lesson: The derivatives"]),
    "in Chinese": (("zh", diagnosis("a", evidence=Text("f(1) is 3.", "f(1) 是 3。"))),
                   ["是 a。", "f(1) 是 3。", "看。"]),
    "one of two": (("en", *(diagnosis(one, other, evidence=Text("f(1) is 3."), derivation=STEP)
                            for one, other in ("ab", "ba"))),
                   ["It is a. Or: It is b.", "f(1) is 3.", "Look.",
                    "Step 5 of the lesson: The derivatives"]),
}  # fmt: skip


@pytest.mark.parametrize(("found", "lines"), SHOWN.values(), ids=SHOWN)
def test_a_diagnosis_is_shown_before_it_is_explained(found, lines):
    """Its name, what shows it, where to look, the step; what two have in common is said once."""
    assert [line.strip() for line in told(*found)] == lines


def test_what_is_skipped_says_what_was_said_before():
    """Why a hidden check is skipped is told in the words of the check that it depends on."""
    raised = Text(
        "{name} raised {kind}: {text}", params={"name": "f", "kind": "KeyError", "text": "'a'"}
    )
    check = CheckResult("a", "g", Text("A"), "hidden", Outcome.SKIPPED, 0.0, 1.0, raised)
    seen = withheld(msgspec.structs.replace(check, shows=False))
    assert str(seen.message) == "f raised KeyError: 'a'"


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
