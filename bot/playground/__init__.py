"""A strict local Slack that runs the real bot: for the tests and for a page in the browser."""

from bot.playground.delivery import Delivered
from bot.playground.fake_slack import FakeSlack
from bot.playground.refusal import Violation

__all__ = ["Delivered", "FakeSlack", "Violation"]
