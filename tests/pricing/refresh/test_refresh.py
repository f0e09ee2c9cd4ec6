"""A refresh of the shipped catalogue from all feeds."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pricing import Catalog, load_catalog
from pricing.load import PROVIDERS_DIR
from pricing.refresh import RefreshReport, apply, refresh
from tests.pricing.refresh.acme import (
    LATER,
    TODAY,
)
from tests.pricing.refresh.feed_server import KEYS, FeedServer, feed_server, http


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


async def test_findings_of_all_feeds(server: FeedServer, catalog: Catalog) -> None:
    async with http() as client:
        report = await refresh(client, server.feeds(), catalog, TODAY, KEYS)
    assert report.warnings == ()
    lines = {
        (finding.outcome, finding.feed, finding.subject, finding.recorded, finding.observed)
        for finding in report.findings
    }
    assert lines >= {
        ("unchanged", "azure-retail", "azure/gpt-4.1-mini@global training", "5 / 1M tokens", "5 / 1M tokens"),
        ("changed", "azure-retail", "azure/gpt-4.1-mini@regional training", "5.5 / 1M tokens", "6 / 1M tokens"),
        ("implausible", "azure-retail", "azure/gpt-4.1-mini@global output", "1.6 / 1M tokens", "16 / 1M tokens"),
        ("implausible", "azure-retail", "azure/gpt-4.1-mini@global cached_input", "0.1 / 1M tokens", "unknown"),
        ("new", "azure-retail", "Azure OpenAI, eastus2", "", "2 / 1M tokens"),
        ("gone", "azure-retail", "azure/gpt-4.1@global training", "", ""),
        ("changed", "aws-bedrock", "aws-bedrock/nova-2-lite provisioned", "60.5 / unit-hour", "66.55 / unit-hour"),
        (
            "unchanged",
            "aws-bedrock",
            "aws-bedrock/nova-2-lite model_storage",
            "1.95 / model-month",
            "1.95 / model-month",
        ),
        ("changed", "aws-bedrock", "aws-bedrock/llama-3.3-70b training", "3.3 / 1M tokens", "7.99 / 1M tokens"),
        ("new", "aws-ec2", "8 × GPU, us-east-1", "", "6.88 / hour"),
        ("changed", "litellm", "openai/gpt-4.1 input", "3 / 1M tokens", "3.3 / 1M tokens"),
        ("changed", "litellm", "openai/gpt-4.1 inference_ends", "2027-01-14", "2026-12-31"),
        ("unchanged", "litellm", "openai/gpt-4.1-mini inference_ends", "2027-01-14", "2027-01-14"),
        ("changed", "litellm", "base model openai/gpt-4.1-mini ends", "2027-01-14", "2027-02-14"),
        ("unchanged", "litellm", "base model openai/gpt-5-mini ends", "2026-12-11", "2026-12-11"),
        ("changed", "litellm", "wandb/qwen3.8-27b output", "3 / 1M tokens", "3.3 / 1M tokens"),
        ("changed", "genai-prices", "base model openai/gpt-4.1 input", "2 / 1M tokens", "1.8 / 1M tokens"),
        ("unchanged", "openrouter", "base model openai/gpt-4.1-mini output", "1.6 / 1M tokens", "1.6 / 1M tokens"),
        ("changed", "openai-models", "openai/gpt-4.1 inference_ends", "2027-01-14", "2027-03-09"),
        ("changed", "together", "together/qwen3-8b training lora", "0.48 / 1M tokens", "0.52 / 1M tokens"),
        ("new", "google-billing", "global", "", "11 / 1M tokens"),
        ("new", "skypilot", "8 × H100, us-east-1", "", "4.29 / hour"),
        ("new", "gpuhunt", "2 × A100 80 GB, eu-north1", "", "3.49 / hour"),
        # The lowest rate of the GPU: 4.50 of one, not 40 / 8; 40 / 8 = 5; -1 is no price; 15.50 is ten times 1.55.
        ("unchanged", "skypilot", "GPU nebius/h100", "4.5 / GPU-hour", "4.5 / GPU-hour"),
        ("changed", "skypilot", "GPU nebius/h200", "5.4 / GPU-hour", "5 / GPU-hour"),
        ("implausible", "skypilot", "GPU nebius/b200", "8.5 / GPU-hour", "unknown"),
        ("implausible", "skypilot", "GPU nebius/l40s", "1.55 / GPU-hour", "15.5 / GPU-hour"),
        ("unchanged", "gpuhunt", "GPU nebius/h100", "4.5 / GPU-hour", "4.5 / GPU-hour"),
        ("gone", "gpuhunt", "GPU nebius/h200", "", ""),
    }
    # Ignored: a wrong meter, an end date that means something else, and a GPU that is too old for training.
    names = {finding.name for finding in report.findings}
    assert "gpt 4o dev ft cchd inpt glbl Tokens" not in names
    ends = [finding for finding in report.findings if "inference_ends" in finding.subject]
    assert not [finding for finding in ends if "gemini" in finding.subject]
    assert "lambda/gpu_8x_v100" not in names
    bases = [finding for finding in report.findings if "base model" in finding.subject]
    assert not [finding for finding in bases if finding.subject == "base model openai/gpt-4o ends"]  # no valid date
    gpus = [finding for finding in report.findings if finding.subject.startswith("GPU ")]
    assert not [finding for finding in (*ends, *bases, *gpus) if finding.applies]
    assert not [name for name in names if name.startswith("nebius/gpu-h100")]  # known by its GPU, so not new


async def test_feed_without_its_key_is_skipped(server: FeedServer, catalog: Catalog) -> None:
    async with http() as client:
        report = await refresh(client, server.feeds("together", "openai-models"), catalog, TODAY, {})
    assert report == RefreshReport(
        (),
        (
            "OpenAI, list of models was skipped: OPENAI_API_KEY isn't set.",
            "Together AI, list of models was skipped: TOGETHER_API_KEY isn't set.",
        ),
    )
    assert server.requests == []


async def test_price_of_the_feeds_is_unchanged_once_applied(server: FeedServer, tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    shutil.copytree(PROVIDERS_DIR, folder)
    feeds = server.feeds()
    async with http() as client:
        for day in (TODAY, LATER):
            catalog = load_catalog(providers_dir=folder)
            report = await refresh(client, feeds, catalog, day, KEYS)
            changed = {
                finding.subject for finding in report.findings if finding.outcome == "changed" and finding.applies
            }
            assert changed == (
                {
                    "azure/gpt-4.1-mini@regional training",
                    "aws-bedrock/nova-2-lite provisioned",
                    "aws-bedrock/nova-lite training",
                    "aws-bedrock/llama-3.3-70b training",
                    "openai/gpt-4.1 input",
                    "together/qwen3-8b training lora",
                    "wandb/qwen3.8-27b output",
                }
                if day == TODAY
                else set()
            )
            paths = apply(report.findings, feeds, catalog, folder, day)
            assert {path.stem for path in paths} <= {"azure", "aws-bedrock", "openai", "google", "together", "wandb"}
            assert (day == LATER) or {"azure", "together"} <= {path.stem for path in paths}
