"""The page of a class: safe, whole, readable, and as good without its script."""

import base64
import datetime as dt
import hashlib
import re
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.grades import Correction, Entry, Grade, Late, Overview, Pair, Standing, grade_of
from grader.locales import LANGUAGES
from grader.report import mistakes
from grader.report.overview import render
from grader.results import Epoch, Text
from tests.classes import CHECKS, GROUPS, overview
from tests.reports import HOSTILE, LONG
from tests.test_page import Page

CLASS = overview()
AT = dt.datetime(2026, 3, 17, 14, 5, tzinfo=dt.UTC)


class ClassPage(Page):
    """What a browser would find: the text of styles and scripts is none."""

    def handle_data(self, data: str) -> None:
        if "script" not in self.stack:
            super().handle_data(data)


def student(name: str, **more: object) -> Standing:
    """A student with full marks, unless more is said."""
    outcomes = {check.id: "passed" for check in CHECKS} | more.pop("outcomes", {})
    points = {
        group.name: sum(c.max_points for c in CHECKS if c.group == group.name) for group in GROUPS
    }
    entry = Entry(student=name, name=name.title())
    grade = grade_of(entry, points, GROUPS, (), None)
    standing = Standing(entry=entry, status="graded", grade=grade, points=points, outcomes=outcomes)
    return replace(standing, **more)


def ungraded(name: str, reason: Text | None) -> Standing:
    """A student who is not graded."""
    nothing = Grade(raw=None, corrected=None, final=None, max_score=100.0)
    return student(name, status="not_graded", grade=nothing, points={}, reason=reason)


def of(*standings: Standing, **more: object) -> Overview:
    """A class of these students."""
    return replace(CLASS, standings=standings, pairs=(), **more)


def english(group: Overview) -> ClassPage:
    return ClassPage("".join(render(group, "en")))


def hostile() -> Overview:
    """Markup, very long words and odd characters wherever someone else can write."""
    foreign = Text("{foreign}", "{foreign}", {"foreign": HOSTILE + LONG})
    name = HOSTILE + "\udcff/../#?%"
    entry = Entry(student=name, name=HOSTILE + LONG, others=(HOSTILE,) * 9)
    lost = dict.fromkeys((check.id for check in CHECKS), "failed")
    bad = student("a", entry=entry, diagnoses=(HOSTILE,), outcomes=lost)
    broken = student("b", entry=replace(entry, student=name + "2"), cause=foreign)
    waiting = ungraded("c", foreign)
    return replace(
        of(bad, broken, waiting),
        title=foreign,
        assignment=HOSTILE,
        groups=(replace(GROUPS[0], title=foreign), *GROUPS[1:]),
        checks=(replace(CHECKS[0], title=foreign), *CHECKS[1:]),
        pairs=(Pair(name, "nobody " + HOSTILE, 12, 0.9),),
    )


CLASSES = {
    "a class": CLASS,
    "nobody": of(),
    "no checks": of(student("li", outcomes={}), groups=(), checks=()),
    "none graded": of(ungraded("li", None), ungraded("wu", Text("A check is broken."))),
    "many": overview(300),
    "hostile": hostile(),
}


@pytest.fixture(params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=CLASSES)
def group(request: pytest.FixtureRequest) -> Overview:
    return CLASSES[request.param]


@pytest.fixture
def source(group: Overview, lang: str) -> str:
    return "".join(render(group, lang))


def test_runs_nothing_but_its_own_script(source: str) -> None:
    """The policy allows the one style and the one script that are there, by what they hold."""
    page = ClassPage(source)
    tags = [tag for tag, _ in page.elements]
    assert [tags.count(tag) for tag in ("script", "style")] == [1, 1]
    assert not set(tags) & {"iframe", "object", "embed", "base", "img"}
    names = {name for _, attrs in page.elements for name in attrs}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src"}]
    (policy,) = (a["content"] for _, a in page.elements if "http-equiv" in a)
    allowed = [
        f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
        for tag in ("style", "script")
        for content in re.findall(f"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
    ]
    assert policy == (
        f"default-src 'none'; style-src {allowed[0]}; script-src {allowed[1]}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_loads_nothing(source: str) -> None:
    """Links stay on the page or lead to a student's page or record; nothing else is named."""
    for reference in ClassPage(source).values("href"):
        assert re.fullmatch(
            r"#[\w-]+|data:,|feedback/[^/]+\.html|results/[^/]+\.json", reference, re.ASCII
        )
    style, script = (re.search(f"<{t}>(.*?)</{t}>", source, re.DOTALL) for t in ("style", "script"))
    assert not re.search(r"url\(|@import|fetch|innerHTML|\beval\b", style[1] + script[1])


def test_markup_is_balanced(source: str) -> None:
    """Every element that is opened is closed, in order."""
    page = ClassPage(source)
    assert page.strays == []
    assert page.stack == []


def test_ids(source: str) -> None:
    """Ids are unique, and every link, label and field points to one of them."""
    page = ClassPage(source)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    meant = {href[1:] for href in page.values("href") if href.startswith("#")}
    meant |= {name for value in page.values("aria-labelledby") for name in value.split()}
    assert meant | set(page.values("for")) <= set(ids)


def test_headings_and_landmarks(source: str, lang: str) -> None:
    """One h1 comes first, no level is jumped over, and each landmark is there once."""
    page = ClassPage(source)
    tags = [tag for tag, _ in page.elements]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [tags.count(tag) for tag in ("header", "main", "nav", "footer")] == [1, 1, 1, 1]
    assert page.elements[0] == ("html", {"lang": {"en": "en", "zh": "zh-Hans"}[lang]})


def test_tables_and_drawings_have_words(source: str) -> None:
    """Every table has a caption and headers with a scope; a drawing is described or hidden."""
    page = ClassPage(source)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in attrs for tag, attrs in page.elements if tag == "th")
    for tag, attrs in page.elements:
        if tag == "svg" and attrs.get("role") == "img":
            assert len(str(attrs["aria-labelledby"]).split()) == 2
        elif tag == "svg":
            assert attrs["aria-hidden"] == "true"


def test_languages_differ_in_words_only(group: Overview) -> None:
    """Both languages have the same elements in the same places."""
    first, second = (ClassPage("".join(render(group, lang))) for lang in LANGUAGES)
    assert [tag for tag, _ in first.elements] == [tag for tag, _ in second.elements]


def test_foreign_text_is_text() -> None:
    """Whatever someone else wrote is shown as it is, and opens no element."""
    page = english(CLASSES["hostile"])
    assert page.text.count(HOSTILE) > 12
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in english(CLASS).elements}


def test_links_are_quoted() -> None:
    """An id of any script makes one file's name, whatever characters are in it."""
    links = english(of(student("王 芳/%#?\u202e"))).values("href")
    assert {unquote(link) for link in links if "/" in link} == {
        "feedback/王 芳/%#?\u202e.html",
        "results/王 芳/%#?\u202e.json",
    }
    assert all(link.isascii() and link.count("/") == 1 for link in links if "/" in link)


def test_counts() -> None:
    """The page begins with who handed in, was graded, and what the class reached."""
    words = english(CLASS).words()
    states = [s.status for s in CLASS.standings]
    assert f"Handed in 60 Graded {states.count('graded')} Not graded 2" in words
    late = sum(s.grade.late is not None for s in CLASS.standings)
    corrected = sum(bool(s.grade.corrections) for s in CLASS.standings)
    assert f"Could not be run 3 Late {late} Corrected {corrected}" in words
    half = replace(student("b").grade, final=50.0)
    words = english(of(student("a"), student("b", grade=half), student("c"))).words()
    assert "Median of the final scores 100 of 100 mean 83.33, full marks: 2" in words
    assert "Nobody has a score yet." in english(CLASSES["none graded"]).words()


def test_distribution() -> None:
    """The drawing of the scores is told in words: how many students for how many points."""
    finals = (0.0, 4.99, 5.0, 99.0, 100.0, 120.0)
    standings = (
        student(str(n), grade=replace(student("a").grade, final=final))
        for n, final in enumerate(finals)
    )
    assert "Students by points: 0–5: 2; 5–10: 1; 95–100: 3" in english(of(*standings)).words()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_every_score_is_drawn(finals: list[float], most: int) -> None:
    """Whatever the scores and the most there is: each is in one column, in finite places."""
    standings = (
        student(str(n), grade=replace(student("a").grade, final=final))
        for n, final in enumerate(finals)
    )
    page = english(of(*standings, groups=(replace(GROUPS[0], points=float(most)),)))
    assert not re.search("nan|inf", str([page.values(n) for n in ("d", "x", "y", "height")]))
    columns = re.findall(r"[\d.]+–[\d.]+: (\d+)", page.words())
    assert sum(map(int, columns)) == len(finals)


def test_pass_rates() -> None:
    """A check's rate is that of the graded, rounded down, beside the outcomes it is made of."""
    passing = [student(str(n)) for n in range(199)]
    error = student("x", outcomes={CHECKS[0].id: "error", CHECKS[1].id: "skipped"})
    words = english(of(*passing, error, ungraded("y", None))).words()
    assert f"1 {CHECKS[0].title.en} Task 1a: softmax 99% 199 0 1 0" in words
    assert f"2 {CHECKS[1].title.en} Task 1a: softmax 99% 199 0 0 1" in words
    assert f"4 {CHECKS[3].title.en} hidden Task 1a: softmax 100% 200 0 0 0" in words


def test_points_by_task() -> None:
    """A task's mean counts those graded by the checks, and no one's correction."""
    poor = student("b", points=dict.fromkeys((g.name for g in GROUPS), 0.0))
    words = english(of(student("a"), poor, student("c"), ungraded("d", None))).words()
    assert "Task 1a: softmax 66% Task 1b: the cross-entropy loss 66%" in words


def test_students_per_diagnosis() -> None:
    """A misconception names all who share it, each linked; the most common one comes first."""
    group = of(
        student("a", diagnoses=("sign",)),
        student("b", diagnoses=("base", "sign")),
        student("c", diagnoses=("base",)),
        student("d", diagnoses=("base",)),
    )
    assert {
        d: [s.entry.student for s in those] for d, those in mistakes.by_diagnosis(group).items()
    } == {
        "base": ["b", "c", "d"],
        "sign": ["a", "b"],
    }
    page = english(group)
    assert "base 3 students B C D sign 2 students A B" in page.words()
    assert page.values("href").count("feedback/b.html") == 4
    assert "No misconception was recognised." in english(of(student("a"))).words()


def test_same_checks_lost() -> None:
    """Those without a diagnosis are together who lost the very same checks, skipped ones aside."""

    def losing(name: str, failed: int, other: str, **more: object) -> Standing:
        outcomes = {CHECKS[failed].id: "failed", CHECKS[5].id: "error", CHECKS[6].id: other}
        return student(name, outcomes=outcomes, **more)

    group = of(
        losing("a", 0, "skipped"),
        losing("b", 0, "passed"),
        losing("c", 1, "passed"),
        losing("d", 0, "passed", diagnoses=("known",)),
        losing("e", 0, "passed", cause=Text("Empty.")),
        student("f"),
        replace(losing("g", 0, "passed"), status="not_graded"),
    )
    found = mistakes.by_lost_checks(group)
    assert {n: [s.entry.student for s in those] for n, those in found.items()} == {
        (1, 6): ["a", "b"],
        (2, 6): ["c"],
    }
    words = english(group).words()
    assert f"1 student 2 {CHECKS[1].title.en}" not in words
    assert f"2 students 1 {CHECKS[0].title.en} 6 {CHECKS[5].title.en} A B" in words
    assert "1 more student lost checks in a combination that nobody else has." in words


def test_what_could_not_be_run() -> None:
    """Work that could not be run is gathered by what was wrong, whatever the line."""
    wrong = "{file}, line {line}: no Python."
    group = of(
        *(
            student(name, cause=Text(wrong, params={"file": "a.py", "line": line}))
            for line, name in enumerate("abc", 1)
        ),
        student("d", cause=Text("Empty.")),
    )
    words = english(group).words()
    assert "3 students For example: a.py, line 1: no Python. A B C 1 student Empty. D" in words


def test_not_graded_tells_why() -> None:
    """Whoever is not graded is named with the reason, or that none was recorded."""
    words = english(CLASSES["none graded"]).words()
    assert "No reason was recorded. Li A check is broken. Wu" in words
    assert "Everything that was handed in is graded." in english(of(student("a"))).words()


def test_long_lists_are_folded() -> None:
    """Of many who share something the first are shown and the others can be unfolded."""
    page = english(of(*(student(f"s{n}", diagnoses=("sign",)) for n in range(40))))
    assert "S23 and 16 more S24" in page.words()


def test_names_that_several_have() -> None:
    """In lists a student is called by name, and by the id too where others have that name."""
    entries = (
        Entry(student="7", name="Li"),
        Entry(student="8", name="Li"),
        Entry(student="9", name=""),
    )
    group = of(*(student(e.student, entry=e, diagnoses=("sign",)) for e in entries))
    assert "sign 3 students Li 7 Li 8 9" in english(group).words()


def curve(*accuracies: float) -> dict[str, object]:
    """A training run."""
    epochs = tuple(Epoch(n, 1.0, accuracy, None) for n, accuracy in enumerate(accuracies, 1))
    return {"epochs": epochs, "converged": accuracies[-1] > 0.94}


def test_learning_curves() -> None:
    """Each student's curve is drawn, with the median, the threshold, and who converged."""
    group = of(
        student("a", **curve(0.8, 0.95)),
        student("b", **curve(0.7, 0.97)),
        student("c", **curve(0.1)),
        student("d"),
    )
    page = english(group)
    assert "Median by epoch: 1: 70.00%; 2: 96.00%." in page.words()
    assert "2 of 3 training runs converged. 1 stopped before the last epoch" in page.words()
    assert "94% needed" in page.words()
    strands = [attrs["d"] for tag, attrs in page.elements if attrs.get("class") == "strand"]
    assert strands[-1].count("M") == 3
    assert "needed" not in english(replace(group, threshold=None)).words()
    assert "Training accuracy" not in english(of(student("a"))).words()


def test_many_curves_are_bands() -> None:
    """Many students or many epochs don't make many lines: areas show where most of them are."""
    run = curve(*(1 - 1 / n for n in range(1, 900)))
    source = "".join(render(of(*(student(f"s{n}", **run) for n in range(200))), "en"))
    assert source.count('<path class="band') == 2
    assert source.count('<circle class="dot middle"') == 24
    assert 'class="strand" d="M1 9' not in source
    assert (
        len(source) - len("".join(render(of(*map(student, map(str, range(200)))), "en"))) < 12_000
    )


def test_similar_pairs() -> None:
    """The most alike pairs are listed with a word of warning, and the rest are counted."""
    two = (student("a"), student("b"))
    page = english(replace(of(*two), pairs=(Pair("a", "b", 41, 0.973),) * 120))
    assert "likeness is never a penalty by itself. The 100 most alike of 120 pairs" in page.words()
    assert page.words().count("A B 97% 41") == 100
    assert "Similar" not in english(of(*two)).words()


def test_every_student_has_a_row() -> None:
    """A row tells id, name, scores, points by task, checks lost, lateness, status and seconds."""
    entry = Entry(student="li", name="李雷", others=("a.py", "b.py", "c.py", "d.py"))
    fix = Correction(student="li", group="loss", points=9.5, at=AT)
    grade = Grade(
        raw=90.0,
        corrected=95.0,
        final=85.5,
        max_score=100.0,
        corrections=(fix,),
        late=Late(2, 1, 10.0),
    )
    lost = {CHECKS[0].id: "failed", CHECKS[1].id: "error", CHECKS[2].id: "skipped"}
    group = of(
        student("li", entry=entry, grade=grade, outcomes=lost, diagnoses=("sign",), seconds=1.26)
    )
    page = english(group)
    assert (
        "li 李雷 also handed in, not graded: a.py, b.py, c.py and others 85.5 90 "
        "28 16 12 5 15 24 2 sign 2 −10% Graded corrected 1.3 JSON"
    ) in page.words()
    row = next(attrs for _, attrs in page.elements if "data-is" in attrs)
    assert row == {"data-is": "graded late corrected others", "data-lost": "1 2", "data-named": "1"}
    late = replace(grade, late=Late(None), corrections=())
    words = english(of(student("li", grade=late))).words()
    assert "0 ?how late is not known Graded 0.0" in words
    assert "c C – – Not graded 0.0" in english(of(ungraded("c", None))).words()


def test_size() -> None:
    """The page of 3,000 students is smaller than 2.5 MB and comes in small pieces."""
    pieces = [len(piece.encode()) for piece in render(overview(3000), "zh")]
    assert sum(pieces) < 2_500_000
    assert max(pieces[1:]) < 100_000
