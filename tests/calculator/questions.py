"""Questions for property tests: scenarios as text by key, with plain numbers or ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hypothesis import strategies as st

from calculator import Comparison, estimate, read_scenario
from pricing import Catalog

TODAY = date(2026, 11, 21)

# Every number of a question: what it may be. Read as text by `question`.
NUMBERS: dict[str, tuple[int, int]] = {
    "examples": (1, 50_000),
    "example_input": (1, 100_000),
    "example_output": (0, 2_000),
    "epochs": (1, 5),
    "runs": (1, 5),
    "calls": (1, 3_000_000),
    "call_input": (1, 2_000),
    "call_output": (1, 2_000),
    "prompt_after": (0, 3_000),
    "cached": (0, 100),
    "batch": (0, 100),
    "days": (1, 31),
    "months": (1, 24),
    "growth": (0, 20),
    "retrain": (1, 12),
    "prep": (0, 5_000),
    "data_gb": (0, 500),
    "hosted": (1, 24),
    "hours": (0, 80),
}

numbers: st.SearchStrategy[dict[str, int]] = st.fixed_dictionaries(
    {key: st.integers(low, high) for key, (low, high) in NUMBERS.items()}
)
choices: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {"customer": st.sampled_from(["new", "existing"])},
    optional={"serving": st.just("dedicated")},
)


def question(
    on: Sequence[str], numbers: Mapping[str, object], chosen: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The fields of a scenario over the offers `on`, of these numbers (a value may be a text such as 3..5)."""
    return {
        "on": ",".join(on),
        "examples": f"{numbers['examples']}",
        "example": f"{numbers['example_input']}/{numbers['example_output']}",
        "epochs": f"{numbers['epochs']}",
        "runs": f"{numbers['runs']}",
        "calls": f"{numbers['calls']}/month",
        "call": f"{numbers['call_input']}/{numbers['call_output']}",
        "prompt": f"3000->{numbers['prompt_after']}",
        "cached": f"{numbers['cached']}%",
        "batch": f"{numbers['batch']}%",
        "days": f"{numbers['days']}",
        "months": f"{numbers['months']}",
        "growth": f"{numbers['growth']}%",
        "retrain": f"{numbers['retrain']}",
        "prep": f"{numbers['prep']}",
        "data_gb": f"{numbers['data_gb']}",
        "hosted": f"{numbers['hosted']}h",
        "hours": f"{numbers['hours']}",
        **(chosen or {}),
    }


def answer(catalog: Catalog, fields: Mapping[str, str]) -> Comparison:
    return estimate(read_scenario(fields), catalog, TODAY)


def priced_offers(catalog: Catalog) -> list[str]:
    """The offers that a short, plain question finds a complete price for."""
    fields = {
        "on": "all",
        "examples": "1000",
        "example": "100/100",
        "calls": "1k/month",
        "call": "10/10",
        "months": "1",
    }
    fields |= {"hours": "10", "customer": "existing"}
    return sorted(entry.offer.id for entry in answer(catalog, fields).estimates if entry.complete)


def different_offers(catalog: Catalog) -> list[str]:
    """One priced offer of each platform for each set of kinds of price: every way in which the catalogue charges."""
    offers = [catalog.offers[name] for name in priced_offers(catalog)]
    return sorted({(offer.platform, frozenset(offer.prices)): offer.id for offer in offers}.values())
