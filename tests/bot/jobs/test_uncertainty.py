"""How sure: percentiles, the cases in which it pays back, and what moves a total most; with ranges and by the button.

The example of support_bot costs 10,000 × 400 tokens × $10 per 1M = $40.00 an epoch, and $12,960.00 of calls a year.
With two to four epochs it is $13,040.00, $13,080.00 or $13,120.00, each in a third of the cases: P10, P50 and P90.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import column, difference, estimate_id, figures, rows, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace

RANGED = support_bot.LINE.replace("epochs=3", "epochs=2..4")
PERCENTILES = [13_040, 13_080, 13_120]
# 18M calls a year of 100 tokens in: $0.07 more per 1M than tuned is $126.00, which pays for two and for three epochs.
AGAINST = "base_rates=3.07/6"
# Nothing costs anything but preparation: $1,000.00, taken as $800.00 to $1,200.00.
PREPARATION = "on=your-rates rates=0/0/0 examples=10 example=10 epochs=1 prep=1000"


def usd(text: str) -> list[Decimal]:
    """The amounts of money in a text."""
    return [Decimal(amount.replace(",", "")) for amount in re.findall(r"\$([\d,]+(?:\.\d+)?)", text)]


def sure_replies(slack: FakeSlack, parent: Json) -> list[Json]:
    return [reply for reply in slack.messages(thread_ts=parent["ts"]) if reply["text"].startswith("How sure")]


def tornadoes(slack: FakeSlack, parent: Json) -> list[Json]:
    return [reply for reply in slack.messages(thread_ts=parent["ts"]) if reply["text"].startswith("Tornado")]


async def pressed(slack: FakeSlack, message: Json, parent: Json | None = None) -> tuple[Json, Json]:
    """Press How sure?; its two messages."""
    thread = parent or message
    before = len(tornadoes(slack, thread))
    assert (await slack.click(message, "sure")).ok
    await slack.wait_for(lambda: len(tornadoes(slack, thread)) > before)
    return sure_replies(slack, thread)[-1], tornadoes(slack, thread)[-1]


def block(message: Json, kind: str) -> Json:
    return next(part for part in message["blocks"] if part["type"] == kind)


# --- a question with ranges -------------------------------------------------------------------------------------------


async def test_range_puts_the_percentiles_into_the_parent(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, RANGED)
    assert sorted(set(usd(texts(parent))) & set(PERCENTILES)) == sorted(PERCENTILES)
    assert "of cases" not in texts(parent), "there is nothing to pay back against"


async def test_first_message_shows_the_share_of_cases_that_pay_back(workspace: Workspace, slack: FakeSlack) -> None:
    """Two of the three equally likely numbers of epochs cost less than the $126.00 that are saved."""
    parent = await slack_actions.ask(slack, f"{RANGED} {AGAINST}")
    assert "In 67% of cases it pays back by then against prompting" in texts(parent)


@pytest.mark.parametrize(("against", "share"), [("base_rates=3.20/6", "100%"), ("base_rates=3.01/6", "0%")])
async def test_shares_of_all_and_none_are_words(
    workspace: Workspace, slack: FakeSlack, against: str, share: str
) -> None:
    """$360.00 saved is more than any training here, $18.00 less than any."""
    parent = await slack_actions.ask(slack, f"{RANGED} {against}")
    assert f"In {share} of cases" in texts(parent)


async def test_thread_shows_the_range_and_its_drivers(workspace: Workspace, slack: FakeSlack) -> None:
    """Calls of 40k to 60k: 13,080 ± 0.2 × 12,960 = $10,488.00 to $15,672.00; epochs ± $40.00."""
    parent = await slack_actions.ask(slack, RANGED.replace("50k/day", "40k..60k/day"))
    assert sure_replies(slack, parent) == tornadoes(slack, parent) == [], "on demand"
    await slack.click(parent, "sure")
    (drawn,) = await slack.wait_for(lambda: tornadoes(slack, parent))
    (words,) = sure_replies(slack, parent)
    assert "8 of 10" in texts(words)
    assert "20%" not in texts(words), "these are the asker's own ranges"
    assert drawn["text"].index("$10,488.00 to $15,672.00") < drawn["text"].index("$13,040.00 to $13,120.00")
    chart = block(drawn, "data_visualization")["chart"]
    assert [[point["value"] for point in series["data"]] for series in chart["series"]] == [[-2592, -40], [2592, 40]]


async def test_change_to_a_range_shows_percentiles(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await slack.say(f"<@{slack.bot_user}> epochs=2..4", thread_ts=parent["ts"])
    change = await slack_actions.change(slack, parent)
    assert difference(change)[:3] == [support_bot.OFFER, "$13,080", "$13,040 to $13,120"]
    assert set(PERCENTILES) <= set(usd(texts(slack.messages()[0])))


async def test_change_of_a_ranged_estimate_shows_both_as_spans(workspace: Workspace, slack: FakeSlack) -> None:
    """Five to seven epochs: $13,160.00 to $13,240.00."""
    parent = await slack_actions.ask(slack, RANGED)
    await slack.say(f"<@{slack.bot_user}> epochs=5..7", thread_ts=parent["ts"])
    change = await slack_actions.change(slack, parent)
    assert difference(change)[1:3] == ["$13,040 to $13,120", "$13,160 to $13,240"]


async def test_estimate_without_ranges_shows_no_range(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert sure_replies(slack, parent) == tornadoes(slack, parent) == []
    assert figures(parent) == support_bot.FIGURES


async def test_range_that_changes_nothing_has_no_chart(workspace: Workspace, slack: FakeSlack) -> None:
    """Stored data costs nothing at one's own prices."""
    parent = await slack_actions.ask(slack, f"{support_bot.LINE} data_gb=1..9")
    assert "costs $13,080 over 12 months in nearly every case" in texts(parent)
    await slack.click(parent, "sure")
    await slack.wait_for(lambda: sure_replies(slack, parent))
    assert tornadoes(slack, parent) == []


async def test_ranges_over_every_offer_are_messages_that_slack_takes(workspace: Workspace, slack: FakeSlack) -> None:
    """At most twelve rows; every percentile of a row is no less than the one before."""
    line = "on=all examples=5k..20k example=250/150 epochs=2..4 calls=10k..90k/day call=100/70 prompt=2000->100"
    parent = await slack_actions.ask(slack, f"{line} base=gpt-4o-mini name=everything")
    assert sure_replies(slack, parent) == tornadoes(slack, parent) == [], "on demand"
    await slack.click(parent, "sure")
    (drawn,) = await slack.wait_for(lambda: tornadoes(slack, parent))
    (words,) = sure_replies(slack, parent)
    assert block(drawn, "data_visualization")
    head, *others = rows(words)
    assert head[1:4] == ["P10", "P50", "P90"]
    assert 1 < len(others) <= 12
    for row in others:
        amounts = [usd(cell)[0] for cell in row[1:4]]
        assert amounts == sorted(amounts)
        assert re.fullmatch(r"\d+%", row[4])
    assert slack.files == [], "Slack took the charts as they are"


# --- the button -------------------------------------------------------------------------------------------------------


async def test_sure_button_uses_the_default_spread(workspace: Workspace, slack: FakeSlack) -> None:
    """A triangle from 800 over 1,000 to 1,200: below 800 + √(0.1 × 400 × 200) = 889.44 lie 10% of it, and as far from
    the other end the last 10%.
    """
    parent = await slack_actions.ask(slack, PREPARATION)
    words, drawn = await pressed(slack, parent)
    assert "20%" in texts(words)
    amounts = sorted(usd(texts(words)))
    assert [float(amount) for amount in amounts] == pytest.approx([889.44, 1_000, 1_110.56], abs=0.6)
    assert "800 to 1.2k: $800.00 to $1,200.00" in drawn["text"]
    assert "calls=40k..60k/day" in texts(words), "it says how to give one's own"


async def test_button_of_a_ranged_estimate_uses_its_ranges(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, RANGED)
    words, drawn = await pressed(slack, parent)
    assert sorted(usd(texts(words))) == PERCENTILES
    assert "20%" not in texts(words)
    assert "epochs 2 to 4: $13,040.00 to $13,120.00" in drawn["text"]
    assert drawn["text"].count(" to $") == 1, "nothing else is ranged"


async def test_both_offers_have_percentiles(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, RANGED.replace("on=your-rates", "on=your-rates,azure/gpt-oss-20b@global"))
    assert (await slack.click(parent, "sure")).ok
    words = (await slack.wait_for(lambda: sure_replies(slack, parent)))[-1]
    assert usd(" ".join(rows(words)[-1][1:])) == PERCENTILES
    assert set(column(words)) == {"gpt-oss-20b, global (Azure)", support_bot.OFFER}


async def test_card_button_uses_the_newest_estimate(workspace: Workspace, slack: FakeSlack) -> None:
    """Five to seven epochs, then eight to ten: $13,280.00 to $13,360.00."""
    parent = await slack_actions.ask(slack, RANGED)
    await slack.say(f"<@{slack.bot_user}> epochs=5..7", thread_ts=parent["ts"])
    await slack_actions.change(slack, parent)
    await slack.say(f"<@{slack.bot_user}> epochs=8..10", thread_ts=parent["ts"])
    await slack_actions.change(slack, parent, 2)
    words, _ = await pressed(slack, slack.messages()[0])
    assert sorted(usd(texts(words))) == [13_280, 13_320, 13_360]


async def test_press_that_is_delivered_twice_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, RANGED)
        before = len(slack.messages(thread_ts=parent["ts"]))
        body = urlencode({"payload": json.dumps(press(slack, parent, "sure"))})
        now = time.time()
        for status in await asyncio.gather(
            *(slack_actions.post_signed(slack.events_url, body, slack.signing_secret, at=now - late) for late in (0, 1))
        ):
            assert status[0] == 200
    assert len(slack.messages(thread_ts=parent["ts"])) == before + 2


@pytest.mark.parametrize("button", ["sure", "break_even"])
async def test_interrupted_answer_is_completed_without_repetition(start: Start, slack: FakeSlack, button: str) -> None:
    """The words stand and the chart does not when the process ends."""
    never = asyncio.Event()
    async with start() as running:
        parent = await slack_actions.ask(slack, f"{RANGED} {AGAINST}")
        before = len(slack.messages(thread_ts=parent["ts"]))
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        assert (await slack.click(parent, button)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        gate.set()
        slack.delay_next("chat.postMessage", never)
        await slack.wait_for(lambda: len(slack.messages(thread_ts=parent["ts"])) > before and slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    async with start():
        pass
    added = slack.messages(thread_ts=parent["ts"])[before:]
    assert len(added) == 2, [reply["text"][:20] for reply in added]
    assert added[0]["text"] != added[1]["text"]
    never.set()


@pytest.mark.parametrize("button", ["sure", "break_even"])
async def test_sure_button_of_a_deleted_estimate_says_so(workspace: Workspace, slack: FakeSlack, button: str) -> None:
    parent = await slack_actions.ask(slack, RANGED)
    before = len(slack.messages(thread_ts=parent["ts"]))
    for element in block(parent, "actions")["elements"]:
        element["value"] = "2222222222"
    assert (await slack.click(parent, button)).ok
    (notice,) = await slack.wait_for(slack.ephemerals)
    assert "Estimate `2222222222` no longer exists" in notice["text"]
    assert len(slack.messages(thread_ts=parent["ts"])) == before


@pytest.mark.parametrize("button", ["sure", "break_even"])
async def test_unknown_id_is_no_estimate(start: Start, slack: FakeSlack, button: str) -> None:
    """With one token, presses of people from elsewhere in a shared channel count as its workspace's."""
    async with start():
        parent = await slack_actions.ask(slack, f"{RANGED} {AGAINST}")
        before = len(slack.messages(thread_ts=parent["ts"]))
        forged = press(slack, parent, button)
        forged["actions"][0]["value"] = "bcdfghjkmn"
        body = urlencode({"payload": json.dumps(forged)})
        assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 200
    assert len(slack.messages(thread_ts=parent["ts"])) == before
    (notice,) = slack.ephemerals()
    assert "Estimate `bcdfghjkmn` no longer exists" in notice["text"]
    assert usd(notice["text"]) == []


async def test_unknown_price_has_no_range(workspace: Workspace, slack: FakeSlack) -> None:
    """No source has the price of training Nova Lite: ranges of one's own would not help."""
    parent = await slack_actions.ask(
        slack, "on=aws-bedrock/nova-lite examples=10k example=400 epochs=3 calls=1k/day call=100/70"
    )
    assert (await slack.click(parent, "sure")).ok
    sentence = "No range can be given: none of these offers is usable."
    await slack.wait_for(lambda: sentence in str(slack.messages(thread_ts=parent["ts"])))


def press(slack: FakeSlack, message: Json, button: str) -> Json:
    """What Slack sends for a press of a button."""
    action = {"type": "button", "action_id": button, "block_id": "b", "value": estimate_id(message)}
    return Payloads(slack.workspace).block_actions(message, action, {}, slack.you, slack.general)
