"""Rented GPUs as offers: prices, field errors, and properties that always hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import (
    BreakEven,
    Comparison,
    Estimate,
    FieldErrors,
    assumption_impacts,
    average_month,
    break_even,
    crossover,
    estimate,
    estimate_assumptions,
    estimate_warnings,
    read_scenario,
    sample,
    turning_change,
)
from calculator.costs.capacity import ServingReplica, units_needed
from calculator.question.resolved import resolve_corner
from pricing import Catalog
from tests.calculator.questions import TODAY, answer
from tests.calculator.uncertainty.test_ranges_properties import in_draw

TRAINED = {"model": "llama-3.1-8b", "examples": "10k", "example": "250/150", "epochs": "3"}
SERVED = {"calls": "50k/day", "call": "100/70"}
ONE_L4 = {**TRAINED, "on": "runpod/l4", "gpus": "1"}


def only(comparison: Comparison) -> Estimate:
    (result,) = comparison.estimates
    return result


def test_all_includes_gpus_if_a_model_is_named(catalog: Catalog) -> None:
    own = set(catalog.gpus.offers)
    with_model = {entry.offer.id for entry in answer(catalog, {**TRAINED, "on": "all"}).estimates}
    without = {entry.offer.id for entry in answer(catalog, {**TRAINED, "on": "all", "model": ""}).estimates}
    assert with_model - without == own
    assert without - with_model == set()


def test_rented_and_hosted_offers_are_ranked_together(catalog: Catalog) -> None:
    comparison = answer(catalog, {**TRAINED, "on": "all"})
    ranked = comparison.usable
    months = [average_month(comparison, entry).usd for entry in ranked]
    assert months == sorted(months, key=lambda usd: usd or Decimal(0))
    kinds = "".join("g" if entry.offer.id in catalog.gpus.offers else "h" for entry in ranked)
    assert "hg" in kinds
    assert "gh" in kinds


@pytest.mark.parametrize(
    ("on", "extra", "offers"),
    [
        ("gpu", {"gpu": "A10G"}, {"aws/g5.xlarge", "hugging-face-jobs/a10g"}),
        (
            "Lambda Cloud",
            {"gpu": "h100"},
            {"lambda/h100-1x", "lambda/h100-2x", "lambda/h100-4x", "lambda/h100-8x"},
        ),
        ("runpod/h100,openai/gpt-4.1-nano", {}, {"runpod/h100", "openai/gpt-4.1-nano"}),
        ("nebius", {"gpu": "nvidia h200"}, {"nebius/h200"}),
    ],
)
def test_rented_gpus_are_named_by_platform_offer_or_gpu(
    catalog: Catalog, on: str, extra: dict[str, str], offers: set[str]
) -> None:
    result = {entry.offer.id for entry in answer(catalog, {**TRAINED, "on": on, **extra}).estimates}
    assert {offer for offer in result if offer in catalog.gpus.offers or offer in offers} == offers


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"on": "gpu", "model": ""}, {"model": "Name the model to tune, model=llama-3.1-8b, or its size, params=8B."}),
        (
            {"on": "runpod", "model": ""},
            {"model": "Name the model to tune, model=llama-3.1-8b, or its size, params=8B."},
        ),
        ({"gpu": "h100", "model": ""}, {"model": "gpu= applies to rented GPUs. Name the model to tune,"}),
        ({"model": "lama-3.1-8b"}, {"model": "Did you mean llama-3.1-8b"}),
        ({"model": "zzz"}, {"model": "Unknown model “zzz”. Give its size instead: params=8B."}),
        ({"gpu": "h1000"}, {"gpu": "Unknown GPU “h1000”. Did you mean h100"}),
        ({"on": "gpu", "gpu": "v100"}, {"gpu": "No offer rents out v100 by the hour. Rented are "}),
        ({"model": "llama-2-7b", "seq": "8192"}, {"seq": "llama-2-7b takes at most 4,096 tokens. Write that or less."}),
        ({"method": "dpo"}, {"method": "dpo isn't calculated for rented GPUs."}),
        ({**SERVED, "hosted": "0h"}, {"hosted": "Calls are answered only while the model is up."}),
        ({"seq": "0"}, {"seq": "The number of tokens per sequence must be between 16 and 10,000,000."}),
        ({"gpus": "0"}, {"gpus": "The number of GPUs must be between 1 and 1,024."}),
        ({"gpus": "2.5"}, {"gpus": "“2.5” isn't a valid number of GPUs. Write a whole number such as 8."}),
        ({"gpus": "1..8"}, {"gpus": "“1..8” isn't a valid number of GPUs."}),
        ({"rank": "99999"}, {"rank": "The rank must be between 1 and 1,024."}),
        ({"model": "", "params": "8"}, {"params": "“8” isn't a valid model size. Write a size between"}),
        ({"params": "8B"}, {"params": "Give either model= or params=, not both."}),
        ({"latency": "0s"}, {"latency": "“0s” isn't a valid time per call. Write seconds such as 2s or 0.5s."}),
        ({"stack": "fast"}, {"stack": "“fast” isn't a valid software stack. Write optimised, eager or fp8."}),
        (
            {"gpu_rate": "2"},
            {"gpu": "gpu_rate= is the price of one GPU-hour. Name the GPU too, such as gpu=h100."},
        ),
        ({"on": "your-gpus"}, {"gpu_rate": "on=your-gpus needs the price of one GPU-hour, such as gpu_rate=2.10."}),
        ({"gpu_rate": "2", "gpu": "h100", "model": ""}, {"model": "gpu= applies to rented GPUs."}),
        (
            {"gpu_rate": "5000", "gpu": "h100"},
            {"gpu_rate": "The price of a GPU-hour must be between 0 and 1,000."},
        ),
        ({"model": "zzz", "gpu": "yyy"}, {"model": "Unknown model", "gpu": "Unknown GPU"}),
    ],
)
def test_invalid_gpu_field_is_refused_at_its_key(
    catalog: Catalog, fields: dict[str, str], errors: dict[str, str]
) -> None:
    with pytest.raises(FieldErrors) as refused:
        answer(catalog, {**TRAINED, "on": "all", **fields})
    assert refused.value.errors.keys() == errors.keys()
    for key, sentence in errors.items():
        assert sentence in refused.value.errors[key]


def test_size_alone_gives_an_estimate_with_a_note(catalog: Catalog) -> None:
    comparison = answer(catalog, {**ONE_L4, "model": "", "params": "7B"})
    result = only(comparison)
    assert result.complete
    assert any(
        "a model of 7B (shape interpolated from its size)" in text for text in estimate_assumptions(comparison, result)
    )


def test_without_a_number_of_gpus_the_cheapest_is_taken(catalog: Catalog) -> None:
    chosen = only(answer(catalog, {**TRAINED, "on": "modal/h100"})).total_usd
    each = [only(answer(catalog, {**TRAINED, "on": "modal/h100", "gpus": str(n)})).total_usd for n in (1, 2, 4, 8)]
    assert chosen == min(usd for usd in each if usd is not None)


def test_own_gpus_cost_the_same_at_the_same_rate(catalog: Catalog) -> None:
    """RunPod's L4 is $0.49 an hour, billed by the second; the customer's is compared. Six are one machine."""
    both = answer(catalog, {**ONE_L4, **SERVED, "gpu": "l4", "gpu_rate": "0.49"})
    rented, own = sorted(both.estimates, key=lambda entry: entry.offer.id)
    assert (rented.offer.id, own.offer.id) == ("runpod/l4", "your-gpus")
    assert [line.amount_usd for line in own.lines] == [line.amount_usd for line in rented.lines]
    assert {line.source.title for line in own.lines if line.source} == {"Your own price of a GPU-hour"}
    assert assumption_impacts(both, own) == assumption_impacts(both, rented)
    six = only(answer(catalog, {**ONE_L4, "on": "your-gpus", "gpu": "l4", "gpus": "6", "gpu_rate": "0"}))
    assert six.lines[0].formula.startswith("6 GPUs × ")
    assert six.total_usd == 0, "paid for already"


def test_whole_node_is_paid_whole(catalog: Catalog) -> None:
    line = only(answer(catalog, {**TRAINED, "on": "aws/p5.48xlarge", "gpus": "3"})).lines[0]
    assert line.formula.startswith("8 GPUs × ")


def test_8_bit_needs_a_gpu_that_supports_it(catalog: Catalog) -> None:
    result = answer(catalog, {**TRAINED, "on": "runpod/a100-80,runpod/h100", "stack": "fp8"})
    assert {entry.offer.id: [w.code for w in estimate_warnings(result, entry)] for entry in result.estimates} == {
        "runpod/h100": [],
        "runpod/a100-80": ["does_not_fit"],
    }


def impacts(comparison: Comparison) -> dict[str, Decimal]:
    return {impact.change: impact.usd for impact in assumption_impacts(comparison, only(comparison))}


def test_impact_is_the_total_with_one_assumption_changed(catalog: Catalog) -> None:
    """One hour more of one H100 at $3.99 a run."""
    moves = impacts(answer(catalog, {**ONE_L4, "on": "runpod/h100"}))
    assert len(moves) == 3
    assert round(moves["one hour more of rented time a run"], 9) == Decimal("3.99")
    served = impacts(answer(catalog, {**ONE_L4, **SERVED, "calls": "1M/day"}))
    # Twice 2.85 GPUs at the busiest time are 5.7, so 6 instead of 3: 3 × 730 h × 12 × $0.49.
    assert round(served["twice the calls at the busiest time"], 9) == Decimal("12877.20")


def test_crossover_of_own_gpu_and_tokens(catalog: Catalog) -> None:
    """A token-billed offer at $1 per 1M tokens: 170 tokens a call cost $0.00017; 730 h × $0.49 = $357.70 are as much as
    2,104,117.6 calls.
    """
    fields = {**ONE_L4, **SERVED, "on": "runpod/l4,your-rates", "rates": "1/1/1"}
    result = crossover(answer(catalog, fields))
    assert result is not None
    assert (result.calls_per_month, result.gpus.offer.id, result.per_token.offer.id) == (
        2_104_118,
        "runpod/l4",
        "your-rates",
    )
    never = crossover(answer(catalog, {**fields, "rates": "1/0/0"}))
    assert never is not None
    assert never.calls_per_month is None
    assert crossover(answer(catalog, ONE_L4)) is None


def test_pay_back_needs_as_many_gpus_as_the_calls_do(catalog: Catalog) -> None:
    """495 × $0.10 + 70 × $0.15 per 1M are $0.00006 a call; $357.70 for one L4 are covered by 5,961,667 calls."""
    fields = {**ONE_L4, "call": "100/70", "base_rates": "0.1/0.15", "prompt": "395->100"}

    def payback(calls: str) -> BreakEven | None:
        comparison = answer(catalog, {**fields, "calls": calls})
        return break_even(comparison, only(comparison))

    few = payback("1M/month")
    assert few is not None
    assert few.calls is None
    assert few.covering_calls_per_month == 5_961_667
    comparison = answer(catalog, {**fields, "calls": "1M/month"})
    turn = turning_change(comparison, only(comparison))
    assert turn is not None
    needed = int(turn.split("from ")[1].split(" calls")[0].replace(",", ""))
    assert needed == 5_961_667
    enough = payback(f"{needed}/month")
    less = payback(f"{needed - 1}/month")
    assert enough is not None
    assert enough.calls is not None
    assert less is not None
    assert less.calls is None


def test_draws_are_the_plain_estimate_of_their_values(catalog: Catalog) -> None:
    fields = {**ONE_L4, **SERVED, "examples": "1k..20k", "epochs": "1..4", "calls": "10k..3M/day", "growth": "0..9%"}
    fields |= {"on": "your-gpus", "gpu": "l4", "gpu_rate": "0.3..0.9"}
    scenario = read_scenario({**fields, "idle": "0..5h", "runs": "1..3", "hosted": "6..24h", "queue": "1..2h"})
    ranges = sample(estimate(scenario, catalog, TODAY))
    assert ranges is not None
    ranges = replace(ranges, plan=ranges.plan._replace(throughput=Decimal(0)))
    total: Any = ranges.estimates["your-gpus"].total_usd
    for number in (0, 7, 400, 1_999):
        plain = only(estimate(in_draw(scenario, number), catalog, TODAY)).total_usd
        assert total.values[number] == pytest.approx(plain.__float__(), rel=1e-9) if plain else False


@settings(max_examples=25)
@given(
    examples=st.integers(1, 50_000),
    more=st.integers(0, 50_000),
    tokens=st.integers(1, 4_000),
    on=st.sampled_from(["runpod/l4", "aws/p5.48xlarge", "hugging-face-jobs/a100-80"]),
    method=st.sampled_from(["lora", "qlora"]),
)
def test_more_examples_never_cost_less_and_hours_are_whole_steps(
    catalog: Catalog, examples: int, more: int, tokens: int, on: str, method: str
) -> None:
    fields = {**TRAINED, "on": on, "method": method, "gpus": "8" if "p5" in on else "1", "example": f"{tokens}"}
    few = only(answer(catalog, {**fields, "examples": f"{examples}"}))
    many = only(answer(catalog, {**fields, "examples": f"{examples + more}"}))
    assert few.total_usd is not None
    assert many.total_usd is not None
    assert few.total_usd <= many.total_usd
    hours = few.lines[0].quantity or Decimal(0)
    steps = hours * 3_600 / (8 if "p5" in on else 1) / (60 if "hugging" in on else 1)
    assert abs(steps - round(steps)) < Decimal("1e-15")


@given(
    calls=st.integers(1, 10**9),
    rented_in=st.sampled_from([1, 8]),
    per_token=st.integers(1, 10**6),
    adapters=st.integers(1, 50),
)
def test_gpus_carry_the_busiest_time_and_no_group_too_many(
    calls: int, rented_in: int, per_token: int, adapters: int
) -> None:
    each = Decimal(per_token) / 10**9
    whole_sets = max(2, rented_in)
    deployment = ServingReplica("2 × H100", 2, whole_sets, each, each, Decimal(1), Decimal(1), Decimal(3), None, "")
    fields = {"examples": "1", "example": "1", "adapters": f"{adapters}", "params": "8B", "call": "60/40"}
    plan = resolve_corner(read_scenario({**fields, "calls": f"{calls}/month", "hosted": "8h"}), "likely")
    gpus = units_needed(plan, deployment, plan.calls_per_month)
    # 100 tokens a call, in 8 × 365 ÷ 12 hours.
    needed = Decimal(calls) * adapters * 3 * 100 * each * 12 / (8 * 365 * 3_600)
    assert gpus % whole_sets == 0
    assert gpus / 2 >= needed * (1 - Decimal("1e-20"))
    assert gpus / 2 < max(needed, Decimal(1)) + Decimal(whole_sets) / 2
