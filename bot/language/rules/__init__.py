"""The rules that turn the words of a sentence into fields of the question. Each takes what it understands."""

from __future__ import annotations

from bot.language.rules import bounds, filters, hardware, prompt, relative, serving, terms, traffic, training
from bot.language.tagging.sentence import Rule

RULES: tuple[Rule, ...] = (
    filters.read_class, filters.read_size, serving.read_context_need, filters.read_features, filters.read_kind, filters.read_region, filters.read_unknown_models,
    serving.read_deployments, serving.read_latency, hardware.read_setup,
    relative.read_replaced, training.read_retraining, traffic.read_growth, relative.read_relative,
    bounds.read_past, bounds.read_extremes, bounds.read_units, bounds.read_bounds, bounds.read_products, bounds.read_exclusions,
    prompt.read_shares, prompt.read_prompt,
    hardware.read_gpu_price, terms.read_money, traffic.read_spend, terms.read_horizon,
    training.read_single_example, training.read_counts, training.read_hours, serving.read_hosting, serving.read_days,
    hardware.read_sequences, terms.read_choice, traffic.read_calls, training.read_examples,
)  # fmt: skip
"""In this order: a rule may rely on what the ones before it have taken."""

RULES_AFTER_TOKENS: tuple[Rule, ...] = (
    hardware.read_gpus, hardware.read_model_size, terms.read_method, terms.read_customer, terms.read_display,
    bounds.read_leftover_bounds, terms.read_asides,
)  # fmt: skip
"""Read after the token counts, whose numbers they would take."""
