"""The reader of each feed, over real HTTP. The expected figures were calculated from the files by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest

from pricing.refresh.observation import Observations, ObservedEnd
from pricing.refresh.readers import READERS
from tests.pricing.refresh.feed_server import KEYS, FeedServer, feed_server, http

MINI = "gpt-4.1-mini-2025-04-14"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


async def read(server: FeedServer, feed_id: str) -> Observations:
    (feed,) = server.feeds(feed_id).values()
    async with http() as client:
        name, value = feed.header
        return await READERS[feed.reader](client.with_header(name, value.format(key=KEYS.get(feed.key or ""))), feed)


def prices(observations: Observations) -> dict[tuple[str, str | None], tuple[Decimal | None, str]]:
    keys = {(price.name, price.kind, price.since) for price in observations.prices}
    assert len(keys) == len(observations.prices)
    return {(price.name, price.kind): (price.usd, price.per) for price in observations.prices}


async def test_azure_meters_of_all_pages_are_converted(server: FeedServer) -> None:
    assert prices(await read(server, "azure-retail")) == {
        ("gpt-4.1-mini FT Training global Tokens", None): (Decimal("5.000"), "1M tokens"),  # 0.005 per thousand
        ("gpt-4.1-mini FT Training regional Tokens", None): (Decimal("6.000"), "1M tokens"),  # US, not Sweden's 6.05
        ("gpt-4.1-mini-ft hosting global Unit", None): (Decimal("1.7"), "hour"),  # eastus2 comes before northcentralus
        ("gpt-4.1-mini-ft input global Tokens", None): (Decimal("0.4"), "1M tokens"),
        ("gpt-4.1-mini-ft output global Tokens", None): (Decimal("16.0"), "1M tokens"),
        ("gpt-4.1-mini-ft cached input global Tokens", None): (None, "1M tokens"),  # negative
        ("gpt-6-nova FT Training global Tokens", None): (Decimal("2.0"), "1M tokens"),
        ("gpt 4o dev ft cchd inpt glbl Tokens", None): (Decimal("44.000"), "1M tokens"),
    }


async def test_bedrock_usage_types_of_both_regions(server: FeedServer) -> None:
    assert prices(await read(server, "aws-bedrock")) == {
        ("USE1-Nova2.0Lite-Customization-Training", None): (Decimal("3.78"), "1M tokens"),
        ("USE1-NovaLite-Customization-Training", None): (Decimal(2), "1M tokens"),
        ("USE1-Nova2.0Lite-Customization-Storage", None): (Decimal("1.95"), "month"),
        ("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits", None): (Decimal("66.55"), "hour"),
        ("USE1-NovaPremier-Customization-Training", None): (Decimal(10), "1M tokens"),
        ("USW2-Llama3-3-70B-Customization-Training", None): (Decimal("7.99"), "1M tokens"),
    }


async def test_ec2_prices_ordinary_linux_instances_per_gpu(server: FeedServer) -> None:
    assert prices(await read(server, "aws-ec2")) == {
        ("p5.48xlarge", None): (Decimal("6.88"), "hour"),  # 55.04 / 8
        ("g6.xlarge", None): (Decimal("0.8048"), "hour"),
    }


async def test_litellm_prices_and_end_dates(server: FeedServer) -> None:
    observations = await read(server, "litellm")
    usd_by_name = {name: usd for name, (usd, _) in prices(observations).items()}
    mini = f"ft:{MINI}"
    assert usd_by_name[mini, "input"] == Decimal("0.8")
    assert usd_by_name[mini, "cached_input"] == Decimal("0.2")
    assert usd_by_name[mini, "output"] == Decimal("3.2")
    assert usd_by_name[mini, "batch_input"] == Decimal("0.4")
    assert usd_by_name[mini, "batch_output"] == Decimal("1.6")
    assert usd_by_name["ft:gpt-4.1-2025-04-14", "input"] == Decimal(
        "3.3"
    )  # 3.3000000000000004e-06: a float's last digit
    assert usd_by_name["ft:gpt-4.1-2025-04-14", "output"] is None  # NaN
    assert ObservedEnd(mini, date(2027, 1, 14)) in observations.endings
    assert "sample_spec" not in {ending.name for ending in observations.endings}


async def test_genai_prices_by_start_date(server: FeedServer) -> None:
    observations = await read(server, "genai-prices")
    assert [
        (price.since, price.usd)
        for price in observations.prices
        if (price.name, price.kind) == ("openai/gpt-4.1", "input")
    ] == [
        (None, 2),
        (date(2026, 11, 20), Decimal("1.8")),
    ]
    assert [price.usd for price in observations.prices if (price.name, price.kind) == ("openai/gpt-4.1", "output")] == [
        8,
        8,
    ]


async def test_openrouter_skips_variable_prices(server: FeedServer) -> None:
    assert prices(await read(server, "openrouter")) == {
        ("openai/gpt-4.1-mini", "input"): (Decimal("0.4"), "1M tokens"),
        ("openai/gpt-4.1-mini", "cached_input"): (Decimal("0.1"), "1M tokens"),
        ("openai/gpt-4.1-mini", "output"): (Decimal("1.6"), "1M tokens"),
    }


async def test_openai_end_dates_as_days_or_seconds(server: FeedServer) -> None:
    observations = await read(server, "openai-models")
    assert observations.endings == (
        ObservedEnd(MINI, date(2027, 1, 14)),
        ObservedEnd("gpt-4.1-2025-04-14", date(2027, 3, 9)),
    )
    assert "gpt-4o-2024-08-06" in observations.names
    assert server.requests[0].headers["Authorization"] == "Bearer sk-1"


async def test_together_zero_is_not_a_price(server: FeedServer) -> None:
    assert prices(await read(server, "together")) == {
        ("Qwen/Qwen3-8B", "training"): (Decimal("0.52"), "1M tokens"),
        ("Qwen/Qwen3-8B", "input"): (Decimal("0.2"), "1M tokens"),
        ("Qwen/Qwen3-8B", "output"): (Decimal("0.2"), "1M tokens"),
        ("Qwen/Qwen3-32B", "input"): (Decimal("0.3"), "1M tokens"),
        ("Qwen/Qwen3-32B", "cached_input"): (Decimal("0.1"), "1M tokens"),
        ("Qwen/Qwen3-32B", "output"): (Decimal("0.3"), "1M tokens"),
    }


async def test_google_prices_of_all_pages_with_the_key_in_a_header(server: FeedServer) -> None:
    assert prices(await read(server, "google-billing")) == {
        ("Gemini 3.5 Flash Supervised Tuning Tokens", None): (Decimal(11), "1M tokens"),  # 11,000 nanos per token
        ("Endpoint with A100, tuning", None): (Decimal("2.93"), "hour"),
    }
    assert [request.headers["X-Goog-Api-Key"] for request in server.requests] == ["g-1", "g-1"]
    assert not [request for request in server.requests if "g-1" in str(request.url)]


async def test_skypilot_price_per_gpu_in_the_preferred_region(server: FeedServer) -> None:
    assert prices(await read(server, "skypilot")) == {
        ("lambda/gpu_8x_h100_sxm5", None): (Decimal("4.29"), "hour"),  # 34.32 / 8 in us-east-1, not Europe's 31.92
        ("lambda/gpu_1x_a10", None): (None, "hour"),
        ("lambda/gpu_8x_v100", None): (Decimal("0.79"), "hour"),
        ("nebius/gpu-h100-sxm_1gpu-16vcpu-200gb", None): (Decimal("4.5"), "hour"),
        ("nebius/gpu-h100-sxm_8gpu-128vcpu-1600gb", None): (Decimal(5), "hour"),
        ("nebius/gpu-h200-sxm_8gpu-128vcpu-1600gb", None): (Decimal(5), "hour"),
        ("nebius/gpu-b200-sxm_8gpu-160vcpu-1792gb", None): (None, "hour"),
        ("nebius/gpu-l40s-a_1gpu-8vcpu-32gb", None): (Decimal("15.5"), "hour"),
    }


async def test_gpuhunt_price_is_the_lowest_of_other_regions(server: FeedServer) -> None:
    observations = await read(server, "gpuhunt")
    assert prices(observations) == {
        ("nebius/gpu-a100-sxm 2gpu-40vcpu-250gb", None): (Decimal("3.49"), "hour"),  # 6.98 / 2
        ("nebius/gpu-h100-sxm 8gpu-128vcpu-1600gb", None): (Decimal("4.5"), "hour"),  # 36 / 8
    }
    assert observations.prices[0].detail == "2 × A100 80 GB, eu-north1"
    assert [price.gpu for price in observations.prices] == ["nebius/A100", "nebius/H100"]
