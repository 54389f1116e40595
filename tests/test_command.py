"""What `grader check` promises: exit codes, JSON, the page, the terminal, and an end."""

import contextlib
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

import grader
from grader.course import load_assignment
from grader.grading import grade as grade_submission
from grader.locales import LANGUAGES
from grader.sandbox.forkserver import Forkserver
from grader.submission import read_submission
from tests.command import (
    DELTA,
    FILE,
    LOSS,
    NAME,
    REFERENCE,
    ROOT,
    SOFTMAX,
    answer,
    command,
    copy_course,
    descendants,
    environment,
    grade,
    lost,
    notebook,
    run,
    run_process,
)

PAGE = f"{NAME}.feedback.html"
WIDTH = 80
PATIENCE = 60.0  # seconds until a process that should have done something is given up

KEYS = {
    "": "schema assignment student submission status score max_score seed checks training "
    "gradient notes versions protections unsafe diagnoses",
    "submission": "file sha256",
    "check": "id group title visibility outcome points max_points message hint diagnosis seconds",
    "training": "epochs output_rate converged",
    "epoch": "epoch loss train_accuracy heldout_accuracy updates_too_large updates_too_small",
    "gradient": "max_relative_error worst",
    "versions": "grader python numpy",
}

# Right at first sight, wrong at a second: it fails hidden checks and visible ones.
FLAWED = answer(SOFTMAX, "    return powers / np.sum(powers) + 0.01 * net * (np.max(net) > 3)\n")
DIVERGING = answer("RATE = 0.1", "RATE = 1e300").replace(b"net - np.max(net)", b"net")
FOREVER = "    while True:\n        pass\n"


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """A run of the reference answer, and its folder."""
    folder = tmp_path_factory.mktemp("reference")
    path = folder / FILE
    path.write_bytes(REFERENCE.read_bytes())
    return folder, grade(path)


@pytest.fixture
def path(tmp_path):
    """A good submission in a folder of its own."""
    folder = tmp_path / "handed-in"
    folder.mkdir()
    path = folder / FILE
    path.write_bytes(answer())
    return path


def check(path, *options, **variables):
    return run("check", path, "--course", ROOT, *options, **variables)


def without_seconds(result):
    return result | {"checks": [c | {"seconds": 0} for c in result["checks"]]}


# Exit codes


def test_all_passed(reference):
    """The reference answer gets 100 of 100, and exit code 0."""
    _, ran = reference
    assert (ran.code, ran.result["score"], ran.result["max_score"]) == (0, 100, 100)
    assert lost(ran.result) == set()


def test_some_failed(path):
    """One check that fails makes exit code 1."""
    path.write_bytes(answer(DELTA, "    return y - a\n"))
    assert check(path, "--only", "delta").code == 1


def test_module_is_the_command(path):
    """`python -m grader` is the command."""
    ran = run_process("check", path, "--course", ROOT, "--only", "mean_loss", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "5/5\n", "")


WRONG_USAGE = (
    ("no command", (), "COMMAND"),
    ("unknown command", ("grade",), "grade"),
    ("unknown option", ("check", "--fast"), "--fast"),
    ("two paths", ("check", "a.py", "b.py"), "b.py"),
    ("negative seed", ("check", "--seed=-1"), "whole number from 0 to 4294967295"),
    ("seed in words", ("check", "--seed", "seven"), "whole number"),
    ("seed in other digits", ("check", "--seed", "７"), "whole number"),
    ("huge seed", ("check", "--seed", str(2**32)), "whole number"),
    ("unknown language", ("check", "--lang", "fr"), "--lang"),
    ("unknown group", ("check", "--only", "dleta"), "The groups are softmax, loss, delta"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"), [pytest.param(*row[1:], id=row[0]) for row in WRONG_USAGE]
)
def test_wrong_usage(arguments, says, path):
    """Wrong usage is exit code 2 and a sentence on standard error, nothing else."""
    ran = run(*arguments, cwd=ROOT / "assignments" / NAME)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.words


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--version",), f"grader {grader.__version__}"),
        (("--help",), "check"),
        (("check", "--help"), "--only GROUP"),
    ],
)
def test_help(arguments, says):
    """Help and version are on standard output, with exit code 0."""
    ran = run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert says in ran.out


@pytest.mark.parametrize(
    "command",
    ["", *"check batch report export override diff release verify new doctor".split()],
)
def test_help_in_chinese(command):
    """Every sentence of the help is there in Chinese; names, options and formats stay."""
    said = run(*command.split(), "--help", GRADER_LANG="zh").out
    lines = said[said.index("\n\n") :].splitlines()[1:]  # below the options' names
    sentences = [line for line in lines if re.search("[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", line)]
    assert not sentences
    assert "选项:" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "--nope"), "错误：无法识别的参数：--nope"),
        (("chek",), "错误：参数 COMMAND：无效的选择：'chek'"),
        (("batch", "x"), "错误：缺少必需的参数：--out"),
        (("check", "--seed", "-1", "--lang", "zh"), "-1 不是 0 到 4294967295 之间的整数"),
        (("check", "--lang=zh", "--seed"), "参数 --seed：后面应当有一个值"),
        (("verify", "--jobs", "0"), "0 不是 1 到 1024 之间的整数"),
    ],
)
def test_wrong_usage_in_chinese(arguments, says):
    """Wrong usage is told in the language that is asked for."""
    language = {} if any("--lang" in one for one in arguments) else {"GRADER_LANG": "zh"}
    ran = run(*arguments, **language)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


# JSON


def test_keys(reference):
    """The keys of the JSON stand in the documented order, at every level."""
    result = reference[1].result
    levels = {
        "": result,
        "submission": result["submission"],
        "check": result["checks"][0],
        "training": result["training"],
        "epoch": result["training"]["epochs"][0],
        "gradient": result["gradient"],
        "versions": result["versions"],
    }
    assert {name: " ".join(level) for name, level in levels.items()} == KEYS
    assert {" ".join(c) for c in result["checks"]} == {KEYS["check"]}


def test_keys_of_what_is_not_graded(tmp_path, path):
    """Where there is no grade, the reason follows the status."""
    course = copy_course(tmp_path / "course")
    table = course / "assignments" / NAME / "assignment.toml"
    table.write_text(
        table.read_text(encoding="utf-8").replace("checks = 21", "checks = 20"), encoding="utf-8"
    )
    path.write_bytes(b"pass\n")
    result = grade(path, course=course).result
    assert " ".join(result) == KEYS[""].replace("status", "status reason")


def test_json_alone(reference):
    """With --json -, standard output holds JSON and nothing else; people read standard error."""
    _, ran = reference
    assert ran.out.startswith("{\n")
    assert ran.out.endswith("\n}\n")
    assert "100 of 100" in ran.err


def test_json_file(path):
    """The JSON file holds what standard output would."""
    target = path.parent / "result.json"
    printed = grade(path, "--only", "delta").result
    ran = check(path, "--only", "delta", "--json", target, "--lang", "en")
    written = ran._replace(out=target.read_text(encoding="utf-8")).result
    assert without_seconds(written) == without_seconds(printed)


def test_json_of_a_training_that_broke_down(path):
    """Where training gave no number, the JSON says null, and stays JSON."""
    path.write_bytes(DIVERGING)
    ran = grade(path)
    assert ran.code == 1
    assert ran.result["training"]["epochs"][-1]["loss"] is None
    assert ran.result["training"]["converged"] is False


def test_json_of_a_misconception(path):
    """The JSON names each misconception once, with what shows it; checks name its id."""
    path.write_bytes(answer(DELTA, "    return y - a\n"))
    result = grade(path).result
    [found] = result["diagnoses"]
    assert " ".join(found) == "id function title evidence nudge step alternatives"
    assert (found["id"], found["function"], found["step"]) == ("delta-sign", "delta", 5)
    assert found["evidence"].startswith("Everywhere the sign is the opposite one: delta([")
    assert {c["diagnosis"] for c in result["checks"] if c["diagnosis"]} == {"delta-sign"}


def test_same_seed_same_result(reference):
    """Two runs with the same seed differ in nothing but seconds."""
    folder, ran = reference
    again = grade(folder / FILE)
    assert without_seconds(again.result) == without_seconds(ran.result)


@pytest.mark.parametrize("seed", [1, 7, 2**32 - 1])
def test_other_seeds(seed, reference):
    """A right answer gets everything, whatever the seed."""
    ran = grade(reference[0] / FILE, "--seed", seed)
    assert (ran.code, ran.result["score"], ran.result["seed"]) == (0, 100, seed)
    assert ran.result["training"] != reference[1].result["training"]


# Files


def test_page_beside_the_submission(reference):
    """The page is written beside the submission, its path is said, and nothing else is left."""
    folder, ran = reference
    assert {p.name for p in folder.iterdir()} == {FILE, PAGE}
    assert str(folder / PAGE) in ran.err


def test_nothing_else_is_left(tmp_path):
    """Grading in a student's kit leaves the page, and no other file anywhere in it."""
    kit = copy_course(tmp_path) / "assignments" / NAME
    kit = kit.rename(tmp_path / "kit")
    (kit / FILE).write_bytes(answer())
    before = {p.relative_to(kit) for p in kit.rglob("*")}
    assert run_process("check", cwd=kit).code == 0
    assert {p.relative_to(kit) for p in kit.rglob("*")} - before == {Path(PAGE)}


def test_page_elsewhere(path, tmp_path):
    """With --html the page is written there, and not beside the submission."""
    ran = check(path, "--only", "delta", "--html", tmp_path / "page.html")
    assert ran.code == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [p.name for p in path.parent.iterdir()] == [FILE]


def test_page_is_replaced(path):
    """A second run writes the page anew."""
    page = path.parent / PAGE
    page.write_text("old", encoding="utf-8")
    check(path, "--only", "delta")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("option", ["--html", "--json"])
@pytest.mark.parametrize("target", ["nowhere/result", f"{FILE}/result", "folder"])
def test_unwritable(option, target, path):
    """Where a file can't be written, the message says what to do, and nothing half-done is left."""
    (path.parent / "folder").mkdir()
    ran = check(path, "--only", "delta", option, path.parent / target, "--lang", "en")
    assert ran.code == 2
    assert "can't be written" in ran.words
    assert "Choose another place with --html FILE or --json FILE." in ran.words
    assert {p.name for p in path.parent.rglob("*")} <= {FILE, PAGE, "folder"}


# The terminal


def test_only(path):
    """With --only, the checks of that group alone are reported."""
    path.write_bytes(answer(LOSS, "    return None\n"))
    ran = grade(path, "--only", "delta")
    assert (ran.code, ran.result["score"], ran.result["max_score"]) == (0, 12, 12)
    assert {c["group"] for c in ran.result["checks"]} == {"delta"}
    assert "Task 1b" not in ran.words


def test_only_with_what_it_needs(path):
    """What a group depends on decides its checks, though it is not reported."""
    path.write_bytes(answer(DELTA, "    return None\n"))
    ran = grade(path, "--only", "gradient")
    assert {(c["group"], c["outcome"]) for c in ran.result["checks"]} == {("gradient", "skipped")}


def test_quiet(path):
    """With --quiet, the score is all that is said."""
    ran = check(path, "--only", "delta", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "12/12\n", "")


@pytest.mark.parametrize(
    ("options", "variables", "says"),
    [
        (("--lang", "en"), {"GRADER_LANG": "zh"}, "Task 1c: the output error"),
        (("--lang", "zh"), {}, "任务 1c：输出层误差项"),
        ((), {"GRADER_LANG": "zh"}, "任务 1c：输出层误差项"),
        ((), {"LC_ALL": "zh_CN.UTF-8"}, "任务 1c：输出层误差项"),
        ((), {"LC_ALL": "C"}, "Task 1c: the output error"),
    ],
)
def test_language(options, variables, says, path):
    """The language is --lang's, then GRADER_LANG's, then the locale's, in terminal and page."""
    ran = check(path, "--only", "delta", *options, **variables)
    assert says in ran.words
    assert says in (path.parent / PAGE).read_text(encoding="utf-8")


SAID = {
    "right": answer(),
    "flawed": FLAWED,
    "diverging": DIVERGING,
    "unreadable": b"",
    "syntax error": answer(DELTA, "    return a -\n"),
    "exception": answer(DELTA, "    raise ValueError('损失' * 200, 'x' * 500)\n"),
    "long lines": answer(DELTA, f"    return a - {'(' * 80}z{')' * 80}  # {'损' * 300}\n"),
    "warnings": answer(DELTA, "    import warnings\n    warnings.warn('损失' * 60)\n" + DELTA),
    "template": (ROOT / "assignments" / NAME / FILE).read_bytes(),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SAID)
def test_plain_narrow_output(name, lang, path):
    """What is piped has no escape codes, and no line is wider than 80 columns."""
    path.write_bytes(SAID[name])
    only = () if name == "diverging" else ("--only", "softmax" if name == "flawed" else "delta")
    ran = run("check", path, "--course", ROOT, "--lang", lang, "--html", "page.html", *only,
              cwd=path.parent)  # fmt: skip
    lines = ran.out.splitlines()
    assert len(lines) > 5
    assert [line for line in lines if cell_len(line) > WIDTH] == []
    assert not [c for c in ran.out if not c.isprintable() and c != "\n"]
    assert ran.err == ""


def test_notebook_is_said_in_cells(path):
    """A notebook's lines are named by cell, within 80 columns, too."""
    cells = notebook("1 / 0", answer(DELTA, "    raise ValueError\n").decode())
    target = path.with_suffix(".ipynb")
    target.write_bytes(cells)
    ran = check(target, "--only", "delta", "--lang", "en")
    assert "cell 2, line 16: raise ValueError" in ran.words


def test_reader_that_leaves(path):
    """Where nobody reads the output any more, as with `| head`, the command ends without fuss."""
    process = start("check", path, "--course", ROOT, "--only", "softmax")
    process.stdout.readline()
    process.stdout.close()
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (2, b"")


# Withheld


def evidence_of_hidden_checks(path) -> tuple[set[str], set[str]]:
    """Numbers that hidden checks saw and wanted, and those that visible ones show."""
    assignment = load_assignment(ROOT / "assignments" / NAME, ROOT)
    submission = read_submission(path, assignment.settings.files, 2048)
    with contextlib.closing(Forkserver(assignment.settings.limits)) as forkserver:
        report = grade_submission(assignment, submission, forkserver, seed=0, only="softmax")
    found: dict[str, set[str]] = {"hidden": set(), "visible": set()}
    for result in report.checks:
        if result.evidence is not None:
            seen = f"{result.evidence.call} {result.evidence.got} {result.evidence.expected}"
            found[result.visibility] |= set(re.findall(r"\d+\.\d{4,}", seen))
    return found["hidden"], found["visible"]


def test_hidden_evidence_is_withheld(path):
    """What a hidden check asked, got and wanted is not in terminal, page or JSON."""
    path.write_bytes(FLAWED)
    hidden, visible = evidence_of_hidden_checks(path)
    ran = grade(path, "--only", "softmax")
    told = ran.out + ran.err + (path.parent / PAGE).read_text(encoding="utf-8")
    assert len(hidden - visible) > 20
    assert any(c["visibility"] == "hidden" for c in ran.result["checks"] if c["points"] == 0)
    assert [number for number in hidden - visible if number in told] == []


def test_visible_evidence_is_shown(path):
    """What a visible check got and wanted is on the terminal, on the page and in the JSON."""
    path.write_bytes(answer(DELTA, "    return a - 0.123456 * y\n"))
    ran = grade(path, "--only", "delta")
    page = (path.parent / PAGE).read_text(encoding="utf-8")
    for text in (ran.out, ran.err, page):
        assert "0.576544" in text  # 0.7 - 0.123456


# While it runs


def start(*arguments, **options):
    """Start a process of its own, in a group of its own, as a shell does."""
    return subprocess.Popen(
        command(*arguments),
        env=environment(LC_ALL="C.UTF-8"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **options,
    )


def wait_for(condition):
    """Wait until something is so. Returns what the condition gave."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


def busy(process):
    """The processes below one, as soon as one of them has been busy for a while."""
    below = dict(descendants(process.pid))
    return set(below) if max(below.values(), default=0) > 100 else set()


def alive(process: int) -> bool:
    """Tell whether a process runs: one that waits to be reaped does not."""
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
        return state not in "ZX"
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes in /proc")
@pytest.mark.parametrize(
    "data", [b"while True:\n    pass\n", answer(DELTA, FOREVER)], ids=["import", "call"]
)
def test_interrupted(data, path, tmp_path):
    """Ctrl-C ends an endless submission with exit code 130, one line, and no process left."""
    course = copy_course(tmp_path / "course", import_seconds=300, call_seconds=300)
    path.write_bytes(data)
    process = start("check", path, "--course", course, "--only", "delta")
    below = wait_for(lambda: busy(process))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    wait_for(lambda: not any(map(alive, below)))
    assert process.returncode == 130
    assert err.decode().strip() == "grader: interrupted"


def test_results_come_one_by_one(path, tmp_path):
    """The first results are told while the training still runs, not in the end."""
    course = copy_course(tmp_path / "course", training_seconds=300)
    stuck = "    global steps\n    steps += 1\n    while steps > 5000:\n        pass\n"
    path.write_bytes(answer(DELTA, stuck + DELTA) + b"\n\nsteps = 0\n")
    process = start("check", path, "--course", course, "--lang", "en")
    told = [process.stdout.readline().decode() for _ in range(4)]
    process.kill()
    rest = process.communicate(timeout=PATIENCE)[0].decode()
    assert process.returncode == -signal.SIGKILL  # it was still training
    assert "softmax answers with one activation for each net" in "".join(told)
    assert "Score" not in "".join(told) + rest


def test_epochs_come_after_the_first_checks(reference):
    """Functions are told before the training, and each epoch in its turn."""
    said = reference[1].err
    places = [said.index(text) for text in ("softmax answers", "Task 2", "epoch ", "four epochs")]
    assert places == sorted(places)


def test_what_can_not_be_imported_is_an_error_in_every_check(tmp_path):
    """A file that does not run makes every check an error, none skipped, with one cause."""
    path = tmp_path / FILE
    path.write_bytes(answer() + b"\ndef f(:\n")
    ran = grade(path)
    assert {c["outcome"] for c in ran.result["checks"]} == {"error"}
    assert len({c["message"].splitlines()[0] for c in ran.result["checks"]}) <= 2
    assert ran.err.count("Python can't read it: invalid syntax") == 2  # the cause, the next step
