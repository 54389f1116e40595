"""Finding a course, reading its files, and what happens where they are broken."""

import shutil

import pytest

from grader.course import find_assignment, find_course, load_assignment
from grader.errors import CourseError, UsageError
from grader.notebook import code_cells
from grader.report.language import told
from tests.command import (
    ANSWER,
    FILE,
    LITTER,
    NAME,
    REFERENCE,
    ROOT,
    answer,
    copy_course,
    grade,
    lost,
    replace_in,
    run,
    run_process,
)

TABLE = f"assignments/{NAME}/assignment.toml"
CHECK = f"assignments/{NAME}/checks/test_delta.py"
HIDDEN = f"solutions/{NAME}/checks/test_hidden_delta.py"

BROKEN_TABLES = (
    ("not TOML", 'title = "', "title = ", ("is not TOML", "line 3")),
    ("not UTF-8", 'title = "', 'title = "\udcff', ("is not TOML",)),
    ("unknown key", "title = ", 'titel = "x"\ntitle = ', ("unknown field `titel`",)),
    ("unknown key in a table", "epochs = 4", "epochs = 4\nepoch = 4", ("`epoch`", "training")),
    (
        "wrong type",
        "points = 28",
        'points = "28"',
        ("Expected `int`, got `str`", "groups[0].points"),
    ),
    ("wrong type of a limit", "call_seconds = 5", 'call_seconds = "5"', ("limits.call_seconds",)),
    ("fraction of a point", "points = 28", "points = 27.5", ("`int`", "groups[0].points")),
    ("missing key", "title_zh = ", "# title_zh = ", ("missing required field `title_zh`",)),
    ("missing key in a table", "threshold = ", "# threshold = ", ("`threshold`", "training")),
    ("same group twice", 'name = "loss"', 'name = "softmax"', ("same name at `groups`",)),
    ("given file missing", '["network.py"]', '["net.py"]', ("net.py, listed at `given`",)),
)

BROKEN_SUMS = (
    ("points of a group", "points = 28", "points = 29", ("group softmax", "points = 29", "28")),
    ("hidden checks", "checks = 21", "checks = 22", ("`hidden`", "21 hidden checks")),
    ("hidden points", "points = 40", "points = 41", ("`hidden`", "worth 40")),
    ("group of a check", 'name = "delta"', 'name = "error"', ("test_delta.py", "group delta")),
)  # fmt: skip

SIGNATURE = "def test_example(student):\n"
BROKEN_CHECKS = (
    ("syntax error", CHECK, SIGNATURE, "def test_example(student:\n", ("test_delta.py", "line 3")),
    ("import error", CHECK, "import numpy as np\n", "import no_such_module\n",
     ("test_delta.py", "no_such_module")),
    ("name error", CHECK, "import numpy as np\n", "import numpy as np\nno_such_name\n",
     ("test_delta.py", "no_such_name")),
    ("exception", CHECK, SIGNATURE, SIGNATURE + '    {}["key"]\n',
     ("test_delta.py, line 3", "test_delta::example", "KeyError")),
    ("exception in a hidden check", HIDDEN, "def test_sign(student, rng):\n",
     "def test_sign(student, rng):\n    1 / 0\n",
     ("test_hidden_delta.py, line 4", "test_hidden_delta::sign", "ZeroDivisionError")),
    ("unknown fixture", CHECK, SIGNATURE, "def test_example(student, no_such):\n",
     ("test_delta.py", "no_such")),
    ("not declared", CHECK, SIGNATURE, "def test_other(student):\n    pass\n\n\n" + SIGNATURE,
     ("test_delta.py", "not declared")),
    ("unknown dependency", CHECK, "test_delta::answers", "test_delta::no_such",
     ("test_delta.py", "test_delta::no_such")),
    ("missing training file", TABLE, "checks/training.py", "checks/no_such.py", ("no_such.py",)),
)  # fmt: skip

VISIBLE = (
    "visible checks: {n} of {n} passed; 21 hidden checks, worth 40 points, "
    "run when your work is graded"
)


def rows(table):
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.fixture
def course(tmp_path):
    return copy_course(tmp_path / "course")


@pytest.fixture
def kit(tmp_path):
    """All that a student receives."""
    source = ROOT / "assignments" / NAME
    return shutil.copytree(source, tmp_path / "kit", ignore=shutil.ignore_patterns(*LITTER))


@pytest.fixture
def submission(tmp_path):
    path = tmp_path / FILE
    path.write_bytes(answer())
    return path


def change(path, old, new):
    """Replace a part of a file; what stands for a lone byte is written as one."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(("old", "new", "says"), rows(BROKEN_TABLES))
def test_broken_table(old, new, says, course, submission):
    """A broken assignment.toml is not the student's fault: the file and the key are named."""
    change(course / TABLE, old, new)
    ran = grade(submission, course=course)
    assert (ran.code, ran.out) == (2, "")
    assert all(part in ran.words for part in ("grader: not graded:", "assignment.toml", *says))
    assert [p.name for p in submission.parent.glob("*.html")] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("points = 28", 'points = "28"', "groups[0].points 处有误：应当是 `int`，却是 `str`。"),
        ("points = 28", "points = -1", "应当是不小于 0 的 `int`"),
        ("threshold = 0.94", "threshold = 7", "应当是不大于 1.0 的 `float`"),
        ("title = ", "titel = ", "最外层 处有误：有未知的字段 `titel`。"),
        ("threshold = ", "# threshold = ", "training 处有误：缺少必需的字段 `threshold`。"),
    ],
)
def test_broken_table_in_chinese(old, new, says, course):
    """What is wrong with a value is told in the language that is asked for, all of it."""
    change(course / TABLE, old, new)
    with pytest.raises(CourseError) as caught:
        load_assignment(course / "assignments" / NAME, course)
    assert says in told(caught.value, "zh")


@pytest.mark.parametrize(("old", "new", "says"), rows(BROKEN_SUMS))
def test_sums_that_do_not_add_up(old, new, says, course, submission):
    """An assignment whose table and checks disagree is not graded."""
    change(course / TABLE, old, new)
    submission.write_bytes(b"pass\n")
    ran = grade(submission, course=course)
    hold_not_graded(ran, says)


@pytest.mark.parametrize(("file", "old", "new", "says"), rows(BROKEN_CHECKS))
def test_broken_check(file, old, new, says, course, submission):
    """A broken check is not the student's fault: the file is named, and no points are written."""
    replace_in(course / file, (old, new))
    ran = run_process("check", submission, "--course", course, "--lang", "en", "--json", "-")
    hold_not_graded(ran, says)


def hold_not_graded(ran, says):
    """Nobody gets points, everybody hears why."""
    assert ran.code == 2
    assert (ran.result["status"], ran.result["checks"]) == ("not_graded", [])
    assert all(part in ran.result["reason"] for part in says)
    assert "NOT GRADED. This is not the student's fault." in ran.words
    assert "Score" not in ran.words


@pytest.mark.parametrize("missing", ["digits.npz", "checks/blockwise.py"])
def test_missing_data(missing, course, submission):
    """Where the course's own data is missing, nobody is graded, and the file is named."""
    (course / "assignments" / NAME / missing).unlink()
    ran = run_process("check", submission, "--course", course, "--lang", "en", "--json", "-")
    hold_not_graded(ran, (missing.rpartition("/")[2],))


def test_not_graded_with_quiet(course, submission):
    """With --quiet, too, what is not graded has no score and a reason."""
    replace_in(course / TABLE, ("points = 28", "points = 29"))
    submission.write_bytes(b"pass\n")
    ran = run("check", submission, "--course", course, "--lang", "en", "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert "assignment.toml" in ran.err


def test_missing_table(tmp_path, submission):
    """A course without an assignment is none."""
    (tmp_path / "assignments" / "empty").mkdir(parents=True)
    ran = grade(submission, course=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "is not a course" in ran.words


def test_own_checks_for_each_course(tmp_path, course, submission):
    """Two courses that are graded one after the other each have their own checks."""
    other = copy_course(tmp_path / "other")
    title = "delta answers with one error for each output unit"
    replace_in(other / CHECK, (title, "another title"))
    titles = [
        grade(submission, "--only", "delta", course=c).result["checks"][0]["title"]
        for c in (course, other)
    ]
    assert titles == [title, "another title"]


def test_course_above(course):
    """A course is found by walking up from any folder in it."""
    inner = course / "solutions" / NAME / "checks"
    assert find_course(inner) == find_course(course) == course


def test_no_course_above(tmp_path):
    """Where no folder above holds assignments, there is no course."""
    assert find_course(tmp_path) is None


def test_no_assignment_here(tmp_path, submission):
    """Outside of any course, the message says how to name one."""
    ran = run("check", submission, "--lang", "en", cwd=tmp_path)
    assert ran.code == 2
    assert "--course DIR" in ran.words


def test_reference_from_anywhere(tmp_path):
    """The reference answer finds its own course, wherever the command is run."""
    page = tmp_path / "page.html"
    ran = run("check", REFERENCE, "--only", "delta", "--html", page, cwd=tmp_path)
    assert (ran.code, page.exists()) == (0, True)


def test_course_around_the_working_folder(course, submission):
    """In a course, a submission from elsewhere is graded with that course."""
    assert find_assignment(submission, course, None).folder == course / "assignments" / NAME


def test_course_of_the_working_folder_comes_first(course, kit):
    """A table and checks that come with a submission are never run by whoever has a course."""
    (kit / "checks" / "test_delta.py").write_text("raise SystemExit\n", encoding="utf-8")
    (kit / FILE).write_bytes(answer())
    assert find_assignment(kit, course, None).folder == course / "assignments" / NAME


def second_assignment(course):
    second = course / "assignments" / "Second"
    shutil.copytree(course / "assignments" / NAME, second)
    change(second / "assignment.toml", f'name = "{NAME}"', 'name = "Second"')
    return second


def test_ambiguous_assignment(course, tmp_path):
    """Where two assignments fit, the message names both and says what to do."""
    second_assignment(course)
    path = tmp_path / "homework.py"
    path.write_bytes(answer())
    ran = grade(path, course=course)
    assert (ran.code, ran.out) == (2, "")
    assert f"The course has {NAME}, Second" in ran.words


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        (FILE, NAME),
        (f"{NAME}_li-lei.py", NAME),
        ("Second.ipynb", "Second"),
        ("Second/x.py", "Second"),
    ],
)
def test_assignment_by_name(name, chosen, course, tmp_path):
    """Among several assignments, the file's name or its folder's decides."""
    second_assignment(course)
    assert find_assignment(tmp_path / name, tmp_path, course).name == chosen


def test_assignment_by_place(course):
    """Inside an assignment's folder, that assignment is meant, whatever the file is called."""
    second = second_assignment(course)
    assert find_assignment(second / FILE, tmp := second, None).name == tmp.name


def test_unknown_course(tmp_path, submission):
    """A folder that is no course is an error of usage."""
    with pytest.raises(UsageError, match="is not a course"):
        find_assignment(submission, tmp_path, tmp_path / "nowhere")


def test_kit(kit):
    """A student's kit has no hidden checks, and says so."""
    (kit / FILE).write_bytes(answer())
    ran = run("check", "--lang", "en", "--json", "result.json", cwd=kit)
    assert ran.code == 0
    checks = ran.out.count("✓")
    assert VISIBLE.format(n=checks) in ran.words
    assert "Score" not in ran.words


def test_kit_report(kit):
    """The JSON of a kit counts the visible points alone, 60 of 100."""
    (kit / FILE).write_bytes(answer("return a - y", "return y - a"))
    result = run("check", "--lang", "en", "--json", "-", cwd=kit).result
    assert {c["visibility"] for c in result["checks"]} == {"visible"}
    assert result["max_score"] == 60
    assert "test_delta::example" in lost(result)


def test_kit_as_received(kit):
    """The untouched template is graded, loses everything, and is told where to begin."""
    ran = run("check", "--lang", "en", cwd=kit)
    assert ran.code == 1
    assert "Do this next: Task 1a: softmax. softmax is not implemented yet: Task 1a" in ran.words


def test_kit_holds_no_answer(kit):
    """No line of the good answer stands in what students receive."""
    cells = code_cells((kit / f"{NAME}.ipynb").read_bytes(), "notebook")
    sources = [(kit / FILE).read_text(encoding="utf-8"), *(part.source for part in cells)]
    given = {line.strip() for source in sources for line in source.splitlines()}
    assert not given & {line.strip() for line in ANSWER.splitlines() if "return" in line}


def test_a_check_that_misspells_is_not_the_students_fault(course, submission):
    """A name that assignment.toml does not list is the check's mistake, with file and line."""
    change(
        course / "assignments" / NAME / "checks" / "test_mean_loss.py",
        "student.mean_loss(",
        "student.meanloss(",
    )
    ran = grade(submission, "--only", "mean_loss", course=course)
    hold_not_graded(ran, ("test_mean_loss.py, line ", "meanloss, which is not among the `names`"))


def test_the_name_is_the_folders(course, submission):
    """Within a course an assignment is called like its folder."""
    change(course / TABLE, f'name = "{NAME}"', 'name = "Other"')
    ran = grade(submission, course=course)
    assert ran.code == 2
    assert "`name` is Other, and the folder's name is" in ran.words
