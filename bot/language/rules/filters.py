"""Rules for what an option has to be or have: its class, size, licence, features, and where it runs."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.language.tagging import vocabulary as v
from bot.language.tagging.sentence import ABOUT, N, Sentence, needs_words, write_amount

_NEED = r"(?:needs?|requires?|must|has to|have to|should|supports?|supporting|with|capable of|able to|can(?: it)?(?: do)?|understands?)"
_FEATURES = (
    ("tools", r"(?:tool|function)[- ](?:calling|calls?|use)|tools"),
    ("vision", r"vision|images?|multi-?modal(?:ity)?|image (?:input|understanding)"),
    ("thinking", r"thinking|reasoning"),
)
_TASKS = (
    ("classification", r"(?:text |sentiment |intent )?classif(?:ication|ying|y)|classifier"),
    ("extraction", r"(?:data |entity |information )?extract(?:ion|ing)"),
    ("summarisation", r"summari[sz](?:ation|ing|e)"),
    ("translation", r"translat(?:ion|ing|e)"),
    ("sql", r"text[- ]to[- ]sql|sql(?: generation| queries)?"),
    ("code", r"cod(?:e generation|e completion|ing)"),
    ("routing", r"routing"),
    ("structured-output", r"(?:structured|json) outputs?"),
)
_REGIONS = r"(?:eu|europe(?:an)?(?: union)?|eea|germany|frankfurt|france|paris|uk|united kingdom|london|switzerland|zurich|sweden|ireland|spain|italy|netherlands|poland|usa|united states|canada|japan|india|australia|singapore|brazil)(?![a-z])"


@needs_words(r"class|as|worse|comparable")
def read_class(sentence: Sentence) -> None:
    """Read the model that an option has to equal in class."""
    alike = r"(?:at least as (?:good|capable|smart|strong|powerful) as|(?:as good|as capable|as smart) as|(?:the )?same (?:capability )?class(?: or above| or better)? as|(?:in|of) the class of|comparable (?:to|with)|no worse than|not worse than)"
    for match in sentence.take(
        rf"{alike} (?:⟦m(?P<m>\d+)⟧|(?:the |our |my )?(?:base(?:line)?|current|present|today's)(?: (?:model|one))?|what we (?:use|have)(?: today| now)?)"
    ):
        name = sentence.name_of(sentence.mentions[int(match["m"])], "base", "offer") if match["m"] else "base"
        if name:
            sentence.set("like", name)
    for match in sentence.take(
        r"(?<![a-z])(?:at least |minimum |min\.? )class (?P<low>[a-f])(?![a-z])|(?<![a-z])class (?P<letter>[a-f])(?:\+| (?:or|and) (?:better|above|higher|up))"
    ):
        sentence.set("class", f">={(match['low'] or match['letter']).upper()}")


def read_size(sentence: Sentence) -> None:
    """Read the bounds of a model's size, as in `models under 10B`."""
    if not any(size.billions for size in sentence.numbers):
        return
    models = r"(?: (?:parameters?|params?|models?|in size))*"
    bounds = (
        ("<=", r"(?:nothing|none|no models?|no|not|never|don't want anything)(?: (?:over|above|larger than|bigger than|more than))"),
        (">=", r"(?:nothing|none|no models?|no|not|never)(?: (?:under|below|smaller than|less than))"),
        ("<=", r"(?:under|below|up to|at most|no more than|no larger than|no bigger than|smaller than|less than|max(?:imum)?(?: of)?|<=?)"),
        (">=", r"(?:over|above|at least|no smaller than|larger than|bigger than|more than|min(?:imum)?(?: of)?|>=?)"),
    )  # fmt: skip
    for sign, words in bounds:
        pattern = rf"(?<![a-z]){words} {ABOUT}{N}{models}(?! ?(?:{v.EXAMPLES}|{v.TOKENS}|{v.CALLS}))"
        for match in sentence.take(pattern, _is_size(sentence, is_range=False)):
            sentence.set("size", f"{sign}{write_amount(sentence.number_of(match).amount)}")
    pattern = rf"(?:models? )?(?:of |from |with )?{N}{models}(?! ?(?:{v.TOKENS}|{v.EXAMPLES}))"
    for match in sentence.take(pattern, _is_size(sentence, is_range=True)):
        sentence.set("size", write_amount(sentence.number_of(match).amount))


def _is_size(sentence: Sentence, *, is_range: bool) -> Callable[[re.Match[str]], bool]:
    """Return the test of a match whose number is in billions."""

    def accept(match: re.Match[str]) -> bool:
        size = sentence.number_of(match)
        return size.billions and size.amount.is_range == is_range and not size.question

    return accept


@needs_words(
    r"apache|mit\b|permissive|open|tool|function|vision|image|modal|thinking|reasoning|task|use ?case|job|purpose|workload|classif|extract|summari[sz]|translat|sql|cod|routing|output"
)
def read_features(sentence: Sentence) -> None:
    """Read the licence, the features that a model has to have, and the task."""
    for _ in sentence.take(
        r"(?<![a-z])(?:apache|mit)(?:[ -](?:⟦n\d+⟧|licen[cs]ed?))*(?:(?: or |/)(?:apache|mit)(?:[ -](?:⟦n\d+⟧|licen[cs]ed?))*)?|permissive(?:ly)?(?: licen[cs]ed?)?"
    ):
        sentence.set("licence", "permissive")
    for _ in sentence.take(
        r"(?<![a-z])open[- ]?(?:weights?|source)(?: (?:models?|ones|llms?))?|open (?:models?|llms?)"
    ):
        if "licence" not in sentence.fields:
            sentence.set("licence", "open")
    need = rf"(?<![a-z]){_NEED}(?: (?:to|be|do|have|support|handle|understand|read|process|see|accept|take|the|a|some|we|it))*"
    features = [text for text in sentence.fields.pop("needs", "").split(",") if text]
    for feature, words in _FEATURES:
        lead = rf"(?:{need}|¦(?:,| and))" if features else need
        features += [feature for _ in sentence.take(rf"{lead} (?:{words})(?![a-z])")]
    if features:
        sentence.set("needs", ",".join(dict.fromkeys(features)))
    lead = r"(?:(?:task|use ?case|job|purpose|workload)(?: (?:is|of))*:?|(?:use|using|for|do|doing|does|it's|it is|about)(?: (?:it|this|them|the|for|our|just|mostly|simple))*)"
    for task, words in _TASKS:
        for _ in sentence.take(
            rf"^(?:{words})$|(?<![a-z])(?:{words}) (?:task|use ?case|workload|job)s?(?![a-z])|(?<![a-z]){lead} (?:[a-z]+ )??(?:{words})(?![a-z])"
        ):
            sentence.set("task", task)


def read_unknown_models(sentence: Sentence) -> None:
    """Ask about a word in the place of a model's name, as in `tune NAME on 10k examples` and `compare with NAME`."""
    kind = r"(?!(?:chat)?bot\b|classifier\b|assistant\b|agent\b|something\b|everything\b|llm\b|small|large|open|own\b|custom\b|specialist|doing\b|status\b|prompting\b|[a-z]+(?:ly|s)\b|baseline\b|nothing\b|none\b|data\b|text\b)"
    for match in sentence.take(
        rf"{v.TUNE} (?:(?:a|an|the|our) )?{kind}(?P<name>[a-z][a-z.-]{{3,}}) (?=(?:on|with|using|for) {ABOUT}⟦n)|(?:compar(?:e|ed|ing)(?: (?:it|this|that))? (?:with|to|against)|versus|vs\.?) {kind}(?P<other>[a-z][a-z.-]{{3,}})(?= ?(?:[.?!,;]|$))",
        lambda match: "⟦m" not in sentence.text and (match["name"] or match["other"]) not in v.STOP_WORDS,
    ):
        sentence.ask_for_name(match["name"] or match["other"])


@needs_words(r"zone|regional|global|developer")
def read_kind(sentence: Sentence) -> None:
    """Read the kind of a platform's offers, such as `Azure regional`."""
    kinds = r"data ?zone|regional|global|developer"
    noun = r"(?: (?:standard|tier|deployments?|offers?|models?))*"
    for match in sentence.take(
        rf"⟦p(?P<p>\d+)⟧(?:'s|,)? \(?(?P<kind>{kinds})\)?{noun}(?![a-z])|(?<![a-z])(?P<kind2>{kinds}){noun}(?: (?:on|at|from|in|of))? ⟦p(?P<p2>\d+)⟧"
    ):
        index = int(match["p"] or match["p2"])
        mention = sentence.mentions[index]
        kind = (match["kind"] or match["kind2"]).replace(" ", "")
        sentence.mentions[index] = mention._replace(name=f"{mention.name}@{kind}")
        sentence.restore(f"⟦p{index}⟧")


def read_region(sentence: Sentence) -> None:
    """Ask about the region: prices aren't kept by region, and data may not leave it."""
    for match in sentence.take(
        rf"(?<![a-z])(?:(?:in|within|inside|from|to|the|stay|stays|hosted|only)\b ?)*{_REGIONS}(?: (?:data|residency|region|only|providers?|hosting|cloud|servers?|based))*|(?:data residency|data sovereignty|gdpr|sovereign cloud)[a-z -]*"
    ):
        sentence.ask(
            f"“{sentence.typed(match)}”: I can't filter by region. Which platforms may process your data? "
            "Azure sells some models as regional and data zone offers."
        )
