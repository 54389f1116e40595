"""Sample proofs, one for every situation that has to be shown well."""

import math

from msgspec.structs import replace

from grader.proof import Catch, Finding, Kind, Mutation, Proof, Room, Section
from grader.results import Text
from tests.reports import HOSTILE, LONG

DIFF = "-    return a - y\n+    return y - a"
TITLES: dict[Kind, Text] = {
    "answer": Text("The reference answer earns full marks", "参考答案得满分"),
    "template": Text(
        "The template earns nothing, and says what to do", "模板不得分，并说明要做什么"
    ),
    "mistakes": Text("Every known mistake is caught and named", "每个已知错误都被发现并指明"),
    "mutants": Text("Every mutant of the answer is caught", "参考答案的每个变异体都被发现"),
    "styles": Text("Right answers in other styles earn full marks", "其他写法的正确答案得满分"),
    "margins": Text("No right answer comes close to failing", "正确答案不会险些不通过"),
    "leaks": Text("Nothing secret reaches students", "学生看不到任何机密"),
    "upkeep": Text("Files, points and words are in step", "文件、分值与文字保持一致"),
}


def section(kind: Kind, *findings: Finding) -> Section:
    """What was tried to prove something."""
    good = sum(finding.problem is None for finding in findings)
    counts = {"good": good, "all": len(findings)}
    return Section(kind, TITLES[kind], findings, Text("{good} of {all}", "{good} / {all}", counts))


def trials(stem: str, count: int) -> tuple[Finding, ...]:
    """So many trials that went as they have to."""
    return tuple(Finding(f"{stem} {number}", seconds=0.25) for number in range(count))


def mutant(name: str, problem: str | None = None, note: str | None = None) -> Finding:
    """A mutant of the answer."""
    said = (Text(words) if words else None for words in (problem, note))
    return Finding(name, *said, DIFF, 0.1)


def proof(*sections: Section, **more: object) -> Proof:
    """A proof of these sections, with what was measured."""
    known = {
        "assignment": "NewCross_softmax",
        "title": Text("Cross-entropy loss and softmax", "交叉熵损失与 softmax"),
        "seeds": 30,
        "sections": sections,
        "rooms": ROOMS,
        "mutation": Mutation(killed=85, crashed=3, equivalent=2, survived=0),
        "catches": CATCHES,
        "versions": {"grader": "0.1", "python": "3.11.7", "numpy": "2.1.0"},
        "seconds": 62.13,
    }
    return Proof(**known | more)


ROOMS = (
    Room("test_softmax::sums_to_one", "tolerance", 0.99998, 0, 0.5),
    Room("test_hidden_softmax::moderately_large_nets", "tolerance", 0.9731, 12, 0.5),
    Room("test_training::converges", "bar", 0.0061, 17, 0.004),
    Room("test_hidden_training::heldout", "bar", 0.0085, 21, 0.003),
    Room("test_gradient::every_weight", "tolerance", 0.71, 4, 0.5),
    Room("test_hidden_loss::extreme", "bar", 0.25, 1, 0.0),
)
CATCHES = (
    Catch("test_softmax::sums_to_one", Text("the activations sum to 1", "激活值之和为 1"),
          "visible", 4.0, 9, 21),
    Catch("test_hidden_softmax::moderately_large_nets", Text("large nets", "很大的 net"),
          "hidden", 3.0, 4, 0),
    Catch("test_gradient::every_weight", Text("every weight's gradient", "每个权重的梯度"),
          "visible", 15.0, 12, 3),
    Catch("test_training::converges", Text("the training converges", "训练收敛"),
          "visible", 8.5, 2, 0),
)  # fmt: skip

EQUIVALENT = mutant("softmax:3:np.max->np.mean", note="Any shift gives the same activations.")
PROVED = proof(
    section("answer", *trials("NewCross_softmax_answer.py, seed", 31)),
    section("template", *trials("NewCross_softmax.py", 2)),
    section(
        "mistakes",
        *(
            replace(finding, note=Text("Normalises by the L2 norm."))
            for finding in trials("softmax_l2_norm.py", 48)
        ),
    ),
    section(
        "mutants",
        EQUIVALENT,
        *(mutant(f"delta:{n}:-->+", note="Caught by test_delta::sign.") for n in range(88)),
    ),
    section("styles", *trials("einsum.py", 21)),
    section("margins", *trials("test_softmax::sums_to_one", 6)),
    section("leaks", *trials("student kit", 71)),
    section("upkeep", *trials("assignment.toml, group", 12)),
)
FAILED = proof(
    *PROVED.sections[:2],
    section(
        "mistakes",
        Finding(
            "softmax_exp_only.py",
            Text(
                "It should lose {more} as well, and not {less}.",
                params={"more": "test_softmax::sums_to_one", "less": "–"},
            ),
            Text("Forgets to divide by the sum."),
            seconds=0.31,
        ),
        *PROVED.sections[2].findings,
    ),
    section(
        "mutants",
        mutant("delta:12:a - y->y - a", "No check tells it from the answer. Write one that does."),
        mutant("loss:7:np.log->np.log1p", "No check tells it from the answer. Write one."),
        *PROVED.sections[3].findings,
    ),
    *PROVED.sections[4:5],
    section("margins", Finding("test_training::converges", Text("Cleared by 0.001, 0.004 asked."))),
    *PROVED.sections[6:],
    rooms=(*ROOMS[:2], replace(ROOMS[2], left=0.001), *ROOMS[3:]),
    mutation=Mutation(killed=85, crashed=3, equivalent=1, survived=2),
    catches=(
        *CATCHES,
        Catch("test_loss::type", Text("the loss is a number", "损失是一个数"), "hidden", 1.0, 0, 0),
    ),
)
FOREIGN = Text("{foreign}", "{foreign}", {"foreign": HOSTILE + LONG})
HOSTILE_PROOF = proof(
    Section(
        "mutants",
        FOREIGN,
        (
            Finding(HOSTILE + "\udcff", FOREIGN, FOREIGN, f"-{HOSTILE}\n+{LONG}\n \x1b[31m"),
            Finding(HOSTILE, None, FOREIGN, HOSTILE),
        ),
        FOREIGN,
    ),
    title=FOREIGN,
    assignment=HOSTILE,
    rooms=(
        Room(HOSTILE, "tolerance", math.nan, 0, 0.5),
        Room(HOSTILE, "tolerance", -1e300, 0, 0.5),
        Room(HOSTILE, "bar", -math.inf, 0, 0.0),
        Room(LONG, "bar", math.inf, 0, 0.0),
    ),
    catches=(Catch(HOSTILE, FOREIGN, HOSTILE, 0.5, 0, 0),),
    versions={HOSTILE: HOSTILE},
)
NOTHING = proof(rooms=(), mutation=None, catches=(), versions={})
PROOFS = {"proved": PROVED, "failed": FAILED, "hostile": HOSTILE_PROOF, "nothing": NOTHING}
