"""Exchange rates: the ECB's over real HTTP, hostile files, and a workspace's own rate.

The file is written by hand in the ECB's format. 1 EUR = 1.25 USD, so 1 USD = 0.80 EUR; 1 EUR = 150 JPY, so
1 USD = 120 JPY. The example's $13,080.00 are 10,464.00 EUR; $120.00 are 96.00, $1,080.00 are 864.00.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal

import pytest
from aiohttp import ClientSession, web

from bot.prices.exchange_rates import MAX_BYTES, ExchangeRates, RatesError, read_ecb
from bot.render.parts.currency import NoRate, Rate
from bot.workspace.defaults import WorkspaceDefaults
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import column, figures, texts
from tests.conftest import running_bot

TODAY = date(2026, 11, 21)


def ecb(day: str = "2026-11-20", usd: str = "1.25") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
 <gesmes:subject>Reference rates</gesmes:subject>
 <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
 <Cube><Cube time='{day}'>
  <Cube currency='USD' rate='{usd}'/><Cube currency='JPY' rate='150'/><Cube currency='GBP' rate='0.85'/>
 </Cube></Cube>
</gesmes:Envelope>""".encode()


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


class Bank:
    """A server with the body and status that a test sets."""

    def __init__(self) -> None:
        self.body, self.status, self.request_count, self.url = ecb(), 200, 0, ""

    async def answer(self, _: web.Request) -> web.Response:
        self.request_count += 1
        return web.Response(body=self.body, status=self.status, content_type="text/xml")


@pytest.fixture
async def bank() -> AsyncIterator[Bank]:
    bank = Bank()
    app = web.Application()
    app.router.add_get("/daily.xml", bank.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bank.url = f"http://127.0.0.1:{runner.addresses[0][1]}/daily.xml"
    yield bank
    await runner.cleanup()


@asynccontextmanager
async def rates(bank: Bank, clock: Callable[[], float] = lambda: 0.0) -> AsyncIterator[ExchangeRates]:
    async with ClientSession() as session:
        yield ExchangeRates(session, bank.url, clock)


async def test_rates_are_converted_from_euros_to_dollars(bank: Bank) -> None:
    async with rates(bank) as exchange_rates:
        assert await exchange_rates.get("EUR", None, TODAY) == Rate(
            "EUR", Decimal("0.8"), "ECB reference rate", date(2026, 11, 20)
        )
        yen = await exchange_rates.get("JPY", None, TODAY)
        assert isinstance(yen, Rate)
        assert yen.per_usd == 120
        assert await exchange_rates.get("USD", None, TODAY) is None
        assert isinstance(await exchange_rates.get("XYZ", None, TODAY), NoRate)
    assert bank.request_count == 1, "cached"


@pytest.mark.parametrize(("day", "is_used"), [("2026-11-14", True), ("2026-11-13", False), ("2026-11-22", False)])
async def test_rate_over_a_week_old_or_in_the_future_is_not_used(bank: Bank, day: str, is_used: bool) -> None:
    bank.body = ecb(day)
    async with rates(bank) as exchange_rates:
        assert isinstance(await exchange_rates.get("EUR", None, TODAY), Rate) is is_used


async def test_cached_rates_are_used_while_the_bank_fails(bank: Bank) -> None:
    seconds = 0.0
    async with rates(bank, lambda: seconds) as exchange_rates:
        assert isinstance(await exchange_rates.get("EUR", None, TODAY), Rate)
        bank.status, seconds = 500, 4 * 3600.0
        assert isinstance(await exchange_rates.get("EUR", None, TODAY), Rate)
        assert isinstance(await exchange_rates.get("EUR", None, TODAY), Rate)
    assert bank.request_count == 2


async def test_huge_answer_is_refused(bank: Bank) -> None:
    bank.body = ecb() + b" " * MAX_BYTES
    async with rates(bank) as exchange_rates:
        assert isinstance(await exchange_rates.get("EUR", None, TODAY), NoRate)


async def test_workspace_rate_has_priority_for_ninety_days(bank: Bank) -> None:
    own = WorkspaceDefaults({"currency": "EUR", "rate": "0.9", "rate_day": "2026-08-23"}).own_rate
    async with rates(bank) as exchange_rates:
        rate = await exchange_rates.get("EUR", own, TODAY)
        assert rate == Rate("EUR", Decimal("0.9"), "rate from this workspace's defaults", date(2026, 8, 23))
        assert isinstance(await exchange_rates.get("EUR", own, date(2026, 11, 22)), NoRate), "the 91st day"
    assert bank.request_count == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>moved</html>",
        ecb()[:300],
        ecb(usd="NaN"),
        ecb(usd="0"),
        ecb(usd="-1"),
        ecb(usd="1e99"),
        ecb(usd="1,25"),
        ecb(day="yesterday"),
        ecb().replace(b"'USD'", b"'usd'"),
        DOCTYPE + ecb(),
        (DOCTYPE + ecb()[ecb().index(b"\n") :]).decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?>' + (DOCTYPE + ecb()[ecb().index(b"\n") :]).decode().encode("cp037"),
    ],
)
def test_invalid_file_is_refused(body: bytes) -> None:
    with pytest.raises(RatesError):
        read_ecb(body)


async def test_converted_amounts_cite_rate_source_and_day(
    catalog: Catalog, slack: FakeSlack, bank: Bank, database_url: str
) -> None:
    async with running_bot(catalog, slack, database_url, rates_url=bank.url):
        parent = await slack_actions.ask(
            slack, f"{support_bot.LINE.replace('on=', 'on=tinker/qwen3-8b,')} currency=eur customer=existing"
        )
        citation = "1 USD = 0.8 EUR, ECB reference rate of 20 Nov 2026."
        table = await slack_actions.all_offers(slack, parent)
        assert column(table, 4)[support_bot.OFFER] == "10,464.00", "13,080 × 0.8"
        assert citation in texts(table)
        assert citation in texts(parent)
        bank.body = ecb(usd="2")
        await slack.say(f"<@{slack.bot_user}> on=your-rates epochs=5", thread_ts=parent["ts"])
        await slack_actions.change(slack, parent)
        card = slack.messages()[0]
        assert "In EUR: one-off 160.00 · a month 864.00 · in all, 12 months 10,528.00." in texts(card), "200 × 0.8"


async def test_us_dollars_stay_the_main_figure(
    catalog: Catalog, slack: FakeSlack, bank: Bank, database_url: str
) -> None:
    async with running_bot(catalog, slack, database_url, rates_url=bank.url):
        parent = await slack_actions.ask(slack, f"{support_bot.LINE} currency=EUR")
    assert figures(parent) == support_bot.FIGURES
    assert "In EUR: one-off 96.00 · a month 864.00 · in all, 12 months 10,464.00." in texts(parent)


async def test_missing_rate_is_explained(catalog: Catalog, slack: FakeSlack, bank: Bank, database_url: str) -> None:
    bank.status = 404
    async with running_bot(catalog, slack, database_url, rates_url=bank.url):
        parent = await slack_actions.ask(slack, f"{support_bot.LINE} currency=EUR")
    assert "Not shown in EUR: no exchange rate for EUR is available." in texts(parent)
