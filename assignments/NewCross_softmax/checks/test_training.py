"""Visible checks of Task 2: the learning rate, and training on 8,000 digits."""

from pathlib import Path

from grader.checks import at_least, at_most, check, load_module, measured, require

NEEDED = ("test_softmax::answers", "test_delta::answers")
TEMPLATE_RATE = 10.0
SLOW = 0.02  # who misses the bar at a smaller rate learns too slowly, not wrongly
LEARNS = 0.5  # guessing gives 0.1, the first epoch at any stable rate more than 0.75


@check(
    "training",
    points=2,
    title="OUTPUT_LEARNING_RATE is a positive number, smaller than at first",
    title_zh="OUTPUT_LEARNING_RATE 是正数，并且比原来小",
    hint="Task 2: set OUTPUT_LEARNING_RATE at the top of the file to one of the rates of step 8.",
    hint_zh="任务 2：在文件开头把 OUTPUT_LEARNING_RATE 设为第 8 步中的某个学习率。",
)
def test_rate(student):
    training = load_module(Path(__file__).with_name("training.py"))
    require(
        training.output_rate(student) < TEMPLATE_RATE,
        "OUTPUT_LEARNING_RATE is not chosen yet: Task 2: it is {rate} or more, as in the template.",
        "OUTPUT_LEARNING_RATE 还没有选定：任务 2：它仍像模板中那样不小于 {rate}。",
        rate=f"{TEMPLATE_RATE:g}",
    )


@check(
    "training",
    points=4,
    title="no update of the output layer is too large",
    title_zh="输出层没有过大的更新",
    hint="Step 8: the output layer's nets are not scaled down, so its learning rate has to be "
    "smaller than the hidden layer's. If it is 0.1 already, see to softmax and delta first.",
    hint_zh="第 8 步：输出层的加权和没有缩小，所以它的学习率要比隐藏层的小。"
    "如果已经是 0.1，请先检查 softmax 和 delta。",
    depends_on=NEEDED,
)
def test_stable(training):
    worst = max(training.epochs, key=lambda e: measured(e, "updates_too_large"))
    network = load_module(Path(__file__).parents[1] / "network.py")
    require(
        at_most(measured(training, "largest_update"), network.TOO_LARGE) and not training.diverged,
        "Updates that were too large in epoch {epoch}: {count}, at rate {rate}.",
        "第 {epoch} 轮中有 {count} 次更新过大，学习率为 {rate}。",
        epoch=worst.epoch,
        count=measured(worst, "updates_too_large"),
        rate=f"{measured(training, 'output_rate'):g}",
    )
    accuracy = training.epochs[-1].train_accuracy
    require(
        at_least(accuracy, LEARNS),
        "No update is too large, but the network does not learn: its accuracy is {accuracy}.",
        "没有过大的更新，但网络什么也没学到：准确率为 {accuracy}。",
        accuracy=f"{accuracy:.1%}",
    )


@check(
    "training",
    points=14,
    title="four epochs reach 94 % on the training digits",
    title_zh="四轮训练后，训练集准确率达到 94 %",
    hint="Step 8: at 10 the updates are too large, 1.0 stops at 90 %, and a somewhat smaller rate "
    "reaches 95 to 96 %. If yours is there already, see to softmax and delta first.",
    hint_zh="第 8 步：学习率为 10 时更新过大，为 1.0 时停在 90 %，再小一些就能达到 95 % 到 96 %。"
    "如果已经如此，请先检查 softmax 和 delta。",
    depends_on=NEEDED,
)
def test_converges(training):
    require(
        not training.diverged,
        "Training broke down in epoch {epoch}: a net was no longer finite.",
        "训练在第 {epoch} 轮中断：加权和不再是有限的数。",
        epoch=len(training.epochs),
    )
    last = training.epochs[-1]
    require(
        training.converged
        or measured(training, "output_rate") >= SLOW
        or last.train_accuracy < LEARNS,
        "At rate {rate} learning is steady but slow: after {epochs} epochs the accuracy is {got}. "
        "Try a larger one.",
        "学习率为 {rate} 时，学习平稳但缓慢：{epochs} 轮之后准确率为 {got}。请试试大一些的。",
        epochs=last.epoch,
        got=f"{last.train_accuracy:.1%}",
        rate=f"{measured(training, 'output_rate'):g}",
    )
    require(
        at_least(last.train_accuracy, training.threshold),
        "After {epochs} epochs the training accuracy is {got}, at rate {rate}.",
        "{epochs} 轮之后，训练集准确率为 {got}，学习率为 {rate}。",
        epochs=last.epoch,
        got=f"{last.train_accuracy:.1%}",
        rate=f"{measured(training, 'output_rate'):g}",
    )
