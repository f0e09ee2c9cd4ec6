// Dates and times in the browser's language and time zone.

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const TIME = format({ hour: "2-digit", minute: "2-digit", hour12: false });
const SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const FULL = format({ dateStyle: "full", timeStyle: "medium" });
const LONG = format({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const MEDIUM = format({ year: "numeric", month: "long", day: "numeric" });
const SHORT = format({ year: "numeric", month: "short", day: "numeric" });

const two = (number) => String(number).padStart(2, "0");

const dateOf = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => TIME.format(dateOf(ts));
export const fullDate = (ts) => FULL.format(dateOf(ts));
export const dayKey = (ts) => dateOf(ts).toDateString();

function relativeDay(date) {
  const startOf = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  const days = Math.round((startOf(date) - startOf(new Date())) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

/** Returns the text of a day divider. */
export function dayLabel(ts) {
  const day = relativeDay(dateOf(ts));
  return day ? day[0].toUpperCase() + day.slice(1) : LONG.format(dateOf(ts));
}

function ago(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const steps = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? steps.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

const TOKENS = {
  date_num: (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
  date_slash: (date) => `${date.getMonth() + 1}/${date.getDate()}/${date.getFullYear()}`,
  date: (date) => MEDIUM.format(date),
  date_short: (date) => SHORT.format(date),
  date_long: (date) => LONG.format(date),
  date_pretty: (date) => relativeDay(date) ?? MEDIUM.format(date),
  date_short_pretty: (date) => relativeDay(date) ?? SHORT.format(date),
  date_long_pretty: (date) => relativeDay(date) ?? LONG.format(date),
  time: (date) => TIME.format(date),
  time_secs: (date) => SECONDS.format(date),
  ago,
};

/** Fills in Slack's `<!date^…>` template. Returns the fallback if the time stamp isn't a number. */
export function template(ts, text, fallback) {
  const date = dateOf(ts);
  if (Number.isNaN(date.getTime())) return fallback ?? String(text);
  return String(text).replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}
