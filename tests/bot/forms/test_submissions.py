"""The form: `/ftcost`, what stands in it, what it answers."""

from __future__ import annotations

import re

import pytest

from bot.forms.fields import FROM_FILE
from calculator import KEYS
from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import buttons, column, figures, header, inputs, prefilled, rows, texts
from tests.conftest import Workspace

MAIN = ["on", "examples", "example", "epochs", "calls", "call"]
"""What the short form asks for; `rates`, which the support bot needs, is among the other options."""
FIRST = [*MAIN[:3], "dataset", *MAIN[3:]]


async def test_bare_command_opens_a_form_with_a_block_per_key(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    assert inputs(view) == [*FIRST, "reply_in"]
    assert slack.messages() == []
    assert prefilled(view) == {"on": "all", "epochs": "3", "reply_in": "channel"}


async def test_more_options_shows_every_other_key_once(workspace: Workspace, slack: FakeSlack) -> None:
    shown = inputs(await slack_actions.full_form(slack))
    assert sorted(shown) == sorted([*(set(KEYS) - FROM_FILE), "dataset", "reply_in"])
    assert shown[: len(FIRST)] == FIRST


@pytest.mark.parametrize("text", ["", " ", "estimate", "\u00a0"])
async def test_blanks_or_the_word_estimate_open_the_same_form(
    workspace: Workspace, slack: FakeSlack, text: str
) -> None:
    view = await slack_actions.open_form(slack, text, channel=slack.random)
    assert inputs(view) == [*FIRST, "reply_in"]
    assert slack.random in view["private_metadata"], "where the answer will go"


async def test_the_support_bot_through_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    answers = slack.fill(view, support_bot.FIELDS | {"name": "support bot"})
    delivered = await slack.submit_view(view["id"], answers)
    assert delivered.ok
    assert delivered.errors == {}
    parent = await slack_actions.answered(slack)
    assert slack.views == [], "the form closes"
    assert header(parent) == "support bot"
    assert figures(parent) == support_bot.FIGURES
    assert "$13,080.00 over 12 months" in parent["text"], "what a notification says"
    assert buttons(parent)[:2] == ["edit", "compare"]
    breakdown, assumptions = slack.messages(slack.general, parent["ts"])
    assert column(breakdown) == support_bot.BREAKDOWN
    assert "Your own rates" in texts(assumptions)
    assert "<@U0YOU00001>" in texts(parent)


async def test_offers_are_ranked_by_cost_with_the_age_of_prices(workspace: Workspace, slack: FakeSlack) -> None:
    """Which is the cheaper is the calculator's matter; here the headline, the table and the breakdown say the same."""
    view = await slack_actions.open_form(slack)
    view = await slack_actions.more_options(slack, view)
    fields = {key: support_bot.FIELDS[key] for key in MAIN} | {"on": "tinker/qwen3-8b, google/gemini-3.5-flash"}
    fields |= {"base": "gpt-4o-mini", "prompt": "2000->100"}
    assert (await slack.submit_view(view["id"], slack.fill(view, fields))).errors == {}
    parent = await slack_actions.answered(slack)
    comparison, chart, breakdown, *_, assumptions = slack.messages(slack.general, parent["ts"])
    assert chart["text"].startswith("Bar chart: cost over 12 months."), "what a screen reader says"
    offers = rows(comparison)
    assert offers[0][:4] == ["Offer", "One-off", "A month", "12 months"]
    assert [row[0] for row in offers[1:]] == ["Qwen3 8B (Tinker)", "Gemini 3.5 Flash (Google)"]
    assert parent["text"] == f"Qwen3 8B (Tinker) is cheapest: {offers[1][3]} over 12 months."
    assert column(breakdown)["Total"] == offers[1][3] == figures(parent)[support_bot.TOTAL]
    ages = [line for line in texts(assumptions).splitlines() if re.search(r"\(\d{4}-\d\d.* old", line)]
    assert len(ages) >= 2, "how old each price is"
    assert ages[-1].startswith("• Prompting gpt-4o-mini: "), "that of the model that is prompted too"
    assert "catalogue" in texts(assumptions)


async def test_a_direct_message_instead_of_the_channel(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS | {"reply_in": "dm"}))
    parent = await slack_actions.answered(slack, slack.im)
    assert figures(parent) == support_bot.FIGURES
    assert len(slack.messages(slack.im, parent["ts"])) == 2
    assert slack.messages() == []


async def test_a_form_opened_in_another_channel_answers_there(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack, channel=slack.random)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS))
    assert figures(await slack_actions.answered(slack, slack.random)) == support_bot.FIGURES
    assert slack.messages() == []


async def test_errors_stand_at_their_fields_and_the_form_stays_open(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    wrong = {"examples": "many", "epochs": "0", "calls": "50k", "cached": "120%", "months": "61"}
    delivered = await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS | wrong))
    assert delivered.ok
    assert set(delivered.errors) == set(wrong)
    assert "many" in delivered.errors["examples"]
    assert "between 1 and 100" in delivered.errors["epochs"]
    assert "50k/day" in delivered.errors["calls"], "it says what to write instead"
    assert [open_view["id"] for open_view in slack.views] == [view["id"]]
    again = await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS))
    assert again.errors == {}
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("on", "openai/gpt-4.1-minni", "openai/gpt-4.1-mini"),
        ("on", "azure/gpt-4o-minni@global", "azure/gpt-4o-mini@global"),
        ("base", "gpt-4o-minni", "gpt-4o-mini"),
        ("call", "100", "100/70"),
        ("growth", "5", "5%"),
        ("prompt", "2000->", "2000->100"),
        ("rates", "10/3", "10/3/6"),
        ("example", "250/x", "x"),
    ],
)
async def test_an_error_says_at_its_field_what_to_write(
    workspace: Workspace, slack: FakeSlack, key: str, value: str, says: str
) -> None:
    view = await slack_actions.full_form(slack)
    delivered = await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS | {key: value}))
    assert list(delivered.errors) == [key]
    assert says in delivered.errors[key]


async def test_error_of_a_hidden_field_is_shown_at_the_first_field(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    fields = {key: support_bot.FIELDS[key] for key in MAIN}
    delivered = await slack.submit_view(view["id"], slack.fill(view, fields))
    assert list(delivered.errors) == ["on"], "on=your-rates needs rates, which is not shown"
    assert "rates" in delivered.errors["on"]


async def test_without_a_file_examples_and_their_tokens_are_asked_for(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    delivered = await slack.submit_view(view["id"])
    assert set(delivered.errors) == {"examples", "example"}
    assert slack.messages() == []


async def test_more_options_keeps_what_was_typed(workspace: Workspace, slack: FakeSlack) -> None:
    typed = {
        "on": "google",
        "examples": "2,500",
        "example": "nonsense",
        "epochs": "2..4",
        "calls": "1M/month",
        "call": "80/20",
        "reply_in": "dm",
    }
    view = await slack_actions.more_options(slack, await slack_actions.open_form(slack), typed)
    assert prefilled(view) == typed


async def test_more_options_keeps_an_emptied_field_empty(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.more_options(slack, await slack_actions.open_form(slack), {"on": "google", "epochs": ""})
    assert prefilled(view) == {"on": "google", "reply_in": "channel"}


ACCEPTED = [
    ("on", "all"),
    ("on", "your-rates, openai/gpt-4.1-mini,azure/gpt-4.1-mini@global"),
    ("examples", "1,500"),
    ("examples", "5k..20k"),
    ("example", "400"),
    ("epochs", "auto"),
    ("epochs", "2..4"),
    ("runs", "3..5"),
    ("runs", "1..2..6"),
    ("calls", "1.5M/month"),
    ("calls", "40k..60k/day"),
    ("call", "80..120/70"),
    ("prompt", "2000->100"),
    ("prompt", "2000 → 100"),
    ("base", "gpt-4o-mini"),
    ("base_rates", "0.15/0.075/0.60"),
    ("cached", "80%"),
    ("batch", "0.5"),
    ("days", "22"),
    ("months", "60"),
    ("growth", "-5%"),
    ("growth", "0%..5%"),
    ("retrain", "3"),
    ("prep", "$500"),
    ("data_gb", "2.5 GB"),
    ("rates", "10/3/1.5/6"),
    ("serving", "dedicated"),
    ("hosted", "8h"),
    ("customer", "existing"),
    ("method", "lora"),
    ("hours", "4"),
    ("currency", "eur"),
    ("name", "support bot"),
    ("model", "meta-llama/Llama-3.1-8B"),
    ("params", "8B"),
    ("gpu", "any"),
    ("like", "GPT-4.1 mini"),
    ("class", ">=C"),
    ("size", "7B..15B"),
    ("licence", "open"),
    ("needs", "tools, context>=32k"),
    ("task", "extraction"),
]
OWN_GPUS = [
    ("gpu", "H100"),
    ("gpus", "8"),
    ("gpu_rate", "$1.90..2.40"),
    ("seq", "4k"),
    ("stack", "eager"),
    ("rank", "64"),
    ("idle", "1..2h"),
    ("queue", "4h"),
    ("latency", "2s"),
    ("adapters", "20"),
    ("peak", "3"),
    ("replicas", "2"),
]
"""What means something with a model only."""


async def test_every_value_of_the_grammar_is_accepted_in_its_field(start: Start, slack: FakeSlack) -> None:
    async with start():
        for key, value in [*ACCEPTED, *OWN_GPUS]:
            with_model = {"model": "llama-3.1-8b", "gpu": "h100", "on": "runpod/h100"}
            fields = support_bot.FIELDS | (with_model if (key, value) in OWN_GPUS else {}) | {key: value}
            view = await slack_actions.full_form(slack)
            delivered = await slack.submit_view(view["id"], slack.fill(view, fields))
            assert delivered.errors == {}, f"{key}={value}"
    assert slack.violations == []
    assert len(slack.messages()) == len(ACCEPTED) + len(OWN_GPUS)
    assert all(slack_actions.is_complete(slack, parent) for parent in slack.messages())
    assert {key for key, _ in [*ACCEPTED, *OWN_GPUS]} == set(KEYS) - FROM_FILE, "no key is left out"
