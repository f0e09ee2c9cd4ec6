"""Methods, calls and deployments that a platform doesn't sell are refused or unknown, never priced as another."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from calculator import estimate, estimate_warnings, read_scenario
from calculator.result import RankGroup
from pricing import Catalog, Method, load_catalog

TODAY = date(2026, 11, 28)
LEAST = {"examples": "1000", "example": "1000", "epochs": "1", "hours": "4"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize("method", get_args(Method))
def test_method_that_is_not_sold_is_refused_everywhere(catalog: Catalog, method: Method) -> None:
    comparison = estimate(read_scenario({**LEAST, "on": "all", "method": method}), catalog, TODAY)
    refused = [entry for entry in comparison.estimates if entry.offer.sells(method) is False]
    assert refused
    for entry in refused:
        assert (entry.standing, entry.lines) == (RankGroup.APART, ())
        (warning,) = estimate_warnings(comparison, entry)
        assert warning.code == "method_not_sold"
        assert not entry.offer.methods_sold or "It sells " in warning.text


@pytest.mark.parametrize(
    ("offer", "method", "sells"),
    [
        ("aws-bedrock/nova-2-lite", "dpo", "supervised tuning and reinforcement tuning"),
        ("aws-bedrock/gpt-oss-20b", "lora", "reinforcement tuning"),
        ("google/qwen3-8b", "lora", "supervised tuning of all weights"),
        ("google/gemma-4-31b", "full", "supervised tuning with LoRA"),
        ("azure/gpt-4o-mini@global", "dpo", "supervised tuning with LoRA"),
        ("azure/llama-3.3-70b@global", "dpo", "supervised tuning with LoRA"),
        ("azure/gpt-4.1@global", "rft", "supervised tuning with LoRA and DPO with LoRA"),
        ("together/kimi-k2", "full", "supervised tuning with LoRA and DPO with LoRA"),
        ("tinker/qwen3-8b", "full", "supervised tuning with LoRA"),
    ],
)
def test_refusal_names_the_methods_that_are_sold(catalog: Catalog, offer: str, method: str, sells: str) -> None:
    comparison = estimate(read_scenario({**LEAST, "on": offer, "method": method}), catalog, TODAY)
    (entry,) = comparison.estimates
    assert entry.one_off_usd is None
    assert f"It sells {sells}" in estimate_warnings(comparison, entry)[0].text


@pytest.mark.parametrize(
    ("offer", "method", "usd"),
    [
        ("azure/gpt-4.1@global", "dpo", "25"),  # 1M tokens at the price of supervised tuning
        ("google/gemma-3-27b", "full", "6.83"),
        ("openai/gpt-4.1", "lora", "25"),  # which weights it trains isn't disclosed
        ("google/gemini-3.5-flash", "dpo", "None"),  # sold, without a price on record
    ],
)
def test_method_that_is_sold_has_its_own_price(catalog: Catalog, offer: str, method: str, usd: str) -> None:
    fields = {**LEAST, "on": offer, "method": method, "customer": "existing"}
    (entry,) = estimate(read_scenario(fields), catalog, TODAY).estimates
    assert str(entry.one_off_usd.normalize() if entry.one_off_usd is not None else None) == usd


def test_rollout_prices_never_pay_for_calls(catalog: Catalog) -> None:
    """Asked on a day on which the offers of Prime Intellect were still sold."""
    offers = [offer for offer in catalog.offers.values() if not offer.serves_calls]
    assert {offer.platform for offer in offers if offer.serving_use == "training"} == {"prime-intellect"}
    for offer in offers:
        fields = {**LEAST, "on": offer.id, "calls": "1M/month", "call": "100/70"}
        (entry,) = estimate(read_scenario(fields), catalog, date(2026, 10, 4)).estimates
        (calls,) = [line for line in entry.lines if line.component == "inference"]
        assert calls.amount_usd is None
        assert entry.standing == RankGroup.INCOMPLETE
