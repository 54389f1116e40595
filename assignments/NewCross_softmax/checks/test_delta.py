"""Visible checks of Task 1c."""

import numpy as np

from grader.checks import assert_close, check, numbers


@check(
    "delta",
    points=1,
    title="delta answers with one error for each output unit",
    title_zh="delta 为每个输出单元返回一个误差",
    hint="a and y have shape (n,), and so has the answer: not only the true class has an error.",
    hint_zh="a 与 y 的形状是 (n,)，返回值也是：不只有真实类别才有误差。",
)
def test_answers(student):
    numbers(student.delta(np.full(10, 0.1), np.eye(10)[3]), (10,))


@check(
    "delta",
    points=5,
    title="for a = [0.1, 0.7, 0.2] and true class 1, delta is [0.1, -0.3, 0.2]",
    title_zh="a = [0.1, 0.7, 0.2]、真实类别为 1 时，delta 是 [0.1, -0.3, 0.2]",
    hint="With this loss the activation's derivative cancels: see what is left "
    "at the end of step 5.",
    hint_zh="用这个损失函数时，激活函数的导数会被约掉：看第 5 步末尾剩下什么。",
    depends_on=("test_delta::answers",),
)
def test_example(student):
    a, y = np.array([0.1, 0.7, 0.2]), np.array([0.0, 1.0, 0.0])
    assert_close(student.delta(a, y), a - y)
