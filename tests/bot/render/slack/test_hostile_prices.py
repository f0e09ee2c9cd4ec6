"""An organisation's own price file whose words would ping, format or run something."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.render.exports.csv_yaml import safe_cell
from playground import FakeSlack
from pricing import load_catalog
from tests.bot import slack_actions
from tests.conftest import Workspace, running_bot

FORMULA_STARTS = "=+-@＝＋－＠\t\r\n"
WORDS = [
    "<!channel>",
    "<@U0ROBIN001> *b* `c`",
    "<https://evil.test|Acme>",
    '=HYPERLINK("http://evil.test")',
    "+1",
    "@x",
    "-2+3",
]


def price_file(words: str) -> str:
    """Every text that people may choose is those words."""
    quoted = json.dumps(words)  # JSON text is YAML text
    price = f"{{usd: 10, per: 1M tokens, source: page, confidence: low, note: {quoted}, meter: {quoted}}}"
    return f"""
platform: acme
title: {quoted}
sources:
  page: {{title: {quoted}, url: "https://acme.test/<!channel>|x", checked: 2026-11, kind: {quoted}}}
offers:
  one:
    title: {quoted}
    model: {quoted}
    aliases: [{quoted}]
    prices: {{training: {price}, input: {price}, output: {price}}}
"""


@pytest.fixture(params=WORDS)
async def workspace(
    request: pytest.FixtureRequest, slack: FakeSlack, tmp_path: Path, database_url: str
) -> AsyncIterator[Workspace]:
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "acme.yml").write_text(price_file(request.param), encoding="utf-8")
    catalog = load_catalog(tmp_path / "prices")
    async with running_bot(catalog, slack, database_url) as running:
        yield running
    assert set(slack.pings) <= {slack.you}, "only the asker's own name"
    assert slack.violations == []


async def test_hostile_prices_ping_nobody(workspace: Workspace, slack: FakeSlack) -> None:
    question = "on=acme,google examples=10k example=250/150 calls=50k/day call=100/70 base=gpt-4o-mini"
    parent = await slack_actions.ask(slack, question)
    for text in ("price acme/one", "models acme", "list"):
        assert (await slack.command(text)).ok
    for button in ("break_even", "sure", "sources"):
        assert (await slack.click(parent, button)).ok
    await slack_actions.choose_export(slack, parent)
    offers = await slack_actions.all_offers(slack, parent)
    await slack_actions.press(slack, offers, "compare", "compare_form")
    files = await slack.wait_for(lambda: slack.files)
    content = slack.file_content(files[0]["id"]).decode()
    header, *lines = csv.reader(io.StringIO(content, newline=""))
    for row in (header, *lines):
        for column, cell in zip(header, row, strict=True):
            negative = column == "monthly_vs_baseline_usd" and re.fullmatch(r"-[0-9]+(\.[0-9]+)?", cell)
            assert cell == "" or cell[0] not in FORMULA_STARTS or negative


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_cell_with_any_start_of_a_formula_is_text(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("number", ["-12.50", "-0.000270", "12"])
def test_number_cell_stays_a_number(number: str) -> None:
    assert safe_cell(number) == number
