"""Measures how time and memory of `grader batch` grow with the class.

    python tests/benchmarks/scale.py [STUDENTS ...]

Grades classes of 100, 1,000 and 10,000 small submissions, and each of them a second time, when
there is nothing left to do. Memory is the largest of any process of the batch.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.minicourse import (
    BROKEN,
    QUITS,
    RAISES,
    RIGHT,
    TEMPLATE,
    WRONG,
    write_class,
    write_course,
)

KINDS = (RIGHT, WRONG, BROKEN, RAISES, QUITS, TEMPLATE)


def seconds(folder: Path) -> float:
    """Wall time of a batch."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "grader", "batch", folder / "class", "--out", folder / "out",
         "--course", folder / "course", "--quiet"],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print the table."""
    print("| submissions | seconds | per submission | again | largest process |")
    print("|---|---|---|---|---|")
    for count in [int(word) for word in sys.argv[1:]] or [100, 1_000, 10_000]:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            write_course(folder / "course")
            write_class(
                folder / "class",
                **{f"s{n:05}": f"{KINDS[n % len(KINDS)]}# {n}\n" for n in range(count)},
            )
            first, again = seconds(folder), seconds(folder)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        each = 1000 * first / count
        print(f"| {count:,} | {first:.1f} | {each:.0f} ms | {again:.1f} | {most:.0f} MiB |")


if __name__ == "__main__":
    main()
