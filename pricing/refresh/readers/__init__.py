"""One module per feed format, each with `fetch(http, feed) -> Observations`, which raises FeedError."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from pricing.http_client import HttpClient
from pricing.refresh.feed import Feed, Reader
from pricing.refresh.observation import Observations
from pricing.refresh.readers import (
    arena,
    aws_bedrock,
    aws_ec2,
    azure_retail,
    eci,
    genai_data,
    google_billing,
    gpuhunt,
    litellm,
    openai_models,
    openrouter,
    skypilot,
    together,
)

READERS: Mapping[Reader, Callable[[HttpClient, Feed], Awaitable[Observations]]] = {
    "arena": arena.fetch,
    "aws_bedrock": aws_bedrock.fetch,
    "aws_ec2": aws_ec2.fetch,
    "azure_retail": azure_retail.fetch,
    "eci": eci.fetch,
    "genai_data": genai_data.fetch,
    "google_billing": google_billing.fetch,
    "gpuhunt": gpuhunt.fetch,
    "litellm": litellm.fetch,
    "openai_models": openai_models.fetch,
    "openrouter": openrouter.fetch,
    "skypilot": skypilot.fetch,
    "together": together.fetch,
}
