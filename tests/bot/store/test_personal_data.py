"""Stored data is deleted by age, by person and by workspace, and is exported without secrets."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.store import (
    Audit,
    AuditChange,
    Database,
    EstimateStore,
    PersonalData,
    Retention,
    WatchStore,
    open_database,
)
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.database_fixtures import NOW
from tests.bot.message_text import estimate_id
from tests.bot.results.samples import stored_result
from tests.bot.slack.test_oauth import dump
from tests.conftest import running_bot


async def test_person_is_forgotten_and_others_stay(catalog: Catalog, slack: FakeSlack, database_path: Path) -> None:
    """By the person's own command: estimates, watches and jobs go, and the id goes from what belongs to others."""
    url = f"sqlite:///{database_path}"
    async with running_bot(catalog, slack, url):
        await slack_actions.set_budget(slack, {"amount": "100", "approvers": [slack.you, slack.colleague]})
        own = await slack_actions.ask(slack, f"{support_bot.LINE} name=own-secret")
        others = await slack_actions.ask(slack, f"{support_bot.LINE} name=kept", user=slack.colleague)
        await slack.command(f"watch {estimate_id(own)}")
        assert "Type `forget me`" in (await slack.command("forget you")).json()["text"]
        await slack.command("forget me")
        question = await slack_actions.ephemeral(slack, "It can't be undone")
        await slack.command(f"show {estimate_id(own)}")
        assert "own-secret" in slack.ephemerals()[-1]["text"], "nothing is deleted before it is confirmed"
        assert (await slack.click(question, "forget_me")).ok
        await slack_actions.ephemeral(slack, "Your estimate was deleted")
        await slack.command(f"show {estimate_id(others)}")
        assert "kept" in slack.ephemerals()[-1]["text"]
    content = dump(database_path)
    assert "own-secret" not in content
    assert slack.you not in content.replace(f"once:{slack.you}", "")
    assert slack.colleague in content


async def _fill(url: str) -> None:
    database = await open_database(url)
    for team in ("T1", "T2"):
        store = EstimateStore(database, lambda: NOW)
        await store.save(team.lower(), team_id=team, user_id="U1", fields={"epochs": "3"}, result=stored_result())
    await database.close()


def test_operator_exports_and_erases_a_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'db'}"
    asyncio.run(_fill(url))
    monkeypatch.setenv("FTCOST_DATABASE_URL", url)
    for arguments in (["export", "T1"], ["erase", "T1"], ["export", "T1"], ["forget", "T2", "U1"]):
        assert main(["data", *arguments]) == 0
    exported, erased, forgotten = capsys.readouterr().out.splitlines()
    row = json.loads(exported)
    assert (row["table"], row["id"], row["fields"]) == ("estimates", "t1", {"epochs": "3"})
    assert erased == "1 rows of workspace T1 were deleted."
    assert forgotten == "User U1 of workspace T2 is forgotten: 1 estimates were deleted."


async def test_old_data_is_deleted_and_a_watched_estimate_stays(database: Database) -> None:
    for days, name in ((31, "watched"), (31, "old"), (29, "young")):
        time = NOW - timedelta(days=days)
        store = EstimateStore(database, lambda time=time: time)  # type: ignore[misc]
        await store.save(name, team_id="T1", user_id="U1", fields={}, result=stored_result())
    log = Audit(database, lambda: NOW - timedelta(days=31))
    await WatchStore(database, log, lambda: NOW).put(
        team_id="T1", estimate_id="watched", user_id="U1", over="5%", told={}
    )
    await log.write(AuditChange("T1", "U1", "prices", None, "one"))
    data = PersonalData(database, lambda: NOW)
    await data.delete_expired(Retention())
    assert len(await log.recent(team_id="T1")) == 2
    await data.delete_expired(Retention(estimates_days=30, actuals_days=30, audit_days=30))
    assert await log.recent(team_id="T1") == []
    left = await EstimateStore(database, lambda: NOW).recent(team_id="T1", user_id="U1")
    assert [saved.id for saved in left] == ["young", "watched"]
