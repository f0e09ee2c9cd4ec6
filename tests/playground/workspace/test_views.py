"""Triggers, modals, and the bot's answers to submissions."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground import FakeSlack

Json = dict[str, Any]


async def open_refused(client: AsyncWebClient, trigger_id: str, view: Json) -> str:
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=trigger_id, view=view)
    return str(refused.value.response["error"])


async def test_trigger_expires_after_three_seconds(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, clock: Any, modal: Json
) -> None:
    await slack.command()
    clock.forward(3.1)
    assert await open_refused(client, bot.payload["trigger_id"], modal) == "expired_trigger_id"
    assert slack.views == []


async def test_trigger_is_accepted_once(slack: FakeSlack, client: AsyncWebClient, bot: Any, modal: Json) -> None:
    await slack.command()
    assert (await client.views_open(trigger_id=bot.payload["trigger_id"], view=modal))["view"]["id"]
    assert await open_refused(client, bot.payload["trigger_id"], modal) == "exchanged_trigger_id"
    assert await open_refused(client, "1.2.3", modal) == "invalid_trigger_id"


async def test_invalid_view_is_refused_with_a_pointer(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, modal: Json
) -> None:
    await slack.command()
    del modal["submit"]
    assert await open_refused(client, bot.payload["trigger_id"], modal) == "invalid_arguments"
    assert slack.violations[0].messages == ["[ERROR] missing required field: submit [json-pointer:/view]"]


async def test_submission_contains_the_whole_state(slack: FakeSlack, bot: Any, opened: Json) -> None:
    delivered = await slack.submit_view(opened["id"], slack.fill(opened, {"name": "bot", "extras": ["full"]}))
    assert delivered.ok
    view = bot.payload["view"]
    assert (view["callback_id"], view["private_metadata"], view["hash"]) == ("form", "kept", opened["hash"])
    state = {block: element["v"] for block, element in view["state"]["values"].items()}
    assert state["name"] == {"type": "plain_text_input", "value": "bot"}
    assert state["epochs"] == {"type": "number_input", "value": None}
    assert state["method"]["selected_option"]["value"] == "lora"
    assert [o["value"] for o in state["extras"]["selected_options"]] == ["full"]
    assert state["where"]["selected_conversation"] == slack.random
    assert state["model"] == {"type": "external_select", "selected_option": None}
    assert bot.payload["response_urls"] == []
    assert slack.views == []


@pytest.mark.parametrize(
    ("answers", "block_id"),
    [
        ({}, "name"),
        ({"name": "x" * 21}, "name"),
        ({"name": "x", "epochs": "11"}, "epochs"),
        ({"name": "x", "epochs": "1.5"}, "epochs"),
        ({"name": "x", "epochs": "many"}, "epochs"),
    ],
)
async def test_client_errors_never_reach_the_bot(
    slack: FakeSlack, bot: Any, opened: Json, answers: Json, block_id: str
) -> None:
    request_count = len(bot.requests)
    delivered = await slack.submit_view(opened["id"], slack.fill(opened, answers))
    assert delivered.errors.keys() == {block_id}
    assert len(bot.requests) == request_count


async def test_answer_without_an_input_is_refused(slack: FakeSlack, opened: Json) -> None:
    with pytest.raises(ValueError, match="no input in block"):
        slack.fill(opened, {"nothing": "x"})
    with pytest.raises(ValueError, match="not among"):
        slack.fill(opened, {"method": "prefix"})
    with pytest.raises(ValueError, match="no input"):
        await slack.submit_view(opened["id"], {"name": {"other": {}}})


async def test_errors_keep_the_view_open(slack: FakeSlack, bot: Any, opened: Json) -> None:
    bot.answer = {"response_action": "errors", "errors": {"epochs": "too many"}}
    delivered = await slack.submit_view(opened["id"], slack.fill(opened, {"name": "x"}))
    assert delivered.errors == {"epochs": "too many"}
    assert slack.views == [opened]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"more": "no input block"}},
        {"response_action": "errors", "errors": {"elsewhere": "no such block"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "explode"},
        "not JSON",
    ],
)
async def test_invalid_answer_to_a_submission_is_a_violation(
    slack: FakeSlack, bot: Any, opened: Json, answer: Any
) -> None:
    bot.answer = answer
    delivered = await slack.submit_view(opened["id"], slack.fill(opened, {"name": "x"}))
    assert delivered.error == "invalid_response"
    assert slack.violations[0].where == "view_submission"
    assert slack.views == [opened]


async def test_answer_updates_pushes_and_clears(slack: FakeSlack, bot: Any, opened: Json, modal: Json) -> None:
    filled = slack.fill(opened, {"name": "x"})
    first_hash = opened["hash"]
    bot.answer = {"response_action": "update", "view": modal | {"callback_id": "second"}}
    await slack.submit_view(opened["id"], filled)
    [view] = slack.views
    assert (view["id"], view["callback_id"]) == (opened["id"], "second")
    assert view["hash"] != first_hash
    bot.answer = {"response_action": "push", "view": modal | {"callback_id": "third"}}
    await slack.submit_view(view["id"], filled)
    assert [v["callback_id"] for v in slack.views] == ["second", "third"]
    assert slack.views[1]["previous_view_id"] == view["id"]
    bot.answer = {"response_action": "clear"}
    await slack.submit_view(slack.views[1]["id"], filled)
    assert slack.views == []


async def test_fourth_view_on_a_stack_is_refused(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, opened: Json, modal: Json
) -> None:
    for depth in (2, 3):
        await slack.click(slack.views[-1], "more")
        await client.views_push(trigger_id=bot.payload["trigger_id"], view=modal)
        assert len(slack.views) == depth
    await slack.click(slack.views[-1], "more")
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=bot.payload["trigger_id"], view=modal)


async def test_push_needs_a_trigger_from_an_open_modal(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, opened: Json, modal: Json
) -> None:
    await slack.command()
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_push(trigger_id=bot.payload["trigger_id"], view=modal)


async def test_new_modal_replaces_the_open_one(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, opened: Json, modal: Json
) -> None:
    await slack.command()
    await client.views_open(trigger_id=bot.payload["trigger_id"], view=modal | {"callback_id": "other"})
    assert [view["callback_id"] for view in slack.views] == ["other"]


async def test_duplicate_external_id_is_refused(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, modal: Json
) -> None:
    named = modal | {"external_id": "mine"}
    for expected in (None, "duplicate_external_id"):
        await slack.command()
        if expected is None:
            await client.views_open(trigger_id=bot.payload["trigger_id"], view=named)
        else:
            assert await open_refused(client, bot.payload["trigger_id"], named) == expected
    updated = await client.views_update(external_id="mine", view=modal)
    assert updated["view"]["external_id"] == ""


async def test_update_needs_the_current_hash(
    slack: FakeSlack, client: AsyncWebClient, opened: Json, modal: Json
) -> None:
    stale = opened["hash"]
    updated = await client.views_update(view_id=opened["id"], hash=stale, view=modal | {"callback_id": "new"})
    assert updated["view"]["callback_id"] == slack.views[0]["callback_id"] == "new"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["id"], hash=stale, view=modal)
    await slack.close_view(opened["id"])
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=opened["id"], view=modal)


@pytest.mark.parametrize("notify", [True, False])
async def test_close_is_reported_only_on_request(
    slack: FakeSlack, client: AsyncWebClient, bot: Any, modal: Json, notify: bool
) -> None:
    await slack.command()
    await client.views_open(trigger_id=bot.payload["trigger_id"], view=modal | {"notify_on_close": notify})
    request_count = len(bot.requests)
    await slack.close_view(slack.views[0]["id"])
    assert slack.views == []
    assert len(bot.requests) - request_count == int(notify)
    if notify:
        assert (bot.payload["type"], bot.payload["is_cleared"]) == ("view_closed", False)


async def test_click_in_a_view_contains_its_state(slack: FakeSlack, bot: Any, opened: Json) -> None:
    await slack.click(opened, "more", values=slack.fill(opened, {"name": "half done"}))
    assert bot.payload["container"] == {"type": "view", "view_id": opened["id"]}
    assert bot.payload["view"]["state"]["values"]["name"]["v"]["value"] == "half done"
    assert "response_url" not in bot.payload
    with pytest.raises(ValueError, match="before the view is submitted"):
        await slack.click(opened, "v", block_id="method", answer="full")


async def test_external_select_asks_the_bot_for_options(slack: FakeSlack, bot: Any, opened: Json) -> None:
    offer_options = {"options": [{"text": {"type": "plain_text", "text": "GPT"}, "value": "gpt"}]}
    bot.answer = offer_options
    assert await slack.options(opened, "v", "g", block_id="model") == offer_options
    assert (bot.payload["type"], bot.payload["value"], bot.payload["block_id"]) == ("block_suggestion", "g", "model")
    request_count = len(bot.requests)
    assert await slack.options(opened, "v", "", block_id="model") == {"options": []}
    assert len(bot.requests) == request_count
    bot.answer = {"options": offer_options["options"] * 101}
    assert await slack.options(opened, "v", "g", block_id="model") == {"options": []}
    assert slack.violations[0].where == "block_suggestion"
