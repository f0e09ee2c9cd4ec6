"""The Home tab, and the settings of a workspace."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.render.parts.short import full_day
from playground import FakeSlack
from pricing import Catalog
from tests.bot import fixture_catalog, slack_actions, support_bot
from tests.bot.message_text import buttons, estimate_id, inputs, prefilled, texts
from tests.conftest import Workspace, running_bot

# --- Home ------------------------------------------------------------------------------------------------------------


async def test_home_begins_empty_and_says_how_old_the_prices_are(
    workspace: Workspace, slack: FakeSlack, catalog: Catalog
) -> None:
    home = await slack_actions.open_home(slack)
    assert "10k support chats" in texts(home), "examples for the first visit"
    assert "Your latest estimates" not in texts(home)
    assert f"{len(catalog.offers)} offers and {len(catalog.gpus.offers)} of GPUs by the hour, " in texts(home)
    assert "No defaults yet" in texts(home)
    assert buttons(home)[0] == "home_estimate"


async def test_home_lists_own_estimates_and_ending_models(
    workspace: Workspace, slack: FakeSlack, catalog: Catalog
) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="<!channel> bot"')
    await slack_actions.ask(slack, "on=openai/gpt-4.1-mini examples=10k example=400 customer=existing")
    other = await slack_actions.ask(slack, support_bot.LINE, user=slack.colleague)
    home = await slack_actions.open_home(slack)
    page = texts(home)
    assert "&lt;!channel&gt; bot" in page
    assert f"archives/{slack.general}/p{parent['ts'].replace('.', '')}|" in page
    assert estimate_id(other) not in page
    life = catalog.offers["openai/gpt-4.1-mini"].lifecycle
    assert life is not None
    assert life.training_ends is not None
    assert f"trains until {full_day(life.training_ends)}" in page
    assert set(slack.pings) == {slack.you, slack.colleague}, "the askers, and no channel"


async def test_home_lists_watches_and_ending_models(workspace: Workspace, slack: FakeSlack) -> None:
    """Somebody else's estimate, which an admin watches."""
    line = "on=openai/gpt-4.1-mini examples=10k example=400 customer=openai name=theirs"
    parent = await slack_actions.ask(slack, line, user=slack.colleague)
    assert "*Watched*" not in texts(await slack_actions.open_home(slack))
    await slack.command(f"watch {estimate_id(parent)} over $50")
    page = texts(await slack_actions.open_home(slack))
    assert f"over $50 · no alerts yet · `{estimate_id(parent)}`" in page
    assert f"p{parent['ts'].replace('.', '')}|theirs>" in page
    assert "GPT-4.1 mini (OpenAI) trains until 5 Jan 2027" in page
    assert "*Watched*" not in texts(await slack_actions.open_home(slack, slack.colleague))


async def test_home_lists_the_ending_base_model(workspace: Workspace, slack: FakeSlack) -> None:
    """Of an estimate that was changed, the latest version is listed alone."""
    line = "on=tinker/qwen3-8b examples=10k example=400 calls=1k/day call=300/150 base=gpt-4.1-mini prompt=500"
    parent = await slack_actions.ask(slack, line)
    await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    await slack_actions.change(slack, parent)
    page = texts(await slack_actions.open_home(slack))
    assert "gpt-4.1-mini (OpenAI), which you prompt, ends 14 Jan 2027; OpenAI suggests gpt-6-luna instead" in page
    assert page.count("10k examples") == 1


async def test_new_estimate_answers_in_the_direct_message(workspace: Workspace, slack: FakeSlack) -> None:
    home = await slack_actions.open_home(slack)
    await slack.click(home, "home_estimate")
    view = await slack_actions.opened(slack)
    assert "share" not in inputs(view), "it has no channel to choose"
    hidden = {"on", "rates", "epochs", "days"}
    fields = {key: text for key, text in support_bot.FORM.items() if key not in hidden}
    assert (await slack.submit_view(view["id"], slack.fill(view, fields))).errors == {}
    await slack_actions.answered(slack, slack.im)


WITHOUT_DAYS = support_bot.LINE.replace(" days=30", "")

# --- settings --------------------------------------------------------------------------------------------------------


async def test_workspace_defaults_apply_and_are_shown(workspace: Workspace, slack: FakeSlack) -> None:
    """20 days: 1M calls a month: $300 + $420 = $720; a year $8,640 and the training's $120: $8,760.00."""
    assert await slack_actions.save_defaults(slack, {"days": "20", "customer": "existing"}) == {}
    parent = await slack_actions.ask(slack, WITHOUT_DAYS)
    assert "$8,760" in texts(parent)
    assert "workspace defaults: customer=existing, days=20" in texts(parent)
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert "$13,080 over" in texts(parent)
    assert "workspace defaults: customer=existing" in texts(parent)


async def test_defaults_are_cached_between_commands(
    workspace: Workspace, slack: FakeSlack, database_path: Path
) -> None:
    """The row is deleted behind the bot's back, so the figures of the test above can only come from the cache."""
    assert await slack_actions.save_defaults(slack, {"days": "20"}) == {}
    with closing(sqlite3.connect(database_path)) as database, database:
        assert database.execute("DELETE FROM preferences").rowcount == 1
    assert "$8,760" in texts(await slack_actions.ask(slack, WITHOUT_DAYS))


async def test_baseline_traffic_and_visibility_have_defaults(workspace: Workspace, slack: FakeSlack) -> None:
    """Traffic completes only a question with the tokens of a call, and own prices need no baseline."""
    defaults = {"base": "openai/gpt-4.1-mini", "calls": "20k/day", "share": "me"}
    assert await slack_actions.save_defaults(slack, defaults) == {}
    await slack.command("on=tinker/qwen3-8b examples=10k example=400 call=100/70")
    parent = await slack_actions.answered(slack, slack.im)
    assert "calls=20k/day" in texts(parent)
    assert "gpt-4.1-mini" in texts(parent)
    assert slack.messages() == []
    await slack.command("on=tinker/qwen3-8b examples=10k example=400 base_rates=3/6 share=channel")
    parent = await slack_actions.answered(slack)
    assert "Add your traffic" in texts(parent)
    assert "calls" in await slack_actions.save_defaults(slack, {"calls": "20k"}), "per what?"


async def test_form_is_prefilled_with_the_defaults(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.save_defaults(slack, {"on": "google", "days": "20"})
    view = await slack_actions.open_form(slack)
    assert prefilled(view)["on"] == "google"
    assert "epochs" not in prefilled(view), "the default is each platform's rule, as in a line"
    view = await slack_actions.more_options(slack, view, {"examples": "10k"})
    assert prefilled(view)["days"] == "20"
    assert {"currency", "days"} <= set(inputs(view))


async def test_short_form_takes_hidden_fields_from_the_defaults(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.save_defaults(slack, {"days": "20"})
    view = await slack_actions.open_form(slack)
    short = {"base": "nothing", "examples": "10k", "example": "400", "on": "tinker/qwen3-8b"}
    await slack.submit_view(view["id"], slack.fill(view, short))
    assert "defaults: days=20" in texts(await slack_actions.answered(slack))


async def test_invalid_defaults_are_refused_at_their_fields(workspace: Workspace, slack: FakeSlack) -> None:
    errors = await slack_actions.save_defaults(slack, {"on": "opnai", "days": "20..30", "rate": "0.9"})
    assert set(errors) == {"on", "days", "rate"}
    assert (await slack_actions.save_defaults(slack, {"days": "40"})).keys() == {"days"}
    assert (
        "Unknown platform “initech”"
        in (await slack_actions.save_defaults(slack, {"customer": "azure,initech"}))["customer"]
    )
    assert (await slack_actions.save_defaults(slack, {"on": "your-rates"})).keys() == {"on"}


async def test_error_from_an_outdated_default_names_the_defaults(slack: FakeSlack, tmp_path: Path) -> None:
    """The default offer is missing from the next release's catalogue."""
    database = f"sqlite:///{tmp_path / 'db'}"
    async with running_bot(fixture_catalog.catalogue(), slack, database):
        assert await slack_actions.save_defaults(slack, {"on": fixture_catalog.ON}) == {}
    async with running_bot(fixture_catalog.catalogue(fixture_catalog.offer("two")), slack, database):
        page = texts((await slack.command(fixture_catalog.LINE)).json())
        await slack.say(f"<@{slack.bot_user}> {fixture_catalog.LINE}")
        (notice,) = await slack.wait_for(slack.ephemerals)
        assert await slack_actions.ask(slack, f"on=acme/two {fixture_catalog.LINE}")
    for text in (page, texts(notice)):
        assert "acme/one" in text
        assert "This comes from the workspace's defaults, which its admins" in text


async def test_only_an_admin_changes_settings_and_budgets(workspace: Workspace, slack: FakeSlack) -> None:
    assert "admins" in (await slack_actions.save_defaults(slack, {"days": "20"}, slack.colleague))["on"]
    errors = await slack_actions.set_budget(slack, {"amount": "5", "approvers": [slack.you]}, slack.colleague)
    assert "admins" in errors["amount"]
    await slack.command("audit")
    assert "No change has been recorded in this workspace yet." in texts(slack.ephemerals()[-1])
