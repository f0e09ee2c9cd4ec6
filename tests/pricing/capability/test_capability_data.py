"""The shipped capability table, compared with figures typed by hand from the published files."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pricing import CapabilityTable, Catalog, load_capability, load_capability_checks, load_catalog

# Model, scale, thinking, value, low, high, day of the file.
VALUES = """
gpt-4.1              ECI   without  137.3  134.3  138.8  2026-08-11
gpt-4.1-mini         ECI   without  135.6  132.0  137.5  2026-08-11
gpt-4o-mini          ECI   without  126.6  120.2  128.8  2026-08-11
o4-mini              ECI   with     146.3  143.9  147.9  2026-08-11
gemini-2.5-flash     ECI   best     140.1  137.0  141.9  2026-08-11
deepseek-v3.1        ECI   best     138.9  -      -      2026-04-19
qwen3-coder-480b     ECI   without  142.9  138.9  144.9  2026-02-08
gpt-oss-120b         ECI   with     140.5  135.7  143.2  2026-08-11
qwen3-8b             TECI  without  127.9  126.2  129.3  2026-08-16
qwen3-8b             TECI  with     136.3  135.1  137.3  2026-08-16
qwen3.5-0.8b         TECI  without  108.9  95.2   112.9  2026-08-16
gemma-3-12b          TECI  without  127.4  125.5  129.8  2026-08-16
gemma-3-27b          ECI   without  130.8  125.8  133.1  2026-08-11
gemma-3-27b          TECI  without  129.8  128.2  131.6  2026-08-16
llama-3.2-1b         TECI  without  107.1  92.1   113.6  2026-08-16
"""

# A name as a platform, a package or a person writes it, and the entry; `-` for none.
NAMES = """
gpt-4.1-mini-2025-04-14                                  gpt-4.1-mini
GPT-4.1 mini                                             gpt-4.1-mini
openai/gpt-4.1-mini                                      gpt-4.1-mini
gpt-4.1                                                  gpt-4.1
gpt-4o                                                   gpt-4o
gpt-4o-2024-11-20                                        gpt-4o-nov-2024
gpt-4o-2024-08-06                                        gpt-4o
gpt-35-turbo                                             gpt-3.5-turbo
ft:gpt-4.1-mini-2025-04-14:my-org::example               gpt-4.1-mini
gpt-35-turbo-0613.ft-0123                                gpt-3.5-turbo-jun-2023
mistral-large                                            -
mistral.mistral-large-2402-v1:0                          mistral-large-2402
mistral-nemo:free                                        mistral-nemo
moonshotai/Kimi-K2.6:peft:131072                         kimi-k2.6
accounts/fireworks/models/qwen3p5-27b                    qwen3.5-27b
accounts/fireworks/models/deepseek-v4-pro-0813           -
Qwen/Qwen3.5-9B-Base                                     -
moonshotai/Kimi-K2-Instruct-0905                         -
gpt-3.5-turbo-0613                                       gpt-3.5-turbo-jun-2023
gpt-3.5-turbo-instruct                                   -
anthropic.claude-3-haiku-20240307-v1:0                   claude-3-haiku
us.anthropic.claude-3-5-sonnet-20241022-v2:0             claude-3-5-sonnet
claude-3-5-sonnet-20240620                               claude-3-5-sonnet-20240620
claude-haiku-4.5                                         claude-haiku-4-5
claude-opus-4-6                                          claude-opus-4.6
meta-llama/Meta-Llama-3.1-8B-Instruct-Reference          llama-3.1-8b
accounts/fireworks/models/llama-v3p1-8b-instruct         llama-3.1-8b
llama 3.1 8b                                             llama-3.1-8b
llama-3.1                                                -
llama-3-8b                                               llama-3-8b
Qwen/Qwen3-4B                                            qwen3-4b
Qwen/Qwen3-4B-Instruct-2507                              qwen3-4b-instruct-2507
Qwen/Qwen3-4B-Thinking-2507                              qwen3-4b-thinking-2507
qwen-34b                                                 -
Qwen/Qwen3-235B-A22B-Instruct-2507                       qwen3-235b-a22b-instruct-jul-2025
accounts/fireworks/models/qwen3-235b-a22b                qwen3-235b
mistralai/Mistral-7B-Instruct-v0.2                       mistral-7b-v0.2
mistral.mistral-7b-instruct-v0:2                         mistral-7b-v0.2
accounts/fireworks/models/mistral-7b-instruct-v3         mistral-7b-v0.3
mistral-7b                                               -
deepseek-v3-0324                                         deepseek-v3-mar-2025
deepseek-ai/DeepSeek-V3                                  deepseek-v3
deepseek-v4-flash                                        -
gemini-2.5-flash-lite                                    gemini-2.5-flash-lite
gemini-2.5-flash                                         gemini-2.5-flash
gemini-3-flash-preview                                   gemini-3-flash
gpt-6.1-sol                                              -
google.gemma-3-12b-it                                    gemma-3-12b
gemma3-1b                                                gemma-3-1b
"""


@pytest.fixture(scope="module")
def table() -> CapabilityTable:
    return load_capability()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize("row", VALUES.strip().splitlines(), ids=lambda row: row.split()[0])
def test_values_are_those_of_the_published_files(table: CapabilityTable, row: str) -> None:
    model, scale, thinking, value, low, high, day = row.split()
    measures = [
        measure for measure in table.models[model].measures if (measure.scale, measure.thinking) == (scale, thinking)
    ]
    assert len(measures) == 1
    measure = measures[0]
    assert measure.value == Decimal(value)
    assert (measure.low, measure.high) == ((None, None) if low == "-" else (Decimal(low), Decimal(high)))
    assert measure.source.checked == day
    assert measure.source.url is not None


@pytest.mark.parametrize("row", NAMES.strip().splitlines(), ids=lambda row: row.split("  ")[0])
def test_name_means_one_family_size_and_version(table: CapabilityTable, row: str) -> None:
    name, _, expected = row.rpartition(" ")
    model = table.find(name.strip())
    assert (model.id if model else "-") == expected


def test_all_published_values_are_there(table: CapabilityTable) -> None:
    deciding = [measure for model in table.models.values() for measure in model.measures]
    checks = [measure for group in load_capability_checks(table).values() for measure in group]
    assert sum(measure.scale == "ECI" for measure in deciding) == 225
    assert sum(measure.scale == "TECI" for measure in deciding) == 124
    assert sum(measure.scale.startswith("arena") for measure in checks) == 182
    assert sum(measure.scale == "bfcl" for measure in checks) == 26
    assert len(table.results) == 128


def test_every_source_credits_its_licence(table: CapabilityTable) -> None:
    for model in table.models.values():
        for measure in model.measures:
            assert measure.source.licence == "CC BY 4.0"
            assert measure.source.credit


def test_models_without_an_entry_are_no_models(table: CapabilityTable, catalog: Catalog) -> None:
    """Offers of a service that isn't one model have no entry."""
    unmatched = {offer.id for offer in catalog.offers.values() if table.find(offer.model) is None}
    assert {"anthropic/claude", "mistral/classifier", "mistral/text-models", "ori/lora-10b"} <= unmatched
    assert len(unmatched) <= len(catalog.offers) / 4


def test_sizes_in_names_agree_with_the_parameters(table: CapabilityTable, catalog: Catalog) -> None:
    for offer in catalog.offers.values():
        model = table.find(offer.model)
        if model and model.parameters_billion and offer.parameters_billion:
            rounding = max(offer.parameters_billion / 6, Decimal("0.2"))
            assert abs(model.parameters_billion - offer.parameters_billion) <= rounding, offer.id


def test_value_without_thinking_is_of_no_always_thinking_model(table: CapabilityTable) -> None:
    for model in table.models.values():
        settings = {measure.thinking for measure in model.measures}
        if model.thinking == "always":
            assert "without" not in settings, model.id
        if model.thinking == "never":
            assert settings <= {"without"}, model.id


def test_unknown_base_model_never_takes_a_snapshots_neighbour(table: CapabilityTable) -> None:
    assert table.find_base("gpt-4o-2029-01-01", "gpt-4o").measures == ()
    assert table.find_base("my-alias-of-gpt-4o", "gpt-4o").id == "gpt-4o"
    assert table.find_base("gpt-4o-2024-11-20", "gpt-4o").id == "gpt-4o-nov-2024"
