"""The `ftcost` command: find the sub-command and run it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from bot.cli.arguments import EXAMPLE, SLACK_ONLY
from bot.cli.sentence import expand_sentence
from bot.cli.terminal import visible, visible_output
from calculator import UserError
from pricing import PriceFileError

BAD_INPUT = 2
INTERRUPTED = 130


class Command(NamedTuple):
    """A sub-command: the module whose `run(arguments)` does it, and its line in the help."""

    module: str
    summary: str


COMMANDS = {
    "estimate": Command("bot.cli.estimate", "price a scenario; the default when no command is named"),
    "breakeven": Command("bot.cli.estimate", "say when tuning pays back against the model of base="),
    "compare": Command("bot.cli.compare", "show two to six scenario files side by side"),
    "diff": Command("bot.cli.diff", "show what a change of scenario files costs against another state in Git"),
    "fit": Command("bot.cli.catalog", "say whether a training job fits on a GPU"),
    "models": Command("bot.cli.catalog", "list the offers that can be trained, or those that match some words"),
    "price": Command("bot.cli.catalog", "show every price of one offer with its source"),
    "read": Command("bot.cli.read", "show how a question in plain English is read"),
    "count": Command("bot.cli.count", "count and check a training file"),
    "convert": Command("bot.cli.convert", "write a copy of a training file in the format that a platform takes"),
    "actual": Command("bot.cli.actual", "compare a platform's bill with a scenario"),
    "prices": Command(
        "bot.cli.prices", "list the catalogue with the age of its prices and what is unknown, or refresh it"
    ),
    "serve": Command("bot.cli.serve", "start the Slack bot, or the playground without credentials"),
    "mcp": Command("bot.cli.mcp", "serve the calculator to assistants and editors (Model Context Protocol)"),
    "data": Command("bot.cli.data", "export and delete what the bot has stored"),
    "keys": Command("bot.cli.keys", "create and rotate the keys that encrypt stored tokens"),
}
FLAGS = ("--tokens-only", "--apply", "--all")
"""The options without a value."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the `ftcost` command.

    Args:
        argv: The arguments after the program's name; those of the process by default.

    Returns:
        The exit code: 0 for success, 1 for a failure, 2 for invalid input, 130 when interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        with visible_output():
            code = _run(arguments)
        sys.stdout.flush()
    except (UserError, PriceFileError) as error:
        print(visible(str(error)), file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader has gone; the interpreter must not fail when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as error:  # argparse has printed its help or the reason
        return int(error.code or 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in ("-h", "--help", "help"):
        print(help_text())
        return 0
    if name in ("-V", "--version"):
        from importlib.metadata import version  # it imports a mail parser

        print(f"ftcost {version('ftcost')}")
        return 0
    command, arguments = _split_command(expand_sentence(arguments, COMMANDS, FLAGS))
    code: int = import_module(COMMANDS[command].module).run(command, arguments)
    return code


def _split_command(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the command and its arguments.

    Options may come before the command (`--as-of 2026-11-01 models llama`), and the whole line may be one argument
    (`'models llama'`). Without a command the arguments are those of `estimate`.
    """
    position = 0
    while position < len(arguments) and arguments[position].startswith("-"):
        position += 1 if "=" in arguments[position] or arguments[position] in FLAGS else 2
    words = arguments[position].split(maxsplit=1) if position < len(arguments) else []
    command = words[0].lower() if words else ""
    if command in SLACK_ONLY:
        raise UserError(f"`{command}` reads what a workspace has stored, so it works in Slack only.")
    if command not in COMMANDS:
        return "estimate", arguments
    return command, [*arguments[:position], *words[1:], *arguments[position + 1 :]]


def help_text() -> str:
    """Return the text of `ftcost --help`."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items())
    return f"""\
usage: ftcost [COMMAND] [key=value …] [options]

Estimate what fine-tuning a language model costs on every platform, with a source for every price.

Commands:
{commands}

Examples:
  ftcost '{EXAMPLE}'
  ftcost "Should we fine-tune GPT-4.1 mini on 10k chats of 600 tokens? 20k calls a day, prompt 1500 tokens, answers 150"
  ftcost breakeven -f scenario.yml base=gpt-4o-mini
  ftcost models llama
  ftcost price openai/gpt-4.1-mini
  ftcost count train.jsonl
  ftcost convert train.jsonl --to together

Options:
  -h, --help     show this help; `ftcost COMMAND --help` shows that of a command,
                 `ftcost estimate --help` also the keys of a scenario
  -V, --version  show the version

Environment:
  FTCOST_PRICES_DIR  a folder with your organisation's own prices

Exit codes: 0 success, 1 failure, 2 invalid input, 130 interrupted."""


if __name__ == "__main__":
    sys.exit(main())
