"""Filters by what is published about models: what is unknown never passes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator import FieldErrors, read_scenario
from calculator.capability.filters import Filters
from calculator.pricing_context import PricingContext, pricing_context
from calculator.question.filters import LETTERS, AtLeast, Needs, SizeRange, parse_at_least, parse_needs, parse_size
from pricing import Catalog, ModelCapability, load_capability

TODAY = date(2026, 11, 21)
TABLE = load_capability()
UNKNOWN = ModelCapability(id="unheard-of", title="Unheard-of", vendor="unknown")
QUESTION = {"examples": "1k", "example": "500", "on": "all"}

# Filter, model, outcome, reason. Sizes and features are those of capability.yml.
CASES = """
class>=C             | gpt-4.1-mini    | passes  |
class>=C             | gpt-4o-mini     | fails   | class D: 126.6 on the Epoch Capabilities Index
class>=C             | gpt-oss-20b     | unknown | no index value of gpt-oss-20b is published
class>=C             | gpt-6-astra     | unknown | no index value of GPT-6 Astra is published
size=7B..15B         | gemma-3-12b     | passes  |
size=7B..15B         | gemma-3-27b     | fails   | 27.4B parameters
size=7B..15B         | gpt-4.1-mini    | unknown | the size of GPT-4.1 mini isn't published
size=<=8B            | llama-3.1-8b    | passes  |
size=<=9B            | qwen3.5-9b      | passes  |
size=<=4B            | gemma-4-e4b     | fails   | 8B parameters
size=>=100B          | llama-4-scout   | passes  |
licence=open         | llama-3.1-8b    | passes  |
licence=open         | gpt-4.1         | fails   | its weights aren't published
licence=permissive   | qwen3-8b        | passes  |
licence=permissive   | llama-3.1-8b    | fails   | licence: Llama 3.1 Community
licence=permissive   | kimi-k2         | unknown | read its licence, Modified MIT, first
licence=permissive   | ministral-3b    | unknown | the licence of Ministral 3B isn't recorded
needs=tools          | gpt-4.1-mini    | passes  |
needs=tools          | gemma-3-12b     | fails   | it doesn't support tool calling
needs=tools          | llama-3.1-8b    | unknown | tool calling depends on the platform
needs=vision         | gemma-3-12b     | passes  |
needs=vision         | gpt-oss-20b     | fails   | it doesn't support images
needs=vision         | claude-2        | unknown | it isn't recorded whether Claude 2 supports images
needs=thinking       | o4-mini         | passes  |
needs=thinking       | gpt-4.1         | fails   | it doesn't support thinking
needs=context>=100k  | gpt-4.1         | passes  |
needs=context>=64k   | qwen3-8b        | fails   | its context is 40,960 tokens
needs=context>=32k   | mistral-7b-v0.2 | unknown | its context depends on the platform: 8,192 or 65,536 tokens
needs=context>=32k   | cohere-command  | unknown | the context of Cohere Command isn't recorded
"""


def filters_of(text: str) -> Filters:
    key, _, value = text.partition("=") if not text.startswith("class") else ("class", "", text.removeprefix("class"))
    match key:
        case "class":
            return Filters(at_least=parse_at_least(value))
        case "size":
            return Filters(size=parse_size(value))
        case "needs":
            return Filters(needs=parse_needs(value))
    return Filters(licence="open" if value == "open" else "permissive")


@pytest.mark.parametrize("row", CASES.strip().splitlines())
def test_model_passes_fails_or_is_unknown(row: str) -> None:
    text, model, outcome, reason = (part.strip() for part in row.split("|"))
    result = filters_of(text).result(TABLE.models[model], TABLE.scales)
    assert (result.outcome, result.reason) == (outcome, reason)


every_filter = st.one_of(
    st.sampled_from(LETTERS).map(lambda letter: Filters(at_least=AtLeast(letter))),
    st.just(Filters(size=SizeRange(None, parse_size("<=15B").high))),
    st.sampled_from([Filters(licence="open"), Filters(licence="permissive")]),
    st.sampled_from(["tools", "vision", "thinking", "context>=8k"]).map(lambda text: Filters(needs=parse_needs(text))),
    st.sampled_from(sorted(TABLE.models)).map(lambda name: Filters(like=TABLE.models[name])),
)


@given(every_filter)
def test_unknown_model_never_passes_a_filter(filters: Filters) -> None:
    assert filters.result(UNKNOWN, TABLE.scales).outcome == "unknown"


@given(st.lists(every_filter, min_size=1, max_size=4), st.sampled_from(sorted(TABLE.models)))
def test_filters_together_pass_only_what_each_passes(filters: list[Filters], name: str) -> None:
    model = TABLE.models[name]
    combined = Filters()
    for entry in filters:
        combined = combined._replace(**{field: value for field, value in entry._asdict().items() if value})
    singles = [Filters(**{field: value}) for field, value in combined._asdict().items() if value]
    outcomes = {single.result(model, TABLE.scales).outcome for single in singles}
    expected = "fails" if "fails" in outcomes else "unknown" if "unknown" in outcomes else "passes"
    assert combined.result(model, TABLE.scales).outcome == expected


def context_of(catalog: Catalog, **fields: str) -> PricingContext:
    return pricing_context(read_scenario(QUESTION | fields), catalog, TODAY)


def passing(context: PricingContext) -> set[str]:
    return {offer.id for offer in context.offers if context.filter_result(offer).outcome == "passes"}


def test_like_keeps_the_class_of_the_named_model(catalog: Catalog) -> None:
    ids = passing(context_of(catalog, like="gpt-4.1-mini"))
    assert {"openai/gpt-4.1-mini", "openai/gpt-4.1"} <= ids
    assert not {"openai/gpt-4o-mini", "together/llama-3.2-1b", "together/gpt-oss-20b"} & ids


def test_like_base_means_the_model_that_is_prompted(catalog: Catalog) -> None:
    assert passing(context_of(catalog, like="base", base="gpt-4.1-mini")) == passing(
        context_of(catalog, like="gpt-4.1-mini")
    )


def test_without_filters_everything_passes(catalog: Catalog) -> None:
    context = context_of(catalog)
    assert context.filters is None
    assert passing(context) == {offer.id for offer in context.offers}


@pytest.mark.parametrize(
    ("fields", "key", "text"),
    [
        ({"like": "base"}, "like", "like=base needs the model that you prompt today, such as base=gpt-4.1-mini."),
        ({"like": "gpt-4.1-mimi"}, "like", "No capability value is recorded for “gpt-4.1-mimi”. The nearest names are"),
        ({"class": "G"}, "class", "“G” isn't a class. Write a letter from A to F, such as >=C."),
        ({"class": ">C"}, "class", "“>C” isn't a class."),
        ({"size": "8B"}, "size", "“8B” is one size, and models called that differ a little. Write a range"),
        ({"size": "big"}, "size", "“big” isn't a valid model size. Write a range such as 7B..15B, or <=15B."),
        ({"size": "15B..7B"}, "size", "“15B..7B” starts with the higher number."),
        ({"licence": "gpl"}, "licence", "“gpl” isn't a valid licence. Write open or permissive."),
        ({"needs": "speed"}, "needs", "“speed” isn't something ftcost can check. Write tools, vision, thinking or"),
        ({"needs": "context>=lots"}, "needs", "“context>=lots” isn't a valid context."),
        ({"task": "cooking"}, "task", "“cooking” isn't a valid task. Write classification, extraction"),
    ],
)
def test_filter_that_cannot_be_read_says_what_to_write(
    catalog: Catalog, fields: dict[str, str], key: str, text: str
) -> None:
    with pytest.raises(FieldErrors) as error:
        context_of(catalog, **fields)
    assert error.value.errors[key].startswith(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("C", AtLeast("C")),
        (">= c", AtLeast("C")),
        ("≥B", AtLeast("B")),
    ],
)
def test_class_has_several_spellings(text: str, value: AtLeast) -> None:
    assert parse_at_least(text) == value


@pytest.mark.parametrize(
    ("text", "written"),
    [("7B..15B", "7B..15B"), ("7..15B", "7B..15B"), ("7-15b", "7B..15B"), ("<=0.5B", "<=500M"), (">=70", ">=70B")],
)
def test_size_has_several_spellings(text: str, written: str) -> None:
    assert str(parse_size(text)) == written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vision, tools", Needs(("tools", "vision"))),
        ("tool;context>=32k", Needs(("tools",), 32_000)),
        ("context=131072", Needs((), 131_072)),
    ],
)
def test_needs_have_several_spellings(text: str, value: Needs) -> None:
    assert parse_needs(text) == value
    assert parse_needs(str(value)) == value
