"""`ftcost keys`: create and rotate the keys that encrypt Slack tokens and billing keys."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from bot.config import encryption_keys
from bot.settings import Settings, SettingsError, forget_secrets, read_settings
from bot.store import Audit, DatabaseUnavailable, Installations, PlatformKeyStore, UnreadableToken, open_database


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost keys new` or `ftcost keys rotate` and return the exit code."""
    options = _parser().parse_args(arguments)
    if options.action == "new":
        print(Fernet.generate_key().decode())
        return 0
    try:
        settings = read_settings()
        forget_secrets()
        asyncio.run(rotate_keys(settings))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except DatabaseUnavailable as error:
        print(f"FTCOST_DATABASE_URL: {error}", file=sys.stderr)
        return 1
    except UnreadableToken as error:
        print(f"Nothing was changed: {error}.", file=sys.stderr)
        return 1
    return 0


async def rotate_keys(settings: Settings) -> None:
    """Encrypt every token and billing key with the newest key. It is safe while the bot runs.

    Raises:
        SettingsError: FTCOST_ENCRYPTION_KEYS isn't set.
        DatabaseUnavailable: The database cannot be opened.
        UnreadableToken: No key reads a stored secret.
    """
    keys = encryption_keys(settings)
    if keys is None:
        raise SettingsError("FTCOST_ENCRYPTION_KEYS is missing; without it nothing is encrypted.")
    database = await open_database(settings.database)
    try:
        tokens = await Installations(settings.slack_client_id or "", database, keys).rotate()
        billing_keys = await PlatformKeyStore(database, keys, _utc_now, Audit(database, _utc_now)).rotate()
    finally:
        await database.close()
    print(f"{tokens} tokens and {billing_keys} billing keys are encrypted with the newest key.")


def _utc_now() -> datetime:
    """Return the time in UTC, naive as in the database."""
    return datetime.now(UTC).replace(tzinfo=None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ftcost keys", description="Create and rotate the keys of FTCOST_ENCRYPTION_KEYS."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser(
        "new", help="print a new key", description="Print a new key, to put first in FTCOST_ENCRYPTION_KEYS."
    )
    actions.add_parser(
        "rotate",
        help="encrypt every stored token and billing key with the newest key",
        description="Encrypt every stored token and billing key with the newest key. The bot may run meanwhile.",
    )
    return parser
