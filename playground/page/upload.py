"""The page's upload of attached files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from playground.people.people import People

MAX_UPLOAD_BYTES = 250_000_000


def upload_handler(people: People) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that reads one file into memory; its name is in the query."""

    async def upload(request: web.Request) -> web.StreamResponse:
        # A form of another site can't send this type without a preflight request.
        if request.content_type != "application/octet-stream":
            raise web.HTTPUnsupportedMediaType(text="send application/octet-stream")
        content = bytearray()
        async for chunk in request.content.iter_chunked(1 << 20):
            content += chunk
            if len(content) > MAX_UPLOAD_BYTES:
                raise web.HTTPRequestEntityTooLarge(MAX_UPLOAD_BYTES, len(content))
        if not content:
            return web.json_response({"ok": False, "error": "empty_file", "text": "The file is empty."}, status=400)
        return web.json_response({"ok": True, "file": people.attach(request.query.get("name", ""), bytes(content))})

    return upload
