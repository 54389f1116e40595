"""Visible checks of Task 1b."""

import numpy as np

from grader.checks import assert_close, assert_number, check, each

ANSWERS = ("test_loss::answers",)
# Adding a little inside the logarithm against ln 0 is fine: a tolerance that allows for 1e-6.
TOLERANCE = 1e-5


@check(
    "loss",
    points=1,
    title="loss answers with one number",
    title_zh="loss 返回一个数",
    hint="The loss of a sample is a sum over its classes: one number, not one "
    "for each class (step 4).",
    hint_zh="一个样本的损失是对各类别求和：是一个数，不是每个类别一个数（第 4 步）。",
)
def test_answers(student):
    assert_number(student.loss(np.full(10, 0.1), np.eye(10)[3]))


@check(
    "loss",
    points=4,
    title="with 0.7 on the true class the loss is -ln 0.7 = 0.3567",
    title_zh="真实类别的激活值为 0.7 时，损失是 -ln 0.7 = 0.3567",
    hint="E = -sum_j y_j ln a_j (step 4): mind the sign, the natural logarithm, "
    "and the order (a, y).",
    hint_zh="E = -Σ_j y_j ln a_j（第 4 步）：注意负号、自然对数和参数顺序 (a, y)。",
    depends_on=ANSWERS,
)
def test_example(student):
    a, y = np.array([0.1, 0.7, 0.2]), np.array([0.0, 1.0, 0.0])
    assert_close(student.loss(a, y), -np.log(0.7), rtol=TOLERANCE, atol=TOLERANCE)


@check(
    "loss",
    points=2,
    title="the loss depends on which class is true",
    title_zh="损失取决于哪个类别为真",
    hint="y picks the true class: all terms with y_j = 0 drop out of the sum (step 5).",
    hint_zh="y 选出真实类别：y_j = 0 的项都从和式中消失（第 5 步）。",
    depends_on=ANSWERS,
)
def test_true_class(student):
    shares = np.array([0.1, 0.2, 0.3, 0.4])
    for (a, y), answer in each(student, "loss", [(shares, label) for label in np.eye(4)]):
        assert_close(answer, -np.log(a[y.argmax()]), rtol=TOLERANCE, atol=TOLERANCE)
