"""Every key of the question, one row each: its grammar, its bounds and its words.

The parser and bounds of `Scenario`'s fields, the form, `help`, the spreadsheet's inputs and the charts' labels all come
from this table. A new key needs a row here, a field of `Scenario`, and a use in `resolved.py` or the cost model.
"""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from calculator.question import parsers as p
from calculator.question.model_size import ModelSize
from calculator.question.quantities import Amount, format_number

Section = Literal["main", "options", "gpus", "setup", "file"]
"""Part of the form that holds a key. `file`: no field; a counted file supplies the value."""

MOST_MONTHS = 60
MOST_TOKENS = 10_000_000
MOST_USD = 1_000_000_000


class Part(NamedTuple):
    """One number of a value that holds several, such as the input tokens of `call`."""

    name: str
    label: str
    short: str
    """Label in a chart, at most 20 characters."""


@dataclass(frozen=True)
class Key(p.ValueSpec):
    """A key of the question.

    Its name is also its field of `Scenario` (`class_` for class), its Slack block_id, its YAML key and its error key.
    """

    name: str
    parse: Callable[[str, p.ValueSpec], Any]
    """Reads the text of a value. Raises ValueError with a sentence for the user."""
    section: Section
    label: str
    """Name for people: the field of the form, the row of the spreadsheet, the first words of its help."""
    short: str = ""
    """Label in a chart, at most 20 characters; empty for what is not one ranged number."""
    help: str = ""
    """One or two sentences that complete the label."""
    uncertain: bool = False
    """People estimate this number, so an answer without ranges shows what a spread around it would change. The
    horizon, prices and the number of runs are chosen or known instead.
    """
    cheaper_when_higher: bool = False
    """A higher value lowers the total, so the cheap corner of a ranged scenario takes the high end."""
    compact: bool = False
    """A whole number written back with k, M or B."""
    parts: tuple[Part, ...] = ()

    @property
    def field(self) -> str:
        """The key's field of `Scenario`: its name, or `class_` for the word that Python reserves."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name

    def read(self, text: str) -> Any:
        """Parse the text of a value. Raises ValueError with a sentence for the user."""
        return self.parse(text, self)

    def text(self, value: Any) -> str:
        """Return the shortest text that `read` turns into the same value."""
        unit = "" if self.unit_in_name else self.unit
        if isinstance(value, Amount):
            return value.text(unit)
        if isinstance(value, ModelSize):
            return value.text()
        if isinstance(value, Decimal) or self.compact:
            return format_number(Decimal(value), unit)
        return ",".join(value) if type(value) is tuple else str(value)

    @property
    def is_share(self) -> bool:
        """A share of a whole, 0 to 1."""
        return self.unit == "%" and self.low == 0


# fmt: off
_ROWS = (
    Key("on", p.offers, section="main", example="all", noun="choice of offers",
        label="Platforms and models",
        help="Write all, a platform (google), a model (gpt-4.1-mini), gpu for rented GPUs, or offers separated by "
             "commas; your-rates for your own prices alone."),
    Key("examples", p.amount, section="main", example="10k", low=1, high=1_000_000_000, whole=True, uncertain=True,
        label="Training examples", short="Examples", noun="number of training examples",
        help="Not needed if you attach the training file."),
    Key("example", p.tokens, section="main", example="250/150", low=1, high=MOST_TOKENS, uncertain=True,
        label="Tokens per example", noun="number of tokens per example",
        help="Input/output, or the sum. Not needed if you attach the training file.",
        parts=(Part("input", "Input tokens per example (or the sum)", "Input of an example"),
               Part("output", "Output tokens per example", "Output of an example"))),
    Key("lengths", p.lengths, section="file", example="4096:633,9731:641", noun="list of example lengths",
        label="Lengths of the examples", help="Counting a file fills this in."),
    Key("acceptance", p.acceptance, section="file", example="google:convert,mistral:refuse",
        noun="list of platforms that refuse the file",
        label="Platforms that don't take the file as it is", help="Counting a file fills this in."),
    Key("epochs", p.epochs, section="main", example="3", low=1, high=100, whole=True, uncertain=True,
        label="Epochs", short="Epochs", noun="number of epochs",
        help="Passes over the examples; auto follows each platform's rule."),
    Key("runs", p.amount, section="options", example="3", low=1, high=1_000, whole=True,
        label="Training runs", short="Training runs", noun="number of training runs",
        help="Include experiments, such as 3..5."),
    Key("validation", p.validation, section="options", example="10%", high=10**15, uncertain=True,
        label="Validation tokens of a run", short="Validation tokens", noun="number of validation tokens",
        help="In all evaluations of the run, such as 2M, or a share of the examples' tokens, such as 10%. Together and "
             "Ori bill them."),
    Key("calls", p.frequency, section="main", example="50k/day", uncertain=True,
        label="Calls in production", short="Calls", noun="number of calls in a period",
        help="Per day or month; hour, week and year work too."),
    Key("call", p.call, section="main", example="100/70", high=MOST_TOKENS, uncertain=True,
        label="Tokens per call", noun="number of tokens per call",
        help="Input/output, without the prompt that training replaces.",
        parts=(Part("input", "Input tokens per call", "Input of a call"),
               Part("output", "Output tokens per call", "Output of a call"))),
    Key("prompt", p.prompt, section="options", example="2000->100", high=MOST_TOKENS, uncertain=True,
        label="Prompt tokens before -> after tuning", noun="change of the prompt",
        parts=(Part("before", "Prompt tokens before tuning", "Prompt today"),
               Part("after", "Prompt tokens after tuning", "Prompt once tuned"))),
    Key("thinking", p.thinking, section="options", example="500->0", high=MOST_TOKENS, whole=True, uncertain=True,
        label="Thinking tokens of a call before -> after tuning", noun="number of thinking tokens",
        help="Hidden reasoning, billed as output. One number holds for both; a model that never thinks has none.",
        parts=(Part("before", "Thinking tokens of a call before tuning", "Thinking today"),
               Part("after", "Thinking tokens of a call after tuning", "Thinking once tuned"))),
    Key("base", p.model_name, section="options", example="gpt-4o-mini", noun="model name",
        label="Model you prompt today", help="The baseline that tuning is compared with."),
    Key("cached", p.cached, section="options", example="80%", low=0, high=1, unit="%",
        uncertain=True, cheaper_when_higher=True,
        label="Share of the prompt read from cache", short="Cached share", noun="share of the prompt",
        help="auto, the default, takes the caching that each provider does by itself for a fixed prompt."),
    Key("batch", p.share, section="options", example="50%", low=0, high=1, unit="%",
        uncertain=True, cheaper_when_higher=True,
        label="Share of calls sent as batch", short="Batch share", noun="share of the calls"),
    Key("days", p.amount, section="options", example="30", low=1, high=31,
        label="Days per month", short="Days per month", noun="number of days per month",
        help="365/12 by default; 22 for working days."),
    Key("months", p.amount, section="options", example="12", low=1, high=MOST_MONTHS, whole=True,
        label="Months to price", short="Months", noun="number of months"),
    Key("growth", p.growth, section="options", example="5%", low=Decimal("-0.5"), high=1, unit="%", uncertain=True,
        label="Monthly growth of calls", short="Monthly growth", noun="monthly growth"),
    Key("retrain", p.amount, section="options", example="3", low=1, high=MOST_MONTHS, whole=True,
        uncertain=True, cheaper_when_higher=True,
        label="Months between retrainings", short="Retraining, months", noun="number of months between retrainings"),
    Key("prep", p.amount, section="options", example="500", low=0, high=MOST_USD, uncertain=True,
        label="Data preparation (USD, once)", short="Preparation", noun="cost of data preparation"),
    Key("data_gb", p.amount, section="options", example="2.5", low=0, high=1_000_000, unit="GB", unit_in_name=True,
        decimal_point=True,
        uncertain=True,
        label="Stored data (GB)", short="Stored data, GB", noun="size of the stored data"),
    Key("rates", p.rates, section="options", example="10/3/6",
        label="Your own prices", noun="set of prices",
        help="USD per 1M tokens: training/input/output, or training/input/cached input/output.",
        parts=(Part("training", "Your price (USD per 1M training tokens)", "Your training price"),
               Part("input", "Your price (USD per 1M input tokens)", "Your input price"),
               Part("cached_input", "Your price (USD per 1M cached input tokens)", "Your cached price"),
               Part("output", "Your price (USD per 1M output tokens)", "Your output price"))),
    Key("base_rates", p.base_rates, section="options", example="0.15/0.60",
        label="Prices of the model you prompt (if it isn't listed)", noun="set of prices",
        help="USD per 1M tokens: input/output, or input/cached input/output.",
        parts=(Part("input", "Price of the base model (USD per 1M input tokens)", "Base input price"),
               Part("cached_input", "Price of the base model (USD per 1M cached input tokens)", "Base cached price"),
               Part("output", "Price of the base model (USD per 1M output tokens)", "Base output price"))),
    Key("serving", p.choice, section="options", example="dedicated", noun="kind of serving",
        label="Serving", choices=(("on-demand", "On demand"), ("dedicated", "Dedicated capacity"))),
    Key("hosted", p.amount, section="options", example="8h", low=0, high=24, unit="h",
        label="Hours per day a deployment is up", short="Hours up per day", noun="number of hours per day"),
    Key("customer", p.customer, section="options", example="existing", noun="customer status",
        label="Customer of the platforms",
        help="Write new, existing, or platforms such as azure,openai. Closing platforms train for customers only."),
    Key("method", p.choice, section="options", example="full", noun="training method",
        label="Training method", help="For platforms that offer a choice.",
        choices=(("lora", "LoRA"), ("full", "All weights"), ("qlora", "QLoRA"), ("dpo", "DPO, LoRA"),
                 ("dpo-full", "DPO, all weights"), ("rft", "Reinforcement"), ("cpt", "Continued pre-training"))),
    Key("hours", p.amount, section="options", example="4", low=0, high=100_000, unit="h", unit_in_name=True,
        uncertain=True,
        label="Training hours per run", short="Training hours", noun="number of training hours",
        help="For platforms that bill training by the hour."),
    Key("grader", p.grader, section="options", example="gpt-4.1-mini:2M/500k", high=10**15, uncertain=True,
        label="Model grader of a run", noun="grader",
        help="For reinforcement tuning: a model, and its input/output tokens of a run.",
        parts=(Part("input", "Input tokens of the grader, a run", "Grader input"),
               Part("output", "Output tokens of the grader, a run", "Grader output"))),
    Key("model", p.model_name, section="gpus", example="llama-3.1-8b", noun="model name",
        label="Model to tune on rented GPUs", help="Adds GPUs by the hour to the comparison."),
    Key("params", p.params, section="gpus", example="8B", low=10**7, high=10**13, compact=True,
        label="Model size (if the model isn't listed)", noun="model size"),
    Key("gpu", p.gpu, section="gpus", example="h100", noun="GPU name",
        label="GPU", help="Any by default."),
    Key("gpus", p.single, section="gpus", example="8", low=1, high=1_024, whole=True,
        label="GPUs per run", noun="number of GPUs", help="The cheapest number by default."),
    Key("gpu_rate", p.amount, section="gpus", example="2.10", low=0, high=1_000, decimal_point=True,
        label="Your price of a GPU-hour (USD)", short="Your GPU-hour price", noun="price of a GPU-hour",
        help="For your own hardware or contract; also name the GPU. Compared as your-gpus."),
    Key("seq", p.single, section="gpus", example="2048", low=16, high=MOST_TOKENS, whole=True,
        label="Tokens per sequence", noun="number of tokens per sequence", help="As long as the examples by default."),
    Key("stack", p.choice, section="gpus", example="eager", noun="software stack",
        label="Software stack",
        choices=(("optimised", "Optimised: fused kernels"), ("eager", "Eager: Transformers, PEFT"),
                 ("fp8", "8 bit: NeMo, Megatron"))),
    Key("rank", p.single, section="gpus", example="16", low=1, high=1_024, whole=True,
        label="Rank of the LoRA adapters", noun="rank"),
    Key("idle", p.amount, section="gpus", example="2h", low=0, high=10_000, unit="h", uncertain=True,
        label="Idle GPU hours per run", short="Idle hours per run", noun="number of idle hours",
        help="Rented, but not training."),
    Key("queue", p.amount, section="gpus", example="4h", low=0, high=10_000, unit="h",
        label="Hours a run waits for GPUs", short="Hours in the queue", noun="number of hours in the queue",
        help="Not billed."),
    Key("latency", p.latency, section="gpus", example="2s", low=0, high=3_600, unit="s",
        label="Longest time per call", noun="time per call",
        help="By default that of an interactive service: 0.5 s and 30 ms a token of the answer, or twice what one call "
             "alone takes, if that is longer."),
    Key("adapters", p.single, section="gpus", example="20", low=1, high=1_000, whole=True,
        label="Fine-tuned models sharing a deployment", noun="number of fine-tuned models"),
    Key("peak", p.amount, section="options", example="3", low=1, high=1_000, uncertain=False,
        label="Busiest hour against the average", short="Peak factor", noun="peak factor",
        help="Deployments are sized for the busiest hour; 3 by default."),
    Key("replicas", p.single, section="options", example="2", low=1, high=1_000, whole=True,
        label="Fewest replicas of a deployment", noun="number of replicas",
        help="Write 2 to keep one for failover."),
    Key("like", p.model_name, section="options", example="gpt-4.1-mini", noun="model name",
        label="At least the class of",
        help="A model, or base. Others are listed apart. The class is one published index, not quality on your task."),
    Key("class", p.at_least, section="options", example=">=C", noun="class",
        label="Lowest class", help="A to F on the Epoch Capabilities Index: C is 130 and up, where GPT-4.1 mini is."),
    Key("size", p.size, section="options", example="7B..15B", noun="model size",
        label="Model size", help="All parameters, also of a mixture of experts. Closed models don't publish theirs."),
    Key("licence", p.choice, section="options", example="open", noun="licence",
        label="Licence of the model",
        choices=(("open", "Published weights"), ("permissive", "Permissive: Apache, MIT"))),
    Key("needs", p.needs, section="options", example="tools,vision,context>=32k", noun="list of features",
        label="The model needs", help="Of tools, vision, thinking and context>=32k, separated by commas."),
    Key("task", p.task, section="options", example="extraction", noun="task",
        label="Task", help="Shows what was published about tuned models on it. It never changes a price.",
        choices=(("classification", "Classification"), ("extraction", "Extraction"),
                 ("structured-output", "Structured output"), ("sql", "SQL"), ("code", "Code"),
                 ("tool-calling", "Tool calling"), ("routing", "Routing"), ("summarisation", "Summarisation"),
                 ("translation", "Translation"), ("generation", "Generation"), ("style", "Style and chat"),
                 ("reasoning", "Reasoning"), ("maths", "Maths"), ("knowledge", "Knowledge"), ("speech", "Speech"))),
    Key("share", p.choice, section="options", example="me", noun="destination of the answer",
        label="Answer", help="To the channel with a thread, or only to you as a direct message.",
        choices=(("channel", "In the channel"), ("me", "Only to me"))),
    Key("framework", p.model_name, section="setup", example="unsloth", noun="training framework",
        label="Training framework", help="Its defaults hold for what isn't set here; stack= then follows from it."),
    Key("micro_batch", p.single, section="setup", example="4", low=1, high=1_024, whole=True,
        label="Sequences of a micro-batch", noun="micro-batch", help="The largest that fits by default."),
    Key("checkpointing", p.choice, section="setup", example="full", noun="kind of checkpointing",
        label="Activations computed again", choices=(("none", "None"), ("selective", "Some"), ("full", "All"))),
    Key("offload", p.choice, section="setup", example="optimiser", noun="kind of offload",
        label="Held in the host's memory",
        choices=(("none", "Nothing"), ("optimiser", "Optimiser states"), ("weights", "Weights and all states"),
                 ("activations", "Activations"))),
    Key("optimizer", p.choice, section="setup", example="adamw-8bit", noun="optimiser",
        label="Optimiser",
        choices=(("adamw", "AdamW"), ("adamw-8bit", "AdamW, 8 bit"), ("paged-adamw", "AdamW, paged"),
                 ("paged-adamw-8bit", "AdamW, 8 bit, paged"), ("adamw-in-backward", "AdamW in the backward pass"),
                 ("adafactor", "Adafactor"), ("sgd", "SGD"))),
    Key("loss", p.choice, section="setup", example="fused", noun="kind of loss",
        label="Loss over the vocabulary", help="Chunked and fused losses never hold all logits.",
        choices=(("plain", "Plain, 32 bit"), ("in-place", "In place"), ("chunked", "In chunks"), ("fused", "Fused"))),
    Key("quant", p.choice, section="setup", example="int8", noun="quantisation",
        label="Quantisation of frozen weights",
        choices=(("nf4", "NF4"), ("nf4-dq", "NF4, double"), ("int8", "8 bit"), ("int4", "4 bit, GPTQ or AWQ"))),
    Key("kernel", p.choice, section="setup", example="flash3", noun="attention kernel",
        label="Attention kernel",
        choices=(("math", "None: scores in memory"), ("flash1", "FlashAttention 1"), ("flash2", "FlashAttention 2"),
                 ("flash3", "FlashAttention 3"), ("cudnn", "cuDNN"))),
    Key("prepared", p.choice, section="setup", example="no", noun="answer",
        label="Model prepared by prepare_model_for_kbit_training", choices=(("yes", "Yes"), ("no", "No"))),
    Key("packing", p.on_off, section="options", example="off", noun="choice of packing",
        label="Packing of examples into sequences",
        help="Off pads every example to the longest sequence, which Together bills. Give its length with seq=.",
        choices=(("on", "On"), ("off", "Off: every example is padded"))),
    Key("tp", p.single, section="setup", example="2", low=1, high=64, whole=True,
        label="Tensor parallelism", noun="number of GPUs"),
    Key("cp", p.single, section="setup", example="2", low=1, high=64, whole=True,
        label="Context parallelism", noun="number of GPUs"),
    Key("ep", p.single, section="setup", example="8", low=1, high=512, whole=True,
        label="Expert parallelism", noun="number of GPUs"),
    Key("vocabulary", p.single, section="setup", example="151936", low=100, high=2_000_000, whole=True,
        label="Tokens of the vocabulary", noun="size of a vocabulary"),
    Key("gpu_memory", p.single, section="setup", example="24", low=4, high=2_000, whole=True,
        label="Memory of a GPU (GB)", noun="memory size",
        help="With gpu=, a version of it; without, any GPU of that size."),
    Key("currency", p.currency, section="options", example="EUR", noun="currency code",
        label="Currency shown beside USD", help="At a rate with its source and date."),
    Key("name", p.name, section="options", example="support bot", noun="name",
        label="Name of the estimate"),
)
# fmt: on

FIELDS: Mapping[str, Key] = MappingProxyType({key.field: key for key in _ROWS})
"""Every key by its field of `Scenario`."""

KEYS: Mapping[str, Key] = MappingProxyType({key.name: key for key in _ROWS})
"""Every key by name, in the order of the grammar."""

INPUT_LABELS: Mapping[str, Part] = MappingProxyType(
    {
        **{key.name: Part(key.name, key.label, key.short) for key in _ROWS if key.short},
        **{f"{key.name}.{part.name}": part for key in _ROWS for part in key.parts},
    }
)
"""Labels of the numbers of a question by input name, such as `epochs` or `call.input`."""


def key_of(input_name: str) -> Key:
    """Return the key that an input belongs to: `call` for `call.input`."""
    return KEYS[input_name.partition(".")[0]]


def in_section(section: Section) -> tuple[Key, ...]:
    """Return the keys of one section of the form, in the order of the grammar."""
    return tuple(key for key in _ROWS if key.section == section)


def unknown_key(name: str) -> str:
    """Return the sentence for a key that does not exist."""
    if name.strip().lower() == "dataset":
        return "dataset= works in a terminal only. In Slack, attach the file to the form or post it in a thread."
    near = nearest_key(name)
    main = ", ".join(key.name for key in in_section("main"))
    hint = f"Use {near}." if near else f"The keys used most are {main}; the form shows all."
    return f"“{name[:40]}” isn't a key ftcost knows. {hint}"


def nearest_key(name: str) -> str | None:
    """Return the key closest to a misspelt one, or None."""
    return next(iter(difflib.get_close_matches(name.lower()[:40], KEYS, n=1, cutoff=0.6)), None)
