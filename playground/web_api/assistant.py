"""The assistant.threads.* methods: the status and the suggested prompts of a thread with the app."""

from __future__ import annotations

import json
from typing import Any

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.workspace.entities import AssistantThread
from playground.workspace.workspace import Workspace

MAX_PROMPTS = 4


def set_status(workspace: Workspace, args: Json) -> Json:
    """Show what the app does, until it replies: assistant.threads.setStatus."""
    thread = _thread(workspace, args)
    thread.status = _text(args, "status")
    workspace.emit_assistant(thread)
    return {}


def set_suggested_prompts(workspace: Workspace, args: Json) -> Json:
    """Offer messages to send: assistant.threads.setSuggestedPrompts."""
    thread = _thread(workspace, args)
    prompts: Any = args.get("prompts")
    if isinstance(prompts, str):
        try:
            prompts = json.loads(prompts)
        except ValueError:
            prompts = None
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= MAX_PROMPTS:
        raise Refusal("invalid_arguments", [f"[ERROR] must be a list of 1 to {MAX_PROMPTS} [json-pointer:/prompts]"])
    thread.prompts = [{key: _text(prompt, key) for key in ("title", "message")} for prompt in prompts]
    workspace.emit_assistant(thread)
    return {}


def _thread(workspace: Workspace, args: Json) -> AssistantThread:
    channel = workspace.channel(str(args.get("channel_id") or ""))
    if channel.kind != "im":
        raise Refusal("channel_not_found")
    thread_ts = str(args.get("thread_ts") or "")
    if workspace.find_message(channel.id, thread_ts) is None:
        raise Refusal("invalid_thread_ts")
    return workspace.assistant_threads.setdefault(thread_ts, AssistantThread(channel.id, thread_ts))


def _text(value: Any, key: str) -> str:
    text = value.get(key) if isinstance(value, dict) else None
    if not isinstance(text, str):
        raise Refusal("invalid_arguments", [f"[ERROR] must provide a string [json-pointer:/{key}]"])
    return text
