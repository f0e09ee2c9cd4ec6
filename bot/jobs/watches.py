"""The scheduled jobs: price refreshes, checks of watches, and alerts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from slack_sdk.errors import SlackApiError

from bot.errors import error_of, is_transient
from bot.prices.current_catalog import CatalogRefresher
from bot.queue.model import AlertJob, CheckWatchesJob, QueuedJob, RefreshPricesJob
from bot.render.parts.blocks import SlackMessage
from bot.results import document
from bot.services import Services, idempotency_key
from bot.slack.outcomes import USER_GONE, has_other_way
from bot.slack.poster import Destination
from bot.slack.workspaces import NotInstalled
from bot.store import Retention, SavedEstimate, Watch, WatchStore
from bot.watches.alert import alert, direct_alert
from bot.watches.changes import WatchChange, watch_change
from bot.watches.state import decode_state
from bot.watches.threshold import read_threshold
from pricing import Catalog

log = logging.getLogger(__name__)

PAGE_SIZE = 100
"""The number of watches that are read at a time."""


@dataclass(frozen=True)
class ScheduledJobs:
    """The handlers of scheduled jobs."""

    services: Services
    watches: WatchStore
    prices: CatalogRefresher
    retention: Retention
    today: Callable[[], date]

    async def refresh(self, queued: QueuedJob[RefreshPricesJob]) -> None:
        """Refresh the prices from their feeds, as of today even if the job is late."""
        await self.prices.refresh(self.today())

    async def check_watches(self, queued: QueuedJob[CheckWatchesJob]) -> None:
        """Check every watched estimate, and queue an alert for each that changed by more than its threshold."""
        await self.prices.catch_up()
        await self.services.job_store.delete_old()
        await self.services.personal_data.delete_expired(self.retention)
        last_number = 0
        while page := await self.watches.page(last_number, PAGE_SIZE):
            last_number = page[-1].number
            for watch in page:
                try:
                    await self._check(watch)
                except Exception as error:  # one broken watch must not stop the others
                    if is_transient(error):
                        raise
                    log.exception("watch of estimate %s: the check failed", watch.estimate_id)

    async def _check(self, watch: Watch) -> None:
        saved = await self.services.estimates.get(watch.estimate_id, team_id=watch.team_id)
        if saved is None:
            await self.watches.remove(watch.estimate_id, team_id=watch.team_id, user_id=None)
            return
        if await self._change(watch, saved, self.services.catalog) is None:
            return
        # The key contains the day, so that an alert that fails today is tried again tomorrow.
        key = f"alert:{watch.number}:{watch.alerts}:{self.today()}"
        job = AlertJob(
            estimate_id=saved.id,
            team_id=watch.team_id,
            user_id=watch.user_id,
            channel_id=saved.channel_id,
            thread_ts=saved.thread_ts,
            alert_number=watch.alerts,
        )
        await self.services.job_store.put(QueuedJob(key, job))

    async def alert(self, queued: QueuedJob[AlertJob]) -> None:
        """Post the changes of a watched estimate."""
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
        if workspace.team_id != job.team_id:  # the database was used with another workspace's token
            return
        catalog = self.services.catalog
        change = await self._change(watch, saved, catalog)
        if change is None:
            return
        if not queued.replies_posted:
            await self._post(queued, watch, saved, alert(change, saved, watch, catalog, self.today()))
            await self.services.job_store.record_replies(queued, 1)
        await self.watches.told(watch, document(change.state))

    async def _change(self, watch: Watch, saved: SavedEstimate, catalog: Catalog) -> WatchChange | None:
        state, over = decode_state(watch.told, saved.result), read_threshold(watch.over)
        return await self.services.compute(watch_change, state, over, saved, catalog, self.today())

    async def _post(
        self, queued: QueuedJob[AlertJob], watch: Watch, saved: SavedEstimate, message: SlackMessage
    ) -> None:
        """Post an alert in the thread, or to the user if the thread is gone. If the user is gone too, end the watch."""
        poster, key = await self.services.poster(watch.team_id), idempotency_key(queued)
        try:
            if saved.channel_id:
                thread = Destination(saved.channel_id, saved.thread_ts)
                await self.services.record_message(watch.team_id, await poster.post(thread, message, key))
                return
        except SlackApiError as error:
            if not has_other_way("chat.postMessage", error):
                raise
        try:
            await poster.post(await poster.open_dm(watch.user_id), direct_alert(message, saved), key)
        except SlackApiError as error:
            if error_of(error) not in USER_GONE:
                raise
            log.info("watch of estimate %s: removed because user %s no longer exists", saved.id, watch.user_id)
            await self.watches.remove(saved.id, team_id=watch.team_id, user_id=None)
