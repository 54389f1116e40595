"""The page of a class in a real browser: searched, sorted and filtered, with keys alone, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from grader.report.overview import render
from tests.chromium import HERE, MISSING, chromium, look
from tests.classes import CHECKS, overview
from tests.test_overview_page import CLASSES, of, student

pytestmark = pytest.mark.skipif(not HERE, reason=MISSING)

SMALL, LARGE = CLASSES["a class"], overview(450)
COLUMN = {"student": 0, "final": 1, "softmax": 3, "lost": 9, "diagnoses": 10, "late": 11}
MARKED = (SMALL.standings[4].entry.student, SMALL.standings[4].entry.name)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pages of some classes, and one student's page."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "feedback").mkdir()
    for standing in SMALL.standings:
        (folder / "feedback" / f"{standing.entry.student}.html").write_text("<title>him</title>")
    for name, group, lang in (
        ("small", SMALL, "en"),
        ("large", LARGE, "en"),
        ("zh", SMALL, "zh"),
        ("hostile", CLASSES["hostile"], "en"),
        ("nobody", CLASSES["nobody"], "en"),
        ("few", of(*map(student, ("s10", "s9", "t"))), "en"),
    ):
        (folder / f"{name}.html").write_text("".join(render(group, lang)), "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def visit(browser: Chrome, pages: Path):
    """A function that opens a page, and says what the browser had to complain about."""

    def open_page(name: str, width: int = 1280, *, dark: bool = False, script: bool = True):
        look(browser, width, dark=dark, script=script)
        browser.get((pages / f"{name}.html").as_uri())
        return browser.get_log("browser")

    return open_page


def cells(browser: Chrome, column: int) -> list[str]:
    """What stands in a column of the table of all students."""
    return browser.execute_script(
        "return [...document.querySelectorAll('.roll tbody tr')]"
        ".map((row) => row.cells[arguments[0]].textContent)",
        column,
    )


def numbers(browser: Chrome, column: int) -> list[float | None]:
    """The same as numbers, None where there is none."""
    return [float(c.split()[0]) if c[:1].isdigit() else None for c in cells(browser, column)]


def field(browser: Chrome, name: str) -> WebElement:
    return browser.find_element(By.ID, name)


def header(browser: Chrome, column: int) -> WebElement:
    return browser.find_elements(By.CSS_SELECTOR, ".roll thead button")[column]


def said(browser: Chrome) -> str:
    return field(browser, "count").text


@pytest.mark.parametrize("name", ["small", "large", "zh", "hostile", "nobody"])
@pytest.mark.parametrize("width", [390, 1280])
def test_fits_and_runs(visit, browser, name, width):
    """A page opens without a complaint, and nothing sticks out to the side."""
    assert visit(name, width, dark=width == 390) == []
    sticks_out = "const root = document.documentElement; return root.scrollWidth > root.clientWidth"
    assert not browser.execute_script(sticks_out)
    assert field(browser, "search").is_displayed()


def test_nothing_hostile_runs(visit, browser):
    """Of all that others wrote nothing becomes an element, runs, or turns the text round it."""
    visit("hostile")
    found = "return document.querySelectorAll('img, script:not(head > script), [onerror]').length"
    assert browser.execute_script(found) == 0
    assert browser.execute_script("return document.title").startswith("<script>alert(1)")
    field(browser, "search").send_keys("<img")
    assert said(browser) == "2 of 3 students"
    assert browser.execute_script(found) == 0
    styles = (
        "return [...document.querySelectorAll('bdi')].map((e) => getComputedStyle(e).unicodeBidi)"
    )
    assert set(browser.execute_script(styles)) == {"isolate"}


def test_search(visit, browser):
    """Each key narrows the table to those whose id, name or misconception has every word."""
    visit("small")
    field(browser, "search").send_keys(MARKED[0].upper())
    assert said(browser) == "1 of 60 students"
    assert cells(browser, 0)[0].startswith(MARKED[0])
    field(browser, "search").clear()
    field(browser, "search").send_keys("2026  SIGN")
    assert 0 < len(cells(browser, 0)) < 60
    assert all("opposite-sign" in text for text in cells(browser, COLUMN["diagnoses"]))
    assert all(text.startswith("2026") for text in cells(browser, 0))
    field(browser, "search").send_keys("x")
    assert said(browser) == "0 of 60 students"
    assert cells(browser, 0) == []


def test_count_is_announced(visit, browser):
    """The number of rows is in an element whose changes are read aloud."""
    visit("small")
    assert field(browser, "count").aria_role == "status"


@pytest.mark.parametrize("column", ["final", "lost", "late"])
def test_sort_by_number(visit, browser, column):
    """A click sorts by number, another one the other way round, and what is missing stays last."""
    visit("small")
    for order in ("ascending", "descending"):
        header(browser, COLUMN[column]).click()
        values = numbers(browser, COLUMN[column])
        there = [value for value in values if value is not None]
        assert there == sorted(there, reverse=order == "descending")
        assert len(set(there)) > 1
        assert values == there + [None] * (60 - len(there))
        sorts = browser.find_elements(By.CSS_SELECTOR, ".roll [aria-sort]")
        assert [s.get_attribute("aria-sort") for s in sorts] == [order]


def test_sort_by_text(visit, browser):
    """Ids are sorted as people sort them, with numbers as numbers."""
    visit("few")
    header(browser, 0).click()
    assert cells(browser, 0) == ["t T", "s10 S10", "s9 S9"]
    header(browser, 0).click()
    assert cells(browser, 0) == ["s9 S9", "s10 S10", "t T"]


def test_hardest_first(visit, browser):
    """The checks can be sorted by their pass rate, and put back in order."""
    visit("small")
    rates = "return [...document.querySelectorAll('.passing')].map((c) => parseInt(c.textContent))"
    before = browser.execute_script(rates)
    number, _, _, rate, *_ = browser.find_elements(By.CSS_SELECTOR, ".rates thead button")
    rate.click()
    assert browser.execute_script(rates) == sorted(before) != before
    number.click()
    assert browser.execute_script(rates) == before


@pytest.mark.parametrize(
    ("name", "choice", "fits"),
    [
        ("is", "not_graded", lambda s: s.status == "not_graded"),
        ("is", "late", lambda s: s.grade.late is not None),
        ("is", "corrected", lambda s: bool(s.grade.corrections)),
        ("is", "broken", lambda s: s.cause is not None),
        ("is", "others", lambda s: bool(s.entry.others)),
        ("task", "1", lambda s: s.points.get("softmax", 28.0) < 28.0),
        ("lost", "2", lambda s: s.outcomes.get(CHECKS[1].id) in {"failed", "error"}),
        ("named", "1", lambda s: "delta-factor-two-over-n" in s.diagnoses),
    ],
)
def test_filter(visit, browser, name, choice, fits):
    """A filter leaves those whom it is about, and all come back with one button."""
    visit("small")
    Select(field(browser, name)).select_by_value(choice)
    wanted = [s.entry.student for s in SMALL.standings if fits(s)]
    assert 0 < len(wanted) < 60
    texts = cells(browser, 0)
    assert [text.startswith(student) for text, student in zip(texts, wanted, strict=True)]
    browser.find_element(By.NAME, "everyone").click()
    assert len(cells(browser, 0)) == 60


def test_filters_together(visit, browser):
    """Filters and search narrow the table together."""
    visit("small")
    Select(field(browser, "is")).select_by_value("graded")
    Select(field(browser, "lost")).select_by_value("2")
    field(browser, "search").send_keys("2026")
    wanted = [
        s
        for s in SMALL.standings
        if s.status == "graded"
        and s.outcomes[CHECKS[1].id] in {"failed", "error"}
        and "2026" in s.entry.student
    ]
    assert said(browser) == f"{len(wanted)} of 60 students"


def test_with_keys_alone(visit, browser):
    """Searching, sorting and choosing a check need no mouse."""
    visit("small")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.current_url.endswith("#students")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("id") == "search"
    browser.switch_to.active_element.send_keys("2026", Keys.ENTER)
    assert browser.get_log("browser") == []
    for _ in range(6):
        browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "scroll roll"
    for _ in range(2):
        browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    finals = [value for value in numbers(browser, COLUMN["final"]) if value is not None]
    assert finals == sorted(finals)
    browser.switch_to.active_element.send_keys(Keys.SPACE)
    finals = [value for value in numbers(browser, COLUMN["final"]) if value is not None]
    assert finals == sorted(finals, reverse=True)


@pytest.mark.parametrize("part", [".rates tbody tr:nth-child(2) a", ".lost a", "h4 a", ".whose a"])
def test_links_choose_among_the_students(visit, browser, part):
    """A check, a misconception or a number leads to its students in the table, and no others."""
    visit("small")
    field(browser, "search").send_keys("nobody is called this")
    link = browser.find_element(By.CSS_SELECTOR, part)
    name, choice = link.get_attribute("data-pick").split("=")
    link.send_keys(Keys.ENTER)
    assert field(browser, name).get_property("value") == choice
    assert field(browser, "search").get_property("value") == ""
    assert 0 < len(cells(browser, 0)) < 60
    assert browser.switch_to.active_element.get_attribute("id") == "students"


def test_many_students(visit, browser):
    """Of many students the first are shown; a button shows all, and so does printing."""
    visit("large")
    assert len(cells(browser, 0)) == 200
    assert said(browser) == "450 of 450 students; the first 200 are shown"
    field(browser, "more").click()
    assert len(cells(browser, 0)) == 450
    assert browser.find_element(By.CSS_SELECTOR, ".roll tbody tr:last-child").is_displayed()
    assert not field(browser, "more").is_displayed()
    header(browser, COLUMN["final"]).click()
    assert len(cells(browser, 0)) == 200
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert len(cells(browser, 0)) == 450
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(cells(browser, 0)) == 200


def test_coming_back(visit, browser):
    """Who comes back from a student's page finds the table as it was."""
    visit("small")
    field(browser, "search").send_keys(MARKED[1])
    before = said(browser)
    assert before != "60 of 60 students"
    browser.find_element(By.CSS_SELECTOR, ".roll tbody a").click()
    assert browser.title == "him"
    browser.back()
    assert said(browser) == before
    assert len(cells(browser, 0)) == int(before.split()[0])


def test_without_script(visit, browser):
    """Without the script the page is complete, and shows nothing that would do nothing."""
    visit("large", script=False)
    for controls in browser.find_elements(By.CSS_SELECTOR, "button, input, select"):
        assert not controls.is_displayed()
    rows = browser.find_elements(By.CSS_SELECTOR, ".roll tbody tr")
    assert len(rows) == 450
    assert rows[-1].size["height"] > 0
