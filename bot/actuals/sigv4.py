"""AWS Signature Version 4, for requests without a query. Held to AWS's own test vectors in the tests."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from yarl import URL

ALGORITHM = "AWS4-HMAC-SHA256"


class AwsKey(NamedTuple):
    """An access key."""

    id: str
    secret: str


def signed(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: AwsKey,
    region: str,
    service: str,
    at: datetime,
) -> dict[str, str]:
    """The headers with host, date and signature; `at` is UTC."""
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    every = {**{name.lower(): " ".join(value.split()) for name, value in headers.items()}, "x-amz-date": stamp}
    address = URL(url)
    every["host"] = address.host or "" if address.is_default_port() else f"{address.host}:{address.port}"
    names = ";".join(sorted(every))
    lines = [method, address.raw_path, "", *(f"{name}:{every[name]}" for name in sorted(every)), "", names]
    request = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    return {
        **every,
        "authorization": f"{ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}",
    }
