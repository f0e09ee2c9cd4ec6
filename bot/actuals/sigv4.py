"""AWS Signature Version 4, for requests without a query. Tested against AWS's test vectors."""

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


def sign(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: AwsKey,
    region: str,
    service: str,
    signed_at: datetime,
) -> dict[str, str]:
    """Return the headers with host, date and signature. `signed_at` is UTC."""
    stamp = signed_at.strftime("%Y%m%dT%H%M%SZ")
    signed_headers = {**{name.lower(): " ".join(value.split()) for name, value in headers.items()}, "x-amz-date": stamp}
    address = URL(url)
    signed_headers["host"] = address.host or "" if address.is_default_port() else f"{address.host}:{address.port}"
    names = ";".join(sorted(signed_headers))
    lines = [
        method,
        address.raw_path,
        "",
        *(f"{name}:{signed_headers[name]}" for name in sorted(signed_headers)),
        "",
        names,
    ]
    request = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    return {
        **signed_headers,
        "authorization": f"{ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}",
    }
