"""Hidden checks of Task 1a: properties, and random nets that no one can have learned by heart."""

import numpy as np

from grader.checks import assert_close, at_least, at_most, check, each, numbers, require

ANSWERS = ("test_softmax::answers",)


def reference(net):
    """Softmax of nets (..., n), shifted so that it never overflows."""
    powers = np.exp(net - net.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def answers(student, nets):
    """The student's activations for each net of an array (m, n)."""
    return [numbers(a, net.shape) for a, net in zip(
        student.map("softmax", [(net,) for net in nets]), nets, strict=True)]  # fmt: skip


def require_different(activations):
    """Fail if all activations are equal; what isn't finite is left to the comparison."""
    require(
        not np.isfinite(activations).all() or at_least(np.ptp(activations), 0.01),
        "Different nets give equal activations.",
        "不同的加权和得到了相同的激活值。",
    )


def require_no_share(answer, small):
    """Fail unless the activations of nets that are far below the largest are next to nothing."""
    a = numbers(answer, small.shape)
    require(
        np.isfinite(a).all(),
        "With nets far apart there is an activation that is not finite.",
        "加权和相差悬殊时，出现了不是有限数的激活值。",
    )
    require(
        at_most(np.abs(a[small]).max(), 1e-6),
        "With nets far apart the smaller ones still have a share.",
        "加权和相差悬殊时，较小者仍然占有份额。",
    )


@check(
    "softmax",
    points=3,
    title="softmax is right for random nets",
    title_zh="对随机的加权和，softmax 的值正确",
    hint="a_k = e^net_k / sum_i e^net_i (step 2). Try it by hand with two classes.",
    hint_zh="a_k = e^net_k / Σ_i e^net_i（第 2 步）。先用两个类别手算一遍。",
    depends_on=ANSWERS,
)
def test_values(student, rng):
    for (net,), a in each(student, "softmax", [(n,) for n in rng.normal(scale=3.0, size=(20, 10))]):
        assert_close(a, reference(net), rtol=1e-6)


@check(
    "softmax",
    points=1,
    title="every activation lies between 0 and 1",
    title_zh="每个激活值都在 0 与 1 之间",
    hint="e^net is positive, whatever the sign of net: a share of a positive "
    "sum is never negative.",
    hint_zh="无论 net 的正负，e^net 都是正的：正数之和中的一份不会是负数。",
    depends_on=ANSWERS,
)
def test_range(student, rng):
    for a in answers(student, rng.normal(scale=5.0, size=(20, 10))):
        require(
            np.all((a >= 0.0) & (a <= 1.0)),
            "There is an activation below 0 or above 1.",
            "有激活值小于 0 或大于 1。",
        )


@check(
    "softmax",
    points=2,
    title="softmax works for any number of classes from 2 to 100",
    title_zh="softmax 适用于 2 到 100 的任意类别数",
    hint="Take the number of classes from net; don't write 10 into the function.",
    hint_zh="类别数要从 net 得到，不要在函数里写死 10。",
    depends_on=ANSWERS,
)
def test_any_number_of_classes(student, rng):
    nets = [(rng.normal(size=classes),) for classes in (2, 3, 7, 26, 100)]
    for (net,), a in each(student, "softmax", nets):
        assert_close(a, reference(net), rtol=1e-6)


@check(
    "softmax",
    points=2,
    title="adding a constant to every net changes nothing",
    title_zh="给所有加权和加上同一个常数，结果不变",
    hint="Only differences between the nets matter: e^(net+c) has the factor e^c above and below.",
    hint_zh="只有加权和之间的差才重要：e^(net+c) 的分子分母都有因子 e^c。",
    depends_on=ANSWERS,
)
def test_shift_invariance(student, rng):
    net = rng.normal(size=10)
    answered = each(student, "softmax", [(net + constant,) for constant in (0.0, 5.0, -3.0)])
    base = numbers(next(answered)[1], net.shape)
    require_different(base)
    for _, a in answered:
        assert_close(a, base, rtol=1e-6)


@check(
    "softmax",
    points=1,
    title="changing the order of the nets changes the order of the activations likewise",
    title_zh="改变加权和的顺序，激活值的顺序随之改变",
    hint="All classes are treated alike: no position in net is special.",
    hint_zh="所有类别一视同仁：net 中没有特殊的位置。",
    depends_on=ANSWERS,
)
def test_permutation(student, rng):
    net, order = rng.normal(size=10), rng.permutation(10)
    straight, mixed = answers(student, np.stack([net, net[order]]))
    require_different(straight)
    assert_close(mixed, straight[order], rtol=1e-6)


@check(
    "softmax",
    points=1,
    title="the larger the net, the larger the activation",
    title_zh="加权和越大，激活值越大",
    hint="e^x grows with x. Is there a minus sign too many?",
    hint_zh="e^x 随 x 增大。是不是多了一个负号？",
    depends_on=ANSWERS,
)
def test_order(student, rng):
    for net, a in zip(
        nets := rng.normal(scale=2.0, size=(10, 10)), answers(student, nets), strict=True
    ):
        require(
            np.array_equal(np.argsort(a), np.argsort(net)),
            "The activations are not in the order of their nets.",
            "激活值的大小顺序与加权和不一致。",
        )


@check(
    "softmax",
    points=2,
    title="softmax leaves its argument as it is",
    title_zh="softmax 不改动它的参数",
    hint="net -= ... and np.exp(net, out=net) change the caller's array. Make a new one: net - ...",
    hint_zh="net -= ... 和 np.exp(net, out=net) 会改动调用者的数组。请生成新数组：net - ...",
    depends_on=ANSWERS,
)
def test_input_not_modified(student, rng):
    require(
        not student.modifies("softmax", rng.normal(size=10) + 3.0),
        "After the call, net holds other values than before.",
        "调用之后，net 的值变了。",
    )


@check(
    "softmax",
    points=2,
    title="softmax remembers nothing of earlier calls",
    title_zh="softmax 不记得以前的调用",
    hint="The answer may depend on net alone: no globals, no default arguments that are changed.",
    hint_zh="结果只能取决于 net：不要用全局变量，也不要改动默认参数。",
    depends_on=ANSWERS,
)
def test_no_memory(student, rng):
    first, second = rng.normal(size=(2, 10))
    answered = each(student, "softmax", [(first,), (second,), (first,)])
    before = numbers(next(answered)[1], first.shape)
    between = numbers(next(answered)[1], second.shape)
    require_different(np.stack([before, between]))
    require(
        np.any(before != between),
        "Other nets give the answer of the call before.",
        "换了加权和，得到的却是上一次调用的结果。",
    )
    assert_close(next(answered)[1], before, rtol=0.0, atol=0.0)


@check(
    "softmax",
    points=3,
    title="softmax survives very large nets",
    title_zh="加权和非常大时，softmax 仍能给出结果",
    hint="e^1000 is more than a float can hold: inf / inf is nan. Adding a constant to every net "
    "changes nothing, so which constant would keep the largest power small?",
    hint_zh="e^1000 超出浮点数的范围：inf / inf 得 nan。给所有加权和加同一个常数结果不变，"
    "那么加哪个常数能让最大的幂保持很小？",
    depends_on=ANSWERS,
)
def test_large_nets(student, rng):
    net = rng.normal(size=10)
    sizes = (0.0, 800.0, 1000.0, -1000.0, 1e5)
    # One alone is large: subtracting the mean is not enough.
    small = np.arange(10) != rng.integers(10)
    alone = np.where(small, net, net + 1000.0)
    answered = each(student, "softmax", [*((net + size,) for size in sizes), (alone,)])
    base = numbers(next(answered)[1], net.shape)  # right or wrong: that is another check's
    require_different(base)
    for _ in sizes[1:]:
        assert_close(next(answered)[1], base, rtol=1e-6)
    require_no_share(next(answered)[1], small)


@check(
    "softmax",
    points=2,
    title="softmax survives very unequal nets",
    title_zh="加权和相差悬殊时，softmax 仍能给出结果",
    hint="With nets 1000 apart, the smaller one's activation is simply 0: no error, no nan.",
    hint_zh="加权和相差 1000 时，较小者的激活值就是 0：不应出错，也不应出现 nan。",
    depends_on=ANSWERS,
)
def test_unequal_nets(student, rng):
    nets = []
    for gap in (600.0, 1000.0):
        net = rng.normal(size=10)
        net[rng.integers(10)] -= gap
        nets.append((net,))
    for (net,), a in each(student, "softmax", nets):
        require_no_share(a, net == net.min())
