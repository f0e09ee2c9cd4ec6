"""Dates in what people read: `20 Dec`, with the year where it isn't that of the answer. ISO dates are for exports."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from bot.render.parts.short import spoken_days
from bot.render.terminal.text import full_answer
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions
from tests.bot.message_text import estimate_id, texts
from tests.bot.render.charts.cases import compare
from tests.conftest import Workspace

ISO_DAY = re.compile(r"(?<![\w-])20\d\d-\d\d-\d\d(?![\w-])")
ADDRESS = re.compile(r"https?://[^|>\s]+")
LINE = (
    "on=gpt-4.1-mini,gemini-2.5-flash examples=10k example=400/200 epochs=3..4 calls=20k/day call=300/150 "
    "base=gpt-4.1-mini prompt=1500->100 customer=existing retrain=3 growth=5%"
)
LOOKUPS = ("list", "models gpt-4.1-mini", "price gpt-4.1-mini", "price openai/gpt-4.1-mini", "price cohere/command-r")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("ends on 2026-12-20.", "ends on 20 Dec."),
        ("until 2027-01-14, by a page of 2026-08", "until 14 Jan 2027, by a page of Aug 2026"),
        (
            "gpt-4.1-mini-2025-04-14 of catalogue 2026-11.db6e4fde",
            "gpt-4.1-mini-2025-04-14 of catalogue 2026-11.db6e4fde",
        ),
        ("on 2026-02-30", "on 2026-02-30"),
    ],
)
def test_spoken_days_leave_names_alone(text: str, spoken: str) -> None:
    assert spoken_days(text, date(2026, 11, 21)) == spoken


def test_whole_answer_has_no_iso_date(catalog: Catalog) -> None:
    lines = [line.text for line in full_answer(compare(LINE, catalog))]
    assert [line for line in lines if ISO_DAY.search(ADDRESS.sub("", line))] == []


async def test_no_message_has_an_iso_date(workspace: Workspace, slack: FakeSlack) -> None:
    """A card, its replies on demand, a change, and what only the asker sees."""
    card = await slack_actions.ask(slack, LINE)
    await slack_actions.all_offers(slack, card)
    for button in ("break_even", "sure", "sources"):
        assert (await slack.click(card, button)).ok
    await slack.wait_for(lambda: len(_footers(slack, card)) == 4)
    await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=card["ts"])
    changed = await slack_actions.change(slack, card)
    difference = f"diff {estimate_id(card)} {estimate_id(changed)}"
    answers = [(await slack.command(line)).json() for line in (*LOOKUPS, difference, f"show {estimate_id(card)}")]
    home = await slack_actions.open_home(slack)
    messages = [*slack.messages(), *slack.messages(thread_ts=card["ts"]), *answers, home]
    lines = [line for message in messages for line in _lines(message)]
    assert [line for line in lines if ISO_DAY.search(ADDRESS.sub("", line))] == []
    assert all("USD · oldest price read " in text for text in _footers(slack, card))
    assert estimate_id(card) not in answers[-2]["text"], "a person compares questions, not ids"


def _footers(slack: FakeSlack, card: dict[str, Any]) -> list[str]:
    """Return the replies on demand, which name their estimate."""
    replies = [texts(reply) for reply in slack.messages(thread_ts=card["ts"])]
    return [text for text in replies if "estimate `" in text]


def _lines(message: dict[str, Any]) -> list[str]:
    return f"{message.get('text', '')}\n{texts(message)}".splitlines()
