"""Hidden checks of Task 1c."""

import numpy as np

from grader.checks import assert_close, at_most, check, each, numbers, require

ANSWERS = ("test_delta::answers",)


def samples(rng, count, classes=10):
    """List pairs: random activations (classes,) that sum to 1, and a one-hot label."""
    powers = np.exp(rng.normal(scale=2.0, size=(count, classes)))
    a = powers / powers.sum(axis=1, keepdims=True)
    return list(zip(a, np.eye(classes)[rng.integers(classes, size=count)], strict=True))


@check(
    "delta",
    points=3,
    title="delta is right for random activations and labels",
    title_zh="对随机的激活值与标签，误差项正确",
    hint="Step 5 ends with a difference of two vectors. Nothing else is multiplied to it.",
    hint_zh="第 5 步以两个向量之差结束，不再乘任何东西。",
    depends_on=ANSWERS,
)
def test_values(student, rng):
    pairs = [pair for classes in (2, 5, 10, 30) for pair in samples(rng, 5, classes)]
    for (a, y), d in each(student, "delta", pairs):
        assert_close(d, a - y)


@check(
    "delta",
    points=1,
    title="delta is negative for the true class and positive for the others",
    title_zh="误差项对真实类别为负，对其他类别为正",
    hint="The weights are moved against delta: the true class's net has to grow (step 5).",
    hint_zh="权重沿误差项的反方向更新：真实类别的加权和应当增大（第 5 步）。",
    depends_on=ANSWERS,
)
def test_sign(student, rng):
    for (a, y), answer in each(student, "delta", samples(rng, 10)):
        d = numbers(answer, a.shape)
        require(
            np.array_equal(d < 0.0, y == 1.0) and np.all(d != 0.0),
            "delta has the opposite sign, or none, for some class.",
            "某些类别的误差项符号相反，或者为零。",
        )


@check(
    "delta",
    points=1,
    title="the errors of all classes sum to 0",
    title_zh="所有类别的误差之和为 0",
    hint="a and y both sum to 1, so what their difference sums to is known.",
    hint_zh="a 与 y 的和都是 1，所以它们之差的和是已知的。",
    depends_on=ANSWERS,
)
def test_sums_to_zero(student, rng):
    for (a, _), answer in each(student, "delta", samples(rng, 10)):
        d = numbers(answer, a.shape)
        require(np.any(d != 0.0), "delta is zero everywhere.", "误差项处处为零。")
        require(
            at_most(abs(float(d.sum())), 1e-6),
            "The errors do not sum to 0.",
            "误差之和不是 0。",
        )


@check(
    "delta",
    points=1,
    title="delta leaves its arguments as they are",
    title_zh="delta 不改动它的参数",
    hint="a -= y and a[j] -= 1 change the caller's array. Make a new one: a - ...",
    hint_zh="a -= y 和 a[j] -= 1 会改动调用者的数组。请生成新数组：a - ...",
    depends_on=ANSWERS,
)
def test_input_not_modified(student, rng):
    [(a, y)] = samples(rng, 1)
    require(
        not student.modifies("delta", a, y),
        "After the call, a or y holds other values than before.",
        "调用之后，a 或 y 的值变了。",
    )
