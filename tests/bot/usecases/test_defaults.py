"""Saving a workspace's defaults: who may, and what is recorded."""

from __future__ import annotations

import pytest

from bot.services import Services
from bot.slack.replays import DuplicateRequest
from bot.usecases.defaults import save_defaults
from bot.workspace.roles import ADMINS_ONLY
from calculator import FieldErrors
from playground import FakeSlack
from tests.bot.usecases.conftest import AuditLog
from tests.bot.usecases.requests import TEAM, submission


async def test_defaults_are_saved_and_audited(services: Services, slack: FakeSlack, audit_log: AuditLog) -> None:
    await save_defaults(services, submission(slack.you), {"days": "22", "customer": "existing"})
    assert (await services.defaults(TEAM)).fields == {"days": "22", "customer": "existing"}
    assert {entry.user_id for entry in await audit_log()} == {slack.you}


async def test_only_admins_save_defaults(services: Services, slack: FakeSlack) -> None:
    with pytest.raises(FieldErrors) as caught:
        await save_defaults(services, submission(slack.colleague), {"days": "22"})
    assert caught.value.errors == {"on": ADMINS_ONLY}
    assert (await services.defaults(TEAM)).fields == {}


async def test_invalid_default_is_refused_at_its_field(services: Services, slack: FakeSlack) -> None:
    with pytest.raises(FieldErrors) as caught:
        await save_defaults(services, submission(slack.you), {"days": "20..22", "customer": "existing"})
    assert caught.value.errors.keys() == {"days"}
    assert (await services.defaults(TEAM)).fields == {}


async def test_repeated_request_changes_nothing(services: Services, slack: FakeSlack) -> None:
    request = submission(slack.you)
    await save_defaults(services, request, {"days": "22"})
    with pytest.raises(DuplicateRequest):
        await save_defaults(services, request, {"days": "20"})
    assert (await services.defaults(TEAM)).fields == {"days": "22"}
