"""Values of the Epoch Capabilities Index and LMArena: compared with what is recorded, reported, and never written."""

from __future__ import annotations

import json
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


async def report_of(server: FeedServer, catalog: Catalog, feed_id: str = "eci") -> RefreshReport:
    async with http() as client:
        return await refresh(client, server.feeds(feed_id), catalog, TODAY, KEYS)


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


async def test_change_of_the_letter_is_noted(server: FeedServer, catalog: Catalog) -> None:
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


async def test_ratings_are_compared_with_the_checks(server: FeedServer, catalog: Catalog) -> None:
    report = await report_of(server, catalog, "arena")
    assert report.warnings == ()
    by_name = {finding.name: finding for finding in report.findings}
    names = ("claude-3-haiku-20240307", "gemini-2.5-flash", "gemini-2.5-pro", "claude-3-5-haiku-20241022")
    assert [(by_name[name].outcome, by_name[name].recorded, by_name[name].observed) for name in names] == [
        ("unchanged", "1262", "1262"),
        ("changed", "1409", "1412"),
        ("implausible", "1446", "unknown"),
        ("implausible", "1325", "unknown"),
    ]
    assert by_name["gemini-2.5-flash"].subject == "gemini-2.5-flash arena-text"
    assert "class" not in by_name["gemini-2.5-flash"].note
    assert by_name["claude-3-5-sonnet-20241022"].outcome == "gone"  # its row is of another category
    assert not [finding for finding in report.findings if finding.applies]


@pytest.mark.parametrize(("last", "pages"), [("overall", 3), ("coding", 2)])
async def test_ratings_are_read_page_by_page(server: FeedServer, catalog: Catalog, last: str, pages: int) -> None:
    """Pages have 100 rows; the overall category is read to its end, or to that of the rows."""

    def page(first: int, categories: list[str]) -> bytes:
        rows = [
            {"row": {"model_name": f"made-up-{first + number}", "rating": 1000, "category": category}}
            for number, category in enumerate(categories)
        ]
        return json.dumps({"rows": rows}).encode()

    server.set_answer("/arena/0", page(0, ["overall"] * 100))
    server.set_answer("/arena/100", page(100, ["overall"] * 99 + [last]))
    server.set_answer("/arena/200", page(200, ["overall"]))
    report = await report_of(server, catalog, "arena")
    assert len(server.requests) == pages
    assert "has none of the" in report.warnings[0]
