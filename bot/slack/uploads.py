"""Uploads of files to channels and threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

_POLICIES: Mapping[str, str] = {
    "file_type_not_allowed": "this workspace doesn't allow files of this type",
    "file_upload_size_restricted": "the file is larger than this workspace allows",
    "file_uploads_disabled": "uploading files is switched off in this workspace",
    "file_uploads_except_images_disabled": "this workspace allows only images",
    "missing_scope": "the app lacks the permission to upload files (files:write); install it again",
    "posting_to_channel_denied": "I may not share files in this channel",
    "snippet_too_large": "the file is larger than Slack allows",
    "storage_limit_reached": "this workspace has no storage left for files",
}
"""The reasons of refused uploads, for the user."""


class SlackUpload(NamedTuple):
    """A file to upload."""

    name: str
    title: str
    content: str | bytes
    alt: str = ""
    """The alternative text of an image."""
    comment: str = ""
    """The text of the message with the file."""


class UploadRefused(Exception):
    """Error for a file that Slack doesn't take in the channel nor in a direct message. The text says why."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Slack didn't take the file: {_POLICIES.get(name, name)}.")


async def upload(client: AsyncWebClient, channel: str, thread_ts: str | None, file: SlackUpload) -> None:
    """Upload a file into a channel or thread. Raises SlackClientError."""
    await client.files_upload_v2(
        channel=channel,
        thread_ts=thread_ts,
        filename=file.name,
        title=file.title,
        content=file.content,
        alt_txt=file.alt or None,
        initial_comment=file.comment or None,
    )


def upload_method(error: SlackApiError) -> str:
    """Return the method that failed in an upload, which consists of two calls."""
    is_address = "getUploadURL" in str(getattr(error.response, "api_url", ""))
    return "files.getUploadURLExternal" if is_address else "files.completeUploadExternal"


def depends_on_channel(error: SlackApiError) -> bool:
    """Return whether another channel may take a file that this one refused."""
    return upload_method(error) == "files.completeUploadExternal"
