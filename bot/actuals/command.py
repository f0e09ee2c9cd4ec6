"""Parse `actual ID 131.20 inference 2026-11` and `actual ID pull openai`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple, get_args

from bot.actuals.platforms import PLATFORMS
from bot.render.parts.escaping import clip
from bot.store import ID_LENGTH
from calculator import PARTS, Billed, Part, UserError, parse_number

USAGE = "`/ftcost actual ID 131.20 inference 2026-11`, or `/ftcost actual ID` for the comparison."
MAX_WORDS = 30
ALL_PARTS = ("all", "together", "total")
_ID = re.compile(rf"`?([2-9b-df-hj-km-np-tv-z]{{{ID_LENGTH}}})`?")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


class ActualCommand(NamedTuple):
    """The amount or platform of an `actual` command. Without either, it only shows the comparison."""

    estimate_id: str | None = None
    usd: Decimal | None = None
    part: Billed = "all"
    month: date | None = None
    """The first day of the month; None means the current month."""
    offer: str | None = None
    pull: str | None = None
    """The platform to read the amounts from, a key of PLATFORMS."""
    jobs: tuple[str, ...] = ()
    """Ids of fine-tuning jobs, for platforms without a billing API."""


def is_actual(text: str) -> bool:
    """Return whether a line is an `actual` command, so that an attached file is a bill."""
    return text[:20].lower().split(maxsplit=1)[:1] == ["actual"]


def read_actual(text: str, today: date) -> ActualCommand:
    """Return the command in the words after `actual`. The id comes first; the order of the others doesn't matter.

    Args:
        text: The words after `actual`.
        today: A month after it is refused.

    Raises:
        UserError: A word isn't valid. The text says what to write.
    """
    words = text.split()
    if len(words) > MAX_WORDS:
        raise UserError(f"The command is too long. Write {USAGE}")
    command = ActualCommand()
    if words and (match := _ID.fullmatch(words[0])):
        command = command._replace(estimate_id=match[1])
        words = words[1:]
    while words:
        word, *words = words
        low = word.lower().strip(",;")
        if low == "pull":
            command, words = _pull(command, words)
        elif low in ALL_PARTS or low in get_args(Part):
            command = command._replace(part="all" if low in ALL_PARTS else next(part for part in PARTS if part == low))
        elif low.startswith("on="):
            command = command._replace(offer=word[3:].strip(",;"))
        elif match := _MONTH.fullmatch(low):
            command = command._replace(month=_month(match, today))
        elif command.usd is None:
            command = command._replace(usd=_usd(low))
        else:
            raise UserError(f"“{clip(word, 40)}” isn't expected here. Write {USAGE}")
    if command.pull and command.usd is not None:
        raise UserError("Give either an amount or pull and a platform, not both.")
    return command


def _pull(command: ActualCommand, words: list[str]) -> tuple[ActualCommand, list[str]]:
    """Read the platform's name and the ids of jobs; return the command and the remaining words."""
    names = ", ".join(PLATFORMS)
    name = words[0].lower() if words else ""
    if name not in PLATFORMS:
        raise UserError(f"Say which platform to read from: pull and one of {names}.")
    jobs = tuple(word for word in words[1:] if word.startswith("ft"))
    return command._replace(pull=name, jobs=jobs), [word for word in words[1:] if word not in jobs]


def _month(match: re.Match[str], today: date) -> date:
    try:
        month = date(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise UserError(f"“{match[0]}” isn't a month; write it like {today:%Y-%m}.") from None
    if month > today:
        raise UserError(f"{month:%Y-%m} hasn't started yet.")
    if month.year < 2000:
        raise UserError(f"{month:%Y-%m} is too long ago; the earliest month is 2000-01.")
    return month


def _usd(word: str) -> Decimal:
    try:
        if "%" in word:
            raise ValueError
        return parse_number(word)
    except ValueError:
        raise UserError(f"“{clip(word, 40)}” isn't an amount in USD, a part or a month. Write {USAGE}") from None
