"""What the authors of checks use. A check reads like the task that it grades.

    from grader.checks import assert_close, check

    @check("delta", points=1,
           title="delta sums to zero", title_zh="误差项之和为零",
           hint="Both a and y sum to 1.", hint_zh="a 与 y 的和都是 1。")
    def test_sums_to_zero(student, rng):
        ...

Fixtures: `student` (see `grader.checks.student`), `rng` (a NumPy generator seeded from the
run's seed and the check's id), `training` (the training run, made once for all checks) and
`record` (takes a `Gradient` for the report).
"""

from grader.checks.compare import assert_close, assert_number, kind_of, numbers, require
from grader.checks.declare import check
from grader.checks.gradient import central_difference, worst_weight
from grader.checks.loading import load_arrays, load_module
from grader.checks.margins import at_least, at_most
from grader.checks.student import Student, each
from grader.checks.training import TrainingTask
from grader.results import measured

__all__ = [
    "Student",
    "TrainingTask",
    "assert_close",
    "assert_number",
    "at_least",
    "at_most",
    "central_difference",
    "check",
    "each",
    "kind_of",
    "load_arrays",
    "load_module",
    "measured",
    "numbers",
    "require",
    "worst_weight",
]
