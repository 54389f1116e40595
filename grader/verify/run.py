"""The way of a proof: trials -> graded by workers -> judged -> a `Proof`."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from typing import NamedTuple

import msgspec

from grader.checks.mistakes import KnownMistake, known_mistakes
from grader.course import Assignment
from grader.errors import CourseError, NotGraded
from grader.grading import versions
from grader.proof import Catch, Finding, Kind, Mutation, Proof, Room, Section
from grader.release.kit import files_of
from grader.release.leaks import leaks_in_kit, secrets_of
from grader.release.template import answer_path, read_answer, template_of
from grader.results import WRONG, MarginKind, Outcome, Report, Text, unpack_report
from grader.sandbox.words import said
from grader.verify import judging, trials
from grader.verify.equivalents import Equivalent, declared, read_equivalents, stale
from grader.verify.mutants import Mutant, mutants
from grader.verify.trials import Trial, Tried
from grader.verify.upkeep import upkeep
from grader.workers.local import LocalWorkers
from grader.workers.steps import Step, Watch

# What may become of a mutant, in the order in which they are told.
FATES = ("survived", "equivalent", "crashed", "killed")


class Result(NamedTuple):
    """A trial, its report, and what leaked."""

    trial: Trial
    report: Report
    leaks: tuple[str, ...]


class Material(NamedTuple):
    """What an assignment is proved with, beside itself."""

    answer: str
    known: tuple[KnownMistake, ...]
    mutated: tuple[Mutant, ...]
    equivalents: tuple[Equivalent, ...]


def gather(assignment: Assignment) -> Material:
    """Read what the course team keeps of an assignment.

    Raises:
        CourseError: there is no such folder, or a file in it is broken.
    """
    solutions = assignment.solutions
    if solutions is None:
        raise CourseError(
            "There is no folder solutions/{name}: nothing can be proved without the answer.",
            name=assignment.name,
        )
    answer = read_answer(assignment)
    equivalents = read_equivalents(solutions / "equivalent.toml")
    return Material(answer, known_mistakes(solutions), mutants(answer), equivalents)


def verify(
    assignment: Assignment, material: Material, seeds: int, workers: LocalWorkers, watch: Watch
) -> Proof:
    """Prove an assignment, or find out what is in the way.

    Args:
        assignment: with its solutions.
        material: as `gather` gives it.
        seeds: with how many the reference answer is tried, at least 1.
        workers: for `worker.role_of` this assignment.
        watch: told how far it is.

    Raises:
        NotGraded: a file of the course is so broken that nothing can be found out.
    """
    begin = time.monotonic()
    planned = plan(assignment, material, seeds)
    # What needs no worker is done while they work.
    futures = {workers.submit(msgspec.msgpack.encode(trial)): trial for trial in planned}
    found_in_files = upkeep(assignment, material.known)
    found_in_kit = tuple(_kit(assignment))
    done = {}
    for number, future in enumerate(as_completed(futures), 1):
        tried = msgspec.msgpack.decode(future.result(), type=Tried)
        trial = futures[future]
        done[trial] = Result(trial, _graded(trial, unpack_report(tried.report)), tried.leaks)
        watch(Step(number, len(planned), worked=True))
    results = [done[trial] for trial in planned]
    rooms = _rooms(assignment, results)
    mutation, judged = _mutants(results, material)
    sections = (
        _section(
            "answer",
            Text("The reference answer earns full marks, from every seed"),
            _right(results, "answer"),
        ),
        _section(
            "template",
            Text("The untouched template earns nothing, and says what is to be done"),
            _templates(assignment, results, material.answer),
        ),
        _section(
            "mistakes",
            Text("Every known mistake loses what it names, and shows its diagnosis"),
            _mistakes(results, material.known),
        ),
        _mutation_section(mutation, judged),
        _section(
            "styles",
            Text("Right answers in other styles earn full marks"),
            _right(results, "styles"),
        ),
        _section(
            "margins",
            Text("Right answers stay clear of every bar and tolerance"),
            tuple(_margins(assignment, rooms)),
        ),
        _section("leaks", Text("Nothing hidden leaks"), (*found_in_kit, *_feedback(results))),
        _section("upkeep", Text("Files are in step, and words in both languages"), found_in_files),
    )
    return Proof(
        assignment=assignment.name,
        title=Text(assignment.settings.title, assignment.settings.title_zh),
        seeds=seeds,
        sections=sections,
        rooms=rooms,
        mutation=mutation,
        catches=_catches(results),
        versions=versions(),
        seconds=round(time.monotonic() - begin, 1),
    )


def _graded(trial: Trial, report: Report) -> Report:
    """Make sure that a trial was graded: what keeps one from it is no finding among others."""
    if report.status == "not_graded":
        raise CourseError(
            "{name} could not be graded: {reason}",
            name=trial.name,
            reason=report.reason or Text(""),
        )
    return report


def unprovable(assignment: Assignment, why: NotGraded) -> Proof:
    """Make the record of an assignment that is so broken that nothing can be tried."""
    finding = Finding(assignment.name, said(why))
    return Proof(
        assignment=assignment.name,
        title=Text(assignment.settings.title, assignment.settings.title_zh),
        seeds=0,
        sections=(_section("answer", Text("It can be graded at all"), (finding,)),),
        rooms=(),
        mutation=None,
        catches=(),
        versions=versions(),
        seconds=0.0,
    )


def plan(assignment: Assignment, material: Material, seeds: int) -> list[Trial]:
    """List all trials, those that take long first: so no worker is left alone with one."""
    assert assignment.solutions is not None, "gathered"
    return [
        *trials.answers(assignment, material.answer, seeds),
        *trials.styles(assignment.solutions),
        *trials.mistakes(material.known),
        *trials.templates(assignment),
        *trials.changed(assignment, material.mutated),
    ]


def _section(kind: Kind, title: Text, findings: Sequence[Finding]) -> Section:
    if not findings:
        nothing = Text("There is none to try. See README, Write your own assignment.")
        findings = (Finding(kind, nothing),)
    fine = sum(f.problem is None for f in findings)
    summary = Text("{fine} of {all}", params={"fine": fine, "all": len(findings)})
    return Section(kind, title, tuple(findings), summary)


def _of(results: Sequence[Result], kind: Kind) -> Iterator[Result]:
    return (result for result in results if result.trial.kind == kind)


def _right(results: Sequence[Result], kind: Kind) -> list[Finding]:
    return [judging.right_answer(r.trial, r.report) for r in _of(results, kind)]


def _templates(assignment: Assignment, results: Sequence[Result], answer: str) -> list[Finding]:
    template = template_of(answer, str(answer_path(assignment)))
    tasks = judging.tasks_of(template)
    return [judging.untouched_template(r.trial, r.report, tasks) for r in _of(results, "template")]


def _mistakes(results: Sequence[Result], known: Sequence[KnownMistake]) -> list[Finding]:
    by_name = {mistake.path.name: mistake for mistake in known}
    return [
        judging.known_mistake(r.trial, r.report, by_name[r.trial.name])
        for r in _of(results, "mistakes")
    ]


def _mutants(
    results: Sequence[Result], material: Material
) -> tuple[Mutation | None, list[Finding]]:
    by_id = {mutant.id: mutant for mutant in material.mutated}
    found: dict[str, list[Finding]] = {name: [] for name in FATES}
    for result in _of(results, "mutants"):
        mutant = by_id[result.trial.name]
        what, finding = judging.mutant_of_the_answer(
            mutant, result.report, declared(mutant, material.equivalents)
        )
        found[what].append(finding)
    gone = Text("equivalent.toml declares a mutant that is not made any more. Take it out there.")
    outdated = [
        Finding(left.function, gone, diff=f"-{left.was}\n+{left.becomes}\n")
        for left in stale(material.mutated, material.equivalents)
    ]
    mutation = Mutation(**{name: len(findings) for name, findings in found.items()})
    made = bool(material.mutated)
    return mutation if made else None, [*outdated, *itertools.chain(*found.values())]


def _mutation_section(mutation: Mutation | None, findings: Sequence[Finding]) -> Section:
    title = Text("The checks tell the answer from its mutants")
    section = _section("mutants", title, findings)
    if mutation is None:
        return section
    told = mutation.killed + mutation.survived
    summary = Text("{killed} of {told} killed", params={"killed": mutation.killed, "told": told})
    return msgspec.structs.replace(section, summary=summary)


def _rooms(assignment: Assignment, results: Sequence[Result]) -> tuple[Room, ...]:
    """Find the smallest margin of each bar and tolerance over all seeds."""
    asked = assignment.settings.margins
    smallest: dict[tuple[str, MarginKind], Room] = {}
    for result in _of(results, "answer"):
        for margin in result.report.margins:
            key = margin.check, margin.kind
            before = smallest.get(key)
            if before is None or margin.left < before.left:
                bar = asked.bars.get(margin.check, 0.0)
                needed = asked.tolerance if margin.kind == "tolerance" else bar
                smallest[key] = Room(*key, margin.left, result.trial.seed, needed)
    return tuple(smallest.values())


def _margins(assignment: Assignment, rooms: Sequence[Room]) -> Iterator[Finding]:
    for room in rooms:
        problem = Text(
            "From seed {seed} its margin is {left}, and assignment.toml asks for {asked}.",
            params={"seed": room.seed, "left": f"{room.left:.4g}", "asked": f"{room.asked:g}"},
        )
        note = Text(
            "Smallest margin {left}, from seed {seed}; asked for is {asked}.", params=problem.params
        )
        enough = room.left >= room.asked
        name = f"{room.check}, {room.kind}"
        yield Finding(name, None if enough else problem, note if enough else None)
    with_bars = {room.check for room in rooms if room.kind == "bar"}
    for check in sorted(assignment.settings.margins.bars.keys() - with_bars):
        yield Finding(
            check,
            Text("assignment.toml asks for a margin at `margins.bars`, and it has no bar."),
        )


def _kit(assignment: Assignment) -> Iterator[Finding]:
    """Look into the kit that `grader release` would make."""
    found = leaks_in_kit(files_of(assignment), secrets_of(assignment))
    for leak in found:
        yield Finding(
            leak.where,
            Text(
                "The student kit holds what stands in {file}, line {line}.",
                params={"file": leak.file, "line": leak.line},
            ),
        )
    if not found:
        yield Finding("student kit")


def _feedback(results: Sequence[Result]) -> Iterator[Finding]:
    for result in results:
        if result.trial.shown:
            problem = Text("Its feedback shows what is hidden: {what}.",
                           params={"what": "; ".join(result.leaks)})  # fmt: skip
            yield Finding(f"feedback, {result.trial.name}", problem if result.leaks else None)


def _catches(results: Sequence[Result]) -> tuple[Catch, ...]:
    """Count for each check what it caught."""
    mistakes = Counter(
        c.id for r in _of(results, "mistakes") for c in r.report.checks if c.outcome in WRONG
    )
    # A mutant's grading ends with the first check that fails.
    mutated = Counter(
        c.id
        for r in _of(results, "mutants")
        for c in r.report.checks
        if c.outcome is Outcome.FAILED
    )
    checks = next(_of(results, "answer")).report.checks
    return tuple(
        Catch(c.id, c.title, c.visibility, c.max_points, mistakes[c.id], mutated[c.id])
        for c in checks
    )
