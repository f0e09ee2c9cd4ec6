"""What the form asks for: a field for each key of the scenario, with its words."""

from __future__ import annotations

from typing import NamedTuple

FROM_FILE = frozenset({"lengths"})
"""Keys without a field: a counted file brings them, and they stay as long as its other numbers do."""
LONGEST = 2_000
"""Characters of the longest field."""


class Field(NamedTuple):
    """How one scenario key looks in the form."""

    key: str
    label: str
    hint: str = ""
    placeholder: str = ""
    initial: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs: a menu instead of a text field."""
    max_length: int = 100
    needed: bool = False
    """Slack asks for it where it is filled in, and says that it may stay empty where it is not."""


MAIN = (
    Field(
        "on",
        "Platforms and models",
        "all, a platform (google), a model (gpt-4.1-mini), or offers separated by commas; your-rates for yours alone.",
        initial="all",
        max_length=LONGEST,
        needed=True,
    ),
    Field(
        "examples",
        "Training examples",
        "Needed, unless you attach the training file below.",
        placeholder="10k",
        needed=True,
    ),
    Field(
        "example",
        "Tokens of one example",
        "Input/output, or the sum. Needed, unless you attach the training file.",
        placeholder="250/150",
        needed=True,
    ),
    Field(
        "epochs",
        "Epochs",
        "How often training passes over the examples; auto follows each platform's rule.",
        placeholder="auto",
        initial="3",
        needed=True,
    ),
    Field("calls", "Calls in production", "A day or a month.", placeholder="50k/day"),
    Field(
        "call", "Tokens of one call", "Input/output, without the prompt that training replaces.", placeholder="100/70"
    ),
)
OPTIONS = (
    Field("name", "Name of the estimate", placeholder="support bot", max_length=80),
    Field(
        "customer",
        "Customer of the platforms",
        "new, existing, or those you are a customer of: azure,openai. Platforms that close train for these alone.",
        "new",
        max_length=300,
    ),
    Field("prompt", "Prompt tokens before → after tuning", placeholder="2000->100"),
    Field("base", "Model that is prompted today", placeholder="gpt-4o-mini"),
    Field(
        "base_rates",
        "Its prices, where it is not known, USD per 1M tokens",
        "Input/output, or input/cached/output.",
        placeholder="0.15/0.60",
    ),
    Field(
        "rates",
        "Your own prices, USD per 1M tokens",
        "Training/input/output, or training/input/cached/output.",
        placeholder="10/3/6",
    ),
    Field("runs", "Training runs, experiments included", placeholder="3..5"),
    Field("retrain", "Retraining every … months", placeholder="3"),
    Field("months", "Months to look ahead", placeholder="12"),
    Field("growth", "Growth of calls a month", placeholder="5%"),
    Field("cached", "Share of the prompt read from cache", placeholder="80%"),
    Field("batch", "Share of calls sent as batch", placeholder="50%"),
    Field("prep", "Data preparation, USD once", placeholder="500"),
    Field("data_gb", "Stored data, GB", placeholder="2.5"),
    Field("serving", "Serving", choices=(("on-demand", "On demand"), ("dedicated", "Dedicated capacity"))),
    Field("hosted", "Hours a day a deployment is up", placeholder="24h"),
    Field("days", "Days a month", placeholder="30"),
    Field(
        "method",
        "Training method",
        "Where a platform offers the choice.",
        choices=(
            ("lora", "LoRA"),
            ("full", "All weights"),
            ("qlora", "QLoRA"),
            ("dpo", "DPO, LoRA"),
            ("dpo-full", "DPO, all weights"),
        ),
    ),
    Field("currency", "Currency to show beside USD", placeholder="EUR"),
    Field("hours", "Training hours of one run", "Where training is billed by the hour.", placeholder="4"),
)
OWN_GPUS = (
    Field(
        "model",
        "Model tuned on GPUs of your own",
        "Adds GPUs by the hour to the comparison.",
        placeholder="llama-3.1-8b",
    ),
    Field("params", "Its size, where it is not known here", placeholder="8B"),
    Field("gpu", "GPU", "Any, unless given.", placeholder="h100"),
    Field("gpus", "GPUs together", "As many as come cheapest, unless given.", placeholder="8"),
    Field(
        "gpu_rate",
        "What an hour of one GPU costs you, USD",
        "Your own hardware or contract, for the GPU named above; compared as your-gpus.",
        placeholder="2.10",
    ),
    Field("seq", "Tokens of a sequence", "As long as the examples need, unless given.", placeholder="2048"),
    Field(
        "stack",
        "Software",
        choices=(
            ("optimised", "Optimised: fused kernels"),
            ("eager", "Eager: Transformers, PEFT"),
            ("fp8", "8 bit: NeMo, Megatron"),
        ),
    ),
    Field("rank", "Rank of LoRA adapters", placeholder="16"),
    Field("idle", "Rented hours of a run without training", placeholder="2h"),
    Field("queue", "Hours a run waits for GPUs", "Not billed.", placeholder="4h"),
    Field("latency", "Longest time of a call", placeholder="2s"),
    Field("adapters", "Tuned models that share the GPUs that serve", placeholder="20"),
)
