"""The books of actual amounts: what is recorded for an estimate, held against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import aiohttp

from bot.actuals.aggregate import scope_of
from bot.actuals.billing_http import Addresses, BillingHttp, PullError
from bot.actuals.command import ActualCommand
from bot.actuals.match import choose_offer
from bot.actuals.platforms import PLATFORMS
from bot.actuals.query import BillQuery
from bot.prices.current_catalog import CurrentCatalog
from bot.render.money import CENT, money
from bot.store import ActualStore, ProviderKeys, RecordedActual, SavedEstimate, newest
from calculator import (
    Actual,
    Comparison,
    Estimate,
    Recalibration,
    UserError,
    Variance,
    actual_variances,
    estimate,
    month_after,
    read_scenario,
    recalibrate,
)
from pricing import BillRules, Catalog

NO_KEYS = "No platform can be asked here: whoever runs ftcost has to set FTCOST_ENCRYPTION_KEYS first."
NOTHING = (
    "Nothing is recorded yet for this estimate. Say what was paid: `/ftcost actual ID 131.20 inference 2026-11`, "
    "or mention ftcost in its thread with a bill as CSV."
)


class ActualsReport:
    """An estimate with what was paid: everything that a page of it needs."""

    def __init__(self, comparison: Comparison, offer: Estimate, history: Sequence[RecordedActual]) -> None:
        self.comparison = comparison
        self.offer = offer
        self.recorded = newest(history, offer.offer.id)
        self.held: tuple[Variance, ...] = actual_variances(comparison, offer, [one.actual for one in self.recorded])
        self.recalibrated: Recalibration = recalibrate(comparison, offer, self.held)
        self.corrected = sum(one.offer == offer.offer.id for one in history) - len(self.recorded)

    def notes(self, saved: SavedEstimate) -> list[str]:
        """Where the amounts come from, and what has changed since the estimate was quoted."""
        sources = ", ".join(dict.fromkeys(one.source for one in self.recorded))
        notes = [f"Recorded: {sources}"]
        if self.corrected:
            figures = "figure was" if self.corrected == 1 else "figures were"
            notes.append(f"{self.corrected} earlier {figures} corrected and kept")
        quoted = saved.result.find(self.offer.offer.id)
        was = quoted.total_usd if quoted else None
        now = self.offer.total_usd
        if was is not None and now is not None and abs(was - now) >= CENT:
            notes.append(f"prices were read anew since: the total was quoted as {money(was)} and is {money(now)} now")
        return notes


@dataclass(frozen=True)
class ActualsService:
    """Actual amounts of a workspace's estimates. `keys` is None where no keys can be kept."""

    box: CurrentCatalog
    rules: BillRules
    store: ActualStore
    keys: ProviderKeys | None
    session: aiohttp.ClientSession
    addresses: Addresses
    now: Callable[[], datetime]

    @property
    def catalog(self) -> Catalog:
        """The one in use at this moment."""
        return self.box.catalog

    def comparison(self, saved: SavedEstimate) -> Comparison:
        """The estimate as of its day."""
        return estimate(read_scenario(saved.fields), self.catalog, date.fromisoformat(saved.as_of))

    async def shown(self, saved: SavedEstimate, offer: str | None = None) -> ActualsReport:
        """The offer that was recorded last, or the named one. Raises UserError where nothing is recorded."""
        history = await self.store.history(team_id=saved.team_id, estimate_id=saved.id)
        if not history:
            raise UserError(NOTHING)
        comparison = self.comparison(saved)
        chosen = choose_offer(comparison, offer or history[-1].offer, None, "it")
        return ActualsReport(comparison, chosen, history)

    def typed(self, asked: ActualCommand, today: date) -> list[Actual]:
        """The amount that somebody typed; a month that is not over counts up to today."""
        month = asked.month or today.replace(day=1)
        through = min(month_after(month), date.fromordinal(today.toordinal() + 1))
        return [Actual(month, asked.part, asked.usd or Decimal(0), through)]

    async def pulled(self, asked: ActualCommand, saved: SavedEstimate, chosen: Estimate, today: date) -> list[Actual]:
        """What the platform says was paid. Raises UserError."""
        platform = PLATFORMS[asked.pull or ""]
        if self.keys is None:
            raise UserError(NO_KEYS)
        key = await self.keys.get(asked.pull or "", team_id=saved.team_id)
        if key is None:
            raise UserError(f"There is no key for {platform.title} yet. An admin puts it in with `/ftcost keys`.")
        scope = scope_of(chosen.offer, self.catalog, date.fromisoformat(saved.as_of), today)
        ask = BillQuery(scope, asked.month or today.replace(day=1), self.rules, self.now(), asked.jobs)
        if ask.start >= ask.end:
            raise UserError(f"{ask.month:%Y-%m} lies before the estimate, which is of {saved.as_of}.")
        found = await platform.pull(BillingHttp(self.session, self.addresses, platform.title), key, ask)
        if not found:
            raise PullError(f"{platform.title} has no charge for a tuned {scope.model} in {ask.month:%Y-%m}.")
        return found
