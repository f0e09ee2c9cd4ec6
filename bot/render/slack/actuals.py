"""Actual against estimate in the thread: the page with its button, and the chart."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.charts.monthly import monthly_chart
from bot.render.parts.blocks import Block, SlackMessage, button
from bot.render.parts.page import TextPage
from bot.render.slack.replies import chart_reply
from calculator import Estimate, Variance

RECALIBRATE = "recalibrate"


def actual_replies(
    page: TextPage, estimate: Estimate, variances: Sequence[Variance], button: Block | None
) -> list[SlackMessage]:
    """Return the page with its button, then the chart."""
    message = page.message()
    if button:
        message = message._replace(blocks=[*message.blocks, button])
    chart = monthly_chart(estimate, variances)
    return [message, *([chart_reply(chart)] if chart else [])]


def recalibrate_button(estimate_id: str) -> Block:
    """Return the button that opens the form with the recalibrated inputs."""
    return {"type": "actions", "elements": [button("Recalibrate", RECALIBRATE, estimate_id)]}
