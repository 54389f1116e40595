"""Visible checks of Task 1d."""

from grader.checks import assert_close, check


@check(
    "mean_loss",
    points=3,
    title="the mean of the losses 0.2, 0.4 and 0.9 is 0.5",
    title_zh="损失 0.2、0.4、0.9 的平均值是 0.5",
    hint="Divide the sum by how many losses there are, so that epochs can be compared (step 6).",
    hint_zh="用总和除以损失的个数，各轮之间才能比较（第 6 步）。",
)
def test_example(student):
    assert_close(student.mean_loss([0.2, 0.4, 0.9]), 0.5)
