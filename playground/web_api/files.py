"""files.*: ask for a place, send the bytes there, then share."""

from __future__ import annotations

import copy
import json
import mimetypes
from typing import Any
from urllib.parse import quote

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.web_api.chat import open_to_bot
from playground.workspace.entities import BOT_USER, UploadedFile
from playground.workspace.workspace import Workspace


def get_upload_url(workspace: Workspace, args: Json) -> Json:
    name = str(args.get("filename") or "")
    if not name or "/" in name or "\\" in name:
        raise Refusal("invalid_arguments", ["[ERROR] must provide a file name [json-pointer:/filename]"])
    try:
        length = int(args.get("length", ""))
    except (TypeError, ValueError):
        length = 0
    if length < 1:
        raise Refusal("invalid_arguments", ["[ERROR] must be at least 1 [json-pointer:/length]"])
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = UploadedFile(workspace.new_id("F"), name, length, mimetype=kind, alt_text=str(args.get("alt_txt") or ""))
    workspace.uploads[file.id] = file
    return {"upload_url": f"{workspace.base_url}/files/upload/{file.id}", "file_id": file.id}


def take(workspace: Workspace, user: str, name: str, content: bytes) -> UploadedFile:
    """A file that a person attaches; nobody else sees it before it is sent."""
    name = name.replace("/", "_").replace("\\", "_") or "file"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = UploadedFile(workspace.new_id("F"), name, len(content), mimetype=kind, content=content, user=user)
    file.bot_may_read = False
    _place(workspace, file)
    workspace.uploads[file.id] = file
    return file


def _place(workspace: Workspace, file: UploadedFile) -> None:
    """The addresses of a file: one for the page, one for who has a token."""
    name = quote(file.name)
    file.url = f"{workspace.base_url}/files/{file.id}/{name}"
    file.private_url = f"{workspace.base_url}/files-pri/{workspace.team['id']}-{file.id}/download/{name}"


def receive(workspace: Workspace, file_id: str, content: bytes) -> None:
    """The bytes of a file at the place that was given out for it."""
    file = workspace.uploads.get(file_id)
    if file is None or file.content is not None:
        raise Refusal("file_not_found")
    if len(content) != file.length:
        raise Refusal("invalid_length", [f"[ERROR] expected {file.length} bytes, got {len(content)}"])
    file.content = content


def complete_upload(workspace: Workspace, args: Json) -> Json:
    files = [_uploaded(workspace, entry) for entry in _entries(args.get("files"))]
    names = str(args.get("channel_id") or args.get("channels") or "")
    # Files need the bot to be a member: chat:write.public does not help here.
    channels = [open_to_bot(workspace, name) for name in names.split(",") if name]
    comment = str(args.get("initial_comment") or "")
    for file in files:
        file.shared = True
        _place(workspace, file)
    wires = [file.wire() for file in files]
    for channel in channels:
        content = {"text": comment, "files": wires}
        message = workspace.post(channel.id, BOT_USER, content, thread_ts=args.get("thread_ts"))
        for file in files:
            file.share(channel, message)
    for wire in wires:
        workspace.emit("file", file=wire)
    return {"files": wires}


def info(workspace: Workspace, args: Json) -> Json:
    file = workspace.uploads.get(str(args.get("file", "")))
    if file is None or not file.shared or not file.bot_may_read:
        raise Refusal("file_not_found")
    return {"file": file.wire() | {"shares": copy.deepcopy(file.shares)}}


def _entries(files: Any) -> list[Json]:
    if isinstance(files, str):
        try:
            files = json.loads(files)
        except ValueError:
            files = None
    if not isinstance(files, list) or not files or not all(isinstance(entry, dict) for entry in files):
        raise Refusal("invalid_arguments", ["[ERROR] must provide an array of objects [json-pointer:/files]"])
    return files


def _uploaded(workspace: Workspace, entry: Json) -> UploadedFile:
    file = workspace.uploads.get(str(entry.get("id", "")))
    if file is None or file.content is None or file.shared:
        raise Refusal("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file
