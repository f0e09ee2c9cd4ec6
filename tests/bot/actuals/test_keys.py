"""Platform keys: admins enter and remove them, they are stored encrypted, and bills are read with them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import func, select

from bot.forms.keys import KEY_CALLBACK
from bot.store import Audit, PlatformKeyStore, open_database, read_keys
from bot.store.tables import actuals, provider_keys
from playground import FakeSlack, Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.actuals.billing import OPENAI_KEY, BillingServer, billing_server
from tests.bot.actuals.test_in_slack import compared
from tests.bot.message_text import estimate_id, rows, texts
from tests.bot.two_workspaces import two_workspaces
from tests.conftest import Workspace, running_bot

Json = dict[str, Any]
SECRET = OPENAI_KEY["admin_key"]
QUESTION = support_bot.LINE.replace("on=your-rates rates=10/3/6", "on=openai/gpt-4.1-mini")


@dataclass
class Paying:
    """A running bot that can store keys, with its Slack and the platforms' billing APIs."""

    running: Workspace
    slack: FakeSlack
    billing: BillingServer
    path: Path
    clock: list[datetime]


@pytest.fixture
async def paying(catalog: Catalog, slack: FakeSlack, database_path: Path) -> AsyncIterator[Paying]:
    path, clock = database_path, [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with (
        billing_server() as billing,
        running_bot(
            catalog,
            slack,
            f"sqlite:///{path}",
            now=lambda: clock[0],
            encryption_keys=MultiFernet([Fernet(Fernet.generate_key())]),
            addresses=billing.addresses,
        ) as running,
    ):
        yield Paying(running, slack, billing, path, clock)
    assert slack.violations == []


async def keys_list(slack: FakeSlack, user: str | None = None) -> Json:
    """Open the list of `/ftcost keys` and return it when it has loaded."""
    open_ids = {view["id"] for view in slack.views}
    assert (await slack.command("keys", user=user or slack.you)).ok
    views = await slack.wait_for(
        lambda: [v for v in slack.views if v["id"] not in open_ids and "One moment" not in texts(v)]
    )
    view: Json = views[-1]
    return view


async def key_form(slack: FakeSlack, view: Json, platform: str) -> Json:
    block = next(b for b in view["blocks"] if b["type"] == "actions" and b["elements"][0]["value"] == platform)
    assert (await slack.click(view, "platform_key_set", block_id=block["block_id"])).ok
    return await slack_actions.opened(slack, callback_id=KEY_CALLBACK)


async def store_key(slack: FakeSlack, fields: dict[str, str] = OPENAI_KEY) -> Json:
    """Store a key of OpenAI and return the updated list."""
    form = await key_form(slack, await keys_list(slack), "openai")
    done = await slack.submit_view(form["id"], slack.fill(form, fields))
    assert done.errors == {}
    view: Json = next(view for view in slack.views if view["id"] == form["id"])
    return view


async def test_key_is_stored_encrypted_and_shown_masked(paying: Paying) -> None:
    slack = paying.slack
    assert texts(await keys_list(slack)).count("No key") == 4
    view = await store_key(slack)
    assert f"Key `…{SECRET[-4:]}`, added by <@{slack.you}> on 21 Nov 2026" in texts(view)
    stored = b"".join(path.read_bytes() for path in paying.path.parent.iterdir())
    sent = json.dumps([[call.args, call.response] for call in slack.calls]).encode()
    for secret in OPENAI_KEY.values():
        assert secret.encode() not in stored
        assert secret.encode() not in sent


async def test_key_reads_the_amounts_that_were_paid(paying: Paying) -> None:
    """December by hand (test_pulls.py): training 60.50, calls 100.00. The estimate has no training in December, and
    calls of 1.5M × 31 × 12 / 365 × (100 × 0.80 + 70 × 3.20) / 1M = 1,528,767 × 0.000304 = $464.75.
    """
    slack = paying.slack
    parent = await slack_actions.ask(slack, QUESTION)
    await store_key(slack)
    paying.clock[0] = datetime(2027, 1, 15, 12, tzinfo=UTC)
    await slack.command(f"actual {estimate_id(parent)} pull openai 2026-12")
    page = await compared(slack, parent)
    actuals_by_part = {row[1]: row[2:5] for row in rows(page)[1:]}
    assert actuals_by_part == {
        "Training": ["$0.00", "$60.50", "+$60.50 ⚑"],
        "Inference": ["$464.75", "$100.00", "−$364.75 ⚑"],
    }
    because = next(row[5] for row in rows(page) if row[1] == "Inference")
    assert [part.split(" −")[0].split(" +")[0] for part in because.split(", ")] == ["volume", "tokens a call", "price"]
    text = texts(page)
    assert "Recorded: read from OpenAI" in text
    # 300,000 calls in 31 days: 300,000 × 365 / 12 / 31 = 294,354.8 a month, of 166.67 / 46.67 tokens; 2 % from cache.
    assert "epochs" not in text.partition("Recalibrated inputs")[2].partition("calls=")[0]
    assert "calls=294355/month call=167/47 cached=2%" in text


async def test_pull_without_a_key_is_refused_privately(paying: Paying) -> None:
    slack = paying.slack
    parent = await slack_actions.ask(slack, QUESTION)
    await slack.command(f"actual {estimate_id(parent)} pull openai 2026-11")
    assert await slack.wait_for(lambda: [m for m in slack.ephemerals() if "No key for OpenAI" in m["text"]])
    await store_key(slack)
    await slack.command(f"actual {estimate_id(parent)} pull together ft-1 on=openai/gpt-4.1-mini")
    assert await slack.wait_for(lambda: [m for m in slack.ephemerals() if "No key for Together" in m["text"]])
    paying.billing.base = "http://127.0.0.1:1"
    assert not [m for m in slack.messages(parent["channel"], parent["ts"]) if m["text"].startswith("Actual")]


async def test_key_is_removed_and_the_changes_are_audited(paying: Paying) -> None:
    slack = paying.slack
    view = await store_key(slack)
    assert (await slack.click(view, "platform_key_remove")).ok
    await slack.wait_for(lambda: [v for v in slack.views if v["id"] == view["id"] and texts(v).count("No key") == 4])
    log = rows((await slack.command("audit")).json())
    assert [row[2:] for row in log[1:]] == [["key of openai", "…1234 → –"], ["key of openai", "– → …1234"]]
    database = await open_database(f"sqlite:///{paying.path}")
    assert await database.fetch_value(select(func.count()).select_from(provider_keys)) == 0
    await database.close()


@pytest.mark.parametrize(
    ("platform", "fields", "faults"),
    [
        ("openai", {"admin_key": "short"}, {"admin_key"}),
        ("aws", {"access_key_id": "lower case", "secret_access_key": "x" * 40}, {"access_key_id"}),
        (
            "azure",
            {
                "tenant_id": "../../evil",
                "client_id": "evil.example",
                "client_secret": "x" * 40,
                "scope": "subscriptions/11111111-2222-3333-4444-555555555555/../..",
            },
            {"tenant_id", "client_id", "scope"},
        ),
    ],
)
async def test_invalid_key_is_refused_without_repeating_it(
    paying: Paying, platform: str, fields: dict[str, str], faults: set[str]
) -> None:
    slack = paying.slack
    form = await key_form(slack, await keys_list(slack), platform)
    done = await slack.submit_view(form["id"], slack.fill(form, fields))
    assert set(done.errors) == faults
    assert not any(value in text for value in fields.values() for text in done.errors.values())


async def test_only_admins_see_and_store_keys(paying: Paying) -> None:
    slack = paying.slack
    view = await keys_list(slack, slack.colleague)
    assert "Only admins and owners" in texts(view)
    assert [block["type"] for block in view["blocks"]] == ["section"]
    form = await key_form(slack, await keys_list(slack), "openai")
    done = await slack.submit_view(form["id"], slack.fill(form, OPENAI_KEY), user=slack.colleague)
    assert list(done.errors) == ["admin_key"]
    assert "Only admins and owners" in done.errors["admin_key"]


async def test_keys_need_encryption_keys(workspace: Workspace, slack: FakeSlack) -> None:
    assert "FTCOST_ENCRYPTION_KEYS" in texts(await keys_list(slack))


async def test_keys_are_rotated_and_belong_to_one_workspace(tmp_path: Path) -> None:
    previous, current = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    database = await open_database(f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    day = datetime.combine(date(2026, 11, 21), datetime.min.time())

    def key_store(keys: str) -> PlatformKeyStore:
        return PlatformKeyStore(database, read_keys(keys), lambda: day, Audit(database, lambda: day))

    await key_store(previous).put("openai", OPENAI_KEY, "…1234", team_id="T1", user_id="U1")
    assert await key_store(f"{current},{previous}").rotate() == 1
    assert await key_store(current).get("openai", team_id="T1") == OPENAI_KEY
    assert await key_store(previous).get("openai", team_id="T1") is None
    assert await key_store(current).get("openai", team_id="T2") is None
    await database.close()


async def test_uninstall_deletes_recorded_amounts(catalog: Catalog, database_url: str) -> None:
    async with two_workspaces(catalog, database_url) as company:
        await company.install(company.red)
        parent = await slack_actions.ask(company.red, support_bot.LINE)
        await company.red.command(f"actual {estimate_id(parent)} 5 training")
        await compared(company.red, parent)
        uninstalled = Payloads(company.red.workspace).event({"type": "app_uninstalled"})
        assert (await company.red.deliver_event(uninstalled)).ok
    database = await open_database(database_url)
    assert await database.fetch_value(select(func.count()).select_from(actuals)) == 0
    await database.close()
