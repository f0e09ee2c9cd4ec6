"""The methods that describe the workspace: conversations.*, users.info, auth.test and api.test."""

from __future__ import annotations

from base64 import b64decode, b64encode

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.workspace.entities import BOT_ID, BOT_USER, Channel
from playground.workspace.workspace import Workspace, message_payload


def api_test(_: Workspace, args: Json) -> Json:
    """Return the arguments, or the requested error: api.test."""
    if args.get("error"):
        raise Refusal(str(args["error"]), args=args)
    return {"args": args}


def auth_test(workspace: Workspace, _: Json) -> Json:
    """Return the token's workspace and bot user: auth.test."""
    return {
        "url": f"{workspace.base_url}/",
        "team": workspace.team["name"],
        "team_id": workspace.team["id"],
        "user": workspace.users[BOT_USER].name,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, args: Json) -> Json:
    """Return a user: users.info."""
    user = workspace.users.get(str(args.get("user", "")))
    if user is None:
        raise Refusal("user_not_found")
    profile = {"real_name": user.real_name, "display_name": user.name}
    organization = {"enterprise_id": "E0ORG00001", "teams": list(user.organization_teams), "is_admin": False}
    return {
        "user": {
            "id": user.id,
            "team_id": user.team or workspace.team["id"],
            **({"enterprise_user": organization} if user.organization_teams else {}),
            "name": user.name,
            "real_name": user.real_name,
            "is_bot": user.is_bot,
            "is_admin": user.is_admin,
            "is_owner": False,
            "deleted": False,
            "tz": "Etc/UTC",
            "profile": profile,
        }
    }


def open_im(workspace: Workspace, args: Json) -> Json:
    """Return the direct message with a user: conversations.open."""
    if args.get("channel"):
        return {"channel": {"id": workspace.channel(str(args["channel"])).id}}
    users = [user for user in str(args.get("users") or "").split(",") if user]
    if len(users) != 1:
        raise Refusal("users_list_not_supplied" if not users else "not_enough_users")
    return {"channel": {"id": workspace.im(users[0]).id}}


def info(workspace: Workspace, args: Json) -> Json:
    """Return a channel: conversations.info."""
    channel = _readable_channel(workspace, args, "read")
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "public",
            "is_im": channel.kind == "im",
            "is_private": channel.kind != "public",
            "is_member": BOT_USER in channel.members,
            "is_archived": False,
        }
    }


def members(workspace: Workspace, args: Json) -> Json:
    """Return a channel's members: conversations.members."""
    channel = _readable_channel(workspace, args, "read")
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def history(workspace: Workspace, args: Json) -> Json:
    """Return a channel's messages, the newest first: conversations.history."""
    channel = _readable_channel(workspace, args, "history", joined=True)
    messages = [m for m in workspace.posted[channel.id] if m.get("thread_ts", m["ts"]) == m["ts"]]
    return _page(list(reversed(messages)), args)


def replies(workspace: Workspace, args: Json) -> Json:
    """Return a parent message and its replies, the oldest first: conversations.replies."""
    channel = _readable_channel(workspace, args, "history", joined=True)
    ts = str(args.get("ts", ""))
    messages = [m for m in workspace.posted[channel.id] if ts in (m["ts"], m.get("thread_ts"))]
    if not messages:
        raise Refusal("thread_not_found")
    parent, *later = messages
    page = _page(later, args)
    return page | {
        "messages": [*_page([parent], {**args, "oldest": None, "cursor": None})["messages"], *page["messages"]]
    }


def _page(messages: list[Json], args: Json) -> Json:
    """Return one page of messages by the arguments `oldest`, `limit`, `cursor` and `include_all_metadata`."""
    selected = [m for m in messages if float(m["ts"]) > float(args.get("oldest") or 0)]
    start, limit = _read_cursor(str(args.get("cursor") or "")), int(args.get("limit") or 100)
    hidden_keys = set() if str(args.get("include_all_metadata")).lower() in ("1", "true") else {"metadata"}
    page = [
        {k: v for k, v in message_payload(m).items() if k not in hidden_keys} for m in selected[start : start + limit]
    ]
    if start + limit >= len(selected):
        return {"messages": page, "has_more": False}
    cursor = b64encode(f"at:{start + limit}".encode()).decode()
    return {"messages": page, "has_more": True, "response_metadata": {"next_cursor": cursor}}


def _read_cursor(cursor: str) -> int:
    try:
        return int(b64decode(cursor).decode().removeprefix("at:")) if cursor else 0
    except ValueError:
        raise Refusal("invalid_cursor") from None


def _readable_channel(workspace: Workspace, args: Json, permission: str, *, joined: bool = False) -> Channel:
    channel = workspace.channel(str(args.get("channel", "")))
    scope = {"public": "channels", "private": "groups", "im": "im"}[channel.kind] + f":{permission}"
    if scope not in workspace.scopes:
        raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))
    if BOT_USER not in channel.members:
        if channel.kind != "public":
            raise Refusal("channel_not_found")
        if joined:
            raise Refusal("not_in_channel")
    return channel
