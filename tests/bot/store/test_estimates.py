"""Estimates and what they change, on both databases."""

from __future__ import annotations

from bot.store import Database, EstimateStore
from tests.bot.database_fixtures import NOW
from tests.bot.results.samples import stored_result


async def test_first_version_of_edits_is_found(database: Database) -> None:
    store = EstimateStore(database, lambda: NOW)
    first, second, third, orphan, stranger = (f"bcdfghjkm{number}" for number in range(2, 7))
    result = stored_result()
    edits = {
        first: ("T1", None),
        second: ("T1", first),
        third: ("T1", second),
        orphan: ("T1", "gggggggggg"),  # what it changed is gone
        stranger: ("T2", third),  # what it names is another workspace's
    }
    for key, (team, before) in edits.items():
        await store.save(key, team_id=team, user_id="U1", fields={}, result=result, edit_of=before)
    firsts = {}
    for key, (team, _) in edits.items():
        saved = await store.get(key, team_id=team)
        assert saved is not None
        firsts[key] = (await store.first_of(saved)).id
    assert firsts == {first: first, second: first, third: first, orphan: orphan, stranger: stranger}
