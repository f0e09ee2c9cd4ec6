"""Read actual amounts, and compare the recorded ones with their estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import aiohttp

from bot.actuals.aggregate import bill_scope
from bot.actuals.billing_http import Addresses, BillingHttp, PullError
from bot.actuals.command import ActualCommand
from bot.actuals.match import choose_offer
from bot.actuals.platforms import PLATFORMS
from bot.actuals.query import BillQuery
from bot.prices.current_catalog import CurrentCatalog
from bot.render.parts.money import CENT, money
from bot.store import ActualStore, PlatformKeyStore, RecordedActual, SavedEstimate, newest
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

KEYS_DISABLED = "ftcost can't read bills from platforms here: its operator has to set FTCOST_ENCRYPTION_KEYS first."
NOTHING_RECORDED = (
    "Nothing is recorded yet for this estimate. Enter an amount with `/ftcost actual ID 131.20 inference 2026-11`, "
    "or mention ftcost in its thread with a bill as CSV."
)


class ActualsReport:
    """An estimate of one offer beside the amounts that were paid for it.

    Attributes:
        comparison: The estimate, with the catalogue in use.
        offer: The offer that the amounts are for.
        recorded: The latest amount of each month and part.
        variances: Actual − estimate, by month and part.
        recalibration: Values of the question that the amounts suggest.
        correction_count: The number of recorded amounts that a later one replaced.
    """

    def __init__(self, comparison: Comparison, offer: Estimate, history: Sequence[RecordedActual]) -> None:
        self.comparison = comparison
        self.offer = offer
        self.recorded = newest(history, offer.offer.id)
        actuals = [recorded.actual for recorded in self.recorded]
        self.variances: tuple[Variance, ...] = actual_variances(comparison, offer, actuals)
        self.recalibration: Recalibration = recalibrate(comparison, offer, self.variances)
        self.correction_count = sum(recorded.offer == offer.offer.id for recorded in history) - len(self.recorded)

    def notes(self, saved: SavedEstimate) -> list[str]:
        """Return notes on the sources of the amounts, on corrections and on changed prices.

        Args:
            saved: The estimate as it was quoted.
        """
        sources = ", ".join(dict.fromkeys(recorded.source for recorded in self.recorded))
        notes = [f"Recorded: {sources}"]
        if self.correction_count:
            amounts = "amount was" if self.correction_count == 1 else "amounts were"
            notes.append(f"{self.correction_count} recorded {amounts} corrected")
        quoted = saved.result.find(self.offer.offer.id)
        quoted_usd = quoted.total_usd if quoted else None
        current_usd = self.offer.total_usd
        if quoted_usd is not None and current_usd is not None and abs(quoted_usd - current_usd) >= CENT:
            notes.append(
                f"prices have changed: the total was quoted as {money(quoted_usd)} and is {money(current_usd)} today"
            )
        return notes


@dataclass(frozen=True)
class ActualsService:
    """Reads actual amounts of estimates and compares them. `keys` is None if keys can't be stored."""

    current: CurrentCatalog
    rules: BillRules
    store: ActualStore
    keys: PlatformKeyStore | None
    session: aiohttp.ClientSession
    addresses: Addresses
    clock: Callable[[], datetime]

    @property
    def catalog(self) -> Catalog:
        """Return the catalogue in use."""
        return self.current.catalog

    def comparison(self, saved: SavedEstimate) -> Comparison:
        """Return a saved estimate, calculated as of its own date with the catalogue in use."""
        return estimate(read_scenario(saved.fields), self.catalog, date.fromisoformat(saved.as_of))

    async def report(self, saved: SavedEstimate, offer: str | None = None) -> ActualsReport:
        """Return the report on one offer of an estimate.

        Args:
            saved: The estimate.
            offer: The offer's id; None: the one with the latest recorded amount.

        Raises:
            UserError: Nothing is recorded, or the estimate has no such offer.
        """
        history = await self.store.history(team_id=saved.team_id, estimate_id=saved.id)
        if not history:
            raise UserError(NOTHING_RECORDED)
        comparison = self.comparison(saved)
        chosen = choose_offer(comparison, offer or history[-1].offer, None, "it")
        return ActualsReport(comparison, chosen, history)

    def typed_amounts(self, command: ActualCommand, today: date) -> list[Actual]:
        """Return the amount in a command; if its month isn't over, it covers the days up to today."""
        month = command.month or today.replace(day=1)
        through = min(month_after(month), date.fromordinal(today.toordinal() + 1))
        return [Actual(month, command.part, command.usd or Decimal(0), through)]

    async def pull(self, command: ActualCommand, saved: SavedEstimate, chosen: Estimate, today: date) -> list[Actual]:
        """Read the amounts of a month from a platform's billing API.

        Args:
            command: Its `pull` names the platform.
            saved: The estimate; only charges since its date count.
            chosen: The offer whose model is looked for.
            today: The end of a month that isn't over.

        Raises:
            UserError: There is no key, the month is before the estimate, or the platform has no such charges.
        """
        platform = PLATFORMS[command.pull or ""]
        if self.keys is None:
            raise UserError(KEYS_DISABLED)
        key = await self.keys.get(command.pull or "", team_id=saved.team_id)
        if key is None:
            raise UserError(f"No key for {platform.title} is stored yet. An admin can add one with `/ftcost keys`.")
        scope = bill_scope(chosen.offer, self.catalog, date.fromisoformat(saved.as_of), today)
        query = BillQuery(scope, command.month or today.replace(day=1), self.rules, self.clock(), command.jobs)
        if query.start >= query.end:
            raise UserError(f"{query.month:%Y-%m} is before the estimate, which is from {saved.as_of}.")
        actuals = await platform.pull(BillingHttp(self.session, self.addresses, platform.title), key, query)
        if not actuals:
            raise PullError(f"{platform.title} has no charges for a tuned {scope.model} in {query.month:%Y-%m}.")
        return actuals
