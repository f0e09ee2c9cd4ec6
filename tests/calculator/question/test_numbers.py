"""Numbers as people type them: the forms that are read, those refused with a hint, and the way back to text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.question.quantities import (
    Amount,
    format_number,
    parse_amount,
    parse_frequency,
    parse_number,
    parse_pair,
    parse_prompt,
    parse_rates,
    parse_share,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("400", "400"),
        ("0", "0"),
        ("10k", "10000"),
        ("10K", "10000"),
        ("2M", "2000000"),
        ("2.5m", "2500000"),
        ("1.5B", "1500000000"),
        ("1,500", "1500"),
        ("1,234,567.25", "1234567.25"),
        ("1_000_000", "1000000"),
        ("1'500", "1500"),
        ("1’500", "1500"),
        ("1 500", "1500"),
        (".5", "0.5"),
        ("0.15", "0.15"),
        ("80%", "0.8"),
        ("12.5 %", "0.125"),
        ("$500", "500"),
        ("$ 1,500.50", "1500.5"),
        ("  7  ", "7"),
        ("10 k", "10000"),
        ("10 000", "10000"),
        ("10\u00a0000", "10000"),
        ("10\u202f000", "10000"),
        ("1e4", "10000"),
        ("2.5e6", "2500000"),
        ("3 epochs", "3"),
        ("0.125", "0.125"),
        ("1.5000", "1.5"),
        ("1000000B", "1000000000000000"),
    ],
)
def test_number_is_read(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "isn't a number. Write it like 400, 10k, 2.5M or 1,500"),
        ("ten", "“ten” isn't a number"),
        ("1e-3", "“1e-3” isn't a number"),
        ("1e", "“1e” isn't a number"),
        ("10.000", "“10.000” is ambiguous: 10,000, or 10? Write 10000 without the dot"),
        ("1.200", "“1.200” is ambiguous: 1,200, or 1.2? Write 1200 without the dot"),
        ("1.000.000", "“1.000.000” is ambiguous"),
        ("0x10", "isn't a number"),
        ("nan", "isn't a number"),
        ("inf", "isn't a number"),
        ("k", "isn't a number"),
        (".", "isn't a number"),
        ("1.2.3", "isn't a number"),
        ("1,50", "isn't a number"),
        ("1,5000", "isn't a number"),
        ("10kk", "isn't a number"),
        ("10T", "isn't a number"),
        ("-5", "“-5” is negative. Write zero or more"),
        ("−5k", "is negative"),
        ("٣", "Use the digits 0 to 9"),
        ("１０", "Use the digits 0 to 9"),
        ("1000001B", "is too large"),
        ("9" * 61, "isn't a number"),
        ("x" * 500, "…” isn't a number"),
    ],
)
def test_invalid_number_is_refused(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        parse_number(text)


@pytest.mark.parametrize("parse", [parse_number, parse_amount, parse_pair, parse_frequency, parse_prompt, parse_rates])
def test_message_stays_short_whatever_was_typed(parse: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="…") as caught:
        parse("x\n" * 5_000)
    assert len(str(caught.value)) < 250
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "low", "likely", "high"),
    [
        ("5", "5", "5", "5"),
        ("3..5", "3", "4", "5"),
        ("3 .. 5", "3", "4", "5"),
        ("3...5", "3", "4", "5"),
        ("3…5", "3", "4", "5"),
        ("1..2", "1", "1.5", "2"),
        ("1k..10k", "1000", "5500", "10000"),
        ("500..2k", "500", "1250", "2000"),  # k stands for its own end only
        ("40..60%", "0.4", "0.5", "0.6"),  # the sign stands for both
        ("40%..60%", "0.4", "0.5", "0.6"),
        ("7..7", "7", "7", "7"),
        ("0.5...9", "0.5", "4.75", "9"),
    ],
)
def test_range_is_read(text: str, low: str, likely: str, high: str) -> None:
    assert parse_amount(text) == Amount(Decimal(low), Decimal(likely), Decimal(high))


@pytest.mark.parametrize(
    ("text", "low", "likely", "high"), [("1..2..10", "1", "2", "10"), ("10..20..60%", "0.1", "0.2", "0.6")]
)
def test_range_with_a_likely_value_peaks_there(text: str, low: str, likely: str, high: str) -> None:
    assert parse_amount(text) == Amount(Decimal(low), Decimal(likely), Decimal(high), peaked=True)


def test_likely_value_in_the_middle_is_not_the_same_as_none() -> None:
    assert parse_amount("1..2..3") != parse_amount("1..3")
    assert [parse_amount(text).text() for text in ("1..2..3", "1..3", "2..2..2")] == ["1..2..3", "1..3", "2"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("5..3", "starts with the higher number. Write the lower one first"),
        ("1..3..2", "starts with the higher number"),
        ("1..2..3..4", "isn't a range. Write low..high or low..likely..high"),
        ("1..3M", "is ambiguous. Write 1M..3M, or both ends in full"),
        ("1..10k", "Write 1k..10k"),
        ("1..2..3k", "Write 1k..3k"),
        ("..5", "isn't a range"),
        ("5..", "isn't a range"),
        ("..", "isn't a range"),
        ("3..five", "“five” isn't a number"),
        ("-3..5", "“-3” is negative"),
    ],
)
def test_invalid_range_is_refused(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        parse_amount(text)


def test_range_has_three_corners() -> None:
    amount = parse_amount("1..2..10")
    assert [amount.at("low"), amount.at("likely"), amount.at("high")] == [1, 2, 10]
    assert amount.is_range
    assert not parse_amount("7..7").is_range


def test_shares_stay_within_the_whole() -> None:
    assert parse_share("80%") == parse_share("0.8") == Amount.exactly(Decimal("0.8"))
    assert parse_share("100%").high == 1
    for text in ("101%", "80", "50..150%"):
        with pytest.raises(ValueError, match=r"is more than 100%. Write a share such as 80%"):
            parse_share(text)


def test_pair_is_read() -> None:
    assert parse_pair("250/150").total("likely") == 400
    assert parse_pair("400").output is None
    assert parse_pair("400").total("high") == 400
    assert parse_pair("100..200/50..100").total("low") == 150
    assert parse_pair("100..200/50..100").total("high") == 300
    for text in ("1/2/3", "/150", "250/", "/", ""):
        with pytest.raises(ValueError, match=r"isn't a token count. Write input/output such as 250/150"):
            parse_pair(text)


@pytest.mark.parametrize(
    ("text", "count", "period"),
    [
        ("50k/day", 50_000, "day"),
        ("1.5M/month", 1_500_000, "month"),
        ("10/h", 10, "hour"),
        ("10/hr", 10, "hour"),
        ("10 / Days", 10, "day"),
        ("7k/wk", 7_000, "week"),
        ("10/weeks", 10, "week"),
        ("10/mo", 10, "month"),
        ("10/yr", 10, "year"),
        ("50k per day", 50_000, "day"),
        ("50k a day", 50_000, "day"),
    ],
)
def test_frequency_is_read(text: str, count: int, period: str) -> None:
    amount, unit = parse_frequency(text)
    assert (amount.likely, unit) == (count, period)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("50k", "“50k” is per what? Write 50k/day or 50k/month"),
        ("50k/fortnight", "“fortnight” isn't a period. Write /day or /month"),
        ("50k/", "isn't a period"),
        ("lots/day", "“lots” isn't a number"),
        ("/day", "isn't a number"),
    ],
)
def test_invalid_frequency_is_refused(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        parse_frequency(text)


@pytest.mark.parametrize("arrow", ["->", " -> ", "→", "=>", "–>", "—>"])
def test_prompt_before_and_after(arrow: str) -> None:
    prompt = parse_prompt(f"2000{arrow}100")
    assert (prompt.before.likely, prompt.after.likely) == (2000, 100)


def test_prompt_without_an_arrow_stays() -> None:
    assert parse_prompt("2k").before == parse_prompt("2k").after == parse_amount("2000")


@pytest.mark.parametrize("text", ["2000->", "->100", "1->2->3", "->"])
def test_invalid_prompt_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isn't a prompt change. Write tokens before->after, such as 2000->100"):
        parse_prompt(text)


def test_rates_in_their_order() -> None:
    three, four = parse_rates("10/3/6"), parse_rates("10/3/1.5/6")
    assert three.training is not None
    assert (three.training.likely, three.input.likely, three.cached_input, three.output.likely) == (10, 3, None, 6)
    assert four.training is not None
    assert four.cached_input is not None
    assert [rate.likely for rate in (four.training, four.input, four.cached_input, four.output)] == [
        10,
        3,
        Decimal("1.5"),
        6,
    ]


@pytest.mark.parametrize("text", ["10/3", "10", "1/2/3/4/5", "10//6", ""])
def test_invalid_rates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"isn't a set of prices. Write training/input/output such as 10/3/6"):
        parse_rates(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("10000", "10k"),
        ("1500", "1.5k"),
        ("1234", "1234"),
        ("12340", "12.34k"),
        ("2500000", "2.5M"),
        ("1000000000", "1B"),
        ("400", "400"),
        ("0", "0"),
        ("0.15", "0.15"),
        ("0.0000001", "0.0000001"),
    ],
)
def test_shortest_exact_text(value: str, text: str) -> None:
    assert format_number(Decimal(value)) == text


def test_share_is_written_with_its_sign() -> None:
    assert format_number(Decimal("0.8"), "%") == "80%"
    assert format_number(Decimal("0.125"), "%") == "12.5%"
    assert parse_amount("40..60%").text("%") == "40%..60%"
    assert parse_amount("1..2..10").text() == "1..2..10"


@given(st.decimals(0, 10**15, places=6))
def test_every_number_survives_its_text(value: Decimal) -> None:
    assert parse_number(format_number(value)) == value


@given(st.decimals(0, 1, places=6))
def test_every_share_survives_its_text(value: Decimal) -> None:
    assert parse_number(format_number(value, "%")) == value


@given(st.lists(st.decimals(0, 10**9, places=3), min_size=3, max_size=3).map(sorted))
def test_every_range_survives_its_text(ends: list[Decimal]) -> None:
    low, likely, high = ends
    amount = Amount(low, likely, high, peaked=True) if low != high else Amount.exactly(low)
    assert parse_amount(amount.text()) == amount
