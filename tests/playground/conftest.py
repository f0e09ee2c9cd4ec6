"""A local Slack with a clock that tests move, and a minimal bot behind it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from playground import FakeSlack

Json = dict[str, Any]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


class Bot:
    """A bot that records every request and gives the configured answer."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answer: Any = ""
        self.status = 200
        self.handle: Callable[[Json], Awaitable[Any]] | None = None

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.requests.append((dict(request.headers), body))
        answer = await self.handle(self.payload) if self.handle else self.answer
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return web.Response(status=self.status, text=text)

    @property
    def payload(self) -> Json:
        """The payload of the latest interaction, event or command."""
        headers, body = self.requests[-1]
        if headers["Content-Type"] == "application/json":
            return dict(json.loads(body))
        fields = dict(parse_qsl(body, keep_blank_values=True))
        return dict(json.loads(fields["payload"])) if "payload" in fields else dict(fields)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def slack(clock: Clock, bot: Bot) -> AsyncIterator[FakeSlack]:
    slack = FakeSlack(
        app_name="todo",
        commands=[{"command": "/todo"}],
        shortcuts=[{"name": "Add to my list", "type": "message", "callback_id": "todo_from_message"}],
        clock=clock,
        ack_seconds=0.3,
    )
    await slack.start()
    app = web.Application()
    app.router.add_post("/slack/events", bot.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.events_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield slack
    await slack.stop()
    await runner.cleanup()


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


@pytest.fixture
def modal() -> Json:
    """Return a form with one input of each kind that the tests fill in."""
    options = [{"text": plain(name), "value": name} for name in ("lora", "full")]
    return {
        "type": "modal",
        "callback_id": "form",
        "private_metadata": "kept",
        "title": plain("Estimate"),
        "submit": plain("Go"),
        "blocks": [
            {
                "type": "input",
                "block_id": "name",
                "label": plain("Name"),
                "element": {"type": "plain_text_input", "action_id": "v", "max_length": 20},
            },
            {
                "type": "input",
                "block_id": "epochs",
                "optional": True,
                "label": plain("Epochs"),
                "element": {
                    "type": "number_input",
                    "action_id": "v",
                    "is_decimal_allowed": False,
                    "min_value": "1",
                    "max_value": "10",
                },
            },
            {
                "type": "input",
                "block_id": "method",
                "optional": True,
                "label": plain("Method"),
                "element": {
                    "type": "static_select",
                    "action_id": "v",
                    "options": options,
                    "initial_option": options[0],
                },
            },
            {
                "type": "input",
                "block_id": "extras",
                "optional": True,
                "label": plain("Extras"),
                "element": {"type": "checkboxes", "action_id": "v", "options": options},
            },
            {
                "type": "input",
                "block_id": "where",
                "optional": True,
                "label": plain("Where"),
                "element": {
                    "type": "conversations_select",
                    "action_id": "v",
                    "default_to_current_conversation": True,
                },
            },
            {
                "type": "input",
                "block_id": "model",
                "optional": True,
                "label": plain("Model"),
                "element": {"type": "external_select", "action_id": "v", "min_query_length": 1},
            },
            {
                "type": "actions",
                "block_id": "more",
                "elements": [{"type": "button", "action_id": "more", "text": plain("More"), "value": "m"}],
            },
        ],
    }


@pytest.fixture
async def opened(slack: FakeSlack, bot: Bot, client: AsyncWebClient, modal: Json) -> Json:
    """Open the form by a slash command, and return it."""
    await slack.command("", channel=slack.random)
    await client.views_open(trigger_id=bot.payload["trigger_id"], view=modal)
    return slack.views[-1]
