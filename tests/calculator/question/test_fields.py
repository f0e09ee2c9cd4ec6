"""Every field of the question: the forms that are read, and what is said about those that are not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calculator import FieldErrors, Scenario, UserError, read_scenario, unknown_key

LEAST = {"examples": "10k", "example": "250/150"}
CALLS = {"calls": "50k/day", "call": "100/70"}


def read(**fields: str) -> Scenario:
    return read_scenario({**LEAST, **fields})


def errors_of(fields: dict[str, str]) -> dict[str, str]:
    with pytest.raises(FieldErrors) as caught:
        read_scenario(fields)
    return caught.value.errors


def test_least_question_and_its_defaults() -> None:
    scenario = read_scenario(LEAST)
    assert scenario.on == ("all",)
    assert scenario.epochs == "auto"
    assert (scenario.runs.likely, scenario.months.likely, scenario.hosted.likely) == (1, 12, 24)
    assert round(scenario.days.likely * 12, 9) == 365
    assert scenario.cached == "auto"
    assert (scenario.batch.likely, scenario.growth.likely, scenario.prep.likely) == (0, 0, 0)
    assert (scenario.serving, scenario.customer, scenario.method, scenario.name) == ("on-demand", "new", None, None)
    assert scenario.ranged == ()
    assert scenario.fields() == LEAST


@pytest.mark.parametrize(
    ("key", "text", "again"),
    [
        ("on", "openai/gpt-4.1-mini,azure/gpt-4.1-mini@global", "openai/gpt-4.1-mini,azure/gpt-4.1-mini@global"),
        ("on", " a ;b, a,", "a,b"),
        ("examples", "1,000..10k", "1k..10k"),
        ("example", "400", "400"),
        ("example", "0/1", "0/1"),
        ("epochs", "3", "3"),
        ("epochs", "2..4", "2..4"),
        ("runs", "3..5", "3..5"),
        ("prompt", "2000->100", "2k->100"),
        ("base", " gpt-4o-mini ", "gpt-4o-mini"),
        ("validation", "2M", "2M"),
        ("validation", "10..20%", "10%..20%"),
        ("thinking", "500->0", "500->0"),
        ("thinking", "300..500", "300..500->300..500"),
        ("packing", "no", "off"),
        ("grader", " GPT-4.1 mini: 2M/500k", "GPT-4.1 mini:2M/500k"),
        ("packing", "On", "on"),
        ("cached", "0.8", "80%"),
        ("batch", "40..60%", "40%..60%"),
        ("days", "30.4167", "30.4167"),
        ("months", "24", "24"),
        ("growth", "5%", "5%"),
        ("growth", "+5%", "5%"),
        ("growth", "−5%", "-5%"),
        ("growth", "-5%..5%", "-5%..5%"),
        ("retrain", "3", "3"),
        ("prep", "$1,500", "1.5k"),
        ("data_gb", "2.5", "2.5"),
        ("data_gb", "2.5GB", "2.5"),
        ("data_gb", "2.5 gb", "2.5"),
        ("data_gb", "1GB..2GB", "1..2"),
        ("rates", "10/3/6", "10/3/6"),
        ("rates", "10/3/1.5/6", "10/3/1.5/6"),
        ("rates", "8..12/3/6", "8..12/3/6"),
        ("serving", "Dedicated", "dedicated"),
        ("hosted", "8h", "8h"),
        ("hosted", "8", "8h"),
        ("hosted", "8 H", "8h"),
        ("customer", "EXISTING", "existing"),
        ("customer", " OpenAI, azure, AWS Bedrock,azure ", "aws-bedrock,azure,openai"),
        ("method", "DPO_full", "dpo-full"),
        ("hours", "60h", "60"),
        ("hours", "1h..2h", "1..2"),
        ("name", "  support \t bot ", "support bot"),
    ],
)
def test_field_as_typed_and_as_written_back(key: str, text: str, again: str) -> None:
    assert read(**{key: text}).fields()[key] == again


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("epochs", "AUTO"),
        ("runs", "1"),
        ("growth", "0"),
        ("growth", "-0%"),
        ("serving", "on demand"),
        ("serving", "on_demand"),
        ("hosted", "24h"),
        ("customer", "new"),
        ("name", "\u200b\x00"),
        ("base", "   "),
    ],
)
def test_default_values_are_omitted(key: str, text: str) -> None:
    assert key not in read(**{key: text}).fields()


@pytest.mark.parametrize(
    ("key", "text", "hint"),
    [
        ("on", ",;", "Name at least one offer"),
        ("on", ",".join(f"o{i}" for i in range(101)), "Name at most 100 offers"),
        ("examples", "0", "The number of training examples must be between 1 and 1,000,000,000."),
        ("examples", "2B", "between 1 and 1,000,000,000"),
        ("examples", "1.5", "“1.5” isn't a valid number of training examples. Write a whole number such as 10k."),
        ("examples", "many", "“many” isn't a valid number of training examples. Write a whole number such as 10k."),
        ("examples", "-1", "is negative"),
        ("example", "0", "The number of tokens per example must be at least 1."),
        ("example", "0/0", "at least 1"),
        ("example", "11M", "at most 10M"),
        ("example", "1/2/3", "Write input/output such as 250/150"),
        ("validation", "0.5", "“0.5” isn't a valid number of validation tokens. Write a whole number such as 10%."),
        ("validation", "110%", "more than 100%"),
        ("thinking", "many", "“many” isn't a valid number of thinking tokens. Write tokens such as 500, or before"),
        ("thinking", "0.5", "Tokens are whole numbers. Write a number of thinking tokens such as 500->0."),
        ("thinking", "11M->0", "must be between 0 and 10,000,000"),
        ("grader", "2M/500k", "isn't a valid grader. Write a model and its input/output tokens of a run, such as gpt"),
        ("grader", "gpt-4.1:2M", "isn't a valid grader"),
        ("packing", "maybe", "“maybe” isn't a valid choice of packing. Write on or off."),
        ("epochs", "2.5", "“2.5” isn't a valid number of epochs. Write a whole number such as 3, or auto."),
        ("epochs", "three", "“three” isn't a valid number of epochs. Write a whole number such as 3, or auto."),
        ("epochs", "0", "The number of epochs must be between 1 and 100, or auto."),
        ("epochs", "101", "between 1 and 100"),
        ("epochs", "automatic", "auto"),
        ("runs", "0", "The number of training runs must be between 1 and 1,000."),
        ("runs", "1.5", "isn't a valid number of training runs. Write a whole number such as 3."),
        ("prompt", "1->2->3", "Write tokens before->after, such as 2000->100"),
        ("cached", "80", "“80” is more than 100%. Write a share such as 80%."),
        ("batch", "120%", "more than 100%"),
        ("days", "0", "The number of days per month must be between 1 and 31."),
        ("days", "32", "between 1 and 31"),
        ("months", "0", "The number of months must be between 1 and 60."),
        ("months", "61", "between 1 and 60"),
        ("months", "1.5", "isn't a valid number of months. Write a whole number such as 12."),
        ("growth", "5", "“5” needs a % sign. Write a monthly growth such as 5%."),
        ("growth", "101%", "The monthly growth must be between -50% and 100%."),
        ("growth", "-51%", "between -50% and 100%"),
        ("growth", "--5%", "negative"),
        ("retrain", "0", "The number of months between retrainings must be between 1 and 60."),
        ("retrain", "0.5", "isn't a valid number of months between retrainings"),
        ("prep", "2B", "The cost of data preparation must be between 0 and 1,000,000,000."),
        ("data_gb", "2TB", "“2TB” isn't a valid size of the stored data. Write a number such as 2.5."),
        ("rates", "10/3", "Write training/input/output such as 10/3/6"),
        ("serving", "serverless", "“serverless” isn't a valid kind of serving. Write on-demand or dedicated."),
        ("hosted", "25h", "The number of hours per day must be between 0 and 24."),
        ("customer", "new,azure", "“new,azure” isn't a valid customer status. Write new, existing, or the platforms"),
        ("customer", ",", "isn't a valid customer status"),
        ("method", "sft", "“sft” isn't a valid training method. Write lora, full, qlora, dpo, dpo-full, rft or cpt."),
        ("hours", "200k", "The number of training hours must be between 0 and 100,000."),
        ("name", "x" * 81, "A name can have at most 80 characters."),
    ],
)
def test_invalid_field_is_refused(key: str, text: str, hint: str) -> None:
    errors = errors_of({**LEAST, key: text})
    assert list(errors) == [key]
    assert hint in errors[key]


def test_missing_fields_are_refused() -> None:
    assert errors_of({}) == {
        "examples": "Give the number of training examples, such as examples=10k.",
        "example": "Give the number of tokens per example, such as example=250/150.",
    }
    assert errors_of({"examples": " ", "example": "\t"}).keys() == {"examples", "example"}


def test_calls_and_their_length_belong_together() -> None:
    assert errors_of({**LEAST, "calls": "50k/day"}) == {
        "call": "Give the number of tokens per call, such as call=100/70."
    }
    assert errors_of({**LEAST, "call": "100/70"}) == {
        "calls": "Give the number of calls in a period, such as calls=50k/day."
    }
    assert read(**CALLS).fields().keys() == {"examples", "example", "calls", "call"}


def test_call_needs_both_sides() -> None:
    assert "Write input/output such as 100/70" in errors_of({**LEAST, "calls": "1/day", "call": "100"})["call"]
    assert "per what?" in errors_of({**LEAST, "calls": "50k", "call": "100/70"})["calls"]


def test_all_faults_are_listed_together() -> None:
    errors = errors_of({"examples": "many", "example": "250/150", "epochs": "0", "months": "61", "speed": "9"})
    assert errors.keys() == {"examples", "epochs", "months", "speed"}


def test_message_lists_the_faults_by_key() -> None:
    with pytest.raises(UserError, match=r"epochs: The number of epochs must be between 1 and 100, or auto\."):
        read(epochs="0")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("epoch", "“epoch” isn't a key ftcost knows. Use epochs."),
        ("EXAMPLES", "Use example"),
        ("zzz", "The keys used most are on, examples, example,"),
        ("x" * 500, "“" + "x" * 40 + "” isn't a key ftcost knows."),
    ],
)
def test_unknown_key_is_refused(key: str, hint: str) -> None:
    assert hint in unknown_key(key)
    assert errors_of({**LEAST, key: "1"}) == {key: unknown_key(key)}


def test_ranged_keys_are_named() -> None:
    assert read(runs="3..5", example="100..200/50", cached="10..20%").ranged == ("example", "runs", "cached")
    assert read(rates="8..12/3/6", **CALLS).ranged == ("rates",)


@pytest.mark.parametrize(
    ("key", "text"), [("runs", "1..2"), ("epochs", "1..4"), ("examples", "1..10000"), ("months", "6..9")]
)
def test_middle_of_a_whole_range_is_whole(key: str, text: str) -> None:
    amount = getattr(read(**{key: text}), key)
    assert amount.likely % 1 == 0
    assert abs(amount.likely - (amount.low + amount.high) / 2) <= Decimal("0.5")


def test_scenario_cannot_be_changed() -> None:
    scenario = read_scenario(LEAST)
    with pytest.raises(AttributeError, match="immutable"):
        scenario.runs = scenario.months  # type: ignore[misc]  # the test is that this is refused
    assert scenario.examples.likely == Decimal(10_000)
