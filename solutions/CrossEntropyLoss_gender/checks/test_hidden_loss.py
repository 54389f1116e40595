"""Hidden checks of Task 1."""

import numpy as np

from grader.checks import assert_close, assert_number, at_least, check, require

ANSWERS = ("test_loss::answers",)
TOLERANCE = 1e-5  # as in the visible checks: 1e-6 added inside the logarithm is fine


def people(rng, count):
    """Random outputs, none near 0 or 1, and labels, both (count,)."""
    return rng.random(count) * 0.8 + 0.1, (rng.random(count) < 0.5).astype(float)


@check(
    "loss",
    points=6,
    title="loss is right for random outputs and labels of any number of people",
    title_zh="对任意多个人的随机输出与标签，损失正确",
    hint="E = mean of -[y ln a + (1 - y) ln(1 - a)] (step 3). Take the number of people from a.",
    hint_zh="E 是 -[y ln a + (1 - y) ln(1 - a)] 的平均值（第 3 步）。人数要从 a 得到。",
    depends_on=ANSWERS,
)
def test_values(student, rng):
    for count in (1, 2, 4, 7, 50):
        a, y = people(rng, count)
        want = -np.log(np.where(y == 1.0, a, 1.0 - a)).mean()
        assert_close(student.loss(a, y), want, rtol=TOLERANCE, atol=TOLERANCE)


@check(
    "loss",
    points=3,
    title="with everyone there twice the loss stays the same",
    title_zh="每个人都出现两次时，损失不变",
    hint="A sum grows with the number of people, a mean doesn't (step 3).",
    hint_zh="总和会随人数增大，平均值不会（第 3 步）。",
    depends_on=ANSWERS,
)
def test_everyone_twice(student, rng):
    a, y = people(rng, 6)
    y[:2] = 1.0, 0.0
    once = assert_number(student.loss(a, y))
    require(once != 0.0, "The loss is 0.", "损失为 0。")
    assert_close(student.loss(np.tile(a, 2), np.tile(y, 2)), once, rtol=TOLERANCE)


@check(
    "loss",
    points=2,
    title="the logarithm is the natural one",
    title_zh="用的是自然对数",
    hint="np.log is ln. With base 2 or 10, a - y would no longer be the derivative (step 4).",
    hint_zh="np.log 就是 ln。若以 2 或 10 为底，a - y 就不再是导数（第 4 步）。",
    depends_on=ANSWERS,
)
def test_natural_logarithm(student):
    a = np.array([np.exp(-1.0)])
    assert_close(student.loss(a, np.ones(1)), 1.0, rtol=TOLERANCE, atol=TOLERANCE)


@check(
    "loss",
    points=2,
    title="the loss is never negative, and larger for a worse answer",
    title_zh="损失从不为负，答得越差损失越大",
    hint="ln of a number below 1 is negative: that is what the minus sign in step 3 is for.",
    hint_zh="小于 1 的数的 ln 是负的：第 3 步中的负号正为此而设。",
    depends_on=ANSWERS,
)
def test_positive(student, rng):
    for label in (0.0, 1.0):
        wrong = np.sort(rng.random(5) * 0.8 + 0.1)  # |a - y|, from good to bad
        found = [
            assert_number(student.loss(np.array([abs(label - w)]), np.array([label])))
            for w in wrong
        ]
        require(
            found[0] > 0.0 and all(np.diff(found) > 0.0),
            "The loss is negative, or a worse answer does not have a larger one.",
            "损失为负，或者答得更差时损失并没有变大。",
        )


@check(
    "loss",
    points=3,
    title="outputs that are exactly 0 or 1 do no harm",
    title_zh="输出恰好为 0 或 1 时也没有问题",
    hint="0 * ln 0 is nan in floating point. The term whose factor is 0 must not count, whatever "
    "its logarithm is (step 5).",
    hint_zh="浮点运算中 0 * ln 0 得 nan。因子为 0 的那一项不应计入，无论它的对数"
    "是多少（第 5 步）。",
    depends_on=ANSWERS,
)
def test_exact_zeros(student):
    # Other mistakes are other checks' business: here an answer that is all right costs nothing.
    sure = np.array([1.0, 0.0])
    assert_close(student.loss(sure, sure.copy()), 0.0, atol=TOLERANCE)
    for output, label in ((0.0, 1.0), (1.0, 0.0)):
        # Infinity and any large number are both right here; nan is not.
        wrong = assert_number(student.loss(np.array([output]), np.array([label])))
        require(
            at_least(wrong, 5.0),
            "With an output that is as wrong as can be, the loss is not very large.",
            "输出错到极点时，损失并不大，而它应当非常大。",
        )


@check(
    "loss",
    points=2,
    title="loss leaves its arguments as they are",
    title_zh="loss 不改动它的参数",
    hint="a += 1e-12, a[i] = ... or np.clip(a, ..., out=a) change the caller's numbers. Make new "
    "ones.",
    hint_zh="a += 1e-12、a[i] = ... 或 np.clip(a, ..., out=a) 会改动调用者的数。请生成新的。",
    depends_on=ANSWERS,
)
def test_input_not_modified(student, rng):
    a, y = people(rng, 6)
    y[:2] = 1.0, 0.0
    require(
        not student.modifies("loss", a, y),
        "After the call, a or y holds other values than before.",
        "调用之后，a 或 y 的值变了。",
    )
