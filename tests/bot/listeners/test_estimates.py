"""The buttons under an estimate: Edit, Compare, Export (Break-even has a file of its own)."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader

from bot.cli.main import main
from bot.results import SCHEMA_VERSION
from playground import FakeSlack, Payloads, State
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import (
    buttons,
    column,
    difference,
    estimate_id,
    figures,
    filled_fields,
    header,
    inputs,
    prefilled,
    texts,
)
from tests.bot.slack_actions import Json
from tests.conftest import Workspace
from tests.spreadsheet import Book


async def edit(slack: FakeSlack, message: Json, answers: dict[str, str]) -> tuple[Json, State]:
    view = await slack_actions.press(slack, message, "edit", "estimate_form")
    return view, slack.fill(view, answers)


async def test_edit_opens_the_form_with_the_question(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot" months=6')
    view = await slack_actions.press(slack, parent, "edit", "estimate_form")
    assert filled_fields(view) == support_bot.FIELDS | {"name": "support bot", "months": "6"}
    assert "share" not in inputs(view), "it answers where the estimate stands"


async def test_edit_shows_defaults_that_were_not_typed(workspace: Workspace, slack: FakeSlack) -> None:
    """Left out, `on` means all and `epochs` means auto; the form must not turn that into its own 3."""
    parent = await slack_actions.ask(slack, "examples=10k example=400")
    view = await slack_actions.press(slack, parent, "edit", "estimate_form")
    assert filled_fields(view) == {"examples": "10k", "example": "400"}


async def test_edit_answers_in_the_same_thread_with_the_difference(workspace: Workspace, slack: FakeSlack) -> None:
    """Five epochs: 10,000 × 400 × 5 = 20M tokens at $10: $200.00, $80.00 more than before; a year $13,160.00."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    first_id = estimate_id(parent)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    change = await slack_actions.change(slack, parent)
    assert difference(change) == [support_bot.OFFER, "$13,080", "$13,160", "+$80"]
    assert "Changed: epochs 3 → 5" in texts(change)
    assert "epochs 3 → 5" in change["text"]
    assert buttons(change) == [], "the buttons are on the card"
    assert estimate_id(change) != first_id
    assert len(slack.messages()) == 1


async def test_edit_of_an_edit_starts_from_the_edit(workspace: Workspace, slack: FakeSlack) -> None:
    """From 5 epochs back to 3: $80.00 less."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    await slack_actions.change(slack, parent)
    view, answers = await edit(slack, slack.messages()[0], {"epochs": "3"})
    assert prefilled(view)["epochs"] == "5"
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent, 2)
    assert difference(change)[3] == "−$80"
    assert "epochs 5 → 3" in texts(change)


async def test_card_changes_in_place_after_an_edit(workspace: Workspace, slack: FakeSlack) -> None:
    """Users who see only the channel must not rely on the former figures. 20M tokens at $10: $200, $13,160 a year."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert "$13,160" not in texts(parent)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    card = slack.messages()[0]
    assert "$13,160 over 12 months" in texts(card)
    assert figures(card) == {support_bot.LABEL: "$200 once, $1,080 a month"}
    assert "changed: epochs 3 → 5" in texts(card)
    assert buttons(card) == ["edit", "break_even", "sure", "sources", "more"]
    assert estimate_id(card) == estimate_id(change), "the buttons are of the changed estimate"


async def test_edit_of_the_first_message_starts_from_the_newest(workspace: Workspace, slack: FakeSlack) -> None:
    """5 epochs from the edit, 6 months from the form: 200 + 6 × 1,080 = $6,680.00, where $13,160.00 stood."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    await slack.wait_for(lambda: "$13,160" in texts(slack.messages()[0]))
    view = await slack_actions.press(slack, slack.messages()[0], "edit", "estimate_form")
    assert prefilled(view)["epochs"] == "5"
    await slack.submit_view(view["id"], slack.fill(view, {"months": "6"}))
    change = await slack_actions.change(slack, parent, 2)
    assert "changed: epochs 3 → 5" not in texts(slack.messages()[0]), "only the latest change"
    assert "Changed: months 12 → 6" in texts(change)
    assert difference(change)[1:] == ["$13,160", "$6,680", "−$6,480"]


async def test_edit_succeeds_after_the_first_message_was_deleted(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("chat.update", "message_not_found")
        view, answers = await edit(slack, parent, {"epochs": "5"})
        await slack.submit_view(view["id"], answers)
    assert difference(slack.messages(slack.general, parent["ts"])[1])[3] == "+$80"
    assert slack.ephemerals() == [], "nothing to apologise for"


async def test_emptied_field_returns_to_its_default(workspace: Workspace, slack: FakeSlack) -> None:
    """Without calls there is nothing a month: $120.00 stay, $12,960.00 less."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"calls": "", "call": ""})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    assert difference(change) == [support_bot.OFFER, "$13,080", "$120", "−$12,960"]
    assert "calls 50k/day → not given" in texts(change)


async def test_edit_is_checked_like_any_form(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "none", "months": "0"})
    assert set((await slack.submit_view(view["id"], answers)).errors) == {"epochs", "months"}


async def test_edit_opens_a_view_at_once_and_fills_it_after(workspace: Workspace, slack: FakeSlack) -> None:
    """A trigger lives three seconds and a database may take longer: what is opened first must not need it."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    offers = await slack_actions.all_offers(slack, parent)
    for message, button, callback in ((parent, "edit", "estimate_form"), (offers, "compare", "compare_form")):
        before = len(slack.calls)
        await slack_actions.press(slack, message, button, callback)
        first, then = slack.calls[before:][:2]
        assert (first.method, then.method) == ("views.open", "views.update")
        assert len(first.args["view"]["blocks"]) == 1, "something cheap"


async def test_compare_prices_the_chosen_offers_in_the_thread(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE.replace("on=your-rates", "on=azure/gpt-oss-20b@global"))
    offers = await slack_actions.all_offers(slack, parent)
    view = await slack_actions.press(slack, offers, "compare", "compare_form")
    chosen = ["azure/gpt-oss-20b@global", "google/gemini-3.5-flash"]
    assert (await slack.submit_view(view["id"], slack.fill(view, {"on": chosen}))).errors == {}
    change = await slack_actions.change(slack, parent)
    assert "Changed: the offers compared" in texts(change)
    names = {"gpt-oss-20b, global (Azure)", "Gemini 3.5 Flash (Google)", support_bot.OFFER}
    assert set(column(change)) == names
    offers = await slack_actions.all_offers(slack, slack.messages()[0])
    assert {*column(offers), *column(slack.messages(thread_ts=parent["ts"])[-1])} == names


async def test_change_of_another_field_compares_no_offers(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await slack.say(f"<@{slack.bot_user}> epochs=4", thread_ts=parent["ts"])
    change = await slack_actions.change(slack, parent)
    assert "Changed: epochs 3 → 4" in texts(change)
    assert all(block["type"] != "table" for block in change["blocks"])


async def test_compare_preselects_earlier_offers(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, "on=tinker/qwen3-8b examples=10k example=400")
    offers = await slack_actions.all_offers(slack, parent)
    view = await slack_actions.press(slack, offers, "compare", "compare_form")
    chosen = view["blocks"][0]["element"]["initial_options"]
    assert [option["value"] for option in chosen] == ["tinker/qwen3-8b"]


@pytest.mark.parametrize("button", ["edit", "compare"])
async def test_button_of_a_deleted_estimate_says_so(workspace: Workspace, slack: FakeSlack, button: str) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    message = parent if button == "edit" else await slack_actions.all_offers(slack, parent)
    element = next(block for block in message["blocks"] if block["type"] == "actions")["elements"]
    element[0]["value"] = "2222222222"
    await slack.click(message, button)
    view = await slack.wait_for(lambda: [v for v in slack.views if v["title"]["text"] == "Not found"])
    assert "/ftcost" in view[0]["blocks"][0]["text"]["text"]


async def export(slack: FakeSlack, message: Json) -> list[dict[str, str]]:
    """The rows of the CSV that an export puts into the thread."""
    text = (await slack_actions.export(slack, message)).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_unchanged_edit_creates_no_version(workspace: Workspace, slack: FakeSlack) -> None:
    """By the form and by words; the user alone reads why."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    replies = slack.messages(thread_ts=parent["ts"])
    view, answers = await edit(slack, parent, {})
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    await slack_actions.ephemeral(slack, "Nothing is different")
    await slack.say(f"<@{slack.bot_user}> epochs=3", thread_ts=parent["ts"])
    await slack.wait_for(lambda: [m for m in slack.ephemerals() if "Nothing is different" in m["text"]][1:])
    replies_of_bot = [m for m in slack.messages(thread_ts=parent["ts"]) if m["user"] == slack.bot_user]
    assert replies_of_bot == [m for m in replies if m["user"] == slack.bot_user]


async def test_export_adds_up_to_the_total(workspace: Workspace, slack: FakeSlack) -> None:
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
    shared = await slack.wait_for(lambda: slack.messages(slack.general, parent["ts"])[1:])
    assert shared[0]["files"][0]["name"] == f"ftcost-{estimate_id(parent)}.csv"


async def test_export_of_all_offers_adds_up_offer_by_offer(workspace: Workspace, slack: FakeSlack) -> None:
    """Every total of the table in the thread is the sum of that offer's rows, rounded to cents."""
    await slack.command("on=tinker examples=10k example=250/150 epochs=3 calls=50k/day call=100/70")
    # None of them can be recommended, so there is no breakdown.
    await slack.wait_for(lambda: [m for m in slack.messages() if slack.messages(thread_ts=m["ts"])])
    (parent,) = slack.messages()
    sums: dict[str, Decimal] = {}
    for line in await export(slack, parent):
        sums[line["offer"]] = sums.get(line["offer"], Decimal(0)) + Decimal(line["amount_usd"])
    comparison = await slack_actions.all_offers(slack, parent)
    totals = column(comparison, 1).values()
    printed = sorted(Decimal(total.replace("$", "").replace(",", "")) for total in totals)
    assert printed == sorted(usd.quantize(Decimal("0.01"), "ROUND_HALF_UP") for usd in sums.values())
    assert len(printed) > 3


@pytest.mark.parametrize("name", ["=cmd()", "+1", "@x", "-2+3", '=HYPERLINK("http://x")', "\u2212x", "＝1+1", " =1"])
async def test_export_cells_are_not_formulas(workspace: Workspace, slack: FakeSlack, name: str) -> None:
    view = await slack_actions.full_form(slack)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM | {"name": name}))
    parent = await slack_actions.answered(slack)
    cell = (await export(slack, parent))[0]["name"]
    assert cell[0] not in "=+-@＝＋－＠\t\r\n"
    assert cell.removeprefix("'") == header(parent), "it still says what was typed"
    assert header(parent) == name.strip().replace('"', "'"), "double quotes are what holds a name in a line"


async def test_edit_can_be_exported_too(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    assert estimate_id(slack.messages()[0]) == estimate_id(change)
    assert sum(Decimal(line["amount_usd"]) for line in await export(slack, slack.messages()[0])) == 13_160


async def test_spreadsheet_calculates_and_links_to_the_thread(workspace: Workspace, slack: FakeSlack) -> None:
    """Five epochs instead of three: 20M tokens at $10 are $80.00 more than the $13,080.00 that were quoted."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    workbook = Book(await slack_actions.export(slack, parent, "xlsx"))
    workbook.put("epochs", "5")
    (offer,) = workbook.rows("Offers")
    assert (offer["Total, USD"], offer["Price when asked, USD"]) == (13_160, 13_080)
    link = f"{slack.base_url}/archives/{slack.general}/p{parent['ts'].replace('.', '')}"
    assert link in str(workbook.cells["Scenario"]["A3"])


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


async def test_memo_and_json_contain_the_answer(workspace: Workspace, slack: FakeSlack) -> None:
    """$13,080.00 over the year, as in support_bot. The JSON is what the terminal prints."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    (page,) = PdfReader(io.BytesIO(await slack_actions.export(slack, parent, "pdf"))).pages
    text = page.extract_text()
    assert "$13,080.00" in text
    assert f"{slack.base_url}/archives/{slack.general}/p{parent['ts'].replace('.', '')}" in text.replace("\n", "")
    whole = json.loads(await slack_actions.export(slack, parent, "json"))
    assert (whole["scenario"], whole["estimates"][0]["total_usd"]) == (support_bot.FIELDS, "13080")
    assert whole["schema_version"] == SCHEMA_VERSION
    assert "notes" not in whole


async def test_export_of_a_reply_links_to_it(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    view, answers = await edit(slack, parent, {"epochs": "5"})
    await slack.submit_view(view["id"], answers)
    change = await slack_actions.change(slack, parent)
    (line, *_) = await export(slack, slack.messages()[0])
    assert line["permalink"].endswith(f"/p{change['ts'].replace('.', '')}?thread_ts={parent['ts']}&cid={slack.general}")


async def test_export_button_of_an_old_estimate_exports(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    action = {"type": "button", "action_id": "export", "block_id": "b", "value": estimate_id(parent)}
    pressed = Payloads(slack.workspace).block_actions(parent, action, {}, slack.you, slack.general)
    body = urlencode({"payload": json.dumps(pressed)})
    assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 200
    files = await slack.wait_for(lambda: slack.files)
    assert files[0]["name"] == f"ftcost-{estimate_id(parent)}.csv"
