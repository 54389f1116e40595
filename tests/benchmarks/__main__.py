"""Measures what grader costs, each figure beside what it is compared with.

    python -m tests.benchmarks                       # all, twenty minutes on two idle cores
    python -m tests.benchmarks check peers --rounds 5
    python -m tests.benchmarks --full --out measured # hours: larger classes, more rounds

Writes benchmarks.md and benchmarks.json to the folder --out, anew after each benchmark. What is
compared takes turns, and every second round goes backwards; a ratio is the median of the rounds'
own ratios, with the least and the largest. Machines are noisy: read the ratios. Exit code 1:
something was left out, and the table says why.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before anything imports NumPy

import argparse
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.plan import CACHE, FULL, QUICK, USUAL, Plan
from tests.benchmarks.spent import failure
from tests.benchmarks.table import Found, Left, Row, as_json, machine, markdown

NAMES = ("training", "check", "batch", "peers", "jobs", "scale", "page", "cluster", "confinement")


def main() -> int:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, help="how often each pair is measured")
    parser.add_argument("--out", type=Path, default=Path("build"), metavar="FOLDER",
                        help="where the tables are written; build, if not given")  # fmt: skip
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="FOLDER",
                        help="where other graders are installed, once")  # fmt: skip
    parser.set_defaults(plan=USUAL)
    sizes = parser.add_mutually_exclusive_group()
    for option, plan, told in (
        ("--quick", QUICK, "the smallest of everything: figures without meaning"),
        ("--full", FULL, "large classes and more rounds: hours"),
    ):
        sizes.add_argument(option, action="store_const", dest="plan", const=plan, help=told)
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    plan = options.plan._replace(
        rounds=options.rounds or options.plan.rounds, cache=options.cache.resolve()
    )
    options.out.mkdir(parents=True, exist_ok=True)
    about, found = machine(), dict[str, list[Found]]()
    for name in options.names or NAMES:
        found[name] = list(measured(name, plan))
        print(markdown({name: found[name]}, about), flush=True)
        (options.out / "benchmarks.md").write_text(markdown(found, about), encoding="utf-8")
        written = json.dumps(as_json(found, about), indent=1, allow_nan=False)
        (options.out / "benchmarks.json").write_text(written + "\n", encoding="utf-8")
    rows = [row for rows in found.values() for row in rows]
    return 0 if all(isinstance(row, Row) and row.measured for row in rows) else 1


def measured(name: str, plan: Plan) -> Iterator[Found]:
    """Give what a benchmark finds, or why it could not go on."""
    try:
        yield from importlib.import_module(f"tests.benchmarks.{name}").measure(plan)
    except subprocess.CalledProcessError as error:
        yield Left(name, failure(error))


if __name__ == "__main__":
    sys.exit(main())
