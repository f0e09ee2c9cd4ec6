"""The platforms that don't take a counted training file as it is: `google:convert,mistral:refuse` as text."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

Treatment = Literal["convert", "mend", "refuse"]
"""convert: the platform takes a converted copy. mend: it refuses the file, as every other does, until its problems
are fixed. refuse: it refuses the file, which another platform takes.
"""
MOST_PLATFORMS = 40
_PAIR = re.compile(r"([a-z0-9-]{1,40}):(convert|mend|refuse)")
_TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)


class FileAcceptance(NamedTuple):
    """The platforms that don't take a training file as it is, each with what they do with it."""

    treatments: tuple[tuple[str, Treatment], ...]

    def of(self, platform: str) -> Treatment | None:
        """Return a platform's treatment of the file; None if it takes the file, or its rules aren't recorded.

        Args:
            platform: The platform's id.
        """
        return dict(self.treatments).get(platform)

    def __str__(self) -> str:
        """Return the text form that `parse_acceptance` reads."""
        return ",".join(f"{platform}:{treatment}" for platform, treatment in self.treatments)


def parse_acceptance(text: str) -> FileAcceptance:
    """Parse the text form of the acceptance. Raises ValueError with a sentence for the user."""
    parts = text.replace(" ", "").split(",")
    matches = [_PAIR.fullmatch(part) for part in parts[: MOST_PLATFORMS + 1]]
    pairs = [
        (match[1], next(treatment for treatment in _TREATMENTS if treatment == match[2])) for match in matches if match
    ]
    if len(pairs) < len(parts) or len(parts) > MOST_PLATFORMS or len(dict(pairs)) < len(pairs):
        raise ValueError(
            f"“{text.strip()[:40]}” isn't a valid list of platforms that refuse the file. Counting a file fills this "
            "in; leave it empty, or write such as google:convert,mistral:refuse."
        )
    return FileAcceptance(tuple(pairs))
