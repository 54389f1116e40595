"""Every page, made of hostile work by the real command, in a real browser: nothing of it runs."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from grader.report.proof import page as proof_page
from tests.chromium import HERE, MISSING, chromium, look
from tests.command import run
from tests.minicourse import RIGHT, write_course
from tests.proofs import proof

pytestmark = pytest.mark.skipif(not HERE, reason=MISSING)

CANARY = "window.canary = 1; document.title = 'taken over'"
PAGES = ("index.html", "feedback", "proof.html")


class Listener:
    """A web server that notes who calls, and answers nobody."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.calls: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(1)
                self.calls.append(caller.recv(200))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def payload(address: str) -> str:
    """Markup that takes over whatever page it becomes a part of, and calls home."""
    return (
        f"</style></title></code></pre>]]>--><script>{CANARY}</script>"
        f"<script src='{address}/a.js'></script><img src='{address}/b.png' onerror=\"{CANARY}\">"
        f"<svg onload=\"{CANARY}\"></svg><iframe srcdoc='<script>parent.canary = 1</script>'>"
        f"</iframe><link rel=stylesheet href='{address}/c.css'><style>@import '{address}/d.css';"
        f'body {{ background: url({address}/e.png) }}</style><a href="javascript:{CANARY}">x</a>'
        f"<form action='{address}/f'><input autofocus onfocus=\"{CANARY}\"></form>"
        f"<base href='{address}/'>{{{{ 7 * 7 }}}} &lt;b&gt; \u202e\u2066txet\x1b[2J\x1b]0;x\x07"
    )


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    started = Listener()
    yield started
    started.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> dict[str, Path]:
    """The pages of a class that handed in hostile work, and of an assignment like it."""
    folder = tmp_path_factory.mktemp("class")
    course, out = write_course(folder / "course"), folder / "out"
    refresh = f"<meta http-equiv=refresh content='0;url={listener.address}/g'>"
    bad = payload(listener.address) + refresh
    # No slash can stand in a file's name.
    name = f'<img src=x onerror="{CANARY}"><script>{CANARY}<\u2044script>&amp;\u202e\x1b[2J'
    handed_in = folder / "handed-in" / name
    handed_in.mkdir(parents=True)
    raising = f"class Own(Exception):\n    pass\n\n\nOwn.__name__ = {bad!r}\nBAD = {bad!r}\n"
    source = RIGHT.replace("return x + x", "raise Own(BAD)").replace("return x / 2", "return BAD")
    docstring = bad.replace("\x1b", "").replace("\x07", "")
    (handed_in / f"{name[:40]}.py").write_text(f"'''{docstring}'''\n{raising}\n{source}", "utf-8")
    assert (
        run("batch", handed_in.parent, "--course", course, "--out", out, "--lang", "en").code == 0
    )
    [student] = (out / "feedback").glob("*.html")
    proved = folder / "proof.html"
    proved.write_text(
        proof_page.render([proof(assignment=bad, versions={bad: bad})], "en"), "utf-8"
    )
    return {"index.html": out / "index.html", "feedback": student, "proof.html": proved}


def visit(browser: Chrome, page: Path) -> list[dict]:
    """Open a page. Returns what the browser had to complain about."""
    look(browser, 1280)
    browser.get(page.as_uri())
    return browser.get_log("browser")


def taken_over(browser: Chrome) -> bool:
    """Tell whether anything hostile has run, a link of its own that is followed included."""
    browser.execute_script(
        "for (const link of document.querySelectorAll('a[href^=\"javascript:\"]')) link.click()"
    )
    title = browser.execute_script("return document.title")
    return browser.execute_script("return 'canary' in window") or title == "taken over"


@pytest.mark.parametrize("name", PAGES)
def test_nothing_hostile_becomes_a_part_of_a_page(browser, pages, listener, name):
    """What others wrote is shown, and neither runs, loads, nor becomes an element of the page."""
    assert "taken over" in pages[name].read_text("utf-8")
    assert visit(browser, pages[name]) == []
    assert not taken_over(browser)
    foreign = (
        "img, iframe, object, base, [action], [onerror], [onload], [srcdoc], a[href^=javascript]"
    )
    count = "return document.querySelectorAll(arguments[0]).length"
    assert browser.execute_script(count, foreign) == 0
    loaded = "return performance.getEntriesByType('resource').map((e) => e.name)"
    assert [n for n in browser.execute_script(loaded) if not n.startswith("data:")] == []
    assert browser.current_url == pages[name].as_uri()
    assert listener.calls == []


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_stops_what_got_in(browser, pages, listener, tmp_path, name):
    """Even if markup of others were let in by mistake, it would neither run nor load a thing."""
    whole = pages[name].read_text("utf-8")
    assert whole.count("<main") == 1
    page = tmp_path / "page.html"
    page.write_text(whole.replace("<main", f"{payload(listener.address)}<main"), "utf-8")
    complaints = visit(browser, page)
    assert not taken_over(browser)
    assert any("Content Security Policy" in c["message"] for c in complaints)
    assert listener.calls == []
