"""Sample reports, one for every situation that a page has to show well."""

import math

from msgspec.structs import replace

from grader.results import (
    Cause,
    CheckResult,
    Epoch,
    Evidence,
    Figure,
    Gradient,
    Group,
    Location,
    Measure,
    Origin,
    Outcome,
    Part,
    Report,
    Text,
    Training,
    Unseen,
    Visibility,
)

SOURCE = '''\
"""Fill in the three functions."""

import numpy as np

OUTPUT_LEARNING_RATE = 0.1


def activate(net):
    # One value per class; they sum to 1.
    powers = np.exp(net - np.max(net))
    return powers / powers.sum()


def loss(a, y):
    return -np.sum(y * np.log(a))


def delta(a, y):
    return a - y
'''

GROUPS = (
    Group("activate", Text("The output activation", "输出层的激活函数")),
    Group("loss", Text("The loss", "损失函数")),
    Group("delta", Text("The output error", "输出层的误差项")),
    Group("gradient", Text("Gradient check", "梯度检查")),
    Group("training", Text("Training", "训练")),
)

TITLES: tuple[tuple[str, str, str, str, int, Visibility], ...] = (
    ("activate", "sums_to_one", "The outputs sum to 1", "输出之和为 1", 4, "visible"),
    ("activate", "positive", "Every output is positive", "每个输出都是正数", 4, "visible"),
    ("activate", "shift", "Adding a constant to every net changes nothing",
     "给每个 net 加上同一个常数，结果不变", 4, "hidden"),
    ("activate", "extreme", "Nets of 1000 and more give no overflow",
     "net 达到 1000 以上也不会溢出", 3, "hidden"),
    ("loss", "worked", "The handout's worked example", "讲义中的算例", 8, "visible"),
    ("loss", "certain", "A certain and right answer costs nothing",
     "确定且正确的答案损失为零", 5, "hidden"),
    ("loss", "zero", "An output of exactly 0 gives no NaN",
     "输出恰好为 0 时不会得到 NaN", 2, "hidden"),
    ("delta", "sign", "The sign of every entry", "每个分量的符号", 8, "visible"),
    ("delta", "random", "Random outputs and labels", "随机的输出和标签", 12, "hidden"),
    ("delta", "pure", "The arguments are left as they were", "不修改传入的参数", 5, "hidden"),
    ("gradient", "agrees", "Backpropagation agrees with the numeric gradient",
     "反向传播与数值梯度一致", 15, "visible"),
    ("training", "rate", "The learning rate of the output layer", "输出层的学习率", 10, "visible"),
    ("training", "converges", "Four epochs reach 95 %", "四轮训练达到 95 %", 20, "visible"),
)  # fmt: skip


def epoch(
    number: int, loss: float, accuracy: float, heldout: float | None, large: int, small: int
) -> Epoch:
    """An epoch with two counts."""
    counts = (
        Measure("too_large", large, Text("too large", "更新过大")),
        Measure("too_small", small, Text("too small", "更新过小")),
    )
    return Epoch(number, loss, accuracy, heldout, counts)


def trained(curve: tuple[Epoch, ...], rate: float = 0.1, **more: object) -> Training:
    """A run with a rate, whose counts are drawn."""
    defaults: dict[str, object] = {
        "samples": 8000,
        "threshold": 0.95,
        "converged": False,
        "measures": (Measure("rate", rate, Text("learning rate", "学习率")),),
        "figure": Figure(
            Text("Odd updates per epoch", "每轮的异常更新"),
            Text("Counted by sample.", "按样本计数。"),
        ),
    }
    return Training(curve, **(defaults | more))


CURVE = (
    epoch(1, 0.4718, 0.85713, 0.9015, 0, 0),
    epoch(2, 0.2631, 0.92088, 0.9085, 0, 312),
    epoch(3, 0.1987, 0.94113, 0.9125, 0, 2954),
    epoch(4, 0.1604, 0.95563, 0.9140, 0, 4127),
)


def passed() -> tuple[CheckResult, ...]:
    """Every check, passed."""
    return tuple(
        CheckResult(
            id=f"test_{group}::{name}",
            group=group,
            title=Text(en, zh),
            visibility=visibility,
            outcome=Outcome.PASSED,
            points=float(points),
            max_points=float(points),
            seconds=0.004,
        )
        for group, name, en, zh, points, visibility in TITLES
    )


def lost(check: CheckResult, outcome: Outcome, message: Text, **more: object) -> CheckResult:
    """The same check without its points."""
    return replace(check, outcome=outcome, points=0.0, message=message, **more)


def full_marks() -> Report:
    """Everything right, four epochs, a warning as a note."""
    return Report(
        assignment="Sample_network",
        title=Text("A faster output layer", "更快的输出层"),
        student="li-lei",
        submission=Origin("answer.py", "3b5d" * 16),
        seed=7,
        groups=GROUPS,
        checks=passed(),
        training=trained(CURVE, converged=True),
        gradient=Gradient(3.1e-10, "output[3, 7]", 1e-6),
        notes=(
            Text(
                "NumPy warned: {warning}",
                "NumPy 警告：{warning}",
                {"warning": "divide by zero encountered in log"},
            ),
        ),
        code=(Part("answer.py", SOURCE),),
        versions={"grader": "1.0.0", "python": "3.11.2", "numpy": "2.1.0"},
        protections=("seccomp", "rlimits", "no network"),
    )


def failed() -> Report:
    """One failed with evidence, one withheld, one error with a trace, some skipped."""
    checks = list(passed())
    checks[3] = lost(
        checks[3],
        Outcome.FAILED,
        Text("The answer holds values that are not finite.", "返回值中有非有限的数。"),
        hint=Text(
            "Subtract the largest net before raising e to it.", "先减去最大的 net，再求指数。"
        ),
        shows=False,
    )
    checks[4] = lost(
        checks[4],
        Outcome.FAILED,
        Text(
            "loss has the opposite sign: entry {entry} differs.",
            "loss 的符号反了：第 {entry} 个值不同。",
            {"entry": 0},
        ),
        hint=Text(
            "See step 4 of the lesson: the sum has a minus before it.",
            "见课程第 4 步：求和号前有一个负号。",
        ),
        diagnosis="loss-opposite-sign",
        evidence=Evidence(
            call="loss(a=array([0.7, 0.2, 0.1]), y=array([1., 0., 0.]))",
            got="-0.35667494393873245",
            expected="0.35667494393873245",
        ),
    )
    trace = (Location(0, 19, "delta"),)
    for index in (7, 8, 9):
        checks[index] = lost(
            checks[index],
            Outcome.ERROR,
            Text(
                "Your function raised {error}: {words}",
                "你的函数抛出了 {error}：{words}",
                {
                    "error": "ValueError",
                    "words": "operands could not be broadcast together with shapes (10,) (3,)",
                },
            ),
            hint=Text("Both arguments have one entry per class.", "两个参数中每个类别各有一个值。"),
            trace=trace,
        )
    for index in (10, 12):
        checks[index] = lost(
            checks[index],
            Outcome.SKIPPED,
            Text(
                "Skipped, because '{title}' did not pass.",
                "已跳过，因为「{title}」没有通过。",
                {"title": checks[7].title},
            ),
        )
    curve = (
        epoch(1, 2.31, 0.274, 0.301, 5954, 0),
        epoch(2, 1.98, 0.331, 0.352, 5601, 0),
        epoch(3, 1.77, 0.388, 0.402, 5333, 12),
        epoch(4, 1.69, 0.412, 0.437, 5120, 31),
    )
    return replace(
        full_marks(),
        checks=tuple(checks),
        training=trained(curve, 10.0),
        gradient=Gradient(0.333, "output[0, 12]", 1e-6),
    )


def untouched() -> Report:
    """The template, handed in as it was."""
    raised = Text(
        "{name} is not written yet: it still raises NotImplementedError.",
        "{name} 还没有写：它仍然抛出 NotImplementedError。",
        {"name": "activate"},
    )
    skipped = Text(
        "Skipped, because '{title}' did not pass.",
        "已跳过，因为「{title}」没有通过。",
        {"title": passed()[0].title},
    )
    checks = tuple(
        lost(
            check,
            Outcome.ERROR,
            raised,
            trace=(Location(0, 10, "activate"),),
            hint=Text("Begin with step 2 of the handout.", "从讲义第 2 步开始。"),
        )
        if check.group in ("activate", "loss", "delta")
        else lost(check, Outcome.SKIPPED, skipped)
        for check in passed()
    )
    source = (
        SOURCE[: SOURCE.index("    # One")] + "    # Your code.\n    raise NotImplementedError\n"
    )
    return replace(
        full_marks(),
        checks=checks,
        training=None,
        gradient=None,
        notes=(),
        code=(Part("answer.py", source),),
    )


def diverged() -> Report:
    """Training that broke down in its second epoch."""
    curve = (epoch(1, 8.412, 0.1031, 0.098, 7988, 0), epoch(2, math.nan, 0.0987, 0.098, 8000, 0))
    checks = list(passed())
    checks[-1] = lost(
        checks[-1],
        Outcome.FAILED,
        Text("Training was stopped in epoch 2.", "训练在第 2 轮中止。"),
        hint=Text("Lower the learning rate of the output layer.", "降低输出层的学习率。"),
    )
    return replace(
        full_marks(),
        checks=tuple(checks),
        training=trained(curve, 10.0, diverged=True),
        gradient=Gradient(math.nan, "hidden[0, 0]", 1e-6),
    )


def broken() -> Report:
    """A syntax error: one cause for everything."""
    cause = Text(
        "answer.py can't be read by Python: {words}",
        "Python 无法读取 answer.py：{words}",
        {"words": "'(' was never closed"},
    )
    return replace(
        full_marks(),
        checks=tuple(
            lost(check, Outcome.ERROR, cause, trace=(Location(0, 10),)) for check in passed()
        ),
        cause=Cause(cause, (Location(0, 10),)),
        training=None,
        gradient=None,
        notes=(),
        code=(Part("answer.py", SOURCE.replace("np.max(net))", "np.max(net)")),),
    )


def notebook() -> Report:
    """Several cells, a trace through two of them."""
    cells = SOURCE.split("\n\n\n")
    checks = list(passed())
    checks[5] = lost(
        checks[5],
        Outcome.ERROR,
        Text(
            "Your function took longer than {seconds} s.",
            "你的函数运行超过了 {seconds} 秒。",
            {"seconds": 2},
        ),
        trace=(Location(2, 2, "loss"), Location(1, 3, "activate")),
    )
    return replace(
        full_marks(),
        submission=Origin("answer.ipynb", "77aa" * 16),
        checks=tuple(checks),
        code=tuple(Part(f"cell {number}", cell) for number, cell in enumerate(cells, 1)),
    )


def kit() -> Report:
    """A student's kit: the hidden checks are not there."""
    return replace(
        full_marks(),
        checks=tuple(check for check in passed() if check.visibility == "visible"),
        unseen=Unseen(checks=6, points=31.0),
    )


def not_graded() -> Report:
    """The course's own fault."""
    return replace(
        full_marks(),
        status="not_graded",
        reason=Text(
            "A check file of this assignment is broken: {file}",
            "本作业的检查文件有错误：{file}",
            {"file": "checks/test_loss.py"},
        ),
        checks=(),
        training=None,
        gradient=None,
        notes=(),
    )


HOSTILE = "<script>alert(1)</script>\"'>&<img src=x onerror=alert(2)>{{ 7 * 7 }}%(x)s\u202e"
LONG = "x" * 10_000


def hostile() -> Report:
    """Markup, very long words and odd characters in every place that a student can write to."""
    text = Text("{foreign}", "{foreign}", {"foreign": HOSTILE + LONG})
    check = passed()[0]
    bad = lost(
        check,
        Outcome.FAILED,
        text,
        hint=text,
        evidence=Evidence(HOSTILE + LONG, LONG, HOSTILE),
        diagnosis=HOSTILE,
        trace=(Location(0, 2, HOSTILE), Location(9, 9, LONG), Location(0, 999, "f")),
    )
    source = f"a = 1\nb = '{HOSTILE}{LONG}'\n\n\x00\x1b \u05d0\u05d1 = '</code></pre>'\n"
    return replace(
        full_marks(),
        student=HOSTILE + LONG,
        submission=Origin(HOSTILE + LONG + "\udcff", "0" * 64),
        checks=(bad, replace(check, title=text)),
        gradient=Gradient(math.inf, HOSTILE, 1e-6),
        notes=(text,),
        code=(Part(HOSTILE + LONG, source),),
        versions={HOSTILE: HOSTILE},
        protections=(HOSTILE,),
    )


def long_run() -> Report:
    """A thousand epochs, without held-out samples."""
    curve = tuple(
        epoch(n, 0.7 / (1 + n / 90), 1 - 0.5 / (1 + n / 40), None, max(0, 40 - n), n // 9)
        for n in range(1, 1001)
    )
    return replace(full_marks(), training=trained(curve, samples=4, converged=True))


def one_epoch() -> Report:
    """A run of a single epoch."""
    return replace(full_marks(), training=trained(CURVE[:1]))


def no_epoch() -> Report:
    """A run that broke down before its first epoch ended."""
    training = trained((), 10.0, diverged=True)
    return replace(full_marks(), training=training)


REPORTS = {
    make.__name__: make()
    for make in (
        full_marks,
        failed,
        untouched,
        diverged,
        broken,
        notebook,
        kit,
        not_graded,
        hostile,
        long_run,
        one_epoch,
        no_epoch,
    )
}
