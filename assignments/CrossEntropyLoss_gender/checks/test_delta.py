"""Visible checks of Task 2."""

from grader.checks import assert_close, assert_number, check

ANSWERS = ("test_delta::answers",)


@check(
    "delta",
    points=1,
    title="delta answers with one number",
    title_zh="delta 返回一个数",
    hint="There is one output unit and one person: a and y are numbers, and so is the answer.",
    hint_zh="只有一个输出单元、一个人：a 与 y 都是数，返回值也是一个数。",
)
def test_answers(student):
    assert_number(student.delta(0.8, 1.0))


@check(
    "delta",
    points=4,
    title="for a woman with output 0.8, delta is -0.2",
    title_zh="一位女性的输出为 0.8 时，delta 是 -0.2",
    hint="With this loss the sigmoid's derivative cancels: see what is left at the end of step 4.",
    hint_zh="用这个损失函数时，sigmoid 的导数会被约掉：看第 4 步末尾剩下什么。",
    depends_on=ANSWERS,
)
def test_woman(student):
    assert_close(student.delta(0.8, 1.0), -0.2)


@check(
    "delta",
    points=4,
    title="for a man with output 0.3, delta is 0.3",
    title_zh="一位男性的输出为 0.3 时，delta 是 0.3",
    hint="With y = 0, dE/da is 1 / (1 - a). Multiply it by the sigmoid's derivative (step 4).",
    hint_zh="y = 0 时，dE/da 是 1 / (1 - a)。再乘以 sigmoid 的导数（第 4 步）。",
    depends_on=ANSWERS,
)
def test_man(student):
    assert_close(student.delta(0.3, 0.0), 0.3)
