"""Files that people attach to a message or a form."""

from __future__ import annotations

from playground.rules.node import Json
from playground.web_api import files
from playground.workspace.entities import YOU, UploadedFile
from playground.workspace.workspace import Workspace


class Attachments:
    """The actions of people that concern files."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def attach(self, name: str, content: bytes, *, user: str = YOU) -> Json:
        """Attach a file, to be sent with a message or a form.

        Args:
            name: The file's name.
            content: Its bytes.
            user: The user who attaches it.

        Returns:
            The file, for `say(files=…)` or a `file_input`.
        """
        return files.add_file(self.workspace, user, name, content).to_json()

    def file_of(self, file_id: str, user: str) -> UploadedFile:
        """Return a file that the user attached. Raise ValueError if there is none."""
        file = self.workspace.uploads.get(file_id)
        if file is None or file.user != user:
            raise ValueError(f"{user} has no file {file_id}")
        return file

    def file_for_form(self, file: Json) -> Json:
        """Return an attached file as Slack sends it with a form, and let the app read it."""
        upload = self.workspace.uploads.get(str(file.get("id")))
        if upload is None:
            raise ValueError("unknown file")
        upload.shared = upload.bot_may_read = True
        return upload.to_json()
