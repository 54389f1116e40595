#!/usr/bin/env python3
"""What Gradescope runs for each submission: `grader check`, and a results.json in any case.

It runs with whatever Python the container has, and imports nothing but the standard library:
it has something to say even where nothing could be installed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

# Gradescope gives up after ten minutes, if nothing else was chosen, and writes a score of 0.
SECONDS = 570.0

WORDS = {
    "en": {
        "empty": "There is no file in what you handed in.",
        "failed": "This was not graded, and that is not your fault. Tell the course team: they "
        "see the reason in the autograder's output.",
        "slow": "This was not graded: it took too long. Tell the course team.",
    },
    "zh": {
        "empty": "你提交的内容里没有文件。",
        "failed": "这次提交没有评分，这不是你的错。请告诉课程组：自动评分的输出里有原因。",
        "slow": "这次提交没有评分：用时太长。请告诉课程组。",
    },
}
# How grader begins to say that what was handed in is not what it was asked to grade.
MISTAKES = ("grader: error: ", "grader: 错误: ")


def main(root: Path, seconds: float) -> None:
    """Grade what is in submission/ and leave results/results.json behind.

    Args:
        root: Gradescope's folder, with source/, submission/ and venv/, which setup.sh makes.
        seconds: wall clock, after which it is not graded.
    """
    results = root / "results" / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    lang = (root / "source" / "language").read_text(encoding="utf-8").strip()
    words = WORDS.get(lang, WORDS["en"])
    if not any(path.is_file() for path in (root / "submission").rglob("*")):
        why = words["empty"]
    else:
        try:
            why = _check(root, lang, seconds) or words["failed"]
        except subprocess.TimeoutExpired:
            why = words["slow"]
        except OSError as error:  # setup.sh broke off
            sys.stdout.write(f"{error}\n")
            why = words["failed"]
    if not results.is_file():
        content = {"output": why, "output_format": "text", "tests": []}
        results.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _check(root: Path, lang: str, seconds: float) -> str:
    """Run the check. Returns what the student did wrong before anything could be graded."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(root / "source" / "package"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
    }
    ran = subprocess.run(
        [
            *(str(root / "venv" / "bin" / "python"), "-P", "-m", "grader", "check"),
            *(str(root / "submission"), "--course", str(root / "source" / "course")),
            *("--gradescope", str(root / "results" / "results.json"), "--lang", lang),
            *("--html", str(root / "results" / "feedback.html")),
        ],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
    )
    sys.stdout.write(ran.stderr)
    last = ran.stderr.strip().rpartition("\n")[2]
    return next((last[len(start) :] for start in MISTAKES if last.startswith(start)), "")


if __name__ == "__main__":
    main(
        Path(os.environ.get("AUTOGRADER_ROOT", "/autograder")),
        float(os.environ.get("AUTOGRADER_SECONDS", SECONDS)),
    )
