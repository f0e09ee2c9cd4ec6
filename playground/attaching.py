"""Files that people choose, before they send them with a message or a form."""

from __future__ import annotations

from playground import api_files
from playground.node import Json
from playground.workspace import Workspace
from playground.world import YOU, UploadedFile


class Attaching:
    """What a person can do with a file."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def attach(self, name: str, content: bytes, *, user: str = YOU) -> Json:
        """Choose a file of one's own, to be sent with a message or a form."""
        return api_files.take(self.workspace, user, name, content).wire()

    def own_file(self, file_id: str, user: str) -> UploadedFile:
        file = self.workspace.uploads.get(file_id)
        if file is None or file.user != user:
            raise ValueError(f"{user} has no file {file_id}")
        return file

    def given_file(self, file: Json) -> Json:
        """A file in a form, as Slack sends it, however the page named it."""
        upload = self.workspace.uploads.get(str(file.get("id")))
        if upload is None:
            raise ValueError("unknown file")
        upload.shared = upload.bot_may_read = True
        return upload.wire()
