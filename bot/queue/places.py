"""The places of a process: how many jobs run at a time, and whose turn it is when more jobs wait.

A place is held by a job that runs, so that a slow channel, person or workspace must not hold them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from bot.queue.model import ConversationJob, ConvertJob, DatasetJob, Job, WorkspaceJob

PLACES = 20
"""Jobs that a process runs at a time, besides training files."""
COUNTING = str(DatasetJob.__struct_config__.tag)
CONVERTING = str(ConvertJob.__struct_config__.tag)
PLACES_BY_KIND: Mapping[str, int] = {COUNTING: 2, CONVERTING: 2}
"""The places of kinds that have their own: counting a file keeps every processor busy, converting it one."""
PLACES_OF_USER = 4
PLACES_OF_CHANNEL = 3
"""Slack takes about one message a second in a channel, so more jobs would only wait for each other."""


class Holder(NamedTuple):
    """The kind, workspace, person and channel of a job; None where it has none."""

    kind: str
    team_id: str | None
    user_id: str | None
    channel_id: str | None

    @classmethod
    def of(cls, job: Job) -> Holder:
        """Return the holder of a job's place."""
        if not isinstance(job, WorkspaceJob):
            return cls(job.kind, None, None, None)
        channel_id = job.channel_id if isinstance(job, ConversationJob) else None
        return cls(job.kind, job.team_id, job.user_id, channel_id)


class Candidate(NamedTuple):
    """A job that could start."""

    number: int
    holder: Holder


class Places:
    """The places of one process, by the holders that run.

    A workspace gets another place only while more places are free than it holds: one workspace alone uses half of
    them, and the next one always finds a place. A person and a channel have fixed shares.
    """

    def __init__(self) -> None:
        self._holders: list[Holder] = []

    def take(self, holder: Holder) -> None:
        """Hold a place."""
        self._holders.append(holder)

    def give_back(self, holder: Holder) -> None:
        """Free a place."""
        self._holders.remove(holder)

    @contextmanager
    def held(self, holders: Collection[Holder]) -> Iterator[None]:
        """Hold places until the end of a block, in which jobs are stored or claimed."""
        self._holders += holders
        try:
            yield
        finally:
            for holder in holders:
                self._holders.remove(holder)

    def allow(self, holder: Holder) -> bool:
        """Return whether a job may start now."""
        return _allows(self._holders, holder)

    def choose(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the jobs to start now: the oldest of the workspace that holds the fewest places, in turn."""
        holders, waiting = list(self._holders), list(candidates)
        chosen: list[Candidate] = []
        while waiting := [candidate for candidate in waiting if _allows(holders, candidate.holder)]:
            held = _count_by_team(holders)
            candidate = min(waiting, key=lambda waiting: (held.get(waiting.holder.team_id, 0), waiting.number))
            waiting.remove(candidate)
            holders.append(candidate.holder)
            chosen.append(candidate)
        return chosen


def _allows(holders: Iterable[Holder], holder: Holder) -> bool:
    own_size = PLACES_BY_KIND.get(holder.kind)
    if own_size is None:
        pool = [other for other in holders if other.kind not in PLACES_BY_KIND]
    else:
        pool = [other for other in holders if other.kind == holder.kind]
    free = (own_size or PLACES) - len(pool)
    if holder.team_id is None:
        return free > 0
    of_team = [other for other in pool if other.team_id == holder.team_id]
    of_user = sum(other.user_id == holder.user_id for other in of_team)
    of_channel = sum(other.channel_id == holder.channel_id for other in of_team)
    return (
        free > len(of_team)
        and (holder.user_id is None or of_user < PLACES_OF_USER)
        and (holder.channel_id is None or of_channel < PLACES_OF_CHANNEL)
    )


def _count_by_team(holders: Iterable[Holder]) -> dict[str | None, int]:
    counts: dict[str | None, int] = {}
    for holder in holders:
        counts[holder.team_id] = counts.get(holder.team_id, 0) + 1
    return counts
