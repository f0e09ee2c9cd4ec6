"""The rules that turn the words of a sentence into fields of the question. Each takes what it understands."""

from __future__ import annotations

from bot.language.rules.terms import (
    read_comparisons,
    read_gpus,
    read_horizon,
    read_money,
    read_relative,
    read_terms,
    unused_number,
)
from bot.language.rules.traffic import read_calls, read_growth, read_prompt, read_shares
from bot.language.rules.training import read_counts, read_days, read_examples, read_lengths, read_retraining
from bot.language.sentence import Rule

RULES: tuple[Rule, ...] = (
    read_comparisons, read_relative, read_retraining, read_growth, read_shares, read_prompt, read_money, read_horizon, read_counts, read_days,
    read_lengths,    read_calls, read_examples,
)  # fmt: skip
"""In this order: a rule may rely on what the ones before it have taken."""

__all__ = ["RULES", "read_gpus", "read_terms", "unused_number"]
