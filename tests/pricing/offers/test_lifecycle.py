"""Status and last days of the shipped offers, and the offers to suggest instead."""

from __future__ import annotations

from datetime import date

import pytest

from pricing import Catalog, Offer, PriceKind
from tests.pricing.recorded import TODAY, price_on


@pytest.mark.parametrize(
    ("offer_id", "day", "status", "open_to_new", "open_to_existing"),
    [
        ("openai/gpt-4.1-mini", date(2026, 5, 6), "closing", True, True),
        ("openai/gpt-4.1-mini", TODAY, "closing", False, True),
        ("openai/gpt-4.1-mini", date(2027, 1, 5), "closing", False, True),
        ("openai/gpt-4.1-mini", date(2027, 1, 6), "closed", False, False),
        ("openai/gpt-4o", date(2027, 1, 6), "closed", False, False),
        ("openai/gpt-4.1-nano", date(2026, 10, 22), "closing", False, True),
        ("openai/gpt-4.1-nano", TODAY, "closed", False, False),
        ("openai/gpt-3.5-turbo", TODAY, "closed", False, False),
        ("openai/gpt-4", TODAY, "closed", False, False),
        ("openai/o4-mini", TODAY, "closed", False, False),
        ("azure/gpt-4.1-mini@global", TODAY, "closing", True, True),
        ("azure/gpt-4.1-mini@global", date(2027, 4, 14), "closing", True, True),
        ("azure/gpt-4.1-mini@global", date(2027, 4, 15), "closed", False, False),
        ("azure/gpt-4o@global", date(2027, 4, 14), "closing", True, True),
        ("azure/gpt-4o-mini@developer", date(2027, 4, 15), "closed", False, False),
        ("azure/o4-mini@global", date(2026, 11, 19), "closing", True, True),
        ("azure/o4-mini@global", TODAY, "closing", False, True),
        ("azure/gpt-35-turbo@regional", TODAY, "closed", False, False),
        ("azure/gpt-oss-20b@global", TODAY, "open", True, True),
        ("google/gemini-3.5-flash", TODAY, "closing", True, True),
        ("google/gemini-3.5-flash", date(2027, 5, 19), "closed", False, False),
        ("google/gemini-3.1-flash-lite", date(2027, 5, 6), "closing", True, True),
        ("google/gemini-3.1-flash-lite", date(2027, 5, 7), "closed", False, False),
        ("google/gemini-3.5-flash-lite", date(2027, 7, 21), "closed", False, False),
        ("prime-intellect/qwen3.5-0.8b", date(2026, 10, 4), "closing", True, True),
        ("prime-intellect/qwen3.5-0.8b", date(2026, 10, 5), "closed", False, False),
        ("prime-intellect/gpt-oss-20b", TODAY, "closed", False, False),
        ("aws-bedrock/llama-3.2-1b", date(2026, 7, 6), "closing", True, True),
        ("aws-bedrock/llama-3.2-1b", date(2026, 7, 7), "closed", False, False),
        ("aws-bedrock/llama-3.2-3b", TODAY, "closed", False, False),
        ("aws-bedrock/llama-3.2-11b", TODAY, "closed", False, False),
        ("aws-bedrock/llama-3.2-90b", TODAY, "closed", False, False),
        ("aws-bedrock/llama-3.1-8b", TODAY, "closing", True, True),
        ("aws-bedrock/llama-3.3-70b", date(2027, 3, 29), "closing", True, True),
        ("aws-bedrock/llama-3.1-70b", date(2027, 3, 30), "closed", False, False),
        ("google/gemini-2.5-flash", date(2026, 10, 19), "closing", True, True),
        ("google/gemini-2.5-flash", TODAY, "closing", False, True),
        ("google/gemini-2.5-flash-lite", date(2027, 1, 28), "closed", False, False),
        ("google/gemini-2.5-pro", date(2027, 3, 31), "closed", False, False),
        ("google/gemini-2.0-flash", TODAY, "closed", False, False),
        ("aws-bedrock/nova-2-lite", TODAY, "open", True, True),
        ("aws-bedrock/claude-3-haiku", date(2026, 9, 9), "closing", True, True),
        ("aws-bedrock/claude-3-haiku", TODAY, "closed", False, False),
        ("aws-bedrock/cohere-command", TODAY, "closed", False, False),
        ("mistral/text-models", TODAY, "closed", False, False),
        ("mistral/classifier", TODAY, "closing", True, True),
        ("anthropic/claude", TODAY, "not offered", False, False),
    ],
)
def test_status_and_customers_by_day(
    catalog: Catalog, offer_id: str, day: date, status: str, open_to_new: bool, open_to_existing: bool
) -> None:
    offer = catalog.offers[offer_id]
    assert offer.status_on(day) == status
    assert (offer.trains_for("new", day), offer.trains_for("existing", day)) == (open_to_new, open_to_existing)


def test_end_of_inference_by_offer(catalog: Catalog) -> None:
    for offer, day in [
        ("openai/gpt-4o-mini", date(2027, 1, 14)),
        ("openai/davinci-002", date(2026, 10, 23)),
        ("azure/gpt-4.1-nano@datazone", date(2027, 10, 14)),
        ("azure/gpt-4o-mini@developer", date(2027, 10, 1)),
        ("azure/o4-mini@global", date(2027, 10, 16)),
    ]:
        lifecycle = catalog.offers[offer].lifecycle
        assert lifecycle is not None
        assert lifecycle.inference_ends == day


def assert_usable(nearest: Offer, label: str) -> None:
    """Assert that a new customer can train the offer, and serve it for production."""
    assert nearest.status_on(TODAY) in ("open", "closing"), label
    assert nearest.trains_for("new", TODAY), label
    assert (nearest.serving_use, nearest.deployable) == ("production", "yes"), label
    training = price_on(nearest, "training", method=nearest.priced_as(None))
    assert training, label
    assert training.known, label
    assert any(nearest.history(kind) for kind in SERVED_BY), label


SERVED_BY: tuple[PriceKind, ...] = ("input", "hosting", "provisioned")


def test_name_that_is_not_sold_names_usable_offers(catalog: Catalog) -> None:
    assert catalog.not_sold
    for entry in catalog.not_sold:
        for offer_id in entry.nearest:
            assert_usable(catalog.offers[offer_id], entry.names[0])


def test_closed_offer_names_an_alternative(catalog: Catalog) -> None:
    for offer in catalog.offers.values():
        if offer.status_on(TODAY) in ("closed", "not offered"):
            assert offer.nearest, offer.id
            assert offer.why, offer.id
        if offer.nearest:
            assert_usable(catalog.offers[offer.nearest], offer.id)
    assert catalog.offers["openai/gpt-3.5-turbo"].nearest == "azure/gpt-4.1-mini@global"
    assert catalog.offers["anthropic/claude"].nearest == "aws-bedrock/nova-2-lite"


def test_developer_tier_deletes_deployments_after_a_day(catalog: Catalog) -> None:
    developer = [offer for offer in catalog.offers.values() if offer.id.endswith("@developer")]
    assert len(developer) == 6
    assert {offer.deployment_hours for offer in developer} == {24}
    assert all("spot" in (offer.why or "") for offer in developer)
