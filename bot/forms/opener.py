"""Opening the empty form: the request with three seconds to live, made ready beforehand."""

from __future__ import annotations

import json
import logging
from functools import lru_cache

import aiohttp

from bot.forms.estimates import Origin, form
from bot.slack.call_metrics import note_call, outcome_of
from bot.slack.hosts import SlackHosts
from bot.slack.http_pool import Proxied, Wire
from bot.telemetry.metrics import Metrics
from bot.telemetry.trace import failing

log = logging.getLogger(__name__)

JSON = "application/json; charset=utf-8"
_HERE = "@@"


class FormOpener:
    """views.open for the form as it begins: written once as JSON, only trigger and origin are put in.

    Not retried: a second try would come after the trigger's end, and the person types again sooner than that.
    """

    def __init__(self, wire: Wire | Proxied, session: aiohttp.ClientSession, api_url: str, metrics: Metrics) -> None:
        self._wire = wire
        self._session = session
        self._metrics = metrics
        self._hosts = SlackHosts(api_url)
        # With and without a thread the form differs by a block.
        self._templates = {in_thread: _template(in_thread=in_thread) for in_thread in (False, True)}

    async def open(self, token: str, trigger_id: str, origin: Origin, response_url: str) -> None:
        """Open the form, or say through the response URL that it did not open."""
        before, after = self._templates[origin.thread_ts is not None]
        start = f'{{"trigger_id":{json.dumps(trigger_id)},"view":'
        request = b"".join((start.encode(), before, _quoted(origin), after, b"}"))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": JSON, "User-Agent": "ftcost"}
        outcome = "lost"
        try:
            outcome = outcome_of(*await self._wire.post("views.open", headers, request))
        except (OSError, ValueError) as error:
            log.warning("views.open: %s", type(error).__name__)
        finally:
            note_call(self._metrics, "views.open", outcome)
        if outcome != "ok":
            await self.not_opened(response_url, outcome)

    async def not_opened(self, response_url: str, fault: str) -> None:
        """A person who sees no form is told to try again, with a code that stands in the log too. Where the trigger was
        used before, the form stands: another replica opened it.
        """
        if fault == "exchanged_trigger_id":
            return
        code = failing()
        log.warning("%s: a form could not be opened: %s", code, fault)
        if self._hosts.takes_answers(response_url):
            text = f"Slack did not open the form. Please try again. ({code})"
            try:
                async with self._session.post(
                    response_url, json={"response_type": "ephemeral", "text": text}, allow_redirects=False
                ) as answer:
                    answer.raise_for_status()
            except (aiohttp.ClientError, TimeoutError, ValueError):
                log.exception("%s: the person could not be told", code)


@lru_cache(maxsize=1_000)
def _quoted(origin: Origin) -> bytes:
    """People ask in the same channels again and again."""
    return json.dumps(origin.write()).encode()


def _template(*, in_thread: bool) -> tuple[bytes, bytes]:
    """The view's JSON, cut where private_metadata stands."""
    view = form(Origin(channel="C", thread_ts="1.2" if in_thread else None))
    text = json.dumps(view | {"private_metadata": _HERE}, ensure_ascii=False, separators=(",", ":"))
    before, after = text.split(json.dumps(_HERE))
    return before.encode(), after.encode()
