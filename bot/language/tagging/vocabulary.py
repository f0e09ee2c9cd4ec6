"""The words of the questions that people ask, as patterns."""

from __future__ import annotations

EXAMPLES = (
    r"(?:examples?|ex|samples?|chats?|convos?|conversations?|dialogues?|dialogs?|rows?|lines?|records?|pairs?|tickets?|transcripts?|instances?|"
    r"data ?points?|documents?|docs|emails?|entries|items|cases|threads?|demonstrations?|q&as?|completions pairs|contracts?|reviews?|articles?|invoices?|reports?|summaries|notes|texts?|posts?|comments?|letters?|snippets?|tweets?)(?![a-z])"
)
CALLS = (
    r"(?:calls?|requests?|queries|query|hits|invocations?|inferences?|generations?|completions?|api calls?|messages?|lookups?|"
    r"transactions?|reqs?|prompts per|questions?|predictions?)(?![a-z])(?! tokens?)"
)
PERIOD = r"(?P<period>seconds?|secs?|s|minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wk|months?|mo|mth|years?|yr|y|quarters?)(?![a-z])"
PER = rf"(?:(?:/ ?|per |a |an |each |every |in a |in one |p/){PERIOD}|(?P<adverb>hourly|daily|weekly|monthly|yearly|annually))"
ADVERB = r"(?P<adjective>hourly|daily|weekly|monthly|yearly|annual)"
FILLER = r"(?:(?!tokens?\b|and\b|or\b|on\b|with\b|for\b|in\b|out\b|per\b|at\b|to\b|epochs?\b|from\b|calls?\b|requests?\b|is\b|are\b|by\b|instead\b|we\b|[gmkt]b\b|hours?\b|minutes?\b|seconds?\b|days?\b|weeks?\b|months?\b|years?\b|percent\b)[a-z'&-]+ ){0,3}?"
"""Up to three words between a number and its noun, such as `support` in `10k support chats`."""
TOKENS = r"(?:tokens?|toks?|tkns?)(?![a-z])"
INPUT = r"(?:in|input|prompt|inputs|incoming|of input|in input|for input)(?![a-z])"
OUTPUT = r"(?:out|output|outputs|completion|outgoing|answer|response|reply|generated|of output|in output|for output)(?![a-z])"
ANSWERS = r"(?:answers?|responses?|replies|reply|outputs?|output tokens|completions?|generations?)(?![a-z])"
PROMPT = r"(?:system prompts?|prompts?|instructions?|few-?shot prompts?|context prompts?)(?![a-z])"
EACH = r"(?:each|per example|per sample|per chat|per conversation|per row|per record|per ticket|apiece|a piece|an example|per piece|on average|average|avg)(?![a-z])"
TUNE = r"(?:fine[ -]?tun(?:e|es|ed|ing)|finetun(?:e|es|ed|ing)|tun(?:e|es|ed|ing)|train(?:s|ed|ing)?|customi[sz](?:e|ing)|adapt(?:ing)?|sft|distil(?:l|ling)?)(?![a-z])"
TODAY = r"(?:today|currently|at the moment|right now|now|at present|these days)(?![a-z])"
BE = r"(?:is|are|was|be|being|of|to|at|=|:|should be|becomes?|averages?|averaging|run|runs|come in at|come out at|takes?|has|have|uses?|with)"

ALWAYS = r"(?:(?:a?round the clock)|always[ -]on|all day(?: long)?|permanently|at all times)"
PER_WORDS = r"(?:(?:/ ?|per |a |an |each |every )(?:hour|day|week|month|year)|hourly|daily|weekly|monthly|yearly)"

PERIODS = {
    "hour": "hour", "hr": "hour", "h": "hour", "hourly": "hour",
    "day": "day", "d": "day", "daily": "day",
    "week": "week", "wk": "week", "weekly": "week",
    "month": "month", "mo": "month", "mth": "month", "monthly": "month",
    "year": "year", "yr": "year", "y": "year", "yearly": "year", "annually": "year", "annual": "year",
}  # fmt: skip
"""The grammar's period by the word for it."""
PER_HOUR = {"second": 3_600, "sec": 3_600, "s": 3_600, "minute": 60, "min": 60}
"""Periods an hour, for the periods that the grammar lacks."""

_TURNING_WORDS = """
between nothing none neither nor except excluding without remove removed rid minus not no never unless half quarter third
double twice triple thrice dozen hundred hundreds thousand thousands million millions billion percent isn't aren't
don't doesn't won't mini nano micro lite flash turbo pro haiku sonnet opus chatgpt
"""
TURNING_WORDS = frozenset(_TURNING_WORDS.split())
"""Words that change the meaning of the number or name beside them, or belong to a name. If unread, they are asked about."""

_STOP_WORDS = """
a about across actually against all already also am an and any anything approximately prompting are around as ask assume
assuming at average avg be because been being but by bot can come compare compared comparing could currently day days dear did do does
doing done each either else every example examples exactly expect expected fine finetune fine-tune fine-tuning
for from get gets give given go goes going got had has have having hello help hey hi how i if i'd i'll i'm in
instead into is it it's its just keep kind know let let's like long look lot made make makes making many may me
mean might model models more most much must my need needs now of off ok okay on one only or our out over own per
please plan plus price put rather really right roughly run say see set shall should show so some still such take
tell than thank thanks that that's the their them then there there's these they thing think this those time to
today together token tokens total try tune tuned tuning up us use used uses using usually versus very via vs want was way
we we'd we'll we're we've were what what's when where whether which while who will with within would yes yet you
your cost costs estimate estimated question traffic call calls data dataset training train trained finetuning
team company production prod each-way change changed update switch raise increase lower reduce bump lift cut
worth pay pays payback back break even money save saves saving fit fits today's support customer user users chat
chats cheapest cheaper year distil distill distilling paying new another same max maximum min minimum length size ones
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words without a value of their own, which are not listed as unread."""
