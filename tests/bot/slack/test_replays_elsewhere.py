"""Signed requests that somebody recorded, sent again to another replica, which never saw them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from cryptography.fernet import Fernet, MultiFernet

from bot.store import Database, open_database
from bot.store.tables import metadata
from bot.usecases.lookups import CATALOGUE_COMMANDS
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.actuals.test_keys import keys_list, store_key
from tests.bot.message_text import estimate_id, texts
from tests.bot.slack_actions import open_home, save_defaults, set_budget
from tests.conftest import running_bot


@dataclass
class Eavesdropper:
    """Stands between Slack and one replica, passes everything on, and keeps it."""

    passes_to: str
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        names = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature")
        self.heard.append(({name: request.headers[name] for name in names}, await request.read()))
        status, body, kind = await say(self.passes_to, *self.heard[-1])
        return web.Response(status=status, body=body, content_type=kind)


async def say(url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
    async with ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.read(), answer.content_type


@asynccontextmanager
async def eavesdropper(slack: FakeSlack) -> AsyncIterator[Eavesdropper]:
    """On the line to the replica that runs."""
    ear = Eavesdropper(slack.events_url)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/slack/events", ear.hear)
    async with TestServer(app) as server:
        slack.events_url = str(server.make_url("/slack/events"))
        yield ear


async def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that is in the database; without the leases, which are renewed."""
    contents = {}
    for name, table in metadata.tables.items():
        columns = [column for column in table.c if column.name != "lease_until"]
        rows = await database.fetch_all(table.select().with_only_columns(*columns))
        contents[name] = sorted((tuple(row) for row in rows), key=repr)
    return contents


async def a_day_at_work(slack: FakeSlack) -> None:
    """All that people do by a signed request which changes or shows something."""
    parent = await slack_actions.ask(slack, f"{support_bot.LINE} name=first")
    other = await slack_actions.ask(slack, f"{support_bot.LINE} runs=2 name=other", channel=slack.random)
    ids = [estimate_id(parent), estimate_id(other)]
    for command in ("help", "price openai/gpt-4.1-mini", "list", f"show {ids[0]}", f"diff {ids[0]} {ids[1]}"):
        await slack.command(command)
    await slack.command("compare first other")
    await slack.command(f"watch {ids[0]} over 2%")
    await slack.command("watch")
    await slack.command(f"unwatch {ids[0]}")
    await slack.command(f"watch {ids[1]} over 2%")
    await slack.command(f"watch {ids[1]} over 9%")
    assert await save_defaults(slack, {"days": "20"}) == {}
    assert await set_budget(slack, {"amount": "5000", "approvers": [slack.you]}) == {}
    await store_key(slack)
    view = await keys_list(slack)
    await slack.click(view, "platform_key_remove")
    await slack.wait_for(lambda: [v for v in slack.views if v["id"] == view["id"] and texts(v).count("No key") == 4])
    await slack.command("audit")
    await slack_actions.press(slack, parent, "edit", "estimate_form")
    await slack_actions.full_form(slack)
    await slack_actions.export(slack, parent)
    await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    await slack_actions.change(slack, parent)
    await open_home(slack)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_replay_at_another_replica_has_no_effect(
    kind: str, request: pytest.FixtureRequest, catalog: Catalog, slack: FakeSlack, tmp_path: Path
) -> None:
    postgresql = kind == "postgresql"
    url = str(request.getfixturevalue("postgres_url")) if postgresql else f"sqlite:///{tmp_path / 'both.sqlite3'}"
    keys = MultiFernet([Fernet(Fernet.generate_key())])
    async with running_bot(catalog, slack, url, admins={slack.you}, encryption_keys=keys), eavesdropper(slack) as ear:
        await a_day_at_work(slack)
        async with running_bot(catalog, slack, url, admins={slack.you}, encryption_keys=keys):
            database = await open_database(url)
            before, posted = await rows_of(database), len(slack.workspace.posted[slack.general])
            forms = {view["id"]: view["hash"] for view in slack.views}
            for headers, body in ear.heard:
                status, answer, _ = await say(slack.events_url, headers, body)
                alone = any(f"&text={verb}".encode() in body for verb in CATALOGUE_COMMANDS)
                assert status == 401 or not answer or alone, (body, answer)
            assert await rows_of(database) == before
            await database.close()
    assert len(ear.heard) > 25
    assert len(slack.workspace.posted[slack.general]) == posted
    assert {view["id"]: view["hash"] for view in slack.views} == forms
