"""Every draw equals the plain estimate of that draw's numbers: the model has no second formula."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from calculator import Amount, Estimate, Scenario, Total, estimate, read_scenario, sample
from calculator.question.keys import KEYS
from calculator.question.quantities import PromptChange, TokenPair, TokenRates
from calculator.question.resolved import resolve_corner
from calculator.result import Figure
from calculator.uncertainty.ranges import SampledEstimates
from calculator.uncertainty.sampling import COUNT, sample_amount
from pricing import Catalog, load_catalog
from tests.calculator.questions import NUMBERS, TODAY, answer, priced_offers, question

FIGURES: tuple[Figure, ...] = get_args(Figure)
SHARES = ("cached", "batch", "growth")
MOST = NUMBERS | {"examples": (1, 30_000), "example_input": (1, 100_000), "growth": (-50, 100), "calls": (0, 3_000_000)}

# What the catalogue has one by one, or not at all: everything that bends, ends or changes, in one offer each.
ACME = """
platform: acme
title: Acme
sources:
  page: {title: Acme prices, url: "https://acme.test/prices", checked: 2026-11}
offers:
  bent:
    title: Bent
    model: bent
    training: {source: page, max_tokens_per_example: 50000, longer_examples: {are: cut, source: page},
      auto_epochs: {default: 3, min_total_examples: 100, max_total_examples: 25000}}
    prices:
      training:
        - {usd: 0.5, per: 1M tokens, source: page, confidence: high}
        - {usd: 0.9, per: 1M tokens, source: page, confidence: high, since: 2027-03-01}
      minimum:
        - {usd: 90, per: job, source: page, confidence: high}
        - {usd: 200, per: job, source: page, confidence: high, since: 2027-05-01}
      cap: {usd: 600, per: job, source: page, confidence: high}
      input:
        - {usd: 2, per: 1M tokens, source: page, confidence: high}
        - per: 1M tokens
          source: page
          confidence: high
          since: 2027-02-01
          tiers: [{usd: 1, up_to: 100000000}, {usd: 0.5, up_to: 900000000}, {usd: 0.25}]
      batch_input: {usd: 0.7, per: 1M tokens, source: page, confidence: high}
      output:
        per: 1M tokens
        source: page
        confidence: high
        tiers: [{usd: 4, up_to: 50000000}, {usd: 3}]
      batch_output:
        - {usd: 1.5, per: 1M tokens, source: page, confidence: high}
        - {usd: 1.2, per: 1M tokens, source: page, confidence: high, since: 2027-06-10}
      hosting:
        - {usd: 1.1, per: hour, source: page, confidence: high}
        - {usd: 2.2, per: hour, source: page, confidence: high, since: 2027-07-01}
      model_storage: {usd: 2, per: model-month, source: page, confidence: high}
      data_storage: {usd: 0.5, per: GB-month, source: page, confidence: high}
  ending:
    title: Ending
    model: ending
    lifecycle: {source: page, training_ends: 2027-04-01, inference_ends: 2027-06-15}
    prices:
      training: {usd: 40, per: hour, source: page, confidence: high}
      cap: {usd: 1500, per: job, source: page, confidence: high}
      call:
        - {usd: 0.002, per: call, source: page, confidence: high}
        - {usd: 0.001, per: call, source: page, confidence: high, since: 2027-01-31}
  limited:
    title: Limited
    model: limited
    prices:
      training: {usd: 3, per: 1M tokens, source: page, confidence: high}
      input: {usd: 1, per: 1M tokens, source: page, confidence: high, max_call_input_tokens: 3000}
      cached_input: {usd: 0.1, per: 1M tokens, source: page, confidence: high, max_call_input_tokens: 3000}
      output: {usd: 2, per: 1M tokens, source: page, confidence: high, max_call_input_tokens: 3000}
      hosting:
        - {usd: 3, per: hour, source: page, confidence: high}
        - {usd: unknown, per: hour, source: page, confidence: high, since: 2027-08-01}
"""
BENDING = ["acme/bent", "acme/ending", "acme/limited"]
# In the catalogue: ends within the horizon, a price that becomes unknown, a minimum, a cap, endpoints by the GPU.
TELLING = [
    "openai/gpt-4.1-mini",
    "google/gemini-2.5-pro",
    "google/gemini-2.5-flash",
    "together/qwen3-8b",
    "together/llama-3.1-70b",
    "azure/o4-mini@global",
    "azure/gpt-4.1@global",
    "fireworks/qwen3-8b",
    "aws-bedrock/nova-2-lite",
    "mistral/classifier",
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The catalogue with Acme's."""
    folder = tmp_path_factory.mktemp("acme")
    (folder / "acme.yml").write_text(ACME)
    return load_catalog(folder)


@st.composite
def amounts(draw: st.DrawFn, key: str) -> str:
    """A number as text, mostly a range of two or three."""
    count = draw(st.sampled_from([1, 2, 2, 3]))
    values = sorted(draw(st.lists(st.integers(*MOST[key]), min_size=count, max_size=count)))
    return "..".join(f"{value}%" if key in SHARES else f"{value}" for value in values)


@st.composite
def rates(draw: st.DrawFn, most: int) -> str:
    """Prices in dollars and cents, each a number or a range."""
    parts = []
    for _ in range(draw(st.integers(most - 1, most))):
        values = sorted(draw(st.lists(st.integers(0, 2_000), min_size=1, max_size=2)))
        parts.append("..".join(f"{Decimal(value) / 100}" for value in values))
    return "/".join(parts)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, str]:
    given_numbers = {key: draw(amounts(key)) for key in MOST}
    if draw(st.booleans()):
        given_numbers["epochs"] = "auto"
    chosen = {
        "customer": "existing",
        "rates": draw(st.just("") | rates(4)),
        "base_rates": draw(st.just("") | rates(3)),
        "serving": draw(st.sampled_from(["on-demand", "on-demand", "dedicated"])),
    }
    on = draw(st.lists(st.sampled_from(BENDING + TELLING), min_size=1, max_size=3, unique=True))
    fields = question([*BENDING[:1], *on], given_numbers, chosen)
    for key in ("calls", "growth", "cached", "batch", "days", "hosted"):  # a text that ends in % or h stands for all
        fields[key] = fields[key].replace("%%", "%")
    fields["calls"] = fields["calls"].replace("month", draw(st.sampled_from(["hour", "day", "week", "month", "year"])))
    before = f"{draw(st.integers(100, 9_000))}..9500"
    fields["prompt"] = draw(
        st.sampled_from([fields["prompt"], before, f"{before}->{given_numbers['prompt_after']}", ""])
    )
    if draw(st.booleans()):
        fields["retrain"] = fields["hours"] = ""
    return fields


@cache
def values(name: str, amount: Amount, *, whole: bool) -> Any:
    return sample_amount(name, amount, whole=whole).values


def in_draw(scenario: Scenario, number: int) -> Scenario:
    """The scenario with each range replaced by its value in one draw."""

    def fixed(key: str, name: str, value: Any) -> Any:
        if isinstance(value, Amount):
            if not value.is_range:
                return value
            here = Decimal(float(values(name, value, whole=KEYS[key].whole)[number]))
            return Amount.exactly(here)
        if key == "calls" and value is not None:
            return value._replace(calls=fixed(key, key, value.calls))
        if isinstance(value, PromptChange) and value.before == value.after:  # it stays what it is
            return PromptChange(*(fixed(key, "prompt.before", part) for part in value))
        if isinstance(value, TokenPair | PromptChange | TokenRates):
            return value._replace(
                **{part: fixed(key, f"{key}.{part}", amount) for part, amount in value._asdict().items()}
            )
        return value

    result = {key: fixed(key, key, getattr(scenario, key)) for key in scenario.ranged}
    return replace(scenario, **result)


def value_in(usd: Any, number: int) -> float:
    return float(usd.values[number]) if hasattr(usd, "values") else float(usd or 0)


def telling_draws(ranges: SampledEstimates) -> list[int]:
    """The draws in which one of the inputs, or a call's whole input, is highest or lowest."""
    plan = ranges.plan
    whole_call: Any = plan.call_input_tokens + (plan.prompt_after_tokens or Decimal(0))
    inputs: tuple[Any, ...] = (*plan, whole_call)
    result = {0}
    for value in inputs:
        if hasattr(value, "values"):
            result |= {int(value.values.argmax()), int(value.values.argmin())}
    return sorted(result)


def estimates_in_draw(ranges: SampledEstimates, scenario: Scenario, number: int) -> list[Estimate]:
    """Plain estimates of a draw's numbers, at the throughput of that draw, on the deployments of the question.

    What a replica carries is worked out once for a question, for its likely calls.
    """
    plan = resolve_corner(in_draw(scenario, number), "likely")
    throughput = Decimal(value_in(ranges.plan.throughput, number))
    return ranges.context.estimates(plan._replace(throughput=throughput))


def check(ranges: SampledEstimates, number: int, estimates: Iterable[Estimate]) -> None:
    for entry in estimates:
        for figure in FIGURES:
            many: Total = getattr(ranges.estimates[entry.offer.id], figure)
            here: Total = getattr(entry, figure)
            if many.whole:
                assert here.whole, (entry.offer.id, figure, number)
                result = value_in(many.usd, number)
                assert result == pytest.approx(float(here.usd or 0), rel=1e-9, abs=1e-9), (
                    entry.offer.id,
                    figure,
                    number,
                )


@given(fields=questions(), number=st.integers(0, COUNT - 1), day=st.sampled_from([TODAY, date(2026, 8, 3)]))
def test_every_draw_is_an_estimate(both: Catalog, fields: dict[str, str], number: int, day: date) -> None:
    scenario = read_scenario(fields)
    comparison = estimate(scenario, both, day)
    ranges = sample(comparison)
    if ranges is None:
        assert scenario.ranged == ()
        return
    some = telling_draws(ranges)
    for here in {number, *some[:: max(1, len(some) // 4)]}:
        check(ranges, here, estimates_in_draw(ranges, scenario, here))


@settings(max_examples=12)
@given(fields=questions())
def test_unknown_is_what_is_unknown_in_some_draw(both: Catalog, fields: dict[str, str]) -> None:
    scenario = read_scenario(fields)
    ranges = sample(estimate(scenario, both, TODAY))
    if ranges is None:
        return
    plains = [estimate(in_draw(scenario, number), both, TODAY).estimates for number in telling_draws(ranges)]
    for name, many in ranges.estimates.items():
        whole = all(entry.total.whole for plain in plains for entry in plain if entry.offer.id == name)
        assert many.total.whole == whole, name
        if not whole:
            assert ranges.percentiles(name, "total") is None
            assert ranges.pays_back_share(name) is None


def test_share_that_pays_back_is_counted_in_estimates(both: Catalog) -> None:
    """The share of draws whose plain estimate costs no more than the base model."""
    fields = {
        "on": "acme/bent",
        "examples": "500..5k",
        "example": "250/150",
        "calls": "0..300k/month",
        "call": "50..200/0..100",
        "prompt": "2000..3000->50..300",
        "cached": "0..30%",
        "base_rates": "0.5..1.5/2",
        "months": "1..6",
        "prep": "0..20..900",
        "hosted": "1h",
    }
    scenario = read_scenario(fields)
    ranges = sample(estimate(scenario, both, TODAY))
    assert ranges is not None
    pays = 0
    for number in range(COUNT):
        plain = estimate(in_draw(scenario, number), both, TODAY)
        tuned, base = plain.estimates[0].total_usd, plain.base
        assert tuned is not None
        assert base is not None
        assert base.total_usd is not None
        pays += tuned <= base.total_usd
    assert ranges.pays_back_share("acme/bent") == Decimal(pays) / COUNT
    assert 0.1 < pays / COUNT < 0.9


@settings(max_examples=20)
@given(data=st.data(), numbers=st.fixed_dictionaries({key: amounts(key) for key in NUMBERS}))
def test_percentiles_rise_and_lie_between_the_corners(
    catalog: Catalog, data: st.DataObject, numbers: dict[str, str]
) -> None:
    on = data.draw(st.lists(st.sampled_from(priced_offers(catalog)), min_size=1, max_size=3, unique=True))
    result = answer(catalog, {key: text.replace("%%", "%") for key, text in question(on, numbers).items()})
    ranges = sample(result)
    for entry in result.estimates:
        percentiles = ranges.percentiles(entry.offer.id, "total") if ranges else None
        span = result.span(entry, "total")
        if percentiles and span and span.low is not None and span.high is not None:
            dust = Decimal("0.9999999")  # of floating point
            assert span.low * dust <= percentiles.p10 <= percentiles.p50 <= percentiles.p90 <= span.high / dust
