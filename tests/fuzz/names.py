"""Names: whose a file is in a platform's download, and what becomes of names in any encoding.

A line of the input is a name; after a zero byte comes what Gradescope's metadata say, or
Blackboard's receipts.
"""

import contextlib
import tempfile
import unicodedata
from pathlib import Path

from grader.errors import UsageError
from grader.lms.layouts import METADATA, is_receipt, recognise, wrapped
from grader.lms.names import (
    decoded,
    file_name,
    listed,
    shown,
    split,
    stem,
    student_ids,
    unicode_path,
)
from grader.lms.submission_metadata import read_metadata
from tests.downloads import take, zipped

YAML = """\
---
submission_1:
  :created_at: 2021-01-29 05:21:55.443567000 Z
  :submitters:
  - :name: &a Li Lei
    :sid: '12'
    :email: lilei@example.com
  - :name: *a
submission_2: {":submitters": [{":name": "\\u674e"}], ":created_at": ~}
"""
CLASSES = (
    "Li Lei_12_assignsubmission_file_/a.py\n韩_13_assignsubmission_onlinetext_/x.html",
    "Li Lei_12_assignsubmission_file_a.py\nLi_Lei_assignsubmission_file_b.py",
    "lilei_LATE_12_34_a-1.py\nlilei_12_35_a-2.py\nhan_13_36_a.tar.gz\nhan_13_text.html",
    "anon_4f_LATE_34_a.py\nLATE_anon_5_35_a.py\nanon_6_36_.py",
    "submission_1/a.py\nsubmission_2/b/c.ipynb\nsubmission_metadata.yml\0" + YAML,
    "A_lilei_attempt_2026-11-30-20-00-00_a.py\nA_lilei_attempt_2026-11-30-20-00-00.txt\n"  # noqa: ISC004
    "A_han_mei_attempt_2026-11-30-20-00-01_b.py\0Name: Li Lei (lilei)\nAssignment: A",
    "class/li/a.py\nclass/LI/b.py\nclass/../con.py\nC:\\x\\y.py\nclass/.hidden/z.py\nREADME.md",
    "class/class/class/a.py\n李雷.py\nÜnal.ipynb\n😀.py\n\u202eyp.a\n..\n/\n",
)
SEEDS = tuple(text.encode() for text in CLASSES)
MOST = 400  # names


def check(data: bytes) -> None:
    """Everyone has a row and an id of his own, or a sentence says why nobody has.

    Args:
        data: lines of names, and after a zero byte the metadata or receipts.
    """
    lines, _, content = data.partition(b"\0")
    names = [decoded(line) for line in lines.split(b"\n")[:MOST]]
    with contextlib.suppress(ValueError):
        read_metadata(content)
    one_by_one(names, data)
    files = {
        name: content if (parts := split(name)) and told(parts) else b"x = 1\n" for name in names
    }
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(UsageError):
        path = Path(folder, "class.zip")
        path.write_bytes(zipped({name.replace("\0", ""): it for name, it in files.items()}))
        taken = take(path, Path(folder, "scratch"))
        for student, row in taken.rows.items():
            good_id(student)
            assert (row.entry.name + row.entry.ref + row.entry.folder).isprintable()
            assert all(map(str.isprintable, (*row.files, *row.entry.others)))
            assert row.problem.isprintable()
        assert all(map(str.isprintable, taken.ignored))


def told(parts: tuple[str, ...]) -> bool:
    """Tell whether a file is the platform's own."""
    return parts[-1] == METADATA or is_receipt(parts)


def one_by_one(names: list[str], data: bytes) -> None:
    """What is made of single names is what is promised."""
    for name in names:
        assert not {"", ".", ".."} & set(split(name))
        assert shown(name).isprintable()
        assert stem(name) or not name
        file_name(name.encode("utf-8", "replace").decode("ascii", "surrogateescape"))
    unicode_path(data[:8], data[8:])
    assert all(map(str.isprintable, listed(names)))
    ids = student_ids([(str(n), name, name[-9:]) for n, name in enumerate(names)])
    assert len({unicodedata.normalize("NFKC", one.casefold()) for one in ids}) == len(ids)
    for one in ids:
        good_id(one)
    parts = [split(name) for name in names]
    parts = [part for part in parts if part]
    if parts:
        recognise(parts)
        assert wrapped(parts, stem(names[0])) <= max(map(len, parts))


def good_id(student: str) -> None:
    """An id is a file's name anywhere."""
    assert student.isprintable()
    assert student
    assert not student.startswith((".", "-"))
    assert not student.endswith(".")
    assert not set(student) & set('/\\:*?"<>| \0')
    assert len(student.encode()) <= 130
