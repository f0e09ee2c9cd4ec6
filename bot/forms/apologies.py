"""A sentence in place of an answer: what Slack gets for a request that is not done, wherever it shows one."""

from __future__ import annotations

import json
import logging
from typing import Any

from slack_bolt.response import BoltResponse

from bot.errors import is_transient
from bot.forms.estimates import notice
from bot.slack.payload import at
from bot.telemetry.trace import failing

Body = dict[str, Any]
SORRY = "Something went wrong on our side, and nothing you typed is lost. Please try again. ({})"

log = logging.getLogger(__name__)


def plain_answer(body: Body, text: str) -> BoltResponse:
    """The sentence where the person looks: under the command, at the form's first field with all that was typed kept.
    A button has no such place: its answer is empty, and the person is told by a message.
    """
    if body.get("type") == "view_submission":
        answer: Body = _at_the_form(at(body, "view", "blocks"), text)
    elif body.get("command"):
        answer = {"response_type": "ephemeral", "text": text}
    else:
        return BoltResponse(status=200, body="")
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})


class Apology:
    """For a request that failed by our fault: with a code, under which the log says more."""

    def __init__(self, body: Body, error: Exception) -> None:
        code = failing()
        what = body.get("type") or body.get("command") or "request"
        # While a database is away every request fails alike: a line each says as much as a traceback each.
        log.error("%s: %s failed: %r", code, what, error, exc_info=None if is_transient(error) else error)
        self.text = SORRY.format(code)
        self.to_event = body.get("type") == "event_callback"
        # Slack delivers an event again that was not taken.
        self.answer = BoltResponse(status=500, body="") if self.to_event else plain_answer(body, self.text)


def _at_the_form(blocks: Any, text: str) -> Body:
    for block in blocks if isinstance(blocks, list) else ():
        if at(block, "type") == "input":
            return {"response_action": "errors", "errors": {str(at(block, "block_id")): text}}
    return {"response_action": "push", "view": notice("Sorry", text)}
