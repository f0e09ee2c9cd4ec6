"""A Slack that does not draw charts gets them as images, or as text if none can be drawn."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.render.charts.break_even import break_even_chart
from bot.render.charts.model import Chart
from bot.render.charts.png import ChartUnavailable
from bot.render.slack.replies import chart_reply
from bot.slack.poster import Destination, Poster
from calculator import estimate, read_scenario
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.conftest import TODAY, Workspace

TWO_OFFERS = support_bot.FIELDS | {"on": "your-rates,google/gemini-3.5-flash"}
PROMPTED = support_bot.FIELDS | {"base": "gpt-4.1-mini"}


async def test_thread_shows_slacks_own_chart(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, " ".join(f"{key}={value}" for key, value in TWO_OFFERS.items()))
    assert (await slack.click(parent, "sure")).ok

    def charts() -> list[slack_actions.Json]:
        drawn = [block for reply in slack.messages(thread_ts=parent["ts"]) for block in reply.get("blocks", [])]
        return [block for block in drawn if block["type"] == "data_visualization"]

    assert len(await slack.wait_for(charts)) == 1
    assert slack.files == []


async def test_refused_chart_is_uploaded_as_an_image(catalog: Catalog, slack: FakeSlack) -> None:
    """The image goes into the same thread, with its numbers as the alt text."""
    chart = break_even_chart(estimate(read_scenario(PROMPTED), catalog, TODAY.date()))
    assert chart is not None
    parent = await slack.say("What would it cost?")
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    poster = Poster(client, client)
    slack.fail_next("chat.postMessage", "invalid_blocks", status=200)
    place = Destination(slack.general, parent["ts"])
    assert (await poster.post(place, chart_reply(chart))).destination == place
    (picture,) = slack.files
    assert slack.file_content(picture["id"]).startswith(b"\x89PNG")
    assert picture["alt_txt"].startswith("Line chart: cumulative cost of Your rate and of prompting gpt-4.1-mini over ")
    (reply,) = slack.messages(thread_ts=parent["ts"])
    assert [file["id"] for file in reply["files"]] == [picture["id"]]


async def test_refused_chart_is_text_without_matplotlib(catalog: Catalog, slack: FakeSlack) -> None:
    async def refuse(_: Chart) -> bytes:
        raise ChartUnavailable("PNG charts need matplotlib")

    chart = break_even_chart(estimate(read_scenario(PROMPTED), catalog, TODAY.date()))
    assert chart is not None
    parent = await slack.say("What would it cost?")
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    slack.fail_next("chat.postMessage", "invalid_blocks", status=200)
    await Poster(client, client, refuse).post(Destination(slack.general, parent["ts"]), chart_reply(chart))
    assert slack.files == []
    (reply,) = slack.messages(thread_ts=parent["ts"])
    assert reply["text"].startswith("Line chart: cumulative cost of Your rate and of prompting gpt-4.1-mini over ")
