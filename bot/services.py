"""The services that listeners, use cases and jobs share: catalogue, stores, queue, and answers that can be repeated.

A job's own steps are in `bot/jobs/`. Each of them can be repeated: an estimate's id comes with its job, and the
messages that were posted are remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.forms.opener import FormOpener
from bot.prices.current_catalog import CurrentCatalog
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.model import ActualJob, BreakEvenJob, ExportJob, Job, QueuedJob, UncertaintyJob, WorkspaceJob
from bot.queue.store import JobStore
from bot.queue.worker import Worker
from bot.render.blocks import SlackMessage, text_message
from bot.render.escaping import escape
from bot.slack.poster import Destination, IdempotencyKey, Poster
from bot.slack.replays import DuplicateRequest
from bot.slack.request import Interaction
from bot.slack.workspaces import Workspaces
from bot.store import BudgetStore, DatasetRunStore, DefaultsStore, EstimateStore, SavedEstimate
from bot.web.rate_limit import RateLimit
from bot.workspace.defaults import WorkspaceDefaults
from bot.workspace.roles import Roles
from calculator import Comparison, Scenario, estimate, read_scenario, resolve_question
from pricing import Catalog

T = TypeVar("T")


@dataclass(frozen=True)
class Services:
    """The parts of the running bot."""

    box: CurrentCatalog
    estimates: EstimateStore
    lookups: Lookups
    workspaces: Workspaces
    inbox: JobStore
    worker: Worker
    dataset_runs: DatasetRunStore
    defaults_store: DefaultsStore
    budgets: BudgetStore
    rates: ExchangeRates
    actuals: ActualsService
    opener: FormOpener
    roles: Roles
    limit: RateLimit
    today: Callable[[], date]

    async def defaults(self, team_id: str) -> WorkspaceDefaults:
        """Return a workspace's defaults as they are stored."""
        return WorkspaceDefaults(await self.defaults_store.get(team_id))

    async def known_defaults(self, team_id: str) -> WorkspaceDefaults:
        """Return a workspace's defaults as of a minute ago at most, in time for an acknowledgement.

        Raises:
            TimeoutError: The database is too slow.
        """
        fields = self.defaults_store.known(team_id)
        if fields is not None:
            return WorkspaceDefaults(fields)
        return await self.worker.soon(self.defaults(team_id), self.worker.timeouts.know)

    async def once(self, request: Interaction) -> None:
        """Raise DuplicateRequest if any replica has served this request. Call it before a request changes or shows
        stored data; a job has an idempotency key of its own.
        """
        if not await self.worker.soon(self.inbox.once(f"once:{request.trigger_id}", request.team_id)):
            raise DuplicateRequest

    @property
    def catalog(self) -> Catalog:
        """Return the current catalogue. It may change between two calls."""
        return self.box.catalog

    async def poster(self, team_id: str) -> Poster:
        """Return the poster of a workspace."""
        return (await self.workspaces.of(team_id)).poster

    async def price(self, fields: Mapping[str, str], as_of: date) -> Comparison:
        """Return the answer to a question: no I/O, a few milliseconds, or tens of them in a thread for a GPU search.

        Raises:
            UserError: A field is wrong or missing.
        """
        return await self._resolve(estimate, fields, as_of)

    async def check(self, fields: Mapping[str, str], as_of: date) -> None:
        """Raise the UserError that `price` would raise, in a fraction of its time."""
        await self._resolve(resolve_question, fields, as_of)

    async def _resolve(
        self, answer: Callable[[Scenario, Catalog, date], T], fields: Mapping[str, str], as_of: date
    ) -> T:
        scenario = read_scenario(fields)
        if scenario.names_a_model:
            return await asyncio.to_thread(answer, scenario, self.catalog, as_of)
        return answer(scenario, self.catalog, as_of)

    async def reply_all(
        self, queued: QueuedJob[WorkspaceJob], destination: Destination, messages: list[SlackMessage], part: str = ""
    ) -> None:
        """Post the replies of a job, each once. `part` names these replies if the job posts others too."""
        poster, user_id = await self.poster(queued.job.team_id), queued.job.user_id
        for number, message in enumerate(messages[queued.replies_posted :], queued.replies_posted):
            key = idempotency_key(queued).part(f"{part}{number}")
            destination = (await poster.post_or_dm(destination, user_id, message, key)).place
            await self.inbox.record_replies(queued, number + 1)

    async def find_estimate(
        self, job: ExportJob | BreakEvenJob | UncertaintyJob | ActualJob, destination: Destination
    ) -> SavedEstimate | None:
        """Return the estimate that a job is about; None, after a message to its user, if it was deleted."""
        saved = await self.estimates.get(job.estimate_id, team_id=job.team_id)
        if saved is None:
            text = f"There is no estimate `{escape(job.estimate_id[:40])}` any more."
            await (await self.poster(job.team_id)).only_to(job.user_id, destination, text_message(text))
        return saved


def idempotency_key(queued: QueuedJob[Job]) -> IdempotencyKey:
    """Return the key of a job's messages."""
    return IdempotencyKey(queued.idempotency_key, may_stand=queued.may_have_posted, since=queued.accepted_at)
