"""The bot as `python -m bot` starts it, with short timeouts, so that a storm takes seconds instead of minutes.

It sends no overdue notices: on a busy machine they are right, and the storm counts private messages as apologies.
"""

from __future__ import annotations

import uvloop

from bot.cli.serve import serve
from bot.settings import read_settings
from bot.timeouts import Timeouts
from pricing import load_catalog

TIMEOUTS = Timeouts(
    attempts=20, first_pause=0.1, longest_pause=1.0, poll=0.3, lease=2.0, slow=3_600, answer=1.0, stop=0.5
)

if __name__ == "__main__":
    uvloop.run(serve(read_settings(), load_catalog(), TIMEOUTS))
