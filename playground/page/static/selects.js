// Slack's ten select elements, built on select.js.

import { explain } from "./api.js";
import { plain } from "./mrkdwn.js";
import { createSelect } from "./select.js";
import { store, userName, channelName } from "./store.js";

const fromOption = (option) => ({
  value: option.value,
  label: plain(option.text),
  about: option.description ? plain(option.description) : null,
  raw: option,
});

const fromSpec = (spec) =>
  spec.option_groups
    ? spec.option_groups.map((group) => ({ label: plain(group.label), options: (group.options ?? []).map(fromOption) }))
    : [{ options: (spec.options ?? []).map(fromOption) }];

const channelOption = (id) => {
  const channel = store.channels.find((item) => item.id === id);
  return { value: id, label: channel?.is_im ? `@${channelName(id)}` : `#${channelName(id)}`, raw: id };
};
const userOption = (id) => ({ value: id, label: `@${userName(id)}`, raw: id });

const kindOf = (channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");

function channelsFor(spec, onlyPublic) {
  const include = spec.filter?.include ?? ["public", "private", "im", "mpim"];
  return store.channels.filter((channel) =>
    onlyPublic ? kindOf(channel) === "public" : include.includes(kindOf(channel)) && !(channel.is_im && spec.filter?.exclude_bot_users),
  );
}

/** For each source: its keys in the state and in `initial_…`, and the function that makes an option of a value. */
const SOURCES = {
  static: { single: "selected_option", multiple: "selected_options", initial: "option", wrap: fromOption },
  external: { single: "selected_option", multiple: "selected_options", initial: "option", wrap: fromOption },
  conversations: { single: "selected_conversation", multiple: "selected_conversations", initial: "conversation", wrap: channelOption },
  channels: { single: "selected_channel", multiple: "selected_channels", initial: "channel", wrap: channelOption },
  users: { single: "selected_user", multiple: "selected_users", initial: "user", wrap: userOption },
};

function groupsOf(name, spec) {
  if (name === "static") return fromSpec(spec);
  if (name === "users") return [{ options: [...store.users.keys()].map(userOption) }];
  return [{ options: channelsFor(spec, name === "channels").map((channel) => channelOption(channel.id)) }];
}

export function selectElement(spec, host) {
  const multi = spec.type.startsWith("multi_");
  const name = spec.type.replace("multi_", "").replace("_select", "");
  const source = SOURCES[name];
  const initial = multi ? (spec[`initial_${source.initial}s`] ?? []) : [spec[`initial_${source.initial}`]].filter(Boolean);
  if (!initial.length && spec.default_to_current_conversation && store.channel) initial.push(store.channel);

  const load =
    name === "external"
      ? async (query) => {
          const result = await host.surface.options(host.block.block_id, spec.action_id, query);
          if (result.ok === false || result.error) return { error: explain(result) };
          return { groups: fromSpec(result) };
        }
      : null;
  const groups = load ? [] : groupsOf(name, spec);

  const select = createSelect({
    multi,
    groups,
    load,
    minQuery: spec.min_query_length ?? 3,
    max: spec.max_selected_items,
    placeholder: plain(spec.placeholder) || "Choose…",
    initial: initial.map(source.wrap),
    clearable: Boolean(host.inInput && host.block.optional),
    props: {
      id: host.fieldId,
      "aria-labelledby": host.labelId,
      "aria-label": host.labelId ? null : plain(spec.placeholder) || "Choose",
      "aria-describedby": host.hintId,
      data: { actionId: spec.action_id },
    },
    onChange: host.change,
  });

  const raws = () => select.chosen().map((option) => option.raw);
  const control = {
    type: spec.type,
    node: select.field,
    focus: () => select.field.focus(),
    read: () => (multi ? { type: spec.type, [source.multiple]: raws() } : { type: spec.type, [source.single]: raws()[0] ?? null }),
    restore: (state) => {
      const options = (multi ? (state[source.multiple] ?? []) : [state[source.single]].filter(Boolean)).map(source.wrap);
      if (load) return select.set(options);
      // An option that isn't in the new list can't stay chosen.
      const available = new Map(groups.flatMap((group) => group.options).map((option) => [option.value, option]));
      const remaining = options.filter((option) => available.has(option.value)).map((option) => available.get(option.value));
      if (remaining.length || !options.length) select.set(remaining);
    },
  };
  return { node: select.node, control };
}
