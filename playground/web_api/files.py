"""The files.* methods: an upload URL, the upload, then sharing. And the files that people attach."""

from __future__ import annotations

import copy
import json
import mimetypes
from typing import Any
from urllib.parse import quote

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.web_api.chat import writable_channel
from playground.workspace.entities import BOT_USER, UploadedFile
from playground.workspace.workspace import Workspace


def get_upload_url(workspace: Workspace, args: Json) -> Json:
    """Return an upload URL for a new file: files.getUploadURLExternal."""
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


def add_file(workspace: Workspace, user: str, name: str, content: bytes) -> UploadedFile:
    """Add a file that a user attaches. Only the user sees it until it is sent."""
    name = name.replace("/", "_").replace("\\", "_") or "file"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = UploadedFile(workspace.new_id("F"), name, len(content), mimetype=kind, content=content, user=user)
    file.bot_may_read = False
    _set_urls(workspace, file)
    workspace.uploads[file.id] = file
    return file


def _set_urls(workspace: Workspace, file: UploadedFile) -> None:
    """Give a file its addresses: one for the page, one for the app with its token."""
    name = quote(file.name)
    file.url = f"{workspace.base_url}/files/{file.id}/{name}"
    file.private_url = f"{workspace.base_url}/files-pri/{workspace.team['id']}-{file.id}/download/{name}"


def receive(workspace: Workspace, file_id: str, content: bytes) -> None:
    """Store the bytes that arrive at a file's upload URL."""
    file = workspace.uploads.get(file_id)
    if file is None or file.content is not None:
        raise Refusal("file_not_found")
    if len(content) != file.length:
        raise Refusal("invalid_length", [f"[ERROR] expected {file.length} bytes, got {len(content)}"])
    file.content = content


def complete_upload(workspace: Workspace, args: Json) -> Json:
    """Share uploaded files in channels: files.completeUploadExternal."""
    files = [_uploaded_file(workspace, entry) for entry in _read_entries(args.get("files"))]
    names = str(args.get("channel_id") or args.get("channels") or "")
    # The app has to be a member: chat:write.public isn't enough for files.
    channels = [writable_channel(workspace, name) for name in names.split(",") if name]
    comment = str(args.get("initial_comment") or "")
    for file in files:
        file.shared = True
        _set_urls(workspace, file)
    descriptions = [file.to_json() for file in files]
    for channel in channels:
        content = {"text": comment, "files": descriptions}
        message = workspace.post(channel.id, BOT_USER, content, thread_ts=args.get("thread_ts"))
        for file in files:
            file.share(channel, message)
    for description in descriptions:
        workspace.emit("file", file=description)
    return {"files": descriptions}


def info(workspace: Workspace, args: Json) -> Json:
    """Return a file and the messages that contain it: files.info."""
    file = workspace.uploads.get(str(args.get("file", "")))
    if file is None or not file.shared or not file.bot_may_read:
        raise Refusal("file_not_found")
    return {"file": file.to_json() | {"shares": copy.deepcopy(file.shares)}}


def _read_entries(files: Any) -> list[Json]:
    if isinstance(files, str):
        try:
            files = json.loads(files)
        except ValueError:
            files = None
    if not isinstance(files, list) or not files or not all(isinstance(entry, dict) for entry in files):
        raise Refusal("invalid_arguments", ["[ERROR] must provide an array of objects [json-pointer:/files]"])
    return files


def _uploaded_file(workspace: Workspace, entry: Json) -> UploadedFile:
    file = workspace.uploads.get(str(entry.get("id", "")))
    if file is None or file.content is None or file.shared:
        raise Refusal("file_not_found")
    file.title = str(entry.get("title") or file.name)
    return file
