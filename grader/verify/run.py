"""The way of a proof: trials -> graded by workers -> judged -> a `Proof`."""

import itertools
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from typing import NamedTuple

import msgspec

from grader.checks.mistakes import KnownMistake, known_mistakes
from grader.course import Assignment
from grader.errors import CourseError, NotGraded
from grader.proof import Catch, Finding, Kind, Mutation, Proof, Room, Section
from grader.release.kit import files_of
from grader.release.leaks import leaks_in_kit, secrets_of
from grader.release.template import answer_path, read_answer, template_of
from grader.report.proof.reading import enough
from grader.results import WRONG, MarginKind, Outcome, Report, Text, unpack_report
from grader.sandbox.words import said
from grader.verify import judging, trials
from grader.verify.equivalents import Equivalent, declared, read_equivalents, stale
from grader.verify.kit import graded_in_kit
from grader.verify.mutants import Mutant, mutants
from grader.verify.trials import Trial, Tried
from grader.verify.upkeep import upkeep
from grader.versions import versions
from grader.workers.local import LocalWorkers
from grader.workers.steps import Step, Watch

# What may become of a mutant, in the order in which they are told.
FATES = ("survived", "equivalent", "crashed", "killed")

UNTRIED = Finding("answer", Text("Nothing can be said of this until the answer earns full marks."))


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
    files = files_of(assignment)
    found_in_kit = tuple(_kit(assignment, files))
    in_kit = Trial("answer", "student kit", "", b"")
    kit = Result(in_kit, graded_in_kit(files, assignment.name, material.answer), ())
    done = {}
    for number, future in enumerate(as_completed(futures), 1):
        tried = msgspec.msgpack.decode(future.result(), type=Tried)
        trial = futures[future]
        done[trial] = Result(trial, unpack_report(tried.report), tried.leaks)
        watch(Step(number, len(planned), worked=True))
    results = [done[trial] for trial in planned]
    _require_graded(results[0])
    right = _right((*results, kit), "answer")
    # Whom the answer itself fails, every mutant fails, too: nothing is told by that.
    sound = not any(finding.problem for finding in right)
    rooms = _rooms(assignment, results) if sound else ()
    mutation, judged = _mutants(results, material) if sound else (None, [UNTRIED])
    sections = (
        _section(
            "answer",
            Text("The reference answer earns full marks, from every seed"),
            right,
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
            "odd",
            Text("Whatever a submission returns, it is graded"),
            _judged(results, "odd", lambda trial, _report: Finding(trial.name)),
        ),
        _section(
            "margins",
            Text("The reference answer stays clear of every bar and tolerance"),
            tuple(_margins(assignment, rooms)) if sound else (UNTRIED,),
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


def _require_graded(first: Result) -> None:
    """Make sure that the answer was graded: what keeps it from that keeps everyone.

    Raises:
        CourseError: it was not.
    """
    if first.report.status == "not_graded":
        raise CourseError(
            "{name} could not be graded: {reason}",
            name=first.trial.name,
            reason=first.report.reason or Text(""),
        )


def unprovable(name: str, why: NotGraded) -> Proof:
    """Make the record of an assignment that is so broken that nothing can be tried."""
    finding = Finding(name, said(why))
    return Proof(
        assignment=name,
        title=Text(name),
        seeds=0,
        sections=(_section("answer", Text("The assignment can be graded"), (finding,)),),
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
        *trials.oddities(assignment, material.answer),
    ]


def _section(kind: Kind, title: Text, findings: Sequence[Finding]) -> Section:
    if not findings:
        nothing = Text("There is none to try. Put one into the course's solutions folder.")
        findings = (Finding(kind, nothing),)
    fine = sum(f.problem is None for f in findings)
    summary = Text("{fine} of {all}", params={"fine": fine, "all": len(findings)})
    return Section(kind, title, tuple(findings), summary)


def _of(results: Sequence[Result], kind: Kind) -> Iterator[Result]:
    return (result for result in results if result.trial.kind == kind)


def _judged(
    results: Sequence[Result], kind: Kind, judge: Callable[[Trial, Report], Finding]
) -> list[Finding]:
    """Judge the trials of a kind; of those that were not graded, tell why."""
    return [
        judging.ungraded(r.trial, r.report)
        if r.report.status == "not_graded"
        else judge(r.trial, r.report)
        for r in _of(results, kind)
    ]


def _right(results: Sequence[Result], kind: Kind) -> list[Finding]:
    """Judge right answers; of those that went wrong in the same way, tell one."""
    found = _judged(results, kind, judging.right_answer)
    alike: dict[str, list[Finding]] = {}
    for finding in found:
        alike.setdefault(str(finding.problem or finding.name), []).append(finding)
    return [_first_of(findings) for findings in alike.values()]


def _first_of(findings: Sequence[Finding]) -> Finding:
    more = len(findings) - 1
    if not more:
        return findings[0]
    also = Text("The same goes for {count} more.", params={"count": more})
    return msgspec.structs.replace(findings[0], note=also)


def _templates(assignment: Assignment, results: Sequence[Result], answer: str) -> list[Finding]:
    template = template_of(answer, str(answer_path(assignment)))
    tasks = judging.tasks_of(template)
    return _judged(
        results, "template", lambda trial, report: judging.untouched_template(trial, report, tasks)
    )


def _mistakes(results: Sequence[Result], known: Sequence[KnownMistake]) -> list[Finding]:
    by_name = {mistake.path.name: mistake for mistake in known}
    return _judged(
        results,
        "mistakes",
        lambda trial, report: judging.known_mistake(trial, report, by_name[trial.name]),
    )


def _mutants(
    results: Sequence[Result], material: Material
) -> tuple[Mutation | None, list[Finding]]:
    by_id = {mutant.id: mutant for mutant in material.mutated}
    found: dict[str, list[Finding]] = {name: [] for name in FATES}
    broken = []
    for result in _of(results, "mutants"):
        if result.report.status == "not_graded":
            broken.append(judging.ungraded(result.trial, result.report))
            continue
        mutant = by_id[result.trial.name]
        what, finding = judging.mutant_of_the_answer(
            mutant, result.report, declared(mutant, material.equivalents)
        )
        found[what].append(finding)
    gone = Text("equivalent.toml declares a mutant that is not made. Mend it or take it out there.")
    outdated = [
        Finding(left.function, gone, diff=f"-{left.was}\n+{left.becomes}\n")
        for left in stale(material.mutated, material.equivalents)
    ]
    mutation = Mutation(**{name: len(findings) for name, findings in found.items()})
    findings = [*broken, *outdated, *itertools.chain(*found.values())]
    if material.mutated and not found["killed"] and not found["survived"]:
        nothing = Text("Every mutant raises an error: no comparison is known to work.")
        findings.insert(0, Finding("mutants", nothing))
    return mutation if material.mutated else None, findings


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
            # Not-a-number is none at all.
            if before is None or margin.left < before.left or math.isnan(margin.left):
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
        name = f"{room.check}, {room.kind}"
        yield Finding(name, None, note) if enough(room) else Finding(name, problem)
    with_bars = {room.check for room in rooms if room.kind == "bar"}
    for check in sorted(assignment.settings.margins.bars.keys() - with_bars):
        yield Finding(
            check,
            Text("assignment.toml asks for a margin at `margins.bars`, and it has no bar."),
        )


def _kit(assignment: Assignment, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Look into the kit that `grader release` would make."""
    found = leaks_in_kit(files, secrets_of(assignment))
    for leak in found:
        problem = Text(
            "The student kit holds what stands in {place}.", params={"place": leak.place}
        )
        yield Finding(leak.where, problem)
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
