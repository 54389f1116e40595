"""Imports the grader, pytest, the answer and the checks by all of their names."""
# holds: loses nothing

import importlib
import sys

for name in (
    *("grader", "grader.checks", "grader.results", "pytest", "_pytest", "msgspec", "hypothesis"),
    *("NewCross_softmax_answer", "test_softmax", "test_hidden_softmax", "training", "blockwise"),
    *("solutions", "assignments", "conftest", "sitecustomize", "usercustomize"),
):
    try:
        importlib.import_module(name)
    except ImportError:
        continue
    raise ValueError(name)
foreign = [n for n in sys.modules if n.split(".")[0] in ("grader", "pytest", "_pytest", "msgspec")]
if foreign:
    raise ValueError(foreign)
