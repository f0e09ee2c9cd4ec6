"""The tools of the Model Context Protocol, called by the official SDK's client."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from bot.mcp.server import build_server
from bot.mcp.tools import Calculator
from calculator import KEYS
from pricing import Catalog
from tests.conftest import TODAY

ROOT = Path(__file__).parents[3]
# 10,000 examples × 400 tokens × 3 epochs = 12M tokens at $10 per 1M: $120.
RATES = {"on": "your-rates", "rates": "10/3/6", "examples": 10_000, "example": 400, "epochs": 3}
CHAT = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]}\n'


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def call(
    catalog: Catalog, tool: str, arguments: Mapping[str, Any], *, reads_files: bool = True
) -> CallToolResult:
    calculator = Calculator(catalog, TODAY.date, reads_files)
    async with Client(build_server(calculator)) as client:
        return await client.call_tool(tool, dict(arguments))


async def test_tools_have_valid_schemas_of_all_keys(catalog: Catalog) -> None:
    async with Client(build_server(Calculator(catalog, TODAY.date, reads_files=True))) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == ["estimate", "compare", "fit", "count", "prices"]
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
    fields = tools["estimate"].input_schema["properties"]["fields"]["properties"]
    assert set(KEYS) - set(fields) == {"lengths", "acceptance", "share"}


async def test_estimate_by_key_and_in_words_agree(catalog: Catalog) -> None:
    by_key = await call(catalog, "estimate", {"fields": RATES})
    in_words = await call(
        catalog,
        "estimate",
        {
            "question": "10k examples of 400 tokens, 3 epochs",
            "fields": {"on": "your-rates", "rates": "10/3/6"},
        },
    )
    assert not by_key.is_error
    assert "$120 once" in text_of(by_key)
    (option,) = by_key.structured_content["options"]
    assert option["horizon_total_usd"] == "120"
    assert in_words.structured_content["options"] == by_key.structured_content["options"]


async def test_detailed_text_has_the_assumptions(catalog: Catalog) -> None:
    short, detailed = [
        text_of(await call(catalog, "estimate", {"fields": RATES, "detailed": detailed})) for detailed in (False, True)
    ]
    assert "Assumptions" in detailed
    assert "Assumptions" not in short


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("estimate", {"fields": {**RATES, "examples": "10.000"}}, "10.000"),
        ("estimate", {"fields": {**RATES, "epochs": True}}, "Expected `int | float | str`"),
        ("estimate", {"question": "does llama 3.1 8b lora fit on an h100?"}, "Use the tool `fit`"),
        ("estimate", {"question": "good morning"}, "I didn't understand that"),
        ("estimate", {"question": "breakeven", "fields": RATES}, "Add the model that is prompted today"),
        ("estimate", {"query": "10k examples"}, "unknown field `query`"),
        ("compare", {"scenarios": [{"name": "a", "fields": RATES}]}, "length >= 2"),
        ("compare", {"scenarios": [{"name": n, "fields": {"epochs": "x"}} for n in "ab"]}, "a: "),
        ("fit", {"job": "llama-3.1-8b lora toaster"}, "toaster"),
        ("count", {}, "either the path or the text"),
        ("count", {"path": "/no/such/file.jsonl"}, "/no/such/file.jsonl"),
        ("prices", {"words": "no such offer"}, "Unknown offer “no such offer”"),
        ("invoice", {}, "“invoice” isn't a tool. The tools are"),
    ],
)
async def test_faults_are_sentences(catalog: Catalog, tool: str, arguments: Mapping[str, Any], text: str) -> None:
    result = await call(catalog, tool, arguments)
    assert result.is_error
    assert text in text_of(result)


async def test_other_tools_answer(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text(CHAT * 10)
    compared = await call(
        catalog,
        "compare",
        {"scenarios": [{"name": "three", "fields": RATES}, {"name": "six", "fields": {**RATES, "epochs": 6}}]},
    )
    assert "three costs the least: $120.00." in text_of(compared)
    assert "fits H100" in text_of(await call(catalog, "fit", {"job": "llama-3.1-8b lora h100"}))
    assert "openai/gpt-4.1-mini" in text_of(await call(catalog, "prices", {"offer": "openai/gpt-4.1-mini"}))
    counted = await call(catalog, "count", {"path": str(file)})
    assert counted.structured_content["examples"] == 10
    sent = await call(catalog, "count", {"text": CHAT * 10}, reads_files=False)
    assert sent.structured_content == counted.structured_content


async def test_files_are_not_read_over_http(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text(CHAT)
    result = await call(catalog, "count", {"path": str(file)}, reads_files=False)
    assert result.is_error
    assert "Send the file's lines" in text_of(result)


async def test_command_serves_standard_input(tmp_path: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "bot.cli.main", "mcp"], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}
    )
    async with Client(server) as client:
        result = await client.call_tool("estimate", {"fields": RATES})
    assert "$120 once" in text_of(result)


async def test_command_serves_http_on_this_machine(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.cli.main", "mcp", "--http", "0"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/mcp", (await process.stderr.readline()).decode())
        assert address
        async with Client(address[0]) as client:
            result = await client.call_tool("estimate", {"fields": RATES})
        assert result.structured_content["options"][0]["horizon_total_usd"] == "120"
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == -signal.SIGTERM  # uvicorn ends by the signal, after its shutdown
