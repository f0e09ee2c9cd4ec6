"""Files that people choose, before they send them with a message or a form."""

from __future__ import annotations

from playground.rules.node import Json
from playground.web_api import files
from playground.workspace.entities import YOU, UploadedFile
from playground.workspace.workspace import Workspace


class Attachments:
    """What a person can do with a file."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def attach(self, name: str, content: bytes, *, user: str = YOU) -> Json:
        """Choose a file of one's own, to be sent with a message or a form."""
        return files.take(self.workspace, user, name, content).wire()

    def file_of(self, file_id: str, user: str) -> UploadedFile:
        file = self.workspace.uploads.get(file_id)
        if file is None or file.user != user:
            raise ValueError(f"{user} has no file {file_id}")
        return file

    def file_for_form(self, file: Json) -> Json:
        """A file in a form, as Slack sends it, however the page named it."""
        upload = self.workspace.uploads.get(str(file.get("id")))
        if upload is None:
            raise ValueError("unknown file")
        upload.shared = upload.bot_may_read = True
        return upload.wire()
