"""Alerts of prices that change: thresholds, causes, cheaper offers, the base model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from playground import FakeSlack
from pricing import BasePrice, Catalog, NameResolution, SoldModel, question_source
from tests.bot import fixture_catalog, slack_actions
from tests.bot.fixture_catalog import ON, catalogue, offer
from tests.bot.message_text import estimate_id, rows, texts
from tests.bot.watches.life import Life


async def test_price_rise_is_reported_once_with_its_cause(life: Life, slack: FakeSlack) -> None:
    """Input at $4: 12 × 150M tokens × $1 more: $1,800.00, 13.8 % of $13,080.00."""
    parent = await life.ask_and_watch()
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
    parent = await life.ask_and_watch()
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
    alerts_by_threshold = {"over 13%": 2, "over 14%": 0, "over $1,799.99": 2, "over $1.8k": 0}
    alerts_by_threshold |= {"over 20% or $1.7k": 2, "over $1.8k or 14%": 0, "over $9k OR 13%": 2}
    async with life.start(catalogue()):
        parents = {
            over: await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}") for over in alerts_by_threshold
        }
        for over, parent in parents.items():
            await slack.command(f"watch {estimate_id(parent)} {over}")
    await life.look(catalogue(offer(input="4")))
    await life.look(catalogue(offer(input="2")))
    assert {over: len(life.alerts(parent)) for over, parent in parents.items()} == alerts_by_threshold


async def test_default_is_five_percent_of_the_total(life: Life) -> None:
    """12 × 150 × $0.36 = $648.00 of $13,080.00: 4.95 %. One cent more: $666.00, 5.09 %."""
    parent = await life.ask_and_watch()
    await life.look(catalogue(offer(input="3.36")))
    assert life.alerts(parent) == []
    await life.look(catalogue(offer(input="3.37")))
    assert len(life.alerts(parent)) == 1


async def test_small_price_steps_add_up_to_an_alert(life: Life) -> None:
    """Twice $360.00 (2.75 %): the second makes it $720.00, 5.5 % of what was quoted."""
    parent = await life.ask_and_watch()
    await life.look(catalogue(offer(input="3.20")))
    assert life.alerts(parent) == []
    await life.look(catalogue(offer(input="3.40")))
    (alert,) = life.alerts(parent)
    assert "+$720.00" in texts(alert)


async def test_announced_price_is_reported_on_its_day(life: Life) -> None:
    """As a refresh writes it: $4 from 2026-11-22 on."""
    parent = await life.ask_and_watch()
    await life.look(catalogue(offer(input_later=("4", "2026-11-22"))))
    (alert,) = life.alerts(parent)
    assert "Causes of the difference to the quote: price of Input tokens +$1,800.00." in texts(alert)


async def test_price_announced_in_the_quote_raises_no_alert(life: Life) -> None:
    """$6 from 2027-02-01 on stands in the quote; half a year later nearly the whole horizon is priced at it."""
    known = catalogue(offer(input_later=("6", "2027-02-01")))
    parent = await life.ask_and_watch(catalog=known)
    await life.look(known, timedelta(days=40))
    await life.look(known, timedelta(days=140))
    assert life.alerts(parent) == []


async def test_watch_uses_the_likely_value_of_a_range(life: Life) -> None:
    """1..3 runs: likely two, so $240.00 of training; 12 × $1,080.00; and $1,800.00 more."""
    parent = await life.ask_and_watch(more="runs=1..3")
    await life.look(catalogue(offer(input="4")))
    (alert,) = life.alerts(parent)
    assert rows(alert)[1] == [fixture_catalog.NAME, "$13,200.00", "$15,000.00", "+$1,800.00"]
    assert "At the likely values of your ranges." in texts(alert)


async def test_new_cheapest_offer_is_reported(life: Life) -> None:
    """Two reads at $4, so One is cheapest; at $1 it costs 12 × 150 × $2 = $3,600.00 less than One."""
    parent = await life.ask_and_watch(on="acme", catalog=catalogue(offer(), offer("two", input="4")))
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
    parent = await life.ask_and_watch()
    for _ in range(2):
        await life.look(catalogue(offer("two")))
    (alert,) = life.alerts(parent)
    assert f"{fixture_catalog.NAME} is no longer in the catalogue." in texts(alert)
    assert rows(alert)[1:] == [[fixture_catalog.NAME, "$13,080.00", "–", "unknown"]], (
        "of what was not asked for nothing is said"
    )
    await life.look(catalogue())
    assert "the same as quoted" in texts(life.alerts(parent)[1])


async def test_price_that_became_unknown_is_reported(life: Life) -> None:
    parent = await life.ask_and_watch()
    await life.look(catalogue(offer(input="unknown")))
    (alert,) = life.alerts(parent)
    assert "no longer has a complete price: Input tokens: the price isn't known." in texts(alert)
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
    parent = await life.ask_and_watch(more="base=big prompt=1000->0", catalog=beside_prompting("3"))
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
