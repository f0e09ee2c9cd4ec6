"""The bot as `python -m bot` starts it, with less patience, so that a storm needs seconds instead of minutes."""

from __future__ import annotations

import uvloop

from bot.cli.serve import serve
from bot.settings import read_settings
from bot.timeouts import Timeouts
from pricing import load_catalog

TIMEOUTS = Timeouts(attempts=20, first_pause=0.1, longest_pause=1.0, poll=0.3, lease=2.0, answer=1.0, stop=0.5)

if __name__ == "__main__":
    uvloop.run(serve(read_settings(), load_catalog(), TIMEOUTS))
