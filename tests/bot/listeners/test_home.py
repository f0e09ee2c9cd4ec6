"""The Home tab, the settings of a workspace, budgets and who approves more."""

from __future__ import annotations

import copy
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.playground import FakeSlack
from pricing import Catalog
from tests.bot import deeds, support_bot
from tests.bot.deeds import Json
from tests.bot.reading import buttons, estimate_id, inputs, prefilled, texts
from tests.conftest import Workspace, running_bot


@pytest.fixture
async def workspace(catalog: Any, slack: FakeSlack, tmp_path: Any) -> Any:
    """A bot that counts You as an admin."""
    async with running_bot(catalog, slack, f"sqlite:///{tmp_path / 'db'}", admins={slack.you}) as running:
        yield running
        assert slack.violations == [], "the bot sent what Slack refuses"


async def open_home(slack: FakeSlack, user: str | None = None) -> Json:
    user = user or slack.you
    before = slack.homes.get(user, {}).get("hash")
    await slack.open_home(user=user)
    return (await slack.wait_for(lambda: [v for u, v in slack.homes.items() if u == user and v["hash"] != before]))[0]


async def opened(slack: FakeSlack, callback_id: str) -> Json:
    return (await slack.wait_for(lambda: [view for view in slack.views if view["callback_id"] == callback_id]))[0]


async def settle(slack: FakeSlack, answers: dict[str, Any], user: str | None = None) -> dict[str, str]:
    """Fill in the settings; what Slack shows as errors."""
    await open_home(slack, user)
    person = user or slack.you
    await slack.click(slack.homes[person], "home_settings", user=person)
    view = await opened(slack, "settings_form")
    return (await slack.submit_view(view["id"], slack.fill(view, answers), user=person)).errors


async def set_budget(slack: FakeSlack, answers: dict[str, Any], user: str | None = None) -> dict[str, str]:
    """Fill in the budget of #general; what Slack shows as errors."""
    person = user or slack.you
    await slack.command("budget", user=person)
    view = await opened(slack, "budget_form")
    return (await slack.submit_view(view["id"], slack.fill(view, answers), user=person)).errors


def requests(slack: FakeSlack, parent: Json) -> list[Json]:
    return [m for m in slack.messages(parent["channel"], parent["ts"]) if "bove the budget" in texts(m)]


# --- Home ------------------------------------------------------------------------------------------------------------


async def test_home_begins_empty_and_says_how_old_the_prices_are(workspace: Workspace, slack: FakeSlack) -> None:
    home = await open_home(slack)
    assert "None yet" in texts(home)
    assert "offers, " in texts(home)
    assert "Nothing is settled" in texts(home)
    assert buttons(home)[0] == "home_estimate"


async def test_home_lists_ones_own_estimates_with_their_threads_and_models_that_end(
    workspace: Workspace, slack: FakeSlack, catalog: Catalog
) -> None:
    parent = await deeds.ask(slack, f'{support_bot.LINE} name="<!channel> bot"')
    await deeds.ask(slack, "on=openai/gpt-4.1-mini examples=10k example=400 customer=existing")
    other = await deeds.ask(slack, support_bot.LINE, user=slack.colleague)
    home = await open_home(slack)
    said = texts(home)
    assert "&lt;!channel&gt; bot" in said
    assert f"archives/{slack.general}/p{parent['ts'].replace('.', '')}|" in said
    assert estimate_id(other) not in said
    life = catalog.offers["openai/gpt-4.1-mini"].lifecycle
    assert life is not None
    assert f"trains until {life.training_ends}" in said
    assert set(slack.pings) == {slack.you, slack.colleague}, "the askers, and no channel"


async def test_new_estimate_answers_in_the_direct_message(workspace: Workspace, slack: FakeSlack) -> None:
    home = await open_home(slack)
    await slack.click(home, "home_estimate")
    view = await opened(slack, "estimate_form")
    fields = support_bot.FIELDS | {"on": "all"}
    fields.pop("rates")
    assert (await slack.submit_view(view["id"], slack.fill(view, fields))).errors == {}
    await deeds.answered(slack, slack.im)


# --- settings --------------------------------------------------------------------------------------------------------


async def test_what_is_settled_holds_for_a_line_that_does_not_say_and_is_shown(
    workspace: Workspace, slack: FakeSlack
) -> None:
    """20 days: 1M calls a month: $300 + $420 = $720; a year $8,640 and the training's $120: $8,760.00."""
    assert await settle(slack, {"days": "20", "customer": "existing"}) == {}
    parent = await deeds.ask(slack, support_bot.LINE)
    assert "$8,760.00" in texts(parent)
    assert "From this workspace's settings: days=20, customer=existing" in texts(parent)
    parent = await deeds.ask(slack, f"{support_bot.LINE} days=30")
    assert "$13,080.00" in texts(parent)
    assert "From this workspace's settings: customer=existing" in texts(parent)


async def test_what_is_settled_is_not_read_again_for_every_command(
    workspace: Workspace, slack: FakeSlack, tmp_path: Path
) -> None:
    """Behind the bot's back the row is gone; for a minute it goes by what it knows. The figures are those of above."""
    assert await settle(slack, {"days": "20"}) == {}
    with closing(sqlite3.connect(tmp_path / "db")) as database, database:
        assert database.execute("DELETE FROM preferences").rowcount == 1
    assert "$8,760.00" in texts(await deeds.ask(slack, support_bot.LINE))


async def test_the_form_begins_with_what_is_settled(workspace: Workspace, slack: FakeSlack) -> None:
    await settle(slack, {"on": "google", "days": "20"})
    view = await deeds.open_form(slack)
    assert prefilled(view)["on"] == "google"
    assert prefilled(view)["epochs"] == "3"
    view = await deeds.more_options(slack, view, {"examples": "10k"})
    assert prefilled(view)["days"] == "20"
    assert {"currency", "days"} <= set(inputs(view))


async def test_a_short_form_takes_what_it_does_not_show_from_the_settings(
    workspace: Workspace, slack: FakeSlack
) -> None:
    await settle(slack, {"days": "20"})
    view = await deeds.open_form(slack)
    short = {"examples": "10k", "example": "400", "on": "tinker/qwen3-8b"}
    await slack.submit_view(view["id"], slack.fill(view, short))
    assert "settings: days=20" in texts(await deeds.answered(slack))


async def test_settings_that_cannot_be_are_refused_at_their_fields(workspace: Workspace, slack: FakeSlack) -> None:
    errors = await settle(slack, {"on": "opnai", "days": "20..30", "rate": "0.9"})
    assert set(errors) == {"on", "days", "rate"}
    assert (await settle(slack, {"days": "40"})).keys() == {"days"}


async def test_only_an_admin_changes_settings_and_budgets(workspace: Workspace, slack: FakeSlack) -> None:
    assert "admins" in (await settle(slack, {"days": "20"}, slack.colleague))["on"]
    errors = await set_budget(slack, {"amount": "5", "approvers": [slack.you]}, slack.colleague)
    assert "admins" in errors["amount"]
    await slack.command("audit")
    assert "Nothing that this whole workspace relies on" in texts(slack.ephemerals()[-1])


# --- budgets ---------------------------------------------------------------------------------------------------------


async def test_an_estimate_above_the_budget_asks_its_approvers_and_their_decision_stands(
    workspace: Workspace, slack: FakeSlack
) -> None:
    """$13,080.00 are $8,080.00 above $5,000.00."""
    assert await set_budget(slack, {"amount": "5k", "approvers": [slack.colleague]}) == {}
    parent = await deeds.ask(slack, support_bot.LINE)
    over = "Above the budget of $5,000.00 by $8,080.00: Your rate is $13,080.00 over 12 months."
    assert over in texts(parent)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    assert f"<@{slack.colleague}>: approve it?" in texts(request)
    await slack.click(request, "budget_approve")
    (refused,) = await slack.wait_for(slack.ephemerals)
    assert refused["text"] == f"Only <@{slack.colleague}> can decide this."
    assert buttons(request) == ["budget_approve", "budget_decline"]
    await slack.click(request, "budget_approve", user=slack.colleague)
    said = f"Approved by <@{slack.colleague}> on 2026-11-21 at 12:00 UTC."
    await slack.wait_for(lambda: [m for m in slack.messages(slack.general, parent["ts"]) if m["text"] == said][1:])
    (request,) = requests(slack, parent)
    assert said in texts(request)
    assert buttons(request) == []
    await slack.command("audit")
    log = texts(slack.ephemerals()[-1])
    assert f"estimate {estimate_id(parent)} above its budget of $5,000.00" in log
    assert "approved" in log
    assert f"budget of {slack.general}" in log


async def test_the_first_decision_holds(workspace: Workspace, slack: FakeSlack) -> None:
    await set_budget(slack, {"amount": "100", "approvers": [slack.you, slack.colleague]})
    parent = await deeds.ask(slack, support_bot.LINE)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    before = copy.deepcopy(request)
    await slack.click(request, "budget_decline")
    said = f"Declined by <@{slack.you}> on 2026-11-21 at 12:00 UTC."
    await slack.wait_for(lambda: [m for m in slack.messages(slack.general, parent["ts"]) if m["text"] == said][1:])
    await slack.click(before, "budget_approve", user=slack.colleague)
    (refused,) = await slack.wait_for(lambda: slack.ephemerals(slack.colleague))
    assert refused["text"] == said
    assert [m["text"] for m in slack.messages(slack.general, parent["ts"])].count(said) == 2


async def test_an_estimate_within_the_budget_asks_nobody(workspace: Workspace, slack: FakeSlack) -> None:
    await set_budget(slack, {"amount": "13080", "approvers": [slack.colleague]})
    parent = await deeds.ask(slack, support_bot.LINE)
    assert "budget" not in texts(parent)
    assert requests(slack, parent) == []


async def test_a_monthly_budget_is_held_against_a_month_at_its_dear_end(workspace: Workspace, slack: FakeSlack) -> None:
    """60,000 calls a day are 1.8M a month: 180M × $3 + 126M × $6 = $540 + $756 = $1,296.00."""
    await set_budget(slack, {"amount": "1200/month", "approvers": [slack.colleague]})
    assert "budget" not in texts(await deeds.ask(slack, support_bot.LINE))
    parent = await deeds.ask(slack, support_bot.LINE.replace("50k/day", "40k..60k/day"))
    assert "Above the budget of $1,200.00 a month by $96.00: Your rate is up to $1,296.00 a month." in texts(parent)


async def test_the_channels_budget_comes_before_the_workspaces(workspace: Workspace, slack: FakeSlack) -> None:
    people = [slack.colleague]
    await set_budget(slack, {"amount": "100", "approvers": people, "scope": "workspace"})
    await set_budget(slack, {"amount": "20k", "approvers": people, "scope": "channel"})
    assert "budget" not in texts(await deeds.ask(slack, support_bot.LINE))
    assert "Above the budget of $100.00" in texts(await deeds.ask(slack, support_bot.LINE, channel=slack.random))
    assert "budget of an estimate: $100.00" in texts(await open_home(slack))


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"amount": "much"}, "amount"), ({"amount": "5/day"}, "amount"), ({"amount": "5"}, "approvers")],
)
async def test_a_budget_that_cannot_be_is_refused(
    workspace: Workspace, slack: FakeSlack, answers: dict[str, Any], field: str
) -> None:
    assert set(await set_budget(slack, answers)) == {field}


async def test_a_budget_is_taken_away_by_leaving_it_empty(workspace: Workspace, slack: FakeSlack) -> None:
    await set_budget(slack, {"amount": "100", "approvers": [slack.colleague]})
    await set_budget(slack, {"amount": ""})
    assert "budget" not in texts(await deeds.ask(slack, support_bot.LINE))
