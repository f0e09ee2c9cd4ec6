"""Look-up of names: one thing, a choice, or the nearest names of the same kind and seller."""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

from pricing.names.decoration import revisions_of
from pricing.names.spelling import letters_of, letters_of_each, spell, words

NameKind = Literal["offer", "base model", "model", "GPU"]
Match = Literal["exact", "plain", "words", "part"]
"""How a text matched: spelled like a name; without snapshot and serving variant; the same words in another order; or
as a part of names, such as `sonnet`.
"""

CUTOFF = 0.6


class NameEntry(NamedTuple):
    """One thing with its names."""

    id: str
    names: tuple[str, ...]
    """As people and sellers write them; the id needn't be repeated."""
    seller: str = ""


@dataclass(frozen=True)
class NameResolution:
    """The things that a name can mean."""

    kind: NameKind
    text: str
    """The name as typed."""
    ids: tuple[str, ...] = ()
    """One: that thing. Several: a choice, the default first if there is one. None: the name is unknown."""
    match: Match | None = None
    default: str | None = None
    """The thing that is taken if nobody chooses; None if somebody has to."""
    near: tuple[str, ...] = ()
    """Ids that resemble an unknown name, of the same kind and, if the name says one, of the same seller."""
    reason: str = ""
    """A sentence about a name that isn't resolved, besides the nearest names."""

    @property
    def id(self) -> str | None:
        """Return the one thing that the name means, or the default of a choice; None if there is neither."""
        return self.ids[0] if len(self.ids) == 1 else self.default


class IndexedNames(NamedTuple):
    """Things with their names, prepared for look-ups."""

    entries: tuple[NameEntry, ...]
    """Each name of an entry is in it once, the id too."""
    letters: str
    """The letters and digits of each name, one a line."""


def index_names(entries: Iterable[NameEntry]) -> IndexedNames:
    """Return things prepared for look-ups.

    Args:
        entries: The things, best first: a choice keeps their order.
    """
    complete = tuple(entry._replace(names=tuple(dict.fromkeys((entry.id, *entry.names)))) for entry in entries)
    return IndexedNames(complete, "\n".join(letters_of_each([name for entry in complete for name in entry.names])))


class _Row(NamedTuple):
    """One name of a thing."""

    entry: NameEntry
    name: str
    letters: str
    """Letters and digits alone: a cheap test before the name is spelled."""


class NameIndex:
    """The names of things of one kind. Names are spelled when a look-up needs them, so that building is quick."""

    def __init__(
        self,
        kind: NameKind,
        names: IndexedNames,
        plain: Callable[[str], str] = str,
        normalize: Callable[[str], str] = str,
    ) -> None:
        """Index names.

        Args:
            kind: The kind of the things.
            names: The things, as `index_names` returns them.
            plain: Returns a name without the parts that don't change what is meant.
            normalize: Returns a name without wrappers that belong to its spelling, such as the region of a cloud.
        """
        self.kind = kind
        self._names = names
        self._plain = plain
        self._normalize = normalize

    @cached_property
    def _rows(self) -> tuple[_Row, ...]:
        letters = iter(self._names.letters.split("\n"))
        return tuple(_Row(entry, name, next(letters)) for entry in self._names.entries for name in entry.names)

    @cached_property
    def _letters(self) -> tuple[str, list[int]]:
        """The letters of all names, one a line, and the end of each line."""
        lines = [f"{row.letters}\n" for row in self._rows]
        return "".join(lines), list(accumulate(map(len, lines)))

    def find(self, name: str, sellers: Collection[str] = ()) -> tuple[tuple[NameEntry, ...], Match | None]:
        """Return the things that a name means, best first, and how it matched.

        Args:
            name: The name without prefixes.
            sellers: Only things of these sellers; empty for all.
        """
        if exact := self.find_exact(name, sellers):
            return exact, "exact"
        if plain := self.find_plain(name, sellers):
            return plain, "plain"
        entries, match = self._by_words(self._plain(name), sellers)
        return (entries, match) if match == "part" else _with_match(_of_revision(name, entries), match)

    def find_exact(self, name: str, sellers: Collection[str] = ()) -> tuple[NameEntry, ...]:
        """Return the things with a name of this spelling, best first."""
        return self._spelled(name, self._normalize, sellers)

    def find_plain(self, name: str, sellers: Collection[str] = ()) -> tuple[NameEntry, ...]:
        """Return the things whose name is the same without snapshot and serving variant, best first."""
        plain = self._plain
        return _of_revision(name, self._spelled(plain(name), lambda known: plain(self._normalize(known)), sellers))

    def find_part(self, name: str, sellers: Collection[str] = ()) -> tuple[NameEntry, ...]:
        """Return the things whose names hold the words of a text and others, best first."""
        return self._by_words(self._plain(name), sellers, partly=True)[0]

    def _spelled(self, name: str, prepare: Callable[[str], str], sellers: Collection[str]) -> tuple[NameEntry, ...]:
        letters, spelling = letters_of(name), spell(name)
        if not spelling.key:
            return ()
        entries = {
            row.entry: None
            for row in self._rows_with(letters)
            if (not sellers or row.entry.seller in sellers) and spelling.means(spell(prepare(row.name)))
        }
        return tuple(entries)

    def _rows_with(self, letters: str) -> Iterator[_Row]:
        """Yield the names that contain some letters, in order. One search of a text is faster than one of each name."""
        text, ends = self._letters
        position = text.find(letters)
        while position >= 0:
            number = bisect_right(ends, position)
            yield self._rows[number]
            position = text.find(letters, ends[number])

    def _by_words(
        self, name: str, sellers: Collection[str], *, partly: bool = False
    ) -> tuple[tuple[NameEntry, ...], Match | None]:
        typed = Counter(words(name))
        parts = [word for word in typed if word.isalpha()]
        if not any(len(word) > 2 for word in parts):
            return (), None
        equal: dict[NameEntry, None] = {}
        containing: dict[NameEntry, None] = {}
        for row in self._rows_with(max(parts, key=len)):
            if (sellers and row.entry.seller not in sellers) or not all(part in row.letters for part in parts):
                continue
            known_words = words(self._plain(self._normalize(row.name)))
            if not typed.keys() <= set(known_words):
                continue
            known = Counter(known_words)
            if typed == known:
                equal[row.entry] = None
            elif typed <= known:
                containing[row.entry] = None
        if equal and not partly:
            return tuple(equal), "words"
        return tuple(containing), "part" if containing else None

    def near(self, name: str, sellers: Collection[str] = (), count: int = 3) -> tuple[str, ...]:
        """Return the ids of things with similar names, best first; never the rejected name itself."""
        typed, rejected = Counter(words(name)), spell(name).key
        if not rejected:
            return ()
        parts = [word[:3] for word in typed if word.isalpha() and len(word) > 2] or [letters_of(name)[:3]]
        scores: dict[str, float] = {}
        for row in self._rows:
            if (sellers and row.entry.seller not in sellers) or not any(part in row.letters for part in parts):
                continue
            known = self._normalize(row.name).rpartition("/")[2]
            score = _similarity(rejected, typed, spell(known).key, Counter(words(known)))
            scores[row.entry.id] = max(score, scores.get(row.entry.id, 0.0))
        ranked = sorted(scores, key=lambda entry_id: -scores[entry_id])  # stable: the best entries stay first
        similar = [entry_id for entry_id in ranked if scores[entry_id] >= CUTOFF and spell(entry_id).key != rejected]
        return tuple(similar[:count])


def _with_match(entries: tuple[NameEntry, ...], match: Match | None) -> tuple[tuple[NameEntry, ...], Match | None]:
    return (entries, match) if entries else ((), None)


def _of_revision(name: str, entries: tuple[NameEntry, ...]) -> tuple[NameEntry, ...]:
    """Return the entries of a name's revision, or those that state none; never those of another one."""
    typed = revisions_of(name)
    if not typed:
        return entries
    known = {entry: frozenset[str]().union(*map(revisions_of, (entry.id, *entry.names))) for entry in entries}
    return tuple(entry for entry in entries if typed & known[entry]) or tuple(
        entry for entry in entries if not known[entry]
    )


def _similarity(typed_key: str, typed: Counter[str], known_key: str, known: Counter[str]) -> float:
    """Return how much two names resemble each other, from 0 to 1."""
    matcher = difflib.SequenceMatcher(None, known_key, typed_key, autojunk=False)
    if matcher.real_quick_ratio() < CUTOFF or matcher.quick_ratio() < CUTOFF:
        return 0.0
    shared = 2 * (typed & known).total() / max(1, typed.total() + known.total())
    return (2 * matcher.ratio() + shared) / 3 if shared else matcher.ratio() * 0.9


def is_family(names: Sequence[str]) -> bool:
    """Return whether names differ by their version only, such as `claude-sonnet-4-5` and `claude-sonnet-5`."""
    families = {tuple(sorted(word for word in words(name) if not _is_version(word))) for name in names}
    return len(families) == 1


def _is_version(word: str) -> bool:
    return word.replace(".", "").isdigit()


def either(names: Sequence[str]) -> str:
    """Return names in words: `a, b or c`."""
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
