"""Storing, listing and removing the keys of billing APIs: admins only, encrypted, audited without the secret."""

from __future__ import annotations

import pytest

from bot.actuals.service import KEYS_DISABLED
from bot.services import Services
from bot.slack.replays import DuplicateRequest
from bot.usecases.keys import list_keys, remove_key, store_key
from calculator import UserError
from playground import FakeSlack
from tests.bot.actuals.billing import OPENAI_KEY
from tests.bot.usecases.conftest import AuditLog
from tests.bot.usecases.requests import interaction
from tests.conftest import Workspace


async def test_key_is_listed_by_its_last_letters(services: Services, slack: FakeSlack, audit_log: AuditLog) -> None:
    await store_key(services, interaction(slack.you), "openai", OPENAI_KEY)
    info = (await list_keys(services, interaction(slack.you)))["openai"]
    assert (info.hint, info.user_id) == (f"…{OPENAI_KEY['admin_key'][-4:]}", slack.you)
    (entry,) = await audit_log()
    assert OPENAI_KEY["admin_key"] not in f"{entry.what} {entry.before} {entry.after}"


async def test_removed_key_is_not_listed(services: Services, slack: FakeSlack, audit_log: AuditLog) -> None:
    await store_key(services, interaction(slack.you), "openai", OPENAI_KEY)
    await remove_key(services, interaction(slack.you), "openai")
    assert await list_keys(services, interaction(slack.you)) == {}
    assert (await audit_log())[0].after is None


async def test_only_admins_use_keys(services: Services, slack: FakeSlack) -> None:
    with pytest.raises(UserError, match="Only admins"):
        await store_key(services, interaction(slack.colleague), "openai", OPENAI_KEY)
    with pytest.raises(UserError, match="Only admins"):
        await list_keys(services, interaction(slack.colleague))
    await store_key(services, interaction(slack.you), "openai", OPENAI_KEY)
    with pytest.raises(UserError, match="Only admins"):
        await remove_key(services, interaction(slack.colleague), "openai")
    assert (await list_keys(services, interaction(slack.you))).keys() == {"openai"}


async def test_repeated_request_stores_nothing(services: Services, slack: FakeSlack) -> None:
    request = interaction(slack.you)
    await store_key(services, request, "openai", OPENAI_KEY)
    await remove_key(services, interaction(slack.you), "openai")
    with pytest.raises(DuplicateRequest):
        await store_key(services, request, "openai", OPENAI_KEY)
    assert await list_keys(services, interaction(slack.you)) == {}


async def test_keys_need_encryption(workspace: Workspace, slack: FakeSlack) -> None:
    with pytest.raises(UserError) as caught:
        await list_keys(workspace.app.services, interaction(slack.you))
    assert str(caught.value) == KEYS_DISABLED
