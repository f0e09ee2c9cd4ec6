"""An answer that is no estimate (help, the catalogue): a title, sentences, a table, for Slack and for the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from bot.render.blocks import Block, SlackMessage, context, plain_section, section, table_block
from bot.render.escaping import escape
from bot.render.tables import Table, plain


@dataclass(frozen=True)
class TextPage:
    """Plain text throughout; addresses stand as they are and become links where they are shown."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """For the terminal."""
        parts = [self.title, *self.sentences]
        if self.table:
            parts += ["", plain(self.table)]
        if self.notes:
            parts += ["", *self.notes]
        return "\n".join(parts)

    def message(self) -> SlackMessage:
        """For Slack."""
        blocks: list[Block] = [section(f"*{escape(self.title)}*")]
        if self.sentences:
            blocks.append(plain_section("\n".join(self.sentences)))
        if self.table:
            blocks.append(table_block(self.table))
        if self.notes:
            blocks.append(context("\n".join(map(escape, self.notes))))
        return SlackMessage(escape(self.text()), blocks)
