"""Students' lines in a class, as short as a test wants them."""

from grader.grades import CheckInfo, Entry, Grade, GroupInfo, Late, Overview, Standing
from grader.results import Text

GROUPS = (
    GroupInfo("softmax", Text("Task 1: softmax", "任务 1：softmax"), 60.0),
    GroupInfo("training", Text("Task 2: training", "任务 2：训练"), 40.0),
)
CHECKS = (
    CheckInfo("test_softmax::sum", "softmax", Text("the sum is 1", "和为 1"), "visible", 20.0),
    CheckInfo("test_softmax::shift", "softmax", Text("a shift", "平移"), "hidden", 40.0),
    CheckInfo("test_training::rate", "training", Text("the rate", "学习率"), "visible", 40.0),
)
OUTCOMES = dict.fromkeys((check.id for check in CHECKS), "passed")


def standing(student, final=100.0, *, late=None, max_score=100.0, line=None, **entry):
    """A student's line. Without a final grade it is not graded.

    Args:
        student: the id, and the name if `entry` has none.
        final: the grade, which is the raw score, too.
        late: a `Late`, or None.
        max_score: the most there is.
        line: fields of the `Standing`.
        entry: fields of the `Entry`.
    """
    graded = final is not None
    return Standing(
        entry=Entry(**({"student": student, "name": student} | entry)),
        status="graded" if graded else "not_graded",
        grade=Grade(raw=final, corrected=final, final=final, max_score=max_score, late=late),
        **({"outcomes": OUTCOMES} if graded else {"reason": Text("A check is broken.")})
        | (line or {}),
    )


def late(days, percent=0.0):
    """A `Late` of that many days."""
    return Late(days, 0, percent)


def a_class(*standings):
    """A class of these students."""
    return Overview(
        assignment="NewCross_softmax",
        title=Text("Cross-entropy loss and softmax", "交叉熵损失与 softmax"),
        seed=0,
        groups=GROUPS,
        checks=CHECKS,
        standings=tuple(sorted(standings, key=lambda s: s.entry.student)),
    )
