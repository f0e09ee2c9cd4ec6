"""Scenarios side by side: by `/ftcost compare` for the one who asks, by `@ftcost compare` for all in a thread.

The example of support_bot: $120.00 and 12 × $1,080.00, $13,080.00. With five epochs $200.00 and $13,160.00,
$80.00 more; with twice the calls too 12 × $2,160.00, $26,120.00, $13,040.00 more.
"""

from __future__ import annotations

from functools import partial

from playground import FakeSlack, escape_text
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import estimate_id, rows, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace

DEAR = support_bot.LINE.replace("epochs=3", "epochs=5")
BUSY = DEAR.replace("50k/day", "100k/day")


async def estimate_of(slack: FakeSlack, line: str, name: str = "", **more: str) -> str:
    """Ask a question; the id of its estimate."""
    return estimate_id(await slack_actions.ask(slack, f'{line} name="{name}"' if name else line, **more))


async def compared(slack: FakeSlack, argument: str) -> Json:
    """What the person who types `/ftcost compare …` sees, and nobody else."""
    before = len(slack.messages())
    delivered = await slack.command(f"compare {argument}")
    assert delivered.ok
    assert len(slack.messages()) == before, "only the asker sees it"
    return delivered.json()


def by_row(message: Json) -> dict[str, list[str]]:
    """Row label -> a cell for each scenario; the header's label is empty."""
    return {row[0].strip(): row[1:] for row in rows(message)}


async def mention(slack: FakeSlack, text: str, parent: Json) -> None:
    await slack.say(f"<@{slack.bot_user}> {text}", thread_ts=parent["ts"])


def posted(slack: FakeSlack, parent: Json) -> list[Json]:
    """The pages that stand in a thread."""
    return [
        message
        for message in slack.messages(thread_ts=parent["ts"])
        if message["text"].startswith("Scenarios side by side")
    ]


# --- /ftcost compare --------------------------------------------------------------------------------------------------


async def test_compare_by_id_shows_both_figures(workspace: Workspace, slack: FakeSlack) -> None:
    first, other = await estimate_of(slack, support_bot.LINE), await estimate_of(slack, DEAR)
    page = await compared(slack, f"{first} {other}")
    cells = by_row(page)
    assert cells[""] == [first, other]
    assert cells["epochs"] == ["3", "5"]
    assert "calls" not in cells, "the same in both"
    assert cells["One-off"] == ["$120.00", "$200.00"]
    assert cells["A month"] == ["$1,080.00", "$1,080.00"]
    assert cells["Whole horizon"] == ["$13,080.00", "$13,160.00"]
    assert f"{first} costs the least: $13,080.00" in texts(page)
    assert f"{other} +$80.00" in texts(page)


async def test_others_are_compared_with_the_first(workspace: Workspace, slack: FakeSlack) -> None:
    first, other, third = [await estimate_of(slack, line) for line in (support_bot.LINE, DEAR, BUSY)]
    page = texts(await compared(slack, f"{third} {other} {first}"))
    assert f"{first} costs the least: $13,080.00" in page
    assert f"{other} −$12,960.00, {first} −$13,040.00" in page


async def test_compare_by_name_splits_at_commas(workspace: Workspace, slack: FakeSlack) -> None:
    await estimate_of(slack, support_bot.LINE, "small run")
    await estimate_of(slack, BUSY, "large run")
    for argument in (
        "small run, large run",
        "small run,large run",
        "Small Run, LARGE RUN",
        '"small run" "large run"',
        "“small run” “large run”",
        "  small run ,  large run  ",
    ):
        cells = by_row(await compared(slack, argument))
        assert cells[""] == ["small run", "large run"], argument
        assert cells["Whole horizon"] == ["$13,080.00", "$26,120.00"]


async def test_names_and_quoted_ids_can_be_mixed(workspace: Workspace, slack: FakeSlack) -> None:
    first = await estimate_of(slack, support_bot.LINE, "small")
    other = await estimate_of(slack, DEAR)
    assert by_row(await compared(slack, f"small `{other}`"))[""] == ["small", other]
    assert by_row(await compared(slack, f"`{other}` `{first}`"))[""] == [other, "small"]


async def test_name_means_its_newest_estimate(workspace: Workspace, slack: FakeSlack) -> None:
    await estimate_of(slack, BUSY, "plan")
    await estimate_of(slack, DEAR, "plan")
    other = await estimate_of(slack, support_bot.LINE)
    assert by_row(await compared(slack, f"plan {other}"))["Whole horizon"] == ["$13,160.00", "$13,080.00"]


async def test_colleagues_estimate_is_found_by_id_only(workspace: Workspace, slack: FakeSlack) -> None:
    mine = await estimate_of(slack, support_bot.LINE, "mine")
    theirs = await estimate_of(slack, DEAR, "theirs", user=slack.colleague)
    assert by_row(await compared(slack, f"mine {theirs}"))[""] == ["mine", "theirs"]
    assert "no estimate “theirs”" in (await compared(slack, "mine theirs"))["text"]
    assert mine


async def test_six_are_compared_and_seven_refused(workspace: Workspace, slack: FakeSlack) -> None:
    ids = [await estimate_of(slack, support_bot.LINE.replace("epochs=3", f"epochs={epochs}")) for epochs in range(1, 8)]
    page = await compared(slack, " ".join(ids[:6]))
    assert by_row(page)["epochs"] == ["1", "2", "3", "4", "5", "6"]
    assert "two to six" in (await compared(slack, " ".join(ids)))["text"]
    assert "two to six" in (await compared(slack, " ".join([*ids, "unknown"])))["text"], "their number comes first"


async def test_fewer_than_two_are_refused_with_an_example(workspace: Workspace, slack: FakeSlack) -> None:
    await estimate_of(slack, support_bot.LINE, "one")
    for argument in ("", "one", "one one", "one, one", ","):
        page = await compared(slack, argument)
        assert "two to six" in page["text"], argument
        assert "compare " in page["text"], "it shows how"


async def test_estimate_and_its_name_are_the_same(workspace: Workspace, slack: FakeSlack) -> None:
    first = await estimate_of(slack, support_bot.LINE, "one")
    for same in (f"one {first}", "one ONE"):
        assert "the same estimate" in (await compared(slack, same))["text"]
    other = await estimate_of(slack, DEAR, "other")
    assert by_row(await compared(slack, f"one {other} {first}"))[""] == ["one", "other"]


async def test_unknown_estimate_is_named(workspace: Workspace, slack: FakeSlack) -> None:
    first = await estimate_of(slack, support_bot.LINE)
    page = (await compared(slack, f"{first} bcdfghjkmn"))["text"]
    assert "no estimate “bcdfghjkmn”" in page
    assert "list" in page


async def test_different_horizons_have_no_cheapest(workspace: Workspace, slack: FakeSlack) -> None:
    """A year for $13,080.00 and half of one for $6,600.00 cost the same a month."""
    first, other = await estimate_of(slack, support_bot.LINE), await estimate_of(slack, f"{support_bot.LINE} months=6")
    page = await compared(slack, f"{first} {other}")
    assert "compare the cost of a month" in texts(page)
    assert "costs the least" not in texts(page)
    cells = by_row(page)
    assert cells["months"] == ["12", "6"]
    assert cells["Whole horizon"] == ["$13,080.00", "$6,600.00"]


async def test_omitted_fields_show_their_default(workspace: Workspace, slack: FakeSlack) -> None:
    first = await estimate_of(slack, support_bot.LINE)
    changed = await estimate_of(
        slack, f"{support_bot.LINE} cached=10% batch=5% growth=2% runs=2 prep=9 customer=existing"
    )
    cells = by_row(await compared(slack, f"{first} {changed}"))
    for key, default in (("cached", "auto"), ("batch", "0%"), ("growth", "0%"), ("runs", "1"), ("customer", "new")):
        assert cells[key][0] == default, key
    assert cells["prep"] == ["0", "9"]


async def test_ranges_and_break_even_have_rows_of_their_own(workspace: Workspace, slack: FakeSlack) -> None:
    """18M calls × $0.07 × 100 / 1M = $126.00 saved; training $120.00, or $80.00 to $160.00: two of three pay back.

    A call saves $0.000007: $120.00 after 17,142,858 calls.
    """
    plain = await estimate_of(slack, f"{support_bot.LINE} base_rates=3.07/6", "plain")
    ranged = await estimate_of(
        slack, support_bot.LINE.replace("epochs=3", "epochs=2..4") + " base_rates=3.07/6", "ranged"
    )
    assert plain
    assert ranged
    cells = by_row(await compared(slack, "plain ranged"))
    assert cells["epochs"] == ["3", "2..4"]
    assert cells["Whole horizon"] == ["$13,080.00", "$13,040.00 – $13,120.00"]
    assert cells["Pays back after, calls"] == ["17,142,858"] * 2
    assert cells["Saves against prompting"] == ["$6.00"] * 2
    assert [row[0] for row in cells.values() if row[1].startswith("67%")] == ["–"]
    assert cells["P10 – P90"][0] == "–"
    assert "13,040" in cells["P10 – P90"][1]
    assert "13,120" in cells["P10 – P90"][1]


async def test_two_offers_have_a_row_each(workspace: Workspace, slack: FakeSlack) -> None:
    """What is cheapest in one scenario is shown in the other too, where it was priced there."""
    own = await estimate_of(slack, support_bot.LINE, "own")
    both = await estimate_of(
        slack, support_bot.LINE.replace("on=your-rates", "on=your-rates,azure/gpt-oss-20b@global"), "both"
    )
    assert own != both
    cells = by_row(await compared(slack, "own both"))
    assert cells["Cheapest"] == ["Your rate", "gpt-oss-20b, global (Azure)"]
    assert cells["Your rate"] == ["$13,080.00", "$13,080.00"]
    assert cells["gpt-oss-20b, global (Azure)"][0] == "–"
    assert cells["gpt-oss-20b, global (Azure)"][1] == cells["Whole horizon"][1]


async def test_incomplete_price_is_not_compared(workspace: Workspace, slack: FakeSlack) -> None:
    """No source has the price of training Nova Lite."""
    first = await estimate_of(slack, support_bot.LINE)
    other = await estimate_of(slack, "on=aws-bedrock/nova-lite examples=10k example=400 calls=1k/day call=100/70")
    page = texts(await compared(slack, f"{first} {other}"))
    assert "costs the least" not in page
    assert f"{other} has no usable offer, so there is no cheapest scenario." in page


# --- @ftcost compare --------------------------------------------------------------------------------------------------


async def test_compare_in_a_thread_posts_its_three_estimates(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="as today"')
    for number, change in enumerate(('epochs=5 name="more epochs"', 'calls=100k/day name="and more calls"'), 1):
        await mention(slack, change, parent)
        await slack_actions.change(slack, parent, number)
    await mention(slack, "compare", parent)
    (page,) = await slack.wait_for(lambda: posted(slack, parent))
    cells = by_row(page)
    assert cells[""] == ["as today", "more epochs", "and more calls"]
    assert cells["epochs"] == ["3", "5", "5"]
    assert cells["calls"] == ["50k/day", "50k/day", "100k/day"]
    assert cells["Whole horizon"] == ["$13,080.00", "$13,160.00", "$26,120.00"]
    assert "more epochs +$80.00, and more calls +$13,040.00" in texts(page)
    assert slack.ephemerals() == []


async def test_versions_of_one_name_are_distinct(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot"')
    await mention(slack, "epochs=5", parent)
    await slack_actions.change(slack, parent)
    await mention(slack, "compare", parent)
    (page,) = await slack.wait_for(lambda: posted(slack, parent))
    first, second = by_row(page)[""]
    assert first != second
    assert first.startswith("support bot")
    assert second.startswith("support bot")


async def test_thread_with_one_estimate_has_nothing_to_compare(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, "compare", parent)
    (notice,) = await slack.wait_for(slack.ephemerals)
    assert "one estimate" in notice["text"]
    assert "@ftcost " in notice["text"], "it says how to add another"
    assert posted(slack, parent) == []


async def test_thread_without_an_estimate_says_so(workspace: Workspace, slack: FakeSlack) -> None:
    message = await slack.say("What would it cost?")
    await mention(slack, "compare", message)
    (notice,) = await slack.wait_for(slack.ephemerals)
    assert "one estimate" not in notice["text"]
    assert "This thread" in notice["text"]


async def test_comparison_of_seven_estimates_omits_one_and_says_so(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE.replace("epochs=3", "epochs=1"))
    for epochs in range(2, 8):
        await mention(slack, f"epochs={epochs}", parent)
        await slack_actions.change(slack, parent, epochs - 1)
    await mention(slack, "compare", parent)
    (page,) = await slack.wait_for(lambda: posted(slack, parent))
    assert by_row(page)["epochs"] == ["1", "3", "4", "5", "6", "7"]
    assert "1 estimate" in texts(page)
    assert "omitted" in texts(page)


async def test_compare_in_a_thread_accepts_other_estimates(workspace: Workspace, slack: FakeSlack) -> None:
    """By a name that is the asker's, or by id; for all in the thread."""
    await estimate_of(slack, support_bot.LINE, "small run")
    other = await estimate_of(slack, BUSY)
    parent = await slack_actions.ask(slack, DEAR)
    await mention(slack, f"compare small run, {other}", parent)
    (page,) = await slack.wait_for(lambda: posted(slack, parent))
    assert by_row(page)[""] == ["small run", other]


async def test_mention_that_slack_delivers_again_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        await mention(slack, "epochs=5", parent)
        await slack_actions.change(slack, parent)
        await mention(slack, "compare", parent)
        assert (await slack.deliver_event(slack.events[-1], retry_num=1)).ok
    assert len(posted(slack, parent)) == 1


# --- hostile names ----------------------------------------------------------------------------------------------------


async def test_name_pings_nobody_and_is_shown_as_typed(start: Start, slack: FakeSlack) -> None:
    """In the page of the asker and in the thread; a long one is cut."""
    names = ["<!channel>", "<@U0ROBIN001>", "<!here|x>", "*bold*", "_it_ ~no~", "x" * 80, "🎉" * 80, "a & b", "{0} %s"]
    pages: dict[str, list[Json]] = {}
    async with start():
        other = await estimate_of(slack, DEAR)
        for name in names:
            parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="{name}"')
            await mention(slack, "epochs=5", parent)
            await slack_actions.change(slack, parent)
            await mention(slack, "compare", parent)
            await slack.wait_for(partial(posted, slack, parent))
            by_id = await compared(slack, f"{estimate_id(parent)} {other}")
            pages[name] = [*posted(slack, parent), by_id, await compared(slack, f"{name}, {other}")]
    for name, messages in pages.items():
        assert len(messages) == 3
        for message in messages:
            header = by_row(message)[""][0]
            assert header == name or (len(name) > 24 and header == f"{name[:23]}…")
            assert escape_text(header) in message["text"]
    assert set(slack.pings) == {slack.you}, "only the asker's own name under the estimates"
    assert slack.violations == []


async def test_id_precedes_a_name_with_the_same_text(workspace: Workspace, slack: FakeSlack) -> None:
    """An estimate that is called like another one's id does not stand in its way."""
    first = await estimate_of(slack, support_bot.LINE)
    other = await estimate_of(slack, BUSY, first)
    cells = by_row(await compared(slack, f"{first} {other}"))
    assert cells["Whole horizon"] == ["$13,080.00", "$26,120.00"]
    assert len(set(cells[""])) == 2


async def test_long_names_with_one_beginning_are_distinct(workspace: Workspace, slack: FakeSlack) -> None:
    ids = [await estimate_of(slack, line, f"{'x' * 79}{last}") for line, last in ((support_bot.LINE, "a"), (DEAR, "b"))]
    assert len(set(by_row(await compared(slack, " ".join(ids)))[""])) == 2


async def test_name_with_a_comma_is_quoted(workspace: Workspace, slack: FakeSlack) -> None:
    await estimate_of(slack, support_bot.LINE, "first, small")
    await estimate_of(slack, DEAR, "second")
    assert by_row(await compared(slack, '"first, small" second'))[""] == ["first, small", "second"]


async def test_unknown_name_that_is_repeated_pings_nobody(start: Start, slack: FakeSlack) -> None:
    arguments = ["<!channel> <!here>", "*bold* `x`", "<@U0ROBIN001>, y", "=1 =2", '"open x', "😀, ``` ``"]
    async with start():
        for argument in arguments:
            assert (await slack.command(f"compare {argument}")).ok
            await slack.say(f"<@{slack.bot_user}> compare {argument}")
    assert len(slack.ephemerals()) == 2 * len(arguments)
    assert slack.pings == []
    assert slack.violations == []
