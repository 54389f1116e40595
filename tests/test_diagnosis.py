"""A misconception is named if it explains what the functions return, and only then."""

import re
import sys
import types
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.checks.behaviour import Behaviour, OurCode, Raising, alike, behaviour
from grader.checks.diagnosis import Tutor, read_diagnoses, recognise
from grader.checks.library import Library, Variant, in_silence
from grader.errors import CheckError, Died, NotGraded, TimedOut
from grader.results import CheckResult, Outcome, Text
from grader.sandbox.inside.guest import Inert
from grader.sandbox.inside.wire import Opaque
from tests import minicourse
from tests.command import ANSWER, NAME, REFERENCE, ROOT, grade, run
from tests.students import FakeStudent

SOLUTIONS = ROOT / "solutions" / NAME
MISTAKES = sorted((SOLUTIONS / "mistakes").glob("*.py"))
STYLES = sorted((SOLUTIONS / "correct").glob("*.py"))
SEEDS = st.integers(0, 2**32)
seldom = settings(deadline=None, database=None, max_examples=3, phases=[Phase.generate])
often = settings(deadline=None, database=None)


FUNCTION_OF = {one.id: one.function for one in read_diagnoses(SOLUTIONS).diagnosis}
FUNCTIONS = tuple(dict.fromkeys(FUNCTION_OF.values()))


def library(seed):
    return Library(FUNCTION_OF, SOLUTIONS, REFERENCE, seed)


@pytest.fixture(scope="module")
def known():
    """The library, and what all of its mistakes do, from one seed."""
    found = library(7)
    return found, {name: tuple(found.variants(name)) for name in FUNCTIONS}


def of_source(source):
    """Code that answers from a source of ours."""
    module = types.ModuleType("answer")
    module.__file__ = "answer.py"
    exec(compile("import math\nimport numpy as np\n" + source, "answer.py", "exec"), vars(module))
    return OurCode(module)


def named(student, found, variants, name):
    """The misconceptions of a function."""
    with in_silence():
        return ids_of(recognise(found.tried(student, name), found.right(name), variants))


def ids_of(recognised):
    return [one.ids for one in recognised]


# The assignment's own mistakes and right answers


@seldom
@given(SEEDS)
def test_every_known_mistake_is_recognised_and_told_apart(seed):
    """What a known mistake does is named by its own diagnosis alone, whatever the seed."""
    found = library(seed)
    for name in FUNCTIONS:
        variants = tuple(found.variants(name))
        assert len({v.id for v in variants}) > 1
        for variant in variants:
            named = recognise(variant.behaviour, found.right(name), variants)
            assert ids_of(named) == [(variant.id,)]


@pytest.fixture(scope="module")
def styles():
    """The right answers in other styles, by file, each loaded as a student's is."""
    inert = {name: Inert(name) for name in ("matplotlib", "matplotlib.pyplot")}
    loaded = {path.name: types.ModuleType(path.stem) for path in STYLES}
    modules = inert | {module.__name__: module for module in loaded.values()}
    beside = [str(ROOT / "assignments" / NAME), *sys.path]
    with mock.patch.dict(sys.modules, modules), mock.patch.object(sys, "path", beside):
        for path in STYLES:
            source = path.read_text(encoding="utf-8")
            with in_silence():
                exec(compile(source, path.name, "exec"), vars(loaded[path.name]))
    return {name: OurCode(module) for name, module in loaded.items()}


@seldom
@given(SEEDS)
def test_right_answers_are_never_diagnosed(styles, seed):
    """No function of the right answers in other styles has a misconception."""
    found = library(seed)
    variants = {name: tuple(found.variants(name)) for name in FUNCTIONS}
    right = {name: found.right(name) for name in FUNCTIONS}
    assert len(styles) > 20
    for file, student in styles.items():
        for name in FUNCTIONS:
            with in_silence():
                shown = found.tried(student, name)
            assert recognise(shown, right[name], variants[name]) == [], (file, name)


# Written as others write it: the mistake is the same
REWRITTEN = {
    "in a loop": ("softmax",
                  "s = sum(2**n for n in net)\n return np.array([2**n / s for n in net])",
                  ["softmax-base-two"]),
    "math instead of NumPy": ("softmax", "return np.array([1 / (1 + math.exp(-n)) for n in net])",
                              ["softmax-sigmoid"]),
    "a list of other numbers": ("softmax",
                                "e = np.exp(net - net.max())\n return (e / e.sum()).tolist()",
                                ["softmax-list"]),
    "another guard": ("loss", "return np.sum(y * np.log(a + 1e-6))", ["loss-sign"]),
    "another factor": ("loss", "return 3.0 * np.mean((a - y) ** 2) * len(a)", []),
    "a Python number": ("loss", "return float(np.sum((a - y) ** 2))", ["loss-squared-error"]),
    "two in one function": ("loss", "return np.sum(y * np.log(a))", ["loss-sign", "loss-zero-log"]),
    "in place, another amount": ("loss", "a += 1e-12\n return -np.sum(y * np.log(a))",
                                 ["loss-in-place"]),
    "negated": ("delta", "return -(a - y)", ["delta-sign"]),
    "negated in place": ("delta", "a -= y\n return -a", ["delta-sign", "delta-in-place"]),
    "wrong at one size only": ("delta", "return y - a if len(a) == 3 else a - y", []),
    "right at one size only": ("delta", "return a - y if len(a) == 3 else y - a", []),
    "wrong for one label only": ("delta", "return y - a if y[0] else a - y", []),
    "a function of its own": ("delta", "return np.sin(a - y)", []),
    "raises": ("delta", "return a.nothing", []),
    "the mean, by hand": ("mean_loss", "s = 0\n for x in losses:\n  s += x\n return s",
                          ["mean-loss-sum"]),
}  # fmt: skip
ARGUMENTS = {"softmax": "net", "loss": "a, y", "delta": "a, y", "mean_loss": "losses"}


@pytest.mark.parametrize(("name", "body", "ids"), REWRITTEN.values(), ids=REWRITTEN)
def test_what_counts_is_what_a_function_does(known, name, body, ids):
    """A mistake is recognised however it is written, and nothing else is taken for it."""
    found, variants = known
    student = of_source(f"def {name}({ARGUMENTS[name]}):\n {body}\n")
    assert named(student, found, variants[name], name) == [(one,) for one in ids]


RATES = {
    "-3": "rate-not-positive",
    "0": "rate-not-positive",
    "0.001": "rate-too-small",
    "np.float32(0.001)": "rate-too-small",
    "1": "rate-stopped-at-one",
    "np.float64(2.5)": "rate-still-too-large",
    "10": "rate-left-at-ten",
    "'1.0'": "rate-string",
    "0.15": None,
    "1e6": None,
    "np.nan": None,
    "True": None,
    "[1.0]": None,
    "np.array([1.0])": None,
    "softmax": None,
    "None": None,
}


@pytest.mark.parametrize(("rate", "one"), RATES.items(), ids=RATES)
def test_constants_are_named_by_their_kind(known, rate, one):
    """Constants that go wrong in the same way are the same mistake; odd ones are none."""
    found, variants = known
    student = of_source(f"def softmax(net):\n pass\nOUTPUT_LEARNING_RATE = {rate}\n")
    name = "OUTPUT_LEARNING_RATE"
    assert named(student, found, variants[name], name) == ([(one,)] if one else [])


# Behaviours

RIGHT = Behaviour((1.0, 2.0), (False,), (0.0,))
SHOWN = {
    "right": (RIGHT, []),
    "one": (Behaviour((1.0, 3.0), (False,), (0.0,)), [("a",)]),
    "two that are alike": (Behaviour((5.0, 5.0), (False,), (9.0,)), [("b", "c")]),
    "told apart at an extreme": (Behaviour((5.0, 5.0), (False,), (8.0,)), [("c",)]),
    "an extreme": (Behaviour((1.0, 2.0), (False,), (np.nan,)), [("e",)]),
    "one, and an extreme": (Behaviour((1.0, 3.0), (False,), (np.nan,)), [("a",), ("e",)]),
    "one, and modified": (Behaviour((1.0, 3.0), (True,), (0.0,)), [("a",), ("d",)]),
    "an unknown extreme": (Behaviour((1.0, 3.0), (False,), (7.0,)), [("a",)]),
    "unknown": (Behaviour((1.0, 4.0), (True,), (np.nan,)), []),
}
VARIANTS = (
    Variant("a", Behaviour((1.0, 3.0), (False,), (0.0,))),
    Variant("b", Behaviour((5.0, 5.0), (False,), (9.0,))),
    Variant("c", Behaviour((5.0, 5.0), (False,), (9.0,))),
    Variant("c", Behaviour((5.0, 5.0), (False,), (8.0,))),
    Variant("d", Behaviour((1.0, 2.0), (True,), (0.0,))),
    Variant("e", Behaviour((1.0, 2.0), (False,), (np.nan,))),
)


@pytest.mark.parametrize(("shown", "groups"), SHOWN.values(), ids=SHOWN)
def test_each_aspect_is_explained_by_what_differs_there(shown, groups):
    """What is wrong at ordinary inputs is explained first, and the rest by itself or with it."""
    assert ids_of(recognise(shown, RIGHT, VARIANTS)) == groups


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(max_size=3)
    | npst.arrays(st.sampled_from(["f8", "f4", "i8", "?"]), npst.array_shapes(min_dims=0)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)


@often
@given(PLAIN, PLAIN)
def test_answers_are_like_themselves_whatever_they_are(one, other):
    """Comparing is reflexive and never raises."""
    assert alike(one, one)
    assert alike(one, other) is alike(other, one)


DIFFERENT = {
    "type": ([1.0], np.array([1.0])),
    "shape": (np.ones((1, 2)), np.ones(2)),
    "size of floats": (np.float32(1.0), 1.0),
    "kind of number": (1, 1.0),
    "truth and number": (True, 1),
    "nan": (np.nan, np.inf),
    "sign of infinity": (-np.inf, np.inf),
    "text": ("1", "2"),
    "nothing": (None, 0.0),
    "opaque": (Opaque("a set"), Opaque("a generator")),
    "exception": (Raising("KeyError"), Raising("TypeError")),
    "exception and tuple": (Raising("KeyError"), ("KeyError",)),
    "keys": ({"a": 1}, {"b": 1}),
    "length": ([1, 2], [1]),
    "value": (np.array([1.0, 2.0]), np.array([1.0, 2.001])),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_answers_differ_in_more_than_values(one, other):
    """Type, shape, kind, size of floats and exceptions are a part of an answer."""
    one, other = (np.asarray(x) if isinstance(x, np.generic) else x for x in (one, other))
    assert not alike(one, other)


def test_rounding_and_who_counts_is_no_difference():
    """Python's numbers are NumPy's, integers of any size are one kind, rounding is nothing."""
    assert alike(0.1 + 0.2, np.array(0.3))
    assert alike(np.array(3, dtype="i4"), 3)
    assert alike(np.array([np.nan, np.inf]), np.array([np.nan, np.inf]))


class Stubborn(FakeStudent):
    """Somebody whose code hangs or dies when it is asked for some name."""

    def __init__(self, name, error, **names):
        super().__init__(**names)
        self.name, self.error, self.asked = name, error, []

    def _answer(self, name, args):
        self.asked.append(name)
        if name == self.name:
            raise self.error
        return super()._answer(name, args)


def test_every_answer_is_looked_at_where_one_raises():
    """An exception is an answer: it does not hide those beside it."""
    student = FakeStudent(f=lambda x: 1.0 / x)
    assert behaviour(student, "f", [(2.0,), (0.0,)]).ordinary == (0.5, Raising("ZeroDivisionError"))


def test_nobody_is_asked_after_the_deadline():
    """Once the time is up no more is asked."""
    with pytest.raises(TimeoutError):
        behaviour(FakeStudent(f=abs), "f", [(1.0,)], deadline=0.0)


# From checks to diagnoses


def names_of(source):
    module = of_source(source).module
    return {n: getattr(module, n) for n in (*ARGUMENTS, "OUTPUT_LEARNING_RATE")}


def lost(name, outcome=Outcome.FAILED, message=None):
    group = name.partition("::")[0].removeprefix("test_").removeprefix("hidden_")
    return CheckResult(name, group, Text(name), "hidden", outcome, 0.0, 1.0, message)


def diagnosed(student, *checks):
    with in_silence():
        return Tutor(SOLUTIONS, REFERENCE, seed=1).diagnose(student, checks, seconds=60.0)


TWO = ANSWER.replace("return a - y", "return y - a").replace("np.exp(net", "np.exp2(net")


def test_two_mistakes_are_both_named():
    """Each lost check carries what explains it, that of its own function first."""
    checks, diagnoses = diagnosed(
        FakeStudent(**names_of(TWO)),
        lost("test_softmax::example"),
        lost("test_delta::example"),
        lost("test_training::converges"),
        lost("test_loss::example"),
    )
    assert [d.id for d in diagnoses] == ["softmax-base-two", "delta-sign"]
    assert [c.diagnosis for c in checks][:2] == ["softmax-base-two", "delta-sign"]
    assert checks[2].diagnosis in {"softmax-base-two", "delta-sign"}
    assert checks[3].diagnosis is None
    assert diagnoses[1].title == Text("Your delta has the opposite sign.", "你的 delta 符号相反。")


def test_what_explains_no_lost_check_is_not_told():
    """A misconception that cost nothing is nobody's business."""
    student = Stubborn("", None, **names_of(TWO))
    _, diagnoses = diagnosed(student, lost("test_hidden_softmax::permutation"))
    assert diagnoses == ()
    assert "softmax" in student.asked


def test_what_no_misconception_would_explain_is_not_asked():
    """A function is asked only if a misconception about it would lose a check that was lost."""
    student = Stubborn("", None, **names_of(TWO))
    diagnosed(student, lost("test_mean_loss::example"))
    assert set(student.asked) == {"mean_loss"}


def test_right_work_is_not_asked():
    """Where no check was lost, nothing is tried: not even a file is read."""
    passed = lost("test_delta::example", Outcome.PASSED)
    skipped = lost("test_delta::answers", Outcome.SKIPPED)
    tutor = Tutor(Path("nowhere"), Path("nowhere"), seed=0)
    found = tutor.diagnose(FakeStudent(), [passed, skipped], seconds=1.0)
    assert found == ((passed, skipped), ())


@pytest.mark.parametrize("params", [{}, {"kind": "NotImplementedError"}])
def test_what_does_not_answer_is_not_asked_again(params):
    """A function that hung, died, is missing or not written costs no second wait."""
    hung = TimedOut("{name} hung", name="softmax")
    student = Stubborn("softmax", hung, **names_of(TWO))
    message = Text("{name} hung", params={"name": "softmax"} | params)
    error = lost("test_softmax::example", Outcome.ERROR, message)
    _, diagnoses = diagnosed(student, error, lost("test_delta::example"))
    assert [d.id for d in diagnoses] == ["delta-sign"]
    assert "softmax" not in student.asked


@pytest.mark.parametrize("error", [TimedOut("hung"), Died("died")])
def test_who_hangs_while_being_tried_is_left_alone(error):
    """What was found until then stays; nothing more is asked."""
    student = Stubborn("loss", error, **names_of(TWO))
    _, diagnoses = diagnosed(student, lost("test_softmax::example"), lost("test_delta::example"))
    assert [d.id for d in diagnoses] == ["softmax-base-two"]
    assert "delta" not in student.asked


def test_what_is_not_there_does_not_hide_the_rest():
    """A missing function is passed over."""
    names = names_of(TWO)
    del names["softmax"]
    _, diagnoses = diagnosed(FakeStudent(**names), lost("test_delta::example"))
    assert [d.id for d in diagnoses] == ["delta-sign"]


# A course of its own

DIAGNOSES = """\
[[diagnosis]]
id = "halve-thirds"
function = "halve"
step = 1
title = "You divide by 3."
title_zh = "你除以了 3。"
nudge = "How many <halves> make a whole?"
nudge_zh = "一个整体有几个一半？"

[[diagnosis]]
id = "halve-cut"
function = "halve"
step = 1
title = "You cut it into three."
title_zh = "你切成了三份。"
nudge = "Count the pieces."
nudge_zh = "数一数份数。"
"""
STEPS = """\
[[step]]
number = 1
title = "Halves"
title_zh = "一半"
formula = '\\frac{x}{2}'
"""
PROBES = """\
def probes(rng):
    return {"halve": [(x,) for x in rng.normal(size=(4, 3))]}
"""
LOSES = "# loses: test_visible::halves test_hidden::halves_back\n"


def write_course(folder, **files):
    """The small course with a misconception; files may be written otherwise, or left out."""
    minicourse.write_course(folder)
    solutions = folder / "solutions" / minicourse.NAME
    mistake = f'"""A third."""\n\n{LOSES}# diagnosis: halve-thirds\n\n{minicourse.WRONG}'
    texts = {
        "diagnoses.toml": DIAGNOSES,
        "probes.py": PROBES,
        "mistakes/third.py": mistake,
        f"{minicourse.NAME}_answer.py": minicourse.RIGHT,
    } | files
    for name, text in texts.items():
        path = solutions / name
        path.parent.mkdir(exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
    work = folder / "work" / minicourse.FILE
    work.parent.mkdir(exist_ok=True)
    work.write_text(minicourse.WRONG.replace("x / 3", "x * (1 / 3)"), encoding="utf-8")
    return work


def test_the_student_reads_the_name_and_the_nudge(tmp_path):
    """From the command to the page: the lost checks name it, page and terminal explain it."""
    work = write_course(tmp_path)
    page = tmp_path / "page.html"
    result = grade(work, "--html", page, course=tmp_path).result
    ids = {c["id"]: c["diagnosis"] for c in result["checks"]}
    assert ids == {
        "test_visible::doubles": None,
        "test_hidden::doubles_zero": None,
        "test_visible::halves": "halve-thirds",
        "test_hidden::halves_back": "halve-thirds",
    }
    text = page.read_text(encoding="utf-8")
    assert "You divide by 3." in text
    assert "How many &lt;halves&gt; make a whole?" in text
    said = run("check", work, "--course", tmp_path, "--lang", "zh", "--html", page).words
    assert said.count("你除以了 3。") == 2
    assert "你除以了 3。" in page.read_text(encoding="utf-8")


def test_the_student_reads_what_shows_it_and_where_the_lesson_tells_of_it(tmp_path):
    """Below its name stand the evidence, the nudge and the step, and the next thing is last."""
    work = write_course(tmp_path, **{"diagnoses.toml": STEPS + DIAGNOSES})
    ran = run("check", work, "--course", tmp_path, "--lang", "en", "--html", tmp_path / "p.html")
    told = re.search(
        r"You divide by 3\. Everywhere it is 0\.6667 times the right value: "
        r"halve\(\[[^()]+\]\) gives (\S+) at index \[\d\]; (\S+) would be right\. "
        r"How many <halves> make a whole\? Step 1 of the lesson: Halves ",
        ran.words,
    )
    assert told
    assert float(told[1]) / float(told[2]) == pytest.approx(2 / 3, rel=1e-3)
    assert "\n\nYou divide by 3.\n      Everywhere" in ran.out
    assert ran.out.splitlines()[-2].startswith("Do this next: ")


def test_two_runs_say_the_same(tmp_path):
    """The same seed gives the same report."""
    work = write_course(tmp_path)
    one, two = (grade(work, "--seed", 5, course=tmp_path).result for _ in range(2))
    for result in (one, two):
        for check in result["checks"]:
            check["seconds"] = 0.0
    assert one == two


def test_what_can_not_be_told_apart_is_named_together(tmp_path):
    """Two misconceptions that answer alike are both named, as one of them."""
    twin = f'"""Cut."""\n\n{LOSES}# diagnosis: halve-cut\n\n{minicourse.WRONG}'
    work = write_course(tmp_path, **{"mistakes/cut.py": twin})
    page = tmp_path / "page.html"
    result = grade(work, "--html", page, course=tmp_path).result
    assert [c["diagnosis"] for c in result["checks"] if c["diagnosis"]] == [
        "halve-cut | halve-thirds"
    ] * 2
    said = run("check", work, "--course", tmp_path, "--lang", "en", "--html", page).words
    assert said.count("Everywhere it is 0.6667 times the right value: ") == 1  # it shows both
    assert "Or:" in said
    text = page.read_text(encoding="utf-8")
    assert "It is one of these:" in text
    assert "You cut it into three." in text
    assert "You divide by 3." in text


def test_a_check_names_the_mistake_of_its_own_function_first(tmp_path):
    """Where two misconceptions lose a check, that of the function it is about explains it."""
    double = DIAGNOSES.partition('[[diagnosis]]\nid = "halve-cut')[0].replace("halve", "double")
    work = write_course(
        tmp_path,
        **{
            "diagnoses.toml": double + DIAGNOSES,
            "probes.py": PROBES.replace(
                "return {", 'return {"double": [(x,) for x in (1.0, 2.0)], '
            ),
            "mistakes/double.py": '"""Four times."""\n# loses: test_visible::doubles '
            "test_hidden::halves_back\n# diagnosis: double-thirds\n"
            + minicourse.RIGHT.replace("x + x", "4 * x"),
        },
    )
    work.write_text(minicourse.WRONG.replace("x + x", "4 * x"), encoding="utf-8")
    page = tmp_path / "page.html"
    result = grade(work, "--html", page, course=tmp_path).result
    ids = {c["id"]: c["diagnosis"] for c in result["checks"] if c["diagnosis"]}
    assert ids == {
        "test_visible::doubles": "double-thirds",
        "test_visible::halves": "halve-thirds",
        "test_hidden::halves_back": "halve-thirds",
    }


def test_the_class_page_says_what_an_id_means(tmp_path):
    """The instructor's page shows the title beside the id."""
    write_course(tmp_path)
    work = minicourse.write_class(tmp_path / "class", ann=minicourse.WRONG)
    ran = run("batch", work, "--out", tmp_path / "out", "--course", tmp_path, "--lang", "en")
    assert ran.code == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "halve-thirds" in page
    assert "You divide by 3." in page


BROKEN = {
    "not TOML": ({"diagnoses.toml": "[["}, "diagnoses.toml is not TOML"),
    "no title": ({"diagnoses.toml": '[[diagnosis]]\nid = "a"\nfunction = "halve"\n'},
                 "missing required field `title`, at diagnosis[0]"),
    "an unknown key": ({"diagnoses.toml": DIAGNOSES + "more = 1\n"}, "unknown field `more`"),
    "a bad id": ({"diagnoses.toml": DIAGNOSES.replace("halve-cut", "a | b")}, "diagnosis[1].id"),
    "the same id twice": ({"diagnoses.toml": DIAGNOSES.replace("halve-cut", "halve-thirds")},
                          "two diagnoses have the id halve-thirds"),
    "the same step twice": ({"diagnoses.toml": STEPS + STEPS + DIAGNOSES},
                            "two steps have the number 1"),
    "no such step": ({"diagnoses.toml": STEPS.replace("= 1", "= 7") + DIAGNOSES},
                     "the diagnosis halve-thirds has `step = 1`, and no [[step]] has that number"),
    "a step of several lines": ({"diagnoses.toml": STEPS.replace("'", "'''").replace("x}", "x}\n")
                                + DIAGNOSES}, "step[0].formula"),
    "an unknown key of a step": ({"diagnoses.toml": STEPS + "more = 1\n" + DIAGNOSES},
                                 "unknown field `more`"),
    "a mistake of no diagnosis": ({"diagnoses.toml": DIAGNOSES.replace("halve-thirds", "other")},
                                  "third.py names the diagnosis halve-thirds"),
    "no probes": ({"probes.py": None}, "probes.py can't be loaded: FileNotFoundError"),
    "probes that raise": ({"probes.py": "def probes(rng):\n    return 1 / 0\n"},
                          "probes.py is broken: ZeroDivisionError"),
    "probes that are no calls": ({"probes.py": "def probes(rng):\n    return {'halve': [1.0]}\n"},
                                 "probes.py is broken: TypeError"),
    "probes that can't be sent": ({"probes.py": "def probes(rng):\n"
                                                "    return {'halve': [([0] * 200_000,)]}\n"},
                                  "probes.py is broken: WireError"),
    "a function without probes": ({"probes.py": "def probes(rng):\n    return {}\n"},
                                  "probes.py has no arguments for halve"),
    "no answer": ({f"{minicourse.NAME}_answer.py": None}, "_answer.py can't be loaded"),
    "a mistake that is empty": ({"mistakes/third.py": f'"""A third."""\n{LOSES}'
                                                      "# diagnosis: halve-thirds\n"},
                                "third.py has no halve"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_library_is_the_course_teams_fault(tmp_path, files, said):
    """Whatever is wrong with it, the file is named, and nobody takes it for the student's."""
    write_course(tmp_path, **files)
    solutions = tmp_path / "solutions" / minicourse.NAME
    answer = solutions / f"{minicourse.NAME}_answer.py"
    tutor = Tutor(solutions, answer, seed=0)
    student = FakeStudent(halve=lambda x: x / 3)
    with pytest.raises(NotGraded) as caught:
        tutor.diagnose(student, [lost("test_visible::halves")], seconds=60.0)
    assert said in str(caught.value)


def test_kinds_that_raise_are_the_course_teams_fault(tmp_path):
    """What probes.py can't make of a constant is told with its name."""
    probes = tmp_path / "probes.py"
    probes.write_text("def probes(rng):\n    return {}\n\nKINDS = {'RATE': lambda x: x > 0}\n")
    answer = tmp_path / "answer.py"
    answer.write_text("RATE = 1.0\n")
    found = Library({}, tmp_path, answer, 0)
    assert found.right("RATE").ordinary == (True,)
    with pytest.raises(CheckError, match=r"probes\.py is broken: TypeError"):
        found.tried(FakeStudent(RATE="1.0"), "RATE")


def test_only_who_lost_checks_meets_a_broken_library(tmp_path):
    """Wrong work is not graded, with the file's name; right work is."""
    work = write_course(tmp_path, **{"probes.py": "1 / 0\n"})
    ran = grade(work, course=tmp_path)
    assert ran.code == 2
    assert "probes.py can't be loaded: ZeroDivisionError" in ran.result["reason"]
    work.write_text(minicourse.RIGHT, encoding="utf-8")
    assert grade(work, course=tmp_path).result["score"] == 10.0


def test_an_assignment_may_have_no_diagnoses(tmp_path):
    """Without diagnoses.toml nothing is named, whatever else is there."""
    work = write_course(tmp_path, **{"diagnoses.toml": None, "probes.py": None})
    result = grade(work, course=tmp_path).result
    assert {c["diagnosis"] for c in result["checks"]} == {None}
    assert result["score"] == 6.0
