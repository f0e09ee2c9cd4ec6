"""Files: who may fetch them, and which events they cause."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground import FakeSlack

Json = dict[str, Any]


async def fetch(url: str, token: str | None) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with ClientSession() as session, session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.read()


async def test_file_needs_the_bots_token_and_a_channel_of_the_bot(slack: FakeSlack, bot: Any) -> None:
    file = slack.attach("a b.jsonl", b"content")
    url = file["url_private_download"]
    assert (await fetch(url, slack.bot_token))[0] == 302, "it isn't sent yet"
    await slack.say("", channel=slack.finance, files=[file])
    assert (await fetch(url, slack.bot_token))[0] == 302, "the bot isn't in that channel"
    await slack.say("", files=[file])
    assert await fetch(url, slack.bot_token) == (200, b"content")
    for token in (None, "xoxb-other"):
        assert (await fetch(url, token))[0] == 302, "to the sign-in page"
    slack.scopes.discard("files:read")
    assert (await fetch(url, slack.bot_token))[0] == 302


async def test_files_info_says_where_a_file_is_shared(slack: FakeSlack, bot: Any, client: AsyncWebClient) -> None:
    parent = await slack.say("hello")
    file = slack.attach("a.jsonl", b"content")
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file=file["id"])
    message = await slack.say("", thread_ts=parent["ts"], files=[file])
    event = bot.payload["event"]
    assert (event["type"], event["file_id"], event["channel_id"]) == ("file_shared", file["id"], slack.general)
    assert "thread_ts" not in event
    file_info: Json = (await client.files_info(file=file["id"]))["file"]
    assert file_info["shares"] == {"public": {slack.general: [{"ts": message["ts"], "thread_ts": parent["ts"]}]}}


async def test_event_of_a_direct_message_contains_its_files(slack: FakeSlack, bot: Any) -> None:
    await slack.say("look", channel=slack.im, files=[slack.attach("a.jsonl", b"content")])
    (event,) = [event["event"] for event in slack.events if event["event"]["type"] == "message"]
    assert (event["subtype"], event["files"][0]["size"]) == ("file_share", 7)


async def test_another_users_file_is_refused(slack: FakeSlack) -> None:
    file = slack.attach("a.jsonl", b"content", user=slack.colleague)
    with pytest.raises(ValueError, match="has no file"):
        await slack.say("", files=[file])
