"""Coverage-guided fuzzing of everything that parses foreign bytes.

    pip install -e ".[fuzz]"                # atheris has wheels for Linux
    python -m tests.fuzz frames             # ten minutes; names of targets: the modules beside
    python -m tests.fuzz sheets --minutes 1 --corpus /tmp/sheets

A target is a module with `SEEDS`, a few inputs that are nearly right, and `check(data)`, which
raises when the parser does anything but what it promises. The first fault ends the run: its
input is kept in the corpus folder, named `crash-...`, `timeout-...` or `oom-...`. What is found
is fixed, and its input kept in `tests/test_fuzz_cases.py`, which needs no atheris.

A fault is, too: more than a second of CPU time for one input (the code is instrumented, so look
again without), and more than 512 MiB in one piece.
"""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

import atheris

TARGETS = tuple(sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py")))
SECONDS = 1.0
LARGEST = 64 * 1024


def main() -> None:
    """Fuzz one target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    with atheris.instrument_imports(include=["grader", "nbformat", "tarfile", "zipfile"]):
        target = importlib.import_module(f"tests.fuzz.{options.target}")
    corpus = options.corpus or Path(tempfile.mkdtemp(prefix=f"fuzz-{options.target}-"))
    corpus.mkdir(exist_ok=True, parents=True)
    for number, seed in enumerate(target.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)

    def once(data: bytes) -> None:
        begin = time.process_time()
        target.check(data)
        assert time.process_time() - begin < SECONDS, "a hang"

    once(target.SEEDS[0])  # what is imported late is imported now
    limits = ["-timeout=20", "-rss_limit_mb=2048", "-malloc_limit_mb=512", f"-max_len={LARGEST}"]
    run = [f"-max_total_time={options.minutes * 60:.0f}", f"-artifact_prefix={corpus}/"]
    atheris.Setup([sys.argv[0], *limits, *run, "-print_final_stats=1", str(corpus)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
