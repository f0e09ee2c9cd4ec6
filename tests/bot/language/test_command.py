"""One line of text -> what is asked."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.command import read_command, write_command
from bot.language.formatting import from_slack
from calculator import KEYS, FieldErrors, UserError, read_scenario

QUESTION = {"examples": "10k", "example": "250/150"}


@pytest.mark.parametrize(
    ("text", "verb", "fields", "argument"),
    [
        ("", "form", {}, ""),
        ("  \t ", "form", {}, ""),
        ("estimate", "form", {}, ""),
        ("help", "help", {}, ""),
        ("HELP", "help", {}, ""),
        ("models", "models", {}, ""),
        ("models llama 3", "models", {}, "llama 3"),
        ("price openai/gpt-4.1-mini", "price", {}, "openai/gpt-4.1-mini"),
        ("list", "list", {}, ""),
        ("show k7m2xyz345", "show", {}, "k7m2xyz345"),
        ("epochs=3", "estimate", {"epochs": "3"}, ""),
        ("estimate epochs=3", "estimate", {"epochs": "3"}, ""),
        ("EPOCHS=3", "estimate", {"epochs": "3"}, ""),
        ("epochs = 3 runs= 2", "estimate", {"epochs": "3", "runs": "2"}, ""),
        ('name="support bot" epochs=3', "estimate", {"name": "support bot", "epochs": "3"}, ""),
        ("name=“support bot”", "estimate", {"name": "support bot"}, ""),
        ('name="a = b, c"', "estimate", {"name": "a = b, c"}, ""),
        ("on=openai, google", "estimate", {"on": "openai,google"}, ""),
        ("prompt=2000->100", "estimate", {"prompt": "2000->100"}, ""),
        ("class>=C size<=15B", "estimate", {"class": ">=C", "size": "<=15B"}, ""),
        ("class=>=C", "estimate", {"class": ">=C"}, ""),
        ('needs="tools, context>=32k"', "estimate", {"needs": "tools, context>=32k"}, ""),
        ("epochs=3\nruns=2", "estimate", {"epochs": "3", "runs": "2"}, ""),
    ],
)
def test_command_is_read(text: str, verb: str, fields: dict[str, str], argument: str) -> None:
    assert read_command(text) == (verb, fields, argument)


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("epoch=3 runs=2 run=1", {"epoch", "run"}),
        ("epochs=3 stray", {"stray"}),
        ("epochs=3 epochs=4", {"epochs"}),
        ("epochs=", {"epochs"}),
        ('name=""', {"name"}),
    ],
)
def test_all_unknown_words_are_named(text: str, errors: set[str]) -> None:
    with pytest.raises(FieldErrors) as caught:
        read_command(text)
    assert set(caught.value.errors) == errors


def test_whole_line_has_a_limit() -> None:
    with pytest.raises(UserError, match="4,000"):
        read_command("x" * 4_001)


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("prompt=2000-&gt;100", "prompt=2000->100"),
        ("name=a&amp;b", "name=a&b"),
        ("name=&amp;lt;", "name=&lt;"),
        ("on=azure/<mailto:gpt-4.1-mini@global|gpt-4.1-mini@global>", "on=azure/gpt-4.1-mini@global"),
        ("price <http://example.com|example.com>", "price example.com"),
        ("price <https://example.com>", "price https://example.com"),
        ("on=<mailto:a@b.c>", "on=a@b.c"),
        ("help.", "help"),
        ("`price gpt-4.1-mini`", "price gpt-4.1-mini"),
        ("&gt; *models* _llama_", "models llama"),
        ("name='support bot' epochs=5", 'name="support bot" epochs=5'),
        ("• epochs=5\n• calls=10k/day", "epochs=5\ncalls=10k/day"),
        ("‘epochs=5 calls=10k/day’", "epochs=5 calls=10k/day"),
        ("/ftcost show k7m2.", "show k7m2"),
        ("class&gt;=C", "class>=C"),
        ("micro_batch=2 gpu_memory=80", "micro_batch=2 gpu_memory=80"),
        ("2*3*4 ~600 tokens, ~20k calls", "2*3*4 ~600 tokens, ~20k calls"),
        ("10\u00a0000 examples", "10\u00a0000 examples"),
        ("--help", "--help"),
    ],
)
def test_slack_escapes_are_undone(sent: str, typed: str) -> None:
    assert from_slack(sent) == typed


PIECES = st.sampled_from(
    [
        *KEYS,
        *'="“”„ ,;\n\t',
        "=",
        "..",
        "->",
        "/",
        "10k",
        "help",
        "models",
        "price",
        "estimate",
        "ü",
        "<@U1>",
        "'",
        "&lt;",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)))
@example('"')
@example("=")
@example('epochs="')
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    parsed, refusal = None, ""
    try:
        parsed = read_command(from_slack(text))
    except UserError as error:
        refusal = str(error)
    if parsed is None:
        assert refusal.strip()
    else:
        assert set(parsed.fields) <= set(KEYS)
        assert all(value.strip() for value in parsed.fields.values())


NUMBERS = st.integers(1, 60).map(str)
RANGES = st.tuples(st.integers(1, 20), st.integers(21, 40)).map(lambda ends: f"{ends[0]}..{ends[1]}")
SHARES = st.integers(1, 99).map(lambda n: f"{n}%")
NAMES = st.text(max_size=80)


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, str]:
    """Fields that read_scenario accepts, as somebody may type them into the form."""
    optional = {
        "on": st.sampled_from(["all", "openai", "openai, google", "azure/gpt-4.1-mini@global"]),
        "epochs": st.one_of(NUMBERS, RANGES, st.just("auto")),
        "runs": st.one_of(NUMBERS, RANGES),
        "prompt": st.tuples(NUMBERS, NUMBERS).map("->".join),
        "base": st.just("gpt-4o-mini"),
        "cached": SHARES,
        "batch": SHARES,
        "days": st.integers(1, 31).map(str),
        "months": NUMBERS,
        "growth": st.integers(-50, 100).map(lambda n: f"{n}%"),
        "retrain": NUMBERS,
        "prep": st.decimals(0, 10_000, places=2).map(str),
        "data_gb": st.decimals(0, 100, places=3).map(str),
        "rates": st.sampled_from(["10/3/6", "10/3/1.5/6", "1..2/3/6"]),
        "serving": st.sampled_from(["dedicated", "on-demand"]),
        "hosted": st.integers(1, 24).map(lambda n: f"{n}h"),
        "customer": st.sampled_from(["new", "existing"]),
        "method": st.sampled_from(["lora", "dpo-full"]),
        "name": NAMES,
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional))))
    return QUESTION | {key: draw(optional[key]) for key in sorted(chosen)}


@given(scenarios())
@example(QUESTION | {"name": 'the "big" one'})
@example(QUESTION | {"name": "“big”"})
@example(QUESTION | {"name": "a,b = c"})
@example(QUESTION | {"name": "a, b"})
def test_written_line_reads_back_as_the_same_question(typed: dict[str, str]) -> None:
    """Canonical form is what a scenario writes of itself; it is what the store keeps and `show` prints."""
    fields = read_scenario(typed).fields()
    again = read_command(write_command(fields))
    assert again.verb == "estimate"
    assert again.fields == fields
