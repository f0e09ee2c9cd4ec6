"""The platforms that don't take a counted file, as a value of the question."""

from __future__ import annotations

from datetime import date

import pytest

from calculator import FieldErrors, estimate, estimate_warnings, read_scenario
from pricing import Catalog

ASKED = {"on": "azure/gpt-4.1-mini@global", "examples": "1000", "example": "400/200", "epochs": "3"}
LENGTHS = "600:600"
TOO_MANY = ",".join(f"p{n}:mend" for n in range(41))


def test_acceptance_is_written_as_it_is_read() -> None:
    text = "google:convert,mistral:refuse,openai:mend"
    scenario = read_scenario(ASKED | {"acceptance": text})
    assert scenario.fields()["acceptance"] == text
    assert scenario.acceptance
    assert [scenario.acceptance.of(name) for name in ("google", "mistral", "openai", "azure")] == [
        "convert", "refuse", "mend", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["google", "google:takes", "Google:convert", "a:mend,a:refuse", ",", TOO_MANY],
)
def test_text_that_no_counted_file_gives_is_refused(text: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        read_scenario(ASKED | {"acceptance": text})
    assert "Counting a file fills this in" in refused.value.errors["acceptance"]


def test_acceptance_ends_with_the_file_it_is_about() -> None:
    """Other tokens per example are another file; more examples of the same are not."""
    fields = ASKED | {"lengths": LENGTHS, "acceptance": "google:convert"}
    assert read_scenario(fields | {"examples": "20"}).acceptance is not None
    assert read_scenario(fields | {"example": "500/200"}).acceptance is None


@pytest.mark.parametrize(
    ("acceptance", "code", "says"),
    [
        ("azure:convert", "file_converted", "takes a converted copy"),
        ("azure:mend", "file_refused", "until its problems are fixed"),
        ("azure:refuse", "file_refused", "Azure refuses the training file"),
    ],
)
def test_offer_of_a_platform_that_refuses_the_file_says_so(
    catalog: Catalog, acceptance: str, code: str, says: str
) -> None:
    comparison = estimate(read_scenario(ASKED | {"acceptance": acceptance}), catalog, date(2026, 11, 21))
    (option,) = comparison.estimates
    (warning,) = [warning for warning in estimate_warnings(comparison, option) if warning.code.startswith("file_")]
    assert (warning.code, says in warning.text) == (code, True)
    other = estimate(read_scenario(ASKED | {"acceptance": "openai:mend"}), catalog, date(2026, 11, 21))
    assert not [w for w in estimate_warnings(other, other.estimates[0]) if w.code.startswith("file_")]
