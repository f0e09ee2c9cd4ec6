"""The page's endpoints."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from playground import FakeSlack

Json = dict[str, Any]


@pytest.fixture
async def browser(slack: FakeSlack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(slack.base_url) as session:
        yield session


async def post(browser: aiohttp.ClientSession, path: str, **body: Any) -> tuple[int, Json]:
    async with browser.post(f"/playground/{path}", json=body) as response:
        return response.status, await response.json()


async def state(browser: aiohttp.ClientSession) -> Json:
    async with browser.get("/playground/state") as response:
        return dict(await response.json())


async def test_initial_state(browser: aiohttp.ClientSession, slack: FakeSlack) -> None:
    initial_state = await state(browser)
    assert (initial_state["me"], initial_state["bot"]) == (slack.you, slack.bot_user)
    assert {(c["name"], c["is_private"], c["is_im"], c["is_member"]) for c in initial_state["channels"]} == {
        ("general", False, False, True),
        ("random", False, False, False),
        ("finance", True, False, False),
        ("todo", False, True, True),
    }
    assert initial_state["commands"][0]["command"] == "/todo"
    assert initial_state["shortcuts"][0]["callback_id"] == "todo_from_message"
    assert initial_state["messages"][slack.general] == []
    assert initial_state["views"] == initial_state["files"] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1234"}, 200),
        ({"Host": "[::1]:1234"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
)
async def test_other_sites_are_refused(browser: aiohttp.ClientSession, headers: dict[str, str], status: int) -> None:
    async with browser.get("/playground/state", headers=headers) as response:
        assert response.status == status
    async with browser.post("/playground/message", headers=headers, json={"channel": "C", "text": ""}) as response:
        assert response.status == (400 if status == 200 else status)


async def test_own_origin_is_accepted(browser: aiohttp.ClientSession, slack: FakeSlack) -> None:
    async with browser.get("/playground/state", headers={"Origin": slack.base_url}) as response:
        assert response.status == 200


async def test_action_needs_a_json_object(browser: aiohttp.ClientSession) -> None:
    async with browser.post("/playground/message", data={"channel": "C", "text": "x"}) as response:
        assert response.status == 415
    for broken in ("{", "[]"):
        headers = {"Content-Type": "application/json"}
        async with browser.post("/playground/message", data=broken, headers=headers) as response:
            assert response.status == 400
    assert (await post(browser, "view_submit", view_id="V1"))[1] == {"ok": False, "error": "view_not_found"}
    assert (await post(browser, "message", text="x"))[0] == 400


async def test_command_is_sent_and_its_failure_explained(
    browser: aiohttp.ClientSession, slack: FakeSlack, bot: Any
) -> None:
    bot.answer = {"text": "pong"}
    assert await post(browser, "command", channel=slack.general, text="/todo  models gpt ") == (200, {"ok": True})
    assert bot.payload["text"] == "models gpt"
    [message] = (await state(browser))["messages"][slack.general]
    assert (message["text"], message["ephemeral"]) == ("pong", True)
    bot.status = 500
    _, answer = await post(browser, "command", channel=slack.general, text="/todo")
    assert answer == {
        "ok": False,
        "error": "dispatch_failed",
        "text": '/todo failed with the error "dispatch_failed"',
    }
    _, answer = await post(browser, "command", channel=slack.general, text="/other")
    assert answer["error"] == "unknown_command"


async def test_message_is_escaped_and_mentions_the_bot(
    browser: aiohttp.ClientSession, slack: FakeSlack, bot: Any
) -> None:
    await post(browser, "message", channel=slack.general, text="@todo <!channel> & co")
    [message] = slack.messages()
    assert message["text"] == f"<@{slack.bot_user}> &lt;!channel&gt; &amp; co"
    assert bot.payload["event"]["type"] == "app_mention"
    status, answer = await post(browser, "message", channel=slack.general, text="x", thread_ts="1.000001")
    assert (status, answer["error"]) == (400, "thread_not_found")


async def test_form_is_submitted_and_closed(
    browser: aiohttp.ClientSession, slack: FakeSlack, bot: Any, opened: Json
) -> None:
    [view] = (await state(browser))["views"]
    _, answer = await post(browser, "view_submit", view_id=view["id"], values={})
    assert answer["errors"].keys() == {"name"}
    empty = {"name": {"v": {"type": "plain_text_input", "value": ""}}}
    _, answer = await post(browser, "view_submit", view_id=view["id"], values=empty)
    assert answer["errors"].keys() == {"name"}
    values = {
        "name": {"v": {"type": "plain_text_input", "value": "x"}},
        "epochs": {"v": {"type": "number_input", "value": ""}},
    }
    bot.answer = {"response_action": "errors", "errors": {"name": "taken"}}
    _, answer = await post(browser, "view_submit", view_id=view["id"], values=values)
    assert answer == {"ok": True, "errors": {"name": "taken"}}
    assert bot.payload["view"]["state"]["values"]["epochs"]["v"]["value"] is None
    bot.answer = {"options": [{"text": {"type": "plain_text", "text": "GPT"}, "value": "gpt"}]}
    _, answer = await post(browser, "options", view_id=view["id"], block_id="model", action_id="v", value="g")
    assert answer == bot.answer
    bot.answer = ""
    place = {"view_id": view["id"], "block_id": "more", "action_id": "more"}
    assert (await post(browser, "action", **place, action={"type": "button", "value": "m"}))[1] == {"ok": True}
    assert bot.payload["actions"][0]["value"] == "m"
    assert (await post(browser, "view_close", view_id=view["id"]))[1] == {"ok": True}
    assert slack.views == []


async def test_choice_in_a_message_reaches_the_bot(
    browser: aiohttp.ClientSession, slack: FakeSlack, client: AsyncWebClient, bot: Any
) -> None:
    options = [{"text": {"type": "plain_text", "text": v}, "value": v} for v in ("a", "b")]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select]}]
    posted = await client.chat_postMessage(channel=slack.general, text="x", blocks=blocks)
    place = {"channel": slack.general, "message_ts": posted["ts"], "block_id": "row", "action_id": "pick"}
    action = {"type": "static_select", "selected_option": options[1]}
    assert (await post(browser, "action", **place, action=action))[1] == {"ok": True}
    assert bot.payload["actions"][0]["selected_option"] == options[1]
    assert (await post(browser, "action", **place, action={"selected_option": {"value": "c"}}))[0] == 400
    place = {"channel": slack.general, "message_ts": posted["ts"]}
    await post(browser, "shortcut", **place, callback_id="todo_from_message")
    assert bot.payload["callback_id"] == "todo_from_message"


async def next_event(response: aiohttp.ClientResponse) -> Json:
    while not (line := await response.content.readline()).startswith(b"data: "):
        assert line, "the stream ended"
    return dict(json.loads(line.removeprefix(b"data: ")))


async def test_stream_contains_the_users_events(
    browser: aiohttp.ClientSession, slack: FakeSlack, client: AsyncWebClient, bot: Any, modal: Json
) -> None:
    async with browser.get("/playground/events") as response:
        assert response.content_type == "text/event-stream"
        assert await response.content.readline() == b": open\n"
        await client.chat_postMessage(channel=slack.colleague, text="not for you")
        await client.chat_postEphemeral(channel=slack.general, user=slack.colleague, text="nor this")
        posted = await client.chat_postMessage(channel=slack.general, text="x")
        event = await next_event(response)
        assert (event["type"], event["message"]["text"]) == ("message", "x")
        assert event["message"]["channel"] == slack.general
        await client.chat_update(channel=slack.general, ts=posted["ts"], text="y")
        assert (await next_event(response))["type"] == "message_changed"
        await client.chat_delete(channel=slack.general, ts=posted["ts"])
        assert (await next_event(response))["type"] == "message_deleted"
        await slack.command()
        await client.views_open(trigger_id=bot.payload["trigger_id"], view=modal)
        event = await next_event(response)
        assert (event["type"], event["view"]["callback_id"]) == ("view_opened", "form")
        await client.views_update(view_id=event["view"]["id"], view=modal)
        assert (await next_event(response))["type"] == "view_updated"
        await slack.close_view(event["view"]["id"])
        assert (await next_event(response))["type"] == "view_closed"


async def test_streams_end_when_the_server_stops(tmp_path: Path) -> None:
    slack = FakeSlack(page_directory=tmp_path)
    await slack.start()
    async with aiohttp.ClientSession(slack.base_url) as browser, browser.get("/playground/events") as response:
        assert await response.content.readline() == b": open\n"
        await slack.stop()
        assert await response.content.read() == b"\n"


async def test_page_is_served_by_the_bots_server(tmp_path: Path, bot: Any) -> None:
    (tmp_path / "index.html").write_text("<p>hello</p>")
    (tmp_path / "app.js").write_text("1")
    (tmp_path.parent / "secret.txt").write_text("secret")
    slack = FakeSlack(commands=[{"command": "/todo"}], page_directory=tmp_path)
    app = web.Application()
    app.router.add_post("/slack/events", bot.receive)
    slack.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as browser:
            async with browser.get("/") as response:
                assert await response.text() == "<p>hello</p>"
                assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            async with browser.get("/playground/static/app.js") as response:
                assert response.content_type.endswith("/javascript")
            for escape in ("..%2fsecret.txt", "%2e%2e%2fsecret.txt", "nothing.js", "."):
                async with browser.get(f"/playground/static/{escape}") as response:
                    assert response.status == 404
            _, answer = await post(browser, "command", channel=slack.general, text="/todo")
            assert answer == {"ok": True}
            assert bot.payload["response_url"].startswith(f"http://127.0.0.1:{runner.addresses[0][1]}/api/response/")
    finally:
        await runner.cleanup()
