"""`ftcost data`: export and delete what the bot has stored of a workspace or a person."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.settings import SettingsError, read_settings
from bot.store import DatabaseUnavailable, PersonalData, open_database


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost data export|erase|forget` and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(_run(options))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except DatabaseUnavailable as error:
        print(f"FTCOST_DATABASE_URL: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    database = await open_database(read_settings().database)
    data = PersonalData(database, lambda: datetime.now(UTC).replace(tzinfo=None))
    try:
        if options.action == "export":
            async for table, row in data.export(options.team):
                print(json.dumps({"table": table, **row}, default=str))
        elif options.action == "erase":
            print(f"{await data.erase(options.team)} rows of workspace {options.team} were deleted.")
        else:
            count = await data.forget_user(options.team, options.user)
            print(f"User {options.user} of workspace {options.team} is forgotten: {count} estimates were deleted.")
    finally:
        await database.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost data", description="Export and delete stored data in the database of FTCOST_DATABASE_URL."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    texts = {
        "export": "print all data of a workspace as JSON lines, without tokens and keys",
        "erase": "delete all data of a workspace, and its installation",
        "forget": "delete a person's estimates and watches, and remove the person from all other records",
    }
    for name, text in texts.items():
        action = actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        action.add_argument("team", help="the workspace's id, such as T024BE7LD")
        if name == "forget":
            action.add_argument("user", help="the person's id, such as U024BE7LH")
    return parser
