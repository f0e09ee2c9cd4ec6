"""The buttons and menus of a counted file: use it in an estimate, convert it, choose the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.readings import MAX_BUTTON_VALUE
from bot.counting.protocol import Converted
from bot.forms.choices import MAX_VALUE, option
from bot.forms.columns import TableOrigin
from bot.language.command import write_command
from bot.queue.model import SlackFile
from bot.render.parts.blocks import Block, SlackMessage, button, plain_text_object, section
from bot.render.parts.escaping import escape
from bot.render.parts.money import counted
from bot.render.sentences.datasets import missing_lines
from calculator.datasets import DatasetReport
from pricing import Catalog

USE_FILE = "use_file"
"""The action id of the button that puts a file into an estimate."""
CONVERT_FILE = "convert_file"
"""The action id of the menu that converts a file."""
CHOOSE_COLUMNS = "choose_columns"
"""The action id of the button that asks for the columns of a table."""
SEPARATOR = "\t"
"""Between the parts of an option of the menu: platform, file, and the columns of a table."""


def columns_message(file: SlackFile, columns: Sequence[str], line: str) -> SlackMessage:
    """Return the message that asks which columns of a table are the question and the answer.

    Args:
        file: The table.
        columns: The names of its columns.
        line: The question's other fields.
    """
    names = ", ".join(f"“{escape(column)}”" for column in columns)
    text = f"*{escape(file.name)}* is a table with the columns {names}. Which is the question, which the answer?"
    offered = list(columns)
    while len(value := TableOrigin(file.id, file.name, tuple(offered), line).write()) > MAX_BUTTON_VALUE and offered:
        offered.pop()
    choose = button("Choose columns", CHOOSE_COLUMNS, value, "primary")
    return SlackMessage(text, [section(text), {"type": "actions", "elements": [choose]}])


def file_actions(file_id: str, report: DatasetReport, columns: tuple[str, str] | None, *, can_use: bool) -> list[Block]:
    """Return the buttons of a counted file.

    Args:
        file_id: Slack's id of the file.
        report: The report.
        columns: The chosen columns of a table.
        can_use: True if the file isn't part of an estimate yet, and can be priced.
    """
    elements = []
    if can_use:
        fields = report.fields()
        lines = (write_command(fields), write_command({key: fields[key] for key in fields if key != "lengths"}))
        line = next((line for line in lines if len(line) <= MAX_BUTTON_VALUE), "")
        elements.append(button("Use in this estimate", USE_FILE, line, "primary"))
    options = [
        option(verdict.title, SEPARATOR.join((name, file_id, *(columns or ()))))
        for name, verdict in report.platforms.items()
        if verdict.fate == "converted"
    ]
    if options and all(len(choice["value"]) <= MAX_VALUE for choice in options):
        placeholder = plain_text_object("Convert for…")
        elements.append(
            {"type": "static_select", "action_id": CONVERT_FILE, "placeholder": placeholder, "options": options}
        )
    return [{"type": "actions", "elements": elements}] if elements else []


def copy_text(name: str, platform: str, converted: Converted, catalog: Catalog) -> str:
    """Return the comment on a converted copy.

    Args:
        name: The name of the file.
        platform: The platform that the copy is for.
        converted: The result of the conversion.
        catalog: The offers, which have the platform's title.
    """
    title = next((offer.platform_title for offer in catalog.offers.values() if offer.platform == platform), platform)
    lines = [f"*{escape(name)}* for {escape(title)}: {counted(converted.written, 'example')}."]
    if converted.failed:
        lines += [f"⚠ {missing_lines(converted.failed)}", *(f"• {escape(fault)}" for fault in converted.faults)]
    return "\n".join(lines)
