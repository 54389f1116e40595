"""What training shows: curves to compare with, its story, a picture of an update, the worst."""

import base64
import json
import math
import re
import struct
import zlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.checks import TrainingTask, load_module
from grader.checks.training import run_training
from grader.errors import CheckError
from grader.locales import LANGUAGES
from grader.report import html
from grader.report import json as as_json
from grader.report.charts import charts_of
from grader.report.drawing import BOTTOM, LEFT, RIGHT, TOP
from grader.report.png import data_uri
from grader.results import (
    Comparison,
    Confusion,
    Epoch,
    Gallery,
    Picture,
    Plot,
    Report,
    Sample,
    Spot,
    Text,
    pack_report,
    shown_measures,
    unpack_report,
)
from tests.reports import CURVE, HOSTILE, REPORTS, trained
from tests.students import FakeStudent
from tests.test_page import Page

FIELD = re.compile(r"\{(\w+)\}")
COURSE = Path(__file__).parents[1]
STUDENTS = COURSE / "assignments" / "NewCross_softmax"
TEAM = COURSE / "solutions" / "NewCross_softmax"
PICTURES = load_module(STUDENTS / "checks" / "pictures.py")
STORY = load_module(STUDENTS / "checks" / "story.py")
ANSWER = load_module(TEAM / "NewCross_softmax_answer.py")

OTHERS = (
    Comparison(Text("reference"), Text("A mean."), (1, 2), (0.85, 0.92), (0.5, 0.25)),
    Comparison(Text("earlier network"), Text("Another loss."), (1, 2), (0.81, 0.91)),
)
LINE = tuple((float(x), x / 10) for x in range(11))
PLOT = Plot(
    Text("A way"), Text("It goes up."), Text("net"), Text("activation"), LINE,
    (Spot(2.0, 0.2, Text("from")), Spot(5.0, 0.5, Text("to"))),
)  # fmt: skip
DRAWN = Picture(2, 3, bytes([0, 255, 16, 32, 64, 128]))
WORST = Gallery(Text("The worst"), Text("Look."), (Sample(DRAWN, "4", "9", 0.98765),))
TABLE = Confusion(Text("Which for which"), ("3", "4"), ((7, 2), (1, 9)))


def shown(**parts: object) -> Report:
    """A report whose training shows all there is, or other parts."""
    everything: dict[str, object] = {
        "comparisons": OTHERS,
        "story": (Text("It went well."), Text("And why: {why}.", params={"why": "luck"})),
        "plot": PLOT,
        "worst": WORST,
        "confusion": TABLE,
    }
    return replace(REPORTS["full_marks"], training=trained(CURVE, **(everything | parts)))


def page(report: Report) -> Page:
    return Page(html.render(report, "en"))


# Pictures


def decoded(uri: str) -> tuple[int, int, bytes]:
    """Read a grayscale PNG without filters, as its specification says."""
    assert uri.startswith("data:image/png;base64,")
    data = base64.b64decode(uri.partition(",")[2], validate=True)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size) == (zlib.crc32(kind + body),)
        chunks[kind], at = body, at + 12 + size
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 0, 0, 0, 0]
    rows = zlib.decompress(chunks[b"IDAT"])
    step = width + 1
    assert len(rows) == step * height
    assert set(rows[::step]) == {0}
    return width, height, b"".join(rows[n * step + 1 : (n + 1) * step] for n in range(height))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    width, height = draw(st.integers(1, 64)), draw(st.integers(1, 64))
    return Picture(width, height, draw(st.binary(min_size=width * height, max_size=width * height)))


@settings(max_examples=50, deadline=None)
@given(pictures())
def test_a_picture_is_a_png_of_its_pixels(picture: Picture) -> None:
    """A PNG holds every pixel, ink dark on white, and every chunk's checksum is right."""
    width, height, pixels = decoded(data_uri(picture))
    assert (width, height) == (picture.width, picture.height)
    assert pixels == bytes(255 - value for value in picture.pixels)


@pytest.mark.parametrize(
    "sizes", [(0, 1, 0), (1, 0, 0), (2, 2, 3), (2, 2, 5), (65, 1, 65), (1, 65, 65), (-1, -1, 1)]
)
def test_a_picture_whose_sizes_do_not_fit_is_refused(sizes: tuple[int, int, int]) -> None:
    """A picture has as many pixels as its sizes say, and at most 64 each way; packed ones, too."""
    width, height, count = sizes
    with pytest.raises(ValueError, match=r"picture|pixels"):
        Picture(width, height, bytes(count))
    fields = {"width": width, "height": height, "pixels": bytes(count)}
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode(fields), type=Picture)


# Records


def test_what_training_shows_is_packed_and_not_in_json() -> None:
    """All of it survives packing, and the documented JSON is as it was."""
    report = shown()
    assert unpack_report(pack_report(report)) == report
    plain = replace(report, training=trained(CURVE))
    assert as_json.render(report, "en") == as_json.render(plain, "en")


# The page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_with_all_that_training_shows(lang: str) -> None:
    """Markup is balanced, ids are unique, drawings are named, and the page is small."""
    source = html.render(shown(), lang)
    found = Page(source)
    assert found.strays == found.stack == []
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    labels = {name for value in found.values("aria-labelledby") for name in value.split()}
    assert labels <= set(ids)
    svgs = [attrs for tag, attrs in found.elements if tag == "svg"]
    assert all("aria-labelledby" in attrs or "aria-hidden" in attrs for attrs in svgs)
    images = [attrs for tag, attrs in found.elements if tag == "img"]
    assert all(attrs["src"].startswith("data:image/png") and attrs["alt"] for attrs in images)
    assert len(source.encode()) < 400 * 1024


def test_curves_are_drawn_beside_others() -> None:
    """Each chart has the other runs that have such a curve, and tells in words where they end."""
    found = page(shown())
    words = found.words()
    curves = found.values("class")
    assert curves.count("curve compared-1") == 2 + 2  # in both charts and both legends
    assert curves.count("curve compared-2") == 1 + 1
    assert "Reference at the end: 0.25." in words
    assert "Reference at the end: 92.00%." in words
    assert "Earlier network at the end: 91.00%." in words
    assert words.count("Earlier network at the end") == 1
    assert "A mean. Another loss." in words


def test_the_axes_hold_the_other_runs_too() -> None:
    """A run that broke down early is drawn beside all epochs of the others."""
    long = replace(OTHERS[0], epochs=(1, 2, 3), accuracies=(0.05, 0.9, 0.9), losses=(7.0, 1.0, 1.0))
    charts = charts_of(trained((Epoch(1, math.nan, 0.5, None),), comparisons=(long,)))
    assert charts.epoch.ticks == (1.0, 2.0, 3.0)
    assert charts.loss.high >= 7.0
    assert charts.accuracy.low <= 0.05


def test_the_story_is_told() -> None:
    """Each sentence of the story is a paragraph; without one there is no heading for it."""
    assert "What happened It went well. And why: luck." in page(shown()).words()
    assert "What happened" not in page(shown(story=())).words()


def test_an_epochless_run_still_has_its_story() -> None:
    """Without an epoch there is a story and no chart."""
    training = replace(shown().training, epochs=())
    found = page(replace(shown(), training=training))
    assert "It went well." in found.words()
    assert "plot-name" not in found.values("id")
    assert "img" not in {tag for tag, _ in found.elements}


@pytest.mark.parametrize("name", ["diverged", "one_epoch", "long_run", "failed"])
def test_other_runs_show_it_as_well(name: str) -> None:
    """A run that diverged, of one epoch or of a thousand, has a page with all of it."""
    parts = {f: getattr(shown().training, f) for f in ("comparisons", "story", "plot", "worst")}
    report = REPORTS[name]
    source = html.render(replace(report, training=replace(report.training, **parts)), "zh")
    assert Page(source).strays == []
    assert "nan" not in "".join(Page(source).values("d"))


def test_foreign_words_in_it_are_text() -> None:
    """Whatever stands in a sentence, a title or a label is shown as it is."""
    text = Text("{foreign}", "", {"foreign": HOSTILE})
    found = page(
        shown(
            story=(text,),
            plot=replace(PLOT, title=text, note=text, path=(Spot(1.0, 0.1, text),)),
            worst=Gallery(text, text, (Sample(DRAWN, HOSTILE, HOSTILE, 0.5),)),
            confusion=Confusion(text, (HOSTILE, "b"), ((1, 2), (3, 4))),
            comparisons=(replace(OTHERS[0], title=text, note=text),),
        )
    )
    assert not {tag for tag, _ in found.elements} & {"script", "iframe"}
    assert [a["src"] for t, a in found.elements if t == "img"] == [data_uri(DRAWN)]
    assert found.text.count(HOSTILE) >= 10


# The plot

WAYS = {
    "along": ((2.0, 5.0), (0, 0), (4, False)),
    "back": ((5.0, 2.0), (0, 0), (4, False)),
    "beyond the right end": ((2.0, 1e300), (0, 1), (10, True)),
    "beyond the left end": ((2.0, -93.0), (0, -1), (4, False)),
    "nowhere": ((2.0, 2.0), (0, 0), (2, False)),
}


@pytest.mark.parametrize(("ends", "beyond", "way"), WAYS.values(), ids=WAYS)
def test_a_way_is_drawn_along_the_curve(
    ends: tuple[float, float], beyond: tuple[int, int], way: tuple[int, bool]
) -> None:
    """The way follows the curve's points, forth or back, and stays inside; words don't overlap."""
    spots = tuple(Spot(x, min(max(x / 10, 0.0), 1.0), Text("here")) for x in ends)
    sketch = charts_of(shown(plot=replace(PLOT, path=spots)).training).sketch
    assert tuple(mark.beyond for mark in sketch.marks) == beyond
    assert len(sketch.way) == way[0]
    assert [x for x, _ in sketch.way] == sorted(
        (x for x, _ in sketch.way), reverse=ends[1] < ends[0]
    )
    first, second = sketch.marks
    for mark in sketch.marks:
        assert LEFT <= mark.x <= RIGHT
        assert TOP <= mark.y <= BOTTOM
    assert second.before == way[1] or ends[0] > ends[1] > 0
    apart = abs(first.label[0] - second.label[0]), abs(first.label[1] - second.label[1])
    assert apart[0] >= 100 or apart[1] >= 15


def test_the_plot_is_told_in_words() -> None:
    """Its note describes the drawing, and its axes and points have their words."""
    words = page(shown()).words()
    assert words.count("It goes up.") == 2  # the drawing's description, and below it
    assert "0 2 4 6 8 10 net activation from to" in words


# Samples and confusion


@pytest.mark.parametrize(
    ("sure", "said"),
    [(0.5143, "51.4%"), (0.9985, "99.9%"), (0.9995, "> 99.9%"), (1.0, "> 99.9%"), (0.0, "0.0%")],
)
def test_a_sample_says_what_it_was_taken_for(sure: float, said: str) -> None:
    """Each has its picture and words for who can't see it; nothing is 100 % certain."""
    gallery = replace(WORST, samples=(Sample(DRAWN, "4", "9", sure),))
    found = page(shown(worst=gallery))
    (image,) = (attrs for tag, attrs in found.elements if tag == "img")
    assert image["alt"] == f"4, taken for 9, with a certainty of {said}"
    assert image["src"] == data_uri(DRAWN)
    assert "The worst Look. 4 taken for 9" in found.words()


@pytest.mark.parametrize(
    ("counts", "shades"),
    [
        (((7, 2), (1, 9)), ((0, 4), (2, 0))),
        (((0, 0), (0, 3)), ((0, 0), (0, 0))),
        (((5, 100), (1, 0)), ((0, 4), (1, 0))),
    ],
)
def test_a_confusion_is_shaded_by_how_frequent_it_is(
    counts: tuple[tuple[int, ...], ...], shades: tuple[tuple[int, ...], ...]
) -> None:
    """Mistakes have shades 1 to 4, the most frequent one 4; right ones and none have no shade."""
    rows = charts_of(shown(confusion=replace(TABLE, counts=counts)).training).cells
    assert tuple(tuple(cell.shade for cell in cells) for _, cells in rows) == shades
    right = [(i, j) for i, (_, row) in enumerate(rows) for j, c in enumerate(row) if c.right]
    assert right == [(i, i) for i in range(2) if counts[i][i]]


def test_the_confusion_is_a_table() -> None:
    """Every row and column has a header with a scope, and the table a caption."""
    source = html.render(shown(), "en")
    table = source[source.index('<div class="confusion">') :]
    table = table[: table.index("</table>")]
    assert re.findall(r'<th scope="row">(\d)', table) == ["3", "4"]
    assert re.findall(r'<th scope="col">(\d)', table) == ["3", "4"]
    assert "<caption" in table
    assert re.findall(r"<td[^>]*>(\d+)", table) == ["7", "2", "1", "9"]


# NewCross_softmax: the curves to compare with


@pytest.mark.parametrize(
    ("name", "answering"),
    [("reference", "softmax_with_cross_entropy"), ("old", "sigmoid_with_squared_error")],
)
def test_the_curves_are_what_their_maker_makes(name: str, answering: str) -> None:
    """One seed's curve, made again, is the one in the file."""
    maker = load_module(TEAM / "make_curves.py")
    kept = json.loads((STUDENTS / "curves.json").read_text(encoding="utf-8"))[name]
    rate = {"reference": ANSWER.OUTPUT_LEARNING_RATE, "old": maker.OLD_RATE}[name]
    losses, accuracies = maker.curves(getattr(maker, answering), rate, 3)
    np.testing.assert_allclose(accuracies, kept["accuracies"][3], rtol=0, atol=2e-3)
    assert {len(rows) for rows in kept.values()} == {maker.SEEDS}
    if "losses" in kept:
        np.testing.assert_allclose(losses, kept["losses"][3], rtol=0, atol=2e-3)


def test_the_other_assignments_curve_is_what_its_maker_makes() -> None:
    """One seed's curve, made again, is the one in the file; short runs have a short one."""
    name = "CrossEntropyLoss_gender"
    folder = COURSE / "assignments" / name
    kept = json.loads((folder / "curves.json").read_text(encoding="utf-8"))
    losses, accuracies = load_module(COURSE / "solutions" / name / "make_curves.py").curves(7)
    np.testing.assert_allclose(losses, kept["losses"][7], rtol=0, atol=1e-3)
    np.testing.assert_array_equal(accuracies, kept["accuracies"][7])
    training = load_module(folder / "checks" / "training.py")
    assert training.reference(folder, 49).epochs == ()
    short = training.reference(folder, 120)
    assert short.epochs == (50, 100)
    assert len(short.losses) == len(short.accuracies) == 2
    assert training.reference(folder, 1000).losses[-1] < training.MOST_LOSS


@pytest.mark.parametrize(("epochs", "drawn"), [(1, 1), (4, 4), (9, 4)])
def test_the_curves_go_as_far_as_the_training(epochs: int, drawn: int) -> None:
    """Of the four epochs that are known, as many are drawn as the student's run has at most."""
    reference, old = PICTURES.comparisons(STUDENTS, epochs)
    assert reference.epochs == old.epochs == tuple(range(1, drawn + 1))
    assert len(reference.losses) == len(reference.accuracies) == len(old.accuracies) == drawn
    assert old.losses == ()
    assert reference.accuracies[0] > old.accuracies[0]


# Its picture and its story


def update(move: float, nets: tuple[float, ...] = (9.0,) * 10):
    return PICTURES.FirstUpdate(3, np.array(nets), 12.0, move)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=10, max_size=10), st.floats(-30, 30))
def test_the_curve_is_the_formula(nets: list[float], net: float) -> None:
    """The curve at a net is what softmax gives with that net in the place of the true class's."""
    moved = np.array(nets)
    moved[3] = net
    drawn = update(1.0, tuple(nets)).activation(net)
    assert drawn == pytest.approx(ANSWER.softmax(moved)[3], rel=1e-9, abs=1e-12)


MOVES = {
    "a step": (1.0, "along the slope", 2),
    "a jump": (103.0, "over the whole slope", 2),
    "down": (-1.0, "goes down", 2),
    "far down": (-103.0, "goes down", 2),
    "hardly": (0.01, "hardly at all", 2),
    "nothing": (0.0, "hardly at all", 2),
    "huge": (1e300, "over the whole slope", 2),
    "infinite": (np.inf, "not finite", 1),
    "nan": (np.nan, "not finite", 1),
}


@pytest.mark.parametrize(("move", "words", "spots"), MOVES.values(), ids=MOVES)
def test_the_picture_says_where_the_update_went(move: float, words: str, spots: int) -> None:
    """The note fits the move in both languages, and all that is drawn is finite."""
    with np.errstate(all="ignore"):
        plot = PICTURES.plot(update(move))
    assert words in str(plot.note)
    assert len(plot.path) == spots
    assert np.isfinite([(spot.x, spot.y) for spot in plot.path]).all()
    assert np.isfinite(plot.curve).all()
    assert page(shown(plot=plot)).words().count(words) == 2
    assert len(str(plot.note)) < 600


def totals(large: int, small: int, largest: float, rule: float | None = None):
    return STORY.Totals(8000, large, small, largest, rule)


GOOD, JUMP = 1.0, 50.0
STORIES = {
    "good": (totals(0, 6000, 0.1, 0.84), GOOD, 0.95, ("None of the 8,000", "of about 84%")),
    "good, rarely small": (totals(0, 60, 0.1), GOOD, 0.95, ("None of", "no harm")),
    "no small ones": (totals(0, 0, 0.1), GOOD, 0.95, ("None of",)),
    "rate 1": (totals(0, 9, 0.1), JUMP, 0.9, ("None of", "But the monitor", "same cause")),
    "crawls": (totals(0, 9, 0.1), 0.01, 0.9, ("None of", "the steps are short", "no harm")),
    "learns nothing": (totals(0, 9, 0.1), -1.0, 0.1, ("None of", "no good sign")),
    "delta is 0": (totals(0, 0, 0.0), 0.0, 0.1, ("Nothing was learned",)),
    "rate 10": (totals(5954, 9, 0.1), JUMP, 0.4, ("5,954 of 8,000", "Why?", "What", "At the same")),
    "delta beyond 1": (totals(0, 0, 0.9), GOOD, 0.4, ("None of", "your delta must")),
    "far beyond": (totals(4, 0, 90.0), JUMP, 0.4, ("4 of 8,000", "your delta must")),
    "not finite": (totals(4, 9, np.inf), JUMP, 0.4, ("4 of 8,000", "not finite")),
}


@pytest.mark.parametrize(
    ("counted", "move", "accuracy", "beginnings"), STORIES.values(), ids=STORIES
)
def test_the_story_fits_what_was_counted(counted, move, accuracy, beginnings) -> None:
    """Each situation has its sentences, in order, and none gives the best rate away."""
    epochs = [Epoch(1, 0.5, accuracy, None)]
    told = STORY.story(counted, update(move), 0.1, 1.0, epochs)
    assert len(told) == len(beginnings)
    for text, words in zip(told, beginnings, strict=True):
        assert words in str(text)
        assert {*FIELD.findall(text.zh)} == {*FIELD.findall(text.en)}
        assert text.zh.format_map(text.params)
        assert not re.search(r"[^.\d]0\.1[^\d]", text.en)


def test_small_updates_become_the_rule_in_a_stretch() -> None:
    """It is the accuracy of the first 500 digits of which more than half had small updates."""
    small, right = np.zeros(1700, dtype=bool), np.zeros(1700, dtype=bool)
    assert STORY.rule_from(small, right) is None
    small[740:1000] = True
    right[500:900] = True
    assert STORY.rule_from(small, right) == 0.8


# A training run as it is


def right_functions(**more: object) -> FakeStudent:
    """A student of whom training can ask all that it asks for."""
    names = {"softmax": ANSWER.softmax, "delta": ANSWER.delta, "OUTPUT_LEARNING_RATE": 0.1}
    return FakeStudent(**(names | more))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The assignment and its held-out digits, with fewer of both."""
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
    for name in ("network.py", "curves.json"):
        (tmp_path / "a" / name).write_bytes((STUDENTS / name).read_bytes())
    for source, kept, target in (
        (STUDENTS / "digits.npz", 600, tmp_path / "a" / "digits.npz"),
        (TEAM / "heldout.npz", 200, tmp_path / "b" / "heldout.npz"),
    ):
        digits = np.load(source)
        np.savez(target, **{name: digits[name][:kept] for name in digits})
    return tmp_path


def train(course: Path, student: FakeStudent, *, kit: bool = False):
    task = TrainingTask(course / "a", None if kit else course / "b", 2, 0.94, 0)
    return run_training(student, STUDENTS / "checks" / "training.py", task, lambda _event: None)


@pytest.mark.parametrize("kit", [False, True])
def test_the_worst_digits_are_held_out_ones_where_there_are_any(course: Path, kit: bool) -> None:  # noqa: FBT001
    """Course: held-out digits. Kit: training digits, and the titles say so. All are wrong."""
    found = train(course, right_functions(), kit=kit)
    source = np.load(course / "a" / "digits.npz" if kit else course / "b" / "heldout.npz")
    known = {i.tobytes(): str(n) for i, n in zip(source["images"], source["labels"], strict=True)}
    assert len(found.worst.samples) == 10
    for sample in found.worst.samples:
        assert known[sample.picture.pixels] == sample.truth != sample.said
        assert 0.1 <= sample.certainty <= 1.0
    counts = np.array(found.confusion.counts)
    assert counts.sum() == len(source["labels"])
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(source["labels"], minlength=10))
    kind = "training" if kit else "held-out"
    assert kind in str(found.worst.title)
    assert kind in str(found.confusion.title)
    if not kit:
        assert np.trace(counts) / counts.sum() == found.epochs[-1].heldout_accuracy


def test_the_worst_digit_is_the_one_of_the_largest_loss() -> None:
    """They are sorted by the cross-entropy of the true digit, even where activations are 0."""
    nets = np.zeros((4, 10))
    nets[0, 5], nets[1, 5], nets[2, 5], nets[3, 1] = 2.0, 5000.0, 9000.0, 80.0
    labels = np.array([1, 1, 1, 1], dtype=np.uint8)
    images = np.arange(4, dtype=np.uint8)[:, None] * np.ones(784, dtype=np.uint8)
    gallery, table = PICTURES.reading(nets, {"images": images, "labels": labels}, heldout=True)
    assert [s.picture.pixels[0] for s in gallery.samples] == [2, 1, 0]
    assert [s.certainty for s in gallery.samples[:2]] == [1.0, 1.0]
    assert gallery.samples[2].certainty == round(float(ANSWER.softmax(nets[0])[5]), 4)
    assert table.counts[1] == (0, 1, 0, 0, 0, 3, 0, 0, 0, 0)


def test_where_all_is_right_there_is_no_gallery() -> None:
    """A network that gets every digit right has no worst ones."""
    digits = {"images": np.zeros((10, 784), dtype=np.uint8), "labels": np.arange(10)}
    assert PICTURES.reading(np.eye(10), digits, heldout=True)[0] is None


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e308])
def test_a_training_that_breaks_down_shows_what_there_is(course: Path, value: float) -> None:
    """With a delta that isn't finite there are story and picture, no samples, and a page."""
    found = train(course, right_functions(delta=lambda a, _y: np.full(len(a), value)))
    assert found.diverged
    assert found.worst is None
    assert found.confusion is None
    assert len(found.story) == 2
    html.render(replace(REPORTS["full_marks"], training=found), "zh")


def test_how_blocks_are_cut_changes_nothing_that_is_shown(course: Path, tmp_path: Path) -> None:
    """With blocks of 7 digits the same comes out as with blocks of 32."""
    found = train(course, right_functions())
    checks = tmp_path / "checks"
    checks.mkdir()
    for path in (STUDENTS / "checks").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        (checks / path.name).write_text(text.replace("BLOCK = 32", "BLOCK = 7"), encoding="utf-8")
    task = TrainingTask(course / "a", course / "b", 2, 0.94, 0)
    other = run_training(right_functions(), checks / "training.py", task, lambda _event: None)
    for name in ("story", "plot", "worst", "confusion", "comparisons"):
        assert getattr(other, name) == getattr(found, name)


@pytest.mark.parametrize("returned", ["None", "object()", "{'epochs': 1}"])
def test_a_run_that_gives_no_training_is_named(tmp_path: Path, returned: str) -> None:
    """Whoever writes a training's file is told which one is wrong, and what with it."""
    file = tmp_path / "training.py"
    file.write_text(f"def run(student, task, watch):\n    return {returned}\n", encoding="utf-8")
    task = TrainingTask(tmp_path, None, 2, 0.94, 0)
    with pytest.raises(CheckError, match=r"training\.py: what `run` returned is no Training: "):
        run_training(right_functions(), file, task, lambda _event: None)


def test_what_is_shown_of_the_true_run_is_of_the_students_own_numbers(course: Path) -> None:
    """The picture's two points are the first net, and it moved by -rate * delta * |h|^2."""
    found = train(course, right_functions(OUTPUT_LEARNING_RATE=0.5))
    network = load_module(STUDENTS / "network.py")
    digits = np.load(course / "a" / "digits.npz")
    hidden, output = network.start_weights(0)
    x = network.with_bias(digits["images"][0] / 255.0)
    h = network.with_bias(network.sigmoid(hidden @ x / network.HIDDEN_SCALE))
    label = int(digits["labels"][0])
    nets = output @ h
    a = ANSWER.softmax(nets)
    moved = output - 0.5 * np.outer(a - network.one_hot(label), h)
    before, after = found.plot.path
    assert (before.x, before.y) == pytest.approx((nets[label], a[label]), rel=1e-3)
    assert after.x == pytest.approx((moved @ h)[label], rel=1e-3)
    assert shown_measures(found)[0][1] == 0.5
