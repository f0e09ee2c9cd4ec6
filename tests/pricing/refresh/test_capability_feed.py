"""Values of the Epoch Capabilities Index: compared with the table, reported, and never written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from pricing import Catalog, load_catalog
from pricing.refresh import RefreshReport, refresh
from tests.pricing.refresh.feed_server import KEYS, FeedServer, feed_server, http

TODAY = date(2026, 11, 22)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


async def report_of(server: FeedServer, catalog: Catalog) -> RefreshReport:
    async with http() as client:
        return await refresh(client, server.feeds("eci"), catalog, TODAY, KEYS)


async def test_values_are_compared_with_the_table(server: FeedServer, catalog: Catalog) -> None:
    report = await report_of(server, catalog)
    assert report.warnings == ()
    by_name = {finding.name: finding for finding in report.findings}
    rest = "a person has to enter all values of this scale"
    rows = {
        name: (by_name[name].outcome, by_name[name].recorded, by_name[name].observed, by_name[name].note)
        for name in ("GPT-4.1", "GPT-4.1 mini", "Gemini 2.5 Flash (Jun 2025)", "Llama 3.1-8B", "GPT-4.1 nano")
    }
    assert rows == {
        "GPT-4.1": ("unchanged", "137.3", "137.3", ""),
        "GPT-4.1 mini": ("changed", "135.6", "130.0", rest),
        "Gemini 2.5 Flash (Jun 2025)": ("changed", "140.1", "141.2", rest),
        "Llama 3.1-8B": ("implausible", "114.9", "unknown", "not a valid value"),
        "GPT-4.1 nano": ("gone", "130.7", "", "the recorded value stays, unconfirmed"),
    }
    assert by_name["GPT-4.1 mini"].subject == "gpt-4.1-mini ECI"
    assert "Made-up 9" not in by_name
    assert not [finding for finding in report.findings if finding.applies]


async def test_a_change_of_the_letter_is_noted(server: FeedServer, catalog: Catalog) -> None:
    server.set_answer("/eci", b"Model,eci\nGPT-4.1,129.94\n", "text/csv")
    report = await report_of(server, catalog)
    finding = next(finding for finding in report.findings if finding.name == "GPT-4.1")
    assert finding.note == "class C becomes D; a person has to enter all values of this scale"


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        (b"Model,score\nGPT-4.1,137\n", "has an unexpected format: the column eci is missing."),
        (b"Model,eci\nMade-up 9,120\n", "has none of the 224 expected names; its format may have changed."),
        (b"\xff\xfe", "isn't UTF-8 text."),
    ],
)
async def test_another_format_is_a_warning(server: FeedServer, catalog: Catalog, body: bytes, warning: str) -> None:
    server.set_answer("/eci", body, "text/csv")
    report = await report_of(server, catalog)
    assert report == RefreshReport((), (f"Epoch Capabilities Index (Epoch AI, CC BY 4.0) {warning}",))
