"""Settings, from the environment or a .env file. `.env.example` lists them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.store import database_address, read_keys
from bot.telemetry.logs import LogFormat
from bot.web.rate_limit import RateAllowance

_PERSON = re.compile(r"[UW][A-Z0-9]{2,31}")

Mode = Literal["playground", "socket", "http", "oauth"]


class SettingsError(ValueError):
    """A setting that cannot be used. The text names the variable."""


class Settings(BaseSettings):
    """Each field is an environment variable; the names are fixed by `alias`."""

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
    requests_per_minute: int = Field(RateAllowance().per_minute, alias="FTCOST_REQUESTS_PER_MINUTE", ge=1)
    requests_at_once: int = Field(RateAllowance().at_once, alias="FTCOST_REQUESTS_AT_ONCE", ge=1)
    admins: Annotated[frozenset[str], NoDecode] = Field(frozenset(), alias="FTCOST_ADMINS")
    rates_url: str | None = Field(
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
        alias="FTCOST_RATES_URL",
        pattern=r"^https?://\S+$",
    )
    prices_dir: Path | None = Field(None, alias="FTCOST_PRICES_DIR")
    refresh: Literal["off", "daily", "weekly"] = Field("off", alias="FTCOST_REFRESH")
    # As pricing/data/feeds.yml names them.
    openai_api_key: SecretStr | None = Field(None, alias="OPENAI_API_KEY")
    together_api_key: SecretStr | None = Field(None, alias="TOGETHER_API_KEY")
    google_billing_api_key: SecretStr | None = Field(None, alias="GOOGLE_BILLING_API_KEY")

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not token.get_secret_value().startswith("xoxb-"):
            raise ValueError("a bot token begins with xoxb-; it stands under OAuth & Permissions")
        return token

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token and not token.get_secret_value().startswith("xapp-"):
            raise ValueError("an app-level token begins with xapp-; it stands under Basic Information")
        return token

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys:
            read_keys(keys.get_secret_value())
        return keys

    @field_validator("admins", mode="before")
    @classmethod
    def _are_people(cls, people: Any) -> Any:
        if not isinstance(people, str):
            return people
        ids = [one.strip() for one in people.split(",") if one.strip()]
        if not all(_PERSON.fullmatch(one) for one in ids):
            raise ValueError("ids of people, separated by commas, such as U024BE7LH; a profile's menu copies them")
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
        """Which Slack is served. Raises SettingsError where credentials are not enough."""
        if self.slack_client_id or self.slack_client_secret:
            return self._checked_oauth()
        if not self.slack_bot_token:
            if self.slack_app_token or self.slack_signing_secret:
                raise SettingsError(
                    "SLACK_BOT_TOKEN is missing; the other credentials need it. Without any, the playground starts."
                )
            return "playground"
        if self.slack_app_token:
            return "socket"
        if self.slack_signing_secret:
            return "http"
        raise SettingsError(
            "SLACK_BOT_TOKEN alone is not enough: add SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
        )

    def _checked_oauth(self) -> Mode:
        needed = {
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
            "FTCOST_ENCRYPTION_KEYS": self.encryption_keys,
        }
        if missing := [name for name, value in needed.items() if not value]:
            raise SettingsError(f"{missing[0]} is missing; workspaces that install the app need {', '.join(needed)}.")
        if self.slack_bot_token:
            raise SettingsError("SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for many: set one of them.")
        return "oauth"

    @property
    def feed_keys(self) -> dict[str, str]:
        """The keys of price feeds that need one, by their variables."""
        given = {
            "OPENAI_API_KEY": self.openai_api_key,
            "TOGETHER_API_KEY": self.together_api_key,
            "GOOGLE_BILLING_API_KEY": self.google_billing_api_key,
        }
        return {name: key.get_secret_value() for name, key in given.items() if key}

    @property
    def secrets(self) -> list[str]:
        """All that must not be seen anywhere."""
        given = (getattr(self, name) for name in type(self).model_fields)
        found = [value.get_secret_value() for value in given if isinstance(value, SecretStr)]
        found += [key.strip() for keys in found for key in keys.split(",")]
        passwords = [database_address(self.database_url).password if self.database_url else None]
        for url in (self.rates_url, self.slack_api_url, self.proxy):
            written = urlsplit(url or "").password  # as it stands in the address, and as it is meant
            passwords += [written, unquote(written or "")]
        return [*found, *(str(password) for password in passwords if password)]

    @property
    def allowance(self) -> RateAllowance:
        return RateAllowance(self.requests_at_once, self.requests_per_minute)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL; a file in the user's data folder where none is set."""
        return self.database_url or f"sqlite:///{user_data_path('ftcost') / 'ftcost.sqlite3'}"


def forget_secrets() -> None:
    """Take out of the environment what was read from it and is nobody else's: child processes need none of it, and Bolt
    would set itself up by Slack's part of it, with files for installations.
    """
    fields = Settings.model_fields.values()
    hidden = {str(field.alias) for field in fields if field.annotation == SecretStr | None}
    for name in [name for name in os.environ if name.upper() in hidden | {"SLACK_CLIENT_ID", "FTCOST_DATABASE_URL"}]:
        del os.environ[name]


def read_settings() -> Settings:
    """Read and check all settings. Raises SettingsError naming the variable and never its value."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise SettingsError(f"{fault['loc'][0]}: {str(fault['msg']).removeprefix('Value error, ')}") from None
