"""Places are shared out: no channel, person or workspace keeps the others from running."""

from __future__ import annotations

import asyncio

from bot.queue.places import COUNTING, PLACES, PLACES_OF_CHANNEL, PLACES_OF_USER, Candidate, Holder, Places
from bot.slack.pace import CALM_SECONDS, ChannelPace
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import figures
from tests.bot.two_workspaces import two_workspaces


def job(team: str, user: str = "U", channel: str | None = None, kind: str = "estimate") -> Holder:
    return Holder(kind, team, user, channel)


def crowd(team: str, size: int) -> list[Holder]:
    """Jobs of as many people."""
    return [job(team, f"U{number}") for number in range(size)]


def chosen(places: Places, *waiting: Holder) -> list[Holder]:
    candidates = [Candidate(number, holder) for number, holder in enumerate(waiting)]
    return [candidate.holder for candidate in places.choose(candidates)]


def test_workspace_leaves_as_many_places_as_it_holds() -> None:
    places = Places()
    assert len(chosen(places, *crowd("T1", 50))) == PLACES / 2
    for holder in crowd("T1", 10):
        places.take(holder)
    assert not places.allow(job("T1", "another"))
    assert len(chosen(places, *crowd("T2", 50))) == PLACES / 4
    for holder in crowd("T2", 5):
        places.take(holder)
    assert chosen(places, job("T1", "another"), *crowd("T3", 50)) == crowd("T3", 3), "10 + 5 + 3, and one more fits"
    places.give_back(job("T1", "U0"))
    assert places.allow(job("T3"))


def test_workspaces_take_turns() -> None:
    order = chosen(Places(), *crowd("T1", 3), *crowd("T2", 2), job("T3"))
    assert [holder.team_id for holder in order] == ["T1", "T2", "T3", "T1", "T2", "T1"]


def test_person_and_channel_have_shares() -> None:
    waiting = [job("T1", "U1", f"C{number}") for number in range(9)]
    assert len(chosen(Places(), *waiting)) == PLACES_OF_USER
    waiting = [job("T1", f"U{number}", "C1") for number in range(9)]
    assert len(chosen(Places(), *waiting)) == PLACES_OF_CHANNEL
    assert len(chosen(Places(), *[Holder("watch", None, None, None)] * 30)) == PLACES, "scheduled jobs have no owner"


def test_one_training_file_of_a_workspace_is_counted_at_a_time() -> None:
    files = [job("T1", "U1", kind=COUNTING), job("T1", "U2", kind=COUNTING), job("T2", "U1", kind=COUNTING)]
    places = Places()
    with places.held(crowd("T1", 10)):
        assert chosen(places, *files) == [files[2], files[0]], "in places of their own"


async def test_channel_is_paced_from_its_first_refusal_until_calm() -> None:
    time, pauses = [100.0], list[float]()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    pace = ChannelPace(1.0, lambda: time[0], sleep)
    for _ in range(3):
        await pace.wait("C1")
    assert pauses == [], "Slack has refused nothing"
    pace.slow_down("C1")
    for channel in ("C1", "C1", "C2", "C1"):
        await pace.wait(channel)
    assert pauses == [1.0, 2.0, 3.0]
    time[0] += 4 + CALM_SECONDS + 1
    await pace.wait("C1")
    assert pauses == [1.0, 2.0, 3.0]


async def test_silent_channel_does_not_block_others(catalog: Catalog, database_url: str) -> None:
    """Slack does not answer for one channel, and one person has asked more there than there are places."""
    answers = asyncio.Event()
    async with two_workspaces(catalog, database_url) as company:
        red, blue = company.red, company.blue
        for slack in (red, blue):
            await company.install(slack)
        for _ in range(PLACES_OF_CHANNEL):
            red.delay_next("chat.postMessage", answers)
        delivered = await asyncio.gather(*(red.command(support_bot.LINE) for _ in range(PLACES + 2)))
        assert all(delivery.ok for delivery in delivered)
        await red.wait_for(lambda: len(red.waiting_calls) == PLACES_OF_CHANNEL)
        assert figures(await slack_actions.ask(blue, support_bot.LINE)) == support_bot.FIGURES
        colleague = await slack_actions.ask(red, support_bot.LINE, user=red.colleague, channel=red.random)
        assert figures(colleague) == support_bot.FIGURES
        assert len(red.waiting_calls) == PLACES_OF_CHANNEL
        assert (await slack_actions.get_json(f"{company.url}/readyz"))[0] == 200
        answers.set()
        await red.wait_for(lambda: len(red.messages()) == PLACES + 2)
