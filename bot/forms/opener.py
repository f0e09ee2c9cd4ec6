"""Opens the empty form, within the three seconds that Slack allows after a command."""

from __future__ import annotations

import json
import logging
from functools import lru_cache

import aiohttp

from bot.forms.estimates import Origin, form
from bot.slack.call_metrics import outcome_of
from bot.slack.response_urls import ResponseUrls
from bot.telemetry.trace import mark_failed

log = logging.getLogger(__name__)

JSON_TYPE = "application/json; charset=utf-8"


class FormOpener:
    """Calls views.open for the empty form, and notifies the user if it fails.

    The call isn't retried, because the trigger has expired by then.

    Args:
        session: The session that counts all calls of the Web API.
        api_url: The Web API's address.
        response_urls: Sends the notice.
    """

    def __init__(self, session: aiohttp.ClientSession, api_url: str, response_urls: ResponseUrls) -> None:
        self._session = session
        self._url = f"{api_url}views.open"
        self._response_urls = response_urls

    async def open(self, token: str, trigger_id: str, origin: Origin, response_url: str) -> None:
        """Open the form, or report the failure.

        Args:
            token: The workspace's bot token.
            trigger_id: The trigger of the command.
            origin: The channel of the command.
            response_url: The address for a message to the user.
        """
        request = f'{{"trigger_id":{json.dumps(trigger_id)},"view":{_view_json(origin)}}}'
        headers = {"Authorization": f"Bearer {token}", "Content-Type": JSON_TYPE}
        try:
            async with self._session.post(
                self._url, headers=headers, data=request.encode(), allow_redirects=False
            ) as response:
                outcome = outcome_of(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            outcome = type(error).__name__
        if outcome != "ok" and (text := failure_text(outcome)):
            await self._response_urls.send(response_url, text)


def failure_text(fault: str) -> str | None:
    """Log that Slack didn't open a form, and return the notice to its user, with a code that is in the log too.

    Args:
        fault: Slack's error code, or the name of the exception.

    Returns:
        The notice; None for a used trigger (`exchanged_trigger_id`), because another replica opened the form.
    """
    if fault == "exchanged_trigger_id":
        return None
    code = mark_failed()
    log.warning("%s: views.open failed: %s", code, fault)
    return f"Slack didn't open the form. Please try again. ({code})"


@lru_cache(maxsize=200)  # 2 MB; building and encoding a form takes as long as sending it
def _view_json(origin: Origin) -> str:
    return json.dumps(form(origin))
