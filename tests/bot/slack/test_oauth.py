"""Many workspaces: the app is installed, serves each by itself, and goes without a trace."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar
from cryptography.fernet import Fernet

from bot.slack.oauth import SCOPES
from bot.slack.oauth_states import STATE_LIFETIME, OAuthStates
from bot.store import Installations, open_database, read_keys
from playground import Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import estimate_id, figures
from tests.bot.two_workspaces import CLIENT_ID, CLIENT_SECRET, KEY, SIGNING_SECRET, Company, two_workspaces
from tests.conftest import TODAY

REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0APPBOT01"]}}


@pytest.fixture
async def company(catalog: Catalog, database_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Company]:
    caplog.set_level(logging.INFO)
    async with two_workspaces(catalog, f"sqlite:///{database_path}") as running:
        yield running
    for secret in (CLIENT_SECRET, SIGNING_SECRET, KEY, "xoxb-"):
        assert secret not in caplog.text


def dump(database_path: Path) -> str:
    """All that the database holds."""
    connection = sqlite3.connect(database_path)
    rows = "\n".join(connection.iterdump())
    connection.close()
    return rows


async def test_estimates_of_two_workspaces_stay_separate(company: Company) -> None:
    """People, channels and words are the same in both; only the workspace differs."""
    for slack in (company.red, company.blue):
        assert "Thank you" in await company.install(slack)
        assert slack.scopes == set(SCOPES)
    red = await slack_actions.ask(company.red, f"{support_bot.LINE} name=rouge")
    blue = await slack_actions.ask(company.blue, f"{support_bot.LINE} name=bleu")
    assert [figures(parent) for parent in (red, blue)] == [support_bot.FIGURES] * 2
    assert (len(company.red.messages()), len(company.blue.messages())) == (1, 1)
    for slack, own, other in ((company.red, "rouge", "bleu"), (company.blue, "bleu", "rouge")):
        await slack.command("list")
        listed = slack.ephemerals()[-1]["text"]
        assert own in listed
        assert other not in listed
        assert f"<{slack.base_url}/archives/" in listed, "links lead into the own workspace"
    await company.red.command(f"show {estimate_id(blue)}")
    assert "This workspace has no estimate" in company.red.ephemerals()[-1]["text"]
    view = await slack_actions.open_form(company.blue)
    assert view["team_id"] == "T0BLUE"
    assert company.red.views == []


async def test_installed_workspace_needs_no_slack_call(company: Company) -> None:
    """auth.test belongs to the installation; the token is read once and kept for a while."""
    await company.install(company.red)
    calls = [call.method for call in company.red.calls].count("auth.test")
    for text in ("help", support_bot.LINE, "models mixtral"):
        assert (await company.red.command(text)).ok
    await slack_actions.open_form(company.red)
    await slack_actions.answered(company.red)
    assert [call.method for call in company.red.calls].count("auth.test") == calls


async def test_workspace_without_the_app_gets_an_explanation(company: Company) -> None:
    """The answer is the response itself: nothing is posted to the address that the request names."""
    await company.install(company.red)
    delivered = await company.blue.command(support_bot.LINE)
    assert delivered.status == 200
    assert "isn't installed in this workspace" in delivered.json()["text"]
    assert company.blue.messages() == []
    assert company.red.messages() == []
    assert await slack_actions.get_json(f"{company.url}/readyz") == (200, {"ok": True})
    metrics = await slack_actions.get_text(f"{company.url}/metrics")
    assert 'outcome="refused"' in metrics


async def test_lost_encryption_key_is_an_outage_and_no_removal(
    company: Company, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The tokens cannot be read: nobody is asked to install again, events are delivered again, replicas are unready."""
    await company.install(company.red)
    connection = sqlite3.connect(database_path)
    unreadable = Fernet(Fernet.generate_key()).encrypt(b"xoxb").decode()
    connection.execute("UPDATE slack_bots SET bot_token = ?", (unreadable,))
    connection.commit()
    connection.close()
    assert "Please try again" in (await company.red.command("list")).json()["text"]
    event = Payloads(company.red.workspace).event({"type": "app_mention"})
    assert (await company.red.deliver_event(event)).status == 500
    status, body = await slack_actions.get_json(f"{company.url}/readyz")
    assert (status, "FTCOST_ENCRYPTION_KEYS" in body["slack"]) == (503, True)


async def test_tokens_are_encrypted_in_the_database(company: Company, database_path: Path) -> None:
    await company.install(company.red)
    await slack_actions.ask(company.red, support_bot.LINE)
    assert "T0RED" in dump(database_path)
    assert company.red.bot_token not in dump(database_path)


async def test_forged_or_used_state_installs_nothing(company: Company, database_path: Path) -> None:
    async with ClientSession(cookie_jar=DummyCookieJar()) as browser:
        for cookie in ({}, {"Cookie": "slack-app-oauth-state=guess"}):
            async with browser.get(f"{company.url}/slack/oauth_redirect?code=1&state=guess", headers=cookie) as page:
                assert page.status in (400, 401)
    assert "T0RED" not in dump(database_path)
    time = [TODAY]
    states = OAuthStates(read_keys(KEY), lambda: time[0])
    first, second, late = [await states.async_issue() for _ in range(3)]
    assert [await states.async_consume(state) for state in (first, first, f"{second}x", second)] == [
        True,
        False,
        False,
        True,
    ]
    assert not await OAuthStates(read_keys(Fernet.generate_key().decode()), lambda: time[0]).async_consume(late)
    time[0] += STATE_LIFETIME
    assert not await states.async_consume(late)


async def test_installation_page_writes_nothing(company: Company, database_path: Path) -> None:
    before = dump(database_path)
    async with ClientSession(cookie_jar=DummyCookieJar()) as browser:
        for _ in range(3):
            async with browser.get(f"{company.url}/slack/install") as page:
                assert page.status == 200
    assert dump(database_path) == before


@pytest.mark.parametrize("event", [{"type": "app_uninstalled"}, REVOKED])
async def test_uninstall_deletes_the_data_of_a_workspace(
    company: Company, event: dict[str, object], database_path: Path
) -> None:
    for slack in (company.red, company.blue):
        await company.install(slack)
        await slack_actions.save_defaults(slack, {"days": "30"})
        await slack_actions.set_budget(slack, {"amount": "100", "approvers": [slack.colleague]})
        parent = await slack_actions.ask(slack, f"{support_bot.LINE} name={slack.workspace.team['name']}-secret")
        await slack.command(f"watch {estimate_id(parent)}")
    assert "red-secret" in dump(database_path)
    assert (await company.red.deliver_event(Payloads(company.red.workspace).event(event))).ok
    assert "T0RED" not in dump(database_path)
    assert "red-secret" not in dump(database_path)
    assert "blue-secret" in dump(database_path)
    assert (await company.red.command("list")).ok
    assert len(company.red.messages()) == 1, "nothing more is said there"
    await company.install(company.red)
    await company.red.command("list")
    assert "no estimates yet" in company.red.ephemerals()[-1]["text"]


@pytest.mark.parametrize("event", [{"type": "app_uninstalled"}, REVOKED])
async def test_late_removal_event_keeps_a_newer_installation(company: Company, event: dict[str, object]) -> None:
    """Slack delivers again for an hour; and who recorded a request may send it for five minutes."""
    news = Payloads(company.red.workspace).event(event)
    await company.install(company.red)
    await slack_actions.ask(company.red, support_bot.LINE)
    assert (await company.red.deliver_event(news | {"event_time": news["event_time"] - 2})).ok
    await company.red.command("list")
    assert "Your estimates" in company.red.ephemerals()[-1]["text"]


async def test_revoked_user_token_removes_nothing(company: Company) -> None:
    await company.install(company.red)
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["U0YOU00001"], "bot": []}}
    await company.red.deliver_event(Payloads(company.red.workspace).event(event))
    await slack_actions.ask(company.red, support_bot.LINE)


async def test_key_rotation_keeps_tokens_readable(company: Company, catalog: Catalog, database_path: Path) -> None:
    """Old key alone; then new and old; re-encrypted; then the new one alone reads what was kept."""
    await company.install(company.red)
    new = Fernet.generate_key().decode()
    database = await open_database(f"sqlite:///{database_path}")

    async def token(keys: str) -> str | None:
        installation = await Installations(CLIENT_ID, database, read_keys(keys)).find_team("T0RED")
        assert installation is not None
        return installation.bot_token

    assert await token(KEY) == company.red.bot_token
    assert await token(new) is None
    assert await token(f"{new},{KEY}") == company.red.bot_token
    assert await Installations(CLIENT_ID, database, read_keys(f"{new},{KEY}")).rotate() == 2, "bot and installation"
    assert await token(new) == company.red.bot_token
    assert await token(KEY) is None
    await database.close()


async def test_installation_in_an_organization_is_refused(company: Company, database_path: Path) -> None:
    company.installs.is_organization = True
    page = await company.install(company.red, status=400)
    assert "can't be installed in a whole organization" in page
    assert "Thank you" not in page
    assert "xoxb" not in dump(database_path)
    company.installs.is_organization = False
    assert "Thank you" in await company.install(company.red)


async def test_token_that_expires_is_renewed(company: Company, database_path: Path) -> None:
    """It is valid for an hour more, and renewed two hours before its end. Each refresh token can be used once."""
    company.installs.token_lifetime = 3_600
    await company.install(company.red)
    installed = company.red.bot_token
    company.installs.token_lifetime = 43_200
    parent = await slack_actions.ask(company.red, support_bot.LINE)
    assert figures(parent) == support_bot.FIGURES
    renewed = company.red.bot_token
    assert renewed != installed
    await slack_actions.ask(company.red, f"{support_bot.LINE} epochs=5".replace("epochs=3 ", ""))
    assert company.red.bot_token == renewed, "valid for twelve hours"
    assert renewed not in dump(database_path)
