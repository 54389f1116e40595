"""Downloads of each platform, in its exact format: every student has a row with the right file."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms import intake
from grader.lms.names import JUNK_FOLDERS
from tests.downloads import CODE, laid, take, take_zip, tarred, zipped

FILE = "NewCross_softmax.py"
NOTEBOOK = "NewCross_softmax.ipynb"
DONE = "assignsubmission_file"

METADATA = """\
---
submission_101:
  :submitters:
  - :name: Li Lei
    :sid: '3001'
    :email: lei@example.edu
  :created_at: 2026-03-01 21:15:04.123456000 Z
  :score: 3.0
  :status: processed
  :results:
    tests:
    - name: shape
      output: |-
        :submitters:
        - :name: Mallory
  :history:
  - :id: 99
    :created_at: 2026-02-28 20:00:00.000000000 Z
    :submitters:
    - :name: Mallory
submission_102:
  :submitters:
  - :name: Han Meimei
    :sid: '3002'
    :email: meimei@example.edu
  - :name: "\\u9F50\\u9759"
    :sid:
    :email: qi@example.edu
  :created_at: 2026-03-02 08:00:00.000000000 +08:00
"""

# For each: the platform, the names in the zip, and for each student the files and the others.
LAYOUTS = {
    "Moodle": (
        "moodle",
        [f"Li Lei_4711_{DONE}/{FILE}", f"韩 梅_4712_{DONE}/{NOTEBOOK}", f"Li Lei_4713_{DONE}/a.py"],
        {
            "Li-Lei-4711": ([FILE], []),
            "韩-梅-4712": ([NOTEBOOK], []),
            "Li-Lei-4713": (["a.py"], []),
        },
    ),
    "Moodle before 4.1": (
        "moodle",
        [f"Li Lei_4711_{DONE}_/{FILE}", f"O'Neil, Ann_4712_{DONE}_/src/{FILE}"],
        {"Li-Lei-4711": ([FILE], []), "O-Neil-Ann-4712": ([f"src/{FILE}"], [])},
    ),
    "Moodle, flat": (
        "moodle",
        [f"Li Lei_4711_{DONE}_{FILE}", f"Han_4712_{DONE}_a_9_{DONE}_b.py"],
        {"Li-Lei-4711": ([FILE], []), "Han-4712": ([f"a_9_{DONE}_b.py"], [])},
    ),
    "Moodle, blind": (
        "moodle",
        [f"Participant_4711_{DONE}/{FILE}", f"Participant_4712_{DONE}/{FILE}"],
        {"Participant-4711": ([FILE], []), "Participant-4712": ([FILE], [])},
    ),
    "Moodle, teams": (
        "moodle",
        [f"Team A_7_{DONE}/{FILE}", f"Default group_{DONE}/{FILE}"],
        {"Team-A-7": ([FILE], []), "Default-group": ([FILE], [])},
    ),
    "Moodle, text typed in": (
        "moodle",
        [
            f"Li_1_{DONE}/{FILE}",
            "Li_1_assignsubmission_onlinetext/onlinetext.html",
            "Han_2_assignsubmission_onlinetext_/onlinetext.html",
            "Qi_3_assignsubmission_onlinetext_hw.py",
        ],
        {
            "Li-1": ([FILE], ["onlinetext.html"]),
            "Han-2": ([], ["onlinetext.html"]),
            "Qi-3": ([], ["hw.py"]),
        },
    ),
    "Moodle, in a folder, with a worksheet": (
        "moodle",
        [f"CS101-hw/Li_1_{DONE}/{FILE}", f"CS101-hw/Han_2_{DONE}/hw.py", "Grades-CS101.csv"],
        {"Li-1": ([FILE], []), "Han-2": (["hw.py"], [])},
    ),
    "Moodle, one student among sheets": (
        "moodle",
        [f"CS101/Li_1_{DONE}/{FILE}", "a.csv", "b.csv", "c.html"],
        {"Li-1": ([FILE], [])},
    ),
    "Canvas": (
        "canvas",
        [f"lilei_1001_2001_{FILE}", f"hanmeimei_LATE_1002_2002_{NOTEBOOK}", "qi_1003_2003_a.pdf"],
        {
            "lilei-1001": ([FILE], []),
            "hanmeimei-1002": ([NOTEBOOK], []),
            "qi-1003": ([], ["a.pdf"]),
        },
    ),
    "Canvas, names with underscores and digits": (
        "canvas",
        [f"li_lei_1001_2001_{FILE}", "x_1_y_1002_2002_3_4_5_b.py", "z_LATE_LATE_1003_2003_c.py"],
        {
            "li_lei-1001": ([FILE], []),
            "x_1_y-1002": (["3_4_5_b.py"], []),
            "z_LATE-1003": (["c.py"], []),
        },
    ),
    "Canvas, anonymous": (
        "canvas",
        [f"anon_aB3xY_2001_{FILE}", f"LATE_anon_77777_2002_{FILE}", f"anon_k2_LATE_2003_{FILE}"],
        {"anon-aB3xY": ([FILE], []), "anon-77777": ([FILE], []), "anon-k2": ([FILE], [])},
    ),
    "Canvas, handed in again": (
        "canvas",
        [
            f"lilei_1001_2001_{FILE}",
            "lilei_1001_2009_NewCross_softmax-2.py",
            "lilei_1001_2011_NewCross_softmax-1.py",
            "lilei_1001_2003_helper.py",
            "han_1002_2008_hw.py",
            "han_1002_20010_hw.py",
            "qi_1003_2004_hw-1.py",
        ],
        {
            "lilei-1001": ([FILE, "helper.py"], [FILE, "NewCross_softmax-1.py"]),
            "han-1002": (["hw.py"], ["hw.py"]),
            "qi-1003": (["hw.py"], []),
        },
    ),
    "Canvas, typed in or linked to": (
        "canvas",
        [f"lilei_1001_2001_{FILE}", "han_LATE_102_text.html", "LATE_anon_x_link.html"],
        {"lilei-1001": ([FILE], []), "han-102": ([], ["text.html"]), "anon-x": ([], ["link.html"])},
    ),
    "Canvas, all typed in": (
        "canvas",
        ["lilei_1001_text.html", "han_1002_text.html"],
        {"lilei-1001": ([], ["text.html"]), "han-1002": ([], ["text.html"])},
    ),
    "Blackboard": (
        "blackboard",
        [
            f"HW 1_lilei_attempt_2026-03-01-21-15-04_{FILE}",
            "HW 1_lilei_attempt_2026-03-01-21-15-04.txt",
            "HW 1_lilei_attempt_2026-02-27-10-00-00_old.py",
            "HW 1_lilei_attempt_2026-02-27-10-00-00.txt",
            "HW 1_han_attempt_2026-03-02-08-00-00.txt",
            "HW 1_qi_attempt_2026-03-02-08-00-00_x_attempt_2030-01-01-00-00-00_y.py",
        ],
        {
            "lilei": ([FILE], ["2026-02-27-10-00-00 old.py"]),
            "han": ([], []),
            "qi": (["x_attempt_2030-01-01-00-00-00_y.py"], []),
        },
    ),
    "Blackboard, underscores": (
        "blackboard",
        [
            f"HW_1_2_li_lei_attempt_2026-03-01-21-15-04_{FILE}",
            f"HW_1_2_han_attempt_2026-03-01-21-15-04_{FILE}",
            f"HW_1_2_qi_attempt_2026-03-01-21-15-04_{FILE}",
            f"OLD_x_attempt_2026-03-01-21-15-04_{FILE}",
            "HW_1_2_y_attempt_2026-03-01-21-15-04.txt/hw.py",
        ],
        {name: ([FILE], []) for name in ("li_lei", "han", "qi", "x")} | {"y": ([], [])},
    ),
    "Gradescope without its metadata": (
        "gradescope",
        [f"assignment_5_export/submission_101/{FILE}", "assignment_5_export/submission_102/a.txt"],
        {"submission_101": ([FILE], []), "submission_102": ([], ["a.txt"])},
    ),
    "folders": (
        "plain",
        [f"Li Lei/{FILE}", f"韩梅梅/a/{FILE}", "Qi.csv/a.pdf", "roster.csv", "index.html"],
        {"Li-Lei": ([FILE], []), "韩梅梅": ([f"a/{FILE}"], []), "Qi.csv": ([], ["a.pdf"])},
    ),
    "files": (
        "plain",
        ["lilei.py", "han.ipynb", "han.py", "qi.pdf", "README.md", ".gitignore"],
        {"lilei": (["lilei.py"], []), "han": (["han.ipynb", "han.py"], []), "qi": ([], ["qi.pdf"])},
    ),
    "files in a folder": (
        "plain",
        ["homework/lilei.py", "homework/han.py", "homework/roster.csv"],
        {"lilei": (["lilei.py"], []), "han": (["han.py"], [])},
    ),
    "folders in folders": (
        "plain",
        [f"class/homework/lilei/{FILE}", f"class/homework/han/{FILE}"],
        {"lilei": ([FILE], []), "han": ([FILE], [])},
    ),
    "one student's folder": ("plain", [f"lilei/{FILE}"], {"lilei": ([FILE], [])}),
    "one student's two files": (
        "plain",
        [f"lilei/{FILE}", f"lilei/{NOTEBOOK}", "lilei/data.csv"],
        {"lilei": ([NOTEBOOK, FILE], ["data.csv"])},
    ),
    "one student's folder in the zip's": ("plain", [f"class/li/{FILE}"], {"li": ([FILE], [])}),
    "empty folders": (
        "plain",
        ["lilei/hw.py", "han/", "qi/empty/", "class/"],
        {"lilei": (["hw.py"], []), "han": ([], []), "qi": ([], []), "class": ([], [])},
    ),
    "capital endings": (
        "plain",
        ["lilei/HW.PY", "han/HW.IPYNB"],
        {"lilei": (["HW.py"], []), "han": (["HW.ipynb"], [])},
    ),
    "what editors leave behind": (
        "plain",
        [
            "lilei/hw.py",
            "lilei/.ipynb_checkpoints/hw.py",
            "lilei/__pycache__/hw.cpython-311.pyc",
            "lilei/.vscode/settings.json",
            "lilei/hw.feedback.html",
            "lilei/Thumbs.db",
            "han/.hidden/hw.py",
            "__MACOSX/lilei/._hw.py",
            "._lilei",
            ".DS_Store",
        ],
        {"lilei": (["hw.py"], []), "han": ([], [])},
    ),
    "a name that looks like Canvas's": (
        "plain",
        ["a_1_2_b.py", "lilei.py", "han.py"],
        {"a_1_2_b": (["a_1_2_b.py"], []), "lilei": (["lilei.py"], []), "han": (["han.py"], [])},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "names", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts_are_recognised(tmp_path, source, names, expected):
    """Each platform's download is known by its names, and whose each file is."""
    taken = take_zip(tmp_path, dict.fromkeys(names, CODE))
    got = {s: (list(row.files), list(row.entry.others)) for s, row in taken.rows.items()}
    assert got == expected
    assert taken.source == source
    assert {row.entry.source for row in taken.rows.values()} == {source}


@pytest.mark.parametrize(("source", "names", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_folders_and_tars_are_as_good_as_zips(tmp_path, source, names, expected):
    """The same download unpacked, or packed as a tar, gives the same rows."""
    files = {name: CODE for name in names if not name.endswith("/")}
    (tmp_path / "class.tgz").write_bytes(tarred(files))
    (tmp_path / "unpacked").mkdir()
    for path in (laid(tmp_path / "unpacked" / "class", files), tmp_path / "class.tgz"):
        taken = take(path, tmp_path / "scratch")
        got = {s: (list(row.files), list(row.entry.others)) for s, row in taken.rows.items()}
        full = {s: row for s, row in expected.items() if f"{s}/" not in names and s != "qi"}
        assert {s: got[s] for s in full} == full
        assert taken.source == source


def test_moodle_takes_feedback_back_by_these_names(tmp_path):
    """An entry holds the participant's number, and a folder that Moodle's importer splits."""
    names = [
        f"Li Lei_4711_{DONE}/{FILE}",
        f"Team_B x_12_{DONE}_{FILE}",
        f"Han_4712_{DONE}_/{FILE}",
        f"{'x' * 900}_4713_{DONE}/{FILE}",
    ]
    entries = [r.entry for r in take_zip(tmp_path, dict.fromkeys(names, CODE)).rows.values()]
    assert {(e.name, e.ref, e.folder) for e in entries} == {
        ("x" * 300 + "...", "4713", "x" * 200 + "_4713_assignsubmission_file_"),
        ("Li Lei", "4711", "Li Lei_4711_assignsubmission_file_"),
        ("Team_B x", "12", "Team B x_12_assignsubmission_file_"),
        ("Han", "4712", "Han_4712_assignsubmission_file_"),
    }


def test_canvas_says_who_was_late(tmp_path):
    """The mark LATE is no part of a name."""
    names = ["li_1_2_a.py", "han_LATE_3_4_a.py", "LATE_anon_x_5_a.py"]
    rows = take_zip(tmp_path, dict.fromkeys(names, CODE)).rows
    assert {r.entry.name: (r.entry.late, r.entry.ref) for r in rows.values()} == {
        "li": (False, "1"),
        "han": (True, "3"),
        "anon": (True, "x"),
    }


def test_canvas_grades_the_newest_of_a_file(tmp_path):
    """Of a file handed in again, the bytes are those with the highest number."""
    files = {
        "li_1_20_hw.py": b"first",
        "li_1_100_hw-10.py": b"newest",
        "li_1_300_hw-9.py": b"ninth",
        "han_2_5_a.py": b"",
    }
    assert take_zip(tmp_path, files).rows["li-1"].files == {"hw.py": b"newest"}


RECEIPT = """\
Name: {name} ({user})
Assignment: HW_1
Date Submitted: Sunday, March 1, 2026 9:15:04 PM CST
Current Grade: Needs Grading

Submission Field:
Name: Mallory (root)
"""


def test_blackboards_receipts_tell_names(tmp_path):
    """A receipt says what a student is called, and where the user's name starts."""
    when = "2026-03-01-21-15-04"
    files = {}
    for user, name in {"s_1": "Li (Leo) Lei", "s_2": "韩梅梅"}.items():
        files[f"HW_1_{user}_attempt_{when}_{FILE}"] = CODE
        files[f"HW_1_{user}_attempt_{when}.txt"] = RECEIPT.format(name=name, user=user).encode()
    files[f"HW_1_s_3_attempt_{when}_{FILE}"] = CODE
    files[f"HW_1_s_3_attempt_{when}.txt"] = RECEIPT.format(name="Eve", user="s_1").encode()
    rows = take_zip(tmp_path, files).rows
    assert {s: (r.entry.name, r.entry.ref) for s, r in rows.items()} == {
        "s_1": ("Li (Leo) Lei", "s_1"),
        "s_2": ("韩梅梅", "s_2"),
        "s_3": ("s_3", "s_3"),
    }
    assert rows["s_1"].entry.submitted == dt.datetime(2026, 3, 1, 21, 15, 4)  # noqa: DTZ001


def test_a_damaged_receipt_costs_only_the_name(tmp_path):
    """Without a readable receipt, a student is called by the user's name."""
    files = {f"HW_{user}_attempt_2026-03-01-21-15-04.txt": b"" for user in ("lilei", "han")}
    (tmp_path / "class").mkdir()
    for file in files:
        (tmp_path / "class" / file).symlink_to("gone")
    rows = take(tmp_path / "class", tmp_path / "scratch").rows
    assert [(r.entry.name, r.files) for r in rows.values()] == [("han", {}), ("lilei", {})]


def test_only_the_platform_writes_receipts(tmp_path):
    """A student who hands in what looks like a receipt is not called what it says."""
    files = {
        f"HW_{user}_attempt_2026-03-01-21-15-04_a.txt": f"Name: Mallory ({user})\n".encode()
        for user in ("lilei", "han")
    }
    rows = take_zip(tmp_path, files).rows
    assert [r.entry.name for r in rows.values()] == ["han", "lilei"]


def gradescope(metadata=METADATA, **more):
    names = {f"submission_101/{FILE}": CODE, "submission_102/hw.ipynb": b"{}"} | more
    names["submission_metadata.yml"] = metadata.encode()
    return {f"assignment_55_export/{name}": data for name, data in names.items()}


def test_gradescopes_metadata_tell_who_and_when(tmp_path):
    """Each submitter has a row with the group's files, and no other value counts."""
    taken = take_zip(tmp_path, gradescope())
    assert taken.source == "gradescope"
    assert {
        s: (r.entry.name, r.entry.ref, list(r.files), r.entry.submitted)
        for s, r in taken.rows.items()
    } == {
        "Li-Lei-3001": (
            "Li Lei",
            "submission_101",
            [FILE],
            dt.datetime(2026, 3, 1, 21, 15, 4, 123456, tzinfo=dt.UTC),
        ),
        "Han-Meimei-3002": (
            "Han Meimei",
            "submission_102",
            ["hw.ipynb"],
            dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        ),
        "齐静": (
            "齐静",
            "submission_102",
            ["hw.ipynb"],
            dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        ),
    }


def test_gradescopes_newest_submission_counts(tmp_path):
    """A student with several submissions gets the newest, and is told the others."""
    again = METADATA + (
        "submission_11:\n  :submitters:\n  - {':name': Li Lei, ':sid': '3001'}\n"
        "  :created_at: 2026-03-03 00:00:00.000000000 Z\n"
        "submission_103:\n  :submitters:\n  - :name: Gone\n"
        "submission_104:\n  :submitters: []\n  :created_at: '?'\n"
    )
    files = gradescope(again, **{"submission_11/new.py": b"new", "submission_9/hw.py": CODE})
    rows = take_zip(tmp_path, files).rows
    assert rows["Li-Lei-3001"].files == {"new.py": b"new"}
    assert rows["Li-Lei-3001"].entry.ref == "submission_11"
    assert rows["Li-Lei-3001"].entry.others == (f"submission_101/{FILE}",)
    assert (
        rows["Gone"].problem == "What was handed in holds no file. Hand in the .py or .ipynb file."
    )
    assert rows["submission_9"].files == {"hw.py": CODE}
    assert rows["submission_104"].files == {}


def test_gradescopes_people_are_told_apart(tmp_path):
    """Without a student id the address counts, without that the name in its submission."""
    people = [
        "{':name': Li, ':email': a@x}",
        "{':name': Li, ':email': b@x}",
        "{':name': Li, ':sid': ~}",
        "{':sid': null, ':email': c@x}",
        "{':sid': 's9'}",
        "{':sid': 'null', ':name': Han}",
        "{':role': x}",
        "{':name': ''}",
    ]
    metadata = "".join(
        f"submission_{n}:\n  :submitters:\n  - {person}\n  :created_at: 2026-03-01 00:00:00\n"
        for n, person in enumerate([*people, "{':name': Li, ':sid': ~}"])
    )
    files = {f"submission_{n}/hw.py": CODE for n in range(9)}
    files["submission_metadata.yml"] = metadata.encode()
    rows = take_zip(tmp_path, files).rows
    names = sorted(row.entry.name for row in rows.values())
    assert names == ["Han", "Li", "Li", "Li", "Li", "c@x", "s9", "submission_6", "submission_7"]
    assert {"Han-null", "s9-s9"} <= set(rows)
    assert {row.entry.submitted for row in rows.values()} == {
        dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    }


def test_a_hidden_file_with_code_is_somebodys(tmp_path):
    """A name that starts with a dot makes no work go unseen."""
    rows = take_zip(tmp_path, {".li.py": CODE, "han.py": CODE, ".gitignore": b""}).rows
    assert [row.files for row in rows.values()] == [{"han.py": CODE}, {".li.py": CODE}]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "metadata",
    [
        *("- [", METADATA + "x: " + "[" * 900 + "]" * 900, METADATA + "? [a]\n: b\n", "\0"),
        *("\xff\xfe", METADATA + "a: b\n  c: d", METADATA + 'x: "open'),
    ],
    ids=["cut", "deep", "no plain key", "zero", "text", "no mapping", "open quote"],
)
def test_metadata_that_are_none_are_named(tmp_path, metadata):
    """Who handed in what is not guessed: broken metadata stop the batch, and say what to do."""
    with pytest.raises(UsageError, match=r"submission_metadata.yml in .* can't be understood"):
        take_zip(tmp_path, gradescope(metadata))


def test_metadata_too_large_are_refused(tmp_path, monkeypatch):
    """No more than so much of the metadata is ever read, and no part is taken for the whole."""
    monkeypatch.setattr(intake, "METADATA_BYTES", len(METADATA))
    assert len(take_zip(tmp_path, gradescope()).rows) == 3
    with pytest.raises(UsageError, match="can't be understood"):
        take_zip(tmp_path, gradescope(METADATA + "submission_103: 1\n"))


def test_aliases_blow_nothing_up(tmp_path):
    """An alias bomb in the metadata is read in passing; an alias of a plain value is honoured."""
    names = "submission_101:\n  :submitters:\n  - :sid: &n Li\n    :name: *n\n  :score: *i\n"
    rows = take_zip(tmp_path, gradescope(BOMB + names)).rows
    assert set(rows) == {"Li-Li", "submission_102"}


def test_files_of_nobody_are_told(tmp_path):
    """Sheets and pages beside the submissions are named for a line on the terminal."""
    names = [f"class/Li_1_{DONE}/hw.py", "class/logs/", "class/roster.xlsx", "notes\x1b[2J.csv"]
    taken = take_zip(tmp_path, dict.fromkeys([*names, f"class/Han_2_{DONE}/hw.py"], CODE))
    assert taken.ignored == ("notes [2J.csv", "roster.xlsx")
    assert set(taken.rows) == {"Li-1", "Han-2"}


@pytest.mark.parametrize("stray", ["notes.py", "a/hw.py", "x_attempt_2026-13-01-00-00-00_a.py"])
@pytest.mark.parametrize("download", ["Moodle", "Canvas", "Blackboard", "Gradescope"])
def test_strays_in_a_platforms_download_are_nobodys(tmp_path, download, stray):
    """What is not named as the platform names things is told, and makes no row."""
    layout = next(key for key in LAYOUTS if key.startswith(download))
    _, names, expected = LAYOUTS[layout]
    inside = [name.removeprefix("assignment_5_export/") for name in names]
    taken = take_zip(tmp_path, dict.fromkeys([*inside, stray], CODE))
    assert set(taken.rows) == set(expected)
    assert taken.ignored == (stray,)


def test_of_two_files_with_one_name_the_last_counts(tmp_path):
    """A zip that was added to holds a name twice, and unpacking it leaves the last one."""
    path = tmp_path / "class.zip"
    data = zipped({"li/hw.py": b"old", "li/hx.py": b"new", "han/hw.py": b""})
    path.write_bytes(data.replace(b"hx.py", b"hw.py"))
    assert take(path, tmp_path / "scratch").rows["li"].files == {"hw.py": b"new"}


def test_the_reason_names_what_was_handed_in(tmp_path):
    """A row without a file says what there is instead, in a few cleaned words."""
    names = ["li/a.pdf", "li/b\x1b[1m.docx", *(f"li/{n}.png" for n in range(90)), "han/hw.py"]
    row = take_zip(tmp_path, dict.fromkeys(names, CODE)).rows["li"]
    assert row.problem == (
        "There is no .py or .ipynb file in what was handed in, but 0.png, 1.png, 10.png, 11.png, "
        "12.png. Hand in the .py or .ipynb file."
    )
    assert len(row.entry.others) == 21
    assert row.entry.others[-1] == "... +72"


def test_a_long_name_keeps_its_end(tmp_path):
    """Of a name too long to show, the end says what it is."""
    rows = take_zip(tmp_path, {"li/" + "x" * 9000 + "/hw.py": CODE, "han/a.py": CODE}).rows
    (name,) = rows["li"].files
    assert name.endswith("/hw.py")
    assert len(name) == 200


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
AWKWARD = st.sampled_from(
    ["..", ".", "CON", "nul.txt", "a" * 3000, "Li\u202eieL", "é", "e\u0301", "LI", "li", "-", "😀"]
)  # fmt: skip
ANY_NAMES = st.lists(TEXTS | AWKWARD, min_size=2, max_size=8, unique=True)


def check_rows(rows, count):
    assert len(rows) == count
    ids = list(rows)
    assert len({student.casefold() for student in ids}) == count
    for student, row in rows.items():
        assert row.files
        assert student.isprintable()
        assert not set(student) & set('/\\:*?"<>| ')
        assert student[0] not in ".-"
        assert student[-1] not in ".-"
        assert ".." not in student
        assert len(student.encode()) <= 120
        assert row.entry.name == row.entry.name.strip() != ""
        assert row.entry.name.isprintable()
        assert (
            msgspec.json.decode(msgspec.json.encode(row.entry), type=type(row.entry)) == row.entry
        )


@settings(max_examples=100, deadline=None)
@given(ANY_NAMES)
def test_any_name_in_moodle_keeps_its_row(tmp_path_factory, names):
    """Whatever people are called, each has a row, and an id that is a good file's name."""
    clear = [name.replace("/", " ").replace("\\", " ") for name in names]
    files = {f"{name}_{n}_{DONE}/hw.py": CODE for n, name in enumerate(clear)}
    taken = take_zip(tmp_path_factory.mktemp("moodle"), files)
    assert taken.source == "moodle"
    check_rows(taken.rows, len(names))
    assert {r.entry.ref for r in taken.rows.values()} == {str(n) for n in range(len(names))}


@settings(max_examples=100, deadline=None)
@given(ANY_NAMES)
def test_any_name_of_a_folder_keeps_its_row(tmp_path_factory, names):
    """Whatever a student's folder is called, there is a row for it, too."""
    clear = {name.replace("/", " ").replace("\\", " ") for name in names}
    kept = {n for n in clear if n not in {".", "..", *JUNK_FOLDERS} and n[1:] != ":"}
    files = {f"class/{name}/hw.py": CODE for name in kept}
    if len(kept) > 1:
        check_rows(take_zip(tmp_path_factory.mktemp("plain"), files).rows, len(kept))
