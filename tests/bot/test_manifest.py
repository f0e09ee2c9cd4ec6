"""manifest.yml asks for what the code needs, and for nothing else."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answers.help import SUGGESTED_PROMPTS
from bot.listeners.commands import COMMAND
from bot.slack import profile
from bot.slack.oauth import LOOK_BACK_SCOPES
from bot.slack.oauth import SCOPES as SCOPES_OF_INSTALL
from playground import FakeSlack
from playground.workspace.entities import DEFAULT_EVENTS
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.local_slack import local_slack

ROOT = Path(__file__).parents[2]

SCOPES = {
    "auth_test": set(),
    "views_open": set(),
    "views_update": set(),
    "views_publish": set(),
    # .public: a person in a public channel may ask although nobody invited the bot.
    "chat_postMessage": {"chat:write", "chat:write.public"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "conversations_open": {"im:write"},
    "users_info": {"users:read"},
    "files_upload_v2": {"files:write"},
    "files_info": {"files:read"},
}
"""What Slack's reference demands for each method of its client."""
OPTIONAL_SCOPES = {
    # By these the bot finds a message that it posted without learning so. Without them it posts it again.
    "conversations_replies": {"channels:history", "groups:history"},
    "conversations_history": {"channels:history", "groups:history"},
}
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "app_home_opened": None,
    "app_uninstalled": None,
    "assistant_thread_context_changed": "assistant:write",
    "assistant_thread_started": "assistant:write",
    "file_shared": "files:read",
    "message.im": "im:history",
    "tokens_revoked": None,
}

CHAT = b'{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}\n'
"""One line of a training file."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def source() -> str:
    """The code of the bot."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))


def test_manifest_has_the_scopes_of_all_methods(manifest: dict[str, Any], source: str) -> None:
    called = set(re.findall(r"client\.([a-z]+_\w+)\(", source))
    assert {"chat_postMessage", "views_open"} <= called, "the search finds calls at all"
    needed = set[str]().union(*(SCOPES[method] for method in called - OPTIONAL_SCOPES.keys()))
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    needed |= {scope for event in events if (scope := SCOPE_OF_EVENT[event])}
    if manifest["features"]["slash_commands"] or manifest["features"]["shortcuts"]:
        needed.add("commands")
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_optional_scopes_are_listed_but_not_requested() -> None:
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^ *# - (\w+:history)$", text, flags=re.MULTILINE))
    assert listed == set[str]().union(*OPTIONAL_SCOPES.values())


async def test_full_tour_needs_no_other_scope(manifest: dict[str, Any], start: Start, slack: FakeSlack) -> None:
    """The local Slack answers missing_scope as the real one does."""
    slack.scopes.clear()
    slack.scopes.update(manifest["oauth_config"]["scopes"]["bot"])
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        await slack_actions.ask(slack, support_bot.LINE, channel=slack.random)
        offers = await slack_actions.all_offers(slack, parent)
        await slack_actions.press(slack, offers, "compare", "compare_form")
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
        await slack.submit_view(view["id"], slack.fill(view, {"epochs": "5"}))
        await slack.say(f"<@{slack.bot_user}> help", thread_ts=parent["ts"])
        await slack_actions.choose_export(slack, parent)
        await slack.say("", thread_ts=parent["ts"], files=[slack.attach("two.jsonl", CHAT * 2)])
        direct = await slack.say("", channel=slack.im, files=[slack.attach("three.jsonl", CHAT * 3)])
        for place in (parent, direct):
            await slack.wait_for(partial(_counted, slack, place))
        view = await slack_actions.full_form(slack)
        await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM | {"share": "me"}))
        own = await slack_actions.answered(slack, slack.im, {direct["ts"]})
        await slack_actions.delete_answer(slack, own)
        await slack.wait_for(lambda: any("The answer is deleted." in m["text"] for m in slack.messages(slack.im)))
    assert slack.violations == []
    used = {call.method for call in slack.calls}
    assert {"chat.postMessage", "chat.postEphemeral", "conversations.open", "files.completeUploadExternal"} <= used
    assert {"files.info", "chat.update", "chat.delete"} <= used


def _counted(slack: FakeSlack, parent: dict[str, Any]) -> bool:
    return any("tokens" in m["text"] and ".jsonl" in m["text"] for m in slack.messages(parent["channel"], parent["ts"]))


def test_install_asks_for_the_same_scopes(manifest: dict[str, Any]) -> None:
    assert sorted(SCOPES_OF_INSTALL) == sorted(manifest["oauth_config"]["scopes"]["bot"])
    assert set(LOOK_BACK_SCOPES) == set[str]().union(*OPTIONAL_SCOPES.values())


def test_manifest_lists_the_handled_events(manifest: dict[str, Any], source: str) -> None:
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]
    assistant_events = {f"assistant_{name}" for name in re.findall(r"@threads\.(thread_\w+)", source)}
    listened = set(re.findall(r"app\.event\(\"(\w+)\"", source)) | assistant_events
    assert {event.removesuffix(".im") for event in subscribed} == listened
    assert {"assistant_thread_started", "app_mention"} <= listened
    assert listened - {"app_uninstalled", "message", "tokens_revoked"} <= DEFAULT_EVENTS, "the playground has them"


def test_manifest_has_the_suggested_questions(manifest: dict[str, Any]) -> None:
    assert manifest["features"]["assistant_view"]["suggested_prompts"] == list(SUGGESTED_PROMPTS)


def test_manifest_has_the_commands_and_shortcuts(manifest: dict[str, Any], source: str) -> None:
    commands = {command["command"] for command in manifest["features"]["slash_commands"]}
    shortcuts = {shortcut["callback_id"] for shortcut in manifest["features"]["shortcuts"]}
    assert commands == {COMMAND}
    assert shortcuts == set(re.findall(r"app\.shortcut\(\"([^\"]+)\"", source))


def test_names_are_within_slacks_limits(manifest: dict[str, Any]) -> None:
    display = manifest["display_information"]
    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", display["background_color"])
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80
    for command in manifest["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2_000
        assert len(command["usage_hint"]) <= 1_000
    for shortcut in manifest["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["callback_id"]) <= 255
        assert len(shortcut["description"]) <= 150


def test_interactivity_is_on_and_the_invitation_names_the_bot(manifest: dict[str, Any], source: str) -> None:
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert f"/invite @{manifest['features']['bot_user']['display_name']}" in source


def test_playground_shows_what_the_manifest_lists(manifest: dict[str, Any]) -> None:
    features = manifest["features"]
    assert features["bot_user"]["display_name"] == profile.APP_NAME
    for listed, offered in ((features["slash_commands"], profile.COMMANDS), (features["shortcuts"], profile.SHORTCUTS)):
        assert [entry.items() & item.items() for entry, item in zip(listed, offered, strict=True)] == [
            item.items() for item in offered
        ]
    tab = features["app_home"]
    assert profile.MESSAGES_TAB is (tab["messages_tab_enabled"] and not tab["messages_tab_read_only_enabled"])


def test_direct_messages_are_open_if_the_bot_listens_to_them(manifest: dict[str, Any]) -> None:
    """With a read-only Messages tab, Slack tells people that sending messages to the app has been turned off."""
    listens = "message.im" in manifest["settings"]["event_subscriptions"]["bot_events"]
    assert listens is profile.MESSAGES_TAB


async def test_every_type_ahead_menu_gets_options(start: Start, slack: FakeSlack) -> None:
    """Slack asks for the options of each external select; without a listener its list stays empty."""
    async with start():
        view = await slack_actions.full_form(slack)
        known = {view["id"]}
        await slack.click(await slack_actions.open_home(slack), "home_settings")
        for form in (view, await slack_actions.opened(slack, known, "settings_form")):
            menus = [block for block in form["blocks"] if "external" in block.get("element", {}).get("type", "")]
            assert menus
            for block in menus:
                answer = await slack.options(form, block["element"]["action_id"], block_id=block["block_id"])
                assert answer["option_groups"], block["block_id"]
    assert slack.violations == []


async def test_read_only_messages_tab_refuses_messages() -> None:
    slack = local_slack()
    slack.workspace.messages_tab = False
    with pytest.raises(ValueError, match="turned off"):
        await slack.say("hello", channel=slack.im)
