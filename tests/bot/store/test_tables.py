"""The store by itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from sqlalchemy import MetaData, Table

from bot.results import SavedExchange, SavedNotes
from bot.store import Database, EstimateStore, open_database, tables
from tests.bot.results.samples import stored_result
from tests.conftest import TODAY

EXCHANGE = SavedExchange(currency="EUR", per_usd=Decimal("0.8612"), source="ECB reference rate", day=date(2026, 11, 20))
NOTES = SavedNotes(exchange=EXCHANGE, defaults=("days=22",), budget="$1,000 is exceeded", excess_usd=Decimal("1E+3"))
RESULT = stored_result(notes=NOTES)


async def test_what_is_saved_comes_back_whole(url: str) -> None:
    database = await open_database(url)
    store = EstimateStore(database, lambda: TODAY.replace(tzinfo=None))
    await store.save("id1", team_id="T1", user_id="U1", fields={"name": "n", "on": "all"}, result=RESULT)
    await store.mark_posted("id1", team_id="T1", channel_id="C1", thread_ts="1.2", message_ts="1.2", posted=1)
    await store.mark_posted("id1", team_id="T1", channel_id="C1", thread_ts="1.2", message_ts="1.3", posted=2)
    await database.close()
    database = await open_database(url)
    saved = await EstimateStore(database, lambda: TODAY.replace(tzinfo=None)).get("id1", team_id="T1")
    await database.close()
    assert saved is not None
    assert saved.result == RESULT
    assert saved.fields == {"name": "n", "on": "all"}
    assert (saved.channel_id, saved.thread_ts, saved.posted, saved.name) == ("C1", "1.2", 2, "n")
    assert saved.message_ts == "1.2", "its first message"


async def test_every_query_names_its_workspace(database: Database) -> None:
    store = EstimateStore(database, lambda: TODAY.replace(tzinfo=None))
    await store.save("id1", team_id="T1", user_id="U1", fields={}, result=RESULT)
    await store.mark_posted("id1", team_id="T2", channel_id="C9", thread_ts="9.9", message_ts="9.9", posted=9)
    await store.mark_posted("id1", team_id="T1", channel_id="C1", thread_ts="1.2", message_ts="1.2", posted=1)
    assert await store.get("id1", team_id="T2") is None
    assert await store.recent(team_id="T2", user_id="U1") == []
    assert await store.latest_in_thread(team_id="T2", channel_id="C1", thread_ts="1.2", but_not="") is None
    latest = await store.latest_in_thread(team_id="T1", channel_id="C1", thread_ts="1.2", but_not="")
    assert latest is not None
    assert latest.posted == 1


async def test_recent_lists_own_estimates_newest_first(database: Database) -> None:
    store = EstimateStore(database, lambda: TODAY.replace(tzinfo=None))
    for estimate_id, user in (("a", "U1"), ("b", "U2"), ("c", "U1"), ("d", "U1")):
        await store.save(estimate_id, team_id="T1", user_id=user, fields={}, result=RESULT)
    assert [saved.id for saved in await store.recent(team_id="T1", user_id="U1", limit=2)] == ["d", "c"]


async def test_recent_gives_the_newest_version_of_an_estimate(database: Database) -> None:
    """In one thread: U1 asks, changes it, then U2 changes it, then U1 again. In another, U2 changes U1's estimate."""
    store = EstimateStore(database, lambda: TODAY.replace(tzinfo=None))
    for estimate_id, user, edit_of, thread in (
        ("a", "U1", None, "1.1"),
        ("b", "U1", "a", "1.1"),
        ("c", "U2", "b", "1.1"),
        ("d", "U1", "c", "1.1"),
        ("e", "U1", None, "2.2"),
        ("f", "U2", "e", "2.2"),
    ):
        await store.save(estimate_id, team_id="T1", user_id=user, fields={}, result=RESULT, edit_of=edit_of)
        place = {"channel_id": "C1", "thread_ts": thread, "message_ts": thread}
        await store.mark_posted(estimate_id, team_id="T1", **place, posted=1)
    assert [saved.id for saved in await store.recent(team_id="T1", user_id="U1")] == ["e", "d"]
    every = await store.recent(team_id="T1", user_id="U1", with_changed=True)
    assert [saved.id for saved in every] == ["e", "d", "b", "a"]


@pytest.mark.parametrize(
    ("table", "original"),
    [
        (tables.bots, SQLAlchemyInstallationStore.build_bots_table(MetaData(), "slack_bots")),
        (
            tables.installations,
            SQLAlchemyInstallationStore.build_installations_table(MetaData(), "slack_installations"),
        ),
    ],
    ids=lambda table: table.name,
)
def test_slack_tables_match_those_of_slack_sdk(table: Table, original: Table) -> None:
    """Tokens are Text, because they are encrypted; every other column of slack_sdk's is the same."""
    is_token = re.compile(r"(bot|user)_(refresh_)?token")
    expected = {
        column.name: "TEXT" if is_token.fullmatch(column.name) else str(column.type) for column in original.columns
    }
    columns = {column.name: str(column.type) for column in table.columns if column.name != "team_url"}
    assert columns == expected
    assert [column.nullable for column in original.columns] == [table.c[name].nullable for name in expected]
    assert _index_columns(table) == _index_columns(original)


def _index_columns(table: Table) -> dict[str | None, list[str]]:
    return {index.name: [column.name for column in index.columns] for index in table.indexes}
