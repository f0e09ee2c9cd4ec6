"""Estimates and what they change, on both databases."""

from __future__ import annotations

from bot.store import Database, EstimateStore
from tests.bot.database_fixtures import NOW
from tests.bot.results.samples import stored_result


async def test_the_first_of_any_number_of_edits(database: Database) -> None:
    store = EstimateStore(database, lambda: NOW)
    first, second, third, orphan, stranger = (f"bcdfghjkm{number}" for number in range(2, 7))
    result = stored_result()
    asked = {
        first: ("T1", None),
        second: ("T1", first),
        third: ("T1", second),
        orphan: ("T1", "gggggggggg"),  # what it changed is gone
        stranger: ("T2", third),  # what it names is another workspace's
    }
    for made, (team, before) in asked.items():
        await store.save(made, team_id=team, user_id="U1", fields={}, result=result, edit_of=before)
    found = {}
    for made, (team, _) in asked.items():
        saved = await store.get(made, team_id=team)
        assert saved is not None
        found[made] = (await store.first_of(saved)).id
    assert found == {first: first, second: first, third: first, orphan: orphan, stranger: stranger}
