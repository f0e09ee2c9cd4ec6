"""Alerts of models that end, and of deployments that bill while idle."""

from __future__ import annotations

from datetime import timedelta

from msgspec import UNSET, structs

from bot.results import END_KINDS
from bot.store import EstimateStore, open_database
from playground import FakeSlack
from tests.bot import fixture_catalog
from tests.bot.fixture_catalog import catalogue, offer
from tests.bot.message_text import estimate_id, rows, texts
from tests.bot.watches.life import Life
from tests.conftest import TODAY

ENDING = "training_ends: 2026-12-31, inference_ends: 2027-02-28"


async def test_end_is_counted_down_and_missed_steps_are_one_message(life: Life) -> None:
    """Training ends on day 40 after the question. 30 days before, then 10 days of downtime over the step of 14, then
    the day before.
    """
    closing = catalogue(offer(ends=ENDING))
    parent = await life.ask_and_watch(catalog=closing)
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


async def test_passing_days_cause_no_alert(life: Life) -> None:
    """Answers end on 2027-10-01, ten months on: a day costs 1/314 of what is left, and 150 days half of it."""
    closing = catalogue(offer(ends="inference_ends: 2027-10-01"))
    parent = await life.ask_and_watch(catalog=closing)
    for _ in range(5):
        await life.look(closing, timedelta(days=30))
    assert life.alerts(parent) == []


async def test_end_of_training_says_how_long_models_are_served(life: Life) -> None:
    """Quoted over the 99 days to its end: 120 + 99 × 12 / 365 × 1,080 = $3,635.18."""
    closing = catalogue(offer(ends=ENDING))
    parent = await life.ask_and_watch(catalog=closing)
    await life.look(closing, timedelta(days=41))
    alert = life.alerts(parent)[-1]
    assert "Training One ended on 31 Dec 2026. Tuned models answer until 28 Feb." in texts(alert)
    assert rows(alert)[1] == [fixture_catalog.NAME, "$3,635.18", "–", "unknown"]


async def test_moved_end_is_reported_with_its_effect(life: Life) -> None:
    """The model was open; now it stops after 73 of 365 days, 2.4 of 12 months: 120 + 2.4 × 1,080 = $2,712.00."""
    parent = await life.ask_and_watch()
    await life.look(catalogue(offer(ends="inference_ends: 2027-02-03")))
    (alert,) = life.alerts(parent)
    assert "New: 3 Feb 2027 is the day on which fine-tuned models stop working." in texts(alert)
    assert rows(alert)[1] == [fixture_catalog.NAME, "$13,080.00", "$2,712.00", "−$10,368.00"]
    assert "the day on which it ends −$10,368.00." in texts(alert)
    await life.look(catalogue(offer(ends="inference_ends: 2027-02-03")))
    assert len(life.alerts(parent)) == 1


async def test_closing_to_new_customers_is_reported(life: Life) -> None:
    """Open to them until 2026-11-30, nine days after the question; Two costs $1,800.00 more and stays open."""
    offers = [offer(ends="new_customers_until: 2026-11-30"), offer("two", input="4")]
    parent = await life.ask_and_watch(on="acme", catalog=catalogue(*offers))
    existing = await life.ask_and_watch(on="acme", catalog=catalogue(*offers), more="customer=existing")
    for days in (1, 1, 8):  # 8 and 7 days before, and the day after
        await life.look(catalogue(*offers), timedelta(days=days))
    near, closed = life.alerts(parent)
    assert "In 7 days, 30 Nov, is the last day on which new customers can train it" in texts(near)
    assert "is no longer available for your scenario: New customers could train until 30 Nov" in texts(closed)
    assert "Two (Acme) is now the cheapest: $14,880.00." in texts(closed)
    assert life.alerts(existing) == []


async def test_ended_model_is_reported(life: Life) -> None:
    parent = await life.ask_and_watch(catalog=catalogue(offer(ends="inference_ends: 2026-11-30")))
    await life.look(catalogue(offer(ends="inference_ends: 2026-11-30")), timedelta(days=9))
    (alert,) = life.alerts(parent)
    assert "One ended on 30 Nov." in texts(alert)


async def test_estimate_without_saved_ends_takes_the_current_ones(life: Life, slack: FakeSlack) -> None:
    """It stands in no channel either, so its person is told alone."""
    closing, team = catalogue(offer(ends="inference_ends: 2027-02-03")), slack.workspace.team["id"]
    parent = await life.ask_and_watch(catalog=closing)
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
    assert "3 Feb 2027 is no longer the day on which fine-tuned models stop working" in texts(direct)


async def test_ten_days_of_downtime_give_one_message(life: Life) -> None:
    """Dearer, an end near, and a reminder due, after 31 days: the end of training is 10 days away."""
    parent = await life.ask_and_watch(catalog=catalogue(offer(ends="training_ends: 2027-01-01", hosting="0.10")))
    await life.look(catalogue(offer(ends="training_ends: 2027-01-01", hosting="0.10", input="4")), timedelta(days=31))
    (alert,) = life.alerts(parent)
    for phrase in ("+$1,800.00", "In 10 days, 1 Jan 2027", "costs $72.00 a month while it is deployed"):
        assert phrase in texts(alert)


async def test_idle_billing_is_reported_every_30_days(life: Life) -> None:
    """$1.70 an hour, 24 hours a day, 30 days a month: $1,224.00."""
    hosted = catalogue(offer(hosting="1.70"))
    parent = await life.ask_and_watch(catalog=hosted)
    counts = []
    for days in (29, 1, 29, 1):
        await life.look(hosted, timedelta(days=days))
        counts.append(len(life.alerts(parent)))
    assert counts == [0, 1, 1, 2]
    assert f"{fixture_catalog.NAME} costs $1,224.00 a month while it is deployed, even if it gets no calls" in texts(
        life.alerts(parent)[0]
    )
