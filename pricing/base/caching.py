"""Prompt caching by seller and model: whether it happens by itself, from how many tokens, and at which price."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pricing.files.entries import SourcedFile, load_entries
from pricing.files.reading import DATA_DIR
from pricing.files.record import Limits, Record, TextReader
from pricing.names.prefixes import bedrock_name, seller_of
from pricing.price import Source, SourceRef
from pricing.vocabulary import Usd

PATH = DATA_DIR / "prompt_caching.yml"


def _tokens(value: Any) -> Any:
    """Return a number of tokens; None for `unknown`."""
    if value is None or isinstance(value, int):
        return value
    if value == "unknown":
        return None
    if not str(value).isdecimal() or not str(value).isascii():
        raise ValueError(f"{value!r} isn't a number of tokens; write a whole number, or: unknown")
    return int(value)


Tokens = Annotated[Annotated[int, Limits(gt=0, le=1_000_000)] | None, TextReader(_tokens)]
MAX_FACTOR = 10


class CachingRule(Record):
    """The prompt caching of some models at some sellers."""

    sellers: Annotated[tuple[str, ...], Limits(min_length=1)]
    """Ids of platforms or sellers, such as openai and aws-bedrock."""
    models: Annotated[tuple[str, ...], Limits(min_length=1)]
    """Patterns on names without owner, region and revision."""
    automatic: bool
    """Whether a fixed prefix is cached although the request doesn't ask for it."""
    min_tokens: Tokens
    """Shorter prompts aren't cached; None: not published."""
    step_tokens: Tokens = None
    """Cached tokens are the minimum and multiples of this; None: any number."""
    lifetime_minutes: Tokens = None
    """Minutes without a call after which a prompt is no longer cached, at least; None: nothing is assumed."""
    read: Usd = None
    """Price of cached tokens as a factor of the input price, where the model's own cached price isn't known."""
    write: Usd
    """Price of tokens that are written to the cache, as a factor of the input price."""
    source: SourceRef
    note: str | None = None
    conflict: str | None = None

    def _check(self) -> None:
        if self.write is None:
            raise ValueError("write is unknown; write 1 if writing costs what input costs")
        if any(factor is not None and factor > MAX_FACTOR for factor in (self.read, self.write)):
            raise ValueError(f"read and write are factors of the input price, at most {MAX_FACTOR}")

    def applies_to(self, seller: str, model: str) -> bool:
        """Return whether the rule is about a model, by the id of its seller and its name in lower case."""
        return seller in self.sellers and any(fnmatchcase(model, pattern) for pattern in self.models)

    def cached_tokens(self, prefix_tokens: int) -> int:
        """Return the tokens of a fixed prefix that are read from the cache once they are in it."""
        least = self.min_tokens or 0
        if prefix_tokens < least:
            return 0
        return prefix_tokens - (prefix_tokens - least) % (self.step_tokens or 1)


class _CachingFile(SourcedFile):
    """Rules by key, with the sources of the facts. The rule that comes earlier wins."""

    sources: dict[str, Source]
    rules: dict[str, dict[str, Any]]


def load_caching_rules(path: Path = PATH) -> Mapping[str, CachingRule]:
    """Return the rules by key, in the order of the file.

    Raises:
        PriceFileError: If the file can't be used. The text names the field and the fix.
    """
    return load_entries(path, _CachingFile, "rules", CachingRule)


@cache
def _rules() -> tuple[CachingRule, ...]:
    return tuple(load_caching_rules().values())


def caching_rule(seller: str, model: str) -> CachingRule | None:
    """Return the prompt caching of a model at a seller.

    Args:
        seller: Id or title of a platform or seller, such as `aws-bedrock`, `AWS Bedrock` or `Together AI`.
        model: The model's name there, such as `gpt-4.1-mini-2025-04-14` or `us.amazon.nova-lite-v1:0`.

    Returns:
        None if nothing is recorded: assume that nothing is cached by itself, and say so.
    """
    name = bedrock_name(model.strip().rpartition("/")[2]).lower()
    seller_id = seller_of(seller) or "-".join(seller.strip().lower().split())
    return next((rule for rule in _rules() if rule.applies_to(seller_id, name)), None)
