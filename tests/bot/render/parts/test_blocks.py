"""Messages within Slack's limits, whatever is asked; checked by the local Slack's own rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.forms.choices import form_menus
from bot.forms.estimates import Origin, compare_form, form
from bot.render.answer.results import build_result
from bot.render.parts.blocks import SlackMessage, table_block
from bot.render.parts.tables import Table
from bot.render.slack.card import parent_message
from bot.render.slack.change import change_reply
from bot.render.slack.replies import offers_replies, sources_reply, thread_replies
from calculator import Comparison, estimate, read_scenario
from playground import check_message, check_view, find_pings
from pricing import Catalog, load_catalog
from tests.bot import support_bot
from tests.bot.message_text import column, figures, rows, texts

TODAY = date(2026, 11, 21)
CATALOG = load_catalog()
"""Hypothesis makes many examples of one test; they share what a fixture would make once."""

BIGGEST = {
    "on": "all,your-rates",
    "examples": "1M..2M",
    "example": "250..300/150..200",
    "epochs": "2..4",
    "runs": "3..5..9",
    "calls": "1M..2M/day",
    "call": "100..200/70..90",
    "prompt": "2000..3000->100..200",
    "base": "gpt-4o-mini",
    "cached": "10%..80%",
    "batch": "10%..50%",
    "months": "60",
    "growth": "1%..5%",
    "retrain": "3",
    "prep": "500..900",
    "data_gb": "2.5..9",
    "rates": "10..12/3..4/1..2/6..7",
    "hosted": "8..24",
    "name": "<&>" * 26,
}


def compare(fields: dict[str, str], catalog: Catalog = CATALOG) -> Comparison:
    return estimate(read_scenario(fields), catalog, TODAY)


def all_messages(comparison: Comparison) -> list[SlackMessage]:
    return [parent_message(comparison, "k7m2xyz345", "U1"), *thread_replies(comparison)]


def check(message: SlackMessage) -> None:
    """Raises where Slack would refuse it; the rest is what a person with a screen reader or a phone needs."""
    check_message({"text": message.text, "blocks": message.blocks})
    assert message.text.strip()
    assert set(find_pings({"text": message.text, "blocks": message.blocks})) <= {"U1"}
    for block in message.blocks:
        if block["type"] == "actions":
            assert len(block["elements"]) <= 5


def check_card(comparison: Comparison) -> None:
    """The card has at most ten lines; the comparison has at most eight rows, the baseline first."""
    card, *replies = all_messages(comparison)
    (verdict, *_), (*_, grey) = card.blocks, card.blocks
    assert len(verdict["text"]["text"].splitlines()) + len(grey["elements"][0]["text"].splitlines()[:1]) <= 10
    assert len(replies) <= 2
    if comparison.base and comparison.estimates:
        baseline, *options = rows(sent(replies[0]))[1:]
        assert baseline[0].startswith("Today: prompting ")
        assert len(options) <= 7


@st.composite
def questions(draw: st.DrawFn) -> dict[str, str]:
    """Any question about any offers: ranges and every option, with figures from tiny to absurd."""
    number = st.sampled_from(["1", "10k", "1B", "5..9", "1..1M"])
    share = st.sampled_from(["0%", "80%", "10%..90%"])
    offers = st.lists(st.sampled_from([*CATALOG.offers, "all", "azure", "your-rates"]), min_size=1, max_size=5)
    optional: dict[str, st.SearchStrategy[str]] = {
        "epochs": st.sampled_from(["auto", "1", "100", "2..4"]),
        "runs": st.sampled_from(["1", "1000", "3..5"]),
        "prompt": st.sampled_from(["2000->100", "100k", "0->1"]),
        "base": st.sampled_from(["gpt-4o-mini", "gpt-4.1", "claude-3-5-haiku-latest"]),
        "cached": share,
        "batch": share,
        "days": st.sampled_from(["1", "31"]),
        "months": st.sampled_from(["1", "60", "6..18"]),
        "growth": st.sampled_from(["-50%", "100%", "0%..5%"]),
        "retrain": st.sampled_from(["1", "60"]),
        "prep": st.sampled_from(["0.001", "1B"]),
        "data_gb": st.sampled_from(["0", "2.5", "1M", "1..9"]),
        "serving": st.sampled_from(["dedicated", "on-demand"]),
        "hosted": st.sampled_from(["1", "24", "1..8"]),
        "customer": st.sampled_from(["new", "existing"]),
        "method": st.sampled_from(["lora", "full", "qlora", "dpo", "dpo-full"]),
        "hours": st.sampled_from(["0", "100k"]),
        "name": st.text(max_size=80),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional))))
    fields = {
        "on": ",".join(draw(offers)),
        "examples": draw(number),
        "example": draw(st.sampled_from(["1", "250/150", "1..9/2", "9M/1M"])),
    }
    if draw(st.booleans()):
        fields |= {"calls": draw(number) + draw(st.sampled_from(["/day", "/month", "/hour"])), "call": "100..200/70"}
    fields["rates"] = draw(st.sampled_from(["10/3/6", "0/0/0", "0.000001/0.1/0.05/9", "1..2/3..4/5..6"]))
    return fields | {key: draw(optional[key]) for key in sorted(chosen)}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(questions())
@example(support_bot.FIELDS | {"calls": "1B/hour", "growth": "100%", "months": "60"})
@example(BIGGEST)
def test_every_message_of_any_question_is_one_that_slack_takes(fields: dict[str, str]) -> None:
    comparison = compare(fields)
    for message in all_messages(comparison):
        check(message)
    check_card(comparison)
    for message in [*offers_replies(comparison, "k7m2xyz345"), sources_reply(comparison)]:
        check(message)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(questions(), questions())
def test_slack_accepts_any_change_of_any_question(before: dict[str, str], after: dict[str, str]) -> None:
    check(change_reply(build_result(compare(before)), compare(after), "k7m2xyz345", "U1"))


def test_biggest_question_is_one_that_slack_takes() -> None:
    comparison = compare(BIGGEST)
    assert len(comparison.estimates) > 100
    for message in [
        *all_messages(comparison),
        change_reply(build_result(compare(support_bot.FIELDS)), comparison, "k7m2xyz345", "U1"),
    ]:
        check(message)


@pytest.mark.parametrize("platform", sorted({offer.platform for offer in CATALOG.offers.values()}))
def test_every_offer_alone_is_answered(platform: str) -> None:
    for offer in sorted(offer.id for offer in CATALOG.offers.values() if offer.platform == platform):
        for message in all_messages(compare({**support_bot.FIELDS, "on": offer, "name": offer})):
            check(message)


def test_forms_are_ones_that_slack_opens() -> None:
    origin = Origin(channel="C1", thread_ts="1.2", edit_of="k7m2xyz345")
    for view in (form(Origin()), form(Origin(), more=True), form(origin, dict.fromkeys(BIGGEST, "x" * 5000))):
        check_view(view)
    check_view(compare_form(origin, [*CATALOG.offers, *CATALOG.gpus.offers], form_menus(CATALOG, TODAY).labels))


# --- what they say ----------------------------------------------------------------------------------------------------


USD = 3
"""The column of amounts in a breakdown."""


def sent(message: SlackMessage) -> dict[str, Any]:
    return {"text": message.text, "blocks": message.blocks}


def test_range_is_shown_as_a_span() -> None:
    """Three to five epochs: 12M to 20M tokens at $10, so $120.00 to $200.00; a year 12,960 more."""
    message = sent(parent_message(compare(support_bot.FIELDS | {"epochs": "3..5"}), "k7m2xyz345", "U1"))
    assert figures(message) == {support_bot.LABEL: "$120 to $200 once, $1,080 a month"}
    assert "Your rate: $13,080 to $13,160 over 12 months" in texts(message)


def test_unknown_price_is_never_zero() -> None:
    """Training Nova Lite has no known price: the card and the breakdown say so, and no figure on the card is its."""
    comparison = compare(support_bot.FIELDS | {"on": "aws-bedrock/nova-lite"})
    nova_lite = next(entry for entry in comparison.estimates if entry.offer.id == "aws-bedrock/nova-lite")
    alone = Comparison(**{**vars(comparison), "estimates": (nova_lite,)})
    message, breakdown = map(sent, all_messages(alone))
    assert "A price is unknown: Training" in texts(message)
    assert "Tuned Amazon Nova Lite" not in figures(message)
    assert "unknown" in column(breakdown, USD).values()
    assert "Total, at least" in column(breakdown, USD)
    assert "Watch out" in texts(breakdown)
    assert comparison.estimates[0].offer.id == "your-rates", "and it is not ranked first, cheap as it looks"


def test_table_has_only_comparable_offers() -> None:
    """Cheap as it looks with no price of training, Nova Lite stands below the table of what is usable."""
    message = sent(
        thread_replies(
            compare(support_bot.FIELDS | {"on": "together/gemma-3-12b,aws-bedrock/nova-lite,azure/gpt-4.1-mini@global"})
        )[0]
    )
    offers = " ".join(row[0] for row in rows(message))
    assert "(Together)" in offers
    assert "GPT-4.1 mini, global" in offers
    below = texts({"blocks": [block for block in message["blocks"] if block["type"] != "table"]})
    assert "Amazon Nova Lite" not in offers
    assert "Set aside: Amazon Nova Lite (Bedrock). A price is unknown: Training." in below


def test_printed_lines_add_up_to_the_printed_total() -> None:
    for offer in ("tinker/qwen3-8b", "google/gemini-3.5-flash", "azure/gpt-4.1-mini@global"):
        (comparison,) = [
            compare(
                {
                    "on": offer,
                    "examples": "10007",
                    "example": "251/149",
                    "epochs": "3",
                    "calls": "50021/day",
                    "call": "101/71",
                }
            )
        ]
        breakdown = sent(thread_replies(comparison)[0])
        *lines, total = [Decimal(row[3].replace("$", "").replace(",", "")) for row in rows(breakdown)[1:]]
        assert sum(lines) == total


def test_numbers_are_aligned_right_and_long_cells_wrap() -> None:
    """A phone shows `10,950M tokens` on two lines, so that the amount beside it is in view."""
    message = thread_replies(compare(support_bot.FIELDS | {"on": "openai"}))[0]
    table = next(block for block in message.blocks if block["type"] == "table")
    aligned = [setting["align"] for setting in table["column_settings"]]
    assert aligned == ["left", "right", "right", "right", "left"]
    assert [setting["is_wrapped"] for setting in table["column_settings"]] == [True, False, False, False, True]
    assert table_block(Table(("Item", "Quantity"), ("left", "right"), (("Input", "10,950M tokens"),)))[
        "column_settings"
    ] == [{"align": "left", "is_wrapped": True}, {"align": "right", "is_wrapped": True}]


def test_message_text_contains_the_table() -> None:
    comparison, breakdown = thread_replies(compare(support_bot.FIELDS | {"on": "google"}))
    for message in (comparison, breakdown):
        for cell in (cell for row in rows(sent(message)) for cell in row):
            assert cell.strip() in message.text
