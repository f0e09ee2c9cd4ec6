"""Training files in Slack, and the bot's messages about them."""

from __future__ import annotations

import json

from playground import FakeSlack
from tests.bot.message_text import texts
from tests.bot.slack_actions import Json

RATES = {"on": "your-rates", "rates": "10000/3/6", "epochs": "3"}
TYPED = " ".join(f"{key}={value}" for key, value in RATES.items())


def chats(count: int = 12) -> bytes:
    """The n-th chat asks n tokens and answers 2; by the cookbook's rule it has 2 × 4 + n + 2 + 3 = 13 + n.

    Of 12: 12 × 13 + 78 = 234 tokens, 24 of them output: 17.5 in and 2 out a chat.
    """
    lines = [
        json.dumps({"messages": [{"role": "user", "content": " a" * n}, {"role": "assistant", "content": " a" * 2}]})
        for n in range(1, count + 1)
    ]
    return "".join(f"{line}\n" for line in lines).encode()


async def message_with(slack: FakeSlack, phrase: str, channel: str, thread_ts: str | None = None) -> Json:
    """The bot's message that says so, once it does."""

    def matching() -> list[Json]:
        messages = slack.messages(channel, thread_ts)
        return [m for m in messages if m["user"] == slack.bot_user and phrase in texts(m)]

    return (await slack.wait_for(matching))[0]


async def priced(slack: FakeSlack, channel: str, thread_ts: str) -> list[Json]:
    """The bot's replies in a thread, once an estimate ends them."""

    def complete() -> list[Json]:
        replies = [m for m in slack.messages(channel, thread_ts) if m["user"] == slack.bot_user]
        return replies if replies and replies[-1]["text"].startswith("Breakdown") else []

    return await slack.wait_for(complete)
