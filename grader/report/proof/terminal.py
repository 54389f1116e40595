"""A proof as lines for a terminal: what holds, how closely, and everything that does not.

Signs tell what holds from what does not, and '+' from '-' in a diff, with colour and without.
"""

from collections.abc import Mapping

from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from grader.errors import mark
from grader.foreign import clean, clean_source
from grader.proof import Finding, Mutation, Proof, Section, mutation_score, problems, proved
from grader.report.language import round_percent, show, translate
from grader.report.proof.reading import amount, enough, idle, tightest
from grader.report.terminal import ASCII_MARKS, MARKS, STYLES, Lines
from grader.results import MarginKind, Outcome

Signs = Mapping[bool, Line]

FEW = 3  # margins
KINDS: dict[MarginKind, str] = {"tolerance": mark("tolerance"), "bar": mark("bar")}
DIFF = {"+": "green", "-": "red"}


def lines(proof: Proof, lang: str, *, ascii_only: bool = False) -> Lines:
    """Say what was proved and how well, what is wrong, and in the last line whether all holds.

    Args:
        proof: of one assignment.
        lang: one of `locales.LANGUAGES`.
        ascii_only: for a terminal that has no sign for a tick.
    """
    signs = _signs(ASCII_MARKS if ascii_only else MARKS)
    yield Line(show(proof.title, lang), style="bold")
    yield _sections(proof, signs, lang)
    if proof.rooms:
        yield Line("")
        yield _margins(proof, signs, lang)
    if proof.mutation is not None:
        yield Line("")
        yield Line(_mutation(proof.mutation, lang))
    caught_nothing = idle(proof)
    if caught_nothing:
        names = ", ".join(clean(catch.check) for catch in caught_nothing)
        text = _("Caught no known mistake, and no mutant before others did: {checks}", lang)
        yield Line("")
        yield Line(text.format(checks=names), style="yellow")
    for section in proof.sections:
        if problems(section):
            yield from _problems(section, signs, lang)
    yield Line("")
    yield _verdict(proof, lang)


def _sections(proof: Proof, signs: Signs, lang: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=3, justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for section in proof.sections:
        holds = not problems(section)
        table.add_row(signs[holds], show(section.title, lang), show(section.summary, lang))
    return table


def _margins(proof: Proof, signs: Signs, lang: str) -> Table:
    """The tightest margins, and every one that is too small."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(width=3, justify="right", no_wrap=True)
    heading = _("Tightest margins (seeds: {seeds})", lang).format(seeds=proof.seeds)
    table.add_column(heading, overflow="fold")
    table.add_column("", no_wrap=True)
    for number in (_("left", lang), _("asked", lang), _("seed", lang)):
        table.add_column(number, justify="right", no_wrap=True)
    rooms = tightest(proof.rooms)
    missed = sum(not enough(room) for room in rooms)
    for room in rooms[: max(FEW, missed)]:
        table.add_row(
            signs[enough(room)],
            clean(room.check),
            _(KINDS[room.kind], lang),
            amount(room.left, room.kind),
            amount(room.asked, room.kind),
            str(room.seed),
        )
    return table


def _mutation(mutation: Mutation, lang: str) -> str:
    return _(
        "Mutation score {score}: {killed} killed, {survived} survived, {equivalent} equivalent, "
        "{crashed} crashed",
        lang,
    ).format(
        score=round_percent(mutation_score(mutation)),
        killed=mutation.killed,
        survived=mutation.survived,
        equivalent=mutation.equivalent,
        crashed=mutation.crashed,
    )


def _problems(section: Section, signs: Signs, lang: str) -> Lines:
    yield Line("")
    yield Line.assemble(signs[False], " ", (show(section.title, lang), "bold"))
    for finding in problems(section):
        yield from _problem(finding, lang)


def _problem(finding: Finding, lang: str) -> Lines:
    yield Padding.indent(Line(clean(finding.name), style="bold"), 2)
    for text, style in ((finding.problem, ""), (finding.note, "dim")):
        if text is not None:
            yield Padding.indent(Line(show(text, lang), style=style), 4)
    for changed in clean_source(finding.diff).splitlines():
        yield Padding.indent(Line(changed, style=DIFF.get(changed[:1], "dim")), 6)


def _verdict(proof: Proof, lang: str) -> Line:
    count = sum(len(problems(section)) for section in proof.sections)
    if proved(proof):
        template, style = mark("{assignment} is proved."), "bold green"
    elif count == 1:
        template, style = mark("{assignment} is not proved: 1 problem."), "bold red"
    else:
        template, style = mark("{assignment} is not proved: {count} problems."), "bold red"
    text = _(template, lang).format(assignment=proof.assignment, count=count)
    return Line.assemble((text, style), (f" {proof.seconds:.1f} s", "dim"))


def _signs(marks: Mapping[Outcome, str]) -> Signs:
    """Make the signs for what holds and for what does not."""
    outcomes = {True: Outcome.PASSED, False: Outcome.FAILED}
    return {ok: Line(marks[o], style=f"bold {STYLES[o]}") for ok, o in outcomes.items()}


def _(template: str, lang: str) -> str:
    return translate(template, lang)
