"""Another currency beside US dollars: the ECB's rates over real HTTP, hostile ones too, and a workspace's own.

The file is made by hand in the shape that the ECB publishes. 1 EUR = 1.25 USD, so 1 USD = 0.80 EUR; 1 EUR = 150 JPY, so
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
from bot.render.currency import NoRate, Rate
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
    """Serves what a test says."""

    def __init__(self) -> None:
        self.body, self.status, self.asked, self.url = ecb(), 200, 0, ""

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
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


async def test_a_dollar_buys_what_the_euros_rates_say(bank: Bank) -> None:
    async with rates(bank) as found:
        assert await found.get("EUR", None, TODAY) == Rate(
            "EUR", Decimal("0.8"), "ECB reference rate", date(2026, 11, 20)
        )
        yen = await found.get("JPY", None, TODAY)
        assert isinstance(yen, Rate)
        assert yen.per_usd == 120
        assert await found.get("USD", None, TODAY) is None
        assert isinstance(await found.get("XYZ", None, TODAY), NoRate)
    assert bank.asked == 1, "kept, not asked for each"


@pytest.mark.parametrize(("day", "shown"), [("2026-11-14", True), ("2026-11-13", False), ("2026-11-22", False)])
async def test_a_rate_older_than_a_week_or_of_tomorrow_is_not_used(bank: Bank, day: str, shown: bool) -> None:
    bank.body = ecb(day)
    async with rates(bank) as found:
        assert isinstance(await found.get("EUR", None, TODAY), Rate) is shown


async def test_a_bank_that_fails_is_left_alone_and_what_it_said_before_serves(bank: Bank) -> None:
    seconds = 0.0
    async with rates(bank, lambda: seconds) as found:
        assert isinstance(await found.get("EUR", None, TODAY), Rate)
        bank.status, seconds = 500, 4 * 3600.0
        assert isinstance(await found.get("EUR", None, TODAY), Rate)
        assert isinstance(await found.get("EUR", None, TODAY), Rate)
    assert bank.asked == 2


async def test_an_answer_that_is_huge_says_nothing(bank: Bank) -> None:
    bank.body = ecb() + b" " * MAX_BYTES
    async with rates(bank) as found:
        assert isinstance(await found.get("EUR", None, TODAY), NoRate)


async def test_the_workspaces_own_rate_comes_first_and_holds_for_ninety_days(bank: Bank) -> None:
    own = WorkspaceDefaults({"currency": "EUR", "rate": "0.9", "rate_day": "2026-08-23"}).own_rate
    async with rates(bank) as found:
        rate = await found.get("EUR", own, TODAY)
        assert rate == Rate("EUR", Decimal("0.9"), "rate from this workspace's settings", date(2026, 8, 23))
        assert isinstance(await found.get("EUR", own, date(2026, 11, 22)), NoRate), "the 91st day"
    assert bank.asked == 0


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
def test_what_is_no_file_of_rates_is_refused_whole(body: bytes) -> None:
    with pytest.raises(RatesError):
        read_ecb(body)


async def test_every_converted_figure_carries_the_rate_its_source_and_its_day(
    catalog: Catalog, slack: FakeSlack, bank: Bank, database_url: str
) -> None:
    async with running_bot(catalog, slack, database_url, rates_url=bank.url):
        parent = await slack_actions.ask(
            slack, f"{support_bot.LINE.replace('on=', 'on=tinker/qwen3-8b,')} currency=eur customer=existing"
        )
        said = "1 USD = 0.8 EUR, ECB reference rate of 2026-11-20."
        thread = slack.messages(slack.general, parent["ts"])
        table = next(message for message in thread if "table" in [block["type"] for block in message["blocks"]])
        assert column(table)[support_bot.OFFER] == "10,464.00", "13,080 × 0.8"
        assert said in texts(table)
        assert said in texts(parent)
        bank.body = ecb(usd="2")
        await slack.say(f"<@{slack.bot_user}> on=your-rates epochs=5", thread_ts=parent["ts"])
        change = await slack_actions.change(slack, parent)
        assert "In EUR: one-off 160.00 · a month 864.00 · in all, 12 months 10,528.00." in texts(change), "200 × 0.8"


async def test_dollars_stay_the_first_figure(catalog: Catalog, slack: FakeSlack, bank: Bank, database_url: str) -> None:
    async with running_bot(catalog, slack, database_url, rates_url=bank.url):
        parent = await slack_actions.ask(slack, f"{support_bot.LINE} currency=EUR")
    assert figures(parent) == support_bot.FIGURES
    assert "In EUR: one-off 96.00 · a month 864.00 · in all, 12 months 10,464.00." in texts(parent)


async def test_without_a_rate_nothing_is_converted_and_it_says_so(
    catalog: Catalog, slack: FakeSlack, bank: Bank, database_url: str
) -> None:
    bank.status = 404
    async with running_bot(catalog, slack, database_url, rates_url=bank.url):
        parent = await slack_actions.ask(slack, f"{support_bot.LINE} currency=EUR")
    assert "Not shown in EUR: no rate of EUR is known." in texts(parent)
