"""A strict local Slack for tests and demos of any app that speaks Slack's Web API; see README.md."""

from playground.fake_slack import FakeSlack
from playground.oauth import OAuthServer
from playground.people.delivery import DeliveryResult
from playground.people.payloads import Payloads, escape_text
from playground.people.view_state import State
from playground.rules.messages import check_message, find_pings
from playground.rules.refusal import Refusal, Violation
from playground.rules.views import check_view
from playground.web_api.server import Failure
from playground.workspace.entities import GENERAL, YOU, ApiCall, User

__all__ = [
    "GENERAL",
    "YOU",
    "ApiCall",
    "DeliveryResult",
    "Failure",
    "FakeSlack",
    "OAuthServer",
    "Payloads",
    "Refusal",
    "State",
    "User",
    "Violation",
    "check_message",
    "check_view",
    "escape_text",
    "find_pings",
]
