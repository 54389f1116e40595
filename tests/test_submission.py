"""From a stranger's bytes to text, and from a folder to the file that is meant."""

import codecs
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import load_assignment
from grader.errors import Unreadable, UsageError
from grader.submission import ENCODINGS, decode_source, read_submission, template_digest
from tests.command import FILE, NAME, ROOT, answer, notebook

NOTEBOOK = f"{NAME}.ipynb"
TEMPLATES = ROOT / "assignments" / NAME
CHINESE = "x = '损失'\n"

READABLE = (
    ("nothing", b"", ""),
    ("UTF-8", CHINESE.encode(), CHINESE),
    ("BOM", codecs.BOM_UTF8 + CHINESE.encode(), CHINESE),
    ("BOM and cookie", codecs.BOM_UTF8 + b"# coding: utf-8\nx", "# coding: utf-8\nx"),
    ("Windows line ends", b"a\r\nb\r\n", "a\nb\n"),
    ("old Mac line ends", b"a\rb\r", "a\nb\n"),
    ("mixed line ends", b"a\r\nb\nc\rd", "a\nb\nc\nd"),
    ("GBK", b"# coding: gbk\n" + CHINESE.encode("gbk"), "# coding: gbk\n" + CHINESE),
    ("GBK in Vim's words", b"# vim: set fileencoding=gbk :\n" + CHINESE.encode("gbk"),
     "# vim: set fileencoding=gbk :\n" + CHINESE),
    ("cookie in the second line", b"#!/usr/bin/python\n# coding: latin-1\nx = '\xe9'\n",
     "#!/usr/bin/python\n# coding: latin-1\nx = 'é'\n"),
    ("cookie in the third line", b"\n\n# coding: klingon\n", "\n\n# coding: klingon\n"),
)  # fmt: skip

UNREADABLE = (
    ("UTF-16", CHINESE.encode("utf-16"), "saved as UTF-16"),
    ("UTF-16, big end first", codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "saved as UTF-16"),
    ("UTF-16 without a mark", "x = 1".encode("utf-16-le"), "zero bytes"),
    ("UTF-32", CHINESE.encode("utf-32-be"), "zero bytes"),
    ("zero byte", b"x = 1\0", "zero bytes"),
    ("unknown cookie", b"# coding: klingon\n", "an encoding in its first lines"),
    ("cookie of no text", b"# coding: rot13\n", "an encoding in its first lines"),
    ("cookie of bytes", b"# coding: zlib\n", "an encoding in its first lines"),
    ("cookie of slow text", b"# coding: punycode\n", "an encoding in its first lines"),
    ("BOM and another cookie", codecs.BOM_UTF8 + b"# coding: gbk\n", "an encoding in its first"),
    ("GBK", CHINESE.encode("gbk"), "answer.py, line 1: this is not UTF-8; it looks like GBK"),
    (
        "GBK in line 4",
        b"\n\n\n" + CHINESE.encode("gbk"),
        "answer.py, line 4: this is not UTF-8; it",
    ),
    ("neither", b"x = 1\n\xff\xff\n", "answer.py, line 2: this is not UTF-8. Save"),
    ("false cookie", b"# coding: ascii\n\n\xe9", "says it is ascii, but line 3 is not"),
    ("false GBK", b"# coding: gbk\n\xff\n", "says it is gbk, but line 2 is not"),
)


def rows(table):
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.fixture(scope="module")
def accepted():
    return load_assignment(TEMPLATES, None).settings.files


@pytest.fixture
def handed_in(tmp_path):
    """A folder with both untouched templates, as students receive it."""
    for name in (FILE, NOTEBOOK, "network.py"):
        (tmp_path / name).write_bytes((TEMPLATES / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize(("data", "text"), rows(READABLE))
def test_readable(data, text):
    """Text is read as Python would read it, with Unix line ends."""
    assert decode_source(data, "answer.py") == text


@pytest.mark.parametrize(("data", "says"), rows(UNREADABLE))
def test_unreadable(data, says):
    """What is no text says what is wrong with it, and where."""
    with pytest.raises(Unreadable) as caught:
        decode_source(data, "answer.py")
    assert str(caught.value).startswith("answer.py")
    assert says in str(caught.value)


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_encodings_have_the_names_that_python_gives_them(name):
    """An encoding is known by the one of its names that looking it up gives."""
    assert codecs.lookup(name).name == name


COOKIES = st.sampled_from(
    ["", *sorted(ENCODINGS), "rot13", "utf-16", "idna", "klingon", "\xff", "-"]
)


@settings(deadline=None)
@given(cookie=COOKIES, mark=st.sampled_from([b"", codecs.BOM_UTF8]), data=st.binary(max_size=200))
def test_any_bytes(cookie, mark, data):
    """Whatever the bytes, they are text with Unix line ends, or unreadable."""
    head = f"# coding: {cookie}\n".encode("latin-1") if cookie else b""
    try:
        text = decode_source(mark + head + data, "answer.py")
    except Unreadable:
        return
    assert "\r" not in text
    assert text.encode("utf-8").decode("utf-8") == text


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")))
def test_any_text(text):
    """Text saved as UTF-8 is read as it was written, unless its first lines name an encoding."""
    source = "\n\n" + text
    assert decode_source(source.encode(), "answer.py") == source


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_template_digests(ends, accepted):
    """The assignment knows its own templates, whatever their line ends."""
    for file in accepted:
        data = (TEMPLATES / file.name).read_bytes().replace(b"\n", ends)
        assert template_digest(data) == file.template_sha256


@pytest.mark.parametrize(
    ("changed", "data"), [(FILE, answer()), (NOTEBOOK, notebook("x = 1"))], ids=["file", "notebook"]
)
def test_changed_file_is_meant(changed, data, handed_in, accepted):
    """In a folder with both templates, the one that was worked on is meant."""
    (handed_in / changed).write_bytes(data)
    assert read_submission(handed_in, accepted, 2048).file == changed


def test_untouched_templates(handed_in, accepted):
    """A folder in which nothing was done is no riddle: the first template is read."""
    assert read_submission(handed_in, accepted, 2048).file == FILE


def test_untouched_with_windows_line_ends(handed_in, accepted):
    """A template whose line ends alone have changed is still untouched."""
    template = handed_in / FILE
    template.write_bytes(template.read_bytes().replace(b"\n", b"\r\n"))
    (handed_in / NOTEBOOK).write_bytes(notebook("x = 1"))
    assert read_submission(handed_in, accepted, 2048).file == NOTEBOOK


def test_both_changed(handed_in, accepted):
    """Where both were worked on, only the student can tell which one is meant."""
    (handed_in / FILE).write_bytes(answer())
    (handed_in / NOTEBOOK).write_bytes(notebook("x = 1"))
    with pytest.raises(UsageError, match=f"Both {FILE} and {NOTEBOOK}"):
        read_submission(handed_in, accepted, 2048)


def test_only_file_of_another_name(tmp_path, accepted):
    """A folder's only Python file is meant, whatever its name."""
    (tmp_path / "homework.py").write_bytes(answer())
    assert read_submission(tmp_path, accepted, 2048).student == "homework"


def test_record(tmp_path, accepted):
    """A submission is named by its file, and its digest is that of the file's bytes."""
    data = answer().replace(b"\n", b"\r\n")
    (tmp_path / "li-lei.py").write_bytes(data)
    found = read_submission(tmp_path / "li-lei.py", accepted, 2048)
    assert (found.student, found.file, found.notebook) == ("li-lei", "li-lei.py", False)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert [(p.name, p.source) for p in found.parts] == [("li-lei.py", answer().decode())]


@pytest.mark.parametrize(("size", "fits"), [(1024, True), (1025, False)])
def test_size(size, fits, tmp_path, accepted):
    """A file may be as large as the limit, and not a byte larger."""
    path = tmp_path / FILE
    path.write_bytes(b"#" * size)
    assert (read_submission(path, accepted, 1).problem is None) is fits
