"""Measures what `grader batch` costs, beside the bare computation and with other jobs.

    python tests/benchmarks/batch.py [STUDENTS [ROUNDS]]

Makes a class of STUDENTS (300) from the right answers and known mistakes of the course, each
with a line of its own. Runs in alternation: the bare computation (in one plain process, for each
student the lesson's own training loop with the student's functions, and nothing else), and
`grader batch` with one job and with two. Prints a Markdown table. Machines are noisy: read the
ratios.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COURSE = Path(__file__).parents[2]
NAME = "NewCross_softmax"
TEAM = COURSE / "solutions" / NAME
BARE = """
import contextlib, importlib.util, os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, sys.argv[1])
import network, numpy as np
np.seterr(all="ignore")
for path in sys.argv[2:]:
    with contextlib.suppress(Exception), contextlib.redirect_stdout(None):
        spec = importlib.util.spec_from_file_location("student", path)
        student = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(student)
        functions = student.softmax, student.loss, student.delta, student.mean_loss
        network.train(*functions, student.OUTPUT_LEARNING_RATE, epochs=4, say=lambda _line: None)
"""


def seconds(*words: object) -> float:
    """Wall time of a process. One job stays on one core, and so does a plain process."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *map(str, words)], stdout=subprocess.DEVNULL, check=True, cwd=COURSE,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(COURSE)},
    )  # fmt: skip
    return time.perf_counter() - start


def make_class(folder: Path, count: int, kinds: list[Path]) -> list[Path]:
    """Write a submission for each student, none quite like another."""
    made = []
    for number in range(count):
        path = folder / f"student-{number:04}" / f"{NAME}.py"
        path.parent.mkdir(parents=True)
        source = kinds[number % len(kinds)].read_text(encoding="utf-8")
        path.write_text(f"{source}\n# {number}\n", encoding="utf-8")
        made.append(path)
    return made


def main() -> None:
    """Measure, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    right = [TEAM / f"{NAME}_answer.py", *sorted((TEAM / "correct").glob("*.py"))]
    mixed = [*right, *sorted((TEAM / "mistakes").glob("*.py"))]
    print(f"| {count} submissions | seconds | per submission |")
    print("|---|---|---|")
    for name, kinds in (("right answers", right), ("right and wrong ones", mixed)):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            measure(name, folder, make_class(folder / "class", count, kinds), rounds)


def measure(name: str, folder: Path, paths: list[Path], rounds: int) -> None:
    """Measure one class, and print its rows."""
    out = folder / "out"
    grading = ("-m", "grader", "batch", folder / "class", "--out", out, "--quiet", "--jobs")
    commands: dict[str, tuple[object, ...]] = {
        "the bare computation": ("-c", BARE, COURSE / "assignments" / NAME, *paths),
        "`--jobs 1`": (*grading, 1),
        "`--jobs 2`": (*grading, 2),
    }
    found: dict[str, list[float]] = {label: [] for label in commands}
    for _ in range(rounds):
        for label, words in commands.items():
            shutil.rmtree(out, ignore_errors=True)
            found[label].append(seconds(*words))
    for label, times in found.items():
        middle = statistics.median(times)
        print(f"| {name}, {label} | {middle:.1f} s | {1000 * middle / len(paths):.0f} ms |")
    bare, one, two = found.values()
    faster = statistics.median(a / b for a, b in zip(one, two, strict=True))
    beyond = statistics.median(a / b - 1 for a, b in zip(one, bare, strict=True))
    print(f"| {name}: 2 jobs are faster by | **{faster:.2f}** | |")
    print(f"| {name}: beyond the bare computation | **{beyond:+.0%}** | |")


if __name__ == "__main__":
    main()
