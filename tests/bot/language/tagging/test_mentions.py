"""Names of models in a sentence."""

from __future__ import annotations

from bot.language.tagging.mentions import MentionIndex


def test_incomplete_name_means_the_newest_version() -> None:
    """Version 1.10 is newer than 1.9 and 1.9.3."""
    versions = ["nova-1.9-8b", "nova-1.10-8b", "nova-1.9.3-8b"]
    index = MentionIndex(offers=versions, bases=[], shapes=[], gpus={}, platforms={})
    assert index.tag("tune nova 8b", lambda mention: mention.name) == "tune nova-1.10-8b"
