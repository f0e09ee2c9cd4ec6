"""`ftcost mcp`: the calculator as tools for assistants and editors."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from bot.cli.arguments import prices_dir, today
from calculator import UserError
from pricing import load_catalog

NO_SDK = "The MCP server needs the extra `mcp`: pip install 'ftcost[mcp]'."


def run(command: str, arguments: Sequence[str]) -> int:
    """Run `ftcost mcp` until the client leaves, or until Ctrl-C, and return the exit code.

    Raises:
        UserError: The SDK of the Model Context Protocol isn't installed.
    """
    parser = argparse.ArgumentParser(
        prog=f"ftcost {command}",
        description="Serve the calculator to assistants and editors by the Model Context Protocol: "
        "over standard input and output, as they start it, or over HTTP on this machine.",
    )
    parser.add_argument("--http", type=int, metavar="PORT", help="serve http://127.0.0.1:PORT/mcp instead")
    options = parser.parse_args(arguments)
    try:
        from bot.mcp.server import serve_http, serve_stdio
        from bot.mcp.tools import Calculator
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("bot"):
            raise
        raise UserError(NO_SDK) from None
    calculator = Calculator(load_catalog(prices_dir()), today, reads_files=options.http is None)
    asyncio.run(serve_stdio(calculator) if options.http is None else serve_http(calculator, options.http))
    return 0
