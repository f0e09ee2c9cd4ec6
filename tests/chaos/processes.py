"""Processes of the bot on a shared database, each of which can be stopped, killed and started again."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from playground import FakeSlack

ROOT = Path(__file__).parents[2]
BOT = "bot"
"""The module of the bot as operators start it."""
IMPATIENT_BOT = "tests.chaos.replica"
"""The module of the bot with short timeouts."""
MAX_STARTS = 10


class Replica:
    """A process of the bot. After a start it listens at `url`, each time at another port.

    Args:
        environment: The process's environment, with the settings.
        module: `BOT` or `IMPATIENT_BOT`.
    """

    def __init__(self, environment: dict[str, str], module: str = IMPATIENT_BOT) -> None:
        self._environment = environment
        self._module = module
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    @property
    def address(self) -> str:
        """The address without a path."""
        return self.url.removesuffix("/slack/events")

    async def start(self) -> None:
        """Start the process, and wait until it serves; start it again if it ends because the database is away."""
        for _ in range(MAX_STARTS):
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                cwd=ROOT,
                env=self._environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            assert self._process.stdout is not None
            if line := (await self._process.stdout.readline()).decode():
                self.url = line.split("HTTP at ")[1].split(". Health")[0]
                return
        raise ChildProcessError(f"the bot didn't start in {MAX_STARTS} attempts")

    async def stop(self) -> int:
        """Send SIGTERM, and return the exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._process.wait()

    async def kill(self) -> None:
        """Send SIGKILL to the process, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def environment(slack: FakeSlack, database_url: str) -> dict[str, str]:
    """Return the environment of a replica.

    Args:
        slack: The local Slack.
        database_url: The database of all replicas.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "FTCOST_"))}
    return inherited | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "FTCOST_DATABASE_URL": database_url,
        "FTCOST_PORT": "0",
        "FTCOST_REQUESTS_AT_ONCE": "1000000",  # one person stands for all
        "PYTHONUNBUFFERED": "1",
    }
