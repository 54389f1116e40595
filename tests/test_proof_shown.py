"""Proofs as shown: on a terminal, as a page, as JSON and as JUnit XML."""

import io
import json
import math
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console

from grader.locales import LANGUAGES
from grader.proof import Finding, Room, problems, proved
from grader.report.proof import json as as_json
from grader.report.proof import junit, page, terminal
from grader.report.proof.reading import amount, enough, tightest
from grader.results import Text
from tests.proofs import FAILED, HOSTILE_PROOF, NOTHING, PROOFS, PROVED, proof, section
from tests.reports import HOSTILE
from tests.test_page import Page

CSS = Path(page.__file__).parents[1] / "templates" / "proof.css"
EVERY = tuple(PROOFS.values())


@pytest.fixture(params=LANGUAGES)
def lang(request):
    return request.param


@pytest.fixture(params=PROOFS)
def sample(request):
    return PROOFS[request.param]


# Reading.


@pytest.mark.parametrize(
    ("room", "is_enough"),
    [
        (Room("a", "tolerance", 0.5, 0, 0.5), True),
        (Room("a", "tolerance", 0.49, 0, 0.5), False),
        (Room("a", "bar", 0.0, 0, 0.0), True),
        (Room("a", "bar", -1e-9, 0, 0.0), False),
        (Room("a", "bar", float("nan"), 0, 0.0), False),
        (Room("a", "bar", float("inf"), 0, 0.1), True),
    ],
)
def test_what_is_enough(room, is_enough):
    """A margin is enough if it reaches what is asked; what is no number never is."""
    assert enough(room) is is_enough


def test_the_tightest_come_first():
    """Too small ones come first, then those with the least for what is asked, then the rest."""
    lefts = ((0.9, 0.5), (0.006, 0.004), (3.0, 0.0), (float("nan"), 0.5), (-0.1, 0.0), (0.2, 0.0))
    rooms = [Room(str(n), "bar", left, 0, asked) for n, (left, asked) in enumerate(lefts)]
    assert "".join(room.check for room in tightest(rooms)) == "341052"


@given(st.lists(st.tuples(st.floats(), st.floats(0, 1))))
def test_sorting_keeps_every_margin(pairs):
    """None is lost; what is enough comes last, what is no number at all first."""
    rooms = [Room(str(n), "tolerance", left, 0, asked) for n, (left, asked) in enumerate(pairs)]
    found = tightest(rooms)
    assert sorted(room.check for room in found) == sorted(room.check for room in rooms)
    goods = [enough(room) for room in found]
    assert goods == sorted(goods)
    hopeless = [math.isnan(room.left) or room.left == -math.inf for room in found]
    assert hopeless == sorted(hopeless, reverse=True)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (0.9731, "tolerance", "97.31%"),
        (0.5, "tolerance", "50%"),
        (-0.2, "tolerance", "-20%"),
        (float("-inf"), "tolerance", "−∞"),
        (float("nan"), "tolerance", "NaN"),
        (0.0061, "bar", "0.0061"),
        (0.0, "bar", "0"),
    ],
)
def test_amounts(value, kind, said):
    """Tolerances are in percent of themselves, bars in their own unit."""
    assert amount(value, kind) == said


# The terminal.


def printed(sample, lang="en", width=80, *, ascii_only=False, colour=False):
    """What a terminal shows, without the blanks at the ends of lines."""
    screen = io.StringIO()
    colours = "standard" if colour else None
    console = Console(file=screen, width=width, force_terminal=colour, color_system=colours)
    for line in terminal.lines(sample, lang, ascii_only=ascii_only):
        console.print(line, markup=False, emoji=False, highlight=False)
    return re.sub(r" +(?=\n)", "", screen.getvalue())


def test_a_proved_assignment_is_short():
    """What is proved is told in about 20 lines: sections, tightest margins, score, verdict."""
    text = printed(PROVED)
    assert len(text.splitlines()) <= 20
    for words in (
        "✓  The reference answer earns full marks            31 of 31",
        "Tightest margins (seeds: 30)",
        "✓  test_training::converges                    bar        0.0061  0.004    17",
        "Mutation score 100%: 85 killed, 0 survived, 2 equivalent, 3 crashed",
    ):
        assert words in text
    assert text.endswith("\nNewCross_softmax is proved. 62.1 s\n")
    assert "✗" not in text


def test_every_problem_is_told():
    """Each problem stands below its section, with its name, its note and its diff."""
    text = printed(FAILED)
    assert (
        "✗ Every known mistake is caught and named\n  softmax_exp_only.py\n"
        "    It should lose test_softmax::sums_to_one as well, and not –.\n"
        "    Forgets to divide by the sum.\n"
    ) in text
    assert (
        "  delta:12:a - y->y - a\n    No check tells it from the answer. Write one that does.\n"
        "      -    return a - y\n      +    return y - a\n"
    ) in text
    assert "Caught no known mistake, and no mutant before others did: test_loss::type" in text
    assert "✗  test_training::converges                    bar         0.001  0.004    17" in text
    assert text.endswith("\nNewCross_softmax is not proved: 4 problems. 62.1 s\n")


def test_one_problem():
    """One problem is counted in the singular."""
    one = proof(section("leaks", Finding("page", Text("A hidden line."))))
    assert "NewCross_softmax is not proved: 1 problem. 62.1 s" in printed(one)


def test_every_margin_that_is_too_small_is_told():
    """However many margins are too small, none of them is left out."""
    rooms = tuple(Room(f"test_a::number_{n}", "bar", -1.0, n, 0.5) for n in range(9))
    assert printed(proof(rooms=rooms)).count("✗  test_a::number_") == 9


def test_what_was_not_measured_is_not_told():
    """Without margins, mutants and checks there is nothing said about them."""
    assert (
        printed(NOTHING) == "Cross-entropy loss and softmax\n\nNewCross_softmax is proved. 62.1 s\n"
    )


def test_colour_only_adds():
    """With colours the words are the same; a diff is green and red."""
    plain, coloured = printed(FAILED), printed(FAILED, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[31m-    return a - y\x1b[0m" in coloured
    assert "\x1b[32m+    return y - a\x1b[0m" in coloured
    bare = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert re.sub(r" +(?=\n)", "", bare) == plain


@pytest.mark.parametrize("width", [60, 80])
def test_no_line_is_too_wide(sample, lang, width):
    """Lines fit the terminal, Chinese ones too."""
    assert all(cell_len(line) <= width for line in printed(sample, lang, width).splitlines())


def test_signs_for_every_terminal():
    """A terminal without ticks gets letters."""
    text = printed(FAILED, ascii_only=True)
    assert "  +  The reference answer earns full marks" in text
    assert "  x  Every known mistake is caught and named" in text
    assert not set("✓✗") & set(text)


def test_nothing_foreign_steers_the_terminal():
    """What a name or a diff holds can't colour, turn round or end a line."""
    foreign = proof(
        section("leaks", Finding("a\x1b[2J\u202e\nb", Text("!"), diff="+\x1b[2J\u202e"))
    )
    text = printed(foreign)
    assert "  a [2J  b\n" in text
    assert not {"\x1b", "\u202e"} & set(text)


# The page.


@pytest.fixture
def source(sample, lang):
    return page.render([sample], lang)


def english(*proofs):
    return Page(page.render(proofs, "en"))


def test_the_page_runs_and_loads_nothing(source):
    """There is no script, handler, form or picture; links stay on the page; a policy holds it."""
    found = Page(source)
    tags = {tag for tag, _ in found.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "img"}
    names = {name for _, attrs in found.elements for name in attrs}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src"}]
    assert all(href.startswith("#") or href == "data:," for href in found.values("href"))
    assert sum("default-src 'none'" in value for value in found.values("content")) == 1
    assert not re.search(r"url\(|@import", CSS.read_text("utf-8"))


@pytest.mark.parametrize("proofs", [EVERY[:1], EVERY[1:2], EVERY[2:3], EVERY[3:], EVERY])
def test_the_page_is_well_made(proofs, lang):
    """Elements are balanced, ids are unique and there, headings in order, tables have headers."""
    found = Page(page.render(proofs, lang))
    assert found.strays == []
    assert found.stack == []
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    links = {href[1:] for href in found.values("href") if href.startswith("#")}
    assert links | set(found.values("aria-labelledby")) <= set(ids)
    tags = [tag for tag, _ in found.elements]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("thead") == tags.count("tbody")
    assert all(attrs.get("scope") in {"col", "row"} for t, attrs in found.elements if t == "th")
    assert all(attrs["aria-hidden"] == "true" for tag, attrs in found.elements if tag == "svg")
    assert found.elements[0] == ("html", {"lang": {"en": "en", "zh": "zh-Hans"}[lang]})


def test_both_pages_are_alike(sample):
    """Both languages have the same elements in the same places, and the words differ."""
    first, second = (Page(page.render([sample], lang)) for lang in LANGUAGES)
    assert [tag for tag, _ in first.elements] == [tag for tag, _ in second.elements]
    assert first.words() != second.words()


def test_foreign_text_is_text_on_the_page():
    """Markup in names, sentences, diffs and versions is shown as it is, and opens no element."""
    hostile, harmless = english(HOSTILE_PROOF), english(FAILED)
    assert hostile.text.count(HOSTILE) >= 15
    assert "{{ 7 * 7 }}" in hostile.text
    assert {tag for tag, _ in hostile.elements} <= {tag for tag, _ in harmless.elements}


def test_the_verdict_comes_first():
    """The heading says whether all is proved, of one assignment or of how many."""
    for proofs, verdict in (
        ([PROVED], "The assignment is proved"),
        ([FAILED], "The assignment is not proved"),
        ([PROVED, NOTHING], "All 2 assignments are proved"),
        ([PROVED, FAILED, NOTHING], "Not proved: 1 of 3 assignments"),
    ):
        words = english(*proofs).words()
        assert words.startswith(verdict)
        assert f"Proof of assignments {verdict} For the course team only" in words


def test_sections_in_a_table():
    """Each section says whether it holds, what it is about and what came of it."""
    found = english(FAILED)
    words = found.words()
    assert "Passed The reference answer earns full marks 31 of 31 Passed" in words
    assert "Failed Every known mistake is caught and named 48 of 49 Failed" in words
    assert found.values("href").count("#a1-wrong-3") == 1


def test_problems_are_unfolded():
    """What is wrong stands open with name, reason, note and diff; the rest can be unfolded."""
    found = english(FAILED)
    words = found.words()
    assert "softmax_exp_only.py It should lose test_softmax::sums_to_one as well" in words
    assert sum(a.get("class") == "finding failed" for _, a in found.elements) == 4
    assert "Every mutant of the answer is caught (89)" in words
    assert [tag for tag, _ in found.elements].count("details") == 7
    assert "Problems 0 " in english(PROVED).words()


def test_a_diff_has_signs_and_colours():
    """What was taken out and put in differ in sign and element, so in more than colour."""
    text = page.render([FAILED], "en")
    assert "<code><del>-    return a - y</del><ins>+    return y - a</ins></code>" in text


def test_margins_on_the_page():
    """A tolerance is drawn with what is asked; a bar is told in its unit; a bad one is marked."""
    found = english(FAILED)
    words = found.words()
    assert "every weight's gradient test_gradient::every_weight 71% 50% 4" in words
    assert "the training converges test_training::converges too little: 0.001 0.004 17" in words
    drawn = [a["width"] for t, a in found.elements if t == "rect" and a.get("class") == "part"]
    assert drawn == ["71.0", "97.3", "100.0"]
    many = proof(rooms=tuple(Room(f"a::{n}", "bar", 1.0, n, 0.5) for n in range(14)))
    assert "and 4 more" in english(many).words()


@given(st.floats(), st.floats(0, 1))
def test_every_margin_can_be_drawn(left, asked):
    """Whatever is left of a tolerance, it is drawn within its bar."""
    found = english(proof(rooms=(Room("a::b", "tolerance", left, 0, asked),)))
    (width,) = (a["width"] for t, a in found.elements if t == "rect" and a.get("class") == "part")
    assert 0.0 <= float(width) <= 100.0


def test_mutants_on_the_page():
    """The score and what it is made of are told."""
    words = english(FAILED).words()
    assert "Mutation score 97.7% Killed 85 Survived 2 Equivalent 1 Crashed 3" in words
    assert "Mutants" not in english(NOTHING).words()


def test_what_each_check_catches():
    """A check has its points and what it caught; one that caught nothing is marked."""
    words = english(FAILED).words()
    assert "large nets hidden test_hidden_softmax::moderately_large_nets 3 4 0" in words
    assert "the loss is a number hidden test_loss::type catches nothing 1 0 0" in words
    assert words.count("catches nothing") == 1


# For programs.


def strict(text):
    """Read JSON that has no NaN in it."""
    return json.loads(text, parse_constant=pytest.fail)


def test_json_has_its_keys_in_order():
    """The keys come in the documented order."""
    content = strict(as_json.render([FAILED], "en"))
    assert list(content) == ["schema", "proved", "assignments"]
    (one,) = content["assignments"]
    assert list(one) == (
        "assignment title proved seeds seconds sections margins mutation checks versions".split()
    )
    assert list(one["sections"][0]) == ["kind", "title", "summary", "proved", "findings"]
    assert list(one["sections"][0]["findings"][0]) == (
        ["name", "ok", "problem", "note", "diff", "seconds"]
    )
    assert list(one["margins"][0]) == ["check", "kind", "left", "asked", "enough", "seed"]
    assert list(one["mutation"]) == ["killed", "crashed", "equivalent", "survived", "score"]
    assert list(one["checks"][0]) == (
        ["id", "title", "visibility", "points", "mistakes", "mutants"]
    )


def test_json_says_what_the_proof_says(sample, lang):
    """Verdicts, counts and numbers are those of the record, in each language."""
    content = strict(as_json.render([sample, PROVED], lang))
    assert content["proved"] is proved(sample)
    one = content["assignments"][0]
    for found, wanted in zip(one["sections"], sample.sections, strict=True):
        assert found["proved"] is not bool(problems(wanted))
        assert [f["ok"] for f in found["findings"]] == [f.problem is None for f in wanted.findings]
        assert all((f["problem"] is None) is f["ok"] for f in found["findings"])
    assert len(one["margins"]) == len(sample.rooms)
    assert (one["mutation"] is None) is (sample.mutation is None)


def test_json_speaks_the_language():
    """Titles and sentences are in the language that was asked for."""
    (one,) = strict(as_json.render([PROVED], "zh"))["assignments"]
    assert one["sections"][0]["title"] == "参考答案得满分"
    assert one["sections"][0]["summary"] == "31 / 31"


def test_what_is_not_finite_is_null_in_json():
    """A margin that is no number, or has no end, is null."""
    (one,) = strict(as_json.render([HOSTILE_PROOF], "en"))["assignments"]
    assert [margin["left"] for margin in one["margins"]] == [None, -1e300, None, None]


def suites(*proofs, lang="en"):
    return ET.fromstring(junit.render(proofs, lang).encode())


def test_junit_adds_up(sample, lang):
    """Each suite is a section, each case a trial; the counts are those of the elements."""
    root = suites(sample, PROVED, lang=lang)
    assert len(root) == len(sample.sections) + len(PROVED.sections)
    for element in (root, *root):
        assert int(element.get("tests")) == len(element.findall(".//testcase"))
        assert int(element.get("failures")) == len(element.findall(".//failure"))
    for suite, wanted in zip(root, sample.sections, strict=False):
        assert len(suite) == len(wanted.findings)


def test_junit_tells_a_survivor():
    """A survivor is a failure with its reason and, as text, its diff; a note is its output."""
    suite = suites(FAILED)[3]
    assert suite.get("name") == "NewCross_softmax: Every mutant of the answer is caught"
    survivor, *others = suite
    assert survivor.attrib == {
        "classname": "NewCross_softmax.mutants",
        "name": "delta:12:a - y->y - a",
        "time": "0.100",
    }
    (failure,) = survivor
    assert failure.get("message") == "No check tells it from the answer. Write one that does."
    assert failure.get("type") == "mutants"
    assert failure.text == "-    return a - y\n+    return y - a"
    assert [(e.tag, e.text) for e in others[1]] == [
        ("system-out", "Any shift gives the same activations.")
    ]


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_well_formed_xml(name, said, diff):
    """What XML can't hold becomes a blank, and every document can be read."""
    finding = Finding(name, Text(said), Text(said), diff)
    root = suites(replace(proof(section("leaks", finding)), assignment=name))
    assert len(root[0][0].get("name")) == len(name)
    assert len(root[0][0][0].get("message")) == len(said)


def test_what_is_shown_can_be_encoded(sample, lang):
    """Every output can be written as UTF-8, whatever a file is called."""
    for text in (page.render([sample], lang), as_json.render([sample], lang),
                 junit.render([sample], lang), printed(sample, lang)):  # fmt: skip
        text.encode()
