"""The place of an image in an example, and its media type, as its address shows them."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from typing import Any

from pricing import Trait

_PLACES: tuple[tuple[str, Trait], ...] = (
    ("data:", "image_inline"), ("http", "image_link"), ("gs://", "image_in_gs"), ("s3://", "image_in_s3"),
)  # fmt: skip
_TAKEN = ("image/jpeg", "image/jpg", "image/png")
_TYPES: dict[str, Trait] = {"image/webp": "image_webp", "image/gif": "image_gif"}


def image_address(part: Any) -> str | None:
    """Return the address of the image in a part of a content; None if it has none."""
    image = part.get("image_url") if isinstance(part, dict) else None
    url = image.get("url") if isinstance(image, dict) else image
    return url if isinstance(url, str) else None


def image_type(url: str) -> str | None:
    """Return the media type that an address shows; None if it shows none."""
    if url.startswith("data:"):
        return url[5:64].partition(",")[0].partition(";")[0].lower() or None
    return mimetypes.guess_type(url.partition("?")[0])[0]


def image_traits(url: str | None, kind: str | None = None) -> Iterator[Trait]:
    """Yield the place of an image, and its type unless every platform takes it.

    Args:
        url: Its address: data, a link, or a place in a bucket.
        kind: Its media type, if the example states it.
    """
    yield from (trait for start, trait in _PLACES if url and url.startswith(start))
    stated = kind or (image_type(url) if url else None)
    if stated and stated.startswith("image/") and stated not in _TAKEN:
        yield _TYPES.get(stated, "image_type")
