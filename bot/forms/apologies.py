"""Responses to refused and failed requests, in the form that Slack shows for each kind of request."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from slack_bolt.response import BoltResponse

from bot.errors import is_transient
from bot.forms.estimates import notice
from bot.slack.payload import at
from bot.telemetry.trace import mark_failed

Body = dict[str, Any]
SORRY = "Something went wrong on our side, but your input isn't lost. Please try again. ({})"

log = logging.getLogger(__name__)


def text_response(body: Body, text: str) -> BoltResponse:
    """Return a response that shows a sentence to the user.

    A command shows it as a message, a form at its first field without losing the input. Slack doesn't show the response
    to a button, so that one is empty and the caller sends a message.

    Args:
        body: The request.
        text: The sentence.
    """
    if body.get("type") == "view_submission":
        response: Body = _form_error(at(body, "view", "blocks"), text)
    elif body.get("command"):
        response = {"response_type": "ephemeral", "text": text}
    else:
        return BoltResponse(status=200, body="")
    return BoltResponse(status=200, body=json.dumps(response), headers={"content-type": "application/json"})


@dataclass(frozen=True)
class Apology:
    """The apology for a failed request."""

    text: str
    """A sentence with a code that is in the log too."""
    is_for_event: bool
    response: BoltResponse


def log_and_apologise(body: Body, error: Exception) -> Apology:
    """Log an unexpected exception and return the apology.

    Args:
        body: The failed request.
        error: The exception.
    """
    code = mark_failed()
    request = body.get("type") or body.get("command") or "request"
    # While the database is unavailable every request fails, and a traceback for each would flood the log.
    log.error("%s: %s failed: %r", code, request, error, exc_info=None if is_transient(error) else error)
    text = SORRY.format(code)
    is_for_event = body.get("type") == "event_callback"
    # Slack redelivers an event after an error response.
    response = BoltResponse(status=500, body="") if is_for_event else text_response(body, text)
    return Apology(text, is_for_event, response)


def _form_error(blocks: Any, text: str) -> Body:
    for block in blocks if isinstance(blocks, list) else ():
        if at(block, "type") == "input":
            return {"response_action": "errors", "errors": {str(at(block, "block_id")): text}}
    return {"response_action": "push", "view": notice("Sorry", text)}
