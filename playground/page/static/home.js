// The app's Home tab, next to the direct messages.

import { explain, post } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { el } from "./dom.js";
import { on, store } from "./store.js";
import { createSurface } from "./surface.js";

/** Creates the tabs and a panel that replaces the messages and the composer while Home is selected. */
export function createHome({ scroller, foot }) {
  const note = el("div", { class: "notice", role: "alert", hidden: true });
  const content = el("div", { class: "home-content" });
  const panel = el("div", { class: "scroller home", id: "home", role: "tabpanel", "aria-label": "Home", tabindex: "0", hidden: true }, note, content);
  scroller.after(panel);

  const notify = (result) => {
    note.hidden = !result;
    note.textContent = result ? explain(result) : "";
  };

  const draw = () => {
    if (!store.home) return content.replaceChildren(el("p", { class: "hint" }, "The app hasn't published a Home tab yet."));
    const surface = createSurface({ target: { view_id: store.home.id }, kind: "view", notify });
    content.replaceChildren(renderBlocks(store.home.blocks, surface));
  };

  const show = (isHome) => {
    scroller.hidden = foot.hidden = isHome;
    panel.hidden = !isHome;
    messagesTab.setAttribute("aria-selected", String(!isHome));
    homeTab.setAttribute("aria-selected", String(isHome));
    messagesTab.tabIndex = isHome ? -1 : 0;
    homeTab.tabIndex = isHome ? 0 : -1;
  };

  const open = async () => {
    show(true);
    draw();
    const result = await post("home", {});
    notify(result.ok ? null : result);
  };

  const tab = (text, choose) => el("button", { type: "button", role: "tab", class: "tab", on: { click: choose } }, text);
  const messagesTab = tab("Messages", () => show(false));
  const homeTab = tab("Home", open);
  const tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "The app" }, messagesTab, homeTab);
  tabs.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const target = document.activeElement === homeTab ? messagesTab : homeTab;
    target.focus();
    target.click();
  });

  on("home", () => !panel.hidden && draw());
  return { tabs, show };
}
