"""Settings: which Slack is served, and errors that name the variable and never its value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, SettingsError, forget_secrets, read_settings
from bot.web.rate_limit import RateAllowance
from pricing.refresh import load_feeds

BOT, APP, SECRET = "xoxb-hidden-value", "xapp-hidden-value", "hidden-value"
OAUTH = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": SECRET,
    "SLACK_SIGNING_SECRET": SECRET,
    "FTCOST_ENCRYPTION_KEYS": f"{Fernet.generate_key().decode()}, {Fernet.generate_key().decode()}",
}
VARIABLES = (
    *(feed.key for feed in load_feeds().values() if feed.key),
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "FTCOST_ENCRYPTION_KEYS",
    "FTCOST_LOOK_BACK",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "FTCOST_HOST",
    "FTCOST_PORT",
    "FTCOST_DATABASE_URL",
    "FTCOST_PRICES_DIR",
    "FTCOST_REFRESH",
    "FTCOST_LOG",
    "FTCOST_ADMINS",
    "FTCOST_REQUESTS_AT_ONCE",
    "FTCOST_REQUESTS_PER_MINUTE",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours, no .env file: what a test sets is all there is."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    return read_settings()


@pytest.mark.parametrize(
    ("environment", "mode"),
    [
        ({}, "playground"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SECRET}, "http"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, "socket"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SECRET}, "socket"),
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, "playground"),
        (OAUTH, "oauth"),
    ],
)
def test_credentials_say_which_slack_is_served(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], mode: str
) -> None:
    assert read(monkeypatch, **environment).mode == mode


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"SLACK_APP_TOKEN": APP}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT}, "SLACK_SIGNING_SECRET"),
        *(({key: value for key, value in OAUTH.items() if key != name}, name) for name in OAUTH),
        (OAUTH | {"SLACK_BOT_TOKEN": BOT}, "SLACK_BOT_TOKEN"),
    ],
)
def test_incomplete_credentials_are_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], names: str
) -> None:
    settings = read(monkeypatch, **environment)
    with pytest.raises(SettingsError) as caught:
        _ = settings.mode
    assert names in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-hidden-value", "xoxb-"),
        ("SLACK_BOT_TOKEN", APP, "xoxb-"),
        ("SLACK_APP_TOKEN", BOT, "xapp-"),
        ("SLACK_API_URL", "hidden-value", ""),
        ("FTCOST_PORT", "hidden-value", "integer"),
        ("FTCOST_ENCRYPTION_KEYS", "hidden-value", "ftcost keys new"),
        ("FTCOST_PORT", "65536", "65535"),
        ("FTCOST_PORT", "-1", "0"),
        ("FTCOST_DATABASE_URL", "mysql://u:hidden-value@h/d", "postgresql://"),
        ("FTCOST_DATABASE_URL", "hidden-value", "postgresql://"),
        ("HTTPS_PROXY", "hidden-value:3128", "https?://"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "hidden-value:4318", "https?://"),
    ],
)
def test_invalid_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(monkeypatch, **{variable: value})
    assert str(caught.value).startswith(f"{variable}: ")
    assert says in str(caught.value)
    assert value not in str(caught.value)
    assert caught.value.__suppress_context__, "no traceback that shows it either"


def test_printed_setting_hides_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP, SLACK_SIGNING_SECRET=SECRET)
    assert "hidden" not in f"{settings} {settings!r}"


def test_feed_keys_and_passwords_in_urls_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {feed.key: f"key-{feed.key}" for feed in load_feeds().values() if feed.key}
    addresses = {"FTCOST_RATES_URL": "https://u:of%20rates@host/x", "FTCOST_DATABASE_URL": "postgresql://u:of-it@h/d"}
    settings = read(monkeypatch, **keys, **addresses, HTTPS_PROXY="http://u:of-proxy@host:3128")
    assert settings.feed_keys == keys
    assert {*keys.values(), "of%20rates", "of rates", "of-it", "of-proxy"} <= set(settings.secrets)


def test_secrets_are_removed_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = OAUTH | {"OPENAI_API_KEY": SECRET, "FTCOST_DATABASE_URL": "postgresql://u:hidden@h/d"}
    settings = read(monkeypatch, **variables, FTCOST_HOST="0.0.0.0")  # noqa: S104
    forget_secrets()
    assert not variables.keys() & os.environ.keys()
    assert os.environ["FTCOST_HOST"] == settings.host
    assert settings.slack_client_secret is not None
    assert settings.slack_client_secret.get_secret_value() == SECRET


def test_api_address_ends_with_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).slack_api_url == "https://slack.com/api/"
    assert read(monkeypatch, SLACK_API_URL="http://127.0.0.1:9/api").slack_api_url == "http://127.0.0.1:9/api/"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
def test_proxy_uses_the_common_variables(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    assert read(monkeypatch).proxy is None
    assert read(monkeypatch, **{variable: "http://proxy:3128"}).proxy == "http://proxy:3128"


def test_environment_precedes_the_dotenv_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FTCOST_PORT=9001\nFTCOST_HOST=0.0.0.0\nUNRELATED=1\n")
    settings = read(monkeypatch, FTCOST_PORT="9002")
    assert (settings.port, settings.host) == (9002, "0.0.0.0")  # noqa: S104


def test_default_database_is_a_file_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    default = read(monkeypatch).database
    assert default.startswith("sqlite")
    assert default.endswith("ftcost.sqlite3")
    assert read(monkeypatch, FTCOST_DATABASE_URL="sqlite:///x").database == "sqlite:///x"


def test_admins_and_rate_allowance_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (read_settings().admins, read_settings().allowance) == (frozenset(), RateAllowance(300, 120))
    monkeypatch.setenv("FTCOST_ADMINS", "U024BE7LH, W012A3CDE,")
    monkeypatch.setenv("FTCOST_REQUESTS_AT_ONCE", "5")
    monkeypatch.setenv("FTCOST_REQUESTS_PER_MINUTE", "6")
    assert read_settings().admins == {"U024BE7LH", "W012A3CDE"}
    assert read_settings().allowance == RateAllowance(at_once=5, per_minute=6)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("FTCOST_ADMINS", "@robin"), ("FTCOST_ADMINS", "U1,T1"), ("FTCOST_REQUESTS_AT_ONCE", "0")],
)
def test_only_user_ids_are_admins(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable):
        read_settings()
