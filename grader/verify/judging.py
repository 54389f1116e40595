"""What a trial has to come to, and what is said if it comes to something else."""

import ast
from collections.abc import Collection

from grader.checks.mistakes import KnownMistake
from grader.proof import Finding
from grader.results import WRONG, CheckResult, Outcome, Report, Text, all_passed, score
from grader.verify.equivalents import Equivalent
from grader.verify.mutants import Mutant, diff
from grader.verify.trials import Trial

FEW = 3  # checks that one sentence names


def lost(report: Report) -> tuple[CheckResult, ...]:
    """List the checks that gave no points."""
    return tuple(c for c in report.checks if c.outcome is not Outcome.PASSED)


def right_answer(trial: Trial, report: Report) -> Finding:
    """A right answer earns full marks."""
    problem = None
    if not all_passed(report):
        first = next((c for c in report.checks if c.outcome in WRONG), lost(report)[0])
        problem = Text(
            "It loses {checks}. {check}: {message}",
            params={
                "checks": _named(lost(report)),
                "check": first.id,
                "message": first.message or Text(""),
            },
        )
    return Finding(trial.name, problem, seconds=_seconds(report))


def ungraded(trial: Trial, report: Report) -> Finding:
    """Whatever a submission does, it has to be graded."""
    problem = Text("It is not graded: {reason}", params={"reason": report.reason or Text("")})
    return Finding(trial.name, problem)


def untouched_template(trial: Trial, report: Report, tasks: Collection[str]) -> Finding:
    """The template earns no point, and every check says which task is not done yet."""
    silent = [c for c in report.checks if not _names_a_task(c, tasks)]
    problem = None
    if score(report) > 0:
        earned = [c for c in report.checks if c.points > 0]
        problem = Text(
            "The untouched template earns {points} points, by {checks}.",
            params={"points": f"{score(report):g}", "checks": _named(earned)},
        )
    elif silent:
        problem = Text(
            "Of the untouched template these checks do not say which task is not done: {checks}.",
            params={"checks": _named(silent)},
        )
    return Finding(trial.name, problem, seconds=_seconds(report))


def tasks_of(template: str) -> frozenset[str]:
    """List what names a task that is not done: the stubs' words, and constants to be chosen.

    Args:
        template: its source.
    """
    tree = ast.parse(template)
    stubs = {
        node.exc.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if node.exc.args and isinstance(node.exc.args[0], ast.Constant)
        if isinstance(node.exc.args[0].value, str)
    }
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return frozenset(stubs | constants)


def _names_a_task(check: CheckResult, tasks: Collection[str]) -> bool:
    said = str(check.message or "")
    return any(task in said for task in tasks)


def known_mistake(trial: Trial, report: Report, mistake: KnownMistake) -> Finding:
    """A known mistake loses exactly the checks that it names, and shows its diagnoses."""
    found = {c.id for c in lost(report)}
    shown = {one for d in report.diagnoses for one in (d.id, *d.alternatives)}
    problem = None
    unknown = mistake.loses - {c.id for c in report.checks}
    if unknown:
        problem = Text(
            "It names checks that there are not: {checks}.", params={"checks": _listed(unknown)}
        )
    elif mistake.loses - found:
        problem = Text(
            "It names checks that it does not lose: {checks}.",
            params={"checks": _listed(mistake.loses - found)},
        )
    elif found - mistake.loses:
        problem = Text(
            "It loses checks that it does not name: {checks}.",
            params={"checks": _listed(found - mistake.loses)},
        )
    elif not shown >= set(mistake.diagnoses):
        problem = Text(
            "It should be diagnosed as {named}, and is as {shown}.",
            params={"named": _listed(set(mistake.diagnoses)), "shown": _listed(shown)},
        )
    return Finding(trial.name, problem, Text(mistake.summary), seconds=_seconds(report))


def mutant_of_the_answer(
    mutant: Mutant, report: Report, declared: Equivalent | None
) -> tuple[str, Finding]:
    """A mutant fails a comparison, or is declared to be no mistake.

    Returns:
        The field of `proof.Mutation` that counts it, and what there is to say.
    """
    outcomes = {c.outcome for c in report.checks}

    def finding(problem: Text | None = None, note: Text | None = None) -> Finding:
        return Finding(mutant.id, problem, note, diff(mutant), _seconds(report))

    if Outcome.FAILED in outcomes:
        by = next(c for c in report.checks if c.outcome is Outcome.FAILED)
        stale = Text(
            "It is declared equivalent in equivalent.toml, and {check} tells it from the answer. "
            "Take it out there.",
            params={"check": by.id},
        )
        return "killed", finding(
            stale if declared else None, Text("Caught by {check}.", params={"check": by.id})
        )
    if Outcome.ERROR in outcomes:
        return "crashed", finding(note=Text("It raises an error, and so proves nothing."))
    if declared is not None:
        return "equivalent", finding(note=Text(declared.reason))
    return "survived", finding(
        Text(
            "No check tells it from the answer. Write one that does, or declare it in "
            "equivalent.toml with a reason."
        )
    )


def _named(checks: Collection[CheckResult]) -> str:
    return _listed([c.id for c in checks])


def _listed(names: Collection[str]) -> str:
    few = sorted(names) if isinstance(names, set | frozenset) else list(names)
    more = f" (+{len(few) - FEW})" if len(few) > FEW else ""
    return (", ".join(few[:FEW]) + more) or "-"


def _seconds(report: Report) -> float:
    return round(sum(c.seconds for c in report.checks), 3)
