"""Hidden checks of Task 1d."""

from grader.checks import assert_close, check, each


@check(
    "mean_loss",
    points=2,
    title="mean_loss is the mean of any number of losses",
    title_zh="mean_loss 是任意多个损失的平均值",
    hint="Take the number of losses from the list; don't write 8000 into the function.",
    hint_zh="损失的个数要从列表得到，不要在函数里写死 8000。",
    depends_on=("test_mean_loss::example",),
)
def test_any_number(student, rng):
    lists = [(rng.exponential(size=count).tolist(),) for count in (1, 2, 7, 1000)]
    for (losses,), mean in each(student, "mean_loss", lists):
        assert_close(mean, sum(losses) / len(losses))
