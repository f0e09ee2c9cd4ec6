"""Each platform's verdict on files of one kind: accepted only where no published rule would refuse the file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from calculator.datasets import DatasetReport, make_report, needs_of
from pricing import Catalog, load_dataset_rules
from tests.calculator.datasets.files import chat, count, jsonl, message

RULES = load_dataset_rules()
USER, ANSWER, SYSTEM = message("user", "hi"), message("assistant", "yes"), message("system", "be brief")
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
RESULT = message("tool", "3", tool_call_id="c1")
LINK = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}


def image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


PAIR = {"input": chat(USER), "preferred_output": [ANSWER], "non_preferred_output": [ANSWER]}
NOVA = {
    "schemaVersion": "bedrock-conversation-2024",
    "messages": [
        {"role": "assistant", "content": [{"text": "hello"}]},
        {"role": "user", "content": [{"text": "hi"}]},
        {"role": "assistant", "content": [{"text": "yes"}]},
    ],
}
OPEN = ("openai", "azure", "mistral", "together", "fireworks")


def fates(accepted: str = "", converted: str = "", refused: str = "") -> dict[str, str]:
    """Return the fate of each platform, by its first two letters: op az go aw mi to fi."""
    names = {name.removeprefix("aws-")[:2]: name for name in RULES.platforms}
    listed = {"taken": accepted, "converted": converted, "refused": refused}
    return {names[letters]: fate for fate, text in listed.items() for letters in text.split()}


CASES: list[tuple[Any, dict[str, str]]] = [
    (chat(USER, ANSWER), fates("op az mi to fi", "go be")),
    # roles: Together and Fireworks take a system message only first, and start with a question
    (chat(USER, SYSTEM, ANSWER), fates("op az mi", "", "to fi go be")),
    (chat(SYSTEM, SYSTEM, USER, ANSWER), fates("op az", "go be", "mi to fi")),
    (chat(SYSTEM, ANSWER), fates("op az fi", "go", "to mi be")),
    (chat(ANSWER, USER, ANSWER), fates("op az fi", "go", "to mi be")),
    (NOVA, fates("", "op az fi go", "to mi be")),
    # a copy for Google or Amazon can hold no weight, no name, and no key that nothing reads
    (chat(USER, message("assistant", "no", weight=0), USER, ANSWER), fates("op az mi to fi", "", "go be")),
    (chat(message("user", "hi", name="ann"), ANSWER), fates("op az mi to fi", "", "go be")),
    (chat(USER, message("assistant", "yes", annotations=[1])), fates("op az mi to fi", "", "go be")),
    (chat(USER, message("assistant", "yes", annotations=[])), fates("op az mi to fi", "go be")),
    # Together's check takes a weight only as a whole number
    (chat(USER, message("assistant", "yes", weight=None)), fates("op az mi fi", "to go be")),
    (chat(USER, message("assistant", "yes", weight=1.0)), fates("op az mi fi", "to go be")),
    (chat(message("user", "hi", weight=0), ANSWER), fates("op az mi to fi", "go be")),
    # Together and Fireworks multiply the loss of a line by its weight, which no copy for others can hold
    (chat(USER, ANSWER, weight=0.5), fates("op az to fi", "", "mi go be")),
    (chat(USER, ANSWER, weight=-1), fates("op az fi", "", "to mi go be")),
    ({"prompt": "a", "completion": "b", "weight": 0.5}, fates("to", "op az fi", "mi go be")),
    # a job of Nova fails if a text has a word that it reserves
    (chat(message("user", "the user: hi"), ANSWER), fates("op az mi to fi", "go", "be")),
    # calls: content may be null; ids are added; Mistral's validator takes ids of nine letters and digits, a result for
    # each call, and no text beside a call; Nova's takes no result without its call
    (chat(USER, message("assistant", None, tool_calls=[CALL]), RESULT, ANSWER), fates("op az to fi", "mi go be")),
    (
        chat(USER, message("assistant", None, tool_calls=[CALL | {"id": "abcDEF123"}])),
        fates("op az mi to fi", "go be"),
    ),
    (chat(USER, message("assistant", "so", tool_calls=[CALL]), RESULT, ANSWER), fates("op az to fi", "go be", "mi")),
    (chat(USER, message("assistant", None, tool_calls=[CALL]), USER, ANSWER), fates("op az to fi", "go be", "mi")),
    (chat(USER, RESULT, ANSWER), fates("op az to fi", "go", "mi be")),
    # a name that the APIs don't take; images beside the text, which a copy would lose; a list of texts
    (chat(USER, ANSWER, tools=[{"type": "function", "function": {"name": "f!"}}]), fates("to fi", "go be", "op az mi")),
    (chat(USER, ANSWER, images=["a.png"]), fates("op az fi", "", "to mi go be")),
    (chat(message("user", ["hi"]), ANSWER), fates("mi fi", "op az to go be")),
    (chat(USER, ANSWER, tools=[{"name": "f"}]), fates("to fi", "op az mi go be")),
    (chat(USER, ANSWER, tools="[]"), fates("", "op az mi to fi go be")),
    (
        chat(USER, message("assistant", None, tool_calls=[{**CALL, "id": None}]), message("tool", "3"), ANSWER),
        fates("az to fi", "op mi go be"),
    ),
    (
        chat(USER, message("assistant", None, tool_calls=[CALL | {"function": {"name": "f", "arguments": {"a": 1}}}])),
        fates("to fi", "op az mi go be"),
    ),
    (
        chat(USER, message("assistant", None, tool_calls=[CALL | {"function": {"name": "f", "arguments": "a=1"}}])),
        fates("to fi", "", "op az mi go be"),
    ),
    (
        chat(
            USER,
            message("assistant", None, function_call={"name": "f", "arguments": "{}"}),
            message("function", "3", name="f"),
            ANSWER,
        ),
        fates("op az", "mi to fi go be"),
    ),
    # images: Together and Fireworks take base64, Nova only S3; Together takes no texts beside lists of parts
    (chat(message("user", [LINK]), ANSWER), fates("op az mi", "go", "to fi be")),
    (chat(message("user", [image("data:image/png;base64,AA")]), ANSWER), fates("op az mi fi", "to go", "be")),
    (chat(message("user", [image("data:image/gif;base64,AA")]), ANSWER), fates("mi", "go", "op az to fi be")),
    (chat(message("user", [image("s3://bucket/a.png")]), ANSWER), fates("mi", "be", "op az to fi go")),
    (chat(message("system", [LINK]), USER, ANSWER), fates("mi", "", "op az to fi go be")),
    (chat(message("user", [{"type": "input_text", "text": "hi"}]), ANSWER), fates("mi fi", "op az to go be")),
    # pairs: OpenAI and Google train on text alone; a prompt may start with an answer for Together, but not end with one
    (
        {**PAIR, "input": chat(message("user", [image("data:image/png;base64,AA")]))},
        fates("az to fi", "", "op go mi be"),
    ),
    ({**PAIR, "input": chat(ANSWER, USER)}, fates("op az to fi", "go", "mi be")),
    ({**PAIR, "input": chat(USER, ANSWER)}, fates("op az fi", "", "to go mi be")),
    ({**PAIR, "preferred_output": "yes"}, fates("", "op az to fi go be", "mi")),
    (
        {**PAIR, "preferred_output": [message("assistant", None, tool_calls=[CALL])]},
        fates("op az to fi", "go be", "mi"),
    ),
    # a list of messages, or a text of Nova's, isn't the object that a platform reads
    ([USER, ANSWER], fates("", "op az mi to fi go be")),
    (chat(USER, ANSWER, schemaVersion="bedrock-conversation-2024"), fates("", "op az mi to fi go be")),
    # keys
    (chat(USER, ANSWER, id=7), fates("op az fi", "mi to go be")),
    (chat(USER, ANSWER, prompt="a", completion="b"), fates("op az fi", "mi to go be")),
    ({"prompt": "a", "completion": "b", "id": 7}, fates("", "op az mi to fi go be")),
    ({"prompt": "a", "completion": "b"}, fates("to", "op az mi fi go be")),
    # one answer a pair; Mistral trains on no pairs
    ({**PAIR, "preferred_output": [ANSWER, USER, ANSWER]}, fates("op az fi", "", "to go be mi")),
    # tokens only as Parquet, and only by Together
    ({"input_ids": [1, 2], "labels": [-100, 2]}, fates("", "", "op az mi to fi go be")),
    # no training sets
    ({"prompt": "a", "completion": "b", "label": True}, fates("", "", "op az mi to fi go be")),
    ({"text": "fine", "label": 1}, fates("", "", "op az mi to fi go be")),
]


def test_fireworks_takes_line_weights_of_all_or_none(catalog: Catalog) -> None:
    counted, _ = count(jsonl(*[chat(USER, ANSWER, weight=0.5)] * 3, chat(USER, ANSWER)))
    platforms = make_report(counted, RULES, needs_of(catalog.offers.values())).platforms
    assert platforms["fireworks"].why.startswith(
        "Refused: a weight of a whole line (3 lines), which all examples or none must have."
    )
    assert platforms["together"].fate == "taken"


def test_openai_takes_50_000_examples_with_images(catalog: Catalog) -> None:
    counted, _ = count(jsonl(*[chat(message("user", [LINK]), ANSWER)] * 10))
    needs = needs_of(catalog.offers.values())
    for examples, fate in ((50_000, "taken"), (50_001, "refused")):
        report = make_report(counted._replace(traits={**counted.traits, "image": examples}), RULES, needs)
        assert report.platforms["openai"].fate == fate


def report_on(record: Any, catalog: Catalog) -> DatasetReport:
    """Return the report on 200 lines of one kind, enough for every platform."""
    counted, _ = count(jsonl(*[record] * 200))
    return make_report(counted, RULES, needs_of(catalog.offers.values()))


@pytest.mark.parametrize(("record", "expected"), CASES, ids=lambda value: json.dumps(value)[:60])
def test_verdict_follows_the_published_rules(record: Any, expected: dict[str, str], catalog: Catalog) -> None:
    platforms = report_on(record, catalog).platforms
    assert {name: platforms[name].fate for name in RULES.platforms} == expected


def test_parts_that_are_not_known_make_a_count_inexact(catalog: Catalog) -> None:
    audio = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    for record in (chat(message("user", [audio]), ANSWER), chat(USER, message("assistant", "yes", audio={"id": "a"}))):
        report = report_on(record, catalog)
        assert not report.exact
        assert report.inexact_why == "parts that aren't known, in 200 lines, aren't counted"


def test_file_tells_an_estimate_which_platforms_do_not_take_it(catalog: Catalog) -> None:
    """A pair is converted for Google and Bedrock and not taken by Mistral; no platform takes a line without JSON."""
    assert report_on(chat(USER, ANSWER, id=7), catalog).fields()["acceptance"].split(",") == [
        f"{name}:convert" for name in ("aws-bedrock", "google", "mistral", "together")
    ]
    assert set(report_on(PAIR, catalog).fields()["acceptance"].split(",")) >= {"mistral:refuse", "google:convert"}
    counted, _ = count(jsonl(*[chat(USER, ANSWER)] * 200, b"{"))
    report = make_report(counted, RULES, needs_of(catalog.offers.values()))
    assert set(report.fields()["acceptance"].split(",")) == {f"{name}:mend" for name in RULES.platforms}
