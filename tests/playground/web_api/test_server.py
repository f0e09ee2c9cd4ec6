"""The Web API, called by Slack's own client."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from playground import FakeSlack

SECTION = {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "x"}}


async def refused(call: Any) -> Any:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response


async def raw(slack: FakeSlack, method: str, **request: Any) -> Any:
    async with aiohttp.ClientSession() as session, session.post(slack.api_url + method, **request) as response:
        return await response.json()


async def test_auth_test_returns_the_bot_user(slack: FakeSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert answer["user_id"] == slack.bot_user
    assert answer["bot_id"].startswith("B")


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({}, "not_authed"),
        ({"headers": {"Authorization": "Bearer xoxb-wrong"}}, "invalid_auth"),
        ({"data": {"token": "xoxb-wrong"}}, "invalid_auth"),
        ({"json": {"token": "xoxb-playground"}}, "not_authed"),
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, "invalid_json"),
    ],
)
async def test_missing_or_wrong_token_is_refused(slack: FakeSlack, request_: dict[str, Any], error: str) -> None:
    assert (await raw(slack, "auth.test", **request_))["error"] == error
    assert slack.violations[-1].error == error
    assert slack.calls[-1].args == {}, "what a stranger sends is not kept"


async def test_token_in_a_form_field_is_accepted_and_not_recorded(slack: FakeSlack) -> None:
    assert (await raw(slack, "auth.test", data={"token": slack.bot_token}))["ok"]
    assert slack.calls[-1].args == {}


async def test_unknown_method_is_refused(client: AsyncWebClient) -> None:
    assert (await refused(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_method_needs_its_scope(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.scopes.discard("users:read")
    answer = await refused(client.users_info(user=slack.you))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert "chat:write" in answer["provided"]
    slack.scopes.add("users:read")
    assert (await client.users_info(user=slack.you))["user"]["name"] == "you"


async def test_scope_depends_on_the_kind_of_channel(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.scopes.add("channels:read")
    assert (await client.conversations_info(channel=slack.general))["channel"]["is_member"]
    assert (await refused(client.conversations_info(channel=slack.im)))["needed"] == "im:read"


async def test_reading_methods_ignore_json_bodies(slack: FakeSlack) -> None:
    slack.scopes.add("users:read")
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    answer = await raw(slack, "users.info", json={"user": slack.you}, headers=headers)
    assert answer["error"] == "user_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("general", None), ("#random", None), ("finance", "channel_not_found"), ("C0NOWHERE", "channel_not_found")],
)
async def test_bot_posts_to_public_channels_only_or_its_own(
    client: AsyncWebClient, channel: str, error: str | None
) -> None:
    if error is None:
        assert (await client.chat_postMessage(channel=channel, text="x"))["ok"]
    else:
        assert (await refused(client.chat_postMessage(channel=channel, text="x")))["error"] == error


async def test_unjoined_public_channel_needs_a_scope(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.scopes.discard("chat:write.public")
    assert (await refused(client.chat_postMessage(channel=slack.random, text="x")))["error"] == "not_in_channel"


async def test_invalid_blocks_are_refused_with_a_pointer(slack: FakeSlack, client: AsyncWebClient) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    answer = await refused(client.chat_postMessage(channel=slack.general, text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    expected = "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["response_metadata"]["messages"] == [expected]
    assert slack.violations[0].messages == [expected]
    assert slack.messages() == []


async def test_form_fields_carry_blocks_as_json(slack: FakeSlack) -> None:
    fields = {"token": slack.bot_token, "channel": slack.general, "text": "x", "blocks": '[{"type": "divider"}]'}
    assert (await raw(slack, "chat.postMessage", data=fields))["ok"]
    [message] = slack.messages()
    assert message["blocks"][0]["type"] == "divider"
    assert message["blocks"][0]["block_id"]


@pytest.mark.filterwarnings("ignore:The top-level `text` argument")
async def test_blocks_without_text_cause_a_warning(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=slack.general, blocks=[SECTION])
    assert slack.warnings == ["missing_text_in_message"]
    assert slack.violations == []


async def test_replies_form_a_thread(slack: FakeSlack, client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel=slack.general, text="parent")
    reply = await client.chat_postMessage(channel=slack.general, text="reply", thread_ts=parent["ts"])
    assert [m["text"] for m in slack.messages()] == ["parent"]
    assert [m["text"] for m in slack.messages(slack.general, parent["ts"])] == ["reply"]
    assert slack.messages()[0]["reply_count"] == 1
    lost = await refused(client.chat_postMessage(channel=slack.general, text="x", thread_ts="1.000001"))
    assert lost["error"] == "thread_not_found"
    nested = await refused(client.chat_postMessage(channel=slack.general, text="x", thread_ts=reply["ts"]))
    assert nested["error"] == "cannot_reply_to_message"
    slack.scopes.add("channels:history")
    replies = await client.conversations_replies(channel=slack.general, ts=parent["ts"])
    assert [m["text"] for m in replies["messages"]] == ["parent", "reply"]
    assert (await client.conversations_history(channel=slack.general))["messages"][0]["text"] == "parent"
    await client.chat_postMessage(channel=slack.general, text="later")
    pages = [page["messages"] async for page in await client.conversations_history(channel=slack.general, limit=1)]
    assert [[m["text"] for m in page] for page in pages] == [["later"], ["parent"]]
    wrong = await refused(client.conversations_history(channel=slack.general, cursor="nonsense"))
    assert wrong["error"] == "invalid_cursor"


async def test_update_and_delete_only_own_messages(slack: FakeSlack, client: AsyncWebClient) -> None:
    own = await client.chat_postMessage(channel=slack.general, text="x", blocks=[SECTION])
    await client.chat_update(channel=slack.general, ts=own["ts"], text="y")
    [message] = slack.messages()
    assert (message["text"], message["blocks"][0]["block_id"]) == ("y", "s")
    assert message["edited"]["user"] == slack.bot_user
    await client.chat_update(channel=slack.general, ts=own["ts"], text="z", blocks=[])
    assert "blocks" not in slack.messages()[0]
    too_long = await refused(client.chat_update(channel=slack.general, ts=own["ts"], text="x" * 4001))
    assert too_long["error"] == "msg_too_long"
    theirs = await slack.say("mine")
    for call, error in (
        (client.chat_update(channel=slack.general, ts=theirs["ts"], text="y"), "cant_update_message"),
        (client.chat_delete(channel=slack.general, ts=theirs["ts"]), "cant_delete_message"),
        (client.chat_update(channel=slack.general, ts="1.000001", text="y"), "message_not_found"),
    ):
        assert (await refused(call))["error"] == error
    await client.chat_delete(channel=slack.general, ts=own["ts"])
    assert [m["text"] for m in slack.messages()] == ["mine"]


async def test_ephemeral_message_is_visible_to_one_user(slack: FakeSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postEphemeral(channel=slack.general, user=slack.you, text="psst")
    assert [m["text"] for m in slack.ephemerals()] == ["psst"]
    assert slack.ephemerals(slack.colleague) == []
    assert slack.messages() == []
    updated = client.chat_update(channel=slack.general, ts=posted["message_ts"], text="y")
    assert (await refused(updated))["error"] == "message_not_found"
    outsider = client.chat_postEphemeral(channel=slack.im, user=slack.colleague, text="x")
    assert (await refused(outsider))["error"] == "user_not_in_channel"


async def test_direct_message_is_opened_on_demand(slack: FakeSlack, client: AsyncWebClient) -> None:
    opened = await client.conversations_open(users=slack.you)
    assert opened["channel"]["id"] == slack.im
    to_robin = await client.chat_postMessage(channel=slack.colleague, text="hi")
    assert to_robin["channel"].startswith("D")
    assert slack.messages(to_robin["channel"])[0]["text"] == "hi"


async def test_permalink_contains_channel_and_time_stamp(slack: FakeSlack, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=slack.general, text="x")
    link = await client.chat_getPermalink(channel=slack.general, message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/{slack.general}/p{posted['ts'].replace('.', '')}")


async def test_unescaped_mention_shows_in_pings(slack: FakeSlack, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=slack.general, text="estimate for &lt;!channel&gt;")
    assert slack.pings == []
    await client.chat_postMessage(channel=slack.general, text="estimate for <!channel>")
    assert slack.pings == ["channel"]


async def test_fail_next_causes_rate_limits(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", retry_after=7, times=2)
    for _ in range(2):
        answer = await refused(client.chat_postMessage(channel=slack.general, text="x"))
        assert (answer.status_code, answer["error"]) == (429, "ratelimited")
        assert answer.headers["Retry-After"] == "7"
    assert (await client.chat_postMessage(channel=slack.general, text="x"))["ok"]
    assert slack.violations == []


async def test_retry_handler_succeeds_after_a_rate_limit(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", retry_after=0)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.chat_postMessage(channel=slack.general, text="x"))["ok"]
    assert len(slack.calls) == 2


async def test_fail_next_causes_other_errors(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", "fatal_error")
    assert (await refused(client.chat_postMessage(channel=slack.general, text="x")))["error"] == "fatal_error"
    assert slack.messages() == []


async def test_delay_next_holds_a_call_back(slack: FakeSlack, client: AsyncWebClient) -> None:
    until = asyncio.Event()
    slack.delay_next("chat.postMessage", until)
    slow = asyncio.create_task(client.chat_postMessage(channel=slack.general, text="slow"))
    await slack.wait_for(lambda: slack.waiting_calls == ["chat.postMessage"])
    await client.chat_postMessage(channel=slack.general, text="fast")
    until.set()
    await slow
    assert [m["text"] for m in slack.messages()] == ["fast", "slow"]
    assert slack.waiting_calls == []


async def test_wait_for_ends_when_its_condition_holds(slack: FakeSlack, client: AsyncWebClient) -> None:
    waiting = asyncio.create_task(slack.wait_for(lambda: slack.messages() if len(slack.messages()) >= 2 else []))
    await client.chat_postMessage(channel=slack.general, text="1")
    assert not waiting.done()
    await client.chat_postMessage(channel=slack.general, text="2")
    assert [m["text"] for m in await waiting] == ["1", "2"]
    with pytest.raises(AssertionError, match="nothing came"):
        await slack.wait_for(lambda: False, timeout=0.01)


async def test_uploaded_file_is_shared_in_a_thread(slack: FakeSlack, client: AsyncWebClient) -> None:
    parent = await client.chat_postMessage(channel=slack.general, text="parent")
    done = await client.files_upload_v2(
        channel=slack.general,
        thread_ts=parent["ts"],
        filename="costs é.csv",
        title="Costs",
        content="a,b\n1,2\n",
        initial_comment="here",
    )
    assert done["file"]["title"] == "Costs"
    [reply] = slack.messages(slack.general, parent["ts"])
    assert (reply["text"], reply["files"][0]["name"]) == ("here", "costs é.csv")
    [file] = slack.files
    assert slack.file_content(file["id"]) == b"a,b\n1,2\n"
    async with aiohttp.ClientSession() as session, session.get(file["url"]) as response:
        assert await response.read() == b"a,b\n1,2\n"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_upload_needs_membership_and_all_bytes(slack: FakeSlack, client: AsyncWebClient) -> None:
    upload = client.files_upload_v2(channel=slack.random, filename="x.csv", content="x")
    assert (await refused(upload))["error"] == "not_in_channel"
    place = await client.files_getUploadURLExternal(filename="x.csv", length=3)
    early = client.files_completeUploadExternal(files=[{"id": place["file_id"], "title": "x"}])
    assert (await refused(early))["error"] == "file_not_found"
    async with aiohttp.ClientSession() as session, session.post(place["upload_url"], data=b"four") as response:
        assert response.status == 400
    assert slack.files == []


# --- assistant threads ------------------------------------------------------------------------------------------------


async def test_assistant_thread_has_prompts_and_a_status(slack: FakeSlack, client: AsyncWebClient) -> None:
    """The status goes with the app's next reply."""
    thread = await slack.open_assistant(viewed=slack.random)
    assert slack.events[-1]["event"]["assistant_thread"]["context"]["channel_id"] == slack.random
    place = {"channel_id": thread["channel"], "thread_ts": thread["ts"]}
    prompts = [{"title": "Cost?", "message": "What does it cost?"}]
    await client.assistant_threads_setSuggestedPrompts(**place, prompts=prompts)
    await client.assistant_threads_setStatus(**place, status="is thinking…")
    assistant = slack.workspace.assistant_threads[thread["ts"]]
    assert (assistant.prompts, assistant.status) == (prompts, "is thinking…")
    await client.chat_postMessage(channel=thread["channel"], thread_ts=thread["ts"], text="$120")
    assert assistant.status == ""


async def test_assistant_refuses_other_places_and_too_many_prompts(slack: FakeSlack, client: AsyncWebClient) -> None:
    thread = await slack.open_assistant()
    place = {"channel_id": thread["channel"], "thread_ts": thread["ts"]}
    prompt = {"title": "Cost?", "message": "What does it cost?"}
    for error, arguments in (
        ("channel_not_found", place | {"channel_id": slack.general, "prompts": [prompt]}),
        ("invalid_thread_ts", place | {"thread_ts": "1.1", "prompts": [prompt]}),
        ("invalid_arguments", place | {"prompts": [prompt] * 5}),
        ("invalid_arguments", place | {"prompts": [{"title": "Cost?"}]}),
    ):
        assert (await refused(client.assistant_threads_setSuggestedPrompts(**arguments)))["error"] == error
    slack.subscribed_events.discard("assistant_thread_started")
    with pytest.raises(ValueError, match="no assistant"):
        await slack.open_assistant()
