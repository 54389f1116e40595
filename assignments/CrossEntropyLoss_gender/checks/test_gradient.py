"""The gradient check: delta against differences of the student's own loss.

The student's own loss is what is differentiated, so both have to fit together; a loss that is
another one altogether is told before. And the differences have to be as large as those of a
network that is wrong about someone: a loss that never changes has no wrong derivative.

Measured on 1,000 seeds with the reference answer: the largest relative error is 5.8e-11 in
the first check and 1.1e-7 in the second, and the largest entry of a numeric gradient is
never below 0.117. With 1e-6 added inside the logarithms, which is no mistake, the errors reach
3.7e-6 and 3.0e-5 (300 seeds). A delta that is off by 1 % has 9.9e-3, one with the sigmoid's
derivative left in it 0.75 or more.
"""

import numpy as np

from grader.checks import (
    assert_number,
    at_least,
    at_most,
    central_difference,
    check,
    require,
    worst_weight,
)

TOLERANCE = 1e-4
STILL = 0.02
NEEDED = ("test_loss::woman", "test_loss::man", "test_delta::answers")


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def losses(student, outputs, y):
    """The student's loss for many sets of outputs (m, n) of the same people: one exchange."""
    answers = student.map("loss", [(a, y) for a in outputs])
    values = [assert_number(answer) for answer in answers]
    require(
        all(np.asarray(answer).dtype == np.float64 for answer in answers),
        "loss answers in other numbers than float64: too coarse for differences.",
        "loss 返回的不是 float64：精度不足以计算差分。",
    )
    return values


def require_close(found, numeric, record):
    """Record the worst weight, and fail unless the gradients agree and are not just zero."""
    record(found)
    require(
        all(np.isfinite(n).all() for n in numeric.values()),
        "Your loss is not finite.",
        "你的损失不是有限的数。",
    )
    moves = max(float(np.max(np.abs(n))) for n in numeric.values())
    require(
        at_least(moves, STILL),
        "Your loss hardly changes when the output changes: there is no slope to follow.",
        "输出变化时，你的损失几乎不变：没有可以沿着下降的坡度。",
    )
    require(
        at_most(found.max_relative_error, TOLERANCE),
        "delta is not the derivative of your loss: at {worst} the relative error is {error}.",
        "delta 不是你的损失函数的导数：在 {worst} 处相对误差为 {error}。",
        worst=found.worst,
        error=f"{found.max_relative_error:.2g}",
    )


def deltas(student, a, y):
    """The student's delta for each person, float64 (n,)."""
    answers = student.map("delta", list(zip(a.tolist(), y.tolist(), strict=True)))
    return np.array([assert_number(answer) for answer in answers])


@check(
    "gradient",
    points=8,
    title="delta is the derivative of your loss with respect to the output's net",
    title_zh="delta 是你的损失函数对输出单元加权和的导数",
    hint="Step 4: differentiate with respect to net, through the sigmoid, not with respect to a.",
    hint_zh="第 4 步：要经过 sigmoid 对 net 求导，而不是对 a 求导。",
    depends_on=NEEDED,
)
def test_delta(student, rng, record):
    # Both are taken for the other, but not by far: the slope is steep there.
    woman, man = -rng.random(1), rng.random(1)
    analytic = {
        "woman": deltas(student, sigmoid(woman), np.ones(1)),
        "man": deltas(student, sigmoid(man), np.zeros(1)),
    }
    numeric = {
        "woman": central_difference(lambda n: losses(student, sigmoid(n), np.ones(1)), woman),
        "man": central_difference(lambda n: losses(student, sigmoid(n), np.zeros(1)), man),
    }
    require_close(worst_weight(analytic, numeric, TOLERANCE), numeric, record)


@check(
    "gradient",
    points=8,
    title="with it, every weight of both layers has the right gradient of the mean loss",
    title_zh="由它得到的两层中每个权重的梯度，与平均损失的梯度一致",
    hint="Each person adds a share of 1/n to the gradient of a mean over n people (step 3): if "
    "only this one fails, look at how your loss takes the mean.",
    hint_zh="对 n 个人求平均时，每个人在梯度中占 1/n（第 3 步）：如果只有这一项不通过，"
    "请检查你的损失怎样求平均。",
    depends_on=NEEDED,
)
def test_every_weight(student, rng, record):
    # The lesson's network, and six people on either side of the centre, all of whom it takes for
    # the other, though not by far: the slope is steep there.
    side = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    x = np.column_stack([side[:, None] + rng.normal(scale=0.3, size=(6, 2)), np.ones(6)])
    weights = {
        "hidden": rng.uniform(0.3, 1.0, size=(2, 3)),
        "output": np.append(rng.uniform(1.0, 2.0, size=2), 0.0),
    }

    def hidden_out(hidden):
        return np.column_stack([sigmoid(x @ hidden.T), np.ones(len(x))])

    def outputs(hidden, output):
        return sigmoid(hidden_out(hidden) @ output)

    h = hidden_out(weights["hidden"])
    weights["output"][-1] = -np.median(h @ weights["output"])
    a = outputs(**weights)
    y = np.where(a > 0.5, 0.0, 1.0)
    delta = deltas(student, a, y) / len(x)
    hidden_delta = np.outer(delta, weights["output"][:-1]) * h[:, :-1] * (1.0 - h[:, :-1])
    analytic = {"hidden": hidden_delta.T @ x, "output": delta @ h}
    numeric = {
        name: central_difference(
            lambda points, name=name: losses(
                student, [outputs(**(weights | {name: point})) for point in points], y
            ),
            weights[name],
        )
        for name in weights
    }
    require_close(worst_weight(analytic, numeric, TOLERANCE), numeric, record)
