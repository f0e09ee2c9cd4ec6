"""A page of text that isn't an estimate, such as help or the catalogue, for Slack and for the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from bot.render.parts.blocks import Block, SlackMessage, context, plain_section, section, table_block
from bot.render.parts.escaping import escape
from bot.render.parts.tables import Table, plain


@dataclass(frozen=True)
class TextPage:
    """A title, sentences, a table and notes, all in plain text. Slack turns URLs into links by itself."""

    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the page for the terminal."""
        parts = [self.title, *self.sentences]
        if self.table:
            parts += ["", plain(self.table)]
        if self.notes:
            parts += ["", *self.notes]
        return "\n".join(parts)

    def message(self) -> SlackMessage:
        """Return the page for Slack."""
        blocks: list[Block] = [section(f"*{escape(self.title)}*")]
        if self.sentences:
            blocks.append(plain_section("\n".join(self.sentences)))
        if self.table:
            blocks.append(table_block(self.table))
        if self.notes:
            blocks.append(context("\n".join(map(escape, self.notes))))
        return SlackMessage(escape(self.text()), blocks)
