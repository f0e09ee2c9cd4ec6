"""The cookbook's data preparation notebook, its functions as they stand there: `python -m benchmarks.notebook FILE`.

Prints the tokens it finds and the seconds it took once the ranks were loaded.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import tiktoken


def main(path: str) -> None:
    encoding = tiktoken.get_encoding("o200k_base")
    started = time.perf_counter()

    def num_tokens_from_messages(messages: Any, tokens_per_message: int = 3, tokens_per_name: int = 1) -> int:
        num_tokens = 0
        for message in messages:
            num_tokens += tokens_per_message
            for key, value in message.items():
                num_tokens += len(encoding.encode(value))
                if key == "name":
                    num_tokens += tokens_per_name
        return num_tokens + 3

    def num_assistant_tokens_from_messages(messages: Any) -> int:
        return sum(len(encoding.encode(message["content"])) for message in messages if message["role"] == "assistant")

    with Path(path).open(encoding="utf-8") as file:
        dataset = [json.loads(line) for line in file]
    _check(dataset)
    n_messages, convo_lens, assistant_message_lens = [], [], []
    for example in dataset:
        messages = example["messages"]
        n_messages.append(len(messages))
        convo_lens.append(num_tokens_from_messages(messages))
        assistant_message_lens.append(num_assistant_tokens_from_messages(messages))
    print(sum(convo_lens), time.perf_counter() - started)


def _check(dataset: list[Any]) -> dict[str, int]:
    """The notebook's checks of the format."""
    errors: dict[str, int] = defaultdict(int)
    for example in dataset:
        if not isinstance(example, dict):
            errors["data_type"] += 1
            continue
        messages = example.get("messages", None)
        if not messages:
            errors["missing_messages_list"] += 1
            continue
        for message in messages:
            if "role" not in message or "content" not in message:
                errors["message_missing_key"] += 1
            if any(key not in ("role", "content", "name", "function_call", "weight") for key in message):
                errors["message_unrecognized_key"] += 1
            if message.get("role", None) not in ("system", "user", "assistant", "function"):
                errors["unrecognized_role"] += 1
            content, function_call = message.get("content", None), message.get("function_call", None)
            if (not content and not function_call) or not isinstance(content, str):
                errors["missing_content"] += 1
        if not any(message.get("role", None) == "assistant" for message in messages):
            errors["example_missing_assistant_message"] += 1
    return errors


if __name__ == "__main__":
    main(sys.argv[1])
