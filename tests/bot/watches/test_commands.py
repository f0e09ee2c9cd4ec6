"""The commands `watch` and `unwatch`: the list, thresholds, roles."""

from __future__ import annotations

from bot.usecases.watches import NOT_ALLOWED
from playground import FakeSlack
from tests.bot import fixture_catalog, slack_actions
from tests.bot.fixture_catalog import ON, catalogue, offer
from tests.bot.message_text import estimate_id, rows
from tests.bot.watches.life import Life


async def test_watches_are_listed_and_ended(life: Life, slack: FakeSlack) -> None:
    async with life.start(catalogue()):
        assert "You don't watch any estimate" in (await slack.command("watch")).json()["text"]
        first, other = [
            estimate_id(await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}")) for _ in range(2)
        ]
        assert "by more than 5% (the default" in (await slack.command(f"watch `{first}`")).json()["text"]
        assert "by more than 2.5%\n" in (await slack.command(f"watch {first} over 2.5%")).json()["text"]
        mine = (await slack.command("watch")).json()["text"]
        assert f"`{first}` over 2.5%" in mine
        assert other not in mine
        lines = (await slack.command("list")).json()["text"].splitlines()
        assert [line.endswith("· watched") for line in lines if other in line or first in line] == [False, True]
        assert "is no longer watched" in (await slack.command(f"unwatch {first}")).json()["text"]
        assert "“" + first + "” isn't watched" in (await slack.command(f"unwatch {first}")).json()["text"]
    await life.look(catalogue(offer(input="4")))
    assert not [m for m in slack.messages() if life.alerts(m)]


UNREADABLE = {
    "bcdfghjkmn": "This workspace has no estimate “bcdfghjkmn”",
    "{id} above 5%": "Write it like `watch k7m2…`",
    "{id} over": "isn't a percentage or an amount",
    "{id} over 50": "isn't a percentage or an amount",
    "{id} over -5%": "is negative",
    "{id} over 0%": "A threshold can't be zero",
    "{id} over 5% or 10%": "one percentage and one amount",
    "{id} over 5% or": "isn't a percentage or an amount",
    "{id} over $lots": "isn't a number",
    "{id} over 0.0000000000000000000001%": "too many digits",
}


async def test_invalid_watch_shows_the_syntax(life: Life, slack: FakeSlack) -> None:
    async with life.start(catalogue()):
        estimate = estimate_id(await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}"))
        for argument, says in UNREADABLE.items():
            assert says in (await slack.command(f"watch {argument.format(id=estimate)}")).json()["text"]
        assert (await slack.command("unwatch")).json()["text"].startswith("Add the id")
        assert "You don't watch any estimate" in (await slack.command("watch")).json()["text"]


async def test_owner_and_admins_change_watches_with_an_audit_entry(life: Life, slack: FakeSlack) -> None:
    """You are an admin, the colleague is none, and may all the same where they asked or began the thread."""
    async with life.start(catalogue()):
        mine = estimate_id(await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}"))
        theirs = await slack_actions.ask(slack, f"on={ON} {fixture_catalog.LINE}", user=slack.colleague)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=theirs["ts"])
        edit = estimate_id(await slack_actions.change(slack, theirs))

        async def answer_to(line: str, user: str) -> str:
            return str((await slack.command(line, user=user)).json()["text"])

        for line in (f"watch {mine}", f"watch {mine} over 1%"):
            assert await answer_to(line, slack.colleague) == NOT_ALLOWED
        assert "is watched" in await answer_to(f"watch {mine}", slack.you)
        assert await answer_to(f"unwatch {mine}", slack.colleague) == NOT_ALLOWED
        assert "is watched" in await answer_to(f"watch {edit} over $50", slack.colleague)
        assert "is watched" in await answer_to(f"watch {edit} over 1%", slack.you)
        assert "is no longer watched" in await answer_to(f"unwatch {edit}", slack.colleague)
        await slack.command("audit")
    assert [row[1:] for row in rows(slack.ephemerals()[-1])[1:]] == [
        [slack.colleague, f"alert of estimate {edit}", "over 1% → –"],
        [slack.you, f"alert of estimate {edit}", "over $50 → over 1%"],
        [slack.colleague, f"alert of estimate {edit}", "– → over $50"],
        [slack.you, f"alert of estimate {mine}", "– → over 5%"],
    ]
