"""The page of a large class in Chromium: the time until one can use it, and of a search."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from grader.report.overview import render
from tests.benchmarks.plan import Plan
from tests.benchmarks.table import Found, Left, Row, alternate
from tests.chromium import HERE, MISSING, chromium, look
from tests.classes import overview

SMALL = 30
# Ready: it has been painted, and its script has run. Both since the navigation began.
READY = """
const [whole] = performance.getEntriesByType("navigation");
const paints = performance.getEntriesByType("paint").map((paint) => paint.startTime);
return Math.max(whole.loadEventEnd, ...paints);
"""
# Found: the next frame after a letter was typed has been painted.
SEARCH = """
const [done] = arguments, field = document.getElementById("search"), begin = performance.now();
field.value = "li";
field.dispatchEvent(new Event("input", {bubbles: true}));
requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
"""


class Opened(NamedTuple):
    """Milliseconds until a page can be used, and of a search."""

    ready: float
    search: float


def measure(plan: Plan) -> Iterator[Found]:
    """Open two pages in turns."""
    what = f"`index.html` with {plan.rows:,} students"
    if not HERE:
        yield Left(what, MISSING)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)

        def way(students: int) -> Callable[[], Opened]:
            path = folder / f"{students}.html"
            path.write_text("".join(render(overview(students), "en")), encoding="utf-8")
            return lambda: _open(browser, path)

        with chromium(folder / "profile") as browser:
            look(browser, 1280)
            ways = {"large": way(plan.rows), "small": way(SMALL)}
            for warm_up in ways.values():
                warm_up()
            found = alternate(ways, plan.rounds)
    for number, label in enumerate(("time to interactive", "a search")):
        ours, theirs = (tuple(o[number] for o in found[name]) for name in ways)
        yield Row(f"{what}: {label}", f"with {SMALL}", "ms", ours, theirs)


def _open(browser: object, path: Path) -> Opened:
    browser.get(path.as_uri())
    return Opened(browser.execute_script(READY), browser.execute_async_script(SEARCH))
