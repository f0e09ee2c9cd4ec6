"""The jobs: one struct per kind, which says everything that is needed to do it after a restart.

The queue stores a job as JSON. `RENAMED` keeps the stored keys as every version wrote them, so that a new version works
off what the previous one left. A field that is added later needs a default for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, Literal, NamedTuple, TypeVar, cast, get_args

import msgspec

ExportFormat = Literal["csv", "xlsx", "yaml", "json", "pdf"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
Decision = Literal["approved", "declined"]
CardChoice = Literal["offers", "sources", "watch", "delete"]
CARD_CHOICES: tuple[CardChoice, ...] = get_args(CardChoice)

RENAMED = {
    "estimate_id": "id",
    "team_id": "team",
    "user_id": "user",
    "channel_id": "channel",
    "message_ts": "ts",
    "defaults_used": "settled",
    "continues_thread": "joins",
    "command": "words",
    "asked_in_channel_id": "asked_in",
    "asked_in_thread_ts": "asked_thread",
    "alert_number": "alert",
    "file_format": "format",
}
"""Stored key by field, where they differ."""


class SlackFile(msgspec.Struct, frozen=True, kw_only=True):
    """What Slack says of a file. `url` is None if files.info has to be called for it."""

    id: str
    name: str
    size: int
    """Bytes; 0 if Slack doesn't say."""
    mimetype: str
    url: str | None

    @property
    def may_be_data(self) -> bool:
        """Return whether it may be a training file; pictures, recordings and tables are not."""
        return not self.mimetype.startswith(("image/", "video/", "audio/", "application/pdf", "text/csv"))


class Recipient(NamedTuple):
    """The person who waits for a job's answer. `channel_id` is None for a direct message."""

    team_id: str
    user_id: str
    channel_id: str | None
    thread_ts: str | None


class Job(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", rename=RENAMED):
    """One piece of work."""

    @property
    def kind(self) -> str:
        """Return the name of the kind, as it is stored and measured."""
        return str(self.__struct_config__.tag)

    @property
    def ordering_key(self) -> str | None:
        """Return the key whose jobs run one after the other, in the order of arrival; None if the job may run alone."""
        return None

    @property
    def recipient(self) -> Recipient | None:
        """Return the person to tell about a delay or a failure; None if a clock or Slack began the job."""
        return None


class RefreshPricesJob(Job, frozen=True, tag="refresh"):
    """Read the price feeds."""


class CheckWatchesJob(Job, frozen=True, tag="watch"):
    """Check every watched estimate for changes."""


class WorkspaceJob(Job, frozen=True, kw_only=True):
    """Work in one workspace. `estimate_id` is the estimate that the job makes or is about."""

    estimate_id: str
    team_id: str
    user_id: str


class ConversationJob(WorkspaceJob, frozen=True, kw_only=True):
    """Work that is answered in a conversation. `channel_id` is None for a direct message."""

    channel_id: str | None
    thread_ts: str | None = None

    @property
    def ordering_key(self) -> str | None:
        return f"{self.channel_id}/{self.thread_ts}" if self.thread_ts else None

    @property
    def recipient(self) -> Recipient | None:
        return Recipient(self.team_id, self.user_id, self.channel_id, self.thread_ts)


class EstimateJob(ConversationJob, frozen=True, kw_only=True, tag="estimate"):
    """Price a question and post the answer; with `edit_of`, as a change of that estimate."""

    fields: dict[str, str]
    as_of: date
    edit_of: str | None = None
    defaults_used: tuple[str, ...] = ()
    """The workspace's defaults that completed the question, such as `days=22`."""
    confirmed: bool = False
    """Whether the user has confirmed numbers that look like a slip, or a file contains them."""


class MentionJob(ConversationJob, frozen=True, kw_only=True, tag="mention"):
    """Answer `@ftcost …`; in a thread, for that thread's estimate."""

    channel_id: str
    message_ts: str
    text: str
    as_of: date
    file: SlackFile | None = None
    """A bill."""
    viewed_channel_id: str | None = None
    """The channel that the user views beside an assistant thread."""


class DatasetJob(ConversationJob, frozen=True, kw_only=True, tag="dataset"):
    """Count a training file and price training on it."""

    file: SlackFile
    fields: dict[str, str]
    as_of: date
    edit_of: str | None = None
    continues_thread: bool = False
    """Whether it changes the latest estimate of its thread."""
    defaults_used: tuple[str, ...] = ()
    columns: tuple[str, str] | None = None
    """The columns of a table with the question and the answer; None to go by their names."""
    message_ts: str | None = None
    """The message that shows the progress; None to post one."""

    @property
    def ordering_key(self) -> str | None:
        """Return a key for each person: one file of theirs is counted at a time."""
        return f"count/{self.team_id}/{self.user_id}"

    @property
    def asks_price(self) -> bool:
        """Return whether an estimate was asked for: in the form, or with fields in the message."""
        return not self.continues_thread or bool(self.fields)


class ConvertJob(ConversationJob, frozen=True, kw_only=True, tag="convert"):
    """Convert a training file for a platform, and upload the copy into the file's thread."""

    channel_id: str
    file_id: str
    platform: str
    columns: tuple[str, str] | None = None

    @property
    def ordering_key(self) -> str | None:
        """Return the key of the person's counts: one file of theirs is read at a time."""
        return f"count/{self.team_id}/{self.user_id}"


class SharedFileJob(WorkspaceJob, frozen=True, kw_only=True, tag="shared"):
    """Find out whether a file that was shared in a channel belongs to a thread of the bot's."""

    channel_id: str
    file_id: str
    as_of: date


class ExportJob(ConversationJob, frozen=True, kw_only=True, tag="export"):
    """Upload an estimate as a file into its thread."""

    channel_id: str
    file_format: ExportFormat = "csv"


class BreakEvenJob(ConversationJob, frozen=True, kw_only=True, tag="break_even"):
    """Post the break-even of an estimate into its thread."""

    channel_id: str
    as_of: date


class UncertaintyJob(ConversationJob, frozen=True, kw_only=True, tag="sure"):
    """Post into an estimate's thread how sure it is."""

    channel_id: str
    as_of: date


class CardJob(ConversationJob, frozen=True, kw_only=True, tag="card"):
    """Carry out a choice from an estimate's card."""

    channel_id: str
    choice: CardChoice
    as_of: date


class ActualJob(ConversationJob, frozen=True, kw_only=True, tag="actual"):
    """Record what was paid for an estimate, and post the comparison into the estimate's thread."""

    channel_id: str
    command: str
    """The text behind `actual`."""
    as_of: date
    asked_in_channel_id: str | None = None
    """Where errors are shown; the estimate's channel if None."""
    asked_in_thread_ts: str | None = None
    file: SlackFile | None = None
    """A bill."""


class AlertJob(ConversationJob, frozen=True, kw_only=True, tag="alert"):
    """Post what has changed for a watched estimate."""

    alert_number: int
    """How many alerts the watch had before."""

    @property
    def recipient(self) -> Recipient | None:
        return None


class DecideJob(ConversationJob, frozen=True, kw_only=True, tag="decide"):
    """Record an approver's decision. `message_ts` is the request with the buttons."""

    channel_id: str
    message_ts: str
    decision: Decision


class UnreadableJob(Job, frozen=True, kw_only=True, tag="unreadable"):
    """A stored job that this version cannot read. It fails, and its recipient hears of it."""

    stored_kind: str
    stored_ordering_key: str
    payload: Any
    error: str

    @property
    def kind(self) -> str:
        return self.stored_kind

    @property
    def ordering_key(self) -> str | None:
        return self.stored_ordering_key

    @property
    def recipient(self) -> Recipient | None:
        if not isinstance(self.payload, Mapping) or self.payload.get("unasked"):
            return None
        values = [self.payload.get(key) for key in ("team", "user", "channel", "thread_ts")]
        team_id, user_id, channel_id, thread_ts = (value if isinstance(value, str) else None for value in values)
        return Recipient(team_id, user_id, channel_id, thread_ts) if team_id and user_id else None


AnyJob = (
    EstimateJob
    | MentionJob
    | DatasetJob
    | ConvertJob
    | SharedFileJob
    | ExportJob
    | BreakEvenJob
    | UncertaintyJob
    | CardJob
    | ActualJob
    | RefreshPricesJob
    | CheckWatchesJob
    | AlertJob
    | DecideJob
)
"""Every kind that is stored."""

J_co = TypeVar("J_co", bound=Job, covariant=True)
K = TypeVar("K", bound=Job)


@dataclass(frozen=True)
class QueuedJob(Generic[J_co]):
    """A job in the queue. A second job with the same idempotency key is a duplicate."""

    idempotency_key: str
    job: J_co
    attempts: int = 0
    """How often it was begun; 1 during the first attempt."""
    rate_limited: int = 0
    """How many former attempts ended at Slack's rate limit; they don't count as failures."""
    replies_posted: int = 0
    """How many of its replies former attempts posted."""
    accepted_at: datetime | None = None
    request_id: str | None = None
    """The Slack request that it came from; the log and the apology name it."""

    @property
    def kind(self) -> str:
        return self.job.kind

    @property
    def ordering_key(self) -> str:
        """Return the key whose jobs run one after the other; the job's own if nothing can come before it."""
        return self.job.ordering_key or self.idempotency_key

    @property
    def runs_alone(self) -> bool:
        """Return whether no other job can have its ordering key."""
        return self.ordering_key == self.idempotency_key

    @property
    def failures(self) -> int:
        """Return the number of former attempts that failed or did not end."""
        return self.attempts - 1 - self.rate_limited

    @property
    def may_have_posted(self) -> bool:
        """Return whether a former attempt may have posted a message without recording it."""
        return self.failures > 0

    def with_job(self, job: K) -> QueuedJob[K]:
        """Return the same entry of the queue with another job, which does the rest of the work."""
        return replace(cast("QueuedJob[K]", self), job=job)
