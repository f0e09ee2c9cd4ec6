"""Jobs as earlier versions stored them: each is still done, and one that cannot be read fails alone."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any, get_args

from sqlalchemy import insert, select

from bot.queue import model
from bot.queue.model import QueuedJob
from bot.queue.stored_jobs import decode, encode
from bot.store import Database, open_database
from bot.store.tables import jobs as jobs_table
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.database_fixtures import NOW
from tests.bot.listeners.dataset_files import chats
from tests.bot.message_text import estimate_id, texts
from tests.conftest import running_bot

Json = dict[str, Any]


def stored_jobs(slack: FakeSlack, estimate: str, thread_ts: str) -> list[tuple[str, str, Json, str]]:
    """The key, kind, payload and ordering key of a job of each kind, as the first version with that kind wrote them."""
    file = slack.file_for_form(slack.attach("train.jsonl", chats()))
    thread = f"{slack.general}/{thread_ts}"
    person = {"team": "T0PLAYGRND", "user": slack.you}
    place = {**person, "channel": slack.general, "thread_ts": thread_ts}
    day = {"as_of": "2026-11-21"}
    request = {"request": "E-d814d4e2"}
    question = {
        "id": "gbkdsj586t",
        **person,
        "channel": slack.general,
        "thread_ts": None,
        "edit_of": None,
        "fields": support_bot.FIELDS,
        **day,
        "settled": ["days=22"],
    }
    data = {"id": file["id"], "name": "train.jsonl", "size": 1236, "mimetype": "application/octet-stream", "url": None}
    fields = {"on": "your-rates", "rates": "10000/3/6", "epochs": "3"}
    dataset = {
        "id": "zn2y4w269g",
        **place,
        "file": data,
        "fields": fields,
        "edit_of": None,
        "joins": True,
        **day,
        "one_at_a_time": f"count/T0PLAYGRND/{slack.you}",
    }
    form_dataset = {
        **question,
        "id": "jj8sgd9sgz",
        "file": data,
        "fields": fields,
        "one_at_a_time": f"count/T0PLAYGRND/{slack.you}",
    }
    mention = {"id": "736h5kq9sw", **place, "ts": "9.9", "text": "calls=100k/day", **day, "file": None}
    convert = {"id": "vd2n8xk3qf", **place, "file_id": file["id"], "platform": "google", "columns": None}
    shared = {"id": "ct3s2b73xd", **person, "channel": slack.general, "file_id": file["id"], "unasked": True, **day}
    actual = {"id": estimate, **place, "asked_in": slack.general, "words": f"{estimate} $131.20 training", **day}
    alert = {"team": "T0PLAYGRND", "id": estimate, "user": slack.you, "alert": 0, "unasked": True}
    decide = {"id": estimate, **place, "ts": thread_ts, "decision": "approved"}
    return [
        ("command:1", "estimate", question | request, "command:1"),
        ("event:1", "mention", mention | request, thread),
        ("file:1", "dataset", dataset | request, f"count/T0PLAYGRND/{slack.you}"),
        ("view:1", "dataset", form_dataset | request, f"count/T0PLAYGRND/{slack.you}"),
        ("event:2", "shared", shared | request, "event:2"),
        ("action:1", "export", {"id": estimate, **place, **day, "format": "yaml"} | request, thread),
        ("action:2", "export", {"id": estimate, **place, **day} | request, thread),
        ("action:3", "break_even", {"id": estimate, **place, **day} | request, thread),
        ("action:4", "sure", {"id": estimate, **place, **day} | request, thread),
        ("command:2", "actual", actual | request, thread),
        ("schedule:refresh:2026-11-21", "refresh", {"unasked": True, "request": None}, "schedule:refresh:2026-11-21"),
        ("schedule:watch:2026-11-21:1", "watch", {"unasked": True, "request": None}, "schedule:watch:2026-11-21:1"),
        ("alert:1:0:2026-11-22", "alert", {**alert, "channel": slack.general, "thread_ts": thread_ts}, thread),
        ("action:5", "decide", decide | request, thread),
        ("action:7", "convert", convert | request, f"count/T0PLAYGRND/{slack.you}"),
        ("action:6", "card", {"id": estimate, **place, **day, "choice": "offers"} | request, thread),
    ]


async def store(database: Database, jobs: list[tuple[str, str, Json, str]]) -> None:
    rows = [
        {
            "idempotency_key": key,
            "kind": kind,
            "team_id": payload.get("team"),
            "ordering_key": ordering_key,
            "payload": payload,
            "state": "waiting",
            "attempts": 0,
            "created_at": NOW - timedelta(seconds=1),
        }
        for key, kind, payload, ordering_key in jobs
    ]
    await database.write(lambda connection: connection.execute(insert(jobs_table), rows).close())


async def states(database: Database) -> dict[str, str]:
    rows = await database.fetch_all(select(jobs_table.c.idempotency_key, jobs_table.c.state))
    return {row.idempotency_key: row.state for row in rows}


async def work_off(database: Database) -> None:
    async with asyncio.timeout(60):
        while "waiting" in (await states(database)).values():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_jobs_of_the_previous_version_are_done(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    async with running_bot(catalog, slack, database_url):
        parent = await slack_actions.ask(slack, support_bot.LINE)
    jobs = stored_jobs(slack, estimate_id(parent), parent["ts"])
    database = await open_database(database_url)
    await store(database, jobs)
    async with running_bot(catalog, slack, database_url):
        await work_off(database)
    assert set((await states(database)).values()) == {"done"}
    await database.close()
    assert {kind for _, kind, *_ in jobs} == {kind.__struct_config__.tag for kind in get_args(model.AnyJob)}
    thread = "\n".join(texts(message) for message in slack.messages(slack.general, parent["ts"]))
    for answer in ("calls 50k/day → 100k/day", "*train.jsonl*: 12 examples", "$131.20", "*How sure*"):
        assert answer in thread
    assert not any("went wrong" in texts(message) for message in slack.ephemerals())


async def test_stored_jobs_keep_their_keys(slack: FakeSlack) -> None:
    """The version before reads them too while replicas are replaced one by one."""
    for key, kind, payload, ordering_key in stored_jobs(slack, "bcdfghjkmn", "1.1"):
        queued = QueuedJob(key, decode(kind, payload, ordering_key), request_id=payload.get("request"))
        unused = {"unasked", "one_at_a_time", *({"as_of"} if kind == "export" else ())}
        encoded = json.loads(json.dumps(encode(queued)))
        assert encoded | {name: value for name, value in payload.items() if name not in unused} == encoded
        assert (queued.kind, queued.ordering_key) == (kind, ordering_key)


async def test_job_that_cannot_be_read_fails_alone(
    catalog: Catalog, slack: FakeSlack, database_url: str, caplog: Any
) -> None:
    person = {"team": "T0PLAYGRND", "user": slack.you, "channel": slack.general, "request": "E-11111111"}
    database = await open_database(database_url)
    await store(
        database,
        [
            ("a", "estimate", {**person, "id": "gbkdsj586t", "fields": support_bot.FIELDS}, "a"),
            ("b", "dream", {**person, "unasked": True}, "b"),
            ("c", "estimate", {}, "c"),
            ("d", "watch", {}, "d"),
        ],
    )
    async with running_bot(catalog, slack, database_url):
        await work_off(database)
    assert await states(database) == {"a": "failed", "b": "failed", "c": "failed", "d": "done"}
    await database.close()
    (apology,) = slack.ephemerals()
    assert "went wrong on our side" in apology["text"]
    assert "E-11111111" in apology["text"]
    assert "estimate job a failed" in caplog.text
    assert "`as_of`" in caplog.text
