"""Opening the empty form: the request with three seconds to live, made ready beforehand."""

from __future__ import annotations

import json
import logging

import aiohttp
from yarl import URL

from bot.form import Origin, form

log = logging.getLogger(__name__)

_HERE = "@@"


class FormOpener:
    """views.open for the form as it begins: written once as JSON, only trigger and origin are put in.

    Not retried: a second try would come after the trigger's end, and the person types again sooner than that.
    """

    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._session = session
        self._url = URL(api_url + "views.open")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        # With and without a thread the form differs by a block.
        self._templates = {in_thread: _template(in_thread=in_thread) for in_thread in (False, True)}

    async def open(self, trigger_id: str, origin: Origin) -> None:
        """Open the form. What goes wrong goes to the log: there is no one to tell but the person who sees no form."""
        before, after = self._templates[origin.thread_ts is not None]
        request = f'{{"trigger_id":{json.dumps(trigger_id)},"view":{before}{json.dumps(origin.write())}{after}}}'
        try:
            async with self._session.post(
                self._url, data=request.encode(), headers=self._headers, allow_redirects=False
            ) as response:
                answer = json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("the form could not be opened: %s", type(error).__name__)
            return
        if not answer.get("ok"):
            log.warning("the form could not be opened: %s", answer.get("error"))


def _template(*, in_thread: bool) -> tuple[str, str]:
    """The view's JSON, cut where private_metadata stands."""
    view = form(Origin(channel="C", thread_ts="1.2" if in_thread else None))
    before, after = json.dumps(view | {"private_metadata": _HERE}).split(json.dumps(_HERE))
    return before, after
