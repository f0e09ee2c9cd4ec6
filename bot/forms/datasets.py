"""The field for a training file."""

from __future__ import annotations

from typing import Any

from bot.queue.model import SlackFile
from bot.render.parts.blocks import plain_text_object
from bot.slack.files import read_files
from bot.slack.payload import at

DATASET = "dataset"


def dataset_field() -> dict[str, Any]:
    """Return the input block; Slack accepts files up to 10 MB in it."""
    hint = (
        "JSONL or another training format, up to 10 MB: the examples and their tokens are counted. "
        "Send a larger file to the bot as a message. No file yet? Fill in the next two fields instead."
    )
    return {
        "type": "input",
        "block_id": DATASET,
        "label": plain_text_object("Training data"),
        "hint": plain_text_object(hint),
        "element": {"type": "file_input", "action_id": DATASET, "max_files": 1},
        "optional": True,
    }


def read_dataset(view: Any) -> SlackFile | None:
    """Return the attached file; None if there is none."""
    return next(iter(read_files(at(view, "state", "values", DATASET, DATASET, "files"))), None)
