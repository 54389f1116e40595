"""A course so small that a whole class is graded in seconds, and work to hand in for it."""

import hashlib
from pathlib import Path

NAME = "Doubling"
FILE = f"{NAME}.py"
TODO = "    raise NotImplementedError\n"
TEMPLATE = f"def double(x):\n{TODO}\n\ndef halve(x):\n{TODO}"
TABLE = f"""\
name = "{NAME}"
title = "Doubling and halving"
title_zh = "加倍与减半"
names = ["double", "halve"]

[[files]]
name = "{FILE}"
template_sha256 = "{hashlib.sha256(TEMPLATE.encode()).hexdigest()}"

[[groups]]
name = "double"
points = 6
title = "Double"
title_zh = "加倍"

[[groups]]
name = "halve"
points = 4
title = "Halve"
title_zh = "减半"

[hidden]
checks = 2
points = 4

[limits]
import_seconds = 10
call_seconds = 10
"""
VISIBLE = """\
import numpy as np

from grader.checks import assert_close, check


@check("double", points=4, title="doubles", title_zh="加倍", hint="Add it to itself.",
       hint_zh="加上它自己。")
def test_doubles(student, rng):
    for x in rng.normal(size=(20, 3)):
        assert_close(student.double(x), x + x)


@check("halve", points=2, title="halves", title_zh="减半", hint="Divide by 2.", hint_zh="除以 2。")
def test_halves(student, rng):
    for x in rng.normal(size=(20, 3)):
        assert_close(student.halve(x), x / 2)
"""
HIDDEN = """\
import numpy as np

from grader.checks import assert_close, check


@check("double", points=2, title="doubles zero", title_zh="零加倍", hint="0 + 0 is 0.",
       hint_zh="0 + 0 等于 0。")
def test_doubles_zero(student):
    assert_close(student.double(np.zeros(3)), np.zeros(3))


@check("halve", points=2, title="halves what was doubled", title_zh="先加倍再减半",
       hint="It is the way back.", hint_zh="这是逆运算。")
def test_halves_back(student, rng):
    x = rng.normal(size=4)
    assert_close(student.halve(student.double(x)), x)
"""

RIGHT = "def double(x):\n    return x + x\n\n\ndef halve(x):\n    return x / 2\n"
WRONG = RIGHT.replace("x / 2", "x / 3")
BROKEN = "def double(x:\n"
RAISES = RIGHT.replace("return x + x", "return x.nothing")
QUITS = "import os\n\n\n" + RIGHT.replace("return x + x", "os._exit(3)")
SLOW = "import time\n\n\n" + RIGHT.replace("return x + x", "time.sleep(0.01)\n    return x + x")


def write_course(folder: Path, *, late: str = "") -> Path:
    """Write the course. Returns its folder."""
    for name, text in (
        (f"assignments/{NAME}/assignment.toml", TABLE + late),
        (f"assignments/{NAME}/{FILE}", TEMPLATE),
        (f"assignments/{NAME}/README.md", "# Double and halve\n"),
        (f"assignments/{NAME}/checks/test_visible.py", VISIBLE),
        (f"solutions/{NAME}/checks/test_hidden.py", HIDDEN),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_class(folder: Path, **work: str | bytes) -> Path:
    """Write a folder with a folder for each student: id=source."""
    for student, source in work.items():
        path = folder / student.replace("_", "-") / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return folder
