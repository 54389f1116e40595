"""What students are shown, word for word: one folder of snapshots for each situation.

A page is kept as what a reader hears of it. To renew the files, and then look at what changed:

    SNAPSHOTS=renew pytest tests/test_snapshots.py -n0
"""

import difflib
import io
import os
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from grader.course import load_assignment
from grader.grading import grade
from grader.locales import LANGUAGES
from grader.report import html
from grader.report.language import show
from grader.report.live import Live
from grader.report.terminal import summary_lines
from grader.results import WRONG, CheckResult, Gradient, Origin, Report, Text, feedback
from grader.sandbox.forkserver import Forkserver
from grader.submission import parse
from tests.command import FILE, LOSS, NAME, REFERENCE, ROOT, answer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs a loop without end")

SNAPSHOTS = Path(__file__).parent / "snapshots"
RENEW = os.environ.get("SNAPSHOTS") == "renew"
MISTAKES = ROOT / "solutions" / NAME / "mistakes"
MOST = 400 * 1024  # bytes of a page
VOID = ("meta", "link", "img", "br", "col")


def mistake(name: str) -> bytes:
    return (MISTAKES / f"{name}.py").read_bytes()


SITUATIONS = {
    "full_marks": REFERENCE.read_bytes(),
    "untouched_template": (ROOT / "assignments" / NAME / FILE).read_bytes(),
    "wrong_softmax": mistake("softmax_exp_only"),
    "wrong_loss": mistake("loss_sign"),
    "wrong_delta": mistake("delta_sign"),
    "wrong_mean_loss": mistake("mean_loss_sum"),
    "wrong_gradient": mistake("delta_doubled"),
    "wrong_training": mistake("rate_1"),
    "rate_10": mistake("rate_10"),
    "two_mistakes": mistake("two_base_two_and_delta_sign"),
    "syntax_error": answer("def softmax(net):", "def softmax(net)"),
    "endless_loop": answer(LOSS, "    while True:\n        pass\n"),
}

# What rounding can change, from one machine's linear algebra to another's, is no digit here:
# whatever training and the gradient check bring.
COMPUTED = ("gradient", "training")
POWER = "( × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
NUMBER = re.compile(rf"(> )?[−-]?(\d[\d.,]*\d|\d){POWER}|\b(nan|inf)\b|∞", re.IGNORECASE)
EPOCH = re.compile(r"^\s+\d+(\s+([\d.,%]+|nan|inf))+$", re.IGNORECASE)
SPARKS = re.compile(r"[▁-█]+.*")


def blanked(text: str) -> str:
    return NUMBER.sub("#", text)


def steady_check(check: CheckResult) -> CheckResult:
    """A check's result without what differs from run to run or from machine to machine."""
    message = check.message
    if message is not None and check.group in COMPUTED and check.outcome in WRONG:
        message = Text(blanked(show(message, "en")), blanked(show(message, "zh")))
    return replace(check, message=message, seconds=0.0)


def steady(report: Report) -> Report:
    """A report without that. Only the digits of the training run are still in it."""
    gradient = report.gradient
    if gradient is not None:
        good = gradient.max_relative_error <= gradient.tolerance
        gradient = Gradient(1e-10 if good else 0.5, "output[0, 0]", gradient.tolerance)
    return replace(
        report,
        checks=tuple(map(steady_check, report.checks)),
        gradient=gradient,
        submission=Origin(report.submission.file, "0" * 64),
        versions=dict.fromkeys(report.versions, "..."),
        protections=("seccomp", "landlock"),
    )


class Heard(HTMLParser):
    """What is read aloud of a page, a line for each block. Of code only the lines with remarks."""

    BLOCKS = frozenset("head h1 h2 h3 h4 p li tr figcaption figure div section pre img".split())

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line = ""
        self.open: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        self.close()
        self._end_line()

    def _within(self, tag: str, name: str = "", value: str = "") -> bool:
        return any(
            tag in ("", t) and (not name or value in attrs.get(name, "").split())
            for t, attrs in self.open
        )

    def _end_line(self) -> None:
        text = " ".join(self.line.split())
        if self._within("section", "aria-labelledby", "training"):
            text = blanked(text)
        if text == "-":  # an item of a list, which begins with a block
            return
        if text:
            self.lines.append(text)
        self.line = ""

    def _ends_line(self, tag: str, attrs: dict[str, str]) -> bool:
        """Tell whether an element stands on lines of its own: not in a list of terms, or a row."""
        if self._within("dl") or self._within("div", "class", "line"):
            return tag == "div"
        block = tag in self.BLOCKS or attrs.get("role") == "img"
        return block or attrs.get("class") in ("remark", "l here")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if self._ends_line(tag, found):
            self._end_line()
        if tag == "img":
            self.line = f"(picture) {found['alt']}"
        if tag in VOID:
            return
        self.open.append((tag, found))
        self.line += self._opening(tag, found)

    @staticmethod
    def _opening(tag: str, attrs: dict[str, str]) -> str:
        """What is heard, or shown here in its place, where an element begins."""
        if attrs.get("role") == "img":
            return "(picture) "
        if attrs.get("class") == "remark":
            return "^ "
        if tag == "a":
            return f"[{attrs.get('aria-label', '')}"
        marks = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- ", "tr": "| "}
        return marks.get(tag, " " if tag in ("desc", "math") else "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Shapes of drawings say nothing."""

    def handle_endtag(self, tag: str) -> None:
        if self._ends_line(tag, self.open[-1][1]):
            self._end_line()
        _, attrs = self.open.pop()
        if tag == "a":
            self.line += f"]({attrs['href']})"
        elif tag in ("td", "th"):
            self.line += " | "
        elif tag in ("dt", "p", "h4"):
            self.line += ": " if tag == "dt" else " "

    def handle_data(self, data: str) -> None:
        tag, attrs = self.open[-1] if self.open else ("", {})
        drawn = self._within("svg") and tag not in ("title", "desc")
        code = self._within("pre", "class", "code")
        remarked = self._within("", "class", "here") or self._within("", "class", "remark")
        if (
            (tag == "style" or drawn)
            or (code and not remarked)
            or self._within("", "aria-hidden", "true")
            or (tag == "a" and "aria-label" in attrs)
        ):
            return
        self.line += f"{data} " if self._within("math") else data


def printed(events: list[object], report: Report, lang: str) -> str:
    """What `grader check` prints, 80 columns wide, as it goes on and in the end."""
    screen = Console(file=io.StringIO(), width=80, color_system=None)
    with Live(screen, lang, report.code) as live:
        live.begin(report.title, report.submission.file, report.groups)
        for event in events:
            live.watch(event)
    for line in summary_lines(report, lang, screen.width):
        screen.print(line)
    lines = (line.rstrip() for line in screen.file.getvalue().splitlines())
    return "\n".join(
        " ".join(blanked(line).split()) if EPOCH.match(line) else SPARKS.sub("...", line)
        for line in lines
    )


@pytest.fixture(scope="module")
def assignment():
    return load_assignment(ROOT / "assignments" / NAME, ROOT)


@pytest.fixture(scope="module")
def forkserver(assignment) -> Iterator[Forkserver]:
    server = Forkserver(assignment.settings.limits)
    yield server
    server.close()


@pytest.fixture
def graded(assignment, forkserver, situation):
    """A situation's report, as a student may see it, and what was told while it was graded."""
    submission = parse(SITUATIONS[situation], FILE, "li-lei", 100)
    if situation == "endless_loop":  # which is waited for, more than once
        limits = replace(assignment.settings.limits, call_seconds=0.5)
        assignment = assignment._replace(settings=replace(assignment.settings, limits=limits))
    events: list[object] = []
    report = grade(assignment, submission, forkserver, seed=0, watch=events.append)
    told = [steady_check(e) if isinstance(e, CheckResult) else e for e in events]
    return told, steady(feedback(report))


def compare(path: Path, text: str) -> None:
    """Hold a text against its snapshot, or renew that."""
    if RENEW:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    name = str(path.relative_to(ROOT))
    lines = difflib.unified_diff(kept.splitlines(), text.splitlines(), name, "now", lineterm="")
    found = "\n".join(lines)
    assert not found, f"{found}\n\nIs this as it should be? Renew with SNAPSHOTS=renew."


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_a_student_is_shown(situation, graded):
    """In each situation terminal and page say in both languages what they said before."""
    events, report = graded
    for lang in LANGUAGES:
        page = html.render(report, lang)
        assert len(page.encode()) < MOST
        compare(SNAPSHOTS / situation / f"terminal.{lang}.txt", printed(events, report, lang))
        compare(SNAPSHOTS / situation / f"page.{lang}.txt", "\n".join(Heard(page).lines))


def test_no_snapshot_is_left_over():
    """Every folder of snapshots is of a situation."""
    assert {path.name for path in SNAPSHOTS.iterdir()} == set(SITUATIONS)


def test_what_is_heard():
    """A page's words are heard in order, with what drawings, links and remarks say."""
    page = """<h2>Title</h2><p>One <a href="#x" aria-label="two, said">2</a></p>
        <svg role="img"><title>Curve</title><desc>up</desc><text>7</text><path d="M0"/></svg>
        <svg aria-hidden="true"><text>8</text></svg>
        <math><mi>a</mi><mo>=</mo></math><table><tr><th>A</th><td>5</td></tr></table>
        <pre class="code"><span class="l">not me</span><span class="l here">line</span>
        <span class="remark">why</span></pre>
        <dl><div><dt>Got</dt><dd><pre>1</pre></dd></div></dl><img alt="Digit">
        <section aria-labelledby="training"><p>-1.5e 3,000 95.1% 2 × 10⁻⁵ nan</p></section>"""
    assert Heard(page).lines == [
        *("## Title", "One [two, said](#x)", "(picture) Curve up", "a ="),
        *("| A | 5 |", "line", "^ why", "Got: 1", "(picture) Digit", "#e # #% # #"),
    ]
