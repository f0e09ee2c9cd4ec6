"""The platforms with a billing API, and the key that each requires."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.actuals import aws, azure, openai, together
from bot.actuals.billing_http import BillingHttp
from bot.actuals.query import BillQuery, Key
from calculator import Actual

_TOKEN = r"[!-~]{8,400}"  # noqa: S105 - a pattern
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class KeyField(NamedTuple):
    """One field of a key, which has to match `pattern` entirely."""

    name: str
    label: str
    hint: str
    pattern: str = _TOKEN
    optional: bool = False


class Platform(NamedTuple):
    """A platform with a billing API."""

    title: str
    catalog_platform: str
    """The platform in the catalogue that sends this bill."""
    pull: Callable[[BillingHttp, Key, BillQuery], Awaitable[list[Actual]]]
    """Returns the amounts of a query. Raises PullError."""
    fields: tuple[KeyField, ...]
    secret: str
    """The field whose last letters may be shown."""


PLATFORMS: dict[str, Platform] = {
    "openai": Platform(
        "OpenAI",
        "openai",
        openai.pull,
        (
            KeyField("admin_key", "Admin key", "Reads the organization's costs and usage; begins with sk-admin-."),
            KeyField("project_key", "Project key", "Reads fine-tuning jobs, for trained tokens.", optional=True),
        ),
        "admin_key",
    ),
    "azure": Platform(
        "Azure",
        "azure",
        azure.pull,
        (
            KeyField("tenant_id", "Tenant id", "The directory in which the application is registered.", _GUID),
            KeyField("client_id", "Client id", "An application with the role Cost Management Reader.", _GUID),
            KeyField("client_secret", "Client secret", "A secret of that application."),
            KeyField(
                "scope",
                "Scope",
                "subscriptions/ID, or subscriptions/ID/resourceGroups/NAME to narrow it.",
                rf"/?subscriptions/{_GUID}(/resourceGroups/[A-Za-z0-9_.()-]{{1,90}})?/?",
            ),
        ),
        "client_secret",
    ),
    "aws": Platform(
        "AWS",
        "aws-bedrock",
        aws.pull,
        (
            KeyField(
                "access_key_id", "Access key id", "A user with the permission ce:GetCostAndUsage.", r"[A-Z0-9]{16,128}"
            ),
            KeyField("secret_access_key", "Secret access key", "AWS charges one cent per request."),
        ),
        "secret_access_key",
    ),
    "together": Platform(
        "Together",
        "together",
        together.pull,
        (KeyField("api_key", "API key", "Reads fine-tuning jobs."),),
        "api_key",
    ),
}
