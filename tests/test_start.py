"""What commands import, and when; what is kept so that it need not be done again."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

from grader.locales import LANGUAGES
from grader.report import html, pages
from tests.command import environment, notebook
from tests.minicourse import NAME, RIGHT, write_class, write_course
from tests.reports import REPORTS, failed

# Runs a command, and then tells which modules are there.
TELLING = """
import sys
from grader.cli.main import main
assert main(sys.argv[1:]) == 0
print(*sys.modules, file=sys.stderr)
"""


def modules_of(*arguments: object) -> set[str]:
    """Run a command in a process of its own. Returns the modules that it has imported."""
    line = [sys.executable, "-P", "-c", TELLING, *map(str, arguments)]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
def test_checking_imports_no_more_than_it_needs(suffix, tmp_path):
    """Neither a Python file nor a notebook needs what reads old notebooks, or what batches need."""
    course, path = write_course(tmp_path / "course"), tmp_path / f"{NAME}{suffix}"
    path.write_bytes(RIGHT.encode() if suffix == ".py" else notebook(RIGHT))
    imported = modules_of("check", path, "--course", course, "--quiet")
    assert {"pytest", "numpy", "jinja2"} <= imported, "they are how it works"
    assert not imported & set(
        """
        nbformat nbconvert jsonschema traitlets rich.progress asyncio sqlite3 multiprocessing
        concurrent.futures http.server yaml distributed latex2mathml grader.batch.run grader.similar
        """.split()
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no batches there")
def test_who_coordinates_a_batch_runs_no_checks(tmp_path):
    """The process that hands jobs over does not import what only those need who do them."""
    course, out = write_course(tmp_path / "course"), tmp_path / "out"
    submissions = write_class(tmp_path / "class", lilei=RIGHT)
    options = ("--course", course, "--quiet", "--jobs", 1)
    imported = modules_of("batch", submissions, "--out", out, *options)
    assert "grader.batch.run" in imported
    assert not imported & set(
        "pytest nbformat nbconvert latex2mathml distributed rich.progress numpy.ma".split()
    )


def test_nothing_is_taken_to_pieces_at_the_end():
    """When a command ends, no time is spent on looking for objects that nobody holds."""
    code = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 10_000))\n"  # the first comes last
        "from grader.cli.main import main\n"
        "main(['--version'])\n"
    )
    line = [sys.executable, "-P", "-c", code]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "True"


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """An empty folder for compiled templates."""
    monkeypatch.setattr(pages, "COMPILED", tmp_path / "compiled")
    pages.environment.cache_clear()
    yield tmp_path / "compiled"
    pages.environment.cache_clear()


def made_anew(lang: str = "en") -> str:
    """Make a page as a process does that has made none before."""
    pages.environment.cache_clear()
    return html.render(failed(), lang)


def no_compiling(*_: object, **__: object) -> None:
    """Stand in for what must not be called."""
    raise AssertionError("a template is compiled")


def test_templates_are_compiled_once(compiled, monkeypatch):
    """A page made from kept bytecode is the same to the byte, in each language, of each report."""
    before = {
        (name, lang): html.render(report, lang)
        for name, report in REPORTS.items()
        for lang in LANGUAGES
    }
    kept = sorted(compiled.iterdir())
    assert {path.suffix for path in kept} == {".pyc"}
    monkeypatch.setattr(jinja2.Environment, "compile", no_compiling)
    for (name, lang), page in before.items():
        pages.environment.cache_clear()
        assert html.render(REPORTS[name], lang) == page
    assert sorted(compiled.iterdir()) == kept


@pytest.mark.parametrize("size", [0, 1, 4, 40, 60, 100, 1000])
def test_what_was_kept_and_is_broken_is_made_anew(size, compiled):
    """Bytecode that was cut short, as by a machine that lost its power, harms no page."""
    page = made_anew()
    whole = {path: path.read_bytes() for path in compiled.iterdir()}
    for path, data in whole.items():
        path.write_bytes(data[:size])
    assert made_anew() == page
    assert {path: path.read_bytes() for path in compiled.iterdir()} == whole


def test_templates_that_have_changed_are_compiled(compiled, monkeypatch, tmp_path):
    """What was kept is of the template as it was: a changed one is compiled."""
    made_anew()
    (tmp_path / "page.html.j2").write_text("changed {{ lang }}")
    monkeypatch.setattr(
        jinja2, "PackageLoader", lambda _package: jinja2.FileSystemLoader(str(tmp_path))
    )
    assert made_anew() == "changed en"


def test_where_nothing_can_be_kept_pages_are_made(compiled, monkeypatch):
    """Where the package can't be written, or the disk is full, pages are as they are elsewhere."""
    page = made_anew()

    def full(_path: Path, _pieces: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(pages, "write_whole", full)
        for path in compiled.iterdir():
            path.unlink()
        assert made_anew() == page
        assert not list(compiled.iterdir())
    compiled.rmdir()
    compiled.write_text("a file where there should be a folder")
    assert made_anew() == page
