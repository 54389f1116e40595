"""The benchmark command works, counts what it says, and compares the same work."""

import contextlib
import importlib
import json
import math
import re
import subprocess
import sys
from types import ModuleType

import nbformat
import numpy as np
import pytest

from grader.checks import load_module
from tests.benchmarks import handed_in, peers, training
from tests.benchmarks.__main__ import NAMES, measured
from tests.benchmarks.batch import parts_of
from tests.benchmarks.graded import PARTS
from tests.benchmarks.plan import QUICK
from tests.benchmarks.spent import ROOT, Meter, environment, failure, spent
from tests.benchmarks.table import (
    NOT_COUNTED,
    Left,
    Row,
    Target,
    alternate,
    as_json,
    machine,
    markdown,
)
from tests.minicourse import NAME, RIGHT, WRONG, write_class, write_course

HALVES = Row("ours", "theirs", "ms", (1.0, 3.0, 8.0), (2.0, 12.0, 8.0), Target(0.8))


def command(*words: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *map(str, words)],
        env=environment(), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def meter():
    with Meter() as made:
        if made.folder is None:
            pytest.skip(NOT_COUNTED)
        yield made


def test_a_ratio_is_the_median_of_the_rounds_ratios():
    """Each round's two values are compared with each other, never with another round's."""
    assert HALVES.ratios == [0.5, 0.25, 1.0]
    (record,) = as_json({"speed": [HALVES]}, {})["rows"]
    assert record["ratio"] == {"median": 0.5, "min": 0.25, "max": 1.0}
    assert record["ours"] == (1.0, 3.0, 8.0)
    assert "**0.50** (0.25 to 1.00)" in markdown({"speed": [HALVES]}, {})


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.01234, "0.0123 ms"), (3.0, "3 ms"), (99.94, "99.9 ms"), (1862.4, "1,862 ms")],
)
def test_values_are_told_to_three_figures_or_whole(value, shown):
    """A table has no more figures than a noisy machine can mean, and no powers of ten."""
    row = HALVES._replace(ours=(value,), theirs=(value,))
    assert f"| {shown} | {shown} |" in markdown({"speed": [row]}, {})


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Target(0.5), "at most 0.5: met"),
        (Target(0.4), "at most 0.4: MISSED"),
        (Target(0.5, most=False), "at least 0.5: met"),
        (Target(2.5, most=False), "at least 2.5: MISSED"),
    ],
)
def test_a_target_is_met_or_missed(target, says):
    """The table says of each target whether the median ratio is where it has to be."""
    row = HALVES._replace(target=target)
    assert says in markdown({"speed": [row]}, {})
    (record,) = as_json({"speed": [row]}, {})["rows"]
    assert record["met"] is says.endswith(" met")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Left("nbgrader", "there is no pip"), "there is no pip"),
        (HALVES._replace(ours=(1.0, math.nan, 1.0)), NOT_COUNTED),
    ],
)
def test_what_was_not_measured_has_a_reason_and_no_number(row, reason):
    """Nothing is made up for what could not be measured."""
    assert f"LEFT OUT: {reason}" in markdown({"speed": [row]}, {})
    (record,) = as_json({"speed": [row]}, {})["rows"]
    assert record == {"benchmark": "speed", "what": row.what, "left_out": reason}


def test_rounds_take_turns():
    """Every second round goes backwards, so that nothing always comes first."""
    said = []
    found = alternate({n: lambda n=n: said.append(n) or len(said) for n in "abc"}, 2)
    assert "".join(said) == "abccba"
    assert found == {"a": (1, 6), "b": (2, 5), "c": (3, 4)}


def test_processes_that_nobody_waits_for_are_counted(meter):
    """A grandchild that outlives its parent, in a session of its own, is counted as well."""
    burn = "import time; t = time.process_time()\nwhile time.process_time() - t < 0.2: pass"
    leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}], start_new_session=True)"  # noqa: E501
    assert spent(sys.executable, "-c", leave).cpu >= 0.2


def test_a_command_that_fails_is_told():
    """A benchmark never takes the time of a command that did not do its work."""
    with pytest.raises(subprocess.CalledProcessError) as error:
        spent(sys.executable, "-c", "raise SystemExit('no')")
    assert failure(error.value).endswith("ended with code 1: no")


def test_a_benchmark_that_fails_is_left_out_and_told(monkeypatch):
    """What was measured before stays, and the reason takes the place of the rest."""

    def measure(_plan):
        yield HALVES
        spent(sys.executable, "-c", "raise SystemExit('no | room')")

    monkeypatch.setattr(training, "measure", measure)
    row, left = measured("training", QUICK)
    assert row is HALVES
    assert left.what == "training"
    assert left.reason.endswith("ended with code 1: no / room")


def test_a_class_is_mixed_and_always_the_same():
    """A class has right answers, mistakes, styles, templates and notebooks, no two alike."""
    works = [handed_in.work(number) for number in range(60)]
    assert works == [handed_in.work(number) for number in range(60)]
    assert len({work.source for work in works}) == 60
    assert sum(work.is_notebook for work in works) == 15
    told_apart = [work.source.rpartition("\n# ")[0].strip() for work in works]
    texts = {
        kind: {path.read_text("utf-8").partition(handed_in.TRIED_OUT)[0].strip() for path in paths}
        for kind, paths in (
            ("right", [handed_in.REFERENCE]),
            ("template", [handed_in.TEMPLATE]),
            ("style", handed_in.STYLES),
            ("mistake", handed_in.MISTAKES),
        )
    }
    counts = {kind: sum(t in found for t in told_apart) for kind, found in texts.items()}
    assert counts == {"right": 10, "template": 5, "style": 10, "mistake": 35}


def test_in_a_class_where_no_two_train_alike_each_has_a_rate_of_its_own(tmp_path):
    """Learning rates differ, and by so little that nobody's grade does."""
    works = handed_in.hand_in(tmp_path, 24, alike=False)
    rates = []
    for before, after in zip(map(handed_in.work, range(24)), works, strict=True):
        old, new = (ModuleType("student") for _ in range(2))
        with contextlib.redirect_stdout(None):
            exec(before.source, vars(old))
            exec(after.source, vars(new))
        if isinstance(old.OUTPUT_LEARNING_RATE, float):
            rates.append(new.OUTPUT_LEARNING_RATE)
            assert rates[-1] == pytest.approx(old.OUTPUT_LEARNING_RATE, rel=1e-6)
    assert len(set(rates)) == len(rates) > 20


@pytest.fixture
def plain_checks(monkeypatch):
    monkeypatch.syspath_prepend(str(handed_in.STUDENTS))
    yield load_module(peers.PLAIN / "plain_checks.py")
    sys.modules.pop("network", None)


def lost(plain_checks: ModuleType, source: str) -> set[str]:
    """The plain checks that a submission loses, but for those of the training."""
    student, failed = ModuleType("student"), set()
    exec(source.partition(handed_in.TRIED_OUT)[0], vars(student))
    with np.errstate(all="ignore"), contextlib.redirect_stdout(None):
        for name in peers.names_of_checks():
            if "training" not in name:
                try:
                    plain_checks.run(name, student)
                except Exception:  # noqa: BLE001
                    failed.add(name)
    return failed


def test_other_graders_do_the_same_checks(plain_checks):
    """The plain checks are as many as ours, and a mistake loses none that it doesn't with us.

    With us it may lose more: a check is skipped when one that it depends on did not pass.
    """
    table = (handed_in.STUDENTS, handed_in.TEAM)
    ours = {
        f"{path.stem.replace('hidden_', '')}_{name}"
        for folder in table
        for path in (folder / "checks").glob("test_*.py")
        for name in re.findall(r"^def test_(\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert ours == set(peers.names_of_checks())
    assert lost(plain_checks, handed_in.REFERENCE.read_text("utf-8")) == set()
    for path in handed_in.MISTAKES[::6]:
        source = path.read_text("utf-8")
        said = " ".join(re.findall(r"^# loses: (.*)$", source, re.MULTILINE)).split()
        wanted = {i.replace("hidden_", "").replace("::", "_") for i in said}
        found = lost(plain_checks, source)
        assert found <= wanted, path.name
        assert bool(found) == any("training" not in name for name in wanted), path.name


def test_nbgraders_notebook_has_a_graded_cell_for_each_check():
    """The notebook is valid, its first cell is the student's, and every check is worth a point."""
    content = nbformat.reads(peers.graded_notebook("x = 1"), as_version=4)
    nbformat.validate(content)
    marks = [cell.metadata.nbgrader for cell in content.cells]
    assert [m.grade_id for m in marks if m.solution] == ["work"]
    assert [m.grade_id for m in marks if m.grade] == peers.names_of_checks()
    assert {m.points for m in marks if m.grade} == {1}
    assert [m.grade_id for m in marks if not m.locked] == ["work"]


def test_a_grader_that_gives_other_grades_is_not_compared():
    """Another grader has to grade everybody, and the right answer as right."""
    works = [handed_in.work(0), handed_in.work(1)]
    everything = [True] * len(peers.names_of_checks())
    peers.require_graded(everything, 2, works)
    for passed, graded in ((everything, 1), (everything[1:], 2), ([False, *everything[1:]], 2)):
        with pytest.raises(peers.Unusable):
            peers.require_graded(passed, graded, works)


def test_a_batch_is_told_apart(tmp_path, meter):
    """Grading part by part is a real batch, and each part has its CPU seconds."""
    course = write_course(tmp_path / "course")
    write_class(tmp_path / "class", ada=RIGHT, bo=WRONG)
    parts = parts_of("graded", course, NAME, tmp_path / "class", tmp_path / "out")
    assert tuple(parts) == PARTS
    assert parts["gradient"] == parts["training"] == 0.0  # that course has neither
    assert min(parts["start"], parts["pytest"]) > 0.0
    assert (tmp_path / "out" / "index.html").is_file()
    assert {p.stem for p in (tmp_path / "out" / "results").iterdir()} == {"ada", "bo"}


def test_every_name_is_a_benchmark():
    """Each name that may be given is a module with `measure`."""
    for name in NAMES:
        assert callable(importlib.import_module(f"tests.benchmarks.{name}").measure)


def test_the_command_writes_both_tables(tmp_path):
    """The command measures what is named, and writes it as Markdown and as strict JSON."""
    ran = command("training", "--quick", "--out", tmp_path)
    assert ran.returncode == 0, ran.stderr
    text = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert text.strip() == ran.stdout.strip()
    content = json.loads((tmp_path / "benchmarks.json").read_text("utf-8"))
    assert set(content["machine"]) == set(machine())
    assert {row["benchmark"] for row in content["rows"]} == {"training"}
    assert all(row["ratio"]["median"] > 0 for row in content["rows"])


def test_an_unknown_name_is_refused(tmp_path):
    """A benchmark that is not there is named, and nothing is measured."""
    ran = command("speed", "--quick", "--out", tmp_path / "out")
    assert ran.returncode == 2
    assert "no such benchmark: speed" in ran.stderr
    assert not (tmp_path / "out").exists()
