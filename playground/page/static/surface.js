// The surface of blocks, a message or a view: the state of its inputs and its actions.

import { post } from "./api.js";
import { emit } from "./store.js";

/**
 * Creates a surface. `target` is {view_id} or {channel, message_ts}, and goes with every call.
 * `notify(result | null)` shows a failure near the blocks, or hides it.
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

    /** Returns Slack's `state.values`, with the initial values of untouched inputs. */
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
