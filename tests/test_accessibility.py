"""axe looks at the feedback pages in a real browser, and finds nothing."""

from importlib.resources import files

import pytest
from msgspec.structs import replace

from grader.report.html import render
from grader.results import Diagnosis, Group, Step, Text
from tests.chromium import HERE, MISSING, chromium, look
from tests.reports import GROUPS, REPORTS

pytestmark = pytest.mark.skipif(not HERE, reason=MISSING)

AXE = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
RUN = """
    const done = arguments[0];
    axe.run().then(
        found => done(found.violations.flatMap(v => v.nodes.map(n => [v.id, n.html]))),
        error => done([["axe", String(error)]]));
"""
FORMULA = r"E = -\sum_i y_i \ln a_i, \qquad \delta_k = \frac{\partial E}{\partial net_k}"


def told():
    """A report with formulas, a diagnosis, traces and remarks beside the code."""
    report = REPORTS["failed"]
    found = Diagnosis(
        report.checks[4].diagnosis,
        "loss",
        Text("Your loss has the opposite sign."),
        Text("What is the sign of a logarithm?"),
        4,
        derivation=Step(4, Text("The loss"), FORMULA),
    )
    groups = tuple(Group(group.name, group.title, FORMULA) for group in GROUPS)
    return replace(report, groups=groups, diagnoses=(found,))


PAGES = {
    "full marks": REPORTS["full_marks"],
    "mistakes": told(),
    "one cause": REPORTS["broken"],
    "a notebook": REPORTS["notebook"],
    "not graded": REPORTS["not_graded"],
    "a student's kit": REPORTS["kit"],
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


def faults(browser, page) -> list[list[str]]:
    """What axe finds wrong with a file: each rule with the element that breaks it."""
    browser.get(page.as_uri())
    browser.execute_script(AXE)
    found: list[list[str]] = browser.execute_async_script(RUN)
    return found


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (390, True)], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser, tmp_path, name, width, dark):
    """No page breaks a rule of accessibility, light at a desk or dark on a phone."""
    page = tmp_path / "page.html"
    page.write_text(render(PAGES[name], "zh" if dark else "en"), encoding="utf-8")
    look(browser, width, dark=dark)
    assert faults(browser, page) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_axe_would_find_something(browser, tmp_path):
    """A link without a name and letters as pale as their paper are found."""
    page = tmp_path / "page.html"
    source = render(PAGES["mistakes"], "en")
    source = source.replace("</main>", '<a href="#x"></a><p style="color:#eee">pale</p></main>')
    page.write_text(source, encoding="utf-8")
    look(browser, 1200)
    assert {rule for rule, _ in faults(browser, page)} == {"link-name", "color-contrast"}
