"""A place in a JSON payload that collects what Slack would say is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

Json = dict[str, Any]

MISSING: Final = object()


class Node:
    """A value, where it stands, and the list of problems shared by the whole payload.

    A check on a missing value passes: whether a key may be missing is `object`'s business alone.
    """

    def __init__(self, value: Any, pointer: str = "", problems: list[str] | None = None) -> None:
        self.value = value
        self.pointer = pointer
        self.problems: list[str] = [] if problems is None else problems

    @property
    def present(self) -> bool:
        return self.value is not MISSING

    def __getitem__(self, key: str) -> Node:
        value = self.value.get(key, MISSING) if isinstance(self.value, dict) else MISSING
        return Node(value, f"{self.pointer}/{key}", self.problems)

    def refuse(self, message: str) -> None:
        self.problems.append(f"[ERROR] {message} [json-pointer:{self.pointer}]")

    def object(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> bool:
        """An object with these keys and no other."""
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

    def kind(self, known: Collection[str]) -> str | None:
        """The `type` of an object, if it is one of these."""
        if not self.present:
            return None
        if not isinstance(self.value, dict):
            self.refuse("must provide an object")
            return None
        if "type" not in self.value:
            self.refuse("missing required field: type")
            return None
        kind = self["type"].string()
        if kind is not None and kind not in known:
            self["type"].refuse(f"unsupported type: {kind}")
            return None
        return kind

    def array(self, *, least: int = 1, most: int | None = None) -> list[Node]:
        """The items of an array of this length."""
        if not self.present:
            return []
        if not isinstance(self.value, list):
            self.refuse("must provide an array")
            return []
        if len(self.value) < least:
            self.refuse(f"no fewer than {least} items allowed")
        if most is not None and len(self.value) > most:
            self.refuse(f"no more than {most} items allowed")
        return [Node(item, f"{self.pointer}/{index}", self.problems) for index, item in enumerate(self.value)]

    def string(self, *, least: int = 1, most: int | None = None) -> str | None:
        if not self.present:
            return None
        if not isinstance(self.value, str):
            self.refuse("must provide a string")
            return None
        if len(self.value) < least:
            self.refuse(f"must be more than {least - 1} characters")
        if most is not None and len(self.value) > most:
            self.refuse(f"must be less than {most + 1} characters")
        return self.value

    def choice(self, allowed: Collection[str]) -> str | None:
        value = self.string()
        if value is not None and value not in allowed:
            self.refuse(f"must be one of: {', '.join(sorted(allowed))}")
            return None
        return value

    def integer(self, *, least: int | None = None, most: int | None = None) -> int | None:
        if self.present and (isinstance(self.value, bool) or not isinstance(self.value, int)):
            self.refuse("must provide an integer")
            return None
        number = self.number(least=least, most=most)
        return None if number is None else int(number)

    def number(self, *, least: float | None = None, most: float | None = None) -> float | None:
        if not self.present:
            return None
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse("must provide a number")
            return None
        if least is not None and self.value < least:
            self.refuse(f"must be at least {least}")
        if most is not None and self.value > most:
            self.refuse(f"must be at most {most}")
        return self.value

    def boolean(self) -> bool | None:
        if not self.present:
            return None
        if not isinstance(self.value, bool):
            self.refuse("must provide a boolean")
            return None
        return self.value
