"""The training files that platforms accept: formats, sizes, token overheads, tokenizers (`data/datasets.yml`)."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, get_args

from msgspec import field

from pricing.files.reading import DATA_DIR, read_sourced_record, read_text
from pricing.files.record import Limits, Record
from pricing.files.snapshot import load_snapshot
from pricing.price import Source, SourceRef
from pricing.vocabulary import Count

Format = Literal[
    "openai-chat",
    "openai-preference",
    "openai-rft",
    "prompt-completion",
    "gemini",
    "gemini-preference",
    "bedrock-nova",
    "bedrock-nova-preference",
    "anthropic",
    "sharegpt",
    "sharegpt-preference",
    "alpaca",
    "alpaca-preference",
    "chosen-rejected",
    "harmony",
    "question-answer",
    "text",
    "tokens",
]
FORMATS: tuple[Format, ...] = get_args(Format)
Purpose = Literal["chat", "preference", "graded", "text", "tokens"]
"""The kind of training that a format's examples are for."""
PURPOSES: dict[Format, Purpose] = {
    "openai-chat": "chat",
    "openai-preference": "preference",
    "openai-rft": "graded",
    "prompt-completion": "chat",
    "gemini": "chat",
    "gemini-preference": "preference",
    "bedrock-nova": "chat",
    "bedrock-nova-preference": "preference",
    "anthropic": "chat",
    "sharegpt": "chat",
    "sharegpt-preference": "preference",
    "alpaca": "chat",
    "alpaca-preference": "preference",
    "chosen-rejected": "preference",
    "harmony": "chat",
    "question-answer": "chat",
    "text": "text",
    "tokens": "tokens",
}
Trait = Literal[
    "two_users",
    "two_assistants",
    "two_systems",
    "late_system",
    "first_answer",
    "pair_first_answer",
    "prompt_ends_answer",
    "unanswered_call",
    "unmatched_result",
    "text_and_call",
    "long_call_id",
    "flat_tool",
    "function_name",
    "bare_tool",
    "reserved_word",
    "byte_order_mark",
    "utf_16",
    "compressed",
    "json_array",
    "table",
    "spare_key",
    "two_formats",
    "developer_role",
    "unknown_key",
    "openai_keys",
    "function_role",
    "no_call_id",
    "many_answers",
    "name",
    "weight_zero",
    "weight_elsewhere",
    "odd_weight",
    "sample_weight",
    "negative_weight",
    "refusal",
    "tool_parts",
    "text_parts",
    "mixed_parts",
    "odd_part",
    "text_content",
    "video",
    "image",
    "image_link",
    "image_inline",
    "image_in_gs",
    "image_in_s3",
    "image_webp",
    "image_gif",
    "image_type",
    "image_in_answer",
    "image_elsewhere",
    "image_in_pair",
    "image_beside",
    "image_and_video",
    "image_to_grade",
    "too_many_images",
    "bad_arguments",
    "object_arguments",
    "nothing_trained",
    "reasoning",
    "tools",
]
"""A property of a file or of an example that platforms handle differently."""
TRAITS: tuple[Trait, ...] = get_args(Trait)
Encoding = Literal["o200k_base", "cl100k_base"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)

AS_IT_IS = "as it is"

_Characters = Annotated[Decimal, Limits(gt=0, le=20)]


class Overhead(Record):
    """Tokens that a platform counts in addition to the text of an example."""

    per_message: Annotated[int, Limits(ge=0, le=100)]
    per_name: Annotated[int, Limits(ge=0, le=100)]
    per_example: Annotated[int, Limits(ge=0, le=100)]
    source: SourceRef
    note: str | None = None


class TokenizerMeasure(Record):
    """Characters per token: measured on the same texts for every tokenizer, or a vendor's figure for English."""

    title: str
    models: tuple[str, ...] = ()
    """Patterns on the names of the models that use it."""
    english: _Characters | None = None
    japanese: _Characters | None = None
    rule_of_thumb: _Characters | None = None
    source: SourceRef
    note: str | None = None

    def _check(self) -> None:
        if self.english is None and self.rule_of_thumb is None:
            raise ValueError("english is missing; write the characters per token of English text, or a rule_of_thumb")


class Handling(Record):
    """A platform's handling of a trait."""

    does: Literal["taken", "trained", "ignored", "refused"]
    """`trained`: taken and, in an answer, trained on. `ignored`: taken, and neither trained on nor billed."""
    source: SourceRef
    every: bool = False
    """True if the trait is taken only if all examples of the file have it."""
    note: str | None = None
    """A condition, such as the only models that take it."""


class TraitRules(Record):
    """A trait and its handling by the platforms; a platform that is missing doesn't publish its handling."""

    title: str
    converted: bool = False
    """True if `ftcost convert` writes a copy without it."""
    peculiar: bool = False
    """True for a rule of few platforms, so that it isn't said of the others that they publish none."""
    platforms: dict[str, Handling] = field(default_factory=dict)


class ImageTokens(Record):
    """The tokens of an image at detail low, for the platforms of the source."""

    low_detail: Annotated[int, Limits(gt=0, le=10_000)]
    source: SourceRef


class PlatformFormats(Record):
    """The file formats and tokenizers of one platform."""

    source: SourceRef
    takes: dict[Format, str]
    """`as it is`, or how to convert the file by hand. One that is missing is converted by program, or not taken."""
    tokenizers: tuple[str, ...] = ()
    """The tokenizers of its models, by key of `tokenizers`."""
    unknown_tokenizers: tuple[str, ...] = ()
    """Model families whose tokenizer is unpublished or unmeasured."""
    max_file_bytes: Count | None = None
    max_images: Annotated[int, Limits(gt=0, le=1_000)] | None = None
    """Most images in an example."""
    max_image_examples: Count | None = None
    """Most examples with images in a file."""

    def format_for(self, file_format: Format) -> Format | None:
        """Return the format that a file has to be converted to; None if the platform doesn't train on such files.

        Args:
            file_format: The format of the file.
        """
        if self.takes.get(file_format) == AS_IT_IS:
            return file_format
        purpose = PURPOSES[file_format]
        taken = (name for name, action in self.takes.items() if action == AS_IT_IS)
        return next((name for name in taken if PURPOSES[name] == purpose), None)

    def format_for_all(self, formats: Collection[Format]) -> Format | None:
        """Return the one format that a file with several formats has to be converted to; None if there is none.

        Args:
            formats: The formats of the file's lines.
        """
        targets = {self.format_for(file_format) for file_format in formats}
        if len(targets) == 1:
            return targets.pop()
        purposes = {PURPOSES[file_format] for file_format in formats}
        if None in targets or len(purposes) > 1:
            return None
        taken = (name for name, action in self.takes.items() if action == AS_IT_IS)
        return next(name for name in taken if PURPOSES[name] in purposes)


class DatasetRules(Record):
    """The content of `data/datasets.yml`."""

    sources: dict[str, Source]
    overheads: dict[Format, Overhead]
    tokenizers: dict[str, TokenizerMeasure]
    image_tokens: ImageTokens
    traits: dict[Trait, TraitRules]
    platforms: dict[str, PlatformFormats]

    def _check(self) -> None:
        for encoding in ENCODINGS:
            if encoding not in self.tokenizers:
                raise ValueError(f"tokenizers.{encoding} is missing; tokens are counted with it")
            if self.tokenizers[encoding].english is None:
                raise ValueError(f"tokenizers.{encoding}.english is missing; the other tokenizers are compared with it")
        if missing := [trait for trait in TRAITS if trait not in self.traits]:
            raise ValueError(f"traits.{missing[0]} is missing; give it a title")
        for trait, rules in self.traits.items():
            for name in rules.platforms.keys() - self.platforms.keys():
                raise ValueError(f"traits.{trait}.platforms: {name!r} isn't listed under platforms; add it there")
        for name, platform in self.platforms.items():
            for tokenizer in platform.tokenizers:
                if tokenizer not in self.tokenizers:
                    raise ValueError(
                        f"platforms.{name}.tokenizers: {tokenizer!r} isn't listed under tokenizers; add it there"
                    )

    def tokenizer_of(self, model: str) -> str | None:
        """Return the tokenizer of a model, a key of `tokenizers`; None if it was not measured."""
        name = model.rpartition("/")[2].lower()
        return next((key for key, row in self.tokenizers.items() if _matches(name, row.models)), None)

    def factor(self, counted_with: str, tokenizer: str) -> tuple[Decimal, Decimal]:
        """Return the lowest and highest factor that turns a token count of one tokenizer into one of another.

        Args:
            counted_with: The tokenizer of the count, a key of `tokenizers`.
            tokenizer: The other one.
        """
        counted, target = self.tokenizers[counted_with], self.tokenizers[tokenizer]
        pairs = (
            (counted.english or counted.rule_of_thumb, target.english),
            (counted.japanese, target.japanese),
            (counted.english or counted.rule_of_thumb, target.rule_of_thumb),
            (counted.rule_of_thumb, target.english),
        )
        factors = [counted_rate / target_rate for counted_rate, target_rate in pairs if counted_rate and target_rate]
        return min(factors), max(factors)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class TokenFactor(NamedTuple):
    """The tokens of one model as multiples of those of another one, for the same text."""

    counted_with: str
    """The tokenizer of the count, as people name it."""
    tokenizer: str
    """The tokenizer of the other model."""
    low: Decimal
    high: Decimal
    source: Source


@cache
def token_factor(counted_model: str, model: str) -> TokenFactor | None:
    """Return how the tokens of a model differ from those of the model with which a text was counted.

    Args:
        counted_model: Name of the model whose tokens are stated, such as gpt-4.1-mini.
        model: Name of the other model, such as qwen3-8b.

    Returns:
        None if both have the same tokenizer, or one of the two was not measured.
    """
    rules = _shipped_rules()
    first, second = (rules.tokenizer_of(name) for name in (counted_model, model))
    if first is None or second is None or first == second:
        return None
    low, high = rules.factor(first, second)
    counted, target = rules.tokenizers[first], rules.tokenizers[second]
    return TokenFactor(counted.title, target.title, low, high, target.source)


@cache
def _shipped_rules() -> DatasetRules:
    return load_dataset_rules()


def load_dataset_rules(path: Path = DATA_DIR / "datasets.yml") -> DatasetRules:
    """Return the rules for training files.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    return load_snapshot(path, DatasetRules, [read_text(path)], lambda: read_sourced_record(path, DatasetRules, Source))
