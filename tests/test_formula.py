"""Formulas of the lesson: drawn without a script, safe, and all of them the handout's own."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.diagnosis import read_diagnoses
from grader.course import load_assignment
from grader.errors import CourseError
from grader.report.formula import ATTRIBUTES, CHILDREN, mathml, require_formula
from tests.command import ROOT

ASSIGNMENTS = sorted(path.parent for path in ROOT.glob("assignments/*/assignment.toml"))
GROUPS = [
    pytest.param(folder, group, id=f"{folder.name}-{group.name}")
    for folder in ASSIGNMENTS
    for group in load_assignment(folder, ROOT).groups
    if group.formula
]
STEPS = [
    pytest.param(step.formula, id=f"{folder.name}-{step.number}")
    for folder in ASSIGNMENTS
    for step in read_diagnoses(ROOT / "solutions" / folder.name).step
    if step.formula
]
BROKEN = {
    "a fraction without a denominator": r"\frac{1",
    "a power of nothing": "x^",
    "a matrix without an end": r"\begin{matrix} a",
    "a command that nobody knows": r"\unknown x",
    "a frame, which browsers don't draw": r"\boxed{x}",
    "a link": r"\href{javascript:alert(1)}{x}",
    "a colour": r"\color{red}{x}",
}


class Elements(HTMLParser):
    """The elements of a piece of markup, with their attributes, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def printed(folder, handout: str) -> str:
    """A handout's text with single blanks."""
    return " ".join((folder / handout).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(("folder", "group"), GROUPS)
def test_formulas_are_the_handouts(folder, group):
    """A group's formula stands in the handout in both languages, letter by letter."""
    for handout in ("README.md", "README.zh-CN.md"):
        assert group.formula in printed(folder, handout)


@pytest.mark.parametrize(("folder", "group"), GROUPS)
def test_formulas_can_be_drawn(folder, group):
    """Every group's formula becomes MathML."""
    require_formula(group.formula, "assignment.toml", "groups")
    assert mathml(group.formula).startswith('<math display="block"><mrow>')


@pytest.mark.parametrize("latex", STEPS)
def test_formulas_of_steps_can_be_drawn(latex):
    """What a step of the derivation prints becomes MathML."""
    require_formula(latex, "diagnoses.toml", "step")
    assert mathml(latex).startswith('<math display="block"><mrow>')


def test_a_formula():
    """Letters, signs, fractions, sums and indices have elements of their own."""
    assert mathml(r"a_k = \sum_i \frac{1}{t}") == (
        '<math display="block"><mrow><msub><mi>a</mi><mi>k</mi></msub><mo>=</mo>'
        "<munder><mo>∑</mo><mi>i</mi></munder>"
        "<mfrac><mrow><mn>1</mn></mrow><mrow><mi>t</mi></mrow></mfrac></mrow></math>"
    )


def test_names_of_functions_are_set_apart():
    """The name of a function does not run into its argument."""
    assert '<mo form="infix" lspace="0.167em" rspace="0.167em">ln</mo>' in mathml(r"y \ln a")


def test_several_formulas():
    """Formulas with a wide gap between them are several, and may stand below each other."""
    assert mathml(r"a = 1, \qquad b = 2 \quad c").count("<math ") == 3


@pytest.mark.parametrize("latex", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_drawn_is_the_courses_fault(latex):
    """A formula that can't be converted is told with file and key; a page shows its source."""
    with pytest.raises(CourseError) as caught:
        require_formula(latex, "assignment.toml", "groups[2].formula")
    assert str(caught.value).startswith("assignment.toml: the formula at groups[2].formula can't")
    page = Elements(mathml(latex))
    assert (page.text, page.found) == (latex, [("code", {})])


LATEX = st.text(st.sampled_from(r"\{}_^&<>\"'ab1 ") | st.characters(exclude_categories=["Cs"]))


@given(LATEX | LATEX.map(lambda text: rf"\text{{{text}}}"))
def test_no_formula_is_markup(latex):
    """Whatever a formula is made of, only known elements and attributes come of it."""
    for tag, attributes in Elements(mathml(latex)).found:
        assert tag in {*CHILDREN, "math", "code"}
        assert set(attributes) <= ATTRIBUTES | {"display", "lspace", "rspace"}


def test_text_in_a_formula_is_text():
    """Words in a formula open no element."""
    page = mathml(r"\text{<script>alert(1)</script>}")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
