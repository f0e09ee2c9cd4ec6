"""Who is an admin, by Slack's word or by name; and the audit log, which admins read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store import Audit, AuditChange, open_database
from bot.workspace.roles import ADMINS_ONLY, MISSING_SCOPE, NO_ANSWER, Roles
from calculator import UserError
from playground import FakeSlack
from pricing import Catalog
from tests.bot.conftest import Start
from tests.bot.message_text import rows, table_of, texts
from tests.conftest import TODAY, Workspace, running_bot

TEAM = "T0PLAYGRND"


def fetched_users(slack: FakeSlack) -> list[str]:
    return [call.args["user"] for call in slack.calls if call.method == "users.info"]


async def test_admins_may_and_others_get_a_sentence(workspace: Workspace, slack: FakeSlack) -> None:
    roles = Roles(workspace.app.workspaces)
    await roles.check(TEAM, slack.you)
    with pytest.raises(UserError, match="Only admins and owners") as caught:
        await roles.check(TEAM, slack.colleague)
    assert str(caught.value) == ADMINS_ONLY


async def test_named_admin_needs_no_slack_call(workspace: Workspace, slack: FakeSlack) -> None:
    await Roles(workspace.app.workspaces, {slack.colleague}).check(TEAM, slack.colleague)
    assert fetched_users(slack) == []


async def test_roles_are_fetched_once_a_minute(workspace: Workspace, slack: FakeSlack) -> None:
    now = [0.0]
    roles = Roles(workspace.app.workspaces, clock=lambda: now[0])
    for _ in range(3):
        assert await roles.is_admin(TEAM, slack.you)
    assert fetched_users(slack) == [slack.you]
    users = slack.workspace.users
    users[slack.you] = replace(users[slack.you], is_admin=False)
    assert await roles.is_admin(TEAM, slack.you)
    now[0] = 60.0
    assert not await roles.is_admin(TEAM, slack.you)


async def test_admin_of_another_workspace_is_not_admin(workspace: Workspace, slack: FakeSlack) -> None:
    """Who came by a shared channel is an admin at home."""
    users = slack.workspace.users
    users[slack.you] = replace(users[slack.you], team="T0OTHER")
    assert not await Roles(workspace.app.workspaces).is_admin(TEAM, slack.you)


async def test_admin_of_an_organization_belongs_to_each_workspace(workspace: Workspace, slack: FakeSlack) -> None:
    """On Enterprise Grid, users.info names one workspace of the user, which need not be this one."""
    users = slack.workspace.users
    for is_here in (True, False):
        teams = ("T0OTHER", TEAM) if is_here else ("T0OTHER", "T0THIRD")
        users[slack.you] = replace(users[slack.you], team="T0OTHER", organization_teams=teams)
        assert await Roles(workspace.app.workspaces).is_admin(TEAM, slack.you) is is_here


async def test_unknown_user_is_not_admin(start: Start, slack: FakeSlack) -> None:
    async with start() as running:
        assert not await Roles(running.app.workspaces).is_admin(TEAM, "U0NOBODY")


@pytest.mark.parametrize(("error", "reason"), [("missing_scope", MISSING_SCOPE), ("internal_error", NO_ANSWER)])
async def test_unknown_role_is_refused_with_the_reason(
    workspace: Workspace, slack: FakeSlack, error: str, reason: str
) -> None:
    roles = Roles(workspace.app.workspaces)
    slack.fail_next("users.info", error)
    with pytest.raises(UserError) as caught:
        await roles.check(TEAM, slack.you)
    assert str(caught.value) == reason
    await roles.check(TEAM, slack.you)  # a failure is not remembered


async def test_late_answer_of_slack_is_not_awaited(workspace: Workspace, slack: FakeSlack) -> None:
    """Slack's 429 asks for a pause that is longer than a command can wait."""
    slack.fail_next("users.info", retry_after=30)
    with pytest.raises(UserError) as caught:
        async with asyncio.timeout(3):
            await Roles(workspace.app.workspaces).check(TEAM, slack.you)
    assert str(caught.value) == NO_ANSWER


# --- the audit log ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def audit_of(path: Path) -> AsyncIterator[Audit]:
    database = await open_database(f"sqlite:///{path}")
    yield Audit(database, lambda: TODAY.replace(tzinfo=None))
    await database.close()


async def test_only_admins_read_the_audit_log(start: Start, slack: FakeSlack, database_path: Path) -> None:
    async with start():
        async with audit_of(database_path) as audit:
            await audit.write(AuditChange(TEAM, slack.you, f"budget of {slack.general}", None, "$500.00 a month"))
            await audit.write(AuditChange(TEAM, slack.colleague, "price of <!channel> *x*", "$10.00", "<@U1> $8.00"))
            await audit.write(AuditChange("T0OTHER", "U0OTHER", "somebody else's", None, "secret"))
        assert (await slack.command("audit")).ok
        assert (await slack.command("audit", user=slack.colleague)).ok
        await slack.say(f"<@{slack.bot_user}> audit", user=slack.colleague)
        await slack.wait_for(lambda: slack.ephemerals(slack.colleague)[1:])
    (notice,) = slack.ephemerals()
    assert rows(notice) == [
        ["UTC", "Who", "What", "Before → after"],
        ["21 Nov 2026, 12:00", slack.colleague, "price of <!channel> *x*", "$10.00 → <@U1> $8.00"],
        ["21 Nov 2026, 12:00", slack.you, f"budget of {slack.general}", "– → $500.00 a month"],
    ]
    people = [row[1]["elements"][0]["elements"] for row in table_of(notice)["rows"][1:]]
    assert people == [[{"type": "user", "user_id": user}] for user in (slack.colleague, slack.you)]
    assert "secret" not in texts(notice) + notice["text"]
    assert [message["text"] for message in slack.ephemerals(slack.colleague)] == [ADMINS_ONLY] * 2
    assert set(slack.pings) == {slack.you, slack.colleague}, "names, in what one admin alone sees"
    assert slack.violations == []


async def test_empty_audit_log_has_a_message(workspace: Workspace, slack: FakeSlack) -> None:
    assert "No change has been recorded" in texts((await slack.command("audit")).json())


async def test_full_audit_log_fits_a_message(start: Start, slack: FakeSlack, database_path: Path) -> None:
    async with start():
        async with audit_of(database_path) as audit:
            for _ in range(25):
                await audit.write(AuditChange(TEAM, slack.you, "w" * 3_000, "b" * 3_000, "a" * 3_000))
        assert (await slack.command("audit")).ok
    assert len(rows(slack.ephemerals()[0])) == 21, "the newest twenty under their header"
    assert slack.violations == []


async def test_setting_names_admins(catalog: Catalog, slack: FakeSlack, database_path: Path) -> None:
    async with running_bot(catalog, slack, f"sqlite:///{database_path}", admins={slack.colleague}):
        await slack.command("audit", user=slack.colleague)
    assert "No change has been recorded" in texts(slack.ephemerals(user=slack.colleague)[0])
