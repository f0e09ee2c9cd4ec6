"""Responses for refused and failed requests, in the shape that Slack shows for each kind of request."""

from __future__ import annotations

import json
import logging
from typing import Any

from slack_bolt.response import BoltResponse

from bot.errors import is_transient
from bot.forms.estimates import notice
from bot.slack.payload import at
from bot.telemetry.trace import mark_failed

Body = dict[str, Any]
SORRY = "Something went wrong on our side, but nothing you typed is lost. Please try again. ({})"

log = logging.getLogger(__name__)


def plain_answer(body: Body, text: str) -> BoltResponse:
    """Return a response that shows a sentence to the user.

    A command shows it below itself, a form at its first field without losing the input. A button shows nothing: its
    response is empty, and the caller sends a message.
    """
    if body.get("type") == "view_submission":
        response: Body = _form_error(at(body, "view", "blocks"), text)
    elif body.get("command"):
        response = {"response_type": "ephemeral", "text": text}
    else:
        return BoltResponse(status=200, body="")
    return BoltResponse(status=200, body=json.dumps(response), headers={"content-type": "application/json"})


class Apology:
    """The apology for a failed request, with a code that is in the log too."""

    def __init__(self, body: Body, error: Exception) -> None:
        code = mark_failed()
        request = body.get("type") or body.get("command") or "request"
        # While a database is away every request fails alike, and a traceback each would flood the log.
        log.error("%s: %s failed: %r", code, request, error, exc_info=None if is_transient(error) else error)
        self.text = SORRY.format(code)
        self.is_for_event = body.get("type") == "event_callback"
        # Slack redelivers an event that was answered with an error.
        self.response = BoltResponse(status=500, body="") if self.is_for_event else plain_answer(body, self.text)


def _form_error(blocks: Any, text: str) -> Body:
    for block in blocks if isinstance(blocks, list) else ():
        if at(block, "type") == "input":
            return {"response_action": "errors", "errors": {str(at(block, "block_id")): text}}
    return {"response_action": "push", "view": notice("Sorry", text)}
