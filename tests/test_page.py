"""The page: safe, whole, readable, and the same in both languages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pytest
from babel.messages import extract, mofile, pofile
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.locales import DOMAIN, LANGUAGES, LOCALE, choose
from grader.report.code import coloured_lines, definitions
from grader.report.html import render
from grader.report.language import catalogue, show, translate
from grader.results import (
    Diagnosis,
    Epoch,
    Evidence,
    Gradient,
    Location,
    Outcome,
    Part,
    Report,
    Step,
    Text,
    Unseen,
    feedback,
)
from tests.reports import HOSTILE, LONG, REPORTS, epoch, trained

TEMPLATES = Path(__file__).parents[1] / "grader" / "report" / "templates"
VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)")


class Page(HTMLParser):
    """What a browser would find: elements, their attributes, and the text outside of styles."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.stack: list[str] = []
        self.strays: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.strays.append(tag)
        self.text += " " if tag in {"dt", "dd", "td", "th"} else ""

    def handle_data(self, data: str) -> None:
        if "style" not in self.stack:
            self.text += data

    def values(self, attribute: str) -> list[str]:
        """All values of one attribute, in order."""
        return [attrs[attribute] or "" for _, attrs in self.elements if attribute in attrs]

    def words(self) -> str:
        """The text with single spaces."""
        return " ".join(self.text.split())


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=REPORTS)
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]


@pytest.fixture
def page(report: Report, lang: str) -> Page:
    return Page(render(report, lang))


def english(name: str) -> Page:
    return Page(render(REPORTS[name], "en"))


def remarks(page: Page) -> list[str]:
    """The ids of the lines of code that have a remark."""
    return [str(a["id"]) for _, a in page.elements if a.get("class") == "l here"]


def lost(report: Report, index: int, outcome: Outcome, **more: object) -> Report:
    """The same report, in which one more check did not pass."""
    message = Text("Something is wrong.", "有错误。")
    check = replace(report.checks[index], outcome=outcome, points=0.0, message=message, **more)
    checks = (*report.checks[:index], check, *report.checks[index + 1 :])
    return replace(report, checks=checks)


SIGN = Diagnosis(
    "delta-sign",
    "delta",
    Text("Your delta has the opposite sign.", "你的 delta 符号相反。"),
    Text("Which way are weights moved?", "权重往哪个方向更新？"),
    5,
    evidence=Text("delta([0.7]) gives 0.3; -0.3 would be right.", "delta([0.7]) 返回 0.3。"),
    derivation=Step(5, Text("The derivatives", "求导"), r"\delta = \frac{p}{q}"),
)
RATE = Diagnosis("rate-10", "OUTPUT_LEARNING_RATE", Text("Ten is too much."), Text("Less."), 8)
DIAGNOSED = replace(
    lost(REPORTS["full_marks"], 7, Outcome.FAILED, diagnosis=SIGN.id), diagnoses=(SIGN, RATE)
)


def test_runs_nothing(page: Page) -> None:
    """There is no script, no handler and no form, and a policy forbids them."""
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "img"}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    policies = [a["content"] for _, a in page.elements if "http-equiv" in a]
    assert len(policies) == 1
    assert str(policies[0]).startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )


def test_loads_nothing(report: Report, lang: str) -> None:
    """Every reference stays on the page, in styles too."""
    source = render(report, lang)
    page = Page(source)
    references = page.values("href") + page.values("src") + page.values("xlink:href")
    assert all(reference.startswith("#") or reference == "data:," for reference in references)
    style = (TEMPLATES / "style.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_markup_is_balanced(page: Page) -> None:
    """Every element that is opened is closed, in order."""
    assert page.strays == []
    assert page.stack == []


def test_ids(page: Page) -> None:
    """Ids are unique, and every link and label points to one of them."""
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = {href[1:] for href in page.values("href") if href.startswith("#")}
    labels = {name for value in page.values("aria-labelledby") for name in value.split()}
    assert links | labels <= set(ids)


def test_headings_in_order(page: Page) -> None:
    """One h1 comes first, and no level is jumped over on the way down."""
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks(page: Page, lang: str) -> None:
    """There are a header, a main part and a footer, and the language is told."""
    tags = [tag for tag, _ in page.elements]
    assert [tags.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert page.elements[0] == ("html", {"lang": {"en": "en", "zh": "zh-Hans"}[lang]})


def test_regions_have_names_of_their_own(page: Page) -> None:
    """No two regions have the same name."""
    regions = [a["aria-labelledby"] for tag, a in page.elements if tag == "section"]
    names = {str(a["id"]): i for i, (_, a) in enumerate(page.elements) if "id" in a}
    assert len({names[str(region)] for region in regions}) == len(regions)


def test_drawings_have_words(page: Page) -> None:
    """A drawing is either named and described, or hidden from those who can't see it."""
    for tag, attrs in page.elements:
        if tag == "svg" and attrs.get("role") == "img":
            assert len(str(attrs["aria-labelledby"]).split()) == 2
        elif tag == "svg":
            assert attrs["aria-hidden"] == "true"


def test_size(report: Report, lang: str) -> None:
    """A page is smaller than 400 KiB, and UTF-8 can encode it."""
    assert len(render(report, lang).encode()) < 400 * 1024


def test_foreign_text_is_text() -> None:
    """Whatever a student can write to is shown as it is, and opens no element."""
    hostile, clean = english("hostile"), english("full_marks")
    assert "{{ 7 * 7 }}" in hostile.text
    assert hostile.text.count(HOSTILE) >= 12
    assert LONG in hostile.text
    assert {tag for tag, _ in hostile.elements} - {tag for tag, _ in clean.elements} <= {"pre", "i"}


def test_same_report_same_page(report: Report) -> None:
    """Rendering is a function: the same record gives the same page."""
    assert render(report, "zh") == render(report, "zh")


def test_languages_differ_in_words_only(report: Report) -> None:
    """Both languages have the same elements in the same places."""
    first, second = (Page(render(report, lang)) for lang in LANGUAGES)
    assert [tag for tag, _ in first.elements] == [tag for tag, _ in second.elements]
    assert first.words() != second.words()


def test_score() -> None:
    """The score and the subtotals are the sums of the record."""
    words = english("failed").words()
    assert "Score 29 of 100" in words
    assert "6 of 13 checks passed" in words
    assert "The loss 7 of 15 points" in words


def test_kit() -> None:
    """Without the hidden checks there is no score, but word of what is still to come."""
    words = english("kit").words()
    assert "Visible checks: 7 of 7 passed" in words
    assert "6 hidden checks, worth 31 points, run when your work is graded" in words
    assert "Score" not in words
    one = replace(REPORTS["kit"], unseen=Unseen(1, 1.0))
    assert "1 hidden check, worth 1 point, runs when" in Page(render(one, "en")).words()


def test_not_graded() -> None:
    """What was not graded has a reason and no score, and nobody is asked to change code."""
    words = english("not_graded").words()
    assert "Not graded A check file of this assignment is broken: checks/test_loss.py" in words
    assert "Show this page to the course team." in words
    assert "Score" not in words
    bare = replace(REPORTS["failed"], status="not_graded")
    assert "points</" not in render(bare, "en")
    assert "No reason was recorded." in Page(render(bare, "en")).words()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("full_marks", "Well done Every check passed."),
        ("kit", "Well done Every visible check passes."),
        ("failed", "Do this next This is not so yet: The handout's worked example loss has the"),
        ("untouched", "Do this next activate is not written yet: it still raises"),
        ("broken", "Do this next answer.py can't be read by Python: '(' was never closed"),
    ],
)
def test_one_thing_to_do(name: str, words: str) -> None:
    """The page begins with one thing to do: the most urgent check, or the cause."""
    assert words in english(name).words()


def test_only_skipped() -> None:
    """If nothing went wrong but a check was skipped, that one is looked at, and nobody praised."""
    checks = REPORTS["full_marks"].checks
    skipped = replace(checks[2], outcome=Outcome.SKIPPED, points=0.0)
    words = Page(
        render(replace(REPORTS["full_marks"], checks=(*checks[:2], skipped)), "en")
    ).words()
    assert "Do this next This was not run: Adding a constant to every net changes nothing" in words
    assert "Not run, because a check that it depends on did not pass." in words


def test_nothing_was_run() -> None:
    """A graded report without checks praises nobody."""
    words = Page(render(replace(REPORTS["full_marks"], checks=()), "en")).words()
    assert "No check was run" in words
    assert "Well done" not in words


def test_cause_is_told_once() -> None:
    """One cause for all checks is told once, with its line, and linked in both directions."""
    page = english("broken")
    assert page.text.count("'(' was never closed") == 1
    assert "line 10 powers = np.exp(net - np.max(net) No check could use" in page.words()
    assert page.values("href").count("#line-1-10") == 1
    assert page.values("href").count("#cause") == 1


def test_evidence() -> None:
    """A failed comparison shows call, answer and expected value; a withheld one says so."""
    words = english("failed").words()
    assert "Got -0.35667494393873245 Expected 0.35667494393873245" in words
    assert "What this check tried, and what it expected, is not shown." in words


def test_withheld_evidence_is_not_there() -> None:
    """What `feedback` removed appears nowhere on the page."""
    checks = REPORTS["failed"].checks
    secret = replace(checks[3], evidence=Evidence("secret_call", "secret_got", "secret_value"))
    report = feedback(replace(REPORTS["failed"], checks=(*checks[:3], secret, *checks[4:])))
    assert "secret_" not in render(report, "en")


def test_skipped_says_why() -> None:
    """A skipped check names what it waits for, in the reader's language."""
    assert "Skipped, because 'The sign of every entry' did not pass." in english("failed").words()
    assert "因为「每个分量的符号」没有通过" in render(REPORTS["failed"], "zh")


def test_outcomes_are_words() -> None:
    """Every outcome is written out, not only coloured."""
    words = english("failed").words()
    for word in ("6 Passed", "2 Failed", "3 Error", "2 Skipped"):
        assert word in words


def test_group_that_nobody_declared() -> None:
    """A check of an unknown group is shown all the same."""
    stray = replace(REPORTS["full_marks"].checks[0], group="{other}")
    words = Page(render(replace(REPORTS["full_marks"], checks=(stray,)), "en")).words()
    assert "{other} 4 of 4 points" in words


def test_marked_lines() -> None:
    """A line at which checks raised links to them, and they link to it."""
    page = english("failed")
    assert page.values("href").count("#line-1-19") == 1
    assert "Error in check: 8 The sign of every entry, 9 Random outputs and labels, 10" in (
        page.words()
    )
    assert "line-1-19" in remarks(page)


def test_short_links_are_named_whole() -> None:
    """A link that shows only a check's number is called by the number and the title."""
    labels = [label for label in english("failed").values("aria-label") if label != "Formula"]
    assert labels == ["10 The arguments are left as they were"]


def test_a_mistake_is_told_with_its_derivation() -> None:
    """A diagnosis comes with its evidence, its nudge, and the lesson's step with its formula."""
    source = render(DIAGNOSED, "en")
    words = Page(source).words()
    told = (
        "Your delta has the opposite sign. delta([0.7]) gives 0.3; -0.3 would be right. "
        "Which way are weights moved? Step 5 of the lesson: The derivatives δ=pq "
    )
    assert f"Do this next {told}" in words
    assert "Seen in check 8. This explains 1 of 1 lost checks. answer.py, line 18" in words
    assert words.count(told) == 2
    assert source.count("<mfrac>") == 2


def test_a_mistake_is_told_once() -> None:
    """A second check that a diagnosis explains names it, without its evidence and formula."""
    both = lost(DIAGNOSED, 8, Outcome.FAILED, diagnosis=SIGN.id, hint=Text("Step 5."))
    words = Page(render(both, "en")).words()
    assert words.count("Your delta has the opposite sign.") == 4
    assert words.count("Which way are weights moved?") == 2
    assert "This explains 2 of 2 lost checks." in words


def test_mistakes_that_cannot_be_told_apart() -> None:
    """Where two mistakes fit the answers, the page and the code say that it is one of them."""
    other = replace(SIGN, id="delta-other", title=Text("Your delta is another one."))
    ids = f"{SIGN.id} | {other.id}"
    report = lost(REPORTS["full_marks"], 7, Outcome.FAILED, diagnosis=ids)
    page = Page(render(replace(report, diagnoses=(SIGN, other)), "en"))
    assert page.words().count("It is one of these:") == 2
    assert "Your delta has the opposite sign. Or: Your delta is another one." in page.words()
    assert remarks(page) == ["line-1-18"]


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (lost(REPORTS["full_marks"], 4, Outcome.FAILED), ["line-1-14"]),
        (lost(REPORTS["full_marks"], 4, Outcome.ERROR), ["line-1-14"]),
        (lost(REPORTS["full_marks"], 10, Outcome.FAILED), []),
        (lost(REPORTS["full_marks"], 4, Outcome.SKIPPED), []),
        (lost(REPORTS["full_marks"], 4, Outcome.ERROR, trace=(Location(0, 15),)), ["line-1-15"]),
        (DIAGNOSED, ["line-1-18"]),
        (lost(DIAGNOSED, 12, Outcome.FAILED, diagnosis=RATE.id), ["line-1-5", "line-1-18"]),
        (replace(DIAGNOSED, code=()), []),
        (replace(DIAGNOSED, code=(Part("a.py", "def delta(:\n"),)), []),
        (replace(DIAGNOSED, code=(Part("1", "delta = 1"), Part("2", "\ndelta = 2"))), ["line-2-2"]),
        (replace(DIAGNOSED, code=(Part("1", "%time x"), Part("2", "delta = 2"))), ["line-2-1"]),
        (replace(DIAGNOSED, code=(Part("a.py", "delta = 1\n" * 20_001),)), []),
        (REPORTS["full_marks"], []),
    ],
    ids=[
        *("failed", "raised without a place", "no function's group", "skipped", "raised"),
        *("diagnosed", "a constant's", "no code", "no Python", "defined twice"),
        *("one cell is no Python", "very long", "full marks"),
    ],
)
def test_remarks_stand_beside_the_code(report: Report, lines: list[str]) -> None:
    """What is wrong is said where it is defined, unless it is where a check raised."""
    assert remarks(Page(render(report, "en"))) == lines


def test_remarks_have_room() -> None:
    """A remark may be as high as there are lines until the next one, or until the end."""
    report = lost(DIAGNOSED, 12, Outcome.FAILED, diagnosis=RATE.id)
    spans = [v for v in Page(render(report, "en")).values("style") if v.startswith("grid-row")]
    assert spans == ["grid-row: span 13", "grid-row: span 2"]


def test_same_trouble_is_told_once() -> None:
    """A check that went wrong just like an earlier one refers to it instead of repeating it."""
    page = english("untouched")
    assert page.text.count("The same as in check 1.") == 9
    assert page.text.count("Begin with step 2 of the handout.") == 2


def test_trace_through_cells() -> None:
    """In a notebook a place is a cell and a line in it."""
    words = english("notebook").words()
    assert "cell 3, line 2 in loss" in words
    assert "cell 2, line 3 in activate" in words


def test_place_that_does_not_exist() -> None:
    """A location beyond the code is told without a link."""
    checks = REPORTS["notebook"].checks
    lost = replace(checks[5], trace=(Location(9, 4), Location(0, 999)))
    page = Page(render(replace(REPORTS["notebook"], checks=(*checks[:5], lost)), "en"))
    assert "line 4 cell 1, line 999" in page.words()
    assert not [href for href in page.values("href") if href.startswith("#line")]


def test_code_is_unchanged() -> None:
    """The code on the page is the source, character by character, line by line."""
    source = "\n\n  x = '''a\n\n\tb'''  # \u00e9\n\nif x:\n    y = 0x1F\n\n\n"
    part = replace(REPORTS["full_marks"].code[0], source=source)
    text = Page(render(replace(REPORTS["full_marks"], code=(part,)), "en")).text
    assert source in text


def test_long_code_is_plain() -> None:
    """Very long code is shown without colours."""
    part = replace(REPORTS["full_marks"].code[0], source="x = 1\n" * 40_000)
    text = render(replace(REPORTS["full_marks"], code=(part,)), "en")
    assert text.count("x = 1\n") == 40_000
    assert 'class="n"' not in text


@pytest.mark.parametrize(
    "source",
    [
        "\n " * 15_000,
        '"""' + "\\N{" * 20_000,
        "(" * 30_000,
        "'" * 30_001,
        "f'{" * 10_000,
        "def f(:\n\tx = 'a\n" * 3_000,
    ],
    ids=["blank lines", "names", "brackets", "quotes", "nested f-strings", "no Python"],
)
def test_hostile_code_is_shown_whole(source: str) -> None:
    """Whatever the source is, its lines come out as they went in, and soon."""
    lines = coloured_lines(source)
    assert "\n".join("".join(text for _, text in line) for line in lines) == source


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f(): pass", {"f": 1}),
        ("\n@wraps\nasync def f():\n    def g(): pass\n    y = 1", {"f": 3}),
        ("x = y = 1\nz: int = 2\na.b = c[0] = 3", {"x": 1, "y": 1, "z": 2}),
        ("if x:\n    def f(): pass\nelse:\n    def f(): pass", {"f": 4}),
        ("class A:\n    x = 1\n    def f(self): pass", {}),
        ("'\\d'\nx = 1", {"x": 2}),
        ("def f(:", {}),
        ("x = '\0'", {}),
        ("x = " + "(" * 5_000, {}),
        ("x = " + "-" * 50_000 + "1", {}),
        ("x = 1" + "+1" * 50_000, {}),
        ("", {}),
        (
            "try:\n    1\nexcept E:\n    x = 1\nmatch x:\n    case 1:\n        y = 1",
            {"x": 4, "y": 7},
        ),
        ("if x:\n    a = 1" + "\nelif x:\n    a = 1" * 1_000, {"a": 2_002}),
    ],
)
def test_definitions(source: str, lines: dict[str, int]) -> None:
    """Names are found outside of functions and classes, in whatever is Python."""
    assert definitions([source]) == {name: (0, line) for name, line in lines.items()}


@given(st.text(st.sampled_from("def x=:(1)\n\t \\'#\x00")))
def test_definitions_of_anything(source: str) -> None:
    """Whatever the source is, a name is found on a line that holds it."""
    lines = source.split("\n")
    for name, (_, line) in definitions([source]).items():
        assert name in lines[line - 1]


def test_code_is_coloured() -> None:
    """Keywords, names that are given, builtins, strings, numbers and comments have classes."""
    (line, *_) = coloured_lines('def f(x): return len("a" * 3)  # why\n')
    assert [run for run in line if run[0]] == [
        *[("k", "def"), ("f", "f"), ("k", "return"), ("f", "len"), ("s", '"a"'), ("n", "3")],
        ("c", "# why"),
    ]


def test_curves() -> None:
    """Curves come with a threshold, a description and their numbers."""
    source = render(REPORTS["full_marks"], "en")
    words = Page(source).words()
    assert "95% needed" in words
    assert "Epoch 1: 0.4718. Epoch 4: 0.1604." in words
    assert "4 0.1604 95.56% 91.40% 0 4,127" in words
    assert "Converged: the last epoch reached a training accuracy of 95.56%" in words
    assert source.count('<circle class="dot training"') == 2 * 4 + 2


def test_diverged() -> None:
    """A run that broke down says so; what is not finite is a gap with a mark, not a point."""
    source = render(REPORTS["diverged"], "en")
    words = Page(source).words()
    assert "Training was stopped: a value was not finite any more" in words
    assert "This was in epoch 2, which is counted up to there." in words
    assert "2 NaN 9.87%" in words
    assert source.count('<path class="broken"') == 1
    assert "nan" not in "".join(Page(source).values("d"))


def test_no_epoch() -> None:
    """Without an epoch there is a sentence and no chart."""
    page = english("no_epoch")
    assert "Training was stopped" in page.words()
    assert "counted up to there" not in page.words()
    assert "loss-name" not in page.values("id")


def test_long_run_is_thinned() -> None:
    """Of a thousand epochs the table lists a few, the first and the last among them."""
    page = english("long_run")
    assert [tag for tag, _ in page.elements].count("tr") == 25
    assert "24 of 1000 epochs are listed" in page.words()
    assert "Held-out" not in page.words()


def test_an_assignments_own_measures() -> None:
    """What an assignment measures is told: of a run as facts, of epochs in columns and bars."""
    page = english("full_marks")
    assert "Learning rate: 0.1. Samples per epoch: 8,000." in page.words()
    assert "Odd updates per epoch too large too small" in page.words()
    assert "In all epochs: too large: 0; too small: 7,393." in page.words()
    assert "Held-out accuracy Too large Too small 1 0.4718" in page.words()
    assert "Counted by sample." in page.words()
    assert page.values("class").count("bar-2") == 1 + 3
    assert page.values("class").count("bar-1") == 1


def test_without_measures() -> None:
    """An assignment that measures nothing of its own has no columns, bars or facts for it."""
    training = trained((Epoch(1, 0.5, 0.9, None),), measures=(), figure=None, most_loss=0.25)
    page = Page(render(replace(REPORTS["full_marks"], training=training), "en"))
    assert [tag for tag, _ in page.elements].count("figure") == 3
    assert "Training accuracy 1 0.5 90.00%" in page.words()
    assert "counts-name" not in page.values("id")


def test_epochs_recorded_now_and_then() -> None:
    """Of a run that records every fiftieth epoch, the axis has its numbers, and room for each."""
    curve = tuple(Epoch(n, 5.0 / n, 1.0, None) for n in range(50, 1001, 50))
    training = trained(curve, figure=None)
    page = Page(render(replace(REPORTS["full_marks"], training=training), "en"))
    assert "200 400 600 800 1000 epoch" in page.words()
    places = sorted({float(x) for x in page.values("cx") if x})[1:]
    gaps = [after - before for before, after in pairwise(places)]
    assert len(gaps) == 19
    assert 15.0 < min(gaps) <= max(gaps) < 15.6


@pytest.mark.parametrize(
    ("accuracy", "loss", "words"),
    [
        (1.0, 0.008, "Converged: the last epoch reached a training accuracy of 100.00%"),
        (1.0, 0.07, "Not converged: in the last epoch the mean loss was 0.07; 0.02 would be"),
        (0.5, 0.07, "Not converged: the last epoch reached a training accuracy of 50.00%"),
    ],
)
def test_a_loss_may_be_asked_for(accuracy: float, loss: float, words: str) -> None:
    """Where the loss has to be small, too, the verdict says which of the two it is not."""
    training = trained(
        (Epoch(1, loss, accuracy, None),),
        threshold=0.95,
        most_loss=0.02,
        converged=accuracy == 1.0 and loss < 0.02,
    )
    page = Page(render(replace(REPORTS["full_marks"], training=training), "en"))
    assert words in page.words()
    assert "0.02 needed" in page.words()


def test_gradient() -> None:
    """The gradient check tells error, weight and tolerance, whatever the error is."""
    assert "Largest relative error 3.1 × 10⁻¹⁰ Found at output[3, 7] Tolerance 10⁻⁶" in (
        english("full_marks").words()
    )
    assert "do not agree" in english("failed").words()
    assert "Largest relative error NaN" in english("diverged").words()
    assert "Largest relative error ∞" in english("hostile").words()
    exact = Gradient(0.0, "output[0, 0]", 1e-6)
    assert "relative error 0 " in (
        Page(render(replace(REPORTS["full_marks"], gradient=exact), "en")).words()
    )


EPOCHS = st.lists(
    st.tuples(
        st.floats(),
        st.floats(0, 1),
        st.none() | st.floats(0, 1),
        st.integers(0, 8000),
        st.integers(0, 8000),
    ),
    max_size=40,
)


@given(EPOCHS, st.floats(), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_any_number_can_be_drawn(
    rows: list[tuple[float, float, float | None, int, int]], error: float, threshold: float
) -> None:
    """No number breaks a chart: what is drawn lies in finite places."""
    epochs = tuple(epoch(number, *row) for number, row in enumerate(rows, 1))
    training = trained(epochs, threshold=threshold, most_loss=abs(threshold))
    report = replace(REPORTS["full_marks"], training=training, gradient=Gradient(error, "w", 1e-6))
    page = Page(render(report, "en"))
    places = [page.values(name) for name in ("d", "x", "y", "cx", "cy", "width", "height")]
    assert not re.search("nan|inf", str(places))


def colours(block: str) -> dict[str, tuple[float, ...]]:
    """The custom properties of a block of styles that are colours, as linear light."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    found = re.findall(r"--([\w-]+): #([0-9a-f]{6});", block)
    return {name: tuple(linear(value) for value in bytes.fromhex(code)) for name, code in found}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast(theme: int) -> None:
    """Text has a contrast of at least 4.5 to every background it is on, in both themes."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    tones = colours(re.findall(r":root \{(.*?)\n *\}", style, re.DOTALL)[theme])

    def contrast(one: str, other: str) -> float:
        lights = sorted(
            0.2126 * red + 0.7152 * green + 0.0722 * blue
            for red, green, blue in (tones[one], tones[other])
        )
        return (lights[1] + 0.05) / (lights[0] + 0.05)

    washes = ("passed-wash", "failed-wash", "error-wash", "skipped-wash")
    backgrounds = ("paper", "sheet", *washes)
    pairs = [(text, back) for text in ("ink", "soft", "link") for back in backgrounds]
    pairs += [(text, "paper") for text in ("passed", "failed", "error", "skipped", "training")]
    pairs += [(text, back) for text in "kscnf" for back in ("sheet", "error-wash")]
    pairs.append(("error", "error-wash"))
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def templates_messages() -> Iterator[tuple[str, ...]]:
    """Every translatable string of the templates, with its plural if it has one."""
    options = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true",
               "trim_blocks": "true", "lstrip_blocks": "true"}  # fmt: skip
    for _, _, message, _, _ in extract.extract_from_dir(
        TEMPLATES, [("**.j2", "jinja2")], {"**.j2": options}
    ):
        yield message if isinstance(message, tuple) else (message,)


def translations(file: BinaryIO) -> dict[str, object]:
    """What a compiled catalogue holds, without its header."""
    return {str(message.id): message.string for message in mofile.read_mo(file) if message.id}


def test_everything_is_translated() -> None:
    """Every string of the templates has a translation with the same fields and markup."""
    messages = set(templates_messages())
    assert len(messages) > 50
    for message in messages:
        translated = translate(message[0], "zh")
        if len(message) == 2:
            translated = catalogue("zh").ngettext(message[0], message[1], 2)
        assert translated not in message, f"not translated: {message[0]}"
        for pattern in (PLACEHOLDER, re.compile(r"<[^>]*>")):
            assert sorted(pattern.findall(translated)) == sorted(pattern.findall(message[-1]))


def test_compiled_catalogue_is_in_step() -> None:
    """The compiled catalogue holds what the source of the catalogue says."""
    folder = LOCALE / "zh" / "LC_MESSAGES"
    fresh = BytesIO()
    with (folder / f"{DOMAIN}.po").open("rb") as file:
        mofile.write_mo(fresh, pofile.read_po(file, locale="zh"))
    fresh.seek(0)
    with (folder / f"{DOMAIN}.mo").open("rb") as file:
        assert translations(file) == translations(fresh)


@pytest.mark.parametrize(
    ("wanted", "environ", "lang"),
    [
        (None, {}, "en"),
        ("zh", {"GRADER_LANG": "en"}, "zh"),
        ("en", {"GRADER_LANG": "zh", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"GRADER_LANG": "zh-CN", "LC_ALL": "C"}, "zh"),
        (None, {"GRADER_LANG": "", "LC_ALL": "", "LANG": "zh_TW.UTF-8"}, "zh"),
        (None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "ZH_cn", "LANG": "en_GB"}, "zh"),
        ("fr", {}, "en"),
    ],
)
def test_choice_of_language(wanted: str | None, environ: dict[str, str], lang: str) -> None:
    """The command line comes first, then GRADER_LANG, then the locale in its own order."""
    assert choose(wanted, environ) == lang


def test_text_in_a_text() -> None:
    """A text among the params is said in the same language."""
    text = Text("Before {what}", "先看{what}", {"what": Text("Training")})
    assert show(text, "en") == "Before Training"
    assert show(text, "zh") == "先看训练"


def test_text_without_translation() -> None:
    """A sentence that nobody translated is said in English, an empty one is empty."""
    assert show(Text("Nobody translated {this}.", "", {"this": 1}), "zh") == (
        "Nobody translated 1."
    )
    assert show(Text(""), "zh") == ""


@pytest.mark.parametrize("wrong", ["{missing}", "{0}", "{n:%%}", "{n.x}", "{n[0]}", "{", "{n!z}"])
def test_translation_that_does_not_fit(wrong: str) -> None:
    """A translation that does not fit its params gives way to English, whole."""
    text = Text("{n}: {inner}", wrong, {"n": 3, "inner": Text("Training")})
    assert show(text, "zh") == "3: Training"
