"""The form: `/ftcost`, what stands in it, what it answers."""

from __future__ import annotations

import re

import pytest

from bot.forms.fields import FROM_FILE
from calculator import KEYS
from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import amounts, buttons, estimate_id, figures, header, inputs, prefilled, rows, texts
from tests.conftest import Workspace

MAIN = ["base", "calls", "calls_per", "dataset", "examples", "example", "prompt", "call", "options", "on", "share"]
"""The blocks of the short form; `rates`, which the support bot needs, is among the other options."""
SHORT = {key: text for key, text in support_bot.FIELDS.items() if key in MAIN}


async def test_bare_command_opens_a_form_with_a_block_per_key(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    assert inputs(view) == MAIN
    assert slack.messages() == []
    assert prefilled(view) == {"calls_per": "day", "options": "same", "share": "channel"}


async def test_more_options_shows_every_other_key_once(workspace: Workspace, slack: FakeSlack) -> None:
    fields_of_form = inputs(await slack_actions.full_form(slack))
    assert sorted(fields_of_form) == sorted([*(set(KEYS) - FROM_FILE), "dataset", "calls_per", "options"])
    assert fields_of_form[: len(MAIN)] == MAIN


@pytest.mark.parametrize("text", ["", " ", "estimate", "\u00a0"])
async def test_blanks_or_the_word_estimate_open_the_same_form(
    workspace: Workspace, slack: FakeSlack, text: str
) -> None:
    view = await slack_actions.open_form(slack, text, channel=slack.random)
    assert inputs(view) == MAIN
    assert slack.random in view["private_metadata"], "where the answer will go"


async def test_support_bot_through_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    answers = slack.fill(view, support_bot.FORM | {"name": "support bot"})
    delivered = await slack.submit_view(view["id"], answers)
    assert delivered.ok
    assert delivered.errors == {}
    parent = await slack_actions.answered(slack)
    assert slack.views == [], "the form closes"
    assert header(parent) == "support bot"
    assert figures(parent) == support_bot.FIGURES
    assert "$13,080 over 12 months" in parent["text"], "what a notification says"
    assert buttons(parent)[:2] == ["edit", "break_even"]
    (breakdown,) = slack.messages(slack.general, parent["ts"])
    assert amounts(breakdown) == support_bot.BREAKDOWN
    assert "Your own rates" in texts(breakdown)
    assert "<@U0YOU00001>" in texts(parent)


async def test_offers_are_ranked_by_cost_with_the_age_of_prices(workspace: Workspace, slack: FakeSlack) -> None:
    """Which is the cheaper is the calculator's matter; here the table and the breakdown say the same."""
    view = await slack_actions.open_form(slack)
    view = await slack_actions.more_options(slack, view)
    fields = SHORT | {"epochs": "3", "on": ["tinker/qwen3-8b", "google/qwen3-8b"]}
    fields |= {"base": "gpt-4o-mini", "prompt": "2000->100"}
    assert (await slack.submit_view(view["id"], slack.fill(view, fields))).errors == {}
    parent = await slack_actions.answered(slack)
    comparison, breakdown = slack.messages(slack.general, parent["ts"])
    offers = rows(comparison)
    assert offers[0] == ["Option", "Once", "A month", "Against today", "Pays back", "Class"]
    assert offers[1][0] == "Today: prompting gpt-4o-mini"
    assert "set aside" in comparison["text"].lower(), "what a screen reader says"
    assert {"Total", "Total, prompting"} <= amounts(breakdown).keys()
    ages = [line for line in texts(breakdown).splitlines() if re.search(r"\[\d\].* old", line)]
    assert len(ages) >= 2, "how old each price is, that of the model that is prompted too"
    assert "catalogue" in texts(breakdown)


async def test_direct_message_instead_of_the_channel(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM | {"share": "me"}))
    parent = await slack_actions.answered(slack, slack.im)
    assert figures(parent) == support_bot.FIGURES
    assert len(slack.messages(slack.im, parent["ts"])) == 1
    assert slack.messages() == []


async def test_form_opened_in_another_channel_answers_there(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack, channel=slack.random)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))
    assert figures(await slack_actions.answered(slack, slack.random)) == support_bot.FIGURES
    assert slack.messages() == []


async def test_errors_are_shown_at_their_fields(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    wrong = {"examples": "many", "epochs": "0", "calls": "50.000", "cached": "120%", "months": "61"}
    delivered = await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM | wrong))
    assert delivered.ok
    assert set(delivered.errors) == set(wrong)
    assert "many" in delivered.errors["examples"]
    assert "between 1 and 100" in delivered.errors["epochs"]
    assert "50000" in delivered.errors["calls"], "an ambiguous number is asked back"
    assert [open_view["id"] for open_view in slack.views] == [view["id"]]
    again = await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))
    assert again.errors == {}
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("on", "openai/gpt-4.1-minni", "openai/gpt-4.1-mini"),
        ("on", "azure/gpt-4o-minni@global", "azure/gpt-4o-mini@global"),
        ("base", "gpt-4o-minni", "gpt-4o-mini"),
        ("calls", "10.000", "10000"),
        ("examples", "10.000", "10000"),
        ("call", "100/x", "“x” isn't a number"),
        ("growth", "5", "5%"),
        ("prompt", "2000->", "2000->100"),
        ("rates", "10/3", "10/3/6"),
        ("example", "250/x", "x"),
    ],
)
async def test_error_says_at_its_field_what_to_write(
    workspace: Workspace, slack: FakeSlack, key: str, value: str, says: str
) -> None:
    view = await slack_actions.full_form(slack)
    delivered = await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM | {key: value}))
    assert list(delivered.errors) == [key]
    assert says in delivered.errors[key]


async def test_error_of_a_hidden_field_is_shown_at_the_first_field(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    delivered = await slack.submit_view(view["id"], slack.fill(view, SHORT | {"base": "nothing", "call": "100/70"}))
    assert list(delivered.errors) == ["base"], "on=your-rates needs rates, which is not shown"
    assert delivered.errors["base"].startswith("Your own prices: ")
    assert "More options" in delivered.errors["base"]
    assert "rates=" not in delivered.errors["base"], "a form speaks of its fields, not of keys"


async def test_without_a_file_examples_and_their_tokens_are_asked_for(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    delivered = await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing"}))
    assert set(delivered.errors) == {"examples", "example"}
    assert (await slack.submit_view(view["id"])).errors == {"base": "Please complete this required field."}, "by Slack"
    assert slack.messages() == []


async def test_more_options_preserves_the_input(workspace: Workspace, slack: FakeSlack) -> None:
    typed = {
        "base": "openai/gpt-4.1-mini",
        "options": "any",
        "examples": "2,500",
        "example": "nonsense",
        "calls": "1M",
        "calls_per": "month",
        "call": "20",
        "share": "me",
    }
    view = await slack_actions.more_options(slack, await slack_actions.open_form(slack), typed)
    assert prefilled(view) == typed


async def test_more_options_keeps_chosen_offers(workspace: Workspace, slack: FakeSlack) -> None:
    typed = {"options": "only", "on": ["google", "azure/gpt-4.1-mini@global"]}
    view = await slack_actions.more_options(slack, await slack_actions.open_form(slack), typed)
    assert prefilled(view)["on"] == "google,azure/gpt-4.1-mini@global"
    assert "GPT-4.1 mini, global (Azure)" in str(view), "an offer is shown by its name"


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
    ("validation", "10%"),
    ("thinking", "500->0"),
    ("packing", "off"),
    ("grader", "gpt-4.1-mini:2M/500k"),
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
    ("currency", "EUR"),
    ("share", "channel"),
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
            fields = support_bot.FORM | (with_model if (key, value) in OWN_GPUS else {}) | {key: value}
            view = await slack_actions.full_form(slack)
            delivered = await slack.submit_view(view["id"], slack.fill(view, fields))
            assert delivered.errors == {}, f"{key}={value}"
    assert slack.violations == []
    assert len(slack.messages()) == len(ACCEPTED) + len(OWN_GPUS)
    assert all(slack_actions.is_complete(slack, parent) for parent in slack.messages())
    assert {key for key, _ in [*ACCEPTED, *OWN_GPUS]} == set(KEYS) - FROM_FILE, "no key is left out"


async def test_form_becomes_the_fields_of_the_grammar(workspace: Workspace, slack: FakeSlack) -> None:
    """Five answers of a newcomer: a model, its traffic, the training data, the prompt and an answer, in tokens."""
    view = await slack_actions.open_form(slack)
    answers = {"base": "openai/gpt-4.1-mini", "calls": "20,000", "examples": "10,000", "example": "600"}
    answers |= {"prompt": "1,500", "call": "150"}
    assert (await slack.submit_view(view["id"], slack.fill(view, answers))).errors == {}
    parent = await slack_actions.answered(slack)
    saved = await workspace.app.services.estimates.get(estimate_id(parent), team_id=slack.workspace.team["id"])
    assert saved is not None
    assert saved.fields == {
        "base": "openai/gpt-4.1-mini",
        "calls": "20k/day",
        "examples": "10k",
        "example": "600",
        "prompt": "1.5k->1.5k",
        "call": "0/150",
        "like": "base",
    }


async def test_missing_answers_are_asked_for_at_their_fields(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    delivered = await slack.submit_view(
        view["id"], slack.fill(view, {"base": "nothing", "calls": "20k", "options": "only"})
    )
    assert set(delivered.errors) == {"examples", "example", "call", "on"}
    assert "600 fits most support chats" in delivered.errors["example"]
    assert not [text for text in delivered.errors.values() if "=" in text], "no error speaks of keys"
    delivered = await slack.submit_view(
        view["id"], slack.fill(view, {"base": "nothing", "calls": "20k", "call": "150"})
    )
    assert "with the user's message" in delivered.errors["prompt"], "an answer without any input would look cheap"


async def test_nothing_yet_is_a_question_without_a_baseline(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    answers = {"base": "nothing", "examples": "10k", "example": "600"}
    assert (await slack.submit_view(view["id"], slack.fill(view, answers))).errors == {}
    parent = await slack_actions.answered(slack)
    saved = await workspace.app.services.estimates.get(estimate_id(parent), team_id=slack.workspace.team["id"])
    assert saved is not None
    assert saved.fields == {"examples": "10k", "example": "600"}


async def test_menus_are_searched_as_people_type(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    suggested = await slack.options(view, "base")
    assert suggested["option_groups"][0]["options"][0]["value"] == "nothing", "the first option"
    assert sum(len(group["options"]) for group in suggested["option_groups"]) <= 100
    for typed in ("gpt 4.1 mini", "GPT-4.1 mini", "gpt4.1mini", "openai gpt 4.1 m"):
        options = await slack.options(view, "base", typed)
        assert options["option_groups"][0]["options"][0]["value"] == "openai/gpt-4.1-mini", typed
    newest = {"": "openai/gpt-4.1", "claude": "anthropic/claude-opus-5-5", "gemini": "google/gemini-4-argon"}
    for typed, value in newest.items():
        values = await found_values(slack, view, typed)
        assert value in values[:3], "current models of well-known sellers come first"
        assert not {"openai/davinci-002", "openai/gpt-3.5-turbo", "anthropic/claude-v1"} & set(values[:10])
    values = await found_values(slack, view, "gemini")
    assert values.index("google/gemini-2.5-pro") < values.index("google/gemini-2.5-flash-lite"), "it has ended"
    offers = await slack.options(view, "on", "gpt 4.1 mini")
    values = [option["value"] for group in offers["option_groups"] for option in group["options"]]
    assert values[0] == "gpt-4.1-mini", "the model on all platforms"
    assert "azure/gpt-4.1-mini@global" in values
    assert (await slack.options(view, "base", "xyzzy"))["option_groups"] == []
    assert slack.violations == []


async def found_values(slack: FakeSlack, view: slack_actions.Json, typed: str) -> list[str]:
    """Return the values that the menu of base models shows for a text."""
    menu = await slack.options(view, "base", typed)
    return [option["value"] for group in menu["option_groups"] for option in group["options"]]


async def test_every_option_of_a_menu_is_accepted(workspace: Workspace) -> None:
    """People can choose whatever a menu shows: each value has exactly one meaning in the grammar."""
    catalog = workspace.app.services.catalog
    menus = await workspace.app.services.menus()
    for choice in menus.base.search(""):
        assert choice.value == "nothing" or catalog.base_models.resolve(choice.value).id == choice.value
    for choice in menus.on.search(""):
        assert choice.value in ("gpu", "your-rates") or catalog.resolve_offers(choice.value).ids, choice
