"""conversations.*, users.info and auth.test: what the bot may learn about the workspace."""

from __future__ import annotations

from base64 import b64decode, b64encode

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.workspace.entities import BOT_ID, BOT_USER, Channel
from playground.workspace.workspace import Workspace, wire_message


def api_test(_: Workspace, args: Json) -> Json:
    if args.get("error"):
        raise Refusal(str(args["error"]), args=args)
    return {"args": args}


def auth_test(workspace: Workspace, _: Json) -> Json:
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
    user = workspace.users.get(str(args.get("user", "")))
    if user is None:
        raise Refusal("user_not_found")
    profile = {"real_name": user.real_name, "display_name": user.name}
    return {
        "user": {
            "id": user.id,
            "team_id": user.team or workspace.team["id"],
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
    if args.get("channel"):
        return {"channel": {"id": workspace.channel(str(args["channel"])).id}}
    users = [user for user in str(args.get("users") or "").split(",") if user]
    if len(users) != 1:
        raise Refusal("users_list_not_supplied" if not users else "not_enough_users")
    return {"channel": {"id": workspace.im(users[0]).id}}


def info(workspace: Workspace, args: Json) -> Json:
    channel = _visible(workspace, args, "read")
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
    channel = _visible(workspace, args, "read")
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def history(workspace: Workspace, args: Json) -> Json:
    channel = _visible(workspace, args, "history", joined=True)
    messages = [m for m in workspace.posted[channel.id] if m.get("thread_ts", m["ts"]) == m["ts"]]
    return _page(list(reversed(messages)), args)


def replies(workspace: Workspace, args: Json) -> Json:
    channel = _visible(workspace, args, "history", joined=True)
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
    """What the caller asked for of some messages: since when, how many, with their metadata or without."""
    since = [m for m in messages if float(m["ts"]) > float(args.get("oldest") or 0)]
    start, limit = _read_cursor(str(args.get("cursor") or "")), int(args.get("limit") or 100)
    hidden = set() if str(args.get("include_all_metadata")).lower() in ("1", "true") else {"metadata"}
    shown = [{k: v for k, v in wire_message(m).items() if k not in hidden} for m in since[start : start + limit]]
    if start + limit >= len(since):
        return {"messages": shown, "has_more": False}
    cursor = b64encode(f"at:{start + limit}".encode()).decode()
    return {"messages": shown, "has_more": True, "response_metadata": {"next_cursor": cursor}}


def _read_cursor(cursor: str) -> int:
    try:
        return int(b64decode(cursor).decode().removeprefix("at:")) if cursor else 0
    except ValueError:
        raise Refusal("invalid_cursor") from None


def _visible(workspace: Workspace, args: Json, right: str, *, joined: bool = False) -> Channel:
    channel = workspace.channel(str(args.get("channel", "")))
    scope = {"public": "channels", "private": "groups", "im": "im"}[channel.kind] + f":{right}"
    if scope not in workspace.scopes:
        raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))
    if BOT_USER not in channel.members:
        if channel.kind != "public":
            raise Refusal("channel_not_found")
        if joined:
            raise Refusal("not_in_channel")
    return channel
