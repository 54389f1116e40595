"""Archives of strangers: what comes out of them, and what never does."""

import contextlib
import gzip
import io
import itertools
import os
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.lms import archive as reader
from grader.lms import contents, intake
from grader.lms.archive import INNER, Limits, Refused, bring, list_archive
from grader.lms.folder import list_folder
from tests.downloads import CODE, laid, take, take_zip, tarred, zipped

SMALL = Limits(members=40, mib=1, ratio=50, free_mib=1)
ZEROS = bytes(3 << 20)
FILES = {"alice/hw.py": CODE, "bob/hw.py": CODE}


def put(tmp_path, data, name="class.zip"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def names_of(members):
    return ["/".join(member.parts) for member in members]


def tar_of(*infos):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info in infos:
            archive.addfile(info, io.BytesIO(bytes(info.size)))
    return buffer.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def edited(data, signature, offset, layout, value):
    """A zip with one field changed in each of its headers of one kind."""
    changed, at = bytearray(data), data.find(signature)
    while at >= 0:
        struct.pack_into(layout, changed, at + offset, value)
        at = data.find(signature, at + 1)
    return bytes(changed)


def encrypted(data):
    return edited(edited(data, b"PK\1\2", 8, "<H", 1), b"PK\3\4", 6, "<H", 1)


def edited_first_crc(data):
    at = data.find(b"PK\1\2")
    return data[: at + 16] + b"\1\2\3\4" + data[at + 20 :]


KINDS = {
    "zip": zipped(FILES),
    "stored zip": zipped(FILES, zipfile.ZIP_STORED),
    "tar": tarred(FILES, "w"),
    "tar.gz": tarred(FILES, "w:gz"),
    "tar.bz2": tarred(FILES, "w:bz2"),
    "tar.xz": tarred(FILES, "w:xz"),
    "zip after other bytes": b"#!/bin/sh\n" + zipped(FILES),
}


@pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)
def test_every_kind_of_archive_is_opened(tmp_path, data):
    """A zip or a tar is known by its bytes, whatever it is called."""
    taken = take(put(tmp_path, data, "download"), tmp_path / "scratch")
    assert {s: row.files for s, row in taken.rows.items()} == {
        "alice": {"hw.py": CODE},
        "bob": {"hw.py": CODE},
    }


UNUSABLE = {
    "empty": (b"", "damaged, or no archive"),
    "text": (b"print('hello')\n" * 50, "damaged, or no archive"),
    "cut zip": (zipped(FILES)[:-30], "damaged, or no archive"),
    "cut tar.gz": (tarred(FILES)[:-40], "damaged, or no archive"),
    "cut tar": (tarred(FILES, "w")[:1200], "damaged, or no archive"),
    "tar that stops between files": (tarred(FILES, "w")[:1024], "damaged, or no archive"),
    "tar with a damaged second header": (
        tarred(FILES, "w")[:1024] + b"x" * 512 + tarred(FILES, "w")[1536:],
        "damaged, or no archive",
    ),
    "damaged tar.bz2": (tarred(FILES, "w:bz2").replace(b"1AY&SY", b"1AY&XY"), "damaged, or no"),
    "false UTF-8": (
        zipped({"größe/hw.py": CODE}).replace("größe".encode(), b"gr\xff\xffe  "),
        "damaged, or no archive",
    ),
    "password": (encrypted(zipped(FILES)), "needs a password"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(99), "of a kind that is not opened"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(99), "of a kind that is not opened"),
    "bzip2 in a zip": (zipped(FILES, zipfile.ZIP_BZIP2), "of a kind that is not opened"),
    "nothing in it": (zipped({}), "no submission"),
    "only junk in it": (zipped({"__MACOSX/a/._hw.py": CODE}), "no submission"),
}


@pytest.mark.parametrize(("data", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_download_that_cannot_be_opened_says_why(tmp_path, data, said):
    """What is no sound archive is the instructor's to mend, and nothing is left behind."""
    with pytest.raises(UsageError, match=said) as error:
        take(put(tmp_path, data), tmp_path / "scratch")
    assert "class.zip" in str(error.value)
    assert not list((tmp_path / "scratch").iterdir())


def test_what_is_not_there_is_named(tmp_path):
    """A download that does not exist is a mistake in the command line."""
    with pytest.raises(UsageError, match=r"nowhere.zip can't be read: No such file"):
        take(tmp_path / "nowhere.zip", tmp_path / "scratch")


def test_a_disk_that_fails_is_no_damaged_archive(tmp_path, monkeypatch):
    """What the system says when a download can't be read is told as it is."""

    def fails(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(zipfile, "ZipFile", fails)
    with pytest.raises(UsageError, match="Input/output error"):
        take(put(tmp_path, KINDS["zip"]), tmp_path / "scratch")


def test_a_folder_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    """A folder without permission is not an empty one."""
    folder, scandir = laid(tmp_path / "class", FILES), os.scandir

    def scan(path):
        if path == folder:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    with pytest.raises(UsageError, match="class can't be read: Permission denied"):
        take(folder, tmp_path / "scratch")


def test_a_device_is_not_opened(tmp_path):
    """A pipe that nobody writes to does not stop the grader for ever."""
    os.mkfifo(tmp_path / "class.zip")
    with pytest.raises(UsageError, match="damaged, or no archive"):
        take(tmp_path / "class.zip", tmp_path / "scratch")


OVER = {
    "too many in a zip": (zipped({f"{n}.py": b"" for n in range(41)}), "crowded"),
    "too many in a tar": (tarred({f"{n}.py": b"" for n in range(41)}), "crowded"),
    "too much in a zip": (zipped({"a.py": bytes(900_000), "b.py": bytes(900_000)}), "large"),
    "too much in a tar": (tarred({"a.bin": ZEROS}), "large"),
    "a tar that claims too much": (tarred({"a.bin": ZEROS})[:1000], "large"),
    "long names in a zip": (zipped({f"{n}" + "n" * 900: b"" for n in range(30)}), "large"),
    "long names in a tar": (tarred({f"{n}" + "n" * 900: b"" for n in range(30)}), "crowded"),
    "a name of 1 MiB": (tarred({"n" * (1 << 20): b""}, "w"), "large"),
}


@pytest.mark.parametrize(("data", "why"), OVER.values(), ids=OVER)
def test_limits_hold(tmp_path, data, why):
    """No archive gets beyond its limits on members, bytes, ratio and names."""
    path = put(tmp_path, data)
    places = (tmp_path / f"{n:06}" for n in itertools.count(1))

    def bring_all():
        wanted = dict.fromkeys(list_archive(path, SMALL), 900_000)
        return list(bring(path, wanted, places, SMALL))

    with pytest.raises(Refused, match=why):
        bring_all()


def test_a_plain_tar_may_be_large(tmp_path):
    """What nobody grades costs nothing to skip where it is not packed, so it has no limit."""
    path = put(tmp_path, tarred({"a.bin": ZEROS, "b.py": CODE}, "w"))
    assert names_of(list_archive(path, SMALL)) == ["a.bin", "b.py"]


def test_the_ratio_counts_once_something_came_out():
    """A small archive may be packed well, a large one no better than code is."""
    limits = Limits(mib=100, ratio=50, free_mib=2)
    sizes = [limits.allows(packed) >> 20 for packed in (1, 1 << 20, 10 << 20)]
    assert sizes == [2, 50, 100]


def test_a_directory_that_claims_to_be_huge_is_not_read(tmp_path, monkeypatch):
    """The size that a zip's end claims for its directory does not become memory."""
    data = zipped(FILES)
    monkeypatch.setattr(reader, "NAME_BYTES", 1)
    with pytest.raises(Refused, match="large"):
        list_archive(put(tmp_path, data), Limits(members=40))


def test_no_more_of_a_file_is_unpacked_than_can_be_graded(tmp_path):
    """Of a file that is too large, one byte more than is allowed is there to tell by."""
    path = put(tmp_path, zipped({"alice/hw.py": ZEROS, "bob/hw.py": CODE}))
    rows = take(path, tmp_path / "scratch", max_kib=7).rows
    assert len(rows["alice"].files["hw.py"]) == 7 * 1024 + 1


def test_what_nobody_grades_is_not_unpacked(tmp_path):
    """PDFs and pictures are named and cost nothing: their bytes are not even looked at."""
    data = zipped({"alice/hw.py": CODE, "alice/report.pdf": b"%PDF" * 1000, "bob/hw.py": CODE})
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo("alice/report.pdf")
    start = info.header_offset + 30 + len(info.filename)
    broken = data[:start] + b"\xff" * info.compress_size + data[start + info.compress_size :]
    row = take(put(tmp_path, broken), tmp_path / "scratch").rows["alice"]
    assert row.files == {"hw.py": CODE}
    assert row.entry.others == ("report.pdf",)


def test_one_damaged_file_is_one_students_problem(tmp_path):
    """When a file's bytes are damaged, its student is told, and all others are graded."""
    data = zipped(FILES)
    damaged = edited_first_crc(data)
    rows = take(put(tmp_path, damaged), tmp_path / "scratch").rows
    assert "hw.py is damaged" in rows["alice"].problem
    assert rows["bob"].files == {"hw.py": CODE}


TRICKS = {
    "absolute": ("/etc/passwd/hw.py", "etc/passwd/hw.py"),
    "up": ("../../alice/hw.py", "alice/hw.py"),
    "up in between": ("alice/../../hw.py", "alice/hw.py"),
    "drive": ("C:\\alice\\hw.py", "alice/hw.py"),
    "backslashes": ("alice\\..\\hw.py", "alice/hw.py"),
    "a server": ("//server/share/hw.py", "server/share/hw.py"),
    "only dots": ("../..", ""),
    "empty parts": ("alice//./hw.py", "alice/hw.py"),
    "a colon": ("C:alice/hw.py", "C:alice/hw.py"),
}


@pytest.mark.parametrize("make", [zipped, tarred], ids=["zip", "tar"])
@pytest.mark.parametrize(("name", "expected"), TRICKS.values(), ids=TRICKS)
def test_names_cannot_lead_out(tmp_path, make, name, expected):
    """Nothing in a name leads anywhere: drives, roots and '..' are left out of it."""
    assert names_of(list_archive(put(tmp_path, make({name: CODE})), INNER)) == [expected]


def raw_zip(name, extra=b""):
    """A zip with a name that does not say how it is encoded."""
    fake = b"x" * len(name)
    info = zipfile.ZipInfo(fake.decode())
    info.extra = extra
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, CODE)
    return buffer.getvalue().replace(fake, name)


def unicode_path(name, about, kind=0x7075):
    data = b"\1" + struct.pack("<L", zlib.crc32(about)) + name.encode()
    return struct.pack("<HH", kind, len(data)) + data


ENCODED = {
    "UTF-8 without a flag": (raw_zip("李雷.py".encode()), "李雷.py"),
    "GBK": (raw_zip("李雷.py".encode("gbk")), "李雷.py"),
    "code page 437": (raw_zip("\xe9\xff.py".encode("latin-1")), "Θ\xa0.py"),
    "Info-ZIP's field": (raw_zip(b"?.py", unicode_path("李.py", b"?.py")), "李.py"),
    "Info-ZIP's field of another name": (raw_zip(b"?.py", unicode_path("李.py", b"x.py")), "?.py"),
    "another field": (raw_zip(b"?.py", unicode_path("李.py", b"?.py", 0x6375)), "?.py"),
    "a field after another": (
        raw_zip(b"?.py", b"\x55\x54\2\0ab" + unicode_path("李.py", b"?.py")),
        "李.py",
    ),
    "flagged": (zipped({"Ünal 李.py": CODE}), "Ünal 李.py"),
    "tar in UTF-8": (tarred({"Ünal 李.py": CODE}), "Ünal 李.py"),
}


@pytest.mark.parametrize(("data", "expected"), ENCODED.values(), ids=ENCODED)
def test_names_are_read_in_their_encoding(tmp_path, data, expected):
    """A name comes out as it was written, as far as anyone can tell."""
    assert names_of(list_archive(put(tmp_path, data), INNER)) == [expected]


def test_a_tar_in_gbk_is_read(tmp_path):
    """A tar from a Chinese Windows has readable names, too."""
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", encoding="gbk", format=tarfile.GNU_FORMAT
    ) as archive:
        archive.addfile(tarfile.TarInfo("李雷/作业.py"))
    path = put(tmp_path, buffer.getvalue())
    assert names_of(list_archive(path, INNER)) == ["李雷/作业.py"]


LINKS = {
    "symbolic link": special("alice/hw.py", tarfile.SYMTYPE, "/etc/passwd"),
    "hard link": special("alice/hw.py", tarfile.LNKTYPE, "bob/hw.py"),
    "device": special("alice/hw.py", tarfile.CHRTYPE),
    "pipe": special("alice/hw.py", tarfile.FIFOTYPE),
}


@pytest.mark.parametrize("info", LINKS.values(), ids=LINKS)
def test_a_link_or_device_in_a_tar_is_not_followed(tmp_path, info):
    """Whatever a tar links to, the student is told that it is no file."""
    other = tarfile.TarInfo("bob/hw.py")
    path = put(tmp_path, tar_of(other, info))
    rows = take(path, tmp_path / "scratch").rows
    assert "hw.py is a link, or no file" in rows["alice"].problem
    assert rows["bob"].files == {"hw.py": b""}


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    """A zip's symbolic link is no file, either, and its target is not taken for code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("alice/hw.py")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("bob/hw.py", CODE)
    rows = take(put(tmp_path, buffer.getvalue()), tmp_path / "scratch").rows
    assert "hw.py is a link, or no file" in rows["alice"].problem
    assert rows["bob"].files == {"hw.py": CODE}


def test_what_is_a_folder_is_told_by_its_kind(tmp_path):
    """A folder is one by its mark in a tar or Unix's in a zip; DOS's marks mean nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, system, mode in (("alice", 3, 0o040755), ("bob.py", 0, 0o120777)):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = system, mode << 16
            archive.writestr(info, b"")
    members = list_archive(put(tmp_path, buffer.getvalue()), INNER)
    assert [(m.parts, m.why) for m in members] == [(("alice", ""), None), (("bob.py",), None)]
    path = put(tmp_path, tar_of(special("carol", tarfile.DIRTYPE), tarfile.TarInfo("carol/a.py")))
    members = list_archive(path, INNER)
    assert [(m.parts, m.why) for m in members] == [(("carol", ""), None), (("carol", "a.py"), None)]


def test_links_in_a_folder_lead_nowhere_else(tmp_path):
    """A link is followed to a file beside it, and not to another student's or to nothing."""
    (tmp_path / "secret.py").write_text("secret", encoding="utf-8")
    folder = laid(tmp_path / "class", FILES)
    for student, target in {
        "neighbour": "../alice/hw.py",
        "outside": tmp_path / "secret.py",
        "folder": "../alice",
        "loop": "hw.py",
        "nowhere": "gone.py",
        "device": "/dev/zero",
    }.items():
        (folder / student).mkdir()
        (folder / student / "hw.py").symlink_to(target)
    (folder / "alice" / ".hidden").symlink_to("gone.py")
    (folder / "alice" / "again.py").symlink_to("hw.py")
    os.mkfifo(folder / "pipe.py")
    rows = take(folder, tmp_path / "scratch").rows
    assert {student for student, row in rows.items() if row.files} == {"alice", "bob"}
    assert set(rows["alice"].files) == {"again.py", "hw.py"}
    assert all("is a link, or no file" in row.problem for row in rows.values() if row.problem)
    assert len(rows) == 9


def test_what_may_not_be_read_is_told(tmp_path, monkeypatch):
    """A file or folder without permission is its student's problem and stops nobody else."""
    folder = laid(tmp_path / "class", FILES | {"carol/hw.py": CODE})
    scandir = os.scandir

    def scan(path):
        if str(path).endswith("carol"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(reader.os, "scandir", scan)
    monkeypatch.setattr(reader.os, "access", lambda path, _: "alice" not in path.parts)
    rows = take(folder, tmp_path / "scratch").rows
    assert rows["alice"].problem == "hw.py can't be read: there is no permission to."
    assert rows["carol"].problem == "carol can't be read: there is no permission to."
    assert rows["bob"].files == {"hw.py": CODE}


def test_a_folder_may_hold_too_much(tmp_path):
    """A home folder given by mistake is noticed before all of it is listed."""
    folder = laid(tmp_path / "class", {f"{n}.py": b"" for n in range(41)})
    with pytest.raises(Refused, match="crowded"):
        list_folder(folder, SMALL)


def test_a_full_disk_is_not_the_students_fault(tmp_path, monkeypatch):
    """When nothing more can be written, the instructor is told, and nobody gets a problem."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipExtFile, "read", full)
    with pytest.raises(UsageError, match="No space left"):
        take_zip(tmp_path, FILES)


def nested(depth):
    data = zipped({"hw.py": CODE})
    for level in range(depth - 1):
        data = zipped({f"level {level}.zip": data})
    return data


def rich(count):
    return zipped({f"{n:03}.py": CODE for n in range(count)})


WORK = {
    "zip": ("work.zip", zipped({"src/hw.py": CODE}), {"work.zip/src/hw.py": CODE}),
    "tar.gz": ("work.tgz", tarred({"hw.py": CODE}), {"work.tgz/hw.py": CODE}),
    "notebook": ("work.zip", zipped({"hw.ipynb": b"{}"}), {"work.zip/hw.ipynb": b"{}"}),
    "larger than a file may be": (
        "work.zip",
        zipped({"data.bin": os.urandom(100_000), "hw.py": CODE}),
        {"work.zip/hw.py": CODE},
    ),
    "three deep": (
        "work.zip",
        nested(3),
        {"work.zip/level 1.zip/level 0.zip/hw.py": CODE},
    ),
    "the Mac's": (
        "work.zip",
        zipped({"hw.py": CODE, "__MACOSX/hw.py": b"\0", "._hw.py": b"\0", ".DS_Store": b"\0"}),
        {"work.zip/hw.py": CODE},
    ),
    "packages and a name without any letter": (
        "work.zip",
        zipped({"a/hw.py": CODE, "site-packages/a.py": b"", "node_modules/b.py": b"", "..": b""}),
        {"work.zip/a/hw.py": CODE},
    ),
    "folders": (
        "work.zip",
        zipped({"a.py/": b"", "a.py/hw.py": CODE}),
        {"work.zip/a.py/hw.py": CODE},
    ),
    "checkpoints": (
        "work.zip",
        zipped({"hw.py": CODE, ".ipynb_checkpoints/hw.py": b"", ".venv/a.py": b""}),
        {"work.zip/hw.py": CODE},
    ),
    "a damaged file beside code": (
        "work.zip",
        edited_first_crc(zipped({"hw.py": b"other", "hx.py": CODE})),
        {"work.zip/hx.py": CODE},
    ),
    "a bomb beside code": (
        "work.zip",
        zipped({"hw.py": CODE, "bomb.zip": zipped({"a.py": ZEROS})}),
        {"work.zip/hw.py": CODE, "work.zip/bomb.zip/a.py": bytes(64 * 1024 + 1)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "files"), WORK.values(), ids=WORK)
def test_a_student_may_hand_in_an_archive(tmp_path, name, data, files):
    """Code is found in archives, up to three inside one another."""
    row = take_zip(tmp_path, FILES | {f"carol/{name}": data}).rows["carol"]
    assert row.files == files
    assert not any(other.endswith("/") for other in row.entry.others)


BAD = {
    "broken": ("work.zip", b"PK\3\4 and so on", "work.zip is damaged"),
    "empty": ("work.zip", b"", "work.zip is damaged"),
    "cut": ("work.tar.gz", tarred(FILES)[:-40], "work.tar.gz is damaged"),
    "password": ("work.zip", encrypted(zipped(FILES)), "work.zip needs a password"),
    "rar": ("work.rar", b"Rar!\x1a\x07\x01\x00", "work.rar is an archive of a kind"),
    "7z": ("work.7z", b"7z\xbc\xaf\x27\x1c", "work.7z is an archive of a kind"),
    "rar called zip": ("work.zip", b"Rar!\x1a\x07\x01\x00", "work.zip is an archive of a kind"),
    "four deep": (
        "work.zip",
        nested(4),
        "work.zip/level 2.zip/level 1.zip/level 0.zip is an archive inside too many",
    ),
    "bomb": ("work.zip", zipped({f"{n}.py": ZEROS for n in range(20)}), "more than 1 MiB, or 50 t"),
    "bomb in a tar": ("work.tgz", tarred({"a.bin": ZEROS}), "work.tgz holds more than 1 MiB"),
    "too many": ("work.zip", rich(41), "work.zip holds more than 40 files"),
    "no code": ("work.zip", zipped({"a.pdf": b""}), "but work.zip/a.pdf. Hand in"),
    "nothing": ("work.zip", zipped({}), "holds no file"),
    "damaged file": (
        "work.zip",
        edited_first_crc(zipped({"hw.py": CODE})),
        "work.zip/hw.py is damaged",
    ),
    "pdf": ("report.pdf", b"", "but report.pdf. Hand in"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "said"), BAD.values(), ids=BAD)
def test_a_bad_archive_is_its_students_problem_alone(tmp_path, monkeypatch, name, data, said):
    """Whatever a student's archive is, the row says why there is nothing to grade."""
    monkeypatch.setattr(contents, "INNER", SMALL)
    rows = take_zip(tmp_path, FILES | {f"carol/{name}": data}).rows
    assert said in rows["carol"].problem
    assert rows["carol"].files == {}
    assert rows["alice"].files == rows["bob"].files == {"hw.py": CODE}


def test_an_archive_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    """An archive inside, at whatever depth, is copied up to its limit and then given up."""
    for module in (contents, intake):
        monkeypatch.setattr(module, "LARGEST", 1000)
    wide = zipped({"hw.py": CODE, "data.bin": bytes(5000)}, zipfile.ZIP_STORED)
    works = {"carol": zipped({"hw.py": CODE}), "dave": wide, "erin": zipped({"inner.zip": wide})}
    rows = take_zip(tmp_path, {f"{who}/work.zip": data for who, data in works.items()}).rows
    assert rows["carol"].files == {"work.zip/hw.py": CODE}
    assert rows["dave"].problem.startswith("work.zip holds more than 256 MiB")
    assert rows["erin"].problem.startswith("work.zip/inner.zip holds more than 256 MiB")


def test_archives_inside_share_one_allowance(tmp_path, monkeypatch):
    """Many archives in one hold together no more than one may, and no bomb leaves room for more."""
    monkeypatch.setattr(contents, "INNER", SMALL._replace(mib=2))
    bomb = zipped({f"{n}.py": bytes(1 << 20) for n in range(3)})
    good = dict.fromkeys((f"{n}.zip" for n in range(9)), zipped({"a.py": bytes(600_000)}))
    students = {"carol/work.zip": zipped(good), "dave/work.zip": zipped(good | {"0.zip": bomb})}
    path = put(tmp_path, zipped(FILES | students))
    rows = take(path, tmp_path / "scratch", max_kib=1023).rows
    assert len(rows["carol"].files) == 3
    assert rows["carol"].entry.others == tuple(f"work.zip/{n}.zip" for n in range(3, 9))
    assert rows["dave"].files == {}
    assert "more than 2 MiB" in rows["dave"].problem


def test_a_damaged_archive_leaves_room_for_others(tmp_path):
    """Of several archives in one, a damaged one and a damaged file are told, the rest is taken."""
    inside = {
        "0.zip": b"PK\3\4",
        "1.zip": edited_first_crc(zipped({"a.py": CODE, "b.py": CODE})),
        "2.zip": zipped({"c.py": CODE}),
    }
    row = take_zip(tmp_path, FILES | {"carol/work.zip": zipped(inside)}).rows["carol"]
    assert list(row.files) == ["work.zip/1.zip/b.py", "work.zip/2.zip/c.py"]
    assert row.entry.others == ("work.zip/0.zip", "work.zip/1.zip/a.py")


def test_files_are_in_one_order(tmp_path):
    """However a student's work is packed, what lies less deep comes first, then by name."""
    names = ["carol/b/a.py", "carol/c.py", "carol/b.py"]
    files = dict.fromkeys(names, CODE) | {"carol/a.zip": zipped({"z.py": CODE})}
    rows = take_zip(tmp_path, FILES | files).rows
    assert list(rows["carol"].files) == ["b.py", "c.py", "a.zip/z.py", "b/a.py"]


def test_a_folders_archives_stay_where_they_are(tmp_path):
    """An archive in a folder is opened and not deleted."""
    folder = laid(tmp_path / "class", FILES | {"carol.zip": zipped({"hw.py": CODE})})
    rows = take(folder, tmp_path / "scratch").rows
    assert rows["carol"].files == {"carol.zip/hw.py": CODE}
    assert (folder / "carol.zip").is_file()


def test_of_very_many_files_the_outermost_are_taken(tmp_path):
    """Somebody's whole library does not push out the work at the top, and is told in short."""
    library = {f"lib/{n:03}.py": b"" for n in range(contents.MOST_FILES)}
    packed = {f"{n:02}.zip": zipped({"a.py": CODE}) for n in range(contents.MOST_ARCHIVES + 1)}
    mine = library | packed | {"z.py": CODE}
    rows = take_zip(tmp_path, FILES | {f"carol/{name}": data for name, data in mine.items()}).rows
    row = rows["carol"]
    assert row.files["z.py"] == CODE
    assert len(row.files) == contents.MOST_FILES + contents.MOST_ARCHIVES
    assert row.entry.others == ("10.zip", "lib/199.py")


GOOD = (
    zipped({f"Li_{n}_assignsubmission_file_/{f}": d for n, (f, d, _) in enumerate(WORK.values())}),
    tarred({"alice/hw.py": CODE, "bob/work.zip": nested(2)}, "w"),
    gzip.compress(tarred({"alice/hw.py": CODE, "n" * 200 + "/work.tgz": tarred(FILES)}, "w"), 1),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_a_damaged_archive_never_breaks_the_grader(tmp_path_factory, good, data):
    """Whatever bytes are changed, there are rows, or one sentence that says why not."""
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    tmp_path = tmp_path_factory.mktemp("damaged")
    with contextlib.suppress(UsageError):
        take(put(tmp_path, bytes(changed)), tmp_path / "scratch")
    assert not list((tmp_path / "scratch").iterdir())
