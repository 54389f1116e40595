"""Both languages: every sentence of the grader's own code is translated, with its fields."""

import re
from pathlib import Path

import pytest
from babel.messages import extract

from grader.report.language import show, translate
from grader.results import Text

GRADER = Path(__file__).parents[1] / "grader"
SPEAKERS = """
    Text translate _ mark UsageError CourseError CheckError SandboxError
    Unreadable Missing Raised TimedOut Died WorkerError
""".split()
FIELD = re.compile(r"\{[^{}]*\}")
ALIKE = {"{name}"}  # nothing to translate


def sentences():
    """Every sentence in the Python files, as gettext's extractor finds them."""
    found = extract.extract_from_dir(
        GRADER, [("**.py", "python")], keywords=dict.fromkeys(SPEAKERS, None)
    )
    return sorted({m for _, _, m, _, _ in found if isinstance(m, str)} - ALIKE)


def test_there_are_sentences_to_translate():
    """The extractor finds the grader's sentences."""
    assert len(sentences()) > 80


@pytest.mark.parametrize("sentence", sentences())
def test_a_sentence_is_translated(sentence):
    """A sentence has a Chinese translation with the same fields."""
    chinese = translate(sentence, "zh")
    assert chinese != sentence
    assert sorted(FIELD.findall(chinese)) == sorted(FIELD.findall(sentence))
    assert re.search(r"[\u4e00-\u9fff]", chinese) or FIELD.search(chinese)


def test_an_authors_text_may_hold_braces():
    """A text without fields is shown as it is written, formula and all."""
    text = Text("a_k = e^{net_k}", "a_k = e^{net_k}，第 2 步")
    assert show(text, "en") == str(text) == "a_k = e^{net_k}"
    assert show(text, "zh") == "a_k = e^{net_k}，第 2 步"


def test_a_text_within_a_text_is_shown_in_the_same_language():
    """A reason that quotes a title quotes it in the reader's language."""
    title = Text("the activations sum to 1", "所有激活值之和为 1")
    text = Text("Not run, because this is not so yet: {title}", params={"title": title})
    assert show(text, "zh") == "没有运行，因为这一点尚未做到：所有激活值之和为 1"
    assert show(text, "en").endswith("the activations sum to 1")
