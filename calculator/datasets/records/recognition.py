"""Recognition of a record's format by its keys, and of records that are no training examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from pricing import Format

CHAT_KEYS = frozenset(("messages", "tools", "functions", "parallel_tool_calls", "metadata"))
_GEMINI_KEYS = frozenset(
    ("contents", "systemInstruction", "system_instruction", "tools", "toolConfig", "generationConfig", "labels")
)
_NOVA_KEYS = frozenset(("schemaVersion", "system", "messages", "toolConfig"))
FORMAT_KEYS: dict[Format, frozenset[str]] = {
    "openai-chat": CHAT_KEYS,
    "openai-preference": frozenset(("input", "preferred_output", "non_preferred_output")),
    "prompt-completion": frozenset(("prompt", "completion")),
    "gemini": _GEMINI_KEYS,
    "gemini-preference": _GEMINI_KEYS | {"completions"},
    "bedrock-nova": _NOVA_KEYS,
    "bedrock-nova-preference": _NOVA_KEYS,
    "text": frozenset(("text",)),
    "tokens": frozenset(("input_ids", "attention_mask", "labels", "position_ids")),
}
"""The keys of a line, for formats that a platform takes; others beside them aren't part of the example."""
SHAREGPT_KEYS = ("conversations", "conversation")
QUESTION_KEYS = ("question", "prompt", "instruction", "input", "query", "input_text", "text_input", "user")
ANSWER_KEYS = (
    "answer", "completion", "response", "output", "output_text", "reply", "assistant",
)  # fmt: skip
_REQUEST = "a request of a batch, not a training example. Train on chats: messages with the answers"
_RESULT = "a result of a batch, not a training example. Build chats from its prompts and answers"
_SAMPLE = "a sample of an evaluation, not a training example. Build chats from its prompts and good answers"
_LOG = "an entry of a log, not a training example"
_EXPORTED = "a message of a chat export, not a training example. Build chats of questions and answers from it"
_TEXTS = "a pair of texts for an embedding model, not a chat"
_RECORD_KEYS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("custom_id", "body")), _REQUEST),
    (frozenset(("custom_id", "params")), _REQUEST),
    (frozenset(("recordId", "modelInput")), _REQUEST),
    (frozenset(("custom_id", "response")), _RESULT),
    (frozenset(("custom_id", "result")), _RESULT),
    (
        frozenset(("choices", "usage")),
        "an API response, not a training example. Build chats from its prompts and answers",
    ),
    (frozenset(("embedding",)), "an embedding, not a training example"),
    (frozenset(("input", "ideal")), _SAMPLE),
    (frozenset(("item",)), _SAMPLE),
    (frozenset(("ts", "text")), _EXPORTED),
    (frozenset(("message_id", "parent_id")), _EXPORTED),
    (frozenset(("mapping", "current_node")), _EXPORTED.replace("a message", "a conversation")),
    (frozenset(("mapping", "create_time")), _EXPORTED.replace("a message", "a conversation")),
    (frozenset(("guild", "messages")), _EXPORTED.replace("a message", "a conversation")),
    (frozenset(("chat_messages",)), _EXPORTED.replace("a message", "a conversation")),
    *((frozenset((level, text)), _LOG) for level in ("level", "severity", "levelname") for text in ("msg", "message")),
    (frozenset(("anchor", "positive")), _TEXTS),
    (frozenset(("query", "positive")), _TEXTS),
    (frozenset(("query", "pos")), _TEXTS),
    (frozenset(("sentence1", "sentence2")), _TEXTS),
    (
        frozenset(("prompt", "completion", "label")),
        "an answer with a verdict (KTO), not a training example. Keep the good answers as prompt and completion",
    ),
    (
        frozenset(("text", "label")),
        "a labelled text of a classifier, not a chat. Make the text the user's message and the label the answer",
    ),
)


def format_of(record: Mapping[str, Any]) -> Format | None:
    """Return the format of a record, or None if it is unknown."""
    if foreign_kind(record):
        return None
    for recognise in (_preference_format, _vendor_format, _chat_format):
        if recognised := recognise(record):
            return recognised
    if "prompt" in record and "completion" in record and not is_messages(record["prompt"]):
        return "prompt-completion"
    if "text" in record:
        return "text"
    pair = question_answer(record)
    return "question-answer" if pair and not any(isinstance(record[key], dict) for key in pair) else None


def dialogue_key(record: Mapping[str, Any]) -> str:
    """Return the key of a record's list of turns, each with its speaker; empty without such a list."""
    return next((key for key, value in record.items() if is_messages(value) or _are_turns(value)), "")


def _are_turns(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(turn, dict) and "from" in turn for turn in value)


def is_messages(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Return True for a list of messages."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(message, dict) and isinstance(message.get("role"), str) for message in value)
    )


def foreign_kind(record: Mapping[str, Any]) -> str | None:
    """Return what a record is instead of a training example: `a request of a batch, …`; None if that is unknown."""
    if isinstance(record.get("request"), dict):
        return _RESULT if "response" in record else _REQUEST
    return next((text for keys, text in _RECORD_KEYS if keys <= record.keys()), None)


def question_answer(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the keys of the question and of the answer in a record of two texts; None if they aren't clear.

    Args:
        record: A record, or the columns of a table as its keys.
    """
    lower = {key.strip().lower(): key for key in record if isinstance(key, str)}
    question = next((lower[key] for key in QUESTION_KEYS if key in lower), None)
    answer = next((lower[key] for key in ANSWER_KEYS if key in lower and lower[key] != question), None)
    return (question, answer) if question is not None and answer is not None else None


def formats_in(record: Mapping[str, Any]) -> list[str]:
    """Return the formats whose keys a record has; more than one is a fault."""
    present = []
    if "messages" in record:
        present.append("messages")
    if "prompt" in record and "completion" in record:
        present.append("prompt and completion")
    if "preferred_output" in record:
        present.append("preferred_output")
    present += [key for key in ("contents", "conversations", "text") if key in record]
    return present


def _preference_format(record: Mapping[str, Any]) -> Format | None:
    if "preferred_output" in record or "non_preferred_output" in record:
        return "openai-preference"
    if "contents" in record and "completions" in record:
        return "gemini-preference"
    if "messages" in record and "rejected_response" in record:
        return "chosen-rejected"
    if "chosen" in record and "rejected" in record:
        if "conversations" in record:
            return "sharegpt-preference"
        return "alpaca-preference" if "instruction" in record else "chosen-rejected"
    return None


def _vendor_format(record: Mapping[str, Any]) -> Format | None:
    if "contents" in record:
        return "gemini"
    if "input_ids" in record:
        return "tokens"
    if any(key in record for key in SHAREGPT_KEYS):
        return "sharegpt"
    if "messages" not in record and "input" not in record and "prompt" not in record and dialogue_key(record):
        return "sharegpt"
    if "instruction" in record and ("output" in record or ("response" in record and "context" in record)):
        return "alpaca"
    if "messages" not in record and "final" in record and "user" in record:
        return "harmony"
    return None


def _chat_format(record: Mapping[str, Any]) -> Format | None:
    if "messages" not in record:
        return None
    messages = record["messages"]
    dicts = [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []
    if any("candidates" in message for message in dicts):
        return "bedrock-nova-preference"
    if str(record.get("schemaVersion", "")).startswith("bedrock-") or _has_untyped_blocks(record, dicts):
        return "bedrock-nova"
    if "system" in record or any(_has_typed_blocks(message) for message in dicts):
        return "anthropic"
    return "openai-rft" if _asks_for_a_grade(record, dicts) else "openai-chat"


def _has_untyped_blocks(record: Mapping[str, Any], messages: list[dict[str, Any]]) -> bool:
    """Return True for the Converse shape without a schemaVersion: blocks of text without a type."""
    system = record.get("system")
    blocks = [*(system if isinstance(system, list) else ())]
    for message in messages[:1]:
        blocks += message["content"] if isinstance(message.get("content"), list) else ()
    return any(isinstance(block, dict) and "type" not in block and "text" in block for block in blocks)


def _has_typed_blocks(message: Mapping[str, Any]) -> bool:
    """Return True if a message has the blocks of Anthropic's API."""
    content = message.get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    return any(
        block.get("type") in ("tool_use", "tool_result", "thinking", "redacted_thinking")
        or (block.get("type") == "image" and "source" in block)
        for block in blocks
    )


def _asks_for_a_grade(record: Mapping[str, Any], messages: list[dict[str, Any]]) -> bool:
    """Return True for reinforcement: the chat ends with the user, and other fields hold the grader's reference."""
    return bool(messages) and not record.keys() <= CHAT_KEYS and messages[-1].get("role") in ("user", "developer")
