"""A made-up class: as many students as wanted, always the same ones, in every situation."""

import datetime as dt
import random
from typing import NamedTuple

from grader.grades import (
    CheckInfo,
    Correction,
    Entry,
    GroupInfo,
    LatePolicy,
    Overview,
    Pair,
    Standing,
    grade_of,
)
from grader.results import Epoch, Text

ZONE = dt.timezone(dt.timedelta(hours=8))
SLIPS = (0, 0, 0, 1, 1, 3)  # further checks that a student may lose
DUE = dt.datetime(2026, 3, 13, 23, 59, tzinfo=ZONE)
POLICY = LatePolicy(due=DUE, percent_per_day=10, grace_minutes=15, most_percent=50, free_days=1)

TITLES = {
    "softmax": ("Task 1a: softmax", "任务 1a：softmax"),
    "loss": ("Task 1b: the cross-entropy loss", "任务 1b：交叉熵损失"),
    "delta": ("Task 1c: the output error", "任务 1c：输出层误差项"),
    "mean_loss": ("Task 1d: the mean loss", "任务 1d：平均损失"),
    "gradient": ("Gradient check", "梯度检验"),
    "training": ("Task 2: the learning rate, and training", "任务 2：学习率与训练"),
}
TABLE = (
    ("softmax/answers", 2, "visible",
     "softmax answers with one activation for each net", "softmax 为每个加权和返回一个激活值"),
    ("softmax/example", 6, "visible",
     "softmax of [1, 2, 3] is [0.0900, 0.2447, 0.6652]",
     "[1, 2, 3] 的 softmax 是 [0.0900, 0.2447, 0.6652]"),
    ("softmax/sums_to_one", 4, "visible",
     "the activations sum to 1", "所有激活值之和为 1"),
    ("softmax/any_number_of_classes", 4, "hidden",
     "softmax works for any number of classes from 2 to 100",
     "softmax 适用于 2 到 100 的任意类别数"),
    ("softmax/shift_invariance", 4, "hidden",
     "adding a constant to every net changes nothing", "给所有加权和加上同一个常数，结果不变"),
    ("softmax/input_not_modified", 4, "hidden",
     "softmax leaves its argument as it is", "softmax 不改动它的参数"),
    ("softmax/large_nets", 4, "hidden",
     "softmax survives very large nets", "加权和非常大时，softmax 仍能给出结果"),
    ("loss/example", 6, "visible",
     "with 0.7 on the true class the loss is -ln 0.7 = 0.3567",
     "真实类别的激活值为 0.7 时，损失是 -ln 0.7 = 0.3567"),
    ("loss/values", 5, "hidden",
     "loss is right for random activations and labels", "对随机的激活值与标签，损失正确"),
    ("loss/natural_logarithm", 2, "hidden",
     "the logarithm is the natural one", "用的是自然对数"),
    ("loss/exact_zeros", 3, "hidden",
     "activations that are exactly 0 do no harm", "激活值恰好为 0 时也没有问题"),
    ("delta/example", 5, "visible",
     "for a = [0.1, 0.7, 0.2] and true class 1, delta is [0.1, -0.3, 0.2]",
     "a = [0.1, 0.7, 0.2]、真实类别为 1 时，delta 是 [0.1, -0.3, 0.2]"),
    ("delta/values", 5, "hidden",
     "delta is right for random activations and labels", "对随机的激活值与标签，误差项正确"),
    ("delta/sign", 2, "hidden",
     "delta is negative for the true class and positive for the others",
     "误差项对真实类别为负，对其他类别为正"),
    ("mean_loss/example", 5, "visible",
     "the mean of the losses 0.2, 0.4 and 0.9 is 0.5", "损失 0.2、0.4、0.9 的平均值是 0.5"),
    ("gradient/delta", 7, "visible",
     "delta is the derivative of your loss with respect to the nets",
     "delta 是你的损失函数对加权和的导数"),
    ("gradient/every_weight", 8, "visible",
     "with it, every weight of both layers has the right gradient",
     "由它得到的两层中每个权重的梯度都正确"),
    ("training/rate", 4, "visible",
     "OUTPUT_LEARNING_RATE is a positive number, smaller than at first",
     "OUTPUT_LEARNING_RATE 是正数，并且比原来小"),
    ("training/converges", 14, "visible",
     "four epochs reach 94 % on the training digits", "四轮训练后，训练集准确率达到 94 %"),
    ("training/heldout", 6, "hidden",
     "the trained network reads 89 % of digits that it has never seen",
     "训练后的网络能正确识别 89 % 从未见过的数字"),
)  # fmt: skip
CHECKS = tuple(
    CheckInfo(name.replace("/", "::"), name.split("/")[0], Text(en, zh), seen, float(points))
    for name, points, seen, en, zh in TABLE
)
GROUPS = tuple(
    GroupInfo(name, Text(*titles), sum(c.max_points for c in CHECKS if c.group == name))
    for name, titles in TITLES.items()
)

# How a name is put together, family names, given names.
PEOPLE = (
    ("{0}{1}", "李 王 张 刘 陈 杨 黄 赵", "雷 芳 伟 子涵 欣怡 浩然 静 美玲 俊杰 思远"),
    ("{1} {0}", "Okafor Müller García O’Brien Nguyễn Sørensen de\xa0Vries Smith",
     "Ada Jürgen Lucía Aoife Linh Bram Chidi Zoë Li\xa0Na Maximilian-Alexander"),
    ("{0}{1}", "김 이 박 최", "민준 서연 지후 하은"),
    ("{1} {0}", "Иванова Петрова Коваленко", "Анна Мария Ольга"),
    ("{1} {0}", "الحسن منصور", "ليلى دانة عمر"),
)  # fmt: skip


class Way(NamedTuple):
    """A way to do the assignment.

    Args:
        often: its weight.
        lost: prefixes of the checks that fail, separated by blanks.
        skipped: prefixes of those that are not run then.
        diagnosis: that is named, or "".
        error: whether the checks raise instead.
        curve: training accuracy after each epoch.
    """

    often: int
    lost: str = ""
    skipped: str = ""
    diagnosis: str = ""
    error: bool = False
    curve: tuple[float, ...] = (0.857, 0.921, 0.941, 0.956)


TRAINED = "training::converges training::heldout"
WAYS = (
    Way(13),
    Way(7, "softmax::large_nets", "", "softmax-overflow"),
    Way(6, f"delta::example delta::values delta::sign gradient {TRAINED}", "",
        "delta-opposite-sign", curve=(0.021, 0.009, 0.004)),
    Way(5, f"delta::example delta::values gradient {TRAINED}", "", "delta-factor-two-over-n",
        curve=(0.331, 0.474, 0.552, 0.603)),
    Way(4, "loss::example loss::values loss::natural_logarithm gradient", "", "loss-base-ten"),
    Way(4, f"training::rate {TRAINED}", "", "", curve=(0.551, 0.502, 0.534, 0.519)),
    Way(4, "softmax::input_not_modified", "", ""),
    Way(3, "loss::exact_zeros", "", "", error=True),
    Way(3, "mean_loss", "", ""),
    Way(3, "training::converges", "", "rate-too-small", curve=(0.744, 0.841, 0.872, 0.891)),
    Way(3, "softmax loss delta mean_loss", "gradient training", "", error=True, curve=()),
    Way(2, "softmax::sums_to_one softmax::example softmax::values softmax::any delta gradient "
        f"{TRAINED}", "",
        "softmax-not-normalised", curve=(0.112, 0.098)),
)  # fmt: skip

CAUSES = (
    Text("{file}, line {line}: this is not Python: '(' was never closed.",
         "{file} 第 {line} 行：不是 Python 代码：'(' 没有闭合。"),
    Text("{file} is empty.", "{file} 是空文件。"),
)  # fmt: skip
REASON = Text(
    "A check file of this assignment is broken: {file}",
    "本作业的检查文件有错误：{file}",
    {"file": "checks/test_loss.py"},
)


def overview(students: int = 60, seed: int = 7) -> Overview:
    """A class of that size: the same seed, the same class."""
    chance = random.Random(seed)
    standings = tuple(
        sorted((_standing(n, chance) for n in range(students)), key=lambda s: s.entry.student)
    )
    ids = [s.entry.student for s in standings]
    pairs = tuple(
        Pair(*sorted(chance.sample(ids, 2)), shared=shared, share=shared / 61)
        for shared in range(60, 60 - min(students // 12, 40), -1)
    )
    return Overview(
        assignment="NewCross_softmax",
        title=Text("Cross-entropy loss and softmax", "交叉熵损失与 softmax"),
        seed=seed,
        groups=GROUPS,
        checks=CHECKS,
        standings=standings,
        pairs=pairs,
        threshold=0.94,
    )


def _standing(number: int, chance: random.Random) -> Standing:
    form, families, given = chance.choice(PEOPLE)
    name = form.format(chance.choice(families.split(" ")), chance.choice(given.split(" ")))
    plain = f"{name.lower().replace(' ', '-')}-{number:04}"
    entry = Entry(
        student=plain if number % 3 == 0 else f"2026{number:04}",
        name=name,
        source="moodle",
        ref=str(8800 + number),
        file="NewCross_softmax.py",
        submitted=None if number % 23 == 5 else DUE + dt.timedelta(hours=chance.gauss(-30, 34)),
        late=number % 23 == 5,
        others=("draft.py", "NewCross_softmax (1).py")[: max(0, chance.randint(-6, 2))],
    )
    if number % 29 == 17:
        return _not_graded(entry)
    if number % 19 == 11:
        return _not_run(entry, number)
    way = chance.choices(WAYS, [way.often for way in WAYS])[0]
    return _graded(entry, way, chance, corrected=number % 13 == 7)


def _corrections(student: str, group: GroupInfo) -> tuple[Correction, ...]:
    return (
        Correction(
            student=student,
            group=group.name,
            points=group.points,
            comment="The handout's formula was misleading here: I give the points back.",
            by="Dr. Wang",
            at=DUE + dt.timedelta(days=4, hours=-9),
        ),
    )


def _outcome(check: CheckInfo, way: Way) -> str:
    if check.id.startswith(tuple(way.skipped.split())):
        return "skipped"
    if check.id.startswith(tuple(way.lost.split())):
        return "error" if way.error else "failed"
    return "passed"


def _graded(entry: Entry, way: Way, chance: random.Random, *, corrected: bool) -> Standing:
    outcomes = {check.id: _outcome(check, way) for check in CHECKS}
    outcomes |= {check.id: "failed" for check in chance.sample(CHECKS, chance.choice(SLIPS))}
    points = {
        group.name: sum(
            c.max_points for c in CHECKS if c.group == group.name and outcomes[c.id] == "passed"
        )
        for group in GROUPS
    }
    spoiled = [group for group in GROUPS if points[group.name] < group.points]
    corrections = _corrections(entry.student, spoiled[0]) if corrected and spoiled else ()
    epochs = tuple(
        Epoch(n, 1 - share, min(1.0, max(0.0, share + chance.gauss(0, 0.006))), None)
        for n, share in enumerate(way.curve, 1)
    )
    return Standing(
        entry=entry,
        status="graded",
        grade=grade_of(entry, points, GROUPS, corrections, POLICY),
        points=points,
        outcomes=outcomes,
        diagnoses=(way.diagnosis,) if way.diagnosis else (),
        seconds=round(chance.lognormvariate(0.9, 0.35), 3),
        epochs=epochs,
        converged=outcomes["training::converges"] == "passed" if epochs else None,
    )


def _not_run(entry: Entry, number: int) -> Standing:
    cause = CAUSES[number % 3 == 0]
    params = {"file": entry.file, "line": number % 40 + 2}
    points = dict.fromkeys(TITLES, 0.0)
    return Standing(
        entry=entry,
        status="graded",
        grade=grade_of(entry, points, GROUPS, (), POLICY),
        cause=Text(cause.en, cause.zh, params),
        points=points,
        outcomes=dict.fromkeys((check.id for check in CHECKS), "error"),
        seconds=0.041,
    )


def _not_graded(entry: Entry) -> Standing:
    return Standing(
        entry=entry,
        status="not_graded",
        grade=grade_of(entry, None, GROUPS, (), POLICY),
        reason=REASON,
        seconds=0.3,
    )
