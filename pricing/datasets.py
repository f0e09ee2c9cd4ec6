"""What platforms take as a training file: formats, sizes, overheads, tokenizers. Data with sources; no I/O here beyond
reading `data/datasets.yml`.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from pricing.files.records import DATA_DIR, PriceFileError, explain, read_text
from pricing.files.strict_yaml import YamlError, read_yaml
from pricing.offer import Record, Source, SourceRef
from pricing.vocabulary import Count

Format = Literal[
    "openai-chat",
    "openai-preference",
    "openai-rft",
    "prompt-completion",
    "gemini",
    "bedrock-nova",
    "text",
    "plain-text",
]
FORMATS: tuple[Format, ...] = get_args(Format)
Encoding = Literal["o200k_base", "cl100k_base"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)

AS_IT_IS = "as it is"

_Characters = Annotated[Decimal, Field(gt=0, le=20)]


class Overhead(Record):
    """Tokens that a platform counts beside the text of an example."""

    per_message: Annotated[int, Field(ge=0, le=100)]
    per_name: Annotated[int, Field(ge=0, le=100)]
    per_example: Annotated[int, Field(ge=0, le=100)]
    source: SourceRef
    note: str | None = None


class TokenizerMeasure(Record):
    """Characters a token: measured on the same texts for every tokenizer, or what a vendor says of English."""

    title: str
    english: _Characters | None = None
    japanese: _Characters | None = None
    rule_of_thumb: _Characters | None = None
    source: SourceRef
    note: str | None = None

    @model_validator(mode="after")
    def _check(self) -> TokenizerMeasure:
        if self.english is None and self.rule_of_thumb is None:
            raise ValueError("english is missing; write the characters a token of English text, or a rule_of_thumb")
        return self


class PlatformFormats(Record):
    """What one platform takes."""

    source: SourceRef
    takes: dict[Format, str]
    """`as it is`, or what has to be done to the file. A format that is not here is not taken."""
    tokenizers: tuple[str, ...] = ()
    """Those of its models, by key of `tokenizers`."""
    unknown_tokenizers: tuple[str, ...] = ()
    """Families whose tokenizer is not published or was not measured."""
    max_file_bytes: Count | None = None


class DatasetRules(Record):
    """The whole of `data/datasets.yml`."""

    sources: dict[str, Source]
    overheads: dict[Format, Overhead]
    tokenizers: dict[str, TokenizerMeasure]
    platforms: dict[str, PlatformFormats]

    @model_validator(mode="after")
    def _check(self) -> DatasetRules:
        for encoding in ENCODINGS:
            if encoding not in self.tokenizers:
                raise ValueError(f"tokenizers lacks {encoding}, which is what gets counted")
            if self.tokenizers[encoding].english is None:
                raise ValueError(f"tokenizers.{encoding}.english is missing; the others are held against it")
        for name, platform in self.platforms.items():
            for tokenizer in platform.tokenizers:
                if tokenizer not in self.tokenizers:
                    raise ValueError(f"platforms.{name}.tokenizers: there is no {tokenizer!r} under tokenizers")
        return self

    def factor(self, encoding: Encoding, tokenizer: str) -> tuple[Decimal, Decimal]:
        """(low, high): what a count in `encoding` is multiplied by for another tokenizer, over what is known of it;
        (1, 1) for its own.
        """
        ours, theirs = self.tokenizers[encoding], self.tokenizers[tokenizer]
        pairs = (
            (ours.english, theirs.english),
            (ours.japanese, theirs.japanese),
            (ours.english, theirs.rule_of_thumb),
        )
        factors = [one / other for one, other in pairs if one and other]
        return min(factors), max(factors)


def load_dataset_rules(path: Path = DATA_DIR / "datasets.yml") -> DatasetRules:
    """Raises PriceFileError, which names file, field and fix."""
    try:
        raw: dict[str, Any] = read_yaml(read_text(path))
        known = raw.get("sources")
        sources = {
            key: Source.model_validate(value) for key, value in (known if isinstance(known, dict) else {}).items()
        }
        return DatasetRules.model_validate(raw, context={"sources": sources})
    except YamlError as error:
        raise PriceFileError(f"{path.name}: {error}") from None
    except ValidationError as error:
        raise PriceFileError(explain(path.name, (), error)) from None
