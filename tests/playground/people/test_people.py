"""The actions of people, and the requests that reach the bot."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from playground import FakeSlack

Json = dict[str, Any]


async def test_command_is_signed_and_escaped(slack: FakeSlack, bot: Any) -> None:
    delivered = await slack.command("estimate name=<!channel> & co", channel=slack.random)
    assert delivered.ok
    headers, body = bot.requests[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier("another secret").is_valid_request(body, headers)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert bot.payload["text"] == "estimate name=&lt;!channel&gt; &amp; co"
    assert (bot.payload["command"], bot.payload["channel_name"]) == ("/todo", "random")


async def test_private_channels_hide_their_names(slack: FakeSlack, bot: Any) -> None:
    await slack.command(channel=slack.finance)
    assert bot.payload["channel_name"] == "privategroup"
    await slack.command(channel=slack.im)
    assert bot.payload["channel_name"] == "directmessage"


@pytest.mark.parametrize(
    ("answer", "hidden", "posted"),
    [
        ("", [], []),
        ("plain words", ["plain words"], []),
        ({"text": "only you"}, ["only you"], []),
        ({"text": "all", "response_type": "in_channel"}, [], ["all"]),
    ],
)
async def test_answer_to_a_command_is_posted(
    slack: FakeSlack, bot: Any, answer: Any, hidden: list[str], posted: list[str]
) -> None:
    bot.answer = answer
    await slack.command(channel=slack.finance)
    assert [m["text"] for m in slack.ephemerals()] == hidden
    assert [m["text"] for m in slack.messages(slack.finance)] == posted


async def test_invalid_answer_to_a_command_is_a_violation(slack: FakeSlack, bot: Any) -> None:
    bot.answer = {"text": "x", "blocks": [{"type": "header"}]}
    await slack.command()
    assert slack.ephemerals() == []
    assert (slack.violations[0].where, slack.violations[0].error) == ("/todo", "invalid_blocks")


async def test_missing_answer_is_a_dispatch_error(slack: FakeSlack, bot: Any) -> None:
    release = asyncio.Event()

    async def wait(_: Json) -> str:
        await release.wait()
        return ""

    bot.handle = wait
    delivered = await slack.command()
    release.set()
    assert (delivered.status, delivered.error) == (0, "operation_timeout")
    bot.handle, bot.status = None, 500
    assert (await slack.command()).error == "dispatch_failed"
    slack.events_url = slack.base_url.replace("http://127.0.0.1:", "http://127.0.0.1:1/")
    assert (await slack.command()).error == "dispatch_failed"


async def test_only_members_use_a_channel(slack: FakeSlack) -> None:
    with pytest.raises(ValueError, match="is not in"):
        await slack.command(user=slack.colleague, channel=slack.finance)


# --- response URLs ---------------------------------------------------------------------------------------------------


async def test_response_url_works_five_times(slack: FakeSlack, bot: Any) -> None:
    await slack.command(channel=slack.finance)
    hook = AsyncWebhookClient(bot.payload["response_url"])
    for number in range(5):
        assert (await hook.send(text=str(number))).body == "ok"
    sixth = await hook.send(text="6")
    assert (sixth.status_code, sixth.body) == (404, "used_url")
    assert len(slack.ephemerals()) == 5
    assert slack.violations[-1].error == "used_url"


async def test_response_url_works_for_thirty_minutes(slack: FakeSlack, bot: Any, clock: Any) -> None:
    await slack.command()
    hook = AsyncWebhookClient(bot.payload["response_url"])
    clock.forward(30 * 60)
    assert (await hook.send(text="x", response_type="in_channel")).status_code == 200
    clock.forward(1)
    assert (await hook.send(text="x")).body == "expired_url"
    assert [m["text"] for m in slack.messages()] == ["x"]


async def test_response_url_changes_its_message(slack: FakeSlack, bot: Any) -> None:
    bot.answer = {"blocks": BUTTONS, "text": "choose"}
    await slack.command()
    bot.answer = ""
    await slack.click(slack.ephemerals()[0], "edit")
    hook = AsyncWebhookClient(bot.payload["response_url"])
    await hook.send(text="chosen", blocks=[], replace_original=True)
    assert [m["text"] for m in slack.ephemerals()] == ["chosen"]
    assert (await hook.send(text="x", blocks=[{"type": "header"}])).body == "invalid_blocks"
    await hook.send(delete_original=True)
    assert slack.ephemerals() == []


# --- buttons, menus and shortcuts --------------------------------------------------------------------------------

BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "edit", "text": {"type": "plain_text", "text": "Edit"}, "value": "e1"},
            {
                "type": "static_select",
                "action_id": "pick",
                "options": [{"text": {"type": "plain_text", "text": v}, "value": v} for v in ("a", "b")],
            },
        ],
    }
]


async def test_click_contains_its_message_and_value(slack: FakeSlack, client: AsyncWebClient, bot: Any) -> None:
    parent = await client.chat_postMessage(channel=slack.general, text="parent")
    await client.chat_postMessage(channel=slack.general, text="x", blocks=BUTTONS, thread_ts=parent["ts"])
    [reply] = slack.messages(slack.general, parent["ts"])
    await slack.click(reply, "edit", user=slack.colleague)
    sent = bot.payload
    assert sent["type"] == "block_actions"
    assert sent["user"]["id"] == slack.colleague
    assert sent["container"] == {
        "type": "message",
        "message_ts": reply["ts"],
        "channel_id": slack.general,
        "is_ephemeral": False,
        "thread_ts": parent["ts"],
    }
    [action] = sent["actions"]
    assert (action["value"], action["block_id"], action["type"]) == ("e1", "row", "button")
    assert sent["state"]["values"] == {"row": {"pick": {"type": "static_select", "selected_option": None}}}
    assert sent["message"]["text"] == "x"
    assert "channel" not in sent["message"]
    await slack.click(reply, "pick", answer="b")
    assert bot.payload["actions"][0]["selected_option"]["value"] == "b"


async def test_click_omits_an_ephemeral_message(slack: FakeSlack, bot: Any) -> None:
    bot.answer = {"blocks": BUTTONS, "text": "choose"}
    await slack.command()
    bot.answer = ""
    await slack.click(slack.ephemerals()[0], "edit")
    assert bot.payload["container"]["is_ephemeral"]
    assert "message" not in bot.payload


async def test_click_in_an_attachment_contains_its_id(slack: FakeSlack, client: AsyncWebClient, bot: Any) -> None:
    await client.chat_postMessage(channel=slack.general, text="x", attachments=[{"fallback": "x", "blocks": BUTTONS}])
    await slack.click(slack.messages()[0], "edit")
    assert bot.payload["container"]["type"] == "message_attachment"
    assert bot.payload["container"]["attachment_id"] == 1


@pytest.mark.parametrize(("action_id", "answer"), [("nothing", None), ("pick", "c")])
async def test_click_on_a_missing_element_is_refused(
    slack: FakeSlack, client: AsyncWebClient, action_id: str, answer: Any
) -> None:
    await client.chat_postMessage(channel=slack.general, text="x", blocks=BUTTONS)
    with pytest.raises(ValueError, match=r"no element|not among"):
        await slack.click(slack.messages()[0], action_id, answer=answer)


async def test_shortcut_contains_the_message(slack: FakeSlack, client: AsyncWebClient, bot: Any, modal: Json) -> None:
    message = await slack.say("tune 10k examples?", channel=slack.random)
    await slack.shortcut("todo_from_message", message)
    assert (bot.payload["type"], bot.payload["message"]["text"]) == ("message_action", "tune 10k examples?")
    await client.views_open(trigger_id=bot.payload["trigger_id"], view=modal)
    await AsyncWebhookClient(bot.payload["response_url"]).send(text="here")
    assert len(slack.views) == 1
    assert slack.ephemerals()[0]["channel"] == slack.random


# --- events ----------------------------------------------------------------------------------------------------------


async def test_mention_reaches_the_bot(slack: FakeSlack, bot: Any) -> None:
    message = await slack.say(f"<@{slack.bot_user}> epochs=3")
    headers, body = bot.requests[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert "X-Slack-Retry-Num" not in headers
    sent = json.loads(body)
    assert sent["type"] == "event_callback"
    assert sent["event"]["type"] == "app_mention"
    assert sent["event"]["ts"] == message["ts"]
    assert sent["authorizations"][0]["user_id"] == slack.bot_user


async def test_unsubscribed_and_foreign_messages_are_not_sent(slack: FakeSlack, bot: Any) -> None:
    mention = f"<@{slack.bot_user}> hello"
    await slack.say("no mention")
    await slack.say(mention, channel=slack.random)
    await slack.say(mention, channel=slack.finance)
    slack.subscribed_events.discard("message.im")
    await slack.say(mention, channel=slack.im)
    slack.subscribed_events.discard("app_mention")
    await slack.say(mention)
    assert bot.requests == []


async def test_direct_message_reaches_a_subscribed_bot(slack: FakeSlack, bot: Any) -> None:
    slack.subscribed_events.add("message.im")
    await slack.say("help", channel=slack.im)
    assert (bot.payload["event"]["type"], bot.payload["event"]["channel_type"]) == ("message", "im")


async def test_event_can_be_delivered_again(slack: FakeSlack, bot: Any) -> None:
    await slack.say(f"<@{slack.bot_user}> hello")
    await slack.deliver_event(slack.events[0], retry_num=1)
    (_, original), (headers, retry) = bot.requests
    assert original == retry
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("1", "http_timeout")
    assert len(slack.events) == 1


async def test_home_tab_is_published_and_clicked(slack: FakeSlack, client: AsyncWebClient, bot: Any) -> None:
    slack.subscribed_events.remove("app_home_opened")
    assert await slack.open_home() is None
    slack.subscribed_events.add("app_home_opened")
    await slack.open_home()
    assert bot.payload["event"]["type"] == "app_home_opened"
    home = {"type": "home", "blocks": BUTTONS}
    published = await client.views_publish(user_id=slack.you, view=home)
    assert slack.homes[slack.you]["blocks"] == BUTTONS
    await slack.click(slack.homes[slack.you], "edit")
    assert bot.payload["view"]["type"] == "home"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_publish(user_id=slack.you, view=home, hash="stale")
    await client.views_publish(user_id=slack.you, view=home, hash=published["view"]["hash"])


# --- with Slack's own framework --------------------------------------------------------------------------------------


async def test_bolt_app_works_without_violations(slack: FakeSlack, client: AsyncWebClient, modal: Json) -> None:
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.command("/todo")
    async def open_form(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal)

    @app.view("form")
    async def submitted(ack: Any, view: Json, client: AsyncWebClient) -> None:
        await ack()
        name = view["state"]["values"]["name"]["v"]["value"]
        await client.chat_postMessage(channel=slack.general, text=f"estimate {name}")

    @app.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        await say(text="hello", thread_ts=event["ts"])

    runner = web.AppRunner(app.web_app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        assert (await slack.command()).status == 200
        (*_, view) = await slack.wait_for(lambda: slack.views)
        await slack.submit_view(view["id"], slack.fill(view, {"name": "support"}))
        [message] = await slack.wait_for(slack.messages)
        assert message["text"] == "estimate support"
        mention = await slack.say(f"<@{slack.bot_user}> again")
        [reply] = await slack.wait_for(lambda: slack.messages(slack.general, mention["ts"]))
        assert reply["text"] == "hello"
        async with aiohttp.ClientSession() as session, session.post(slack.events_url, data="forged") as response:
            assert response.status == 401
        assert slack.violations == []
    finally:
        await runner.cleanup()
