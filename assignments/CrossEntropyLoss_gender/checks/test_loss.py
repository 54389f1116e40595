"""Visible checks of Task 1."""

import numpy as np

from grader.checks import assert_close, assert_number, check

ANSWERS = ("test_loss::answers",)
# Adding a little inside the logarithm against ln 0 is fine: a tolerance that allows for 1e-6.
TOLERANCE = 1e-5


@check(
    "loss",
    points=2,
    title="loss answers with one number",
    title_zh="loss 返回一个数",
    hint="The loss is a mean over the people: one number, not one for each person (step 3).",
    hint_zh="损失是对所有人求平均：是一个数，不是每个人一个数（第 3 步）。",
)
def test_answers(student):
    assert_number(student.loss(np.array([0.8, 0.4, 0.3]), np.array([1.0, 1.0, 0.0])))


@check(
    "loss",
    points=5,
    title="for a woman with output 0.8 the loss is -ln 0.8 = 0.2231",
    title_zh="一位女性的输出为 0.8 时，损失是 -ln 0.8 = 0.2231",
    hint="Of -[y ln a + (1 - y) ln(1 - a)] only the first term is left when y is 1 (step 3): mind "
    "the sign, the natural logarithm, and the order (a, y).",
    hint_zh="y 为 1 时，-[y ln a + (1 - y) ln(1 - a)] 只剩下第一项（第 3 步）：注意负号、自然对数"
    "和参数顺序 (a, y)。",
    depends_on=ANSWERS,
)
def test_woman(student):
    want = -np.log(0.8)
    assert_close(student.loss(np.array([0.8]), np.array([1.0])), want, rtol=TOLERANCE, atol=0.0)


@check(
    "loss",
    points=5,
    title="for a man with output 0.3 the loss is -ln 0.7 = 0.3567",
    title_zh="一位男性的输出为 0.3 时，损失是 -ln 0.7 = 0.3567",
    hint="Of -[y ln a + (1 - y) ln(1 - a)] only the second term is left when y is 0 (step 3).",
    hint_zh="y 为 0 时，-[y ln a + (1 - y) ln(1 - a)] 只剩下第二项（第 3 步）。",
    depends_on=ANSWERS,
)
def test_man(student):
    want = -np.log(0.7)
    assert_close(student.loss(np.array([0.3]), np.array([0.0])), want, rtol=TOLERANCE, atol=0.0)


@check(
    "loss",
    points=6,
    title="for these two and one more the loss is their mean, 0.4987",
    title_zh="这两个人再加一个人，损失是三者的平均值 0.4987",
    hint="Add up the losses of all people and divide by how many they are (step 3).",
    hint_zh="把每个人的损失加起来，再除以人数（第 3 步）。",
    depends_on=ANSWERS,
)
def test_mean(student):
    a, y = np.array([0.8, 0.3, 0.4]), np.array([1.0, 0.0, 1.0])
    want = -(np.log(0.8) + np.log(0.7) + np.log(0.4)) / 3
    assert_close(student.loss(a, y), want, rtol=TOLERANCE, atol=0.0)


@check(
    "loss",
    points=2,
    title="loss takes lists as well as arrays",
    title_zh="loss 既接受数组，也接受列表",
    hint="A list can't be subtracted or multiplied: np.asarray makes an array of it.",
    hint_zh="列表不能做减法和乘法：np.asarray 可以把它变成数组。",
    depends_on=ANSWERS,
)
def test_lists(student):
    got = assert_number(student.loss([0.8, 0.3, 0.4], [1.0, 0.0, 1.0]))
    of_arrays = student.loss(np.array([0.8, 0.3, 0.4]), np.array([1.0, 0.0, 1.0]))
    assert_close(got, assert_number(of_arrays))
