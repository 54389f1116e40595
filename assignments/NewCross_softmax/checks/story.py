"""The monitor's story: what it saw in a training run, why, and what that means.

The sentences follow steps 7 and 8 of the lesson, with this run's numbers.
"""

from typing import NamedTuple

import numpy as np

from grader.results import Text

STRETCH = 500  # digits over which it is judged whether small updates are the rule
ROUNDING = 1 + 1e-9
LEARNS_WELL = 0.75  # the accuracy of the first epoch at any stable rate


class Totals(NamedTuple):
    """What the monitor saw in all epochs so far."""

    updates: int = 0
    too_large: int = 0
    too_small: int = 0
    largest: float = 0.0
    rule: float | None = None  # the accuracy where small updates became the rule

    def plus(self, count):
        """Add what training.py counted of an epoch."""
        return Totals(
            updates=self.updates + count.samples,
            too_large=self.too_large + count.too_large,
            too_small=self.too_small + count.too_small,
            largest=max(self.largest, count.largest_update),
            rule=rule_from(count.small, count.right) if self.rule is None else self.rule,
        )


def story(totals, first, rate, limit, epochs):
    """Tell what the monitor saw and why, in the order in which a student would ask.

    limit: the largest update that is not too large. epochs: the run's Epochs.
    """
    if totals.too_large:
        parts = large(totals, first, rate, limit)
    else:
        parts = none_large(totals, limit) + pace(totals, first, rate)
    if totals.too_small and totals.largest < np.inf:
        parts.append(small(totals, epochs[-1].train_accuracy, jumps=first.jumps))
    return tuple(parts)


def large(totals, first, rate, limit):
    """Why updates are too large."""
    counts = {"count": f"{totals.too_large:,}", "all": f"{totals.updates:,}", "limit": f"{limit:g}"}
    parts = [
        Text(
            "{count} of {all} updates of the output layer were too large: a single digit moved "
            "some weight by more than {limit}, and all weights began between 0 and 1.",
            "输出层的 {all} 次更新中有 {count} 次过大："
            "仅仅一个数字就让某个权重的变化超过了 {limit}，而所有权重的初值都在 0 到 1 之间。",
            counts,
        )
    ]
    if totals.largest == np.inf:
        return [
            *parts,
            Text(
                "Some of it was not finite: softmax or delta returned inf, nan or numbers beyond "
                "all bounds. Either one of them is not right yet, or large steps drove the nets to "
                "where e^net is beyond all floats.",
                "其中有的不是有限的数：softmax 或 delta 返回了 inf、nan 或大得离谱的数。"
                "要么其中之一还没有写对，要么步子太大，把 net 推到了 e^net 超出浮点数范围的地方。",
            ),
        ]
    if totals.largest > rate * ROUNDING:
        return [*parts, beyond(totals, rate)]
    low, high = np.min(first.nets), np.max(first.nets)
    return [
        *parts,
        Text(
            "Why? An update is rate × delta × h. Neither delta nor h exceeds 1, so at your rate of "
            "{rate} it may reach {rate}. The hidden layer bears such a rate because its nets are "
            "divided by 78.5; the output layer's are not. At the first digit they lay between "
            "{low} and {high}, and its update moved one of them by {move}.",
            "为什么？更新量等于学习率 × delta × h。delta 和 h 的绝对值都不超过 1，"
            "所以学习率为 {rate} 时更新量可以达到 {rate}。隐藏层承受得住这样的学习率，"
            "因为它的 net 先除以 78.5；输出层的却没有。看到第一个数字时，输出层的 net 在 {low} 到 "
            "{high} 之间，而这一次更新就让其中一个移动了 {move}。",
            {
                "rate": f"{rate:g}",
                "low": f"{low:.3g}",
                "high": f"{high:.3g}",
                "move": f"{first.move:.3g}",
            },
        ),
        Text(
            "What helps: a smaller OUTPUT_LEARNING_RATE shortens every update by the same factor "
            "and leaves its direction alone. How short does the step in the picture have to be "
            "for it to stay on the slope?",
            "怎么办：减小 OUTPUT_LEARNING_RATE，每次更新都会按同样的倍数缩短，方向不变。"
            "图中的那一步要缩短到多少，才能留在斜坡上？",
        ),
    ]


def beyond(totals, rate):
    """That an update is larger than any right delta makes it."""
    return Text(
        "The largest was {largest}, larger than the rate of {rate} itself. The layer's inputs "
        "don't exceed 1, so your delta must have done so, and the lesson's never does. See to "
        "softmax and delta before you change the rate.",
        "最大的一次是 {largest}，比学习率 {rate} 本身还大。该层的输入不超过 1，"
        "所以一定是你的 delta 超过了 1，而这一课的 delta 不会这样。"
        "请先检查 softmax 和 delta，再改学习率。",
        {"largest": f"{totals.largest:.3g}", "rate": f"{rate:g}"},
    )


def pace(totals, first, rate):
    """How far a net goes at one digit, where no weight goes too far."""
    move = {"move": f"{first.move:.3g}"}
    if totals.largest > rate * ROUNDING:
        return [beyond(totals, rate)]
    if first.jumps:
        return [
            Text(
                "But the monitor looks at single weights, and all 31 weights of a net move "
                "together: the first update moved the net of the digit's class by {move}, as the "
                "picture shows. A smaller step would stay on the slope.",
                "但监视器看的是单个权重，而一个 net 的 31 个权重是一起变的："
                "如图所示，第一次更新就让该数字所属类别的 net 移动了 {move}。"
                "步子小一些，就能留在斜坡上。",
                move,
            )
        ]
    if first.crawls and totals.largest:
        return [
            Text(
                "But the steps are short: the first update moved the net of the digit's class by "
                "{move}, which can hardly be seen in the picture. Four epochs don't lead far at "
                "this pace.",
                "但步子很小：第一次更新只让该数字所属类别的 net 移动了 {move}，在图上几乎看不出来。"
                "照这样的速度，四轮走不了多远。",
                move,
            )
        ]
    return []


def none_large(totals, limit):
    """That no update is too large, or that there is none."""
    if not totals.largest:
        return [
            Text(
                "Nothing was learned: delta was 0 at every digit, so no weight moved at all.",
                "什么也没有学到：每个数字的 delta 都是 0，权重完全没有变化。",
            )
        ]
    return [
        Text(
            "None of the {all} updates of the output layer was too large: no weight moved by more "
            "than {limit} at a single digit; the most was {largest}.",
            "输出层的 {all} 次更新都不算过大：没有哪个数字让某个权重的变化超过 {limit}，"
            "最大的一次是 {largest}。",
            {
                "all": f"{totals.updates:,}",
                "limit": f"{limit:g}",
                "largest": f"{totals.largest:.3g}",
            },
        )
    ]


def small(totals, accuracy, *, jumps):
    """Why updates are too small: jumps, or success, or neither."""
    fields = {
        "count": f"{totals.too_small:,}",
        "all": f"{totals.updates:,}",
        "accuracy": f"{accuracy:.1%}",
    }
    if totals.too_large or jumps:
        return Text(
            "At the same time {count} updates were too small in some entry. It is the same "
            "cause: the jumps leave the nets so far apart that softmax is flat, with activations "
            "that are 0 or 1 to many digits.",
            "同时有 {count} 次更新的某个元素过小。原因是同一个：跳得太远，net 之间相差悬殊，"
            "softmax 变得平坦，激活值几乎就是 0 或 1。",
            fields,
        )
    if accuracy < LEARNS_WELL:
        return Text(
            "{count} of {all} updates were too small in some entry. That is no good sign here: "
            "the accuracy is only {accuracy}, and so there is much left to learn.",
            "{all} 次更新中有 {count} 次的某个元素过小。这里它可不是好兆头："
            "准确率只有 {accuracy}，要学的还很多。",
            fields,
        )
    if totals.rule is None:
        return Text(
            "{count} of {all} updates were too small in some entry. That is no harm: an update is "
            "small where delta is, and delta is small where the network is right.",
            "{all} 次更新中有 {count} 次的某个元素过小。这没有坏处："
            "delta 小，更新才小；而网络判断正确时 delta 才小。",
            fields,
        )
    return Text(
        "{count} of {all} updates were too small in some entry; from an accuracy of about "
        "{rule} on this is the rule. It is good news: an update is small where delta is, and delta "
        "is small where the network is right. As soon as it is sure that a 1 is no 8, hardly "
        "anything is left to learn there.",
        "{all} 次更新中有 {count} 次的某个元素过小；准确率达到 {rule} 左右以后，这就成了常态。"
        "这是好消息：delta 小，更新才小；而网络判断正确时 delta 才小。"
        "网络一旦确信某个 1 不是 8，在那里就几乎没有什么可学的了。",
        fields | {"rule": f"{totals.rule:.0%}"},
    )


def rule_from(small_ones, right):
    """The accuracy where updates that are too small first are the rule; None if nowhere.

    small_ones, right: booleans, one for each digit of an epoch.
    """
    for start in range(0, len(right), STRETCH):
        if np.mean(small_ones[start : start + STRETCH]) > 0.5:
            return float(np.mean(right[start : start + STRETCH]))
    return None
