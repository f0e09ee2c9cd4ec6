"""Watched estimates: alerts, their thresholds and their place. The figures are in tests/bot/fixture_catalog.py."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import UNSET, structs

from bot.results import END_KINDS
from bot.store import EstimateStore, open_database
from bot.usecases.watches import NOT_ALLOWED
from playground import FakeSlack
from pricing import BasePrice, Catalog, NameResolution, SoldModel, question_source
from tests.bot import fixture_catalog, slack_actions
from tests.bot.fixture_catalog import ON, catalogue, offer
from tests.bot.message_text import estimate_id, rows, texts
from tests.bot.slack_actions import Json
from tests.conftest import TODAY, Workspace, running_bot

DAY = timedelta(days=1)


@dataclass
class Life:
    """One bot over weeks: started again and again on the same database, with the catalogue of the day."""

    slack: FakeSlack
    url: str
    time: datetime = TODAY

    @asynccontextmanager
    async def start(self, catalog: Catalog) -> AsyncIterator[Workspace]:
        async with running_bot(catalog, self.slack, self.url, lambda: self.time) as running:
            yield running

    async def look(self, catalog: Catalog, after: timedelta = DAY) -> None:
        """Start later, look at the clock, and stop when all that was due is done."""
        self.time += after
        async with self.start(catalog) as running:
            await running.app.scheduler.look()

    async def asked(self, watch: str = "", *, on: str = ON, catalog: Catalog | None = None, more: str = "") -> Json:
        """Ask the example, and watch it; its first message."""
        async with self.start(catalog or catalogue()):
            parent = await slack_actions.ask(self.slack, f"on={on} {fixture_catalog.LINE} {more}")
            said = await self.slack.command(f"watch {estimate_id(parent)} {watch}")
            assert "is watched" in said.json()["text"], said.body
            assert ("or of prompting" in said.json()["text"]) == ("base=" in more)
        return parent

    def alerts(self, parent: Json) -> list[Json]:
        """What was told in the thread, after the answer itself."""
        replies = self.slack.messages(parent["channel"], parent["ts"])
        return [reply for reply in replies if "unwatch" in texts(reply)]


@pytest.fixture
def life(slack: FakeSlack, database_url: str) -> Life:
    return Life(slack, database_url)


# --- prices -----------------------------------------------------------------------------------------------------------


async def test_a_price_that_rises_is_told_once_with_its_cause(life: Life, slack: FakeSlack) -> None:
    """Input at $4: 12 × 150M tokens × $1 more: $1,800.00, 13.8 % of $13,080.00."""
    parent = await life.asked()
    dearer = catalogue(offer(input="4"))
    await life.look(dearer)
    (alert,) = life.alerts(parent)
    assert rows(alert) == [
        ["Offer", "As quoted", "As of today", "Difference"],
        [fixture_catalog.NAME, "$13,080.00", "$14,880.00", "+$1,800.00"],
    ]
    assert "price of Input tokens +$1,800.00." in texts(alert)
    assert "quoted on 21 Nov, priced again on 22 Nov" in texts(alert)
    assert f"watched by <@{slack.you}> over 5%" in texts(alert)
    for _ in range(2):
        await life.look(dearer)
    assert len(life.alerts(parent)) == 1
    assert slack.violations == []


async def test_price_that_falls_back_is_reported_against_the_quote(life: Life) -> None:
    """$1,800.00 less is 12.1 % of the $14,880.00 that were told last; against the quote it is nothing."""
    parent = await life.asked()
    await life.look(catalogue(offer(input="4")))
    await life.look(catalogue())
    back = life.alerts(parent)[1]
    assert rows(back)[1] == [fixture_catalog.NAME, "$13,080.00", "$13,080.00", "±$0.00"]
    assert "the same as quoted" in texts(back)
    assert "Since the last alert on 22 Nov: price of Input tokens −$1,800.00." in texts(back)
    await life.look(catalogue())
    assert len(life.alerts(parent)) == 2


async def test_only_above_the_threshold_and_in_both_directions(life: Life, slack: FakeSlack) -> None:
    """Input at $4 is $1,800.00 or 13.76 % more; then at $2, $3,600.00 or 24.2 % less than the $14,880.00 told last.
    Where nothing was told, it is $1,800.00 less than the quote.
    """
    told = {"over 13%": 2, "over 14%": 0, "over $1,799.99": 2, "over $1.8k": 0}
    told |= {"over 20% or $1.7k": 2, "over $1.8k or 14%": 0, "over $9k OR 13%": 2}
    async with life.start(catalogue()):
        parents = {over: await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}") for over in told}
        for over, parent in parents.items():
            await slack.command(f"watch {estimate_id(parent)} {over}")
    await life.look(catalogue(offer(input="4")))
    await life.look(catalogue(offer(input="2")))
    assert {over: len(life.alerts(parent)) for over, parent in parents.items()} == told


async def test_the_default_is_five_percent_of_the_total(life: Life) -> None:
    """12 × 150 × $0.36 = $648.00 of $13,080.00: 4.95 %. One cent more: $666.00, 5.09 %."""
    parent = await life.asked()
    await life.look(catalogue(offer(input="3.36")))
    assert life.alerts(parent) == []
    await life.look(catalogue(offer(input="3.37")))
    assert len(life.alerts(parent)) == 1


async def test_small_steps_add_up_until_they_are_told(life: Life) -> None:
    """Twice $360.00 (2.75 %): the second makes it $720.00, 5.5 % of what was quoted."""
    parent = await life.asked()
    await life.look(catalogue(offer(input="3.20")))
    assert life.alerts(parent) == []
    await life.look(catalogue(offer(input="3.40")))
    (alert,) = life.alerts(parent)
    assert "+$720.00" in texts(alert)


async def test_a_dated_price_is_told_as_the_price_it_is(life: Life) -> None:
    """As a refresh writes it: $4 from 2026-11-22 on."""
    parent = await life.asked()
    await life.look(catalogue(offer(input_later=("4", "2026-11-22"))))
    (alert,) = life.alerts(parent)
    assert "Causes of the difference to the quote: price of Input tokens +$1,800.00." in texts(alert)


async def test_price_announced_in_the_quote_raises_no_alert(life: Life) -> None:
    """$6 from 2027-02-01 on stands in the quote; half a year later nearly the whole horizon is priced at it."""
    known = catalogue(offer(input_later=("6", "2027-02-01")))
    parent = await life.asked(catalog=known)
    await life.look(known, timedelta(days=40))
    await life.look(known, timedelta(days=140))
    assert life.alerts(parent) == []


async def test_of_a_range_the_likely_value_is_watched(life: Life) -> None:
    """1..3 runs: likely two, so $240.00 of training; 12 × $1,080.00; and $1,800.00 more."""
    parent = await life.asked(more="runs=1..3")
    await life.look(catalogue(offer(input="4")))
    (alert,) = life.alerts(parent)
    assert rows(alert)[1] == [fixture_catalog.NAME, "$13,200.00", "$15,000.00", "+$1,800.00"]
    assert "At the likely values of your ranges." in texts(alert)


async def test_another_offer_that_is_cheapest_now_is_told(life: Life) -> None:
    """Two reads at $4, so One is cheapest; at $1 it costs 12 × 150 × $2 = $3,600.00 less than One."""
    parent = await life.asked(on="acme", catalog=catalogue(offer(), offer("two", input="4")))
    await life.look(catalogue(offer(), offer("two", input="2.80")))  # $360.00 less is 2.75 %
    assert life.alerts(parent) == []
    cheaper = catalogue(offer(), offer("two", input="1"))
    await life.look(cheaper)
    (alert,) = life.alerts(parent)
    assert "Two (Acme) is now the cheapest: $9,480.00." in texts(alert)
    assert rows(alert)[1:] == [
        [fixture_catalog.NAME, "$13,080.00", "$13,080.00", "±$0.00"],
        ["Two (Acme)", "$14,880.00", "$9,480.00", "−$5,400.00"],
    ]
    await life.look(cheaper)
    assert len(life.alerts(parent)) == 1


async def test_removed_offer_is_reported_once_and_again_on_return(life: Life) -> None:
    parent = await life.asked()
    for _ in range(2):
        await life.look(catalogue(offer("two")))
    (alert,) = life.alerts(parent)
    assert f"{fixture_catalog.NAME} isn't in the catalogue any more." in texts(alert)
    assert rows(alert)[1:] == [[fixture_catalog.NAME, "$13,080.00", "–", "unknown"]], (
        "of what was not asked for nothing is said"
    )
    await life.look(catalogue())
    assert "the same as quoted" in texts(life.alerts(parent)[1])


async def test_a_price_nobody_knows_any_more_is_told(life: Life) -> None:
    parent = await life.asked()
    await life.look(catalogue(offer(input="unknown")))
    (alert,) = life.alerts(parent)
    assert "no longer has a complete price: Input tokens: the price is not known." in texts(alert)
    assert rows(alert)[1][-1] == "unknown"


@dataclass(frozen=True)
class Prompted:
    """The model that is prompted, at a price of the test's."""

    input_usd: Decimal

    @property
    def names(self) -> tuple[str, ...]:
        return ("prompted",)

    @property
    def sold(self) -> tuple[SoldModel, ...]:
        return ()

    def resolve(self, name: str) -> NameResolution:
        return NameResolution("base model", name, (name,))

    def price(self, name: str, day: date) -> BasePrice:
        source = question_source("a price list", day)
        return BasePrice(name, "Acme", self.input_usd, None, Decimal(6), None, None, None, source, None)


def beside_prompting(input_usd: str) -> Catalog:
    plain = catalogue()
    base_models = Prompted(Decimal(input_usd))
    return Catalog(plain.offers.values(), plain.assumptions, base_models, plain.gpus, f"base-{input_usd}")


async def test_price_of_the_base_model_is_reported_with_the_payback(life: Life) -> None:
    """Prompted with 1,000 tokens more at $3, a call costs 1,100 × 3 + 70 × 6 = 3,720 millionths, tuned 720: training's
    $120.00 are back after 40,000 calls. At $2 it is 2,620, and 120 / 1,900 millionths are 63,158 calls. A year of 18M
    calls: $66,960.00, then $47,160.00.
    """
    parent = await life.asked(more="base=big prompt=1000->0", catalog=beside_prompting("3"))
    await life.look(beside_prompting("3.1"))  # $1,980.00, 2.96 %
    assert life.alerts(parent) == []
    for _ in range(2):
        await life.look(beside_prompting("2"))
    (alert,) = life.alerts(parent)
    assert "Prompting big (Acme) now costs $47,160.00." in texts(alert)
    assert rows(alert)[1:] == [
        [fixture_catalog.NAME, "$13,080.00", "$13,080.00", "±$0.00"],
        ["Prompting big (Acme)", "$66,960.00", "$47,160.00", "−$19,800.00"],
        [f"{fixture_catalog.NAME} pays back", "40,000 calls, on 22 Nov", "63,158 calls, on 25 Nov", "–"],
    ]


# --- ends -------------------------------------------------------------------------------------------------------------

ENDING = "training_ends: 2026-12-31, inference_ends: 2027-02-28"


async def test_end_is_counted_down_and_missed_steps_are_one_message(life: Life) -> None:
    """Training ends on day 40 after the question. 30 days before, then 10 days of downtime over the step of 14, then
    the day before.
    """
    closing = catalogue(offer(ends=ENDING))
    parent = await life.asked(catalog=closing)
    for days in (9, 1, 1):  # 31, 30 and 29 days before
        await life.look(closing, timedelta(days=days))
    (first,) = life.alerts(parent)
    assert "In 30 days, 31 Dec, is the last day of training" in texts(first)
    await life.look(closing, timedelta(days=23))  # 6 days before: the steps of 14 and 7 were missed
    assert len(life.alerts(parent)) == 2
    assert "In 6 days, 31 Dec" in texts(life.alerts(parent)[1])
    for days in (3, 2):  # 3 days and 1 day before
        await life.look(closing, timedelta(days=days))
    assert len(life.alerts(parent)) == 3
    assert "In 1 day, 31 Dec" in texts(life.alerts(parent)[2])


async def test_the_days_that_pass_are_no_news_of_a_model_that_ends(life: Life) -> None:
    """Answers end on 2027-10-01, ten months on: a day costs 1/314 of what is left, and 150 days half of it."""
    closing = catalogue(offer(ends="inference_ends: 2027-10-01"))
    parent = await life.asked(catalog=closing)
    for _ in range(5):
        await life.look(closing, timedelta(days=30))
    assert life.alerts(parent) == []


async def test_end_of_training_says_how_long_models_are_served(life: Life) -> None:
    """Quoted over the 99 days to its end: 120 + 99 × 12 / 365 × 1,080 = $3,635.18."""
    closing = catalogue(offer(ends=ENDING))
    parent = await life.asked(catalog=closing)
    await life.look(closing, timedelta(days=41))
    alert = life.alerts(parent)[-1]
    assert "Training One ended on 31 Dec 2026. Tuned models answer until 28 Feb." in texts(alert)
    assert rows(alert)[1] == [fixture_catalog.NAME, "$3,635.18", "–", "unknown"]


async def test_an_end_that_moves_is_told_with_what_it_does(life: Life) -> None:
    """The model was open; now it stops after 73 of 365 days, 2.4 of 12 months: 120 + 2.4 × 1,080 = $2,712.00."""
    parent = await life.asked()
    await life.look(catalogue(offer(ends="inference_ends: 2027-02-03")))
    (alert,) = life.alerts(parent)
    assert "New: 3 Feb 2027 is the day on which fine-tuned models stop working." in texts(alert)
    assert rows(alert)[1] == [fixture_catalog.NAME, "$13,080.00", "$2,712.00", "−$10,368.00"]
    assert "the day on which it ends −$10,368.00." in texts(alert)
    await life.look(catalogue(offer(ends="inference_ends: 2027-02-03")))
    assert len(life.alerts(parent)) == 1


async def test_what_closes_to_new_customers_is_counted_down_and_told(life: Life) -> None:
    """Open to them until 2026-11-30, nine days after the question; Two costs $1,800.00 more and stays open."""
    offers = [offer(ends="new_customers_until: 2026-11-30"), offer("two", input="4")]
    parent = await life.asked(on="acme", catalog=catalogue(*offers))
    existing = await life.asked(on="acme", catalog=catalogue(*offers), more="customer=existing")
    for days in (1, 1, 8):  # 8 and 7 days before, and the day after
        await life.look(catalogue(*offers), timedelta(days=days))
    near, closed = life.alerts(parent)
    assert "In 7 days, 30 Nov, is the last day on which new customers can train it" in texts(near)
    assert "isn't available for your scenario any more: New customers could train until 30 Nov" in texts(closed)
    assert "Two (Acme) is now the cheapest: $14,880.00." in texts(closed)
    assert life.alerts(existing) == []


async def test_a_model_that_has_ended_is_told(life: Life) -> None:
    parent = await life.asked(catalog=catalogue(offer(ends="inference_ends: 2026-11-30")))
    await life.look(catalogue(offer(ends="inference_ends: 2026-11-30")), timedelta(days=9))
    (alert,) = life.alerts(parent)
    assert "One ended on 30 Nov." in texts(alert)


async def test_estimate_without_saved_ends_takes_the_current_ones(life: Life, slack: FakeSlack) -> None:
    """It stands in no channel either, so its person is told alone."""
    closing, team = catalogue(offer(ends="inference_ends: 2027-02-03")), slack.workspace.team["id"]
    parent = await life.asked(catalog=closing)
    database = await open_database(life.url)
    estimates = EstimateStore(database, lambda: TODAY.replace(tzinfo=None))
    saved = await estimates.get(estimate_id(parent), team_id=team)
    assert saved
    (whole,) = saved.result.estimates
    old = structs.replace(whole, **dict.fromkeys(END_KINDS, UNSET))
    result = structs.replace(saved.result, estimates=(old,))
    await estimates.save("bcdfghjkmn", team_id=team, user_id=slack.you, fields=saved.fields, result=result)
    await database.close()
    async with life.start(closing):
        assert "is watched" in (await slack.command("watch bcdfghjkmn")).json()["text"]
    await life.look(closing)
    assert slack.messages(slack.im) == []
    await life.look(catalogue())
    (direct,) = slack.messages(slack.im)
    assert "3 Feb 2027 isn't the day on which fine-tuned models stop working any more" in texts(direct)


async def test_ten_days_of_downtime_give_one_message(life: Life) -> None:
    """Dearer, an end near, and a reminder due, after 31 days: the end of training is 10 days away."""
    parent = await life.asked(catalog=catalogue(offer(ends="training_ends: 2027-01-01", hosting="0.10")))
    await life.look(catalogue(offer(ends="training_ends: 2027-01-01", hosting="0.10", input="4")), timedelta(days=31))
    (alert,) = life.alerts(parent)
    for said in ("+$1,800.00", "In 10 days, 1 Jan 2027", "costs $72.00 a month while it is deployed"):
        assert said in texts(alert)


# --- what bills while idle --------------------------------------------------------------------------------------------


async def test_what_bills_while_idle_is_said_every_thirty_days(life: Life) -> None:
    """$1.70 an hour, 24 hours a day, 30 days a month: $1,224.00."""
    hosted = catalogue(offer(hosting="1.70"))
    parent = await life.asked(catalog=hosted)
    counts = []
    for days in (29, 1, 29, 1):
        await life.look(hosted, timedelta(days=days))
        counts.append(len(life.alerts(parent)))
    assert counts == [0, 1, 1, 2]
    assert f"{fixture_catalog.NAME} costs $1,224.00 a month while it is deployed, even if it gets no calls" in texts(
        life.alerts(parent)[0]
    )


# --- once, wherever it runs -------------------------------------------------------------------------------------------


async def test_two_replicas_tell_it_once(slack: FakeSlack, postgres_url: str) -> None:
    life = Life(slack, postgres_url)
    parent = await life.asked()
    life.time += DAY
    dearer = catalogue(offer(input="4"))
    async with life.start(dearer) as one, life.start(dearer) as other:
        await asyncio.gather(*(replica.app.scheduler.look() for replica in (one, other)))
        await asyncio.gather(*(replica.app.scheduler.look() for replica in (one, other)))
    assert len(life.alerts(parent)) == 1


async def test_a_running_bot_looks_at_the_clock_by_itself(life: Life, slack: FakeSlack) -> None:
    parent = await life.asked()
    life.time += DAY
    async with life.start(catalogue(offer(input="4"))) as running:
        running.app.scheduler.start()
        await slack.wait_for(lambda: life.alerts(parent))


async def test_an_alert_survives_the_process_that_found_it(life: Life, slack: FakeSlack) -> None:
    parent = await life.asked()
    life.time += DAY
    dearer = catalogue(offer(input="4"))
    async with life.start(dearer) as running:
        never = asyncio.Event()
        slack.delay_next("chat.postMessage", never)
        await running.app.scheduler.look()
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    assert life.alerts(parent) == []
    async with life.start(dearer):
        pass
    assert len(life.alerts(parent)) == 1
    await life.look(dearer)
    assert len(life.alerts(parent)) == 1
    never.set()


async def test_alert_with_a_lost_response_is_not_repeated(life: Life, slack: FakeSlack) -> None:
    """As after a kill between posting and writing it down, where the bot may read the thread."""
    parent = await life.asked()
    slack.scopes.add("channels:history")
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    dearer = catalogue(offer(input="4"))
    for after in (timedelta(), DAY):
        await life.look(dearer, after)
    assert len(life.alerts(parent)) == 1


async def test_a_clock_that_jumps_tells_nothing_twice(life: Life) -> None:
    """A day back after an alert, then on; $4 holds from 2026-11-22."""
    parent = await life.asked()
    later = catalogue(offer(input_later=("4", "2026-11-22")))
    for jump in (1, -1, 1, 3, -2):
        await life.look(later, timedelta(days=jump))
    assert len(life.alerts(parent)) == 1


async def test_alert_refused_by_slack_is_retried_without_an_apology(life: Life, slack: FakeSlack) -> None:
    parent = await life.asked()
    before = len(slack.ephemerals())
    slack.fail_next("chat.postMessage", "fatal_error")
    dearer = catalogue(offer(input="4"))
    await life.look(dearer)
    assert life.alerts(parent) == []
    await life.look(dearer)
    assert len(life.alerts(parent)) == 1
    assert len(slack.ephemerals()) == before


async def test_nothing_is_begun_by_the_clock_before_its_hour(life: Life) -> None:
    parent = await life.asked()
    await life.look(catalogue(offer(input="4")), timedelta(hours=18, minutes=59))  # 06:59 UTC
    assert life.alerts(parent) == []
    await life.look(catalogue(offer(input="4")), timedelta(minutes=1))
    assert len(life.alerts(parent)) == 1


async def test_a_new_catalogue_is_looked_at_on_the_same_day(life: Life) -> None:
    parent = await life.asked()
    await life.look(catalogue(), timedelta())
    await life.look(catalogue(offer(input="4")), timedelta(hours=1))
    assert len(life.alerts(parent)) == 1


# --- where the thread is gone -----------------------------------------------------------------------------------------


async def delete_thread(slack: FakeSlack, parent: Json) -> None:
    slack.workspace.remove(parent)


async def remove_bot(slack: FakeSlack, parent: Json) -> None:
    """From a private channel, which does not exist for it then; as a deleted one does not."""
    channel = slack.workspace.channels[parent["channel"]]
    channel.kind, channel.members = "private", channel.members - {slack.bot_user}


async def archive(slack: FakeSlack, parent: Json) -> None:
    slack.fail_next("chat.postMessage", "is_archived")


@pytest.mark.parametrize("lose", [delete_thread, remove_bot, archive])
async def test_where_the_thread_is_gone_the_watcher_is_told_alone(
    life: Life, slack: FakeSlack, lose: Callable[[FakeSlack, Json], object]
) -> None:
    parent = await life.asked(more="name=bot")
    await lose(slack, parent)  # type: ignore[misc]
    dearer = catalogue(offer(input="4"))
    for _ in range(2):
        await life.look(dearer)
    (direct,) = slack.messages(slack.im)
    assert "+$1,800.00" in texts(direct)
    assert "can no longer post in the thread of your estimate “bot”" in texts(direct)
    assert life.alerts(parent) == []


async def test_where_the_watcher_is_gone_too_it_is_watched_no_more(life: Life, slack: FakeSlack) -> None:
    parent = await life.asked()
    slack.workspace.remove(parent)
    slack.fail_next("conversations.open", "user_not_found")
    dearer = catalogue(offer(input="4"))
    await life.look(dearer)
    async with life.start(dearer):
        assert "You don't watch any estimate" in (await slack.command("watch")).json()["text"]


# --- the command ------------------------------------------------------------------------------------------------------


async def test_what_is_watched_is_listed_and_ends_by_unwatch(life: Life, slack: FakeSlack) -> None:
    async with life.start(catalogue()):
        assert "You don't watch any estimate" in (await slack.command("watch")).json()["text"]
        one, other = [estimate_id(await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}")) for _ in range(2)]
        assert "by more than 5% (the default" in (await slack.command(f"watch `{one}`")).json()["text"]
        assert "by more than 2.5%\n" in (await slack.command(f"watch {one} over 2.5%")).json()["text"]
        mine = (await slack.command("watch")).json()["text"]
        assert f"`{one}` over 2.5%" in mine
        assert other not in mine
        lines = (await slack.command("list")).json()["text"].splitlines()
        assert [line.endswith("· watched") for line in lines if other in line or one in line] == [False, True]
        assert "isn't watched any more" in (await slack.command(f"unwatch {one}")).json()["text"]
        assert "“" + one + "” isn't watched" in (await slack.command(f"unwatch {one}")).json()["text"]
    await life.look(catalogue(offer(input="4")))
    assert not [m for m in slack.messages() if life.alerts(m)]


UNREADABLE = {
    "bcdfghjkmn": "This workspace has no estimate “bcdfghjkmn”",
    "{id} above 5%": "Write it like `watch k7m2…`",
    "{id} over": "isn't a percentage or an amount",
    "{id} over 50": "isn't a percentage or an amount",
    "{id} over -5%": "is negative",
    "{id} over 0%": "A threshold can't be zero",
    "{id} over 5% or 10%": "one percentage and one amount",
    "{id} over 5% or": "isn't a percentage or an amount",
    "{id} over $lots": "isn't a number",
    "{id} over 0.0000000000000000000001%": "too many digits",
}


async def test_a_watch_that_cannot_be_read_says_how(life: Life, slack: FakeSlack) -> None:
    async with life.start(catalogue()):
        found = estimate_id(await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}"))
        for argument, says in UNREADABLE.items():
            assert says in (await slack.command(f"watch {argument.format(id=found)}")).json()["text"]
        assert (await slack.command("unwatch")).json()["text"].startswith("Add the id")
        assert "You don't watch any estimate" in (await slack.command("watch")).json()["text"]


async def test_owner_and_admins_change_watches_with_an_audit_entry(life: Life, slack: FakeSlack) -> None:
    """You are an admin, the colleague is none, and may all the same where they asked or began the thread."""
    async with life.start(catalogue()):
        mine = estimate_id(await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}"))
        theirs = await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}", user=slack.colleague)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=theirs["ts"])
        edit = estimate_id(await slack_actions.change(slack, theirs))

        async def said(line: str, user: str) -> str:
            return str((await slack.command(line, user=user)).json()["text"])

        for line in (f"watch {mine}", f"watch {mine} over 1%"):
            assert await said(line, slack.colleague) == NOT_ALLOWED
        assert "is watched" in await said(f"watch {mine}", slack.you)
        assert await said(f"unwatch {mine}", slack.colleague) == NOT_ALLOWED
        assert "is watched" in await said(f"watch {edit} over $50", slack.colleague)
        assert "is watched" in await said(f"watch {edit} over 1%", slack.you)
        assert "isn't watched any more" in await said(f"unwatch {edit}", slack.colleague)
        await slack.command("audit")
    assert [row[1:] for row in rows(slack.ephemerals()[-1])[1:]] == [
        [slack.colleague, f"alert of estimate {edit}", "over 1% → –"],
        [slack.you, f"alert of estimate {edit}", "over $50 → over 1%"],
        [slack.colleague, f"alert of estimate {edit}", "– → over $50"],
        [slack.you, f"alert of estimate {mine}", "– → over 5%"],
    ]


# --- many -------------------------------------------------------------------------------------------------------------


async def test_five_hundred_watches_do_not_block_requests(life: Life, slack: FakeSlack, database_path: Path) -> None:
    """Copies of one estimate, of which every hundredth is dearer by more than its threshold."""
    parent = await life.asked()
    connection = sqlite3.connect(database_path)
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 598) INSERT INTO estimates"
        " SELECT i, 'copy' || i, team_id, user_id, channel_id, thread_ts, message_ts, edit_of, name, fields, result,"
        " as_of, catalog_version, posted, created_at FROM estimates, n WHERE id = ?",
        [estimate_id(parent)],
    )
    connection.execute(
        "INSERT INTO watches SELECT number, team_id, id, user_id, iif(number % 100 = 0, '5%', '$5000'),"
        " (SELECT told FROM watches), 0, created_at FROM estimates WHERE id LIKE 'copy%'"
    )
    connection.commit()
    connection.close()
    life.time += DAY
    async with life.start(catalogue(offer(input="4"))) as running:
        await running.app.scheduler.look()
        assert (await slack_actions.get_json(f"{running.url}/healthz"))[0] == 200
        await slack.wait_for(lambda: len(life.alerts(parent)) == 1 + 5)
    assert len(life.alerts(parent)) == 1 + 5
