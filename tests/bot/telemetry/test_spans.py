"""Traces that a collector gets: one span for each request and each attempt of a job, without anybody's words or id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.telemetry.spans import SentSpans
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.conftest import running_bot


@pytest.fixture
async def bodies() -> list[bytes]:
    """The bodies that the collector receives."""
    return []


@pytest.fixture
async def collector(bodies: list[bytes]) -> AsyncIterator[str]:
    """The address of a collector."""

    async def receive(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def read_spans(bodies: list[bytes]) -> list[tuple[str, dict[str, str], bool]]:
    """Return the name, the attributes and the failure of each span."""
    spans = []
    for body in bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    attributes = {item.key: item.value.string_value for item in span.attributes}
                    spans.append((span.name, attributes, span.status.code == span.status.STATUS_CODE_ERROR))
    return spans


async def test_request_and_its_job_have_a_span_without_words(
    catalog: Catalog, slack: FakeSlack, database_url: str, collector: str, bodies: list[bytes]
) -> None:
    async with running_bot(catalog, slack, database_url, spans=SentSpans(collector)):
        await slack_actions.ask(slack, f"{support_bot.LINE} name=hushhush")
        slack.fail_next("chat.postMessage", "invalid_auth")
        await slack.command(support_bot.LINE)
        await slack_actions.ephemeral(slack, "went wrong on our side")
    outcomes: dict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
    for name, attributes, is_failed in read_spans(bodies):
        outcomes[attributes["ftcost.request"]][name] = (attributes["ftcost.outcome"], is_failed)
    assert list(outcomes.values()) == [
        {"request command": ("ok", False), "job estimate": ("done", False)},
        {"request command": ("ok", False), "job estimate": ("failed", True)},
    ]
    sent = b"".join(bodies)
    for hidden in ("hushhush", slack.you, slack.general, slack.workspace.team["id"], slack.bot_token):
        assert hidden.encode() not in sent
