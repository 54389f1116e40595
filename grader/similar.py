"""Submissions that are suspiciously alike beyond the template: for the instructor's eyes only.

The method is winnowing: Saul Schleimer, Daniel S. Wilkerson, Alex Aiken, "Winnowing: Local
Algorithms for Document Fingerprinting", SIGMOD 2003. Every `GRAM` tokens in a row are hashed,
and of every `WINDOW` such hashes in a row the smallest is kept. So whatever two submissions
share in GRAM + WINDOW - 1 tokens in a row is seen, and nothing shorter than GRAM tokens is.

Tokens are what is left when someone disguises a copy: names of variables are told apart only
by how far back they were used last, numbers are all one, and blanks, comments, strings and
round brackets are gone. Each definition at the top level is winnowed by itself, so their
order doesn't matter, nor whether they stand in one file or in a notebook's cells.

In a short assignment honest work is alike, too. So a fingerprint counts for less the more of
the class have it, and what is known (the template and given code) doesn't count at all.
"""

import builtins
import hashlib
import keyword
import re
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from grader.grades import Pair
from grader.results import Part

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]

GRAM = 8
WINDOW = 4
MOST_FINGERPRINTS = 1_024
WHOLE = np.uint64(1 << 63)  # set in the fingerprint of the whole code, and in no other

# All chosen on made-up classes of 3 to 400 students, with copies in many disguises. A pair of
# which neither copied is listed in one class of thirty; but where all write the same few
# things, one in each large class.
RARE_SHARE = 0.1  # of the class may have what is evidence,
RARE_HOLDERS = 6  # or so many students if that is more
BAR = 1.5  # times log(class): the more pairs there are, the more are alike by chance
SHARPNESS = 4  # of honest pairs many share much, but few share nearly all
UNSEEN = 10  # students more than there are: in a class of three nothing is known to be rare
FEW = 2

CLOSEST = 20  # of a ring's members each is compared with no more, for the sake of time
MOST_PAIRS = 200

TOKEN = re.compile(
    r"""(?P<define>\n(?=(?:async[^\S\n]+)?(?:def|class)\b|@))
      | (?P<statement>\n(?=[^\s)\]}\#]))
      | \s | \\\n | [();] | ,(?=(?:\s|\#[^\n]*+)*+[)\]}]) | \#[^\n]*
      | [bBfFrRuU]{0,2}(?:\"{3}(?:[^"\\]+|\\.|"(?!""))*(?:\"{3}|\\?\Z)
                         | '{3}(?:[^'\\]+|\\.|'(?!''))*(?:'{3}|\\?\Z)
                         | "(?:[^"\\\n]+|\\.)*"? | '(?:[^'\\\n]+|\\.)*'?)
      | \.\s*(?P<attribute>[^\W\d]\w*)
      | (?P<name>[^\W\d]\w*)
      | (?P<number>\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
      | (?P<sign>\*\*=?|//=?|<<=?|>>=?|->|:=|[-+*/%@&|^<>=!]=|.)""",
    re.VERBOSE | re.DOTALL,
)
MEANINGFUL = frozenset(keyword.kwlist) | frozenset(dir(builtins))
ANY = {kind: zlib.crc32(kind.encode()) for kind in ("name", "number")}


class _Chunk:
    """Tokens in a row, gathered one by one.

    Args:
        spelled: hashes of the tokens as they are spelled.
        meant: the same, but one hash for all variables and one for all numbers.
        ages: how many tokens ago a variable was used last, or 0.
    """

    def __init__(self) -> None:
        self.spelled, self.meant, self.ages = array("I"), array("I"), array("I")


class _Class(NamedTuple):
    """A class of n students as an inverted index.

    Args:
        owned: the fingerprints, as numbers from 0, that a student shares with others: from
            starts[student] to starts[student + 1], sorted.
        starts: int array (n + 1,).
        holders: the students who have a fingerprint: from first[it] to first[it + 1].
        first: int array (fingerprints + 1,).
        weights: of each fingerprint, in [0, 1]: 1 if only one has it, 0 if it is known.
        totals: the weight of all that a student has, float64 array (n,).
        rare: whether so few have a fingerprint that it counts as evidence.
        whole: the fingerprint of each student's code as a whole, or 0 if it says nothing.
    """

    owned: Numbers
    starts: Numbers
    holders: npt.NDArray[np.int32]
    first: Numbers
    weights: Weights
    totals: Weights
    rare: npt.NDArray[np.bool_]
    whole: Hashes

    def prints(self, student: int) -> Numbers:
        """The fingerprints of one student."""
        return self.owned[self.starts[student] : self.starts[student + 1]]


class _Match(NamedTuple):
    """Two students by their numbers. Sorted, the most alike come first."""

    unlike: float
    first: int
    second: int
    shared: int
    share: float


def fingerprints(code: Sequence[Part]) -> Hashes:
    """Take the fingerprints of a stranger's source, which is only read, whatever it is.

    Args:
        code: its parts, in order.

    Returns:
        Sorted uint64 array without doublets, at most MOST_FINGERPRINTS + 1 long: of a longer
        source the smallest hashes, so that of two long ones the same are kept. The last one
        stands for the whole: names and numbers count in it, the order of definitions doesn't.
    """
    found, spelled = set[int](), []  # not np.unique, which imports all of masked arrays
    for chunk in _chunks("\n".join(part.source for part in code)):
        found |= _winnow(chunk)
        spelled.append(hashlib.blake2b(chunk.spelled.tobytes(), digest_size=16).digest())
    kept = np.array(sorted(found)[:MOST_FINGERPRINTS], np.uint64)
    whole = hashlib.blake2b(b"".join(sorted(spelled)), digest_size=8).digest()
    return np.append(kept, np.frombuffer(whole, np.uint64) | WHOLE)


def _chunks(source: str) -> Iterator[_Chunk]:
    """Cut source into definitions at the top level and what stands between them."""
    chunk, last = _Chunk(), dict[str, int]()
    defining = False
    for match in TOKEN.finditer("\n" + source):
        kind = match.lastgroup
        if kind is None:
            continue
        if kind in {"define", "statement"}:
            if chunk.meant and (kind == "define" or defining):
                yield chunk
                chunk, last = _Chunk(), {}
            defining = kind == "define"
            continue
        word, here = match[kind], len(chunk.meant)
        spelled = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        variable = kind == "name" and word not in MEANINGFUL
        chunk.spelled.append(spelled)
        chunk.meant.append(ANY[kind] if variable or kind == "number" else spelled)
        chunk.ages.append(here - last.get(word, here) if variable else 0)
        if variable:
            last[word] = here
    yield chunk


def _winnow(chunk: _Chunk) -> set[int]:
    """Hash every GRAM tokens in a row and keep the smallest of every WINDOW hashes."""
    grams = len(chunk.meant) - GRAM + 1
    if grams < 1:
        return set()
    meant, ages = np.array(chunk.meant, np.uint64), np.array(chunk.ages, np.uint64)
    hashes = np.zeros(grams, np.uint64)
    for i in range(GRAM):
        # A name that was last used before the gram begins is new in it.
        age = np.where(ages[i : i + grams] <= i, ages[i : i + grams], 0)
        hashes ^= meant[i : i + grams] | age << np.uint64(32)
        hashes *= np.uint64(0x9E3779B97F4A7C15)
        hashes ^= hashes >> np.uint64(29)
    windows = np.lib.stride_tricks.sliding_window_view(hashes & ~WHOLE, min(WINDOW, grams))
    return set(windows.min(axis=1).tolist())


def pairs(fingerprints: Mapping[str, Hashes], known: Hashes) -> tuple[Pair, ...]:
    """Find the pairs of a class that are suspiciously alike.

    What two share counts as evidence if few have it, each fingerprint by its weight. The
    evidence times the share to the power of SHARPNESS must reach a bar, which rises with the
    class. The same code twice, names and numbers and all, is listed however short it is, if
    FEW of its fingerprints are not known and not more than half the class has handed it in.

    Args:
        fingerprints: by the student's id.
        known: of the template and given code: they count for nothing. The answer need not be
            among them: what many found by themselves weighs little.

    Returns:
        At most MOST_PAIRS, most alike first, the same whatever the order of the mapping. Of a
        ring of copies, as many pairs as join all of it, each joining the closest: A and B, A
        and C, but not B and C. `shared` counts fingerprints that are not known; `share` is
        their weight beside that of all that the student with less of it has.
    """
    students = sorted(fingerprints)
    if not students:
        return ()
    group = _index([fingerprints[student] for student in students], known)
    matches = sorted(m for number in range(len(students)) for m in _matches(group, number))
    return tuple(
        Pair(students[m.first], students[m.second], m.shared, m.share)
        for m in _joining(matches, len(students))[:MOST_PAIRS]
    )


def _index(prints: list[Hashes], known: Hashes) -> _Class:
    students = len(prints)
    owners = np.repeat(np.arange(students, dtype=np.int32), [p.size for p in prints])
    joined = np.concatenate(prints)
    last = joined >= WHOLE
    whole = np.zeros(students, np.uint64)
    whole[owners[last]] = joined[last]
    owners = owners[~last]
    values, owned, counts = np.unique(joined[~last], return_inverse=True, return_counts=True)
    weights = 1.0 - np.log(counts) / np.log(students + UNSEEN)
    weights[np.isin(values, known, assume_unique=True)] = 0.0
    totals = np.zeros(students)
    np.add.at(totals, owners, weights[owned])

    beyond = np.bincount(owners[weights[owned] > 0.0], minlength=students)
    _, same, copies = np.unique(whole, return_inverse=True, return_counts=True)
    whole[(beyond < FEW) | (copies[same] > max(2, students / 2))] = 0

    useful = (weights > 0.0) & (counts > 1)
    owners, owned = owners[useful[owned]], owned[useful[owned]]
    return _Class(
        owned=owned,
        starts=np.searchsorted(owners, np.arange(students + 1)),
        holders=owners[np.argsort(owned, kind="stable")],
        first=np.append(0, np.cumsum(counts * useful)),
        weights=weights,
        totals=totals,
        rare=counts <= max(RARE_HOLDERS, RARE_SHARE * students),
        whole=whole,
    )


def _matches(group: _Class, student: int) -> Iterator[_Match]:
    """Find, among the students after this one, those whose work is too much like it."""
    mine = group.prints(student)
    students = len(group.whole)
    evidence = np.zeros(students)
    for fingerprint in mine[group.rare[mine]]:
        holders = group.holders[group.first[fingerprint] : group.first[fingerprint + 1]]
        evidence[holders] += group.weights[fingerprint]
    bar = BAR * np.log(students + UNSEEN)
    same = (group.whole == group.whole[student]) & (group.whole > 0)
    others = np.flatnonzero((evidence >= bar) | same)
    others = others[others > student]
    closest = np.lexsort((-evidence[others], ~same[others]))[:CLOSEST]
    for other in others[closest]:
        shared = np.intersect1d(mine, group.prints(other), assume_unique=True)
        least = min(group.totals[student], group.totals[other])
        share = min(1.0, round(float(group.weights[shared].sum() / least), 6))
        alike = np.inf if same[other] else evidence[other] * share**SHARPNESS
        if alike >= bar:
            yield _Match(-float(alike), student, int(other), shared.size, share)


def _joining(matches: list[_Match], students: int) -> list[_Match]:
    """Leave out a match of two who are joined already, through closer ones."""
    ring = list(range(students))

    def find(student: int) -> int:
        while ring[student] != student:
            ring[student] = ring[ring[student]]
            student = ring[student]
        return student

    kept = []
    for match in matches:
        first, second = find(match.first), find(match.second)
        if first != second:
            ring[second] = first
            kept.append(match)
    return kept
