"""Settings, read from the environment or a .env file. `.env.example` lists them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.store import Retention, database_address, read_keys
from bot.telemetry.logs import LogFormat
from bot.web.rate_limit import RateAllowance

_USER_ID = re.compile(r"[UW][A-Z0-9]{2,31}")

Mode = Literal["playground", "socket", "http", "oauth"]


class SettingsError(ValueError):
    """An invalid setting. The text names the variable, never its value."""


class Settings(BaseSettings):
    """The environment variables, one per field; `alias` is the variable's name."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True)

    slack_bot_token: SecretStr | None = Field(None, alias="SLACK_BOT_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    slack_app_token: SecretStr | None = Field(None, alias="SLACK_APP_TOKEN")
    slack_client_id: str | None = Field(None, alias="SLACK_CLIENT_ID")
    slack_client_secret: SecretStr | None = Field(None, alias="SLACK_CLIENT_SECRET")
    encryption_keys: SecretStr | None = Field(None, alias="FTCOST_ENCRYPTION_KEYS")
    look_back: bool = Field(False, alias="FTCOST_LOOK_BACK")
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL", pattern=r"^https?://\S+$")
    proxy: str | None = Field(
        None, alias="HTTPS_PROXY", validation_alias=AliasChoices("HTTPS_PROXY", "HTTP_PROXY"), pattern=r"^https?://\S+$"
    )
    host: str = Field("127.0.0.1", alias="FTCOST_HOST", min_length=1)
    port: int = Field(8030, alias="FTCOST_PORT", ge=0, le=65535)
    database_url: str | None = Field(None, alias="FTCOST_DATABASE_URL")
    log: LogFormat | None = Field(None, alias="FTCOST_LOG")
    traces_endpoint: str | None = Field(None, alias="OTEL_EXPORTER_OTLP_ENDPOINT", pattern=r"^https?://\S+$")
    requests_per_minute: int = Field(RateAllowance().per_minute, alias="FTCOST_REQUESTS_PER_MINUTE", ge=1)
    requests_at_once: int = Field(RateAllowance().at_once, alias="FTCOST_REQUESTS_AT_ONCE", ge=1)
    admins: Annotated[frozenset[str], NoDecode] = Field(frozenset(), alias="FTCOST_ADMINS")
    rates_url: str | None = Field(
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
        alias="FTCOST_RATES_URL",
        pattern=r"^https?://\S+$",
    )
    keep_estimates_days: int | None = Field(None, alias="FTCOST_KEEP_ESTIMATES_DAYS", ge=1)
    keep_actuals_days: int | None = Field(None, alias="FTCOST_KEEP_ACTUALS_DAYS", ge=1)
    keep_audit_days: int | None = Field(None, alias="FTCOST_KEEP_AUDIT_DAYS", ge=1)
    prices_dir: Path | None = Field(None, alias="FTCOST_PRICES_DIR")
    refresh: Literal["off", "daily", "weekly"] = Field("off", alias="FTCOST_REFRESH")
    # As pricing/data/feeds.yml names them.
    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    together_api_key: SecretStr | None = Field(None, alias="TOGETHER_API_KEY")
    google_billing_api_key: SecretStr | None = Field(None, alias="GOOGLE_BILLING_API_KEY")

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and token.get_secret_value().startswith("xoxe."):
            raise ValueError(
                "this token expires after 12 hours; switch token rotation off in the app's OAuth settings, or install "
                "the app by SLACK_CLIENT_ID, which renews tokens"
            )
        if token and not token.get_secret_value().startswith("xoxb-"):
            raise ValueError("a bot token begins with xoxb-; copy it from OAuth & Permissions")
        return token

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not token.get_secret_value().startswith("xapp-"):
            raise ValueError("an app-level token begins with xapp-; copy it from Basic Information")
        return token

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys:
            read_keys(keys.get_secret_value())
        return keys

    @field_validator("admins", mode="before")
    @classmethod
    def _are_user_ids(cls, admins: Any) -> Any:
        if not isinstance(admins, str):
            return admins
        ids = [name.strip() for name in admins.split(",") if name.strip()]
        if not all(_USER_ID.fullmatch(name) for name in ids):
            raise ValueError(
                "expected user ids separated by commas, such as U024BE7LH; copy them from a profile's menu"
            )
        return frozenset(ids)

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, url: str) -> str:
        return url.rstrip("/") + "/"

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, url: str | None) -> str | None:
        if url:
            database_address(url)
        return url

    @property
    def mode(self) -> Mode:
        """Return how the bot reaches Slack. Raises SettingsError when credentials are incomplete."""
        if self.slack_client_id or self.slack_client_secret:
            return self._checked_oauth()
        if not self.slack_bot_token:
            if self.slack_app_token or self.slack_signing_secret:
                raise SettingsError(
                    "SLACK_BOT_TOKEN is missing; the other credentials need it. Unset them all to start the playground."
                )
            return "playground"
        if self.slack_app_token:
            return "socket"
        if self.slack_signing_secret:
            return "http"
        raise SettingsError(
            "SLACK_BOT_TOKEN alone isn't enough: add SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
        )

    def _checked_oauth(self) -> Mode:
        required = {
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
            "FTCOST_ENCRYPTION_KEYS": self.encryption_keys,
        }
        if missing := [name for name, value in required.items() if not value]:
            raise SettingsError(f"{missing[0]} is missing; serving several workspaces needs {', '.join(required)}.")
        if self.slack_bot_token:
            raise SettingsError(
                "SLACK_BOT_TOKEN serves one workspace and SLACK_CLIENT_ID several: set only one of them."
            )
        return "oauth"

    @property
    def feed_keys(self) -> dict[str, str]:
        """Return the API keys of the price feeds, by variable."""
        keys = {
            "OPENAI_API_KEY": self.openai_api_key,
            "TOGETHER_API_KEY": self.together_api_key,
            "GOOGLE_BILLING_API_KEY": self.google_billing_api_key,
        }
        return {name: key.get_secret_value() for name, key in keys.items() if key}

    @property
    def secrets(self) -> list[str]:
        """Return every text that must not reach a log: credentials, and passwords in addresses."""
        values = (getattr(self, name) for name in type(self).model_fields)
        secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        secrets += [key.strip() for keys in secrets for key in keys.split(",")]
        passwords = [database_address(self.database_url).password if self.database_url else None]
        for url in (self.rates_url, self.slack_api_url, self.proxy, self.traces_endpoint):
            encoded = urlsplit(url or "").password
            passwords += [encoded, unquote(encoded or "")]
        return [*secrets, *(str(password) for password in passwords if password)]

    @property
    def allowance(self) -> RateAllowance:
        """Return what one user may request."""
        return RateAllowance(self.requests_at_once, self.requests_per_minute)

    @property
    def retention(self) -> Retention:
        """Return how long stored data is kept."""
        return Retention(self.keep_estimates_days, self.keep_actuals_days, self.keep_audit_days)

    @property
    def database(self) -> str:
        """Return the SQLAlchemy URL; by default of a file in the user's data folder."""
        return self.database_url or f"sqlite:///{user_data_path('ftcost') / 'ftcost.sqlite3'}"


def forget_secrets() -> None:
    """Remove secrets from the environment.

    Child processes don't need them, and Bolt would configure itself from Slack's, with files for installations.
    """
    fields = Settings.model_fields.values()
    secret_names = {str(field.alias) for field in fields if field.annotation == SecretStr | None}
    for name in [
        name for name in os.environ if name.upper() in secret_names | {"SLACK_CLIENT_ID", "FTCOST_DATABASE_URL"}
    ]:
        del os.environ[name]


def read_settings() -> Settings:
    """Return the validated settings. Raises SettingsError, which names the variable and never its value."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise SettingsError(f"{fault['loc'][0]}: {str(fault['msg']).removeprefix('Value error, ')}") from None
