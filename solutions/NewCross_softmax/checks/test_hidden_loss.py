"""Hidden checks of Task 1b."""

import numpy as np

from grader.checks import assert_close, assert_number, at_least, check, each, require

ANSWERS = ("test_loss::answers",)
TOLERANCE = 1e-5  # as in the visible checks: 1e-6 added inside the logarithm is fine


def samples(rng, count, classes=10):
    """List pairs: random activations (classes,), none below about 0.01, and a one-hot label."""
    raw = rng.random((count, classes)) + 0.15
    labels = np.eye(classes)[rng.integers(classes, size=count)]
    return list(zip(raw / raw.sum(axis=1, keepdims=True), labels, strict=True))


@check(
    "loss",
    points=3,
    title="loss is right for random activations and labels",
    title_zh="对随机的激活值与标签，损失正确",
    hint="E = -sum_j y_j ln a_j (step 4), for any number of classes.",
    hint_zh="E = -Σ_j y_j ln a_j（第 4 步），适用于任意类别数。",
    depends_on=ANSWERS,
)
def test_values(student, rng):
    pairs = [pair for classes in (2, 5, 10, 30) for pair in samples(rng, 5, classes)]
    for (a, y), answer in each(student, "loss", pairs):
        assert_close(answer, -np.log(a[y.argmax()]), rtol=TOLERANCE, atol=10 * TOLERANCE)


@check(
    "loss",
    points=1,
    title="the logarithm is the natural one",
    title_zh="用的是自然对数",
    hint="np.log is ln. With base 2 or 10, a - y would no longer be the derivative (step 5).",
    hint_zh="np.log 就是 ln。若以 2 或 10 为底，a - y 就不再是导数（第 5 步）。",
    depends_on=ANSWERS,
)
def test_natural_logarithm(student):
    a = np.array([np.exp(-1.0), 1.0 - np.exp(-1.0)])
    assert_close(student.loss(a, np.array([1.0, 0.0])), 1.0, rtol=TOLERANCE, atol=TOLERANCE)


@check(
    "loss",
    points=1,
    title="the loss is never negative, and larger for a worse answer",
    title_zh="损失从不为负，答得越差损失越大",
    hint="ln of a number below 1 is negative: that is what the minus sign in step 4 is for.",
    hint_zh="小于 1 的数的 ln 是负的：第 4 步中的负号正为此而设。",
    depends_on=ANSWERS,
)
def test_positive(student, rng):
    y = np.array([1.0, 0.0])
    two = [(np.array(a), y) for a in ([0.9, 0.1], [0.2, 0.8])]
    wrong = samples(rng, 10)
    answered = each(student, "loss", [*wrong, *two])
    for _ in wrong:
        require(
            assert_number(next(answered)[1]) > 0.0,
            "The loss of a wrong answer is not positive.",
            "答错时损失不是正数。",
        )
    good, bad = (assert_number(answer) for _, answer in answered)
    require(
        good < bad,
        "A good answer does not have a smaller loss than a bad one.",
        "答得好时的损失并不比答得差时小。",
    )


@check(
    "loss",
    points=2,
    title="activations that are exactly 0 do no harm",
    title_zh="激活值恰好为 0 时也没有问题",
    hint="0 * ln 0 is nan in floating point. A class with y = 0 must not count, whatever its a is.",
    hint_zh="浮点运算中 0 * ln 0 得 nan。y = 0 的类别不应计入，无论它的 a 是多少。",
    depends_on=ANSWERS,
)
def test_exact_zeros(student):
    pairs = (
        ([0.0, 0.25, 0.0, 0.75], [0.0, 1.0, 0.0, 0.0]),
        ([0.0, 1.0], [0.0, 1.0]),
        ([0.0, 1.0], [1.0, 0.0]),
    )
    answered = each(student, "loss", [(np.array(a), np.array(y)) for a, y in pairs])
    assert_close(next(answered)[1], -np.log(0.25), rtol=TOLERANCE, atol=TOLERANCE)
    assert_close(assert_number(next(answered)[1]), 0.0, atol=TOLERANCE)
    # Infinity and any large number are both right here; nan is not.
    wrong = assert_number(next(answered)[1])
    require(
        at_least(wrong, 5.0),
        "With 0 on the true class the loss is not very large.",
        "真实类别的激活值为 0 时，损失并不大，而它应当非常大。",
    )


@check(
    "loss",
    points=2,
    title="loss leaves its arguments as they are",
    title_zh="loss 不改动它的参数",
    hint="a += 1e-12 or np.clip(a, ..., out=a) change the caller's array. Make a new one.",
    hint_zh="a += 1e-12 或 np.clip(a, ..., out=a) 会改动调用者的数组。请生成新数组。",
    depends_on=ANSWERS,
)
def test_input_not_modified(student, rng):
    [(a, y)] = samples(rng, 1)
    require(
        not student.modifies("loss", a, y),
        "After the call, a or y holds other values than before.",
        "调用之后，a 或 y 的值变了。",
    )
