"""Results saved by earlier releases are shown, changed, exported and watched as the current ones are."""

from __future__ import annotations

import csv
import io
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.parts.blocks import context
from bot.render.slack.card import buttons
from bot.results import SCHEMA_VERSION, SavedExchange, SavedNotes, decode_result
from bot.store import EstimateStore, SavedEstimate, open_database
from playground import FakeSlack
from pricing import Catalog
from tests.bot import fixture_catalog, slack_actions
from tests.bot.message_text import column, texts
from tests.bot.slack_actions import Json
from tests.conftest import TODAY, running_bot
from tests.spreadsheet import Book

SQL = Path(__file__).parent.parent / "store/before_schema_versions.sql"
WATCHED, PLAIN, BASE, RANGED = "watchedbbb", "plainbbbbb", "basebbbbbb", "rangedbbbb"
GPU, INCOMPLETE, EDIT = "gpubbbbbbb", "incomplete", "editbbbbbb"
QUOTED = {WATCHED: "13080", BASE: "1463.28", RANGED: "13080", EDIT: "1466.8"}
"""The totals that the release quoted in its thread."""


@dataclass
class Earlier:
    """A database of the earlier release, whose threads are in today's Slack."""

    slack: FakeSlack
    url: str
    messages: dict[str, Json]
    """The first message of each estimate by its id."""

    async def saved(self, estimate_id: str) -> SavedEstimate:
        """Return an estimate as today's store reads it."""
        database = await open_database(self.url)
        store = EstimateStore(database, lambda: TODAY.replace(tzinfo=None))
        saved = await store.get(estimate_id, team_id=self.slack.workspace.team["id"])
        await database.close()
        assert saved is not None
        return saved

    async def typed(self, command: str) -> str:
        """Return what a person sees who types a command."""
        delivered = await self.slack.command(command)
        return texts(delivered.json())


@pytest.fixture
async def earlier(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Earlier]:
    path = tmp_path / "earlier.sqlite3"
    database = sqlite3.connect(path)
    database.executescript(SQL.read_text(encoding="utf-8"))
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    messages = {}
    for estimate_id in (WATCHED, PLAIN, BASE, RANGED, GPU, INCOMPLETE):
        blocks = [buttons(estimate_id), context(f"estimate `{estimate_id}`")]
        posted = await client.chat_postMessage(channel=slack.general, text="earlier", blocks=blocks)
        messages[estimate_id] = next(m for m in slack.messages() if m["ts"] == posted["ts"])
        (old,) = database.execute("SELECT thread_ts FROM estimates WHERE id = ?", [estimate_id]).fetchone()
        database.execute("UPDATE estimates SET message_ts = ? WHERE id = ?", [posted["ts"], estimate_id])
        database.execute("UPDATE estimates SET thread_ts = ? WHERE thread_ts = ?", [posted["ts"], old])
    database.commit()
    database.close()
    yield Earlier(slack, f"sqlite:///{path}", messages)
    assert slack.violations == []


async def test_every_estimate_of_the_release_is_read(earlier: Earlier) -> None:
    for estimate_id, total in QUOTED.items():
        saved = await earlier.saved(estimate_id)
        assert saved.result.schema_version == SCHEMA_VERSION
        assert saved.result.estimates[0].total_usd == Decimal(total)
        assert saved.result.as_of == date(2026, 11, 21)
    base = (await earlier.saved(BASE)).result
    assert base.base is not None
    assert base.estimates[0].break_even is not None
    ranged = (await earlier.saved(RANGED)).result.estimates[0]
    assert ranged.percentiles is not None
    assert [ranged.percentiles.p10_usd, ranged.percentiles.p90_usd] == [13_040, 13_120]
    assert (await earlier.saved(GPU)).result.estimates[0].training_range_usd is not None
    assert not (await earlier.saved(INCOMPLETE)).result.estimates[0].complete


async def test_estimates_of_the_release_are_listed_shown_and_compared(earlier: Earlier, catalog: Catalog) -> None:
    async with running_bot(catalog, earlier.slack, earlier.url):
        listed = await earlier.typed("list")
        assert all(name in listed for name in (WATCHED, RANGED, EDIT, "watched", GPU, INCOMPLETE))
        assert BASE not in listed, "its change is listed"
        assert "Qwen3 8B (Tinker): $1,463.28 over 12 months." in await earlier.typed(f"show {BASE}")
        assert "epochs 3 → 5" in await earlier.typed(f"diff {BASE} {EDIT}")
        compared = await earlier.typed(f"compare {BASE} {RANGED} {GPU}")
        assert "$1,463.28" in compared
        assert "$13,040.00 – $13,120.00" in compared
        home = texts(await slack_actions.open_home(earlier.slack))
        assert "No offer has a complete price." in home
        assert "watched" in home


async def test_estimate_of_the_release_is_changed_in_its_thread(earlier: Earlier, catalog: Catalog) -> None:
    slack, parent = earlier.slack, earlier.messages[RANGED]
    async with running_bot(catalog, slack, earlier.url):
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
        submitted = await slack.submit_view(view["id"], slack.fill(view, {"epochs": "4"}))
        assert submitted.errors == {}
        reply = (await slack.wait_for(lambda: slack.messages(slack.general, parent["ts"])))[0]
    assert "epochs 2..4 → 4" in texts(reply)
    assert "$13,120 over 12 months" in reply["text"]
    assert "+$40" in reply["text"]


@pytest.mark.parametrize("estimate_id", [WATCHED, PLAIN, BASE, RANGED, GPU, INCOMPLETE])
async def test_estimate_of_the_release_is_exported(earlier: Earlier, catalog: Catalog, estimate_id: str) -> None:
    slack, message = earlier.slack, earlier.messages[estimate_id]
    prices = fixture_catalog.catalogue() if estimate_id == WATCHED else catalog
    result = (await earlier.saved(estimate_id)).result
    async with running_bot(prices, slack, earlier.url):
        exported = await slack_actions.export(slack, message, "csv")
        scenario = (await slack_actions.export(slack, message, "yaml")).decode()
        book = Book(await slack_actions.export(slack, message, "xlsx"))
    lines = list(csv.DictReader(io.StringIO(exported.decode(), newline="")))
    offers = [estimate.offer for estimate in result.estimates for _ in estimate.lines or (None,)]
    prompting = ["baseline" for _ in result.base.lines] if result.base else []
    assert [line["offer"] for line in lines] == [*offers, *prompting]
    assert scenario.startswith(f"# {result.headline}\n# Calculated on 2026-11-21")
    quoted = [book.cells["Offers"].get(f"K{row}") for row in range(2, 2 + len(result.estimates))]
    totals = {option.horizon_total_usd for option in result.options}
    assert {None if usd is None else Decimal(f"{usd:.2f}") for usd in quoted} == {
        usd and round(usd, 2) for usd in totals
    }


async def test_watch_of_the_release_reports_a_rise_once(earlier: Earlier) -> None:
    """Input at $4: 12 × 150M tokens × $1 more."""
    slack, dearer = earlier.slack, fixture_catalog.catalogue(fixture_catalog.offer(input="4"))
    for day in (TODAY + timedelta(1), TODAY + timedelta(2)):
        async with running_bot(dearer, slack, earlier.url, now=itertools.repeat(day).__next__) as running:
            await running.app.scheduler.look()
    (alert,) = slack.messages(slack.general, earlier.messages[WATCHED]["ts"])
    assert column(alert) == {fixture_catalog.NAME: "+$1,800.00"}
    assert "price of Input tokens +$1,800.00" in texts(alert)


def oldest(**more: Any) -> dict[str, Any]:
    """Return a result as the first release wrote it, and what later ones added."""
    line: dict[str, Any] = {"component": "training", "label": "Training", "recurrence": "once", "quantity": "12"}
    line |= {"unit": "1M tokens", "unit_price_usd": "10", "amount_usd": "120", "monthly_usd": None}
    line |= {"formula": "", "source": None}
    estimate: dict[str, Any] = {"offer": "acme/one", "platform": "acme", "model": "one-v1", "status": "open"}
    estimate |= {"standing": "lasts"}
    estimate |= {"complete": True, "one_off_usd": "120", "first_month_usd": "120", "monthly_usd": None}
    estimate |= {"total_usd": "120", "months": "12", "epochs": "3", "lines": [line], "warnings": [], "assumptions": []}
    result = {"as_of": "2026-11-21", "catalog_version": "2026-11.1", "scenario": {"on": "acme/one"}, "base": None}
    return {**result, "estimates": [estimate | more.pop("estimate", {})], **more}


def test_keys_that_were_added_later_are_null() -> None:
    result = decode_result(json.dumps(oldest()).encode())
    (estimate,) = result.estimates
    assert estimate.title == "acme/one"
    assert (estimate.break_even, estimate.training_range_usd, result.drivers) == (None, None, None)
    assert estimate.ends is None, "they were not recorded; null would say that none was announced"
    assert result.notes == SavedNotes()


def test_break_even_without_a_net_has_none() -> None:
    break_even: dict[str, Any] = {"calls": 7, "date": None, "months": None, "saving_per_call_usd": "0.1"}
    break_even |= {"monthly_saving_usd": None, "covering_calls_per_month": None, "reason": None}
    break_even |= {"turn": "a sentence of an earlier release"}
    read = decode_result(json.dumps(oldest(estimate={"break_even": break_even})).encode()).estimates[0].break_even
    assert read is not None
    assert (read.calls, read.net_usd) == (7, None)


@pytest.mark.parametrize(
    ("exchange", "read"),
    [
        (None, None),
        ({"currency": "EUR", "why": "no rate"}, SavedExchange(currency="EUR", why="no rate")),
        (
            {"currency": "EUR", "per_usd": "0.86", "source": "ECB", "day": "2026-11-20"},
            SavedExchange(currency="EUR", per_usd=Decimal("0.86"), source="ECB", day=date(2026, 11, 20)),
        ),
    ],
)
def test_notes_of_the_workspace_are_kept(exchange: dict[str, str] | None, read: SavedExchange | None) -> None:
    aside = {"exchange": exchange, "settled": ["days=22"], "budget": "Over."}
    notes = decode_result(json.dumps(oldest(aside=aside, excess_usd="1200.5")).encode()).notes
    assert notes == SavedNotes(exchange=read, defaults=("days=22",), budget="Over.", excess_usd=Decimal("1200.5"))
