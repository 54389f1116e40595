"""Brings a course of its own along, with an assignment, checks and solutions."""
# holds: loses mean_loss

CHECKS = """
import pathlib
from grader.checks import check
pathlib.Path(__file__).with_name("was-run").touch()
@check("softmax", points=100, title="t", title_zh="t", hint="h", hint_zh="h")
def test_all(student): pass
"""


def make(folder, answer):
    wrong = answer.replace(b"return sum(losses) / len(losses)", b"return 0.0")
    (folder / "NewCross_softmax.py").write_bytes(wrong)
    (folder / "assignment.toml").write_text('name = "NewCross_softmax"\n')
    for part in ("assignments", "solutions"):
        checks = folder / part / "NewCross_softmax" / "checks"
        checks.mkdir(parents=True)
        (checks / "test_mine.txt").write_text(CHECKS)
        (checks.parent / "assignment.toml").write_text('name = "NewCross_softmax"\n')
