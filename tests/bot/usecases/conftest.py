"""The services of a running bot that can store keys, and its audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from cryptography.fernet import Fernet, MultiFernet

from bot.services import Services
from bot.store import Audit, AuditEntry, open_database
from playground import FakeSlack
from pricing import Catalog
from tests.bot.usecases.requests import TEAM
from tests.conftest import TODAY, running_bot

AuditLog = Callable[[], Awaitable[list[AuditEntry]]]


@pytest.fixture
async def services(catalog: Catalog, slack: FakeSlack, database_url: str) -> AsyncIterator[Services]:
    keys = MultiFernet([Fernet(Fernet.generate_key())])
    async with running_bot(catalog, slack, database_url, encryption_keys=keys) as running:
        yield running.app.services


@pytest.fixture
async def audit_log(services: Services, database_url: str) -> AsyncIterator[AuditLog]:
    """Returns what the audit log records, newest first."""
    database = await open_database(database_url)
    audit = Audit(database, lambda: TODAY.replace(tzinfo=None))
    yield lambda: audit.recent(team_id=TEAM)
    await database.close()
