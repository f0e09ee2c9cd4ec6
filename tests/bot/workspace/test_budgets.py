"""Budgets of channels and workspaces, who is asked to approve more, and what they decide."""

from __future__ import annotations

import copy
from functools import partial

from playground import FakeSlack, User
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import buttons, estimate_id, rows, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace

THIRD = "U0SAM00001"


def requests(slack: FakeSlack, parent: Json) -> list[Json]:
    return [m for m in slack.messages(parent["channel"], parent["ts"]) if "bove the budget" in texts(m)]


async def test_estimate_above_the_budget_is_decided_by_approvers(workspace: Workspace, slack: FakeSlack) -> None:
    """$13,080.00 are $8,080.00 above $5,000.00."""
    assert await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [slack.colleague]}) == {}
    parent = await slack_actions.ask(slack, support_bot.LINE)
    over = "Above the budget of $5,000.00 by $8,080.00: Your rate is $13,080.00 over 12 months."
    assert over in texts(parent)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    assert f"<@{slack.colleague}>: approve it?" in texts(request)
    await slack.click(request, "budget_approve")
    (refused,) = await slack.wait_for(slack.ephemerals)
    assert refused["text"] == f"Only <@{slack.colleague}> can decide this."
    assert buttons(request) == ["budget_approve", "budget_decline"]
    await slack.click(request, "budget_approve", user=slack.colleague)
    decision = f"Approved by <@{slack.colleague}> on 21 Nov 2026 at 12:00 UTC."
    await slack.wait_for(lambda: [m for m in slack.messages(slack.general, parent["ts"]) if m["text"] == decision][1:])
    (request,) = requests(slack, parent)
    assert decision in texts(request)
    assert buttons(request) == []
    await slack.command("audit")
    summary = f"Your rate is $13,080.00 over 12 months, asked by {slack.you}"
    assert [row[1:] for row in rows(slack.ephemerals()[-1])[1:]] == [
        [slack.colleague, f"estimate {estimate_id(parent)} above its budget of $5,000.00", f"{summary} → approved"],
        [slack.you, f"budget of {slack.general}", f"– → 5000 USD, approved by {slack.colleague}"],
    ]


async def test_second_decision_is_refused(workspace: Workspace, slack: FakeSlack) -> None:
    """Who asked is not among those who decide."""
    slack.workspace.users[THIRD] = User(THIRD, "sam", "Sam")
    slack.workspace.channel(slack.general).members.add(THIRD)
    await slack_actions.set_budget(slack, {"amount": "100", "approvers": [slack.you, slack.colleague, THIRD]})
    parent = await slack_actions.ask(slack, support_bot.LINE)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    assert f"<@{slack.colleague}>, <@{THIRD}>: approve it?" in texts(request)
    before = copy.deepcopy(request)
    await slack.click(request, "budget_decline", user=THIRD)
    decision = f"Declined by <@{THIRD}> on 21 Nov 2026 at 12:00 UTC."
    await slack.wait_for(lambda: [m for m in slack.messages(slack.general, parent["ts"]) if m["text"] == decision][1:])
    await slack.click(before, "budget_approve", user=slack.colleague)
    notice, refused = await slack.wait_for(lambda: (notices := slack.ephemerals(slack.colleague))[1:] and notices)
    assert notice["text"] == "An estimate in this thread needs your approval."
    assert refused["text"] == decision
    assert [m["text"] for m in slack.messages(slack.general, parent["ts"])].count(decision) == 2


async def test_mentions_and_forms_are_compared_with_the_budget(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.set_budget(slack, {"amount": "13k", "approvers": [slack.colleague]})
    await slack.say(f"<@{slack.bot_user}> {support_bot.LINE}")
    await slack.wait_for(lambda: [m for m in slack.messages() if requests(slack, m)])
    view = await slack_actions.full_form(slack)
    known = {message["ts"] for message in slack.messages()}
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))
    parent = await slack_actions.answered(slack, known=known)
    await slack.wait_for(lambda: requests(slack, parent))


async def test_dearer_change_needs_a_new_approval(workspace: Workspace, slack: FakeSlack) -> None:
    """With 4 epochs $13,120.00. With 2 $13,040.00, with 3 $13,080.00 again, which was approved; with 5 $13,160.00."""
    slack.scopes.add("channels:history")
    await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [slack.colleague]})
    parent = await slack_actions.ask(slack, support_bot.LINE)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    await slack.click(request, "budget_approve", user=slack.colleague)
    decision = f"Approved by <@{slack.colleague}> on 21 Nov 2026 at 12:00 UTC."
    await slack.wait_for(lambda: [m for m in slack.messages(slack.general, parent["ts"]) if m["text"] == decision])
    holds = f"No new approval is needed: it costs no more than the approved estimate. {decision}"

    def confirmed(times: int) -> bool:
        return [m["text"] for m in slack.messages(slack.general, parent["ts"])].count(holds) == times

    for number, epochs in enumerate((2, 3), 1):
        await slack.say(f"<@{slack.bot_user}> epochs={epochs}", thread_ts=parent["ts"])
        await slack.wait_for(partial(confirmed, number))
    await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    await slack.wait_for(
        lambda: [m for m in requests(slack, parent) if buttons(m) == ["budget_approve", "budget_decline"]]
    )
    assert confirmed(2)
    await slack_actions.set_budget(slack, {"amount": "6k", "approvers": [slack.colleague]})
    await slack.say(f"<@{slack.bot_user}> epochs=3", thread_ts=parent["ts"])
    await slack.wait_for(
        lambda: [m for m in requests(slack, parent) if "approve it?" in texts(m) and "$6,000" in texts(m)]
    )
    assert confirmed(2), "another budget was approved for"


async def test_approvers_who_do_not_read_the_thread_are_asked_directly(workspace: Workspace, slack: FakeSlack) -> None:
    """The answer is in the asker's direct message with the bot; the decision stands there too."""
    await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [slack.colleague], "scope": "workspace"})
    view = await slack_actions.full_form(slack)
    await slack.submit_view(view["id"], slack.fill(view, {**support_bot.FORM, "share": "me"}))
    parent = await slack_actions.answered(slack, slack.im)
    theirs = slack.workspace.im(slack.colleague).id
    (request,) = await slack.wait_for(lambda: slack.messages(theirs))
    assert f"<@{slack.you}> asks you to approve an estimate: 10k examples" in texts(request)
    (mine,) = requests(slack, parent)
    assert f"Asked in a direct message: <@{slack.colleague}>." in texts(mine)
    assert buttons(mine) == []
    await slack.click(request, "budget_decline", user=slack.colleague)
    decision = f"Declined by <@{slack.colleague}> on 21 Nov 2026 at 12:00 UTC."
    await slack.wait_for(lambda: [m for m in slack.messages(slack.im, parent["ts"]) if m["text"] == decision])
    (request,) = slack.messages(theirs)
    assert decision in texts(request)
    assert buttons(request) == []


async def test_approver_who_is_not_in_the_channel_is_asked_directly(start: Start, slack: FakeSlack) -> None:
    """Slack tells nobody that they were mentioned in a channel that they are not in."""
    finance = slack.workspace.channel(slack.finance)
    finance.members.add(slack.bot_user)
    async with start():
        await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [slack.colleague], "scope": "workspace"})
        parent = await slack_actions.ask(slack, support_bot.LINE, channel=slack.finance)
        theirs = slack.workspace.im(slack.colleague).id
        (request,) = await slack.wait_for(lambda: slack.messages(theirs))
        assert f"<@{slack.you}> asks you to approve an estimate: 10k examples" in texts(request)
        await slack.click(request, "budget_approve", user=slack.colleague)
        decision = f"Approved by <@{slack.colleague}> on 21 Nov 2026 at 12:00 UTC."
        await slack.wait_for(lambda: [m for m in slack.messages(slack.finance, parent["ts"]) if m["text"] == decision])
    assert [(violation.where, violation.error) for violation in slack.violations] == [
        ("chat.postEphemeral", "user_not_in_channel")
    ]


async def test_admin_decides_if_the_only_approver_was_forgotten(workspace: Workspace, slack: FakeSlack) -> None:
    """And nobody else: the person who asked is no admin."""
    await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [slack.colleague]})
    await slack.command("forget me", user=slack.colleague)
    (question,) = slack.ephemerals(slack.colleague)
    await slack.click(question, "forget_me", user=slack.colleague)
    slack.workspace.users[THIRD] = User(THIRD, "sam", "Sam")
    slack.workspace.channel(slack.general).members.add(THIRD)
    parent = await slack_actions.ask(slack, support_bot.LINE, user=THIRD)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    assert "no longer has an approver, so an admin of this workspace can decide: approve it?" in texts(request)
    before = copy.deepcopy(request)
    await slack.click(request, "budget_approve", user=THIRD)
    (refused,) = await slack.wait_for(lambda: slack.ephemerals(THIRD))
    assert refused["text"] == "Only an admin of this workspace can decide this."
    await slack.click(before, "budget_approve")
    await slack.wait_for(lambda: [m for m in requests(slack, parent) if f"Approved by <@{slack.you}>" in texts(m)])


async def test_asker_learns_that_no_approver_is_in_slack(workspace: Workspace, slack: FakeSlack) -> None:
    slack.workspace.users[THIRD] = User(THIRD, "sam", "Sam")
    await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [THIRD]})
    del slack.workspace.users[THIRD]
    await slack_actions.ask(slack, support_bot.LINE)
    notice = await slack_actions.ephemeral(slack, "The approvers are no longer in Slack.")
    assert "/ftcost budget" in notice["text"]
    slack.violations.clear()


async def test_asker_decides_without_other_approvers(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.set_budget(slack, {"amount": "100", "approvers": [slack.you]})
    parent = await slack_actions.ask(slack, support_bot.LINE)
    (request,) = await slack.wait_for(lambda: requests(slack, parent))
    await slack.click(request, "budget_approve")
    await slack.wait_for(lambda: [m for m in requests(slack, parent) if "Approved by" in texts(m)])


async def test_unknown_price_has_no_budget_verdict(workspace: Workspace, slack: FakeSlack) -> None:
    """Of this offer nothing is known but the preparation, $500.00; in a month nothing at all."""
    line = "on=google/gemini-3.5-flash-lite examples=10k example=400 epochs=3 calls=50k/day call=100/70 prep=500"
    name = "Gemini 3.5 Flash-Lite (Google)"
    unpublished = f"{name} has an unpublished price, and"
    sentences = {
        "501": f"It isn't known whether this is within the budget of $501.00: {unpublished} its known part is $500.00",
        "9/month": "It isn't known whether this is within the budget of $9.00 a month: "
        f"{unpublished} no part of its cost is known.",
        "499": f"Above the budget of $499.00 by $1.00: {name} is at least $500.00 until",
    }
    for amount, sentence in sentences.items():
        await slack_actions.set_budget(slack, {"amount": amount, "approvers": [slack.colleague]})
        parent = await slack_actions.ask(slack, line)
        assert sentence in texts(parent)
    await slack.wait_for(lambda: requests(slack, parent))
    threads = [parent["ts"] for parent in slack.messages() if requests(slack, parent)]
    assert threads == [parent["ts"]], "approval is asked for what is above"


async def test_estimate_that_never_pays_asks_for_no_approval(workspace: Workspace, slack: FakeSlack) -> None:
    """Tuned, a call costs 100 × 3 + 70 × 6 = 720 millionths; prompted at $1 and $2: 100 × 1 + 70 × 2 = 240."""
    await slack_actions.set_budget(slack, {"amount": "5k", "approvers": [slack.colleague]})
    line = f"{support_bot.LINE} prompt=0->0"
    parent = await slack_actions.ask(slack, f"{line} base_rates=1/2")
    assert "won't pay" in texts(parent)
    assert "Above the budget of $5,000.00 by $8,080.00" in texts(parent)
    assert "No approval is asked for" in texts(parent)
    other = await slack_actions.ask(slack, f"{line} base_rates=30/60")
    await slack.wait_for(lambda: requests(slack, other))
    assert requests(slack, parent) == [], "posted before, and nothing follows"


async def test_estimate_within_the_budget_needs_no_approval(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.set_budget(slack, {"amount": "13080", "approvers": [slack.colleague]})
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert "budget" not in texts(parent)
    assert requests(slack, parent) == []


async def test_monthly_budget_is_compared_with_the_high_end(workspace: Workspace, slack: FakeSlack) -> None:
    """60,000 calls a day are 1.8M a month: 180M × $3 + 126M × $6 = $540 + $756 = $1,296.00."""
    await slack_actions.set_budget(slack, {"amount": "1200/month", "approvers": [slack.colleague]})
    assert "budget" not in texts(await slack_actions.ask(slack, support_bot.LINE))
    parent = await slack_actions.ask(slack, support_bot.LINE.replace("50k/day", "40k..60k/day"))
    assert "Above the budget of $1,200.00 a month by $96.00: Your rate is up to $1,296.00 a month." in texts(parent)


async def test_channel_budget_precedes_workspace_budget(workspace: Workspace, slack: FakeSlack) -> None:
    people = [slack.colleague]
    slack.workspace.channel(slack.random).members.add(slack.bot_user)
    await slack_actions.set_budget(slack, {"amount": "100", "approvers": people, "scope": "workspace"})
    await slack_actions.set_budget(slack, {"amount": "20k", "approvers": people, "scope": "channel"})
    assert "budget" not in texts(await slack_actions.ask(slack, support_bot.LINE))
    assert "Above the budget of $100.00" in texts(
        await slack_actions.ask(slack, support_bot.LINE, channel=slack.random)
    )
    assert "Budget of an estimate: $100.00" in texts(await slack_actions.open_home(slack))


async def test_invalid_budget_command_is_refused(workspace: Workspace, slack: FakeSlack) -> None:
    for amount, decision in (
        ("much", "isn't a number"),
        ("5/day", "“day” isn't a budget period"),
        ("5000 EUR", "Enter US dollars"),
    ):
        assert decision in (await slack_actions.set_budget(slack, {"amount": amount}))["amount"]
    assert set(await slack_actions.set_budget(slack, {"amount": "5"})) == {"approvers"}


async def test_empty_amount_deletes_the_budget(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.set_budget(slack, {"amount": "100", "approvers": [slack.colleague]})
    await slack_actions.set_budget(slack, {"amount": ""})
    assert "budget" not in texts(await slack_actions.ask(slack, support_bot.LINE))
