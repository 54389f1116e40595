"""Mutants of a reference answer: what is changed, what never is, and what is declared right."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import CourseError
from grader.verify.equivalents import Equivalent, declared, read_equivalents, stale
from grader.verify.mutants import diff, mutants
from tests.command import NAME, REFERENCE, ROOT

ANSWER = REFERENCE.read_text(encoding="utf-8")
EQUIVALENTS = ROOT / "solutions" / NAME / "equivalent.toml"

often = settings(deadline=None, database=None, max_examples=60)


def answer_with(*lines, header="def f(a, y):"):
    """An answer with one function, whose region holds these lines."""
    body = "\n".join(f"    {line}" for line in lines)
    return (
        f"import math\n\nimport numpy as np\n\n\n{header}\n"
        f"    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION\n"
    )


def become(operator, source):
    """What the mutants of one operator have, in order."""
    return [m.becomes for m in mutants(source) if m.operator == operator]


OPERATORS = (
    ("operator", "x = a + y", ["x = a - y"]),
    ("operator", "x = a * y", ["x = a / y", "x = a + y"]),
    ("operator", "x = a / y", ["x = a * y", "x = a // y"]),
    ("operator", "x = a ** y", ["x = a * y"]),
    ("operator", "x = a @ y", ["x = a * y"]),
    ("operator", "x = a & y", ["x = a | y"]),
    ("operator", "x = a < y", ["x = a <= y", "x = a >= y"]),
    ("operator", "x = 0 < a == y", ["x = 0 <= a == y", "x = 0 >= a == y", "x = 0 < a != y"]),
    ("operator", "x = a and y", ["x = a or y"]),
    ("operator", "x = not a", ["x = a"]),
    ("operator", "a += y", ["a -= y"]),
    ("operator", "x = 'a' + y", []),
    ("operands swapped", "x = a - y", ["x = y - a"]),
    ("operands swapped", "x = a * y", []),
    ("operands swapped", "x = a & y", []),
    ("operand dropped", "x = a - y", ["x = a", "x = y"]),
    ("operand dropped", "x = a if y else 2", ["x = a", "x = 2"]),
    ("constant", "x = 0", ["x = 1"]),
    ("constant", "x = 1", ["x = 0"]),
    ("constant", "x = 7", ["x = 8"]),
    ("constant", "x = True", ["x = False"]),
    ("constant", "x = 0.5", ["x = 5.0", "x = 0.05", "x = -0.5", "x = 0.0"]),
    ("constant", "x = 0.0", ["x = 1.0"]),
    ("constant", "x = 1e-12", ["x = 0.0", "x = -1e-12", "x = 0.1"]),
    ("constant", "x = 'text'", []),
    ("constant", "x = 1e999", []),
    ("sign", "x = -a", ["x = a"]),
    ("sign", "return a", ["return -a"]),
    ("sign", "return -a", ["return a"]),
    ("sign", "return [a]", []),
    ("axis", "x = np.sum(a, axis=0)", ["x = np.sum(a)", "x = np.sum(a, axis=1)"]),
    ("axis", "x = a.sum(axis=-1)", ["x = a.sum()", "x = a.sum(axis=0)"]),
    ("axis", "x = a.sum(keepdims=True)", ["x = a.sum()"]),
    ("arguments swapped", "x = g(a, y)", ["x = g(y, a)"]),
    ("arguments swapped", "x = np.subtract(a, y)", ["x = np.subtract(y, a)"]),
    ("arguments swapped", "x = max(a, y)", []),
    ("arguments swapped", "x = g(a, *y)", []),
    ("parameters swapped", "pass", ["def f(y, a):"]),
    ("neighbour", "x = np.max(a)", ["x = np.min(a)", "x = np.mean(a)", "x = np.sum(a)"]),
    ("neighbour", "x = a.argmax()", ["x = a.argmin()"]),
    ("neighbour", "x = math.exp(1)", ["x = math.expm1(1)"]),
    ("neighbour", "x = max(a, y)", ["x = min(a, y)"]),
    ("neighbour", "x = np.linalg.norm(a)", []),
    ("off by one", "x = len(a)", ["x = len(a) - 1", "x = len(a) + 1"]),
    ("call dropped", "x = np.exp(a)", ["x = a"]),
    ("call dropped", "x = a.copy()", ["x = a"]),
    ("call dropped", "x = max(a, y)", ["x = a", "x = y"]),
    ("call dropped", "x = max(a)", []),
    ("call dropped", "x = np.max(*a)", []),
    ("call dropped", "x = np.where(a > 0, a, y)", ["x = a", "x = y"]),
    ("call dropped", "x = g(a)", []),
    ("call dropped", "x = g()(a)", []),
    ("name", "x = a - 1", ["x = y - 1"]),
    ("name", "x = a[0]", ["x = y[0]"]),
    ("name", "x = np.exp(a)", ["x = np.exp(y)"]),
    ("name", "x = z - 1", []),
    ("in place", "return a - y", ["a -= y; return a"]),
    ("in place", "x = np.exp(a * 2)", ["a *= 2; x = np.exp(a)"]),
    ("in place", "return z - y", []),
    ("in place", "return [a - x for x in y]", []),
    ("return", "return a", ["a"]),
    ("return", "return", []),
    ("factor", "return a", ["return 0 * a", "return 2 * a", "return 1.01 * a"]),
    ("rounded", "return a", ["return np.round(a, 2)"]),
    ("extra axis", "return a", ["return np.expand_dims(a, 0)"]),
    ("remembers", "return a", ["return f.__dict__.setdefault('first', a)"]),
)  # fmt: skip


@pytest.mark.parametrize(("operator", "line", "expected"), OPERATORS)
def test_an_operator_makes_these_mistakes_of_a_line(operator, line, expected):
    """Each operator makes its own mistakes, and only these."""
    assert become(operator, answer_with(line)) == expected


DELETED = (
    (("x = 1", "x = 2", "return x"), ["pass"], "the first binds x, the second need not"),
    (("a = a - 1", "return a"), ["pass"], "a parameter is bound anyway"),
    (("x = a - 1", "return x"), [], "x would not be bound"),
    (("a.sort()", "return a"), ["pass"], "it binds nothing"),
    (("if y: return a", "return y"), ["pass"], "it still returns"),
    (("if y: return a",), [], "it would return nothing"),
    (("for x in y: a += x", "return a"), ["for x in y: pass"], "x would not be bound"),
)  # fmt: skip


@pytest.mark.parametrize(("lines", "expected", "_reason"), DELETED)
def test_a_statement_is_deleted_where_the_function_still_works(lines, expected, _reason):
    """A statement is deleted if all names stay bound and something is still returned."""
    assert become("statement deleted", answer_with(*lines)) == expected


UNTOUCHED = (
    "'''A docstring of 1 + 1.'''",
    "print(1 + 1)",
    "raise ValueError(1 + 1)",
    "import numpy",
    "x = f'{1 + 1}'",
    "# 1 + 1",
    "### INSTEAD: x = 1 + 1",
    "def g(x: 1 + 1): pass",
)


@pytest.mark.parametrize("line", UNTOUCHED)
def test_what_no_check_could_notice_is_left_alone(line):
    """Text, prints, what is said before giving up and annotations have no mutants."""
    found = mutants(answer_with(line, "pass", header="def f():"))
    assert found == ()


def test_only_the_solution_region_and_its_functions_header_change():
    """Given code around a region has no mutants, nor has the header of another function."""
    given_code = "LIMIT = 3\n\n\ndef g(a, y):\n    return a - y\n\n\n"
    for mutant in mutants(given_code + answer_with("return a - y")):
        assert mutant.source.startswith(given_code)
        assert mutant.function == "f"


def test_an_answer_without_regions_has_no_mutants():
    """Nothing is changed where nothing is marked."""
    assert mutants("def f(a, y):\n    return a - y\n") == ()


def test_a_region_without_its_end_is_told():
    """A mark that nobody closes is the same mistake here as for the template."""
    with pytest.raises(CourseError, match="without ### END SOLUTION"):
        mutants("### BEGIN SOLUTION\nX = 1\n")


def test_marks_are_those_of_the_template():
    """However a mark is written, what the template leaves out is what is changed."""
    source = "#### begin solution\nX = 0.1\n# END SOLUTION\n"
    assert {m.function for m in mutants(source)} == {"X"}


def test_an_answer_that_is_not_python_is_told():
    """An answer that can't be parsed has no mutants: the error is Python's own."""
    with pytest.raises(SyntaxError):
        mutants("### BEGIN SOLUTION\nx =\n### END SOLUTION\n")


SPELLINGS = (
    ("x = 2 * (a + y)", "x = 2 * (a - y)", "the parentheses that are there stay"),
    ("x = 2 - a * y", "x = 2 - (a + y)", "those that are needed are added"),
    ("x = '误差', a + y", "x = '误差', a - y", "columns are not bytes"),
    ("x = a+y; z = 'a'", "x = a - y; z = 'a'", "what stands beside it stays as it is written"),
    ("return-a", "return(a)", "words don't grow together"),
)


@pytest.mark.parametrize(("line", "expected", "_reason"), SPELLINGS)
def test_a_mutant_means_what_it_is_meant_to_and_keeps_all_else(line, expected, _reason):
    """A part of a line is replaced as a whole, and the rest of the line stays byte for byte."""
    assert expected in [m.becomes for m in mutants(answer_with(line))]


def test_a_statement_over_several_lines_is_one_difference():
    """`was` holds every line that differs, without indentation in common."""
    found = mutants(answer_with("x = g(", "    a,", "    y,", ")"))
    swapped = next(m for m in found if m.operator == "arguments swapped")
    assert (swapped.was, swapped.becomes) == ("x = g(\n    a,\n    y,\n)", "x = g(y, a)")
    assert diff(swapped) == "-x = g(\n-    a,\n-    y,\n-)\n+x = g(y, a)"


def test_a_difference_at_repeated_lines_is_found():
    """Where lines repeat each other, a shorter mutant still has its difference."""
    source = answer_with("while a:", "    pass", "pass", header="def f(a):")
    (mutant,) = (m for m in mutants(source) if m.operator == "statement deleted")
    assert mutant.was.startswith("while a:")
    assert mutant.source == source.replace("    while a:\n        pass\n", "    pass\n")


def test_a_lambda_is_a_function_too():
    """What a lambda returns and the order of its parameters are mistaken like a function's."""
    source = "import numpy as np\n### BEGIN SOLUTION\nf = lambda a, y: a - y\n### END SOLUTION\n"
    assert {m.function for m in mutants(source)} == {"f"}
    assert become("parameters swapped", source) == ["f = lambda y, a: a - y"]
    assert "f = lambda a, y: -(a - y)" in become("sign", source)


def test_a_methods_own_object_is_no_parameter():
    """`self` is swapped with nothing, and a method remembers nothing under its bare name."""
    source = (
        "### BEGIN SOLUTION\nclass Layer:\n    def f(self, a, y):\n        return a\n"
        "### END SOLUTION\n"
    )
    assert become("parameters swapped", source) == ["def f(self, y, a):"]
    assert become("remembers", source) == []
    assert {m.function for m in mutants(source)} == {"Layer"}


def test_without_numpy_nothing_needs_it():
    """An answer that doesn't import NumPy has no mutants that call it."""
    source = answer_with("return a - y").replace("import numpy as np\n", "")
    assert not any("np." in m.source for m in mutants(source))


def test_an_id_says_where_and_what_and_outlives_changes_elsewhere():
    """Ids name the function and the operator; another function's lines don't count in them."""
    alone = mutants(answer_with("return a - y"))
    below = mutants(
        answer_with("return a * y", header="def g(a, y):") + "\n\n" + answer_with("return a - y")
    )
    assert "f:operand-dropped-2" in [m.id for m in alone]
    assert [m.id for m in below if m.function == "f"] == [m.id for m in alone]


# Any small answer

names = st.sampled_from(["a", "y", "self_", "净值"])
symbols = st.sampled_from("+ - * / ** // @ % < == and".split())
numbers = st.sampled_from(["0", "1", "10", "0.1", "0.0", "1e-12", "True", "-1", "1e308"])
expressions = st.recursive(
    names | numbers,
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, symbols, inner),
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("not {}".format, inner).map("({})".format),
        st.builds("{}({})".format, st.sampled_from(["np.exp", "len", "max", "g"]), inner),
        st.builds("np.sum({}, axis={}, keepdims=True)".format, inner, st.sampled_from("01")),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("[{} for x in {}]".format, inner, inner),
        st.builds("(lambda a, y: {})".format, inner),
        st.builds("a[{}]".format, inner),
        st.builds("f'{{{}}}'".format, names),
    ),
    max_leaves=6,
)  # fmt: skip
statements = st.one_of(
    st.builds("return {}".format, expressions),
    st.builds("{} = {}".format, names, expressions),
    st.builds("a += {}  # 误差".format, expressions),
    st.builds("if {}: return {}".format, expressions, expressions),
    st.builds("for x in {}: y = {}; break".format, expressions, expressions),
    st.builds("x = (\n        {}\n    )".format, expressions),
)


@often
@given(lines=st.lists(statements, min_size=1, max_size=4))
def test_whatever_the_answer_its_mutants_are_programs_that_differ_in_the_region(lines):
    """Mutants parse, are all different, have ids of their own, and leave all else as it is."""
    source = answer_with(*lines)
    ast.parse(source)
    found = mutants(source)
    before, _, rest = source.partition("def f(a, y):\n    ### BEGIN SOLUTION\n")
    _, _, after = rest.rpartition("    ### END SOLUTION\n")
    for mutant in found:
        ast.parse(mutant.source)
        header = "y, a" if mutant.operator == "parameters swapped" and mutant.line == 6 else "a, y"
        assert mutant.source.startswith(f"{before}def f({header}):\n    ### BEGIN SOLUTION\n")
        assert mutant.source.endswith("    ### END SOLUTION\n" + after)
    assert len({m.source for m in found} | {source}) == len(found) + 1
    assert len({m.id for m in found}) == len(found)
    assert mutants(source) == found


# The assignment's own


def test_the_reference_answer_has_mutants_of_every_function():
    """There are enough mutants to mean something, and few enough to grade."""
    found = mutants(ANSWER)
    assert 60 <= len(found) <= 110
    functions = {"softmax", "loss", "delta", "mean_loss", "OUTPUT_LEARNING_RATE"}
    assert {m.function for m in found} == functions


def test_every_declared_equivalent_is_a_mutant():
    """equivalent.toml declares nothing that isn't made any more."""
    assert stale(mutants(ANSWER), read_equivalents(EQUIVALENTS)) == ()


# equivalent.toml

ONE = '[[equivalent]]\nfunction = "f"\nwas = "return a - y"\nbecomes = "return a"\n'


def test_without_a_file_nothing_is_declared(tmp_path):
    """A missing equivalent.toml declares no equivalent."""
    assert read_equivalents(tmp_path / "equivalent.toml") == ()


def test_a_declaration_is_that_of_the_mutant_with_the_same_lines(tmp_path):
    """A mutant is declared by its function and its lines; what no mutant has is stale."""
    path = tmp_path / "equivalent.toml"
    other = ONE.replace('"return a"', '"return a @ y"')
    path.write_text(f'{ONE}reason = "y is 0"\n{other}reason = "gone"\n', encoding="utf-8")
    first, second = read_equivalents(path)
    assert first == Equivalent("f", "return a - y", "return a", "y is 0")
    found = mutants(answer_with("return a - y"))
    assert [m.becomes for m in found if declared(m, (first, second)) == first] == ["return a"]
    assert stale(found, (first, second)) == (second,)


BROKEN = (
    ("not TOML", ONE + "reason = \n", ("is not TOML", "line 5")),
    ("not UTF-8", ONE + 'reason = "\udcff"', ("is not TOML",)),
    ("no reason", ONE, ("missing required field `reason`", "equivalent[0]")),
    ("empty reason", ONE + 'reason = " "', ("equivalent[0].reason",)),
    ("unknown key", ONE + 'reason = "x"\nline = 3', ("unknown field `line`", "equivalent[0]")),
    ("unknown table", '[[equivalents]]\nfunction = "f"', ("`equivalents`", "top level")),
    ("wrong type", ONE.replace('"f"', "7") + 'reason = "x"', ("`str`", "equivalent[0].function")),
)


@pytest.mark.parametrize(("_what", "text", "expected"), BROKEN)
def test_a_broken_file_is_told_with_its_key(tmp_path, _what, text, expected):
    """Whatever is wrong in equivalent.toml, the error names the file and the key."""
    path = tmp_path / "equivalent.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(CourseError) as told:
        read_equivalents(path)
    for part in (str(path), *expected):
        assert part in str(told.value)


def test_a_file_that_cant_be_read_is_told(tmp_path):
    """A folder of that name is an error, not a missing file."""
    with pytest.raises(CourseError, match="can't be read"):
        read_equivalents(tmp_path)
