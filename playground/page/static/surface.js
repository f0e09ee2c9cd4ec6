// Where blocks stand (a message or a view): the state of their inputs and what happens when they are used.

import { post } from "./api.js";
import { emit } from "./store.js";

/**
 * `target` is {view_id} or {channel, message_ts}; it goes with every call.
 * `notify(result | null)` shows a failure near the blocks, or takes it away.
 */
export function createSurface({ target, kind, notify }) {
  const controls = [];

  return {
    kind,
    controls,

    /** `control`: {blockId, actionId, type, read(), restore(state), ...}; see elements.js. */
    register(control) {
      controls.push(control);
    },

    /** Slack's `state.values`, untouched initial values included. */
    values() {
      const values = {};
      for (const { blockId, actionId, read } of controls) (values[blockId] ??= {})[actionId] = read();
      return values;
    },

    async act(blockId, actionId, action) {
      notify(null);
      emit("acted");
      const body = { ...target, block_id: blockId, action_id: actionId, action };
      if (controls.length) body.values = this.values();
      const result = await post("action", body);
      if (!result.ok) notify(result);
      return result;
    },

    options: (blockId, actionId, value) => post("options", { ...target, block_id: blockId, action_id: actionId, value }),
  };
}
