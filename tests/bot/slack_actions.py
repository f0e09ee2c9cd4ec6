"""Actions of users in Slack, each of which waits for the bot's response."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from aiohttp import ClientSession

from playground import GENERAL, YOU, FakeSlack
from tests.bot.message_text import buttons, estimate_id, texts

Json = dict[str, Any]


async def ask(slack: FakeSlack, line: str, *, channel: str = GENERAL, user: str = YOU) -> Json:
    """Type a complete question, wait for its whole thread, and return the first message."""
    known = {message["ts"] for message in slack.messages(channel)}
    delivered = await slack.command(line, channel=channel, user=user)
    assert delivered.ok, delivered
    assert delivered.body == "", "a question in one line is answered in the channel"
    return await answered(slack, channel, known)


async def answered(slack: FakeSlack, channel: str = GENERAL, known: set[str] | None = None) -> Json:
    """Return the newest first message that is not `known`, as soon as its thread ends with the breakdown."""

    def complete() -> Json | None:
        parents = [message for message in slack.messages(channel) if message["ts"] not in (known or ())]
        return parents[-1] if parents and is_complete(slack, parents[-1]) else None

    answer = await slack.wait_for(complete)
    assert answer is not None
    return answer


def is_complete(slack: FakeSlack, parent: Json) -> bool:
    replies = slack.messages(parent["channel"], parent["ts"])
    return any(reply["text"].startswith("Breakdown") for reply in replies)


async def ephemeral(slack: FakeSlack, words: str) -> Json:
    """Wait for a message that one person alone sees and that contains `words`, and return it."""
    return (await slack.wait_for(lambda: [message for message in slack.ephemerals() if words in message["text"]]))[0]


async def change(slack: FakeSlack, parent: Json, number: int = 1) -> Json:
    """Return the change with this number in a thread, as soon as a card shows the changed estimate."""

    def changes() -> list[Json]:
        replies = slack.messages(parent["channel"], parent["ts"])
        return [m for m in replies if m["user"] == slack.bot_user and " Changed: " in m["text"]][number - 1 :]

    reply: Json = (await slack.wait_for(changes))[0]
    await slack.wait_for(lambda: card_of(slack, parent, estimate_id(reply)))
    return reply


def card_of(slack: FakeSlack, parent: Json, wanted_id: str) -> Json | None:
    """Return the card that shows an estimate: a message in the channel, or a reply in a thread that a user started."""
    thread = [*slack.messages(parent["channel"]), *slack.messages(parent["channel"], parent["ts"])]
    return next((m for m in thread if buttons(m)[:1] == ["edit"] and estimate_id(m) == wanted_id), None)


async def open_form(slack: FakeSlack, text: str = "", *, channel: str = GENERAL, user: str = YOU) -> Json:
    """Type `/ftcost` and return the form."""
    known = {view["id"] for view in slack.views}
    delivered = await slack.command(text, channel=channel, user=user)
    assert delivered.ok
    assert delivered.body == ""
    return await opened(slack, known)


async def opened(slack: FakeSlack, known: set[str] | None = None, callback_id: str = "estimate_form") -> Json:
    """Wait for a form that is not `known` and return it."""

    def form() -> Json | None:
        answer = [
            view for view in slack.views if view["id"] not in (known or ()) and view["callback_id"] == callback_id
        ]
        return answer[-1] if answer else None

    view = await slack.wait_for(form)
    assert view is not None
    return view


async def more_options(slack: FakeSlack, view: Json, answers: Mapping[str, Any] | None = None) -> Json:
    """Press “More options” in a form that contains `answers`, and return the longer form."""
    before = view["hash"]
    delivered = await slack.click(view, "more_options", values=slack.fill(view, dict(answers or {})))
    assert delivered.ok
    answer = await slack.wait_for(lambda: [v for v in slack.views if v["id"] == view["id"] and v["hash"] != before])
    return answer[0]


async def open_home(slack: FakeSlack, user: str = YOU) -> Json:
    """Open the app's Home tab and return the view that the bot publishes."""
    before = slack.homes.get(user, {}).get("hash")
    await slack.open_home(user=user)
    return (await slack.wait_for(lambda: [v for u, v in slack.homes.items() if u == user and v["hash"] != before]))[0]


async def save_defaults(slack: FakeSlack, answers: Mapping[str, Any], user: str = YOU) -> Mapping[str, str]:
    """Submit the workspace's defaults and return the errors."""
    known = {view["id"] for view in slack.views}
    await slack.click(await open_home(slack, user), "home_settings", user=user)
    view = await opened(slack, known, "settings_form")
    return (await slack.submit_view(view["id"], slack.fill(view, dict(answers)), user=user)).errors


async def set_budget(slack: FakeSlack, answers: Mapping[str, Any], user: str = YOU) -> Mapping[str, str]:
    """Submit the budget of #general and return the errors."""
    known = {view["id"] for view in slack.views}
    await slack.command("budget", user=user)
    view = await opened(slack, known, "budget_form")
    return (await slack.submit_view(view["id"], slack.fill(view, dict(answers)), user=user)).errors


async def full_form(slack: FakeSlack, *, channel: str = GENERAL) -> Json:
    """Open the form with all fields and return it."""
    return await more_options(slack, await open_form(slack, channel=channel))


async def press(slack: FakeSlack, message: Json, button: str, callback_id: str) -> Json:
    """Press a button of an estimate and return the form that opens."""
    known = {view["id"] for view in slack.views}
    assert (await slack.click(message, button)).ok
    return await opened(slack, known, callback_id)


async def export(slack: FakeSlack, message: Json, kind: str = "csv") -> bytes:
    """Choose an export format of an estimate and return the file."""
    before = len(slack.files)
    await choose_export(slack, message, kind)
    files = await slack.wait_for(lambda: slack.files[before:])
    return slack.file_content(files[0]["id"])


async def choose_export(slack: FakeSlack, message: Json, kind: str = "csv") -> None:
    """Choose “Export” in the menu of a card, and then a format."""
    known = {view["id"] for view in slack.views}
    assert (await slack.click(message, "more", answer=f"export {estimate_id(message)}")).ok
    view = await opened(slack, known, "export_form")
    assert (await slack.submit_view(view["id"], slack.fill(view, {"format": kind}))).errors == {}


async def delete_answer(slack: FakeSlack, card: Json) -> None:
    """Choose “Delete” in the menu of a card, and confirm it."""
    known = {view["id"] for view in slack.views}
    assert (await slack.click(card, "more", answer=f"delete {estimate_id(card)}")).ok
    view = await opened(slack, known, "delete_form")
    messages = [*slack.messages(card["channel"]), *slack.messages(card["channel"], card.get("thread_ts"))]
    assert card in messages, "only the press of Delete in the form deletes it"
    assert (await slack.submit_view(view["id"])).ok


async def all_offers(slack: FakeSlack, card: Json) -> Json:
    """Choose “All offers” in the menu of a card and return the first reply."""
    before = len(slack.messages(card["channel"], card["ts"]))
    assert (await slack.click(card, "more", answer=f"offers {estimate_id(card)}")).ok

    def offers() -> list[Json]:
        replies = slack.messages(card["channel"], card["ts"])[before:]
        choosing = [reply for reply in replies if "compare" in buttons(reply)]
        return choosing if choosing and "estimate `" in texts(replies[-1]) else []

    return (await slack.wait_for(offers))[0]


async def post_signed(
    url: str, body: str, secret: str, *, at: float | None = None, json: bool = False
) -> tuple[int, str]:
    """Send a signed request to the bot and return the status and the body of its response."""
    kind = "application/json" if json else "application/x-www-form-urlencoded"
    return await post(url, body, {"Content-Type": kind} | signature(body, secret, at))


def signature(body: str, secret: str, at: float | None = None) -> dict[str, str]:
    """Return the headers of Slack's signature of a body: HMAC-SHA256 over `v0:time:body`."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


async def post(url: str, body: str, headers: Mapping[str, str]) -> tuple[int, str]:
    async with ClientSession() as session, session.post(url, data=BytesIO(body.encode()), headers=headers) as response:
        return response.status, await response.text()


async def get_text(url: str) -> str:
    async with ClientSession() as session, session.get(url) as response:
        return await response.text()


async def get_json(url: str) -> tuple[int, Json]:
    async with ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()
