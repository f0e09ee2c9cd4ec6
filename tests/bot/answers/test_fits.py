"""`fit` and GPUs of one's own through the terminal, signed HTTP, a mention and the form."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cli.main import main
from playground import FakeSlack
from pricing import Catalog, GpuOffer
from tests.bot import slack_actions
from tests.bot.message_text import amounts, difference, inputs, rows, texts
from tests.conftest import Workspace, running_bot

DAY = ["--as-of", "2026-11-21"]
OWN = "on=runpod/h100,openai/gpt-4.1-nano model=llama-3.1-8b gpus=1 examples=10k example=250/150 epochs=3"


def run(capsys: pytest.CaptureFixture[str], line: str, code: int = 0) -> str:
    assert main([*DAY, line]) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def test_fit_shows_the_peak_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """80 GB shown as 79.2 GiB (80 × 0.99); 8.03 billion weights of 2 bytes and the adapters' 0.16 GiB."""
    out = run(capsys, "fit llama-3.1-8b lora h100")
    assert out.startswith("Yes, llama-3.1-8b with LoRA fits H100 80 GB SXM. A run of 10M training tokens takes ")
    assert "Expected peak of the process: 44 of 79 GiB a GPU (8 of 10 cases: 36 to 52)" in out
    table = {line.split()[0]: line.split()[-1] for line in out.splitlines() if line[-3:-2] == "."}
    parts = ("Weights", "Gradients", "Optimiser", "Activations", "Logits", "Overhead")
    assert sum(float(table[part]) for part in parts) == pytest.approx(float(table["Computed"]), abs=0.04)
    assert 8.03e9 * 2 / 2**30 < float(table["Weights"]) < 8.03e9 * 2 / 2**30 + 0.3
    for phrase in (
        "Cheapest offers of the run: 1 × H100",
        " old)",
        "global batch",
        "learning rate",
        "stack optimised",
    ):
        assert phrase in out


def test_unfit_job_has_remedies(capsys: pytest.CaptureFixture[str]) -> None:
    """Masters, moments, weights and gradients take 16 bytes a weight: 70.554 billion are 1,051 GiB, 14 GPUs' worth."""
    out = run(capsys, "fit llama-3.1-70b full h100 gpus=1")
    first = out.splitlines()[0]
    assert first.startswith(
        "No, llama-3.1-70b with all weights tuned doesn't fit H100 80 GB SXM: it needs 1,317 of 79 GiB"
    )
    assert "It would fit with 32 GPUs with sharded weights. A run of 10M training tokens on 32 × H100" in first
    assert "The fewest on which it surely fits: 32 × H100" in out


def test_largest_jobs_are_tried_on_hundreds_of_gpus(capsys: pytest.CaptureFixture[str]) -> None:
    """405.853 billion weights of 16 bytes are 6,494 GB: 101 GB on each of 64 GPUs, and layers at work beside them."""
    first = run(capsys, "fit llama-3.1-405b full h200").splitlines()[0]
    assert first.startswith("Yes, llama-3.1-405b with all weights tuned fits 128 × H200 141 GB SXM. A run of 10M")


def test_question_without_a_gpu_names_the_smallest(capsys: pytest.CaptureFixture[str]) -> None:
    """Llama 3.1 8B with LoRA has weights of 16 GB: cards of 24 GB hold it, cards of 16 GB don't."""
    out = run(capsys, "fit llama-3.1-8b lora")
    assert ", the cheapest of the GPUs rented by the hour. A run of 10M" in out.splitlines()[0]
    assert "The smallest GPU that surely holds it alone: A10 24 GB." in out


def test_own_gpus_have_hours_and_cost_and_no_platform(capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 × 2,000 tokens × 3 epochs = 60M; 8 GPUs at $2 cost $16 an hour, at either end of the interval."""
    first, *others = run(capsys, "fit llama-3.3-70b lora h100 gpus=8 gpu_rate=2 examples=10k example=2k").splitlines()
    match = re.fullmatch(
        r"Yes, llama-3\.1-70b with LoRA fits 8 × H100 80 GB SXM\. A run of 60M training tokens takes "
        r"(\S+) hours \((\S+) to (\S+) in 8 of 10 cases\) and costs \$(\S+) \(\$(\S+) to \$(\S+)\) "
        r"at your \$2 a GPU-hour\.",
        first,
    )
    assert match
    hours, usd = [float(text) for text in match.groups()[:3]], [float(text) for text in match.groups()[3:]]
    assert [each / 16 for each in usd] == pytest.approx(hours, abs=0.051)
    assert "offers" not in "".join(others)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fit h100 qlora 13B seq=4096", "sequences of 4,096 tokens"),
        ("fit meta-llama/Llama-3.1-8B-Instruct any", "llama-3.1-8b, lora of rank 16"),
        ("fit model=llama-3.1-8b gpu=l40s rank=64 stack=eager", "lora of rank 64"),
    ],
)
def test_fit_words_have_any_order(capsys: pytest.CaptureFixture[str], line: str, expected: str) -> None:
    assert expected in run(capsys, line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fit", "Name a model, a method and a GPU"),
        ("fit lora h100", "model: Name the model to tune"),
        ("fit llamma-3.1-8b", "Did you mean llama-3.1-8b"),
        ("fit llama-3.1-8b lora h10", "gpu: Unknown GPU “h10”"),
        ("fit llama-3.1-8b lora qlora", "“lora” and “qlora”: keep one of them."),
        ("fit llama-3.1-8b lora h100 xyz", "Unknown word “xyz”. Write a model, a method and a GPU"),
        ("fit llama-3.1-8b calls=3/day", "fit takes only model, params"),
        ("fit llama-3.1-8b examples=3", "example: Give the number of tokens per example"),
        ("fit llama-2-7b seq=1M", "seq: llama-2-7b takes at most 4,096 tokens"),
        ("fit llama-3.1-8b lora a100-80 stack=fp8", "stack: A100 80 GB SXM has no 8-bit floating point"),
        ("fit llama-3.1-8b dpo", "method: dpo isn't calculated for rented GPUs"),
    ],
)
def test_unreadable_fit_words_are_named(capsys: pytest.CaptureFixture[str], line: str, expected: str) -> None:
    assert expected in run(capsys, line, code=2)


async def test_fit_in_slack_is_private(workspace: Workspace, slack: FakeSlack) -> None:
    delivered = await slack.command("fit llama-3.1-8b lora h100")
    assert delivered.ok
    assert slack.messages() == []
    (answer,) = slack.ephemerals()
    assert "Yes, llama-3.1-8b with LoRA fits H100 80 GB SXM" in texts(answer)
    assert rows(answer)[0] == ["Memory of one GPU", "GiB"]
    await slack.say(f"<@{slack.bot_user}> fit llama-3.1-8b lora nonsense")
    notices = await slack.wait_for(lambda: slack.ephemerals()[1:])
    assert "Unknown GPU “nonsense”" in texts(notices[0])


async def test_answer_shows_gpu_hours_their_range_and_drivers(workspace: Workspace, slack: FakeSlack) -> None:
    """1,592 s of one H100 at $3.99 an hour, as derived in tests/scenarios/own-gpus-one-gpu.yml."""
    parent = await slack_actions.ask(slack, OWN)
    replies = slack.messages(parent["channel"], parent["ts"])
    (breakdown,) = [reply for reply in replies if reply["text"].startswith("Breakdown")]
    assert amounts(breakdown)["Training"] == "$1.76"
    assert rows(breakdown)[1][1:3] == ["0.4422 GPU-hours", "$3.99 / GPU-hour"]
    assert "1 GPU × 1,592 seconds ÷ 3,600 (8 of 10 cases: 1,156 to 2,237 seconds)" in texts(breakdown)
    # 1,156 and 2,237 seconds at $3.99 an hour
    assert "Training costs $1.28 to $2.48 in 8 of 10 cases." in texts(replies[-1])
    # 1,156, 1,592 and 2,237 seconds are 19.3, 26.5 and 37.3 minutes.
    assert "Training takes 27 minutes (19 to 37) and costs $1.28 to $2.48 in 8 of 10 cases." in texts(parent)
    assert "Assumptions that move the total most" in texts(breakdown)
    assert "One hour more of rented time a run: +$3.99." in texts(breakdown)


async def test_form_shows_the_gpu_error_at_its_field(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    assert inputs(view)[-13:-1] == [
        *("model", "params", "gpu", "gpus", "gpu_rate", "seq", "stack", "rank", "idle", "queue", "latency", "adapters")
    ]
    assert "Rented GPUs" in texts(view)
    fields = {"base": "nothing", "examples": "10k", "example": "400", "model": "llama-2-7b", "seq": "8k", "gpu": "tpu"}
    delivered = await slack.submit_view(view["id"], slack.fill(view, fields))
    assert delivered.errors.keys() == {"seq", "gpu"}
    assert "takes at most 4,096 tokens" in delivered.errors["seq"]


async def test_change_in_the_thread_is_explained(workspace: Workspace, slack: FakeSlack) -> None:
    """Half an hour idle: 1,592 + 1,800 s are $3.7595, $1.995 more, which is the idle time's alone."""
    parent = await slack_actions.ask(slack, OWN.replace(",openai/gpt-4.1-nano", ""))
    await slack.say(f"<@{slack.bot_user}> idle=0.5h", thread_ts=parent["ts"])
    change = await slack_actions.change(slack, parent)
    assert difference(change)[1:] in (["$1.76", "$3.76", "+$2"], ["$1.76", "$3.76", "+$1.99"])
    assert "idle" in texts(change)


class Slow(Mapping[str, GpuOffer]):
    """GPU offers that whoever searches among them gets when somebody says so."""

    def __init__(self, offers: Mapping[str, GpuOffer]) -> None:
        self._offers = offers
        self.started, self.go_on = threading.Event(), threading.Event()

    def __getitem__(self, name: str) -> GpuOffer:
        return self._offers[name]

    def __len__(self) -> int:
        return len(self._offers)

    def __iter__(self) -> Iterator[str]:
        self.started.set()
        self.go_on.wait(20)
        return iter(self._offers)


async def test_gpu_search_does_not_block_others(catalog: Catalog, slack: FakeSlack, database_path: Path) -> None:
    offers = Slow(catalog.gpus.offers)
    gpus = catalog.gpus._replace(offers=offers)
    slow = Catalog(catalog.offers.values(), catalog.assumptions, catalog.base_models, gpus, catalog.version)
    async with running_bot(slow, slack, f"sqlite:///{database_path}"):
        searching = asyncio.create_task(
            slack_actions.ask(slack, "on=gpu gpu=l4 model=llama-3.1-8b examples=10k example=400")
        )
        try:
            assert await asyncio.to_thread(offers.started.wait, 20)
            assert (await slack_actions.open_form(slack, channel=slack.random))["callback_id"] == "estimate_form"
            assert not searching.done()
        finally:
            offers.go_on.set()
        assert "L4" in texts(await searching)


async def test_compare_offers_the_gpus_where_the_question_has_a_model(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, OWN)
    offers = await slack_actions.all_offers(slack, parent)
    view = await slack_actions.press(slack, offers, "compare", "compare_form")
    assert "runpod/l4" in json.dumps(await slack.options(view, "on", "L4"))
    assert "runpod/h100" in json.dumps(view["blocks"][0]["element"]["initial_options"])


def test_json_has_the_drivers_and_the_crossover(capsys: pytest.CaptureFixture[str]) -> None:
    line = "on=runpod/l4,your-rates rates=1/1/1 model=llama-3.1-8b gpus=1 examples=10k example=400 epochs=3 days=30"
    assert main([*DAY, "--format", "json", f"{line} calls=50k/day call=100/70"]) == 0
    result = json.loads(capsys.readouterr().out)
    own, token = sorted(result["estimates"], key=lambda each: each["offer"])
    # 10k × 400 × 3 tokens on one L4 at $0.49: whole seconds at either end of the interval.
    ends = own["training_range_usd"]
    seconds = [Decimal(ends[end]) * 3_600 / Decimal("0.49") for end in ("low", "high")]
    assert [abs(each - round(each)) < Decimal("1e-9") for each in seconds] == [True, True]
    assert Decimal(ends["low"]) < Decimal(own["one_off_usd"]) < Decimal(ends["high"])
    assert token["training_range_usd"] is None
    # 720 h × $0.49 = $352.80 a month, against 170 tokens a call at $1 per 1M.
    assert result["own_gpus"] == {"offer": "runpod/l4", "against": "your-rates", "calls_per_month": 2_075_295}
    text = run(capsys, f"{line} calls=50k/day call=100/70")
    # 2,075,295 calls a month over 30 days.
    assert "From 69,177 calls a day, 1 × L4-24 (RunPod) costs less to run than Your rate" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("models h200", "runpod/h200"),
        ("models", "Rented GPUs: models gpu."),
        ("price aws/p5.48xlarge", "8 in a node, rented whole; several nodes can be joined. Billed by the second."),
        ("price runpod/h100", "$3.99"),
    ],
)
def test_catalogue_lists_gpus(capsys: pytest.CaptureFixture[str], line: str, expected: str) -> None:
    assert expected in run(capsys, line)
