"""What runs in the notebook's kernel: `%grader check` and `grader.check()`.

The student's code has run in this process and may have changed anything in it, so nothing is
graded here.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from grader.blas import ONE_THREAD
from grader.errors import UsageError
from grader.foreign import clean
from grader.locales import choose
from grader.report.language import show
from grader.results import Text

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

# No file beside the notebook is taken for one of our modules, and none is left there.
COMMAND = ("-P", "-B", "-m", "grader.jupyter")


def load(shell: InteractiveShell) -> None:
    """Make `%grader` known to a shell, and begin to note which cells raise."""
    if "grader" in shell.magics_manager.magics["line"]:
        return  # %reload_ext: what has been noted is still true
    session = Session(shell)
    shell.events.register("post_run_cell", session.note)
    shell.magics_manager.register_function(session.run, "line", "grader")


def check(only: str | None = None, lang: str | None = None) -> None:
    """Grade the cells run so far; see `grader.check`.

    Raises:
        UsageError: this is no notebook.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        raise UsageError("grader.check() is for notebooks. On a terminal, run: grader check")
    shell.extension_manager.load_extension("grader")  # does nothing the second time
    words = ["check", *(("--only", only) if only else ()), *(("--lang", lang) if lang else ())]
    shell.find_line_magic("grader")(shlex.join(words))


class Session:
    """A kernel's shell, and what has to be known of its cells beside their source."""

    def __init__(self, shell: InteractiveShell) -> None:
        """Know of no cell yet."""
        self._shell = shell
        self._raised: set[int] = set()

    def note(self, result: ExecutionResult) -> None:
        """Note whether a cell raised. A number comes again after %reset."""
        if result.execution_count is None:
            return
        if result.success:
            self._raised.discard(result.execution_count)
        else:
            self._raised.add(result.execution_count)

    def run(self, line: str) -> None:
        """Grade the cells run so far: %grader check [--only GROUP] [--lang en|zh] [--course DIR].

        The assignment is found from the working folder. The last definition of a name counts.
        """
        history = self._shell.history_manager
        cells = history.input_hist_raw[1:] if history else []
        request = {"line": line, "cells": cells, "raised": sorted(self._raised)}
        self._shell.display_pub.publish(_ask(json.dumps(request).encode()))


def _ask(request: bytes) -> dict[str, str]:
    """Ask a process of our own what is to be displayed, by MIME type."""
    done = subprocess.run(
        [sys.executable, *COMMAND],
        input=request,
        capture_output=True,
        env=os.environ | ONE_THREAD,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        trouble = Text(
            "grader could not be run by {python}: {detail}",
            params={"python": clean(sys.executable), "detail": clean(last)},
        )
        return {"text/plain": show(trouble, choose(None, os.environ))}
    bundle: dict[str, str] = json.loads(done.stdout)
    return bundle
