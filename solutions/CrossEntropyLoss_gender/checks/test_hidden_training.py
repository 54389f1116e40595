"""Hidden check of the training: two people whom the network has never seen."""

from grader.checks import check, require


@check(
    "training",
    points=8,
    title="the trained network is right about two people whom it has never seen",
    title_zh="训练后的网络能正确判断两个从未见过的人",
    hint="A network that has learned its four people answers both questions of step 7: see to the "
    "training first.",
    hint_zh="学会了那四个人的网络，能答对第 7 步的两个问题：先把训练做好。",
    depends_on=("test_delta::answers",),
)
def test_questions(training):
    right = training.epochs[-1].heldout_accuracy
    require(
        right == 1.0 and not training.diverged,
        "Of the two questions, {got} are answered right.",
        "两个问题中答对了 {got}。",
        got=f"{right:.0%}",
    )
