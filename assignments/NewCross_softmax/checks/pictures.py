"""Pictures of a training run: curves to compare with, one update, the worst digits, confusion.

All of it is made on the trusted side, from nets that this side computed. Of the student's word
there is only the delta that moved the weights.
"""

import json
from typing import NamedTuple

import numpy as np

from grader.results import Comparison, Confusion, Gallery, Picture, Plot, Sample, Spot, Text

WORST = 10
STEEP = 0.95  # beyond this activation softmax is as good as flat
TINY_STEP = 0.05  # of a net: too small to be seen in the picture
BELOW, ABOVE = 6.0, 10.0  # how much of softmax is drawn: net units around its middle


def comparisons(folder, epochs):
    """The curves of curves.json, which the course team made: means over its random starts."""
    curves = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    reference, old = curves["reference"], curves["old"]
    starts = len(reference["accuracies"])
    count = min(epochs, len(reference["accuracies"][0]))

    def mean(rows):
        return tuple(np.mean(rows, axis=0).round(4).tolist()[:count])

    return (
        Comparison(
            title=Text("reference answer", "参考答案"),
            note=Text(
                "Reference answer: the mean of {starts} random starts.",
                "参考答案：{starts} 次随机初始化的平均值。",
                {"starts": starts},
            ),
            epochs=tuple(range(1, count + 1)),
            losses=mean(reference["losses"]),
            accuracies=mean(reference["accuracies"]),
        ),
        Comparison(
            title=Text("old sigmoid network", "旧的 sigmoid 网络"),
            note=Text(
                "Old sigmoid network: the previous lesson's, with squared error, on the same "
                "digits. Squared error is another quantity than cross-entropy, so its loss is "
                "not drawn.",
                "旧的 sigmoid 网络：上一课的网络，损失是平方误差，用同样的数字训练。"
                "平方误差与交叉熵不是同一个量，所以不画它的损失。",
            ),
            epochs=tuple(range(1, count + 1)),
            accuracies=mean(old["accuracies"]),
        ),
    )


class FirstUpdate(NamedTuple):
    """What the first digit did to the net of its own class."""

    digit: int
    nets: np.ndarray  # (10,), before it
    squares: float  # the sum of the output layer's inputs, squared
    move: float  # of the net; not finite if delta isn't

    @property
    def net(self):
        """The net of the digit's class before the update."""
        return float(self.nets[self.digit])

    @property
    def after(self):
        """That net after it."""
        return self.net + self.move

    @property
    def jumps(self):
        """Whether it threw the net beyond the slope of softmax."""
        return bool(self.activation(self.after) > STEEP)

    @property
    def crawls(self):
        """Whether it hardly moved the net."""
        return abs(self.move) < TINY_STEP

    @property
    def middle(self):
        """Where that class's activation would be one half, with the other nets as they are."""
        others = np.delete(self.nets, self.digit)
        return float(np.log(np.sum(np.exp(others - others.max()))) + others.max())

    def activation(self, net):
        """The activation of the digit's class if its net were another; an array's, too."""
        return 1.0 / (1.0 + np.exp(self.middle - net))


def first_update(block, labels, rate):
    """Read the first update off the first block: a net moves by -rate * delta * |h|^2."""
    digit, h = int(labels[0]), block.hidden_out[0]
    squares = float(h @ h)
    move = -rate * float(block.answers[0, 1, digit]) * squares
    return FirstUpdate(digit, block.nets[0], squares, move)


def plot(first):
    """Draw softmax over the net of the first digit's class, and how far its update went."""
    across = np.linspace(first.middle - BELOW, first.middle + ABOVE, 81)
    path = [spot(first, first.net, "before: {net}", "更新前：{net}")]
    if np.isfinite(first.after):
        path.append(spot(first, first.after, "after: {net}", "更新后：{net}"))
    return Plot(
        title=Text("One update, seen on softmax", "在 softmax 曲线上看一次更新"),
        note=Text(
            "{setting} {what}", "{setting}{what}", {"setting": setting(first), "what": step(first)}
        ),
        across=Text("net of the digit's class", "该数字所属类别的 net"),
        upward=Text("its activation", "它的激活值"),
        curve=points(across, first.activation(across)),
        path=tuple(path),
    )


def spot(first, net, en, zh):
    """Mark a net on the curve."""
    x, y = points([net], [first.activation(net)])[0]
    return Spot(x, y, Text(en, zh, {"net": brief(net)}))


def points(across, up):
    """Pairs of plain numbers, rounded: the same ones wherever sums are rounded otherwise."""
    pairs = zip(np.asarray(across).tolist(), np.asarray(up).tolist(), strict=True)
    return tuple((float(f"{x:.6g}"), float(f"{y:.4g}")) for x, y in pairs)


def setting(first):
    """What the picture shows, whoever's training it is."""
    return Text(
        "The first digit is a {digit}. The curve is the activation of its class over the net of "
        "its class, with the other nine nets as they were. One update moves that net against "
        "the sign of delta, by rate × delta × {squares}, where the last factor is the sum of the "
        "squares of the layer's 31 inputs.",
        "第一个数字是 {digit}。曲线是它所属类别的激活值随该类别的 net 的变化，"
        "其余九个 net 保持不变。一次更新会让这个 net 朝着与 delta 相反的方向移动"
        "“学习率 × delta × {squares}”，最后一个因子是该层 31 个输入的平方和。",
        {"digit": first.digit, "squares": brief(first.squares)},
    )


def step(first):
    """Say what the update did to the net."""
    fields = {"before": brief(first.net), "after": brief(first.after)}
    if not np.isfinite(first.after):
        return Text(
            "Your update is not finite there, so there is no net after it.",
            "你的更新在这里不是有限的数，所以更新之后没有 net 可画。",
        )
    if first.move <= -TINY_STEP:
        return Text(
            "Yours goes down, from {before} to {after}: the right class becomes less likely.",
            "你的更新使它从 {before} 降到 {after}：正确的类别反而更不可能了。",
            fields,
        )
    if first.crawls:
        return Text(
            "Yours goes from {before} to {after}: hardly at all.",
            "你的更新使它从 {before} 变到 {after}：几乎没有动。",
            fields,
        )
    if not first.jumps:
        return Text(
            "Yours goes from {before} to {after}: a step along the slope, where the digits that "
            "follow can still correct it.",
            "你的更新使它从 {before} 变到 {after}：沿着斜坡走了一步，后面的数字还能继续修正它。",
            fields,
        )
    return Text(
        "Yours goes from {before} to {after}: a single digit throws the net over the whole slope. "
        "Where softmax is flat, the network is certain, whatever it is shown; the next digit of "
        "another class throws it back just as far.",
        "你的更新使它从 {before} 变到 {after}：仅仅一个数字就让 net 冲过了整个斜坡。"
        "在 softmax 平坦的地方，不管看到什么，网络都十分确信；"
        "下一个别的数字又会把它甩回同样远。",
        fields,
    )


def reading(nets, digits, *, heldout):
    """Look at how the trained network read digits: the worst ones, and the confusion.

    Returns None and None if its nets are not finite.
    """
    if not np.isfinite(nets).all():
        return None, None
    return (
        worst(nets, digits["images"], digits["labels"], heldout=heldout),
        confusion(nets, digits["labels"], heldout=heldout),
    )


def worst(nets, images, labels, *, heldout):
    """The digits that the trained network got most wrong: those of the largest cross-entropy.

    nets: (n, 10), finite. images: uint8 (n, 784).
    """
    powers = np.exp(nets - nets.max(axis=1, keepdims=True))
    activations = powers / powers.sum(axis=1, keepdims=True)
    said = np.argmax(nets, axis=1)
    rows = np.arange(len(nets))
    # The difference of two nets, and not of two activations: those may both be 0.
    distance = np.log(powers.sum(axis=1)) + nets.max(axis=1) - nets[rows, labels]
    order = [i for i in np.argsort(-distance, kind="stable") if said[i] != labels[i]][:WORST]
    samples = tuple(
        Sample(
            picture=Picture(28, 28, images[i].astype(np.uint8).tobytes()),
            truth=str(labels[i]),
            said=str(said[i]),
            certainty=round(float(activations[i, said[i]]), 4),
        )
        for i in order
    )
    if not samples:
        return None
    return Gallery(
        title=Text("The held-out digits it got most wrong", "错得最厉害的留出数字")
        if heldout
        else Text("The training digits it got most wrong", "错得最厉害的训练数字"),
        note=Text(
            "Read after the last epoch. How sure it was is the activation of the digit that it "
            "said. Would you have read them all?",
            "在最后一轮之后识别。把握是它所给答案的激活值。换作是你，都能认出来吗？",
        ),
        samples=samples,
    )


def confusion(nets, labels, *, heldout):
    """Which digit was read as which, after the last epoch."""
    classes = nets.shape[1]
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels.astype(int), np.argmax(nets, axis=1)), 1)
    return Confusion(
        title=Text("Which held-out digit it took for which", "留出数字的混淆矩阵")
        if heldout
        else Text("Which training digit it took for which", "训练数字的混淆矩阵"),
        labels=tuple(map(str, range(classes))),
        counts=tuple(map(tuple, counts.tolist())),
    )


def brief(value):
    """Write a number with at most three figures."""
    return f"{value:.3g}"
