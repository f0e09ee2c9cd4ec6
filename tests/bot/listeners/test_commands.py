"""`/ftcost` with words behind it: answers in the channel, refusals and look-ups for the asker alone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from calculator import KEYS
from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import amounts, buttons, estimate_id, figures, filled_fields, header, rows, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace


async def test_support_bot_in_one_line(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot"')
    assert header(parent) == "support bot"
    assert figures(parent) == support_bot.FIGURES
    (breakdown,) = slack.messages(slack.general, parent["ts"])
    assert amounts(breakdown) == support_bot.BREAKDOWN
    assert rows(breakdown)[1][1] == "12M tokens"
    assert "10,000 examples × 400 tokens × 3 epochs" in texts(breakdown)
    assert "30 days a month" in texts(breakdown)
    assert slack.ephemerals() == []


async def test_command_may_begin_with_estimate(workspace: Workspace, slack: FakeSlack) -> None:
    assert figures(await slack_actions.ask(slack, f"estimate {support_bot.LINE}")) == support_bot.FIGURES


@pytest.mark.parametrize("quotes", [(chr(34), chr(34)), ("“", "”"), ("„", "“")])
async def test_straight_or_curly_quotes_delimit_a_name(
    workspace: Workspace, slack: FakeSlack, quotes: tuple[str, str]
) -> None:
    parent = await slack_actions.ask(slack, f"name={quotes[0]}support bot{quotes[1]} {support_bot.LINE}")
    assert header(parent) == "support bot"
    assert figures(parent) == support_bot.FIGURES


async def test_arrow_survives_slacks_escaping(workspace: Workspace, slack: FakeSlack) -> None:
    """With a prompt of 100 tokens after tuning a call takes 200: 12 × 1.5M × 200 tokens × $3 = $10,800.00 of input."""
    parent = await slack_actions.ask(slack, f"{support_bot.LINE} prompt=2000->100")
    (breakdown,) = slack.messages(slack.general, parent["ts"])
    assert amounts(breakdown)["Input tokens"] == "$10,800.00"


async def test_links_made_by_slack_are_read_as_typed(workspace: Workspace, slack: FakeSlack) -> None:
    """The stored form of `azure/gpt-4.1-mini@global` with Slack's automatic link in it."""
    body = slack_form(slack, "on=azure/<mailto:gpt-4.1-mini@global|gpt-4.1-mini@global> examples=10k example=400")
    assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 200
    parent = await slack_actions.answered(slack)
    assert parent["text"].startswith("GPT-4.1 mini, global (Azure)")


def slack_form(slack: FakeSlack, text: str) -> str:
    """A command's body whose text is sent exactly so."""
    return urlencode(Payloads(slack.workspace).command("/ftcost", "", slack.you, slack.general) | {"text": text})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("epochs=abc examples=10k example=400", ["epochs", "abc"]),
        ("epoch=3 examples=10k example=400", ["“epoch”", "epochs"]),
        ("examples=10k", ["example=250/150"]),
        ("on=openai/gpt-4.1-minni examples=10k example=400", ["openai/gpt-4.1-mini"]),
        ("base=gpt-4o-minni examples=10k example=400", ["gpt-4o-mini"]),
        ("examples=10k examples=20k example=400", ["appears twice"]),
        ('examples=10k example=400 name="support bot', ["quotation mark isn't closed"]),
        ("calls=50k/day examples=10k example=400", ["call=100/70"]),
        ("examples= example=400", ["has no value"]),
    ],
)
async def test_refusal_is_private_and_repeats_the_command(
    workspace: Workspace, slack: FakeSlack, line: str, says: list[str]
) -> None:
    assert (await slack.command(line)).ok
    (refusal,) = slack.ephemerals()
    fields = texts(refusal)
    for words in says:
        assert words in refusal["text"], "what a screen reader says"
        assert words in fields
    assert f"/ftcost {line}" in fields
    assert buttons(refusal)[-1] == "fix"
    assert slack.messages() == []


async def test_all_faults_of_a_command_are_listed_together(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command("examples=lots epochs=0 months=99 example=400")
    (refusal,) = slack.ephemerals()
    for key in ("examples", "epochs", "months"):
        assert f"{key}:" in refusal["text"]


async def fixed(slack: FakeSlack, line: str) -> dict[str, str]:
    """What stands in the form that “Fix in the form” opens after a refused line."""
    await slack.command(line)
    (refusal,) = slack.ephemerals()
    return filled_fields(await slack_actions.press(slack, refusal, "fix", "estimate_form"))


async def test_fix_in_the_form_opens_the_form_as_it_was_typed(workspace: Workspace, slack: FakeSlack) -> None:
    fields = await fixed(slack, support_bot.LINE.replace("epochs=3", "epochs=three"))
    assert fields == support_bot.FIELDS | {"epochs": "three"}


async def test_form_that_fixes_a_line_answers_in_the_channel(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command(support_bot.LINE.replace("epochs=3", "epochs=three"))
    view = await slack_actions.press(slack, slack.ephemerals()[0], "fix", "estimate_form")
    assert (await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing", "epochs": "3"}))).errors == {}
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


async def test_fix_keeps_a_quoted_name(workspace: Workspace, slack: FakeSlack) -> None:
    fields = await fixed(slack, 'examples=10k example=400 epochs=three name="support bot"')
    assert fields["name"] == "support bot"


async def test_fix_keeps_values_with_spaces_around(workspace: Workspace, slack: FakeSlack) -> None:
    fields = await fixed(slack, "on=openai, google examples = 10k example=400 epochs=three")
    assert fields["on"].replace(" ", "") == "openai,google"
    assert fields["examples"] == "10k"


async def test_fix_corrects_a_misspelt_key(workspace: Workspace, slack: FakeSlack) -> None:
    fields = await fixed(slack, "examples=10k example=400 epoch=5 colour=blue")
    assert fields == {"examples": "10k", "example": "400", "epochs": "5"}


async def test_fix_matches_menu_options_in_any_case(workspace: Workspace, slack: FakeSlack) -> None:
    fields = await fixed(slack, "examples=10k example=400 epochs=three method=LoRA serving=Dedicated")
    assert (fields["method"], fields["serving"]) == ("lora", "dedicated")


async def look_up(slack: FakeSlack, line: str) -> Json:
    """What a look-up answers to the asker; nobody else may see anything."""
    assert (await slack.command(line)).ok
    assert slack.messages() == []
    assert slack.ephemerals(slack.colleague) == []
    return slack.ephemerals()[-1]


async def test_help_names_every_key_and_every_word(workspace: Workspace, slack: FakeSlack) -> None:
    answer = await look_up(slack, "help")
    for key in (*(f"{key}=" for key in KEYS), "models", "price", "list", "show"):
        assert key in answer["text"], "what a screen reader says"
        assert key in texts(answer)
    assert "2000-&gt;100" in answer["text"], "escaped, so that Slack shows the arrow"


async def test_models_lists_what_can_be_trained(workspace: Workspace, slack: FakeSlack) -> None:
    answer = await look_up(slack, "models")
    statuses = {row[1] for row in rows(answer)[1:]}
    assert statuses == {"open", "closing"}
    assert " more: add a word" in texts(answer)


async def test_models_with_a_word_lists_only_what_matches(workspace: Workspace, slack: FakeSlack) -> None:
    offers = [row[0] for row in rows(await look_up(slack, "models Mixtral"))[1:]]
    assert {"together/mixtral-8x7b", "fireworks/mixtral-8x7b"} <= set(offers)
    assert all("mixtral" in offer for offer in offers)


async def test_price_shows_figures_sources_and_dates(workspace: Workspace, slack: FakeSlack) -> None:
    """OpenAI's list price for tuning GPT-4.1 mini: $5.00 per 1M training tokens."""
    answer = await look_up(slack, "price openai/gpt-4.1-mini")
    training = next(row for row in rows(answer) if row[0] == "training")
    assert training[1:3] == ["$5.00", "1M tokens"]
    assert "https://" in texts(answer)
    assert "14 Jan 2027" in texts(answer), "its last day"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("price openai/gpt-4.1-minni", "openai/gpt-4.1-mini"),
        ("price", "price openai/gpt-4.1-mini"),
        ("price azure", "offers are called “azure”"),
        ("models zzzz", "Unknown offer “zzzz”"),
        ("modles", "`models`"),
        ("epochs", "`epochs=`"),
        ("hlep", "`help`"),
        ("qqqq", "`help` lists what I can do"),
        ("show", "`list` shows yours"),
        ("show 2222222222", "This workspace has no estimate “2222222222”"),
    ],
)
async def test_misspelt_command_has_a_suggestion(workspace: Workspace, slack: FakeSlack, line: str, says: str) -> None:
    answer = await look_up(slack, line)
    assert says in answer["text"]
    assert says in texts(answer)


async def test_list_and_show_use_own_estimates(workspace: Workspace, slack: FakeSlack) -> None:
    first = await slack_actions.ask(slack, f'{support_bot.LINE} name="first one"')
    await slack_actions.ask(slack, f'{support_bot.LINE} name="second one"')
    await slack_actions.ask(slack, f'{support_bot.LINE} name="not yours"', user=slack.colleague)
    await slack.command("list")
    listed = slack.ephemerals()[-1]["text"]
    assert listed.index("second one") < listed.index("first one"), "newest first"
    assert "not yours" not in listed
    number = estimate_id(first)
    assert f"archives/{slack.general}/p{first['ts'].replace('.', '')}|first one>" in listed
    await slack.command(f"show {number}")
    fields = slack.ephemerals()[-1]["text"]
    assert "$13,080 over 12 months" in fields
    assert "rates=10/3/6" in fields
    assert 'name="first one"' in fields


async def test_long_list_is_made_of_whole_lines(start: Start, slack: FakeSlack) -> None:
    """Twenty of the longest names, each sign of which Slack wants escaped; a cut link would swallow what follows."""
    async with start():
        for _ in range(20):
            assert (await slack.command(f'{support_bot.LINE} name="{"<&>" * 26}"')).ok
    async with start():
        await slack.command("list")
    lines = [line for line in texts(slack.ephemerals()[0]).splitlines() if line.startswith("•")]
    assert len(lines) == 20
    for line in lines:
        assert "<http" in line
        assert f"|{'&lt;&amp;&gt;' * 26}>" in line


async def test_list_before_the_first_estimate_says_how_to_begin(workspace: Workspace, slack: FakeSlack) -> None:
    assert "/ftcost" in (await look_up(slack, "list"))["text"]


async def test_what_show_prints_can_be_typed_again(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="first one" prompt=2000->100')
    await slack.command(f"show {estimate_id(parent)}")
    line = slack.ephemerals()[-1]["text"].split("```")[1].removeprefix("/ftcost ").replace("&gt;", ">")
    assert figures(await slack_actions.ask(slack, line)) == figures(parent)


async def test_own_price_may_have_any_amount(workspace: Workspace, slack: FakeSlack) -> None:
    """Implausible is a matter of price files. 12M tokens at $5,000 per 1M: $60,000.00."""
    parent = await slack_actions.ask(slack, support_bot.LINE.replace("rates=10/3/6", "rates=5000/3/6"))
    assert figures(parent)[support_bot.LABEL].startswith("$60,000 once")


async def test_price_older_than_ninety_days_is_marked(workspace: Workspace, slack: FakeSlack) -> None:
    """Google's price of Qwen3 was read on 2026-08-19."""
    parent = await slack_actions.ask(slack, "on=google/qwen3-8b examples=10k example=250/150 epochs=3")
    breakdown = slack.messages(slack.general, parent["ts"])[-1]
    assert "read 19 Aug 2026, 3 months old ⚠" in texts(breakdown)
    assert "⚠ read over 90 days ago or undated; check it before you rely on it" in texts(breakdown)
    assert "oldest price read 19 Aug 2026 ⚠" in texts(parent)
    await slack.click(parent, "sources")
    sources = await slack.wait_for(lambda: slack.messages(slack.general, parent["ts"])[1:])
    assert "(read 19 Aug 2026, 3 months old ⚠, high confidence): Qwen3 8B (Google): training" in texts(sources[0])


async def test_sentence_is_echoed_and_priced_after_a_click(workspace: Workspace, slack: FakeSlack) -> None:
    """10k × 400 tokens × 3 epochs are 12M tokens; at $10 per 1M that is $120.00."""
    echo = await look_up(slack, "10k examples of 250 in and 150 out, 3 epochs, rates=10/3/6 on=your-rates")
    assert "Training examples: *10k*" in echo["text"]
    await slack.click(echo, "run_reading")
    parent = await slack_actions.answered(slack)
    assert "$120 once" in texts(parent)


async def test_incomplete_sentence_asks_for_the_number(workspace: Workspace, slack: FakeSlack) -> None:
    echo = await look_up(slack, "should we fine-tune gpt-4.1 mini? 20k calls a day of 300 in and 150 out")
    assert "examples" in echo["text"]
    await slack.click(echo, "fix")
    view = await slack_actions.opened(slack)
    assert filled_fields(view)["calls"] == "20k/day"


async def test_look_up_in_plain_english_is_answered_at_once(workspace: Workspace, slack: FakeSlack) -> None:
    assert "$5.00" in texts(await look_up(slack, "what does openai charge for training gpt-4.1-mini"))
