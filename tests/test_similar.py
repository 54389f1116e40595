"""Copies are found however they are disguised, and honest work is left in peace."""

import ast
import itertools
import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import similar
from grader.grades import Pair
from grader.results import Part
from grader.similar import fingerprints, pairs
from tests.command import FILE, NAME, REFERENCE, ROOT

SOLUTIONS = ROOT / "solutions" / NAME
TEMPLATE = (ROOT / "assignments" / NAME / FILE).read_text(encoding="utf-8")
ANSWER = REFERENCE.read_text(encoding="utf-8")
# A class of 42: what is found in it was measured.
CLASS = """
    argmax_loss class_and_prints clip epsilon lambdas loops delta_absolute delta_by_activation
    delta_in_place delta_sigmoid_factor delta_sign delta_true_class_only delta_two_over_n
    delta_zero loss_in_place loss_log10 loss_log2 loss_mean loss_per_class loss_sign
    loss_squared loss_swapped loss_two_classes loss_zero_log mean_loss_8000 mean_loss_sum rate_1
    rate_10 softmax_base_two softmax_divided_by_max softmax_divided_by_mean softmax_exp_only
    softmax_in_place softmax_linear softmax_list softmax_minus softmax_no_shift
    softmax_remembers softmax_rounded softmax_row softmax_sigmoid softmax_ten_classes
""".split()
HONEST = {
    path.stem: path.read_text(encoding="utf-8")
    for folder in ("correct", "mistakes")
    for path in sorted((SOLUTIONS / folder).glob("*.py"))
    if path.stem in CLASS
}
# What differs from the answer in more than a line or two: enough to be known by.
UNUSUAL = (
    *("class_and_prints", "lambdas", "loops"),
    *("loss_two_classes", "softmax_remembers", "softmax_ten_classes"),
)
NO_PRINTS = np.empty(0, np.uint64)

often = settings(deadline=None, database=None, max_examples=100)


def prints_of(*sources):
    """The fingerprints of a file, or of a notebook's cells."""
    return fingerprints([Part("part", source) for source in sources])


KNOWN = prints_of(TEMPLATE)
KNOWN_WITH_ANSWER = np.union1d(KNOWN, prints_of(ANSWER))


def pairs_of(sources, known=KNOWN):
    """Who is listed with whom in a class of sources."""
    found = pairs({name: prints_of(source) for name, source in sources.items()}, known)
    return [(pair.first, pair.second) for pair in found]


def renamed(source, prefix="thing"):
    """Every variable within a function has another name."""
    tree = ast.parse(source)
    names = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    inside = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
    for node in itertools.chain.from_iterable(map(ast.walk, inside)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    new = {name: f"{prefix}_{number}" for number, name in enumerate(sorted(names))}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.arg = new[node.arg]
        elif isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    return ast.unparse(tree)


def reformatted(source):
    """Deep indents, a line for each bracket, no blanks around signs, commas at the end."""
    wide = re.sub(r"(?m)^ +", lambda indent: indent[0] * 2, source)
    broken = re.sub(r"\(([^()]+)\)", r"(\n \1,\n)", wide.replace(" = ", "="))
    return re.sub(r" ([-+*/]) ", r"\1", broken)


def commented(source):
    """A comment at the end of every line and in lines of its own."""
    return source.replace("\n", "  # I wrote this, (honestly\n# Yes: 'I did\n")


def undocumented(source):
    """No docstrings, and strings that say something else."""
    return re.sub(r'"[^"\n]*"', '"other words"', re.sub(r'(?s)""".*?"""\n', "", source))


def reordered(source):
    """The definitions come the other way round, and other lines stay where they are."""
    blocks = source.split("\n\n\n")
    places = [n for n, block in enumerate(blocks) if block.startswith(("def", "class"))]
    turned = dict(zip(places, reversed(places), strict=True))
    return "\n\n\n".join(blocks[turned.get(n, n)] for n in range(len(blocks)))


def bracketed(source):
    """Brackets where none are needed."""
    return re.sub(r"return (.+)", r"return ((\1))", source)


def renumbered(source):
    """Other numbers."""
    return re.sub(r"\b1e-\d+|\b\d+\.\d+\b", "3.25E-7", source)


def everything(source):
    """All that can be done by find and replace."""
    return commented(reformatted(bracketed(renumbered(renamed(reordered(source), "q")))))


SAME_NAMES = (reformatted, commented, undocumented, reordered, bracketed)
DISGUISES = (*SAME_NAMES, renamed, renumbered, everything)


def named(functions):
    return [pytest.param(function, id=function.__name__) for function in functions]


@pytest.mark.parametrize("disguise", named(DISGUISES))
@pytest.mark.parametrize("name", ["loops", "class_and_prints"])
def test_disguises_leave_the_fingerprints_alone(name, disguise):
    """Renaming, reformatting and the like change no fingerprint but that of the whole."""
    disguised = disguise(HONEST[name])
    compile(disguised, name, "exec")
    assert disguised != HONEST[name]
    assert prints_of(disguised)[:-1].tolist() == prints_of(HONEST[name])[:-1].tolist()


@pytest.mark.parametrize("disguise", named(SAME_NAMES))
@pytest.mark.parametrize("name", ["loops", "class_and_prints"])
def test_the_whole_is_told_by_names_and_numbers(name, disguise):
    """As long as names and numbers stay, so does the fingerprint of the whole."""
    assert prints_of(disguise(HONEST[name]))[-1] == prints_of(HONEST[name])[-1]


@pytest.mark.parametrize("disguise", named((renamed, renumbered)))
def test_another_name_or_number_is_another_whole(disguise):
    """A copy with other names or numbers is not the same code twice."""
    assert prints_of(disguise(HONEST["lambdas"]))[-1] != prints_of(HONEST["lambdas"])[-1]


@pytest.mark.parametrize("name", UNUSUAL)
def test_a_notebook_is_like_the_file(name):
    """Whether code stands in one file or in cells makes no difference."""
    cells = HONEST[name].split("\n\n\n")
    assert prints_of(*cells).tolist() == prints_of(HONEST[name]).tolist()


def test_statements_in_a_row_are_seen_together():
    """Lines outside of any function are fingerprinted as one, each being too short alone."""
    script = "net = read()\nnet = net - max(net)\npowers = exp(net)\nprint(powers)\n"
    assert len(prints_of(script)) > 1
    assert len(prints_of(script.splitlines()[0])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a, y):\n    return a * a - y\n", "def f(a, y):\n    return y * a - y\n"),
        ("def f(x):\n    return np.exp(x) + x\n", "def f(x):\n    return np.log(x) + x\n"),
        ("def f(x):\n    return len(x) + x + x\n", "def f(x):\n    return sum(x) + x + x\n"),
        ("def f(x, y):\n    x += y\n    return x\n", "def f(x, y):\n    x -= y\n    return x\n"),
    ],
    ids=["which variable", "attribute", "builtin", "sign"],
)
def test_other_code_has_other_fingerprints(one, other):
    """What the code does tells fingerprints apart."""
    assert prints_of(one)[:-1].tolist() != prints_of(other)[:-1].tolist()


@pytest.mark.parametrize("number", ["2.0", ".5", "1e-12", "1E+5", "0x1F", "1_000", "2j", "6."])
def test_a_number_is_a_number(number):
    """However a number is written, it is one token, and the same as any other."""
    source = "def f(x, y):\n    return x * {} + y - x\n"
    assert (
        prints_of(source.format(number))[:-1].tolist()
        == prints_of(source.format("1"))[:-1].tolist()
    )


def test_nobody_in_an_honest_class_is_listed():
    """Of 42 who each solved it alone, and all much alike, no two are listed."""
    assert pairs_of(HONEST) == []
    assert pairs_of(HONEST, known=KNOWN_WITH_ANSWER) == []
    assert pairs_of(HONEST, known=NO_PRINTS) == []


@pytest.mark.parametrize("disguise", named(DISGUISES))
@pytest.mark.parametrize("name", UNUSUAL)
def test_a_disguised_copy_is_listed_and_nobody_else(name, disguise):
    """A copy of a program of some length is found in a class of 42, whatever its disguise."""
    assert pairs_of({**HONEST, "zoe": disguise(HONEST[name])}) == [(name, "zoe")]


# Found of the 42 programs, each copied once. Most differ from the answer in one line alone:
# such a copy is told by its names and numbers, or not at all.
@pytest.mark.parametrize(
    ("disguise", "known", "found"),
    [
        (str.strip, KNOWN, 42),
        (commented, KNOWN, 42),
        (reordered, KNOWN, 42),
        (renumbered, KNOWN, 6),
        (renamed, KNOWN, 6),
        (everything, KNOWN, 6),
        (str.strip, KNOWN_WITH_ANSWER, 30),
        (everything, KNOWN_WITH_ANSWER, 6),
    ],
)
def test_precision_and_recall(disguise, known, found):
    """Each program of the class copied by somebody: so many are found, and nobody is wronged."""
    honest = {name: prints_of(source) for name, source in HONEST.items()}
    listed = [
        (name, pairs({**honest, "zoe": prints_of(disguise(source))}, known))
        for name, source in HONEST.items()
    ]
    assert all((p.first, p.second) == (name, "zoe") for name, found in listed for p in found)
    assert sum(bool(found) for _, found in listed) == found


def test_the_same_short_code_twice_is_listed():
    """Two files that are the same but for blanks are listed though few lines are their own."""
    source = HONEST["softmax_list"]
    copy = source.replace("\n", " \n\n").replace(", ", ",\t")
    found = pairs({"an": prints_of(source), "bo": prints_of(copy), "cy": NO_PRINTS}, KNOWN)
    assert [(p.first, p.second, p.share) for p in found] == [("an", "bo", 1.0)]
    assert found[0].shared >= similar.FEW


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("", KNOWN),
        (TEMPLATE, KNOWN),
        (undocumented(TEMPLATE), KNOWN),
        (TEMPLATE.replace("10.0", "0.1"), KNOWN),
        (ANSWER, KNOWN_WITH_ANSWER),
        (ANSWER.replace("powers", "p"), KNOWN_WITH_ANSWER),
    ],
    ids=["nothing", "template", "no words", "rate", "answer", "other names"],
)
def test_what_is_known_makes_no_pair(source, known):
    """Two who handed in the template, hardly worked on, or what is known besides are no pair."""
    assert pairs_of({**HONEST, "an": source, "bo": source}, known) == []


def test_what_most_wrote_makes_no_pair():
    """Two who wrote what most of the class did, with other names for it, are no pair."""
    assert pairs_of({**HONEST, "an": ANSWER, "bo": renamed(ANSWER)}) == []


def test_what_half_the_class_has_makes_no_pair():
    """The same file from up to half the class is listed, and from more it is not."""
    copied = {f"copy {number:02}": HONEST["loss_mean"] for number in range(20)}
    others = {name: HONEST[name] for name in sorted(set(HONEST) - {"loss_mean"})[:21]}
    assert len(pairs_of({**copied, **others})) == len(copied) - 1
    others.popitem()
    others.popitem()
    assert pairs_of({**copied, **others}) == []


def test_what_many_have_is_no_evidence():
    """Code that a tenth of the class have can't convict, and code that two have can."""
    names = sorted(set(HONEST) - set(UNUSUAL))
    sources = {name: HONEST[name] for name in names}
    few, many = dict(sources), dict(sources)
    for number, name in enumerate(names[:20]):
        unusual = renamed(HONEST["loops"], f"v{number}")
        many[name] = unusual
        few[name] = unusual if number < similar.RARE_HOLDERS else sources[name]
    assert len(pairs_of(few)) == similar.RARE_HOLDERS - 1
    assert pairs_of(many) == []


def test_a_ring_is_joined_without_a_pair_too_many():
    """Of six copies, five pairs are listed, which join them all."""
    ring = {f"ring {n}": renamed(HONEST["loops"], f"v{n}") for n in range(5)}
    found = pairs_of({**HONEST, **ring})
    assert {name for pair in found for name in pair} == {"loops", *ring}
    assert len(found) == len(ring)


def test_part_of_a_longer_program():
    """Who copied the smaller program whole into a larger one is found by the smaller."""
    larger = renamed(HONEST["loops"]) + HONEST["lambdas"].replace("softmax", "other")
    (pair,) = pairs({k: prints_of(s) for k, s in {**HONEST, "zoe": larger}.items()}, KNOWN)[:1]
    assert (pair.first, pair.second) == ("loops", "zoe")
    assert pair.share == 1.0


def random_class(students, rings, common=30, own=3):
    """Fingerprints without any code: rings of three with some in common, and some to each."""
    rng = np.random.default_rng(0)
    alone = rng.integers(0, 1 << 62, (students, own), dtype=np.uint64)
    shared = rng.integers(0, 1 << 62, (rings, common), dtype=np.uint64)
    return {
        f"s{number:05}": np.unique(
            np.append(alone[number], shared[number // 3] if number < 3 * rings else NO_PRINTS)
        )
        for number in range(students)
    }


@pytest.mark.parametrize(
    ("common", "own", "listed"),
    [(30, 0, 2), (30, 3, 2), (30, 30, 0), (60, 10, 2), (300, 300, 2), (5, 0, 0), (15, 0, 2)],
)
def test_much_and_nearly_all(common, own, listed):
    """The less two have in common, the nearer must it be to all that they have."""
    assert len(pairs(random_class(60, 1, common, own), NO_PRINTS)) == listed


def test_the_closest_of_many_is_found():
    """Who is like fifty others, and like one of them most, is listed with that one first."""
    group = random_class(600, 1, common=90, own=1)
    for number in range(50):
        group[f"s{number:05}"] = np.union1d(group[f"s{number:05}"], group["s00000"][5:])
    twin = np.append(group["s00000"], np.uint64(1 << 62))
    group["s00000"], group["s00049"] = twin, twin
    first, *others = pairs(group, NO_PRINTS)
    assert (first.first, first.second, first.share) == ("s00000", "s00049", 1.0)
    assert len(others) == 48


def test_the_list_has_an_end():
    """At most 200 pairs are listed of a class with more."""
    found = pairs(random_class(600, 150), NO_PRINTS)
    assert len(found) == similar.MOST_PAIRS
    assert all(int(p.first[1:]) // 3 == int(p.second[1:]) // 3 for p in found)


def test_the_most_alike_come_first():
    """The same code comes first, then what shares more."""
    longer = HONEST["loops"] + "\n\n" + HONEST["lambdas"].replace("softmax", "other")
    sources = {**HONEST, "ann": HONEST["loss_mean"], "ben": renamed(HONEST["softmax_remembers"])}
    sources |= {"first": longer, "second": renamed(longer)}
    for name in ("loops", "lambdas"):
        del sources[name]
    found = pairs_of(sources)
    assert found == [("ann", "loss_mean"), ("first", "second"), ("ben", "softmax_remembers")]


@given(seed=st.integers(0, 1000))
@settings(often, max_examples=10)
def test_the_order_of_students_does_not_matter(seed):
    """The same class gives the same pairs, whoever comes first in the mapping."""
    group = random_class(60, 8)
    shuffled = list(group.items())
    random.Random(seed).shuffle(shuffled)
    found = pairs(dict(shuffled), NO_PRINTS)
    assert found == pairs(group, NO_PRINTS)
    assert len(found) == 16


@pytest.mark.parametrize("students", [0, 1, 2])
def test_a_tiny_class(students):
    """Nobody, or one alone, is like anyone; two are if they share much."""
    group = {name: prints_of(HONEST["loops"]) for name in ("an", "bo")[:students]}
    found = pairs(group, KNOWN)
    assert [(p.first, p.second) for p in found] == [("an", "bo")] * (students == 2)
    assert all(isinstance(p, Pair) and type(p.share) is float for p in found)


STRANGE = st.text(st.sampled_from("\"\"\"'''\\#\n\n \t\f()[]{},.:;=+-*@!e1xyf\0\ud800é损"))


@given(st.lists(st.one_of(STRANGE, st.text()), max_size=4))
@often
def test_whatever_the_source_is(sources):
    """Any text has fingerprints: sorted, different, and the whole's last."""
    found = prints_of(*sources)
    assert found.dtype == np.uint64
    assert found.tolist() == sorted(set(found.tolist()))
    assert [p >= similar.WHOLE for p in found] == [False] * (len(found) - 1) + [True]
    assert pairs({"an": found, "bo": found}, found) == ()


@given(
    name=st.sampled_from(UNUSUAL),
    prefix=st.text("abcxyzÄλ变量_", min_size=1, max_size=5),
)
@often
def test_any_renaming(name, prefix):
    """Whatever the variables are called, the fingerprints stay."""
    before = prints_of(HONEST[name])[:-1]
    assert prints_of(renamed(HONEST[name], prefix))[:-1].tolist() == before.tolist()


@given(
    name=st.sampled_from(UNUSUAL),
    gaps=st.lists(st.sampled_from([" ", "  ", "\t", " \\\n ", "\f ", "\\\n"]), min_size=1),
)
@often
def test_any_blanks(name, gaps):
    """However wide the gaps between tokens, the fingerprints stay, even the whole's."""
    plain = ast.unparse(ast.parse(undocumented(HONEST[name])))
    gap = itertools.cycle(gaps)
    wide = re.sub(r"(?<=\S) (?=\S)", lambda _: next(gap), plain)
    assert prints_of(wide).tolist() == prints_of(plain).tolist()


LONG = 1 << 16


@pytest.mark.parametrize(
    "source",
    [
        *("\n" * LONG, " " * LONG, "\0" * LONG, "(" * LONG, "[" * LONG, "+" * LONG, "\\" * LONG),
        *('"' * LONG, '"""' + "\\a" * LONG, ("'''a" + '"""') * LONG, "',\n" * LONG, ",#\n" * LONG),
        *("1e+" * LONG, "x = 1\n" * LONG, "def f():\n" * LONG, "@\n" * LONG, ". " * LONG),
        "\n".join(f"x{n} = y{n} + {n}" for n in range(LONG)),
        "".join(random.Random(1).choices(' \n"\\#(),.ab1', k=LONG)),
    ],
    ids=lambda source: repr(source[:12]),
)
def test_a_stranger_s_source(source):
    """Long and broken sources have fingerprints, and not more than is good for us."""
    found = prints_of(source)
    assert 1 <= len(found) <= similar.MOST_FINGERPRINTS + 1


def test_two_long_programs_keep_the_same_fingerprints():
    """Of programs that are too long the same part is kept, so a copy is still found."""
    rng = random.Random(5)
    words = ("len", "sum", "max", "+", "-", "*", "if", "in", "x", ".a", ".b", "for", "and")
    program = " ".join(rng.choices(words, k=20_000))
    other = " ".join(rng.choices(words, k=20_000))
    assert len(prints_of(program)) == similar.MOST_FINGERPRINTS + 1
    assert pairs_of({"an": program, "bo": program.replace("x", "long"), "cy": other}) == [
        ("an", "bo")
    ]
