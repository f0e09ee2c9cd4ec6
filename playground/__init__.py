"""A strict local Slack that runs the real bot: for the tests and for a page in the browser."""

from playground.delivery import Delivered
from playground.fake_slack import FakeSlack
from playground.refusal import Violation

__all__ = ["Delivered", "FakeSlack", "Violation"]
