"""The server of the Model Context Protocol, by the official SDK: over standard input and output, or over HTTP."""

from __future__ import annotations

import logging
import socket
import sys
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio
import mcp_types as types
import uvicorn
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

from bot.mcp.tools import TOOLS, Calculator
from calculator import UserError

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
"""The server has no users of its own, so it listens on this machine alone."""
PATH = "/mcp"
INSTRUCTIONS = (
    "ftcost prices the fine-tuning of language models from a dated catalogue. Call `estimate` with the user's question "
    "in their words. If the answer is an error with a question, ask the user; never fill in numbers that they didn't "
    "give. Quote figures as they are, with their dates."
)


def build_server(calculator: Calculator) -> Server[dict[str, Any]]:
    """Return a server whose tools answer from a calculator."""
    return Server(
        "ftcost",
        version=version("ftcost"),
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=partial(_call_tool, calculator),
    )


async def serve_stdio(calculator: Calculator) -> None:
    """Serve the client that started this process, until it closes standard input."""
    server = build_server(calculator)
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


async def serve_http(calculator: Calculator, port: int) -> None:
    """Serve clients on this machine until the process is stopped. Print the address to standard error.

    Args:
        calculator: What the tools answer from.
        port: The port; 0 for any free one.

    Raises:
        UserError: The port is taken.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise UserError(f"Can't listen on port {port}: {error.strerror or error}.") from None
        print(f"Serving http://{HOST}:{listener.getsockname()[1]}{PATH}  (Ctrl-C stops)", file=sys.stderr, flush=True)
        app = build_server(calculator).streamable_http_app(host=HOST, streamable_http_path=PATH, stateless_http=True)
        await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(sockets=[listener])


async def _list_tools(
    _: ServerRequestContext[dict[str, Any]], __: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    return types.ListToolsResult(
        tools=[
            types.Tool(
                name=name,
                title=tool.title,
                description=tool.description,
                input_schema=tool.input_schema,
                output_schema=tool.output_schema,
                annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=False),
            )
            for name, tool in TOOLS.items()
        ]
    )


async def _call_tool(
    calculator: Calculator, _: ServerRequestContext[dict[str, Any]], call: types.CallToolRequestParams
) -> types.CallToolResult:
    tool = TOOLS.get(call.name)
    if tool is None:
        return _error(f"“{call.name}” isn't a tool. The tools are {', '.join(TOOLS)}.")
    try:
        answer = await anyio.to_thread.run_sync(tool.answer, calculator, call.arguments or {})
    except UserError as error:
        return _error(str(error))
    except Exception:
        log.exception("the tool %s failed", call.name)
        return _error("ftcost failed on this question. The reason is in the server's log.")
    return types.CallToolResult(content=[types.TextContent(text=answer.text)], structured_content=answer.data)


def _error(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)
