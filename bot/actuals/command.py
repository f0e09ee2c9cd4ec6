"""`actual ID 131.20 inference 2026-11`, `actual ID pull openai`: what is asked, out of the words of a line."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple, get_args

from bot.actuals.platforms import PLATFORMS
from bot.render.escaping import clip
from bot.store import ID_LENGTH
from calculator import PARTS, Billed, Part, UserError
from calculator.question.quantities import parse_number

USAGE = "`/ftcost actual ID 131.20 inference 2026-11`, or `/ftcost actual ID` for the comparison."
WORDS_MOST = 30
TOGETHER = ("all", "together", "total")
_ID = re.compile(rf"`?([2-9b-df-hj-km-np-tv-z]{{{ID_LENGTH}}})`?")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


class ActualCommand(NamedTuple):
    """What somebody wants recorded, or nothing; then the comparison."""

    estimate_id: str | None = None
    usd: Decimal | None = None
    part: Billed = "all"
    month: date | None = None
    """The first day; None where it was not said, which means the current one."""
    offer: str | None = None
    pull: str | None = None
    """The platform to ask."""
    jobs: tuple[str, ...] = ()


def is_actual(text: str) -> bool:
    """Whether a line is about what was paid, so that a file beside it is a bill."""
    return text[:20].lower().split(maxsplit=1)[:1] == ["actual"]


def read_actual(text: str, today: date) -> ActualCommand:
    """The words behind `actual`, in any order but the id, which comes first. Raises UserError."""
    words = text.split()
    if len(words) > WORDS_MOST:
        raise UserError(f"That is more than can be meant. Write {USAGE}")
    asked = ActualCommand()
    if words and (found := _ID.fullmatch(words[0])):
        asked = asked._replace(estimate_id=found[1])
        words = words[1:]
    while words:
        word, *words = words
        low = word.lower().strip(",;")
        if low == "pull":
            asked, words = _pull(asked, words)
        elif low in TOGETHER or low in get_args(Part):
            asked = asked._replace(part="all" if low in TOGETHER else next(part for part in PARTS if part == low))
        elif low.startswith("on="):
            asked = asked._replace(offer=word[3:].strip(",;"))
        elif found := _MONTH.fullmatch(low):
            asked = asked._replace(month=_month(found, today))
        elif asked.usd is None:
            asked = asked._replace(usd=_usd(low))
        else:
            raise UserError(f"“{clip(word, 40)}” is one word too many. Write {USAGE}")
    if asked.pull and asked.usd is not None:
        raise UserError("Either an amount is typed, or a platform is asked with pull; not both at once.")
    return asked


def _pull(asked: ActualCommand, words: list[str]) -> tuple[ActualCommand, list[str]]:
    """The platform's name and, for one that has to be asked by job, their ids."""
    names = ", ".join(PLATFORMS)
    name = words[0].lower() if words else ""
    if name not in PLATFORMS:
        raise UserError(f"Say which platform is to be asked: pull and one of {names}.")
    jobs = tuple(word for word in words[1:] if word.startswith("ft"))
    rest = [word for word in words[1:] if word not in jobs]
    return asked._replace(pull=name, jobs=jobs), rest


def _month(found: re.Match[str], today: date) -> date:
    try:
        month = date(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise UserError(f"“{found[0]}” is no month; write it like {today:%Y-%m}.") from None
    if month > today:
        raise UserError(f"{month:%Y-%m} has not begun.")
    if month.year < 2000:
        raise UserError(f"{month:%Y-%m} is too long ago to be meant.")
    return month


def _usd(word: str) -> Decimal:
    try:
        if "%" in word:
            raise ValueError
        return parse_number(word)
    except ValueError:
        raise UserError(f"“{clip(word, 40)}” is no amount in USD, no part and no month. Write {USAGE}") from None
