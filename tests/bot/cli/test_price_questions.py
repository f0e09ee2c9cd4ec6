"""Questions that buyers ask about prices, put to the terminal, each with its right answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from bot.cli.main import main

DAY = ["--as-of", "2026-11-28"]
SCENARIO = ["examples=10k", "example=250/150", "epochs=3", "calls=50k/day", "call=100/70"]
"""12M training tokens; 5M input and 3.5M output tokens a day: 150M and 105M in a month of days=30."""


class Question(NamedTuple):
    """Arguments of the command, and words that the answer has and doesn't have."""

    command: str
    words: tuple[str, ...]
    without: tuple[str, ...] = ()


# OpenAI and its models without an offer.
NOT_SOLD = [
    Question(
        "estimate on=openai/gpt-5.4-mini", ("OpenAI tunes no GPT-5 model", "azure/gpt-4.1-mini@global"), ("mean",)
    ),
    Question("estimate on=gpt-6-luna", ("No platform tunes GPT-6", "azure/gpt-4.1-mini@global"), ("mean",)),
    Question(
        "estimate on=azure/gpt-5",
        ("by invitation", "Microsoft account team", "Nearest usable, GPT-4.1 "),
        ("gpt-4@regional",),
    ),
    Question("estimate on=anthropic", ("Nearest usable, Amazon Nova 2 Lite", "on=aws-bedrock/nova-2-lite")),
    Question("estimate on=claude-sonnet-5", ("Nobody sells tuning of a current Claude", "aws-bedrock/nova-2-lite")),
    Question("estimate on=gemini-3.8-flash", ("doesn't have this model", "google/gemini-3.5-flash"), ("gemini-2.0",)),
    Question("estimate on=gemini-4-argon", ("doesn't have this model", "google/gemini-3.5-flash"), ("gemini-2.0",)),
    Question("estimate on=text-embedding-3-small", ("text embeddings or rerankers",)),
    Question("estimate on=cohere", ("15 September 2025",), ("Command",)),
    Question("estimate on=databricks", ("14 August 2026", "fireworks/llama-3.1-8b")),
    Question("estimate on=huggingface", ("on=hugging-face-jobs",)),
]

SOLD = [
    # 12M × $1 = $12; (150M × $0.035 + 105M × $0.14 + $1.95) × 12 = $262.80.
    Question(
        "estimate on=all days=30",
        (
            "Amazon Nova Micro (Bedrock) is cheapest: $275 over 12 months",
            "Breakdown of Amazon Nova Micro (Bedrock)",
            "$274.80",
        ),
        ("Prime Intellect) is cheapest", "W&B) is cheapest"),
    ),
    # A month: 150M × $2.25 + 105M × $13.50. The base retires within the 12 months.
    Question("estimate on=google/gemini-3.5-flash days=30", ("$120.00", "$1,755 a month", "19 May 2027", "2 Sep")),
    # 12M × $1.50 = $18 for training; 720 h × $5.49 a month.
    Question("estimate on=qwen3.5-27b days=30", ("Qwen3.5 27B (Together)", "Qwen3.5 27B (Fireworks)", "$3,952.80")),
    # 12M × $3 = $36 for training; 720 h × $8 a month.
    Question("estimate on=gemma-4-31b days=30", ("Gemma 4 31B (Fireworks)", "Gemma 4 31B (Together)", "$5,760.00")),
    Question("estimate on=qwen3.8-27b", ("Qwen3.8 27B, serverless training (Fireworks)", "Amazon SageMaker AI")),
    Question("estimate on=deepseek-v4-flash", ("DeepSeek V4 Flash (Fireworks)",), ("Unknown",)),
    Question("estimate on=glm-5.3", ("GLM-5.3, serverless training (Fireworks)",), ("Unknown",)),
    Question("estimate on=kimi-k2.6", ("Kimi K2.6 (Fireworks)", "Kimi K2.6 (Tinker)")),
    Question("estimate on=kimi-k3", ("Kimi K3 (Fireworks)", "Kimi K3, serverless training (Fireworks)")),
    Question("estimate on=deepseek-v3.1", ("DeepSeek V3.1 (Tinker)", "DeepSeek V3.1 (Together)")),
    Question("estimate on=llama-4-scout", ("Llama 4 Scout (Together)",)),
    # $80 × 4 h + 150M × $0.09 + 105M × $0.39 = $54.45 a month, × 12, + $1.95 × 12.
    Question("estimate on=aws-bedrock/gpt-oss-20b hours=4 days=30", ("$996.80",)),
    # 12M × $0.48 = $5.76, and 720 h × $5.49 = $3,952.80 a month for 12 months.
    Question("estimate on=together/qwen3-8b days=30", ("$47,439.36", "idle")),
    Question(
        "estimate on=aws-bedrock/nova-2-lite method=dpo",
        ("Bedrock doesn't sell DPO with LoRA for Amazon Nova 2 Lite", "It sells supervised tuning"),
        ("12 months.\n",),
    ),
    # Nova 2 Lite: 12M × $3.78 = $45.36; (150M × $0.30 + 105M × $2.50 + $1.95) × 12 = $3,713.40.
    Question(
        "estimate on=aws-bedrock days=30",
        ("Amazon Nova Micro (Bedrock) is cheapest: $275 over 12 months", "$45.36", "$309"),
        ("Llama 3.2",),
    ),
    Question("estimate on=sagemaker", ("Amazon SageMaker AI", "ask AWS")),
    Question("estimate on=snowflake", ("ask your Snowflake account team",)),
]

# 12M × $0.50 = $6.00. 20 adapters share 1 × H100 for 720 h a month: 36 h each at $8 is $288, $3,456 in 12 months.
# Together's Qwen3.5 9B takes 5 on an endpoint: 144 h each at $5.49 is $790.56 a month.
ADAPTERS = [
    Question("estimate on=fireworks/qwen3-8b days=30 adapters=20", ("$3,462.00", "432 GPU-hours"), ("isn't known to",)),
    Question("estimate on=together/qwen3.5-9b days=30 adapters=20", ("1,728 GPU-hours",), ("isn't known to",)),
    Question(
        "estimate on=together/qwen3-8b days=30 adapters=20",
        (
            "8,640 GPU-hours",
            "Together isn't known to serve several tuned models of Qwen3 8B on one deployment: each of the 20 pays for "
            "its own. ($3,952.80 a month)",
        ),
    ),
    Question("estimate on=azure/gpt-4.1-mini@global days=30 adapters=20", ("each of the 20 pays for its own",)),
    Question("estimate on=wandb/llama-3.1-8b days=30 adapters=20", ("$673.20",), ("isn't known to",)),
]

CASES = [
    Question("models titan", ("No current offer to tune an Amazon Titan text model", "aws-bedrock/nova-2-lite")),
    Question("models command-a", ("15 September 2025",)),
    Question("models claude", ("10 September 2026", "aws-bedrock/nova-2-lite (training $3.78 per 1M tokens)")),
    Question("models cohere", ("aws-bedrock/cohere-command", "15 September 2025", "training $3.78 per 1M tokens")),
    Question("price claude-sonnet-5", ("Nobody sells tuning of a current Claude", "training $10 per 1M tokens")),
    Question("models phi-4", ("on=gpu model=phi-4",)),
    Question("price ft:gpt-4.1-2025-04-14:my-org::example", ("openai/gpt-4.1", "$3.00", "$12.00")),
    Question("price gpt-35-turbo-0613.ft-0123", ("azure/gpt-35-turbo@regional",)),
    Question(
        "price arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0/abc",
        ("aws-bedrock/nova-lite",),
    ),
    Question("price together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo", ("together/llama-3.3-70b",)),
]

RENTED = [
    Question(f"estimate on=gpu model={model} gpu=h100", (f"Served: {model}",), ("Unknown model",))
    for model in ("qwen3.5-27b", "qwen3.8-27b")
] + [
    Question(
        "estimate on=gpu model=kimi-k2 gpu=h100", ("too small for the training job", "Nearest usable, kimi-k2 on")
    ),
]

BREAKEVENS = [
    Question(
        "breakeven on=azure/gpt-4.1-mini@global base=gpt-5-mini",
        ("gpt-5-mini at OpenAI ends on 11 Dec", "gpt-5.6-terra"),
    ),
    # Peak hours in UTC cost twice as much.
    Question(
        "breakeven on=azure/gpt-4.1-mini@global base=deepseek-v4-flash", ("From 01:00 to 04:00", "06:00 to 10:00")
    ),
    # A call: 100 × $0.75 + 70 × $4.50 against 100 × $0.40 + 70 × $1.60 per 1M, so $0.000238. Hosting: 720 h × $1.70 =
    # $1,224 a month, which 5,142,858 calls save.
    Question(
        "breakeven on=azure/gpt-4.1-mini@global base=gpt-5.4-mini days=30 cached=0%",
        ("$0.000238 less", "5,142,858 calls a month"),
    ),
    *(
        Question(f"breakeven on=azure/gpt-4.1-mini@global base={base}", ("GPT-4.1 mini, global (Azure)",), ("Unknown",))
        for base in (
            *("gpt-6-luna", "claude-haiku-5-5", "kimi-k3", "glm-5.3", "grok-4.7", "mistral-large-4", "gemini-4-argon"),
            *(
                "qwen3.8-max",
                "llama-3.3-70b",
                "llama-4-scout",
                "nova-lite",
                "deepseek-v3.1",
                "openrouter/qwen/qwen3.8-max",
            ),
            "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
        )
    ),
]


@pytest.mark.parametrize(
    "question", [*NOT_SOLD, *SOLD, *ADAPTERS, *RENTED, *BREAKEVENS], ids=lambda question: question.command
)
def test_question_has_its_right_answer(question: Question, capsys: pytest.CaptureFixture[str]) -> None:
    main([*DAY, "--all", *question.command.split(), *SCENARIO])
    printed = capsys.readouterr()
    answer = printed.out + printed.err
    for words in question.words:
        assert words in answer
    for words in question.without:
        assert words not in answer


@pytest.mark.parametrize(
    "arguments", [lambda *words: list(words), lambda *words: [" ".join(words)]], ids=["words", "line"]
)
@pytest.mark.parametrize("question", CASES, ids=lambda question: question.command)
def test_name_has_its_right_offer(
    question: Question, arguments: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    command, name = question.command.split(" ", 1)
    main(arguments(command, name))
    printed = capsys.readouterr()
    for words in question.words:
        assert words in printed.out + printed.err


# 128k × 512 tokens = 65.536M, and 10M for validation, × $0.48. Unpacked: 1,000 × 8,192 tokens.
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("examples=128k example=400/112 validation=10M", "$36.26"),
        ("examples=128k example=400/112", "$31.46"),
        ("examples=1k example=300 packing=off seq=8192", "8.192M tokens"),
    ],
)
def test_together_bills_validation_and_unpacked_tokens(
    fields: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*DAY, "on=together/llama-3.1-8b", "epochs=1", *fields.split()])
    assert words in capsys.readouterr().out
