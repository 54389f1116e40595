"""Visible checks of the training on four people."""

from pathlib import Path

from grader.checks import at_most, check, load_module, require

NEEDED = ("test_delta::answers",)


@check(
    "training",
    points=6,
    title="after 1,000 epochs the network tells all four people apart",
    title_zh="1,000 轮之后，网络能分清全部四个人",
    hint="The weights are moved against delta: the output of a woman has to grow and that of a man "
    "to shrink (step 6). See to delta first.",
    hint_zh="权重沿 delta 的反方向更新：女性的输出应当变大，男性的输出应当变小（第 6 步）。"
    "请先检查 delta。",
    depends_on=NEEDED,
)
def test_tells_apart(training):
    require_finite(training)
    accuracy = training.epochs[-1].train_accuracy
    require(
        accuracy >= training.threshold,
        "After {epochs} epochs the output is on the right side of 0.5 for {got} of the people.",
        "{epochs} 轮之后，只有 {got} 的人的输出在 0.5 的正确一侧。",
        epochs=training.epochs[-1].epoch,
        got=f"{accuracy:.0%}",
    )


@check(
    "training",
    points=14,
    title="after 1,000 epochs the mean loss is at most 0.02",
    title_zh="1,000 轮之后，平均损失不超过 0.02",
    hint="A delta as large as the mistake gets there with ease. With the sigmoid's derivative "
    "left in it, the better the network is, the slower it learns (steps 2 and 4).",
    hint_zh="误差项与错误一样大时，很容易达到。如果其中还留着 sigmoid 的导数，网络越好，学得越慢"
    "（第 2、4 步）。",
    depends_on=NEEDED,
)
def test_converges(training):
    require_finite(training)
    last = training.epochs[-1]
    bar = load_module(Path(__file__).with_name("training.py")).MOST_LOSS
    require(
        at_most(last.loss, bar),
        "After {epochs} epochs the mean loss is {got}; at most {bar} is wanted.",
        "{epochs} 轮之后，平均损失为 {got}，应当不超过 {bar}。",
        epochs=last.epoch,
        got=f"{last.loss:.4f}",
        bar=bar,
    )


def require_finite(training):
    """Fail if the training had to be stopped."""
    require(
        not training.diverged,
        "Training broke down in epoch {epoch}: the output was no longer a number.",
        "训练在第 {epoch} 轮中断：输出不再是数。",
        epoch=training.epochs[-1].epoch,
    )
