"""Hidden checks of Task 2."""

import numpy as np

from grader.checks import assert_close, assert_number, check, require

ANSWERS = ("test_delta::answers",)


@check(
    "delta",
    points=5,
    title="delta is right for random outputs and both labels",
    title_zh="对随机的输出与两种标签，误差项正确",
    hint="Step 4 ends with a difference of two numbers. Nothing else is multiplied to it.",
    hint_zh="第 4 步以两个数之差结束，不再乘任何东西。",
    depends_on=ANSWERS,
)
def test_values(student, rng):
    for a in rng.random(10):
        for y in (0.0, 1.0):
            assert_close(student.delta(float(a), y), a - y)


@check(
    "delta",
    points=2,
    title="delta is negative for a woman and positive for a man",
    title_zh="误差项对女性为负，对男性为正",
    hint="The weights are moved against delta: a woman's output has to grow (step 6).",
    hint_zh="权重沿误差项的反方向更新：女性的输出应当变大（第 6 步）。",
    depends_on=ANSWERS,
)
def test_sign(student, rng):
    for a in rng.random(5) * 0.8 + 0.1:
        woman, man = (assert_number(student.delta(float(a), y)) for y in (1.0, 0.0))
        require(
            woman < 0.0 < man,
            "delta has the opposite sign, or none, for one of the labels.",
            "对其中一种标签，误差项符号相反，或者为零。",
        )


@check(
    "delta",
    points=2,
    title="the more wrong the output, the larger delta, up to 1",
    title_zh="输出错得越厉害，误差项越大，直到 1",
    hint="That is what the lesson is about: a confidently wrong output has to learn fast (step 2).",
    hint_zh="这正是本课的要点：错得很自信的输出应当学得快（第 2 步）。",
    depends_on=ANSWERS,
)
def test_confidently_wrong(student):
    for a in (0.99, 0.9999, 1.0 - 1e-6):
        assert_close(student.delta(a, 0.0), a)
        assert_close(student.delta(1.0 - a, 1.0), -a)
