"""chat.* and the URLs by which a bot answers an interaction."""

from __future__ import annotations

from typing import Any

from playground.rules.messages import check_message
from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.workspace.entities import BOT_USER, Channel
from playground.workspace.workspace import Workspace, wire_message

# chat.update is stricter than chat.postMessage.
UPDATED_TEXT_CHARACTERS = 4_000


def post_message(workspace: Workspace, args: Json) -> Json:
    channel = open_to_bot(workspace, args.get("channel"), unjoined_scope="chat:write.public")
    content = _content(args)
    message = workspace.post(channel.id, BOT_USER, content, thread_ts=args.get("thread_ts"))
    return {"channel": channel.id, "ts": message["ts"], "message": wire_message(message), **_warn(content)}


def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    channel = open_to_bot(workspace, args.get("channel"))
    user = args.get("user")
    if not isinstance(user, str) or user not in workspace.users:
        raise Refusal("user_not_found")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    content = _content(args)
    message = workspace.post_ephemeral(channel.id, str(user), content, args.get("thread_ts"))
    return {"message_ts": message["ts"], **_warn(content)}


def update(workspace: Workspace, args: Json) -> Json:
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
        "message": wire_message(message),
    } | _warn(content)


def delete(workspace: Workspace, args: Json) -> Json:
    message = _own_message(workspace, args, "cant_delete_message")
    workspace.remove(message)
    return {"channel": message["channel"], "ts": message["ts"]}


def get_permalink(workspace: Workspace, args: Json) -> Json:
    channel = workspace.channel(str(args.get("channel", "")))
    ts = str(args.get("message_ts", ""))
    if workspace.find_message(channel.id, ts) is None:
        raise Refusal("message_not_found")
    place = f"{workspace.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": place}


def respond(workspace: Workspace, key: str, args: Json) -> None:
    """A post to a response_url: a new message for one person or for all, or a change of the one it belongs to."""
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
    answer(workspace, url.channel, url.user, args, content)


def answer(workspace: Workspace, channel: str, user: str, args: Json, content: Json | None = None) -> Json:
    """What a bot says in the body of an acknowledgement or by a response_url; only the person sees it by default."""
    content = _content(args) if content is None else content
    kind = args.get("response_type", "ephemeral")
    if kind == "in_channel":
        return workspace.post(channel, BOT_USER, content, thread_ts=args.get("thread_ts"))
    if kind != "ephemeral":
        raise Refusal("invalid_arguments", [f"[ERROR] unknown response_type: {kind} [json-pointer:/response_type]"])
    return workspace.post_ephemeral(channel, user, content, args.get("thread_ts"))


def open_to_bot(workspace: Workspace, name: object, *, unjoined_scope: str | None = None) -> Channel:
    """A channel where the bot may write; a private one that it is not in does not exist for it."""
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
    also = {key: args[key] for key in ("parse", "link_names") if key in args}
    return check_message(args) | _metadata(args) | also


def _metadata(args: Json) -> Json:
    metadata: Any = args.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refusal("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    return {"metadata": metadata}


def _warn(content: Json) -> Json:
    if content.get("blocks") and not content.get("text"):
        return {"response_metadata": {"warnings": ["missing_text_in_message"]}}
    return {}
