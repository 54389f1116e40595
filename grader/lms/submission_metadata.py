"""Gradescope's submission_metadata.yml -> who handed in which submission, and when.

The file also holds every result of every earlier submission, and may be large. So nothing is
built of it: it is read as a stream of values, each with the keys that lead to it. An alias stands
for a single value at most, so none can blow it up.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

from grader.lms.layouts import Submission

DEEP = 50
PERSON = (":name", ":sid", ":email")


def read_metadata(data: bytes) -> dict[str, Submission]:
    """Read the metadata.

    Args:
        data: YAML as Ruby writes it, where the keys of records start with a colon.

    Returns:
        Submissions by their folders' names.

    Raises:
        ValueError: it is not YAML, nested too deeply, or about nothing that was handed in.
    """
    created: dict[str, dt.datetime | None] = {}
    people: dict[str, dict[str, dict[str, str]]] = {}
    for keys, value in _document(data):
        match keys:
            case (folder, ":created_at"):
                created[folder] = _time(value)
            case (folder, ":submitters", place, key) if key in PERSON:
                people.setdefault(folder, {}).setdefault(place, {})[key] = value
    if not people | created:
        raise ValueError("no submissions")
    return {
        folder: Submission(
            created.get(folder),
            tuple(
                (one.get(":name", ""), one.get(":sid", ""), one.get(":email", ""))
                for one in people.get(folder, {}).values()
            ),
        )
        for folder in people | created
    }


def _document(data: bytes) -> Iterator[tuple[tuple[str, ...], str]]:
    import yaml  # noqa: PLC0415 - nobody but Gradescope's users need it

    try:
        events = yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        anchors: dict[str, str] = {}
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                yield from _values(event, events, anchors, ())
    except yaml.YAMLError as error:
        raise ValueError("not YAML") from error


def _values(
    event: Any, events: Iterator[Any], anchors: dict[str, str], keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Walk through a node: each value in it, and the keys and places that lead there."""
    kind = type(event).__name__
    if len(keys) > DEEP:
        raise ValueError("nested too deeply")
    if kind == "MappingStartEvent":
        while type(key := next(events)).__name__ != "MappingEndEvent":
            name = _value(key, anchors)
            yield from _values(next(events), events, anchors, (*keys, name))
    elif kind == "SequenceStartEvent":
        place = 0
        while type(item := next(events)).__name__ != "SequenceEndEvent":
            yield from _values(item, events, anchors, (*keys, str(place)))
            place += 1
    else:
        yield keys, _value(event, anchors)


def _value(event: Any, anchors: dict[str, str]) -> str:
    if type(event).__name__ == "AliasEvent":
        return anchors.get(event.anchor, "")
    if type(event).__name__ != "ScalarEvent":
        raise ValueError("a key that is no plain value")
    value = "" if event.implicit[0] and event.value in {"~", "null"} else str(event.value)
    if event.anchor:
        anchors[event.anchor] = value
    return value


def _time(value: str) -> dt.datetime | None:
    """Read a time as Ruby writes it: '2021-01-29 05:21:55.443567000 Z'. Without zone, it is UTC."""
    text = value.replace(" Z", "Z").replace(" +", "+").replace(" -", "-")
    with contextlib.suppress(ValueError, OverflowError):
        time = dt.datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    return None
