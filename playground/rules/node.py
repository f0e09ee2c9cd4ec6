"""A JSON value that records the problems Slack would report about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

Json = dict[str, Any]

MISSING: Final = object()


class Node:
    """A value in a JSON payload, its JSON pointer, and the problems found in the whole payload.

    Every check but `object` passes for a missing value, so only `object` decides which keys are required.

    Args:
        value: The JSON value, or MISSING.
        pointer: The value's JSON pointer.
        problems: The list that problems go to; a new one for the root.
    """

    def __init__(self, value: Any, pointer: str = "", problems: list[str] | None = None) -> None:
        self.value = value
        self.pointer = pointer
        self.problems: list[str] = [] if problems is None else problems

    @property
    def present(self) -> bool:
        """True unless the value is missing from its object."""
        return self.value is not MISSING

    def __getitem__(self, key: str) -> Node:
        value = self.value.get(key, MISSING) if isinstance(self.value, dict) else MISSING
        return Node(value, f"{self.pointer}/{key}", self.problems)

    def refuse(self, message: str) -> None:
        """Record a problem of this value, in the format of Slack's error messages."""
        self.problems.append(f"[ERROR] {message} [json-pointer:{self.pointer}]")

    def object(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> bool:
        """Check for an object with these keys and no others. Return whether it is an object."""
        if not self.present:
            return False
        if not isinstance(self.value, dict):
            self.refuse("must provide an object")
            return False
        required = set(required)
        for key in sorted(required - self.value.keys()):
            self.refuse(f"missing required field: {key}")
        for key in sorted(self.value.keys() - required - set(optional)):
            self.refuse(f"invalid additional property: {key}")
        return True

    def kind(self, supported: Collection[str]) -> str | None:
        """Return an object's `type` if it is among the supported ones."""
        if not self.present:
            return None
        if not isinstance(self.value, dict):
            self.refuse("must provide an object")
            return None
        if "type" not in self.value:
            self.refuse("missing required field: type")
            return None
        kind = self["type"].string()
        if kind is not None and kind not in supported:
            self["type"].refuse(f"unsupported type: {kind}")
            return None
        return kind

    def array(self, *, minimum: int = 1, maximum: int | None = None) -> list[Node]:
        """Return the items of an array, and check its length."""
        if not self.present:
            return []
        if not isinstance(self.value, list):
            self.refuse("must provide an array")
            return []
        if len(self.value) < minimum:
            self.refuse(f"no fewer than {minimum} items allowed")
        if maximum is not None and len(self.value) > maximum:
            self.refuse(f"no more than {maximum} items allowed")
        return [Node(item, f"{self.pointer}/{index}", self.problems) for index, item in enumerate(self.value)]

    def string(self, *, minimum: int = 1, maximum: int | None = None) -> str | None:
        """Return a string, and check its length in characters."""
        if not self.present:
            return None
        if not isinstance(self.value, str):
            self.refuse("must provide a string")
            return None
        if len(self.value) < minimum:
            self.refuse(f"must be more than {minimum - 1} characters")
        if maximum is not None and len(self.value) > maximum:
            self.refuse(f"must be less than {maximum + 1} characters")
        return self.value

    def choice(self, allowed: Collection[str]) -> str | None:
        """Return a string if it is among the allowed ones."""
        value = self.string()
        if value is not None and value not in allowed:
            self.refuse(f"must be one of: {', '.join(sorted(allowed))}")
            return None
        return value

    def integer(self, *, minimum: int | None = None, maximum: int | None = None) -> int | None:
        """Return an integer, and check its range."""
        if self.present and (isinstance(self.value, bool) or not isinstance(self.value, int)):
            self.refuse("must provide an integer")
            return None
        number = self.number(minimum=minimum, maximum=maximum)
        return None if number is None else int(number)

    def number(self, *, minimum: float | None = None, maximum: float | None = None) -> float | None:
        """Return a number, and check its range."""
        if not self.present:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse("must provide a number")
            return None
        if minimum is not None and self.value < minimum:
            self.refuse(f"must be at least {minimum}")
        if maximum is not None and self.value > maximum:
            self.refuse(f"must be at most {maximum}")
        return self.value

    def boolean(self) -> bool | None:
        """Return a boolean."""
        if not self.present:
            return None
        if not isinstance(self.value, bool):
            self.refuse("must provide a boolean")
            return None
        return self.value
