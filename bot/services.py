"""The parts of the running bot that listeners, use cases and jobs share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ParamSpec, TypeVar

from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.forms.choices import FormMenus, form_menus
from bot.forms.opener import FormOpener
from bot.language.command import MAX_LENGTH, ParsedCommand, readable_fields
from bot.language.reader import Reading, read_text
from bot.language.tagging.names import mention_index
from bot.language.understanding import typed_command
from bot.prices.current_catalog import CurrentCatalog
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.computing import Computing
from bot.queue.model import ActualJob, BreakEvenJob, CardJob, ExportJob, Job, QueuedJob, UncertaintyJob, WorkspaceJob
from bot.queue.store import JobStore
from bot.queue.worker import Worker
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.escaping import escape
from bot.slack.notices import UserNotices
from bot.slack.poster import Destination, IdempotencyKey, PostedMessage, Poster
from bot.slack.replays import DuplicateRequest
from bot.slack.request import Interaction
from bot.slack.response_urls import ResponseUrls
from bot.slack.workspaces import Workspaces
from bot.store import (
    Audit,
    BudgetStore,
    DatasetRunStore,
    DefaultsStore,
    EstimateStore,
    PersonalData,
    SavedEstimate,
    ThreadMessageStore,
    WatchStore,
)
from bot.web.rate_limit import RateLimit
from bot.workspace.defaults import WorkspaceDefaults
from bot.workspace.roles import Roles
from calculator import Comparison, UserError, estimate, read_scenario, resolve_question
from pricing import Catalog

P = ParamSpec("P")
T = TypeVar("T")
RANGE_COST = 3.0
"""Requests that each range of a question counts as, because the question is priced in 2,000 draws."""


@dataclass(frozen=True)
class Services:
    """The parts of the running bot."""

    current_catalog: CurrentCatalog
    estimates: EstimateStore
    watches: WatchStore
    audit: Audit
    lookups: Lookups
    workspaces: Workspaces
    job_store: JobStore
    worker: Worker
    dataset_runs: DatasetRunStore
    thread_messages: ThreadMessageStore
    defaults_store: DefaultsStore
    budgets: BudgetStore
    rates: ExchangeRates
    actuals: ActualsService
    opener: FormOpener
    response_urls: ResponseUrls
    notices: UserNotices
    roles: Roles
    rate_limit: RateLimit
    personal_data: PersonalData
    computing: Computing
    today: Callable[[], date]

    async def defaults(self, team_id: str) -> WorkspaceDefaults:
        """Return a workspace's defaults as they are stored."""
        return WorkspaceDefaults(await self.defaults_store.get(team_id))

    async def cached_defaults(self, team_id: str) -> WorkspaceDefaults:
        """Return a workspace's defaults, at most a minute old.

        Raises:
            TimeoutError: The database is too slow for an acknowledgement within three seconds.
        """
        fields = self.defaults_store.known(team_id)
        if fields is not None:
            return WorkspaceDefaults(fields)
        return await self.worker.soon(self.defaults(team_id), self.worker.timeouts.know)

    async def once(self, request: Interaction) -> None:
        """Record a request that changes or shows stored data. A job needs no such record: it has an idempotency key.

        Raises:
            DuplicateRequest: A replica has served this request.
        """
        if not await self.worker.soon(self.job_store.once(f"once:{request.trigger_id}", request.team_id)):
            raise DuplicateRequest

    @property
    def catalog(self) -> Catalog:
        """Return the current catalogue. It may change between two calls."""
        return self.current_catalog.catalog

    async def poster(self, team_id: str) -> Poster:
        """Return the poster of a workspace."""
        return (await self.workspaces.of(team_id)).poster

    async def understand(self, text: str, present: Mapping[str, str] | None = None) -> ParsedCommand | Reading:
        """Return the command in a line, or what the line says in plain English.

        Args:
            text: The line, without Slack's formatting, `/ftcost` or the mention.
            present: The fields of the estimate that the line may change.

        Raises:
            UserError: The line is a command with a fault.
        """
        command = typed_command(text)
        return command if command is not None else await asyncio.to_thread(self._read, text, present)

    def _read(self, text: str, present: Mapping[str, str] | None = None) -> Reading:
        return read_text(text, mention_index(self.catalog), present or {})

    async def menus(self) -> FormMenus:
        """Return the form's type-ahead menus. Building them, once per catalogue and day, takes 0.2 s in a thread."""
        return await asyncio.to_thread(form_menus, self.catalog, self.today())

    async def read_question(self, text: str) -> dict[str, str]:
        """Return the fields of the question in any text: of its `key=value` words, and of plain English."""
        reading = await asyncio.to_thread(self._read, text[:MAX_LENGTH])
        return {**reading.fields, **readable_fields(text)}

    async def price(self, fields: Mapping[str, str], as_of: date) -> Comparison:
        """Return the priced offers for a question. It takes milliseconds, or tens of them in a thread for rented GPUs.

        Args:
            fields: The question, as text by key.
            as_of: The date of the prices.

        Raises:
            UserError: A field is wrong or missing.
        """
        scenario = read_scenario(fields)
        if scenario.names_a_model or scenario.ranged:
            return await self.compute(estimate, scenario, self.catalog, as_of)
        return estimate(scenario, self.catalog, as_of)

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a function that runs in one of the jobs' threads."""
        return await self.computing.run(function, *args, **kwargs)

    def charge(self, team_id: str, user_id: str, fields: Mapping[str, str]) -> None:
        """Charge a person's allowance for a question that takes long to price. It delays their next requests.

        Args:
            team_id: The workspace.
            user_id: The person.
            fields: The question, as text by key.
        """
        try:
            ranged = len(read_scenario(fields).ranged)
        except UserError:
            return  # the rest of the question is in a file
        self.rate_limit.charge(team_id, user_id, RANGE_COST * ranged)

    async def check(self, fields: Mapping[str, str], as_of: date) -> None:
        """Raise the UserError that `price` would raise, in a fraction of its time."""
        scenario = read_scenario(fields)
        if scenario.names_a_model:
            await asyncio.to_thread(resolve_question, scenario, self.catalog, as_of)
        else:
            resolve_question(scenario, self.catalog, as_of)

    async def reply_all(
        self, queued: QueuedJob[WorkspaceJob], destination: Destination, messages: list[SlackMessage], part: str = ""
    ) -> None:
        """Post the replies of a job, each once even if the job is repeated.

        Args:
            queued: The job.
            destination: The channel and thread.
            messages: All replies; those that an earlier attempt posted are skipped.
            part: A prefix of their idempotency keys, for a job that posts other messages too.
        """
        for number, message in enumerate(messages[queued.replies_posted :], queued.replies_posted):
            key = idempotency_key(queued).part(f"{part}{number}")
            destination = (await self.post(queued.job, destination, message, key)).destination
            await self.job_store.record_replies(queued, number + 1)

    async def post(
        self, job: WorkspaceJob, destination: Destination | None, message: SlackMessage, key: IdempotencyKey
    ) -> PostedMessage:
        """Post a message of an answer, in a direct message if the bot can't post there, and record its position.

        Args:
            job: The job, for its workspace and user.
            destination: The channel and thread; None for a direct message.
            message: The message.
            key: Its identity.
        """
        posted = await (await self.poster(job.team_id)).post_or_dm(destination, job.user_id, message, key)
        await self.record_message(job.team_id, posted)
        return posted

    async def record_message(self, team_id: str, posted: PostedMessage) -> None:
        """Record the position of a message of the bot, so that it can be deleted with its answer."""
        await self.thread_messages.record(
            team_id=team_id,
            channel_id=posted.destination.channel,
            thread_ts=posted.destination.thread_ts or posted.ts,
            message_ts=posted.ts,
        )

    async def find_estimate(
        self, job: ExportJob | BreakEvenJob | UncertaintyJob | CardJob | ActualJob, destination: Destination
    ) -> SavedEstimate | None:
        """Return the estimate of a job.

        Args:
            job: The job.
            destination: The channel and thread in which its user is notified if the estimate was deleted.

        Returns:
            The estimate, or None after such a notice.
        """
        saved = await self.estimates.get(job.estimate_id, team_id=job.team_id)
        if saved is None:
            text = f"Estimate `{escape(job.estimate_id[:40])}` no longer exists."
            await (await self.poster(job.team_id)).notify(job.user_id, destination, text_message(text))
        return saved


def idempotency_key(queued: QueuedJob[Job]) -> IdempotencyKey:
    """Return the idempotency key of a job's messages."""
    return IdempotencyKey(queued.idempotency_key, may_be_posted=queued.may_have_posted, since=queued.accepted_at)
