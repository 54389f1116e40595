"""Visible checks of Task 1a."""

import numpy as np

from grader.checks import assert_close, at_most, check, each, kind_of, numbers, require

ANSWERS = ("test_softmax::answers",)


@check(
    "softmax",
    points=1,
    title="softmax answers with one activation for each net",
    title_zh="softmax 为每个加权和返回一个激活值",
    hint="net has shape (n,), and so has the answer: e^net_k divided by a sum, "
    "for every k (step 2).",
    hint_zh="net 的形状是 (n,)，返回值也是：对每个 k，用 e^net_k 除以一个和（第 2 步）。",
)
def test_answers(student):
    # Ten classes, as in the lesson: an answer that is tied to ten loses other checks, not all.
    numbers(student.softmax(np.linspace(-1.0, 3.5, 10)), (10,))


@check(
    "softmax",
    points=1,
    title="softmax returns a NumPy array of float64",
    title_zh="softmax 返回由 float64 组成的 NumPy 数组",
    hint="np.exp of an array is an array again, and so is an array divided by a number.",
    hint_zh="np.exp 作用于数组仍得到数组，数组除以一个数也是数组。",
    depends_on=ANSWERS,
)
def test_array(student):
    answer = student.softmax(np.linspace(-1.0, 3.5, 10))
    require(
        isinstance(answer, np.ndarray) and answer.dtype == np.float64,
        "It returns {kind}; a NumPy array of float64 is expected.",
        "返回的是 {kind}；应当返回 float64 的 NumPy 数组。",
        kind=kind_of(answer),
    )


@check(
    "softmax",
    points=4,
    title="softmax of [1, 2, 3] is [0.0900, 0.2447, 0.6652]",
    title_zh="[1, 2, 3] 的 softmax 是 [0.0900, 0.2447, 0.6652]",
    hint="a_k = e^net_k / sum_i e^net_i (step 2). The base is e, and the sum "
    "runs over all classes.",
    hint_zh="a_k = e^net_k / Σ_i e^net_i（第 2 步）。底数是 e，求和遍历所有类别。",
    depends_on=ANSWERS,
)
def test_example(student):
    net = np.array([1.0, 2.0, 3.0])
    assert_close(student.softmax(net), np.exp(net) / np.exp(net).sum(), rtol=1e-6)


@check(
    "softmax",
    points=3,
    title="the activations sum to 1",
    title_zh="所有激活值之和为 1",
    hint="Exactly one class is true, so the activations share out a whole (step "
    "2): divide by the sum.",
    hint_zh="只有一个类别为真，激活值合起来是一个整体（第 2 步）：要除以总和。",
    depends_on=ANSWERS,
)
def test_sums_to_one(student):
    nets = [0.0, 0.0], [2.0, -1.0, 0.5], [5.0, 9.0, 11.0, 14.0]
    for (net,), a in each(student, "softmax", [(np.array(net),) for net in nets]):
        total = float(numbers(a, net.shape).sum())
        require(
            at_most(abs(total - 1.0), 1e-6),
            "The activations sum to {total}, not to 1.",
            "激活值之和是 {total}，不是 1。",
            total=f"{total:.6g}",
        )
