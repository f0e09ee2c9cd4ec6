"""Decisions on estimates above their budget, as several replicas write them down."""

from __future__ import annotations

import asyncio

from bot.store import Approval, Audit, BudgetStore, Database
from tests.bot.database_fixtures import NOW


async def test_simultaneous_decisions_are_stored_once(database: Database) -> None:
    audit = Audit(database, lambda: NOW)
    store = BudgetStore(database, audit, lambda: NOW)
    approval = Approval("T1", "bcdfgh", "U1", "$5.00", "One is $6.00", ("U2", "U3"))
    await store.ask(approval)
    decided = await asyncio.gather(
        *(store.decide(approval, user, decision) for user in ("U2", "U3") for decision in ("approved", "declined"))
    )
    assert sorted(decided) == [False, False, False, True]
    stored = await store.approval("bcdfgh", team_id="T1")
    assert stored is not None
    (entry,) = await audit.recent(team_id="T1")
    assert (entry.user_id, entry.after) == (stored.decided_by, stored.decision)
    await store.ask(approval)
    assert await store.approval("bcdfgh", team_id="T1") == stored, "asking again takes nothing back"
    assert await store.approval("bcdfgh", team_id="T2") is None
