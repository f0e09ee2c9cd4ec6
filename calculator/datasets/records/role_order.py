"""The order of the roles in a chat, which some platforms restrict."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from calculator.datasets.records.problems import Kind

_REPEATED: dict[str, tuple[Kind, str]] = {
    "user": ("two_users", "Messages {0} and {1} are both by the user. Join them, or add the answer between them."),
    "assistant": (
        "two_assistants",
        "Messages {0} and {1} are both by the assistant. Join them, or add what was said or returned between them.",
    ),
    "system": ("two_systems", "Messages {0} and {1} are both by the system. Join them."),
}
_SYSTEM = ("system", "developer")


@lru_cache(maxsize=4_096)
def role_faults(roles: tuple[str, ...], *, is_answer: bool = False) -> tuple[tuple[Kind, str], ...]:
    """Return the faults in the order of roles, each with its sentence; platforms differ on them.

    Args:
        roles: The roles of a chat, in order.
        is_answer: True for one answer of a preference pair, which doesn't start with a question.
    """
    faults: dict[Kind, str] = {}
    for number, (role, follower) in enumerate(pairwise(roles), 1):
        if role == follower and role in _REPEATED:
            kind, text = _REPEATED[role]
            faults.setdefault(kind, text.format(number, number + 1))
    if "developer" in roles:
        number = roles.index("developer") + 1
        faults["developer_role"] = (
            f"Message {number} has the role developer. `ftcost convert` makes it the system message."
        )
    turns = [number for number, role in enumerate(roles) if role not in _SYSTEM]
    if late := [number for number, role in enumerate(roles, 1) if role in _SYSTEM and turns and number > turns[0]]:
        faults["late_system"] = f"Message {late[0]} is by the system, after the first turn. Move it to the start."
    if turns and roles[turns[0]] == "assistant" and not is_answer:
        faults["first_answer"] = f"Message {turns[0] + 1}, an answer, has no question before it. Add the question."
    return tuple(faults.items())
