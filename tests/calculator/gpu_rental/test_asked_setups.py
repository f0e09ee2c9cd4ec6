"""Setups that people asked about in public, with what came of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from calculator import estimate, read_scenario
from calculator.gpu_rental import FitReport, fit
from calculator.gpu_rental.search import rented_gpu_offers
from pricing import Catalog

TODAY = date(2026, 11, 28)


def report(catalog: Catalog, **fields: str) -> FitReport:
    return fit(read_scenario({"examples": "1k", "example": "400", **fields}), catalog, TODAY)


def test_eager_mixture_is_as_slow_as_its_cookbook(catalog: Catalog) -> None:
    """OpenAI's cookbook tunes on 1,000 × 2,048 tokens in 18 minutes: at most 1,896 tokens a second."""
    result = report(catalog, model="gpt-oss-20b", gpu="h100", gpus="1", seq="2048", stack="eager", rank="8")
    assert result.prediction.setup.kernel == "math"  # learned sinks have no fused kernel in eager code
    assert result.prediction.tokens_per_second.low <= 1_896 <= result.prediction.tokens_per_second.high


def test_long_sequences_fit_only_with_a_fused_loss(catalog: Catalog) -> None:
    """unslothai/unsloth#2366: Gemma 3 12B ran out of 80 GB from 15,000 tokens on, where the loss isn't fused."""
    result = report(catalog, model="gemma-3-12b", gpu="h100", gpus="1", seq="16000")
    assert result.stacks["eager"].verdict == "no"
    assert result.stacks["optimised"].verdict == "fits"


def test_size_alone_takes_todays_context_and_is_tight(catalog: Catalog) -> None:
    """unslothai/unsloth#4188: 9B with LoRA over 16,384 tokens takes about 31 of an RTX 5090's 32 GB."""
    result = report(catalog, params="9b", gpu="rtx-5090", gpus="1", seq="16384", framework="unsloth")
    assert result.prediction.verdict == "tight"
    assert result.prediction.peak_gib.low < 31e9 / 2**30 < result.prediction.peak_gib.high


def test_unfit_offer_names_the_memory_of_the_stated_setup(catalog: Catalog) -> None:
    """Three feed-forward tensors × 14,336 × 2 bytes × 32 layers × 16 × 8,192 tokens are kept: 336 GiB and more."""
    scenario = read_scenario(
        {
            **{"on": "gpu", "model": "llama-3.1-8b", "gpu": "h100", "gpus": "1", "examples": "1k", "example": "400"},
            **{"seq": "8192", "micro_batch": "16", "checkpointing": "none"},
        }
    )
    offers = rented_gpu_offers(scenario, catalog.gpus.offers.values(), catalog, TODAY)
    needed = [offer.unfit.partition("it needs ")[2].partition(" of 79 GiB")[0] for offer in offers if offer.unfit]
    assert needed
    assert all(int(gib.replace(",", "")) > 336 for gib in needed)


def test_mixture_is_known_by_its_sizes(catalog: Catalog) -> None:
    result = report(catalog, params="80b-a3b", method="qlora", gpu="a100-80", gpus="2")
    model = result.prediction.setup.model
    assert model.parameters_billion == 80
    assert model.experts > model.active_experts > 1
    dense = report(catalog, params="80b", method="qlora", gpu="a100-80", gpus="2")
    assert result.prediction.tokens_per_second.likely > dense.prediction.tokens_per_second.likely
    assert "80B-A3B" in model.name


def test_int8_kernels_slow_a_run_down(catalog: Catalog) -> None:
    """tloen/alpaca-lora#432: 88 hours with int8 kernels, where 16 bit would have taken a fraction."""
    line = {
        **{"on": "gpu", "model": "llama-7b", "gpu": "rtx-3090", "gpus": "1", "examples": "52k", "example": "123"},
        **{"epochs": "10", "seq": "512", "stack": "eager", "rank": "8", "gpu_rate": "0.2"},
    }

    def hours(**more: str) -> Decimal:
        result = estimate(read_scenario({**line, **more}), catalog, TODAY)
        (yours,) = [answer for answer in result.estimates if answer.offer.id == "your-gpus"]
        assert yours.one_off_usd is not None
        return yours.one_off_usd / Decimal("0.2")

    assert hours(quant="int8") > 2 * hours()


def test_chunked_loss_can_be_chosen(catalog: Catalog) -> None:
    """huggingface/trl#2294: 60,000 tokens of gpt-oss-20b fit one H100 with a chunked loss."""
    line = {"model": "gpt-oss-20b", "gpu": "h100", "gpus": "1", "seq": "60000"}
    plain = report(catalog, **line)
    assert plain.prediction.verdict == "no"
    assert any("fused loss" in words for words in plain.remedies)
    chunked = report(catalog, **line, loss="chunked")
    assert chunked.prediction.fits
    assert "you set loss=chunked" in chunked.question.decided


def test_weights_that_no_gpu_holds_are_sharded(catalog: Catalog) -> None:
    """hiyouga/LLaMA-Factory#8996: gpt-oss-120b with a copy on each GPU takes 234 GB of 94."""
    result = report(catalog, model="gpt-oss-120b", gpu="h100-nvl", gpus="8")
    assert result.prediction.setup.sharding == "zero3"
    assert result.copy_gib > 2 * result.prediction.usable_gib


def test_job_fits_only_if_its_expected_peak_does(catalog: Catalog) -> None:
    result = report(catalog, model="llama-3.1-8b", method="qlora", gpu="rtx-5090", gpus="1", seq="512")
    assert result.prediction.verdict == "fits"
    assert result.prediction.peak_gib.high <= result.prediction.usable_gib


@pytest.mark.parametrize(
    ("key", "value", "attribute", "expected"),
    [
        ("micro_batch", "2", "micro_batch", 2),
        ("checkpointing", "full", "checkpointing", "full"),
        ("offload", "activations", "offloads_activations", True),
        ("offload", "optimiser", "offload", "optimiser"),
        ("optimizer", "paged_adamw_8bit", "paged_optimiser", True),
        ("optimizer", "adamw-8bit", "optimiser", "adamw-8bit"),
        ("loss", "plain", "loss", "plain"),
        ("kernel", "flash3", "kernel", "flash3"),
        ("quant", "int8", "quantised", "int8"),
        ("prepared", "yes", "prepared", True),
        ("packing", "no", "packed", False),
        ("tp", "2", "tensor_parallel", 2),
        ("cp", "2", "context_parallel", 2),
    ],
)
def test_every_choice_reaches_the_setup(
    catalog: Catalog, key: str, value: str, attribute: str, expected: object
) -> None:
    gpus = "2" if key in ("tp", "cp") else "1"
    result = report(catalog, model="llama-3.1-8b", gpu="h200", gpus=gpus, **{key: value})
    assert getattr(result.prediction.setup, attribute) == expected
    assert result.prediction.fits


def test_gpu_memory_and_vocabulary_override_the_facts(catalog: Catalog) -> None:
    result = report(catalog, model="llama-3.1-8b", gpu="a100-80", gpu_memory="48", vocabulary="50000")
    assert result.gpu.memory_gb == 48
    assert result.question.model.vocabulary == 50_000
    anything = report(catalog, model="llama-3.1-8b", gpu_memory="24")
    assert anything.gpu.memory_gb == pytest.approx(24, rel=0.05)
