"""A whole class as one web page for its teacher: what happened, who needs help, and with what.

All markup stands in `templates/overview*`. This module prepares what a template can't work
out well: statistics, who shares what, and the charts' geometry.
"""

import math
import statistics
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from grader.grades import CheckInfo, Entry, Overview, Standing
from grader.report import mistakes
from grader.report.drawing import LEFT, RIGHT, Axis, columns, path, round_step, spaced, upward
from grader.report.pages import encodable, environment
from grader.results import OR, Epoch, Text

_TEMPLATES = Path(__file__).parent / "templates"

_LISTED = 30  # groups of students with the same mistake
_LISTED_PAIRS = 100
_SLOWEST = 8
_LISTED_EPOCHS = 24
_BINS = 20
# More curves than these are a blot: quantiles are drawn instead.
_MOST_CURVES = 150
_BANDS = ((0.05, 0.95), (0.25, 0.75))
_PIECES = 500  # of a page's text, joined before they are handed on
_THINNEST = 1e-9


class Bin(msgspec.Struct, frozen=True):
    """Scores from `low` to just below `high`, or to `high` itself in the last bin."""

    low: float
    high: float
    count: int


class Scores(msgspec.Struct, frozen=True):
    """The final scores of those who have one, at least one.

    Args:
        full: how many reached all that there is.
    """

    mean: float
    median: float
    full: int
    bins: tuple[Bin, ...]
    across: Axis
    upward: Axis


class Rate(msgspec.Struct, frozen=True):
    """How a class did in one check.

    Args:
        task: the title of its group.
        counts: students by outcome.
    """

    check: CheckInfo
    task: Text
    counts: Counter[str]


class Share(msgspec.Struct, frozen=True):
    """The mean of the points in a group of checks, as a share of all its points in [0, 1]."""

    task: Text
    mean: float


class Curves(msgspec.Struct, frozen=True):
    """The learning curves of a class.

    Args:
        runs: students with a training run.
        converged: of these.
        stopped: of these, those who have fewer epochs than others.
        strands: path data of every student's curve, or "" if there are too many.
        bands: path data of areas, the widest first; none if there are strands.
        median: (epoch, training accuracy).
    """

    runs: int
    converged: int
    stopped: int
    epoch: Axis
    accuracy: Axis
    strands: str
    bands: tuple[str, ...]
    median: tuple[tuple[int, float], ...]


class Row(msgspec.Struct, frozen=True):
    """A student's row in the table.

    Args:
        lost: numbers of the checks that were lost, counted from 1.
        named: numbers of the diagnoses, counted from 1.
        kinds: what the table can be filtered by.
    """

    standing: Standing
    lost: tuple[int, ...]
    named: tuple[int, ...]
    kinds: tuple[str, ...]


def render(overview: Overview, lang: str) -> Iterator[str]:
    """Make the page of a class, piece by piece: it may be long.

    Args:
        overview: everything about everyone. The page is for the course team alone.
        lang: one of `locales.LANGUAGES`.

    Returns:
        The pieces of a whole HTML document that loads nothing and runs nothing but its own
        script, and is complete without it; UTF-8 can encode it.
    """
    graded = tuple(s for s in overview.standings if s.status == "graded")
    finals = tuple(s.grade.final for s in overview.standings if s.grade.final is not None)
    most = sum(group.points for group in overview.groups)
    named = mistakes.by_diagnosis(overview)
    same = mistakes.by_lost_checks(overview)
    style, script = _source("style.css", "overview.css"), _source("overview.js")
    stream = (
        environment(lang)
        .get_template("overview.html.j2")
        .stream(
            overview=overview,
            policy=_policy(style, script),
            style=style,
            script=script,
            graded=graded,
            most=most,
            scores=_scores(finals, most) if finals else None,
            shares=_shares(overview, graded),
            curves=_curves(overview),
            rates=_rates(overview, graded),
            named=named,
            alike={numbers: those for numbers, those in same.items() if len(those) > 1},
            alone=sum(len(those) == 1 for those in same.values()),
            broken=mistakes.by_cause(overview),
            ungraded=mistakes.by_reason(overview, lang),
            slowest=sorted(overview.standings, key=lambda s: -s.seconds)[:_SLOWEST],
            labels=_labels(overview.standings),
            protections=Counter(s.protections for s in overview.standings).most_common(),
            unsafe=sum(s.unsafe for s in overview.standings),
            rows=_rows(overview, tuple(named)),
            LISTED=_LISTED,
            OR=OR,
            LISTED_PAIRS=_LISTED_PAIRS,
        )
    )
    stream.enable_buffering(_PIECES)
    return map(encodable, stream)


def _source(*names: str) -> str:
    return "\n".join((_TEMPLATES / name).read_text("utf-8") for name in names)


def _policy(style: str, script: str) -> str:
    """Write a Content-Security-Policy that allows this style, this script and nothing else."""

    def named(source: str) -> str:
        return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {named(style)}; script-src {named(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _scores(finals: Sequence[float], most: float) -> Scores:
    width = round_step(most / _BINS)
    bins = max(1, math.ceil(most / width - _THINNEST))
    heights = Counter(min(max(int(final / width), 0), bins - 1) for final in finals)
    ticks = round_step(most / 5)
    return Scores(
        mean=statistics.fmean(finals),
        median=statistics.median(finals),
        full=sum(final >= most for final in finals),
        bins=tuple(Bin(n * width, (n + 1) * width, heights[n]) for n in range(bins)),
        across=Axis(
            0.0,
            bins * width,
            LEFT,
            RIGHT,
            tuple(n * ticks for n in range(int(bins * width / ticks + _THINNEST) + 1)),
        ),
        upward=upward(0.0, max(4, *heights.values())),
    )


def _shares(overview: Overview, graded: Sequence[Standing]) -> tuple[Share, ...]:
    groups = (group for group in overview.groups if group.points and graded)
    return tuple(
        Share(g.title, statistics.fmean(s.points.get(g.name, 0.0) for s in graded) / g.points)
        for g in groups
    )


def _rates(overview: Overview, graded: Sequence[Standing]) -> tuple[Rate, ...]:
    tasks = {group.name: group.title for group in overview.groups}
    return tuple(
        Rate(
            check,
            tasks.get(check.group, Text("{name}", "", {"name": check.group})),
            Counter(s.outcomes[check.id] for s in graded if check.id in s.outcomes),
        )
        for check in overview.checks
    )


def _curves(overview: Overview) -> Curves | None:
    trained = [s for s in overview.standings if s.epochs]
    if not trained:
        return None
    reached: defaultdict[int, list[float]] = defaultdict(list)
    for epoch in (epoch for s in trained for epoch in s.epochs):
        reached[epoch.epoch].append(epoch.train_accuracy)
    listed = {n: sorted(reached[n]) for n in spaced(sorted(reached), _LISTED_EPOCHS)}
    lowest = min(values[0] for values in listed.values())
    x = columns(tuple(listed))
    y = upward(min(0.9, overview.threshold or 0.9, lowest), 1.0)
    few = len(trained) <= _MOST_CURVES
    last = max(reached)
    return Curves(
        runs=len(trained),
        converged=sum(s.converged is True for s in trained),
        stopped=sum(s.epochs[-1].epoch < last for s in trained),
        epoch=x,
        accuracy=y,
        strands="".join(_strand(s.epochs, listed, x, y) for s in trained) if few else "",
        bands=() if few else tuple(_band(listed, *band, x, y) for band in _BANDS),
        median=tuple((n, statistics.median(values)) for n, values in listed.items()),
    )


def _strand(epochs: Iterable[Epoch], listed: Container[int], x: Axis, y: Axis) -> str:
    return path(((e.epoch, e.train_accuracy) for e in epochs if e.epoch in listed), x, y)


def _band(listed: dict[int, list[float]], low: float, high: float, x: Axis, y: Axis) -> str:
    """Write path data around what lies between two quantiles."""

    def quantile(share: float) -> list[tuple[float, float]]:
        return [(n, values[round(share * (len(values) - 1))]) for n, values in listed.items()]

    return path([*quantile(high), *reversed(quantile(low))], x, y) + "Z"


def _labels(standings: Iterable[Standing]) -> dict[str, tuple[str, ...]]:
    """Say what each student is called in lists: by name, and by id, too, where others have it."""
    entries = [s.entry for s in standings]
    often = Counter(entry.name for entry in entries)

    def called(entry: Entry) -> tuple[str, ...]:
        if entry.name and often[entry.name] == 1:
            return (entry.name,)
        return tuple(filter(None, (entry.name, entry.student)))

    return {entry.student: called(entry) for entry in entries}


def _rows(overview: Overview, named: Sequence[str]) -> Iterator[Row]:
    number = {diagnosis: n for n, diagnosis in enumerate(named, 1)}
    for standing in overview.standings:
        grade, entry = standing.grade, standing.entry
        kinds = {
            standing.status: True,
            "late": grade.late is not None,
            "corrected": bool(grade.corrections),
            "broken": standing.cause is not None,
            "others": bool(entry.others),
        }
        yield Row(
            standing,
            mistakes.lost(standing, overview.checks),
            tuple(number[name] for name in standing.diagnoses),
            tuple(kind for kind, holds in kinds.items() if holds),
        )
