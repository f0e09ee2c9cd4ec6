"""The reader of plain English: a sentence becomes an intent and the fields of the question, without guessing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, structs

from bot.language.command import MAX_LENGTH, split_word, split_words, value_errors
from bot.language.intents import Intent, intent_of, is_help, names_estimates
from bot.language.placement import place_names, rents_gpus
from bot.language.roles import read_names
from bot.language.rules import RULES, RULES_AFTER_TOKENS
from bot.language.rules.token_counts import read_token_counts
from bot.language.tagging import vocabulary as v
from bot.language.tagging.mentions import MentionIndex
from bot.language.tagging.sentence import Sentence
from calculator import KEYS, UserError, unknown_key

EXAMPLES = (
    "10k support chats of 600 tokens, GPT-4.1 mini, 20k calls a day",
    "does Llama 3.1 8B fit on one H100 with LoRA?",
    "what if we have 100k calls a day?",
)
"""Sentences that the reader understands, shown when it doesn't understand another."""
NOT_UNDERSTOOD = "I didn't understand that. What would you like to know? `help` lists what I can do."
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})
_COLON_PAIR = re.compile(
    rf"(?<![\w=/.:-])(?P<key>{'|'.join(KEYS)})\s*:\s*(?P<value>[^\s,;]+)(?=\s*(?:[,;\n]|$))", re.IGNORECASE
)
_JSON_PAIR = re.compile(
    r"""["'](?P<key>[a-z_]{2,})["']\s*:\s*(?P<value>"[^"]*"|'[^']*'|[^\s,{}\[\]"']+)""", re.IGNORECASE
)


class Reading(Struct, frozen=True, kw_only=True):
    """The meaning of a text: its intent and fields, or a question to the person."""

    intent: Intent
    fields: dict[str, str]
    """The fields of the question, as the grammar writes them."""
    assumed: tuple[str, ...] = ()
    """The assumptions, in sentences."""
    unread: tuple[str, ...] = ()
    """Words without a reading."""
    ask: str | None = None
    """A question to the person, whose answer is needed first; None if everything is clear."""

    @property
    def notes(self) -> tuple[str, ...]:
        """The assumptions and the unread words, in sentences."""
        unread = (f"Not understood: {', '.join(self.unread)}.",) if self.unread else ()
        return (*self.assumed, *unread)


def read_text(text: str, names: MentionIndex, present: Mapping[str, str] = _NO_FIELDS) -> Reading:
    """Return the reading of a text: plain English, key=value words, or both.

    Args:
        text: At most `MAX_LENGTH` characters.
        names: The names of models, platforms and GPUs.
        present: The fields of the estimate that the text may change, such as its calls in `twice the calls`.
    """
    if len(text) > MAX_LENGTH:
        return _unclear(f"That is longer than {MAX_LENGTH:,} characters. Can you say it shorter?")
    text = _with_equals(re.sub(r"(?<!\S)--([a-z_]{2,})[ =]+(?=\S)", r"\1=", text))
    problem: str | None = None
    try:
        words = split_words(text)
    except UserError as error:
        words, problem = text.split(), str(error)
    typed: dict[str, str] = {}
    for word in words:
        key, equals, value = split_word(word)
        key = key.lower()
        if not equals or not re.fullmatch(r"[a-z_]{2,}", key) or value.startswith(">"):
            continue
        if key not in KEYS:
            return _unclear(unknown_key(key))
        if key in typed and typed[key] != value:
            return _unclear(f"{key}= appears twice. Which one holds?")
        typed[key] = value.rstrip(",;" if key != "on" else "")
    reading = read_sentence(_without_fields(text, typed), names, typed, present)
    if problem and typed:
        return structs.replace(reading, ask=reading.ask or problem)
    errors = value_errors({key: value for key, value in reading.fields.items() if key in KEYS})
    return structs.replace(reading, ask=reading.ask or next(iter(errors.values()), None))


def _unclear(question: str) -> Reading:
    return Reading(intent="unclear", fields={}, ask=question)


def _without_fields(text: str, fields: Mapping[str, str]) -> str:
    """Return a text with the names of its fields in place of its key=value words."""
    for key, value in fields.items():
        words = r"\s*,\s*".join(map(re.escape, value.split(",")))
        text = re.sub(rf"(?<!\S){key}\s*=\s*[\"„“”]?{words}[\"„“”]?", f" ¦{key}¦", text, flags=re.IGNORECASE)
    return text


def _with_equals(text: str) -> str:
    """Return a text with the pairs of a pasted JSON object, and `key: value` in a list, as key=value words."""
    if "{" not in text:
        return _COLON_PAIR.sub(lambda pair: f"{pair['key']}={pair['value']}" if _is_valid(pair) else pair[0], text)
    pairs = _JSON_PAIR.sub(lambda pair: f" {pair['key']}={pair['value'].replace(chr(39), chr(34))} ", text)
    return re.sub(r"[{}\[\]]|(?<= ),", " ", pairs) if pairs != text else text


def _is_valid(pair: re.Match[str]) -> bool:
    return not value_errors({pair["key"].lower(): pair["value"]})


def read_sentence(
    text: str, names: MentionIndex, typed: Mapping[str, str] = _NO_FIELDS, present: Mapping[str, str] = _NO_FIELDS
) -> Reading:
    """Return the reading of a sentence in plain English.

    Args:
        text: The sentence, without its key=value words.
        names: The names of models, platforms and GPUs.
        typed: The fields of its key=value words, which come before those of the sentence.
        present: The fields of the estimate that it may change.
    """
    if is_help(" ".join(text.lower().split())) and not typed:
        return Reading(intent="help", fields={})
    sentence = Sentence(text, names, present)
    sentence.fields.update(typed)
    tagged = sentence.text
    for rule in RULES:
        rule(sentence)
    read_token_counts(sentence)
    for rule in RULES_AFTER_TOKENS:
        rule(sentence)
    if rents_gpus(tagged) and "on" not in sentence.fields:
        sentence.set("on", "gpu")
    roles = read_names(sentence, tagged)
    intent = intent_of(tagged, sentence.fields.keys() | typed.keys(), roles)
    place_names(sentence, intent, roles, tagged)
    fields = sentence.fields | dict(typed)
    for budget in sentence.budgets:
        if fields:
            sentence.assume(f"The budget of {budget} isn't read: `/ftcost budget` sets one.")
        else:
            sentence.ask(f"Should I set a budget of {budget} for this estimate? `/ftcost budget` sets one.")
    unread = _unread(sentence)
    _ask_about_rest(sentence, intent, unread)
    if intent == "change" and not fields and not sentence.questions:
        intent = "unclear"
    if intent == "unclear" and not sentence.questions:
        sentence.ask(NOT_UNDERSTOOD)
    if intent == "compare" and not fields and not names_estimates(tagged):
        sentence.ask("Which estimates should I compare? Name them by id, such as compare k7m2 p3x9.")
    ask = sentence.questions[0] if sentence.questions else None
    return Reading(intent=intent, fields=fields, assumed=tuple(sentence.assumed), unread=unread, ask=ask)


def _ask_about_rest(sentence: Sentence, intent: Intent, unread: tuple[str, ...]) -> None:
    """Ask about a number that no rule has taken, else about an unread word that may change the meaning."""
    loose = sentence.unused_number()
    stray = next((word for word in unread if word[0].isdigit()), None)
    if loose is not None and loose.question:
        sentence.ask(loose.question)
    elif stray is not None and not sentence.questions:
        words = re.search(r"([a-z][\w.-]*) ⟦n\d+⟧", sentence.text)
        name = f"{words[1]} " if loose and words and words[1] not in v.STOP_WORDS else ""
        sentence.ask(f"What does “{name}{loose.text if loose else stray}” count?")
    elif (
        intent in ("estimate", "change", "breakeven")
        and sentence.fields
        and (word := next((word for word in unread if word.lower() in v.TURNING_WORDS), None))
    ):
        sentence.ask(f"What does “{word}” mean here? I read the rest without it.")


def _unread(sentence: Sentence) -> tuple[str, ...]:
    """Return the words that no rule has taken, as typed, without those that need no reading."""
    text = re.sub(r"(?<=¦) ?[x×] ?(?=¦)", " ", sentence.text)
    text = sentence.untag(re.sub(r"¦\w+¦|¦", " , ", text))
    words = (word.strip(".'-→>/") for word in re.findall(r"[^\s,;:!?()\"]+", text))
    unread = dict.fromkeys(
        word for word in words if re.search(r"\w", word) and word not in v.STOP_WORDS and word not in KEYS
    )
    return tuple(sentence.as_typed(word) for word in unread)
