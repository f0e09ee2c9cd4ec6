"""Calls: tokens by price kind, tiers, and calls without a price, each worked out by hand."""

from __future__ import annotations

from decimal import Decimal

from calculator.costs.inference import inference_lines, offer_call_prices, token_loads
from pricing import Price, PriceKind, Tier
from tests.calculator.costs.offers import SOURCE, START, offer, plan, price

PRICES: dict[PriceKind, tuple[Price, ...]] = {"input": price("3"), "output": price("10")}
CACHED: dict[PriceKind, tuple[Price, ...]] = {"cached_input": price("1")}
BATCH: dict[PriceKind, tuple[Price, ...]] = {"batch_input": price("1.5"), "batch_output": price("5")}
MONTHS = Decimal(12)


def test_input_and_output_have_prices_of_their_own() -> None:
    # 1M calls × 12 months of 200 + 60 and 40 tokens: 3,120M × $3 and 480M × $10.
    busy = plan(calls="1M/month", prompt="2000->200")
    lines = inference_lines(busy, busy.tuned, offer_call_prices(offer(PRICES)), START, MONTHS)
    assert [(line.label, line.quantity, line.amount_usd) for line in lines] == [
        ("Input tokens", 3_120, 9_360),
        ("Output tokens", 480, 4_800),
    ]


def test_cached_share_applies_to_the_prompt() -> None:
    cached = plan(prompt="2000->200", cached="80%")
    loads = token_loads(cached, cached.tuned, offer_call_prices(offer(PRICES | CACHED)))
    # 0.8 × 200 cached, 200 + 60 − 160 not.
    assert [(load.kind, load.tokens_per_call) for load in loads] == [
        ("input", 100),
        ("cached_input", 160),
        ("output", 40),
    ]
    without_price = token_loads(cached, cached.tuned, offer_call_prices(offer(PRICES)))
    assert [(load.kind, load.tokens_per_call) for load in without_price] == [("input", 260), ("output", 40)]


def test_batch_calls_pay_ordinary_prices_without_batch_prices() -> None:
    half = plan(batch="50%")
    shares = {load.kind: load.share for load in token_loads(half, half.tuned, offer_call_prices(offer(PRICES | BATCH)))}
    assert shares == dict.fromkeys(("input", "output", "batch_input", "batch_output"), Decimal("0.5"))
    assert {load.share for load in token_loads(half, half.tuned, offer_call_prices(offer(PRICES)))} == {1}


def test_tiers_are_filled_from_the_bottom_each_month() -> None:
    tiers = (Tier(up_to=20_000_000, usd=Decimal(3)), Tier(up_to=None, usd=Decimal(2)))
    graduated = Price(usd=None, per="1M tokens", source=SOURCE, confidence="high", tiers=tiers)
    # 1M calls of 60 tokens: 20M at $3 and 40M at $2, in each of 2 months.
    busy = plan(calls="1M/month")
    lines = inference_lines(
        busy, busy.tuned, offer_call_prices(offer(PRICES | {"input": (graduated,)})), START, Decimal(2)
    )
    assert [line.amount_usd for line in lines] == [120, 160, 800]


def test_calls_without_a_complete_price_are_unknown() -> None:
    few = plan()
    line, *_ = inference_lines(few, few.tuned, offer_call_prices(offer({"input": price("3")})), START, MONTHS)
    assert (line.label, line.quantity, line.amount_usd) == ("Calls, no complete price recorded", 1_200, None)


def test_question_without_calls_has_no_lines() -> None:
    none = plan()._replace(calls_per_month=Decimal(0))
    assert inference_lines(none, none.tuned, offer_call_prices(offer(PRICES)), START, MONTHS) == []


def test_thinking_tokens_are_billed_as_output() -> None:
    # 100 calls × 12 months of 500 thinking tokens today and 20 once tuned, at $10 per 1M.
    thinks = plan(thinking="500->20")
    prices = offer_call_prices(offer(PRICES))
    for side, tokens, usd in ((thinks.prompted, 500, Decimal(6)), (thinks.tuned, 20, Decimal("0.24"))):
        lines = inference_lines(thinks, side, prices, START, MONTHS)
        (line,) = [line for line in lines if line.label == "Thinking tokens"]
        assert (line.quantity, line.amount_usd) == (Decimal(1_200 * tokens) / 1_000_000, usd)
    silent = inference_lines(thinks, thinks.prompted, prices._replace(thinks=False), START, MONTHS)
    assert "Thinking tokens" not in [line.label for line in silent]
