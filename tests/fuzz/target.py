"""The running bot, over signed HTTP, which answers each hostile request, soon."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import json
import logging
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
import numpy  # noqa: F401 - Hypothesis stumbles where a thread of the bot begins to load it
from hypothesis import strategies as st

from bot.forms.defaults import BUDGET as BUDGET_FORM
from bot.forms.defaults import DEFAULTS_FORM
from bot.render.slack.budgets import APPROVE, DECLINE
from bot.web.rate_limit import RateAllowance
from playground import Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import figures, texts
from tests.bot.slack_actions import Json
from tests.conftest import running_bot
from tests.fuzz.hostile import ALLOWED_SECONDS, examples
from tests.local_slack import local_slack

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SETTINGS = examples(25)
BUTTONS = st.sampled_from(["edit", "compare", "export", "break_even", "sure", "fix", APPROVE, DECLINE])
offsets = itertools.count()
AFTERWARDS = "asked-afterwards"


class Errors(logging.Handler):
    """What the bot apologises for."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter().format(record))


class Clock:
    """Slack's clock, which stands still while the loop does: no trigger expires because Hypothesis takes its time."""

    def __init__(self) -> None:
        self._seconds = time.time()
        self._since: float | None = None

    def __call__(self) -> float:
        return self._seconds + (0.0 if self._since is None else time.monotonic() - self._since)

    @contextmanager
    def going(self) -> Iterator[None]:
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._seconds, self._since = self(), None


class Target:
    """A bot with one estimate and one open form, in a loop of its own."""

    def __init__(self, catalog: Catalog, database_url: str) -> None:
        self._clock = Clock()
        self.slack = local_slack(clock=self._clock)
        self.parent: Json = {}
        self.message: Json = {}
        self.view: Json = {}
        self.home: Json = {}
        self.settings: Json = {}
        self.budget: Json = {}
        self.errors = Errors()
        self._catalog, self._database_url = catalog, database_url
        self._runner = asyncio.Runner()
        self._sent = itertools.count()
        self._stack = AsyncExitStack()

    def start(self) -> None:
        self._run(self._start())

    async def _start(self) -> None:
        await self.slack.start()
        self._stack.push_async_callback(self.slack.stop)
        how: dict[str, Any] = {"allowance": RateAllowance(at_once=1_000_000), "admins": {self.slack.you}}
        bot = running_bot(self._catalog, self.slack, self._database_url, **how)
        self._worker = (await self._stack.enter_async_context(bot)).app.worker
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())
        self.parent = copy.deepcopy(await slack_actions.ask(self.slack, support_bot.LINE))
        self.message = copy.deepcopy(await self.slack.say("What with five epochs?", thread_ts=self.parent["ts"]))
        self.view = copy.deepcopy(await slack_actions.full_form(self.slack))
        await self.slack.open_home()
        self.home = copy.deepcopy((await self.slack.wait_for(lambda: list(self.slack.homes.values())))[0])
        await self.slack.click(self.home, "home_settings")
        self.settings = copy.deepcopy(await slack_actions.opened(self.slack, callback_id=DEFAULTS_FORM))
        await self.slack.command("budget")
        self.budget = copy.deepcopy(await slack_actions.opened(self.slack, callback_id=BUDGET_FORM))

    def check(self) -> None:
        """What people ask after all that is still answered, and nobody else was called by name."""
        self._run(self._ask_afterwards())
        assert self.slack.pings.count(self.slack.you) == len(self.slack.pings)

    async def _ask_afterwards(self) -> None:
        """Known by its name: what was asked before may be answered at any moment too."""

        def answered() -> Json | None:
            return next((m for m in self.slack.messages() if AFTERWARDS in texts(m)), None)

        assert (await self.slack.command(f"{support_bot.LINE} name={AFTERWARDS}")).ok
        parent = await self.slack.wait_for(answered)
        assert parent is not None
        assert figures(parent) == support_bot.FIGURES
        await self.slack.wait_for(lambda: slack_actions.is_complete(self.slack, parent))

    async def _all_done(self) -> None:
        async with asyncio.timeout(60):
            while any((await self._worker.backlog())[:2]):  # noqa: ASYNC110 - the worker has no event for it
                await asyncio.sleep(0.01)

    def close(self) -> None:
        self._run(self._stack.aclose())
        self._runner.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        with self._clock.going():
            self._runner.run(work)

    @property
    def payloads(self) -> Payloads:
        return Payloads(self.slack.workspace)

    def send(self, body: str, kind: str) -> None:
        """One signed request; each with a time stamp or a body of its own."""
        self._run(self._send(body, kind))

    def send_form(self, fields: Mapping[str, str]) -> None:
        self.send(urlencode(fields, errors="replace"), FORM)

    def send_payload(self, payload: Json) -> None:
        self.send_form({"payload": json.dumps(payload)})

    async def _send(self, body: str, kind: str) -> None:
        headers = {"Content-Type": kind}
        headers |= slack_actions.signature(body, self.slack.signing_secret, time.time() - next(offsets) % 250)
        number = next(self._sent)
        if number % 20 == 0:  # while the loop stands still nothing is done, and no more may wait than people ask for
            await self._all_done()
        if number % 100 == 0:  # what the local Slack remembers must not be counted against the bot
            self.slack.workspace.calls.clear()
            gc.collect()
        began = time.thread_time()
        async with self._session.post(self.slack.events_url, data=body.encode(), headers=headers) as answer:
            await answer.read()
        took = time.thread_time() - began
        allowed = (200, 400, 401, 404, 500) if kind == JSON else (200, 400, 401, 404)
        assert answer.status in allowed, f"{answer.status} for {body[:500]}"
        assert took < ALLOWED_SECONDS, f"{took:.2f} s for {body[:500]}"


@contextmanager
def running(catalog: Catalog, database_url: str) -> Iterator[Target]:
    target = Target(catalog, database_url)
    logging.getLogger("bot").addHandler(target.errors)
    gc.disable()
    try:
        target.start()
        yield target
        target.check()
    finally:
        target.close()
        gc.enable()
        logging.getLogger("bot").removeHandler(target.errors)
