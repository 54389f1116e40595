"""The gradient check: delta against differences of the student's own loss.

The student's own loss is what is differentiated, so both have to fit together; a loss that is
another one altogether is told before. And the differences have to be as large as those of a
network that is wrong about something: a loss that never changes has no wrong derivative.

Measured on 1,000 seeds with the reference answer: the largest relative error is 9.1e-9 in
the first check and 2.2e-7 in the second, and the largest entry of a numeric gradient is
never below 0.56. With 1e-6 added inside the logarithm, which is no mistake, the errors
reach 2.4e-5 and 4.0e-5 (300 seeds). A delta that is off by 1 % has 9.9e-3, one that is off
by a factor of 2 has 0.5. The tolerance lies 450 times above the right answer's worst error
and 99 times below the smallest of these mistakes.
"""

import numpy as np

from grader.checks import (
    at_least,
    at_most,
    central_difference,
    check,
    numbers,
    require,
    worst_weight,
)

TOLERANCE = 1e-4
CLASSES = 10
NEEDED = ("test_softmax::example", "test_loss::example", "test_delta::answers")
STILL = 0.1


def second_likeliest(net):
    """A label that the network gets wrong, though not by far: the slope is steep there."""
    return np.eye(len(net))[np.argsort(net)[-2]]


def losses(student, nets, y):
    """The student's loss(softmax(net), y) for many nets (m, n): two exchanges."""
    activations = student.map("softmax", [(net,) for net in nets])
    losses = student.map("loss", [(numbers(a, y.shape), y) for a in activations])
    values = [float(numbers(e, ())) for e in losses]  # what is no number is told there
    require(
        all(np.asarray(answer).dtype == np.float64 for answer in (*activations, *losses)),
        "softmax or loss answers in other numbers than float64: too coarse for differences.",
        "softmax 或 loss 返回的不是 float64：精度不足以计算差分。",
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
        "Your loss hardly changes when the nets change: there is no slope to follow.",
        "加权和变化时，你的损失几乎不变：没有可以沿着下降的坡度。",
    )
    require(
        at_most(found.max_relative_error, TOLERANCE),
        "delta is not the derivative of your loss: at {worst} the relative error is {error}.",
        "delta 不是你的损失函数的导数：在 {worst} 处相对误差为 {error}。",
        worst=found.worst,
        error=f"{found.max_relative_error:.2g}",
    )


@check(
    "gradient",
    points=7,
    title="delta is the derivative of your loss with respect to the nets",
    title_zh="delta 是你的损失函数对加权和的导数",
    hint="Steps 4 and 5: differentiate with respect to net, through softmax, "
    "not with respect to a.",
    hint_zh="第 4、5 步：要经过 softmax 对 net 求导，而不是对 a 求导。",
    depends_on=NEEDED,
)
def test_delta(student, rng, record):
    net = rng.normal(size=CLASSES)
    y = second_likeliest(net)
    delta = numbers(student.delta(student.softmax(net), y), (CLASSES,))
    numeric = {"net": central_difference(lambda nets: losses(student, nets, y), net)}
    require_close(worst_weight({"net": delta}, numeric, TOLERANCE), numeric, record)


@check(
    "gradient",
    points=8,
    title="with it, every weight of both layers has the right gradient",
    title_zh="由它得到的两层中每个权重的梯度都正确",
    hint="The error is carried back from delta: if this fails and the check before passes, look at "
    "whether delta works for any number of classes.",
    hint_zh="误差从 delta 反向传播：如果只有这一项不通过，请检查 delta 是否适用于任意类别数。",
    depends_on=NEEDED,
)
def test_every_weight(student, rng, record):
    # The lesson's network, small: 6 inputs, 5 hidden units, 4 classes, a bias each. Its
    # hidden nets are scaled, and an exact gradient has that factor, which training leaves out.
    inputs, units, classes, scale = 6, 5, 4, 0.7
    x = np.append(rng.random(inputs), 1.0)
    weights = {
        "hidden": rng.normal(scale=0.5, size=(units, inputs + 1)),
        "output": rng.normal(scale=0.5, size=(classes, units + 1)),
    }

    def hidden_out(hidden):
        return 1.0 / (1.0 + np.exp(-(hidden @ x) / scale))

    def net(hidden, output):
        return output @ np.append(hidden_out(hidden), 1.0)

    h = hidden_out(weights["hidden"])
    y = second_likeliest(net(**weights))
    delta = numbers(student.delta(student.softmax(net(**weights)), y), (classes,))
    hidden_delta = (weights["output"][:, :-1].T @ delta) * h * (1.0 - h) / scale
    analytic = {"hidden": np.outer(hidden_delta, x), "output": np.outer(delta, np.append(h, 1.0))}
    numeric = {
        name: central_difference(
            lambda points, name=name: losses(
                student, [net(**(weights | {name: point})) for point in points], y
            ),
            weights[name],
        )
        for name in weights
    }
    require_close(worst_weight(analytic, numeric, TOLERANCE), numeric, record)
