"""Ids, ARNs, addresses and router prefixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.names.prefixes import read_reference


@pytest.mark.parametrize(
    ("text", "name", "seller"),
    [
        ("ft:gpt-4.1-2025-04-14:org::id", "gpt-4.1-2025-04-14", "openai"),
        ("ft:gpt-4o-mini-2024-07-18:acme:support:abc123:ckpt-step-90", "gpt-4o-mini-2024-07-18", "openai"),
        ("azure/gpt-35-turbo-0613.ft-0123", "gpt-35-turbo-0613", "azure"),
        ("gpt-4.1-mini-2025-04-14.ft-5f2e-support", "gpt-4.1-mini-2025-04-14", "azure"),
        ("acme/Qwen3-8B:support:ft-1a2b3c4d-5e6f", "Qwen3-8B", "together"),
        (
            "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0/abc",
            "nova-lite-v1:0",
            "aws-bedrock",
        ),
        (
            "arn:aws:bedrock:us-west-2::foundation-model/meta.llama3-1-8b-instruct-v1:0:128k",
            "llama3-1-8b-instruct-v1:0:128k",
            "aws-bedrock",
        ),
        ("arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0", "nova-pro-v1:0", "aws-bedrock"),
        ("us.amazon.nova-lite-v1:0", "nova-lite-v1:0", "aws-bedrock"),
        ("bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307-v1:0", "aws-bedrock"),
        ("bedrock/converse/us.amazon.nova-pro-v1:0", "nova-pro-v1:0", "aws-bedrock"),
        ("together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", "Llama-3.3-70B-Instruct-Turbo", "together"),
        ("openrouter/qwen/qwen3-32b", "qwen3-32b", "openrouter"),
        ("fireworks_ai/accounts/fireworks/models/llama-v3p1-8b-instruct", "llama-v3p1-8b-instruct", "fireworks"),
        ("accounts/fireworks/models/qwen3-8b", "qwen3-8b", "fireworks"),
        ("vertex_ai/gemini-2.5-flash", "gemini-2.5-flash", "google"),
        ("Vertex AI/gemini-2.5-flash", "gemini-2.5-flash", "google"),
        ("publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash", ""),
        ("models/gemini-2.5-flash", "gemini-2.5-flash", ""),
        ("https://huggingface.co/Qwen/Qwen3-8B", "Qwen3-8B", ""),
        ("meta-llama/Llama-3.1-8B-Instruct", "Llama-3.1-8B-Instruct", ""),
        ("gpt-4.1-mini (OpenAI)", "gpt-4.1-mini", "openai"),
        ("GPT-4.1 mini at Azure", "GPT-4.1 mini", "azure"),
        ("@cf/meta/llama-3.1-8b-instruct", "llama-3.1-8b-instruct", "cloudflare"),
    ],
)
def test_wrappers_of_names_are_read(text: str, name: str, seller: str) -> None:
    reference = read_reference(text)
    assert (reference.name, *reference.sellers) == ((name, seller) if seller else (name,))


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123",
        "arn:aws:bedrock:us-east-1:111122223333:imported-model/abc123",
        "arn:aws:sagemaker:us-east-1:111122223333:endpoint/ours",
        "projects/ours/locations/us-central1/endpoints/1234567890",
        "projects/ours/locations/us-central1/models/1234567890@1",
        "tunedModels/support-bot-1a2b",
        "accounts/acme/models/support-bot",
        "wandb-artifact:///acme/support/lora:v3",
    ],
)
def test_identifier_without_a_model_is_opaque(text: str) -> None:
    assert read_reference(text).is_opaque


def test_tuned_model_ids_differ_from_their_base() -> None:
    assert read_reference("ft:gpt-4.1-2025-04-14:org::id").is_tuned
    assert read_reference("gpt-35-turbo-0613.ft-0123").is_tuned
    assert not read_reference("openai/gpt-4.1").is_tuned


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert len(read_reference(text).name) <= len(text)
