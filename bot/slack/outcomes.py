"""The outcome of every error that Slack documents for the methods that the bot calls.

Source: the errors listed under https://docs.slack.dev/reference/methods, read on 2026-08-20. An error that isn't listed
ends in an apology.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from slack_sdk.errors import SlackApiError

from bot.errors import TRANSIENT_SLACK_ERRORS, error_of, is_transient


class Outcome(Enum):
    """The next step after an error."""

    AGAIN = "again"
    """Another attempt: the error passes by itself."""
    OTHER_WAY = "other way"
    """Another way to the user: as plain text, in a direct message, or without the part that Slack refused."""
    APOLOGY = "apology"
    """An apology with a code: only for the user in the channel, by direct message, or to the response_url."""


_TOKEN = "account_inactive invalid_auth not_allowed_token_type not_authed token_expired token_revoked"  # noqa: S105
"""The token is refused, so only a response_url, which needs none, reaches the user."""
_FAULTS = (
    "deprecated_endpoint fatal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_charset "
    "invalid_form_data invalid_post_type method_deprecated missing_post_type"
)
"""The call was wrong, or Slack doesn't say whether it had an effect."""
_POLICIES = (
    "access_denied accesslimited ekm_access_denied enterprise_is_restricted missing_scope no_permission "
    "org_login_required team_access_not_granted two_factor_setup_required"
)
"""Slack or an administrator doesn't allow the call here; elsewhere it may be allowed."""
_PASSING = "internal_error ratelimited request_timeout service_unavailable team_added_to_org"
COMMON = f"{_TOKEN} {_FAULTS} {_POLICIES} {_PASSING}"
"""The errors of every method."""

_CONTENT = (
    "attachment_payload_limit_exceeded invalid_attachments invalid_blocks invalid_blocks_format "
    "invalid_metadata_format invalid_metadata_schema markdown_text_conflict metadata_must_be_sent_from_app "
    "metadata_too_large msg_blocks_too_long too_many_attachments too_many_contact_cards"
)
"""A part of the message other than its text is refused, so the text is sent alone."""
_PLACES = (
    "cannot_reply_to_message channel_is_limited_access channel_not_found is_archived message_limit_exceeded "
    "messages_tab_disabled method_not_supported_for_channel_type not_in_channel posting_to_channel_denied "
    "restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel "
    "restricted_action_thread_locked restricted_action_thread_only_channel slack_connect_canvas_sharing_blocked "
    "slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked thread_not_found user_not_in_channel"
)
"""The channel or thread doesn't take the message."""

METHODS: Mapping[str, str] = {
    "auth.test": "",
    "chat.postMessage": (
        "app_access_restricted as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message "
        "channel_not_found draft_already_deleted draft_already_sent draft_has_conflict draft_not_found "
        "duplicate_channel_not_found duplicate_message_not_found invalid_blocks invalid_blocks_format "
        "invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict message_limit_exceeded "
        "messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large missing_file_data msg_blocks_too_long "
        "no_text not_in_channel rate_limited restricted_action restricted_action_non_threadable_channel "
        "restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel "
        "send_on_behalf_not_allowed slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards"
    ),
    "chat.postEphemeral": (
        "cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks invalid_blocks_format "
        "is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled msg_too_long no_text "
        "not_in_channel restricted_action too_many_attachments user_not_in_channel"
    ),
    "chat.update": (
        "as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message cant_update_message "
        "channel_not_found edit_window_closed external_channel_migrating file_deleted file_is_deleted file_not_found "
        "file_share_limit_reached invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format "
        "invalid_metadata_schema is_inactive markdown_text_conflict max_file_sharing_exceeded message_limit_exceeded "
        "message_not_found metadata_must_be_sent_from_app metadata_too_large msg_too_long "
        "no_dual_broadcast_content_update no_text posting_to_channel_denied slack_connect_blocked_file_type "
        "slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked "
        "slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked streaming_state_conflict "
        "team_not_found too_many_attachments unable_to_share_files update_failed"
    ),
    "chat.delete": "cant_delete_message channel_not_found message_not_found",
    "conversations.open": (
        "channel_not_found invalid_user_combination method_not_supported_for_channel_type not_enough_users "
        "too_many_users user_disabled user_not_found user_not_visible users_list_not_supplied"
    ),
    "conversations.history": (
        "channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest "
        "invalid_ts_oldest not_in_channel"
    ),
    "conversations.replies": (
        "channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest "
        "list_record_comment_fetch_failed method_not_supported_for_channel_type thread_not_found"
    ),
    "users.info": "too_many_users user_not_found user_not_visible",
    "views.open": "duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large",
    "views.update": "duplicate_external_id hash_conflict not_found view_too_large",
    "views.publish": (
        "duplicate_external_id hash_conflict missing_profile_id not_enabled not_implemented view_too_large"
    ),
    "files.info": (
        "canvas_disabled_file_team canvas_disabled_user_team canvas_globally_disabled file_deleted file_not_found "
        "not_visible slack_connect_canvas_sharing_blocked template_not_visible"
    ),
    "files.getUploadURLExternal": (
        "alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled "
        "file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached "
        "unknown_snippet_type unknown_subtype"
    ),
    "files.completeUploadExternal": (
        "channel_not_found channels_limit_exceeded file_not_found file_type_not_allowed file_update_failed "
        "file_uploads_except_images_disabled invalid_blocks invalid_channel not_in_channel posting_to_channel_denied"
    ),
    "assistant.threads.setStatus": "channel_not_found invalid_thread_ts reserved_username",
    "assistant.threads.setSuggestedPrompts": "channel_not_found invalid_thread_ts message_not_found not_agent_app",
}
"""The errors that Slack documents for each method, besides the common ones."""

OPTIONAL_METHODS = frozenset(
    {
        "assistant.threads.setStatus",
        "assistant.threads.setSuggestedPrompts",
        "chat.delete",
        "chat.update",
        "conversations.history",
        "conversations.replies",
        "files.info",
        "views.publish",
    }
)
"""Methods without which the answer still reaches the user, so that only their passing errors count."""

_OTHER_WAY: Mapping[str, str] = {
    "chat.postMessage": (
        f"{_POLICIES} {_CONTENT} {_PLACES} app_access_restricted send_on_behalf_not_allowed team_not_found"
    ),
    "chat.postEphemeral": f"{_POLICIES} {_CONTENT} {_PLACES} msg_too_long",
    "files.getUploadURLExternal": METHODS["files.getUploadURLExternal"] + f" {_POLICIES}",
    "files.completeUploadExternal": METHODS["files.completeUploadExternal"] + f" {_POLICIES} {_PLACES}",
    "users.info": "user_not_found user_not_visible",
    "views.open": "exchanged_trigger_id",
    "views.update": "hash_conflict not_found",
}
CONTENT_ERRORS = frozenset(_CONTENT.split())
USER_GONE = frozenset({"user_not_found", "user_disabled", "user_not_visible"})
"""Errors for a user who was removed or that the bot can't see."""


def outcome(method: str, name: str) -> Outcome:
    """Return the next step after an error.

    Args:
        method: The method of Slack's Web API that was called.
        name: Slack's name of the error.
    """
    if name in TRANSIENT_SLACK_ERRORS:
        return Outcome.AGAIN
    if method in OPTIONAL_METHODS or name in _OTHER_WAY.get(method, "").split():
        return Outcome.OTHER_WAY
    return Outcome.APOLOGY


def has_other_way(method: str, error: SlackApiError) -> bool:
    """Return whether the answer can reach the user in another way after an error of a method."""
    return not is_transient(error) and outcome(method, error_of(error)) is Outcome.OTHER_WAY


def cannot_post_hint(channel: str, name: str) -> str:
    """Return why an answer comes in a direct message, and what helps if anything does.

    Args:
        channel: The channel that refused the answer.
        name: Slack's name of the error.
    """
    if name == "is_archived":
        return f"<#{channel}> is archived."
    if name.startswith(("restricted_action", "posting_to_channel", "cannot_reply")):
        return f"<#{channel}> doesn't let me post there. An admin of the channel can allow it."
    if name not in ("not_in_channel", "channel_not_found"):
        return f"Slack doesn't let me post in <#{channel}> ({name})."
    if channel.startswith("D"):
        return "I can't post in that conversation, because I'm not part of it."
    return (
        f"I can't post in <#{channel}>, because I'm not in it. "
        "To get answers there, type `/invite @ftcost` in it, if it's a channel."
    )
