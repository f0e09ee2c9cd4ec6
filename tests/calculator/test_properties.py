"""Properties of every question over the real catalogue: more never costs less, and the parts add up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.render.parts.money import parts_of_total
from calculator import Comparison, Estimate
from pricing import Catalog
from tests.calculator.questions import NUMBERS, answer, choices, numbers, priced_offers, question

some = settings(max_examples=12)
MORE_COSTS_MORE = sorted(NUMBERS.keys() - {"cached", "batch", "retrain"})
MORE_COSTS_LESS = ["cached", "batch", "retrain"]


@pytest.fixture(scope="module")
def offers(catalog: Catalog) -> list[str]:
    entry = priced_offers(catalog)
    assert len(entry) > 60
    return entry


def picked(data: st.DataObject, offers: list[str], count: int = 3) -> list[str]:
    return data.draw(st.lists(st.sampled_from(offers), min_size=1, max_size=count, unique=True))


def complete(comparison: Comparison) -> dict[str, Estimate]:
    return {entry.offer.id: entry for entry in comparison.estimates if entry.complete}


def totals_of_both(less: Comparison, more: Comparison) -> list[tuple[Decimal, Decimal, str]]:
    """Total at less, total at more, offer: for the offers known whole in both."""
    entry, other = complete(less), complete(more)
    pairs = [(entry[name].total_usd, other[name].total_usd, name) for name in entry.keys() & other.keys()]
    assume(pairs)
    return [(low, high, name) for low, high, name in pairs if low is not None and high is not None]


@pytest.mark.parametrize("key", [*MORE_COSTS_MORE, *MORE_COSTS_LESS])
@some
@given(data=st.data(), given_numbers=numbers, chosen=choices)
def test_totals_are_monotonic_in_each_number(
    catalog: Catalog,
    offers: list[str],
    key: str,
    data: st.DataObject,
    given_numbers: dict[str, int],
    chosen: dict[str, str],
) -> None:
    on = picked(data, offers)
    ends = sorted(data.draw(st.lists(st.integers(*NUMBERS[key]), min_size=2, max_size=2, unique=True)))
    cheap, dear = reversed(ends) if key in MORE_COSTS_LESS else ends
    less = answer(catalog, question(on, given_numbers | {key: cheap}, chosen))
    more = answer(catalog, question(on, given_numbers | {key: dear}, chosen))
    for small, large, name in totals_of_both(less, more):
        assert small <= large, name


@settings(max_examples=40)
@given(data=st.data(), given_numbers=numbers, chosen=choices)
def test_lines_add_up_to_the_total(
    catalog: Catalog, data: st.DataObject, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    for entry in answer(catalog, question(picked(data, list(catalog.offers)), given_numbers, chosen)).estimates:
        amounts = [line.amount_usd for line in entry.lines]
        known = [amount for amount in amounts if amount is not None]
        assert entry.complete == (bool(amounts) and None not in amounts)
        if entry.total_usd is None:
            assert not any(known)
        else:
            assert sum(known) == entry.total_usd
        for line in entry.lines:
            if line.quantity is not None and line.unit_price_usd is not None:
                assert line.amount_usd == line.quantity * line.unit_price_usd


@settings(max_examples=40)
@given(data=st.data(), given_numbers=numbers, chosen=choices)
def test_one_off_and_recurring_costs_add_up(
    catalog: Catalog, offers: list[str], data: st.DataObject, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    """In one month without growth, the first month is the one-off cost, the month, and nothing else: the total."""
    fields = question(picked(data, offers), given_numbers | {"months": 1, "growth": 0}, chosen)
    for entry in complete(answer(catalog, fields)).values():
        if entry.months == 1:
            assert entry.one_off_usd is not None
            assert entry.first_month_usd == entry.total_usd == entry.one_off_usd + (entry.monthly_usd or 0)


@settings(max_examples=40)
@given(data=st.data(), given_numbers=numbers, chosen=choices)
def test_printed_parts_add_up_to_the_printed_total(
    catalog: Catalog, offers: list[str], data: st.DataObject, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    for entry in complete(answer(catalog, question(picked(data, offers), given_numbers, chosen))).values():
        amounts = [line.amount_usd for line in entry.lines if line.amount_usd is not None]
        assert entry.total_usd is not None
        assert sum(map(read_money, parts_of_total(amounts))) == cents(entry.total_usd)


@given(st.lists(st.decimals(-(10**6), 10**6, places=6), min_size=1, max_size=12))
def test_any_parts_add_up_and_each_is_off_by_less_than_a_cent(amounts: list[Decimal]) -> None:
    parts = [read_money(text) for text in parts_of_total(amounts)]
    assert sum(parts) == cents(sum(amounts, Decimal(0)))
    assert all(abs(part - amount) < Decimal("0.01") for part, amount in zip(parts, amounts, strict=True))


def cents(usd: Decimal) -> Decimal:
    return usd.quantize(Decimal("0.01"), ROUND_HALF_UP)


def read_money(text: str) -> Decimal:
    return Decimal(text.replace("$", "").replace(",", "").replace("−", "-"))


@some
@given(data=st.data(), given_numbers=numbers, chosen=choices)
def test_order_of_the_offers_changes_nothing(
    catalog: Catalog, data: st.DataObject, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    on = picked(data, list(catalog.offers), 6)
    shuffled = data.draw(st.permutations(on))
    entry = answer(catalog, question(on, given_numbers, chosen))
    other = answer(catalog, question(shuffled, given_numbers, chosen))
    assert entry.estimates == other.estimates


RANGED = sorted(NUMBERS)


@settings(max_examples=40)
@given(data=st.data(), given_numbers=numbers, chosen=choices)
def test_likely_total_lies_between_the_corners(
    catalog: Catalog, offers: list[str], data: st.DataObject, given_numbers: dict[str, int], chosen: dict[str, str]
) -> None:
    ends: dict[str, str] = {}
    for key in data.draw(st.lists(st.sampled_from(RANGED), min_size=1, max_size=4, unique=True)):
        three = sorted(data.draw(st.lists(st.integers(*NUMBERS[key]), min_size=3, max_size=3, unique=True)))
        percent = "%" if key in ("cached", "batch", "growth") else ""
        ends[key] = f"{three[0]}{percent}..{three[1]}{percent}..{three[2]}"
    comparison = answer(catalog, question(picked(data, offers), {**given_numbers, **ends}, chosen))
    assert comparison.low.keys() == comparison.high.keys() == {entry.offer.id for entry in comparison.estimates}
    for name, likely in complete(comparison).items():
        low, high = comparison.low[name], comparison.high[name]
        if low.complete and high.complete:
            assert low.total_usd is not None
            assert likely.total_usd is not None
            assert high.total_usd is not None
            assert low.total_usd <= likely.total_usd <= high.total_usd, name
            span = comparison.span(likely, "total")
            assert span == (low.total_usd, high.total_usd, True)


def test_without_ranges_there_is_no_span(catalog: Catalog) -> None:
    given_numbers = {key: low for key, (low, _) in NUMBERS.items()}
    entry = answer(catalog, question(["tinker/qwen3-8b"], given_numbers))
    assert (entry.low, entry.high) == ({}, {})
    assert entry.span(entry.estimates[0], "total") is None
