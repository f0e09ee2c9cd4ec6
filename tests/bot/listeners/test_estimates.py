"""The buttons under an estimate: Edit, Compare, Export (Break-even has a file of its own)."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.cli.main import main
from playground import FakeSlack, Payloads, State
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import (
    buttons,
    column,
    estimate_id,
    figures,
    filled_fields,
    header,
    inputs,
    prefilled,
    rows,
    texts,
)
from tests.bot.slack_actions import Json
from tests.conftest import Workspace
from tests.spreadsheet import Book


async def edit(slack: FakeSlack, message: Json, answers: dict[str, str]) -> tuple[Json, State]:
    view = await slack_actions.press(slack, message, "edit", "estimate_form")
    return view, slack.fill(view, answers)


async def test_edit_opens_the_form_as_it_was_asked(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot" months=6')
    view = await slack_actions.press(slack, parent, "edit", "estimate_form")
    assert filled_fields(view) == support_bot.FIELDS | {"name": "support bot", "months": "6"}
    assert "share" not in inputs(view), "it answers where the estimate stands"


async def test_edit_shows_defaults_that_were_not_typed(workspace: Workspace, slack: FakeSlack) -> None:
    """Left out, `on` means all and `epochs` means auto; the form must not turn that into its own 3."""
    parent = await slack_actions.ask(slack, "examples=10k example=400")
    view = await slack_actions.press(slack, parent, "edit", "estimate_form")
    assert filled_fields(view) == {"examples": "10k", "example": "400"}


async def test_an_edit_answers_in_the_same_thread_with_the_difference(workspace: Workspace, slack: FakeSlack) -> None:
    """Five epochs: 10,000 × 400 × 5 = 20M tokens at $10: $200.00, $80.00 more than before; a year $13,160.00."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    change = await slack_actions.change(slack, parent)
    assert rows(change)[1:] == [[support_bot.OFFER, "$13,080.00", "$13,160.00", "+$80.00"]]
    assert "Changed: epochs 3 → 5" in texts(change)
    assert "epochs 3 → 5" in change["text"]
    assert buttons(change) == buttons(parent)
    assert estimate_id(change) != estimate_id(parent)
    assert len(slack.messages()) == 1


async def test_an_edit_of_an_edit_starts_from_the_edit(workspace: Workspace, slack: FakeSlack) -> None:
    """From 5 epochs back to 3: $80.00 less."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    view, answers = await edit(slack, await slack_actions.change(slack, parent), {"epochs": "3"})
    assert prefilled(view)["epochs"] == "5"
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent, 2)
    assert column(change) == {support_bot.OFFER: "−$80.00"}
    assert "epochs 5 → 3" in texts(change)


async def test_first_message_shows_the_total_after_an_edit(workspace: Workspace, slack: FakeSlack) -> None:
    """Who sees only the channel must not take the old figure for the last word. 20M tokens at $10: $13,160.00."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert "$13,160.00" not in texts(parent)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    await slack.wait_for(lambda: "$13,160.00" in texts(slack.messages()[0]))
    assert figures(slack.messages()[0]) == support_bot.FIGURES, "its own figures stay"
    assert buttons(slack.messages()[0]) == ["edit", "compare", "break_even", "sure", "export"]


async def test_edit_of_the_first_message_starts_from_the_newest(workspace: Workspace, slack: FakeSlack) -> None:
    """5 epochs from the edit, 6 months from the form: 200 + 6 × 1,080 = $6,680.00, where $13,160.00 stood."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    await slack.wait_for(lambda: "$13,160.00" in texts(slack.messages()[0]))
    view = await slack_actions.press(slack, slack.messages()[0], "edit", "estimate_form")
    assert prefilled(view)["epochs"] == "5"
    await slack.submit_view(view["id"], slack.fill(view, {"months": "6"}))
    change = await slack_actions.change(slack, parent, 2)
    assert rows(change)[1:] == [[support_bot.OFFER, "$13,160.00", "$6,680.00", "−$6,480.00"]]


async def test_edit_succeeds_after_the_first_message_was_deleted(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("chat.update", "message_not_found")
        view, answers = await edit(slack, parent, {"epochs": "5"})
        await slack.submit_view(view["id"], answers)
    assert column(slack.messages(slack.general, parent["ts"])[2]) == {support_bot.OFFER: "+$80.00"}
    assert slack.ephemerals() == [], "nothing to apologise for"


async def test_an_edit_that_changes_nothing_says_so(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    assert column(change) == {support_bot.OFFER: "±$0.00"}
    assert "nothing in the question" in texts(change)


async def test_an_emptied_field_goes_back_to_its_default(workspace: Workspace, slack: FakeSlack) -> None:
    """Without calls there is nothing a month: $120.00 stay, $12,960.00 less."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"calls": "", "call": ""})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    assert rows(change)[1] == [support_bot.OFFER, "$13,080.00", "$120.00", "−$12,960.00"]
    assert "calls 50k/day → not given" in texts(change)


async def test_an_edit_is_checked_like_any_form(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "none", "months": "0"})
    assert set((await slack.submit_view(view["id"], answers)).errors) == {"epochs", "months"}


async def test_an_edit_opens_a_view_at_once_and_fills_it_after(workspace: Workspace, slack: FakeSlack) -> None:
    """A trigger lives three seconds and a database may take longer: what is opened first must not need it."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    for button, callback in (("edit", "estimate_form"), ("compare", "compare_form")):
        before = len(slack.calls)
        await slack_actions.press(slack, parent, button, callback)
        first, then = slack.calls[before:][:2]
        assert (first.method, then.method) == ("views.open", "views.update")
        assert len(first.args["view"]["blocks"]) == 1, "something cheap"


async def test_compare_prices_the_chosen_offers_in_the_thread(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE.replace("on=your-rates", "on=wandb/llama-3.1-8b"))
    view = await slack_actions.press(slack, parent, "compare", "compare_form")
    chosen = ["wandb/llama-3.1-8b", "google/gemini-3.5-flash"]
    assert (await slack.submit_view(view["id"], slack.fill(view, {"on": chosen}))).errors == {}
    change = await slack_actions.change(slack, parent)
    offers = [row[0] for row in rows(change)[1:]]
    assert set(offers) == {"Llama 3.1 8B (CoreWeave W&B)", "Gemini 3.5 Flash (Google)", support_bot.OFFER}
    assert "Changed: the offers compared" in texts(change)


async def test_compare_shows_what_was_compared_before(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, "on=tinker/qwen3-8b examples=10k example=400")
    view = await slack_actions.press(slack, parent, "compare", "compare_form")
    chosen = view["blocks"][0]["element"]["initial_options"]
    assert [option["value"] for option in chosen] == ["tinker/qwen3-8b"]


@pytest.mark.parametrize("button", ["edit", "compare"])
async def test_a_button_of_an_estimate_that_is_gone_says_so(
    workspace: Workspace, slack: FakeSlack, button: str
) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    element = next(block for block in parent["blocks"] if block["type"] == "actions")["elements"]
    for each in element[:-1]:
        each["value"] = "2222222222"
    await slack.click(parent, button)
    view = await slack.wait_for(lambda: [v for v in slack.views if v["title"]["text"] == "Not found"])
    assert "/ftcost" in view[0]["blocks"][0]["text"]["text"]


async def export(slack: FakeSlack, message: Json) -> list[dict[str, str]]:
    """The rows of the CSV that an export puts into the thread."""
    text = (await slack_actions.export(slack, message)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_the_export_adds_up_to_the_total(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot"')
    lines = await export(slack, parent)
    assert [line["component"] for line in lines] == ["training", "inference", "inference"]
    assert [Decimal(line["amount_usd"]) for line in lines] == [120, 5_400, 7_560]
    assert [Decimal(line["quantity"]) * Decimal(line["unit_price_usd"]) for line in lines] == [120, 5_400, 7_560]
    for line in lines:
        assert (line["offer"], line["complete"], line["as_of"], line["name"]) == (
            "your-rates",
            "yes",
            "2026-11-21",
            "support bot",
        )
        assert line["calls"] == "50k/day", "the question stands in every row"


async def test_export_is_posted_in_the_thread_under_the_estimate_name(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await export(slack, parent)
    shared = await slack.wait_for(lambda: slack.messages(slack.general, parent["ts"])[2:])
    assert shared[0]["files"][0]["name"] == f"ftcost-{estimate_id(parent)}.csv"


async def test_the_export_of_all_offers_adds_up_offer_by_offer(workspace: Workspace, slack: FakeSlack) -> None:
    """Every total of the table in the thread is the sum of that offer's rows, rounded to cents."""
    parent = await slack_actions.ask(
        slack,
        "on=wandb,azure/gpt-oss-20b examples=10k example=250/150 epochs=3 calls=50k/day call=100/70",
    )
    sums: dict[str, Decimal] = {}
    for line in await export(slack, parent):
        sums[line["offer"]] = sums.get(line["offer"], Decimal(0)) + Decimal(line["amount_usd"])
    comparison = slack.messages(slack.general, parent["ts"])[0]
    printed = sorted(Decimal(row[3].replace("$", "").replace(",", "")) for row in rows(comparison)[1:])
    assert printed == sorted(usd.quantize(Decimal("0.01"), "ROUND_HALF_UP") for usd in sums.values())
    assert len(printed) > 3


@pytest.mark.parametrize("name", ["=cmd()", "+1", "@x", "-2+3", '=HYPERLINK("http://x")', "\u2212x", "＝1+1", " =1"])
async def test_the_export_is_no_formula_for_a_spreadsheet(workspace: Workspace, slack: FakeSlack, name: str) -> None:
    view = await slack_actions.full_form(slack)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS | {"name": name}))
    parent = await slack_actions.answered(slack)
    cell = (await export(slack, parent))[0]["name"]
    assert cell[0] not in "=+-@＝＋－＠\t\r\n"
    assert cell.removeprefix("'") == header(parent), "it still says what was typed"
    assert header(parent) == name.strip().replace('"', "'"), "double quotes are what holds a name in a line"


async def test_an_edit_can_be_exported_too(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    assert sum(Decimal(line["amount_usd"]) for line in await export(slack, change)) == 13_160
    assert figures(parent) == support_bot.FIGURES


async def test_the_spreadsheet_goes_on_calculating_and_leads_back(workspace: Workspace, slack: FakeSlack) -> None:
    """Five epochs instead of three: 20M tokens at $10 are $80.00 more than the $13,080.00 that were quoted."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    made = Book(await slack_actions.export(slack, parent, "xlsx"))
    made.put("epochs", "5")
    (offer,) = made.rows("Offers")
    assert (offer["Total, USD"], offer["Price when asked, USD"]) == (13_160, 13_080)
    link = f"{slack.base_url}/archives/{slack.general}/p{parent['ts'].replace('.', '')}"
    assert link in str(made.cells["Scenario"]["A3"])


async def test_scenario_is_exported_as_a_file_for_the_terminal(
    workspace: Workspace, slack: FakeSlack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = await slack_actions.ask(
        slack, f"{support_bot.LINE} name=\"no: 'yes' # {chr(0x1F600)}\" months=6 runs=2..4"
    )
    path = tmp_path / "scenario.yml"
    path.write_bytes(await slack_actions.export(slack, parent, "yaml"))
    assert main(["-f", str(path), "--format", "json", "--as-of", "2026-11-21"]) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == support_bot.FIELDS | {
        "name": f"no: 'yes' # {chr(0x1F600)}",
        "months": "6",
        "runs": "2..4",
    }


async def test_an_export_of_a_reply_leads_to_that_reply(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    (line, *_) = await export(slack, change)
    assert line["permalink"].endswith(f"/p{change['ts'].replace('.', '')}?thread_ts={parent['ts']}&cid={slack.general}")


async def test_the_button_under_an_estimate_of_old_still_exports_lines(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    action = {"type": "button", "action_id": "export", "block_id": "b", "value": estimate_id(parent)}
    pressed = Payloads(slack.workspace).block_actions(parent, action, {}, slack.you, slack.general)
    body = urlencode({"payload": json.dumps(pressed)})
    assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 200
    files = await slack.wait_for(lambda: slack.files)
    assert files[0]["name"] == f"ftcost-{estimate_id(parent)}.csv"
