"""`python -m bot` starts the bot, as `ftcost serve` does."""

import sys

from bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
