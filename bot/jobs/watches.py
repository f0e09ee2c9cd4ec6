"""Work that the clock begins: price refreshes, checks of watches, and alerts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from slack_sdk.errors import SlackApiError

from bot.errors import error_of, is_transient
from bot.prices.current_catalog import CatalogRefresher
from bot.queue.model import AlertJob, CheckWatchesJob, QueuedJob, RefreshPricesJob
from bot.render.blocks import SlackMessage
from bot.results import document
from bot.services import Services, idempotency_key
from bot.slack.poster import NOBODY, SHUT_OUT, Destination
from bot.slack.workspaces import NotInstalled
from bot.store import SavedEstimate, Watch, WatchStore
from bot.watches.alert import alert, elsewhere
from bot.watches.changes import WatchChange, watch_change
from bot.watches.state import decode_state
from bot.watches.threshold import read_threshold
from pricing import Catalog

log = logging.getLogger(__name__)

PAGE = 100
THREAD_GONE = SHUT_OUT | {"thread_not_found", "message_not_found"}


@dataclass(frozen=True)
class ScheduledJobs:
    """Handlers of what the clock begins: price refreshes, checks of watches, and their alerts."""

    services: Services
    watches: WatchStore
    prices: CatalogRefresher
    today: Callable[[], date]

    async def refresh(self, queued: QueuedJob[RefreshPricesJob]) -> None:
        """Read the price feeds. A run that is late counts for the day on which it happens."""
        await self.prices.refresh(self.today())

    async def watch(self, queued: QueuedJob[CheckWatchesJob]) -> None:
        """Check every watched estimate, and queue an alert for each that changed by more than its threshold."""
        await self.prices.catch_up()
        await self.services.inbox.delete_old()
        last_number = 0
        while page := await self.watches.page(last_number, PAGE):
            last_number = page[-1].number
            for watch in page:
                try:
                    await self._check(watch)
                except Exception as error:  # a broken one must not keep the others from their check
                    if is_transient(error):
                        raise
                    log.exception("the watch of estimate %s could not be checked", watch.estimate_id)

    async def _check(self, watch: Watch) -> None:
        saved = await self.services.estimates.get(watch.estimate_id, team_id=watch.team_id)
        if saved is None:
            await self.watches.remove(watch.estimate_id, team_id=watch.team_id, user_id=None)
            return
        if await self._change(watch, saved, self.prices.current.catalog) is None:
            return
        # The day is in the key, so that an alert that fails today is tried again tomorrow.
        key = f"alert:{watch.number}:{watch.alerts}:{self.today()}"
        job = AlertJob(
            estimate_id=saved.id,
            team_id=watch.team_id,
            user_id=watch.user_id,
            channel_id=saved.channel_id,
            thread_ts=saved.thread_ts,
            alert_number=watch.alerts,
        )
        await self.services.inbox.put(QueuedJob(key, job))

    async def alert(self, queued: QueuedJob[AlertJob]) -> None:
        """Post what has changed for a watched estimate."""
        job = queued.job
        await self.prices.catch_up()
        watch = await self.watches.get(job.estimate_id, team_id=job.team_id)
        saved = await self.services.estimates.get(job.estimate_id, team_id=job.team_id)
        if watch is None or saved is None or watch.alerts != job.alert_number:
            return
        try:
            workspace = await self.services.workspaces.of(job.team_id)
        except NotInstalled:
            return
        if workspace.team_id != job.team_id:  # another workspace used this database before
            return
        catalog = self.prices.current.catalog
        change = await self._change(watch, saved, catalog)
        if change is None:
            return
        if not queued.replies_posted:
            await self._post(queued, watch, saved, alert(change, saved, watch, catalog, self.today()))
            await self.services.inbox.record_replies(queued, 1)
        await self.watches.told(watch, document(change.state))

    async def _change(self, watch: Watch, saved: SavedEstimate, catalog: Catalog) -> WatchChange | None:
        state, over = decode_state(watch.told, saved.result), read_threshold(watch.over)
        return await asyncio.to_thread(watch_change, state, over, saved, catalog, self.today())

    async def _post(
        self, queued: QueuedJob[AlertJob], watch: Watch, saved: SavedEstimate, message: SlackMessage
    ) -> None:
        """Post an alert into the thread, or to the user if the thread is gone; without a user the watch ends."""
        poster, mark = await self.services.poster(watch.team_id), idempotency_key(queued)
        try:
            if saved.channel_id:
                await poster.post(Destination(saved.channel_id, saved.thread_ts), message, mark)
                return
        except SlackApiError as error:
            if error_of(error) not in THREAD_GONE:
                raise
        try:
            await poster.post(await poster.direct(watch.user_id), elsewhere(message, saved), mark)
        except SlackApiError as error:
            if error_of(error) not in NOBODY:
                raise
            log.info("the watch of estimate %s ends: its user %s is gone", saved.id, watch.user_id)
            await self.watches.remove(saved.id, team_id=watch.team_id, user_id=None)
