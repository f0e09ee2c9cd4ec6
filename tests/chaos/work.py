"""The requests of people during a storm, and the check that each was answered.

Every message of the bot bears a mark: its idempotency key, in its metadata. An answer is complete when the message with
the last mark of its job is there, and doubled when a mark appears twice.
"""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import select, update

from bot.forms.estimates import Origin, form
from bot.queue.model import CheckWatchesJob, QueuedJob
from bot.queue.store import JobStore
from bot.store import Database
from bot.store.tables import watches
from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.database_fixtures import LEASE
from tests.bot.message_text import estimate_id
from tests.bot.slack_actions import Json

FORM_TYPE = "application/x-www-form-urlencoded"
CHATS = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n' * 12


@dataclass(frozen=True)
class Work:
    """A job whose answer is expected exactly once."""

    last_mark: str
    """The mark of the answer's last message."""
    words: str
    """A part of that message."""

    def is_done(self, marks: Mapping[str, list[Json]]) -> bool:
        """Return whether the answer is complete."""
        return any(self.words in json.dumps(message) for message in marks.get(self.last_mark, ()))


@dataclass(frozen=True)
class Request:
    """A request of a person to the bot, and the work that it causes."""

    body: str
    content_type: str
    work: Work


def read_marks(slack: FakeSlack) -> dict[str, list[Json]]:
    """Return the bot's messages in #general by their marks."""
    marks: dict[str, list[Json]] = defaultdict(list)
    for message in slack.workspace.posted[slack.general]:
        if metadata := message.get("metadata"):
            marks[metadata["event_payload"]["part"]].append(message)
    return marks


def opened_form(slack: FakeSlack) -> Json:
    """Return the form with all its fields, opened without the bot, so that no trigger expires on a busy machine."""
    trigger_id = Payloads(slack.workspace).command("/ftcost", "", slack.you, slack.general)["trigger_id"]
    return slack.view_stacks.open(trigger_id, form(Origin(channel=slack.general), more=True))


def submission(slack: FakeSlack, opened: Json, number: int) -> Request:
    """Return a submitted form: the same form, filled in by one more person, so a view of its own."""
    view = opened | {"id": f"V{number:05}", "hash": f"{number}.storm"}
    state = slack.fill(opened, support_bot.FORM | {"name": f"storm{number:05}"})
    payload = Payloads(slack.workspace).view_submission(view, state, slack.you, slack.general)
    work = Work(f"view:{view['id']}:{view['hash']}/1", "Breakdown")  # the card is part 0
    return Request(urlencode({"payload": json.dumps(payload)}), FORM_TYPE, work)


def change(slack: FakeSlack, thread_ts: str, number: int) -> Request:
    """Return a mention that changes the estimate of a thread."""
    text = f"<@{slack.bot_user}> name=change{number:05}"
    return _mention(slack, text, "Changed: ", thread_ts=thread_ts)


def file(slack: FakeSlack, number: int) -> Request:
    """Return a mention with a training file of twelve chats."""
    attached = slack.file_of(slack.attach(f"chats{number}.jsonl", CHATS)["id"], slack.you)
    content = {"text": f"<@{slack.bot_user}>", "files": [attached.to_json()]}
    message = slack.workspace.post(slack.general, slack.you, content)
    attached.share(slack.workspace.channel(slack.general), message)
    payload = Payloads(slack.workspace).message_event("app_mention", message)
    work = Work(f"file:{slack.general}:{attached.id}/line", "12 examples")
    return Request(json.dumps(payload), "application/json", work)


def _mention(slack: FakeSlack, text: str, words: str, *, thread_ts: str) -> Request:
    message = slack.workspace.post(slack.general, slack.you, {"text": text}, thread_ts=thread_ts)
    payload = Payloads(slack.workspace).message_event("app_mention", message)
    return Request(json.dumps(payload), "application/json", Work(f"mention:{slack.general}:{message['ts']}/0", words))


async def watch_changed_estimates(slack: FakeSlack, database: Database, count: int) -> list[Work]:
    """Watch estimates whose price was unknown at their last report, and return the alerts that are due."""
    for number in range(count):
        card = await slack_actions.ask(slack, f"{support_bot.LINE} name=watched{number}")
        await slack.command(f"watch {estimate_id(card)}")
    rows = await database.fetch_all(select(watches.c.number, watches.c.alerts, watches.c.told))
    for row in rows:
        notice = copy.deepcopy(row.told)
        notice["quote"]["complete"] = False
        await database.execute(update(watches).where(watches.c.number == row.number).values(told=notice))
    today = datetime.now(UTC).date()
    return [Work(f"alert:{row.number}:{row.alerts}:{today}", "") for row in rows]


async def check_watches(database: Database) -> None:
    """Store the scheduled job that looks for alerts, as the scheduler of a replica does."""
    store = JobStore(database, lambda: datetime.now(UTC).replace(tzinfo=None), LEASE)
    await store.put(QueuedJob("schedule:watch:storm", CheckWatchesJob()))
