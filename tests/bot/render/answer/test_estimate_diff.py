"""The causes of a difference add up to it, whatever has changed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.render.answer.estimate_diff import THE_DATE, THE_END, estimate_offer, reasons
from bot.render.answer.results import build_result
from bot.results import OfferQuote
from calculator import estimate, read_scenario
from pricing import Catalog
from tests.bot import fixture_catalog, support_bot

THEN = date(2026, 11, 21)
FIELDS = {key: value for key, value in support_bot.FIELDS.items() if key != "rates"} | {
    "on": fixture_catalog.ON,
    "retrain": "3",
}

usd = st.decimals("0.01", "50", places=2).map(str)
days = st.dates(date(2026, 12, 1), date(2028, 12, 1))
offers = st.builds(
    fixture_catalog.offer,
    training=usd,
    input=usd,
    input_later=st.none() | st.tuples(usd, days.map(str)),
    hosting=st.none() | usd,
    ends=st.just("") | days.map(lambda day: f"inference_ends: {day}"),
)


def quoted(catalog: Catalog) -> OfferQuote:
    """Return the offer as it was quoted."""
    quote = build_result(estimate(read_scenario(FIELDS), catalog, THEN)).quote(fixture_catalog.ON)
    assert quote is not None
    return quote


@settings(max_examples=20)
@given(offers, offers, st.integers(0, 400))
def test_causes_add_up_to_the_difference(before: str, after: str, later: int) -> None:
    quote = quoted(fixture_catalog.catalogue(before))
    today, catalog = THEN + timedelta(days=later), fixture_catalog.catalogue(after)
    now = estimate_offer(FIELDS, fixture_catalog.ON, catalog, today)
    assert now
    causes = reasons(quote, FIELDS, catalog, today)
    if not now.complete or now.total_usd is None:
        assert causes is None
        return
    assert causes is not None
    assert quote.total_usd is not None
    difference = now.total_usd - quote.total_usd
    assert abs(sum((reason.usd for reason in causes), Decimal(0)) - difference) < Decimal("1e-6")


INPUT_LATER_AS_TRAINING = fixture_catalog.offer(training="0.02", input="0.01", input_later=("0.02", "2028-01-01"))


@settings(max_examples=20)
@given(offers, st.integers(0, 400))
@example(INPUT_LATER_AS_TRAINING, 42)
def test_unchanged_question_differs_by_date_only(same: str, later: int) -> None:
    """A step of the price that lies beyond the quoted horizon is a price; one inside it was known."""
    catalog, today = fixture_catalog.catalogue(same), THEN + timedelta(days=later)
    quote = quoted(catalog)
    prices = {(line.label, line.unit_price_usd) for line in quote.lines}
    now = estimate_offer(FIELDS, fixture_catalog.ON, catalog, today)
    assert now
    causes = {reason.name for reason in reasons(quote, FIELDS, catalog, today) or ()}
    assert THE_END not in causes
    if {(line.label, line.unit_price_usd) for line in now.lines} <= prices:
        assert causes <= {THE_DATE}
