"""Finding every fault of a line at once, also in names that are checked only once the numbers are right."""

from __future__ import annotations

from bot.language.command import readable_fields
from bot.services import Services
from calculator import FieldErrors, UserError

NAME_KEYS = ("on", "base", "model", "gpu")
_COMPANIONS = ("rates", "base_rates", "params", "gpu_rate")
"""Keys whose presence decides whether a name is valid, such as `rates` for `on=your-rates`."""
_PLACEHOLDERS = {"examples": "1", "example": "1"}


async def add_name_faults(services: Services, error: UserError, text: str) -> UserError:
    """Return an error about a line, with the faults of the names that it didn't check.

    Args:
        services: The parts of the running bot.
        error: The error.
        text: The line.
    """
    if not isinstance(error, FieldErrors):
        return error
    typed = {key: value for key, value in readable_fields(text).items() if key not in error.errors}
    names = {key: typed[key] for key in NAME_KEYS if key in typed}
    if not names:
        return error
    others = {key: typed[key] for key in _COMPANIONS if key in typed}
    errors = dict(error.errors)
    for key, name in names.items():
        try:
            await services.check({**_PLACEHOLDERS, **others, key: name}, services.today())
        except FieldErrors as faults:
            errors |= {fault_key: sentence for fault_key, sentence in faults.errors.items() if fault_key == key}
        except UserError as fault:
            errors[key] = str(fault)
    return FieldErrors(errors)
