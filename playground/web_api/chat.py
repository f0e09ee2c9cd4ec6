"""The chat.* methods and response URLs."""

from __future__ import annotations

from typing import Any

from playground.rules.messages import check_message
from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.workspace.entities import BOT_USER, Channel
from playground.workspace.workspace import Workspace, message_payload

# chat.update is stricter than chat.postMessage.
UPDATED_TEXT_CHARACTERS = 4_000


def post_message(workspace: Workspace, args: Json) -> Json:
    """Post a message: chat.postMessage."""
    channel = writable_channel(workspace, args.get("channel"), unjoined_scope="chat:write.public")
    content = _content(args)
    message = workspace.post(channel.id, BOT_USER, content, thread_ts=args.get("thread_ts"))
    return {"channel": channel.id, "ts": message["ts"], "message": message_payload(message), **_warnings(content)}


def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    """Post a message that only one user sees: chat.postEphemeral."""
    channel = writable_channel(workspace, args.get("channel"))
    user = args.get("user")
    if not isinstance(user, str) or user not in workspace.users:
        raise Refusal("user_not_found")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    content = _content(args)
    message = workspace.post_ephemeral(channel.id, str(user), content, args.get("thread_ts"))
    return {"message_ts": message["ts"], **_warnings(content)}


def update(workspace: Workspace, args: Json) -> Json:
    """Change a message of the app: chat.update."""
    message = _own_message(workspace, args, "cant_update_message")
    content = check_message(args, text_characters=UPDATED_TEXT_CHARACTERS)
    for key in ("blocks", "attachments"):
        if args.get(key) is None:
            content[key] = None
    workspace.edit(message, content | _metadata(args))
    return {
        "channel": message["channel"],
        "ts": message["ts"],
        "text": message["text"],
        "message": message_payload(message),
    } | _warnings(content)


def delete(workspace: Workspace, args: Json) -> Json:
    """Delete a message of the app: chat.delete."""
    message = _own_message(workspace, args, "cant_delete_message")
    workspace.remove(message)
    return {"channel": message["channel"], "ts": message["ts"]}


def get_permalink(workspace: Workspace, args: Json) -> Json:
    """Return a message's address: chat.getPermalink."""
    channel = workspace.channel(str(args.get("channel", "")))
    ts = str(args.get("message_ts", ""))
    if workspace.find_message(channel.id, ts) is None:
        raise Refusal("message_not_found")
    permalink = f"{workspace.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": permalink}


def respond(workspace: Workspace, key: str, args: Json) -> None:
    """Carry out a post to a response URL: a new message, or a change or removal of the URL's own message."""
    url = workspace.use_response_url(key)
    original = None
    if url.message_ts is not None:
        original = workspace.find_message(url.channel, url.message_ts) or workspace.find_hidden(
            url.channel, url.message_ts
        )
    if args.get("delete_original"):
        if original is None:
            raise Refusal("message_not_found")
        workspace.remove(original)
        return
    content = _content(args)
    if args.get("replace_original") and original is not None:
        workspace.edit(original, content)
        return
    post_answer(workspace, url.channel, url.user, args, content)


def post_answer(workspace: Workspace, channel: str, user: str, args: Json, content: Json | None = None) -> Json:
    """Post what the app answered in an acknowledgement or by a response URL. By default only the user sees it."""
    content = _content(args) if content is None else content
    kind = args.get("response_type", "ephemeral")
    if kind == "in_channel":
        return workspace.post(channel, BOT_USER, content, thread_ts=args.get("thread_ts"))
    if kind != "ephemeral":
        raise Refusal("invalid_arguments", [f"[ERROR] unknown response_type: {kind} [json-pointer:/response_type]"])
    return workspace.post_ephemeral(channel, user, content, args.get("thread_ts"))


def writable_channel(workspace: Workspace, name: object, *, unjoined_scope: str | None = None) -> Channel:
    """Return a channel that the app may write to. A private one that it isn't in doesn't exist for it."""
    channel = workspace.channel(str(name or ""))
    if BOT_USER in channel.members:
        return channel
    if channel.kind != "public":
        raise Refusal("channel_not_found")
    if unjoined_scope is None or unjoined_scope not in workspace.scopes:
        raise Refusal("not_in_channel")
    return channel


def _own_message(workspace: Workspace, args: Json, error: str) -> Json:
    channel = workspace.channel(str(args.get("channel", "")))
    message = workspace.find_message(channel.id, str(args.get("ts", "")))
    if message is None:
        raise Refusal("message_not_found")
    if message["user"] != BOT_USER:
        raise Refusal(error)
    return message


def _content(args: Json) -> Json:
    options = {key: args[key] for key in ("parse", "link_names") if key in args}
    return check_message(args) | _metadata(args) | options


def _metadata(args: Json) -> Json:
    metadata: Any = args.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    return {"metadata": metadata}


def _warnings(content: Json) -> Json:
    if content.get("blocks") and not content.get("text"):
        return {"response_metadata": {"warnings": ["missing_text_in_message"]}}
    return {}
