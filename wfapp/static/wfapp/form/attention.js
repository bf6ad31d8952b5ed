// Where the focus was and where it goes, and what is read out.

import { h } from "./dom.js";

const CONTROLS = "input:not([type=hidden]), select, textarea, button";

// What has the focus within a root, with its caret; null where the focus is elsewhere.
export function focusedIn(root) {
  const element = document.activeElement;
  if (element === root || !root.contains(element)) return null;
  const { selectionStart, selectionEnd } = element;
  return { element, selectionStart, selectionEnd };
}

// Gives the focus back to an element, or to the one that stands in its place; tells whether there is one.
export function refocus(focused) {
  if (!focused) return false;
  const { element, selectionStart, selectionEnd } = focused;
  const twin = element.isConnected ? element : document.getElementById(element.id);
  if (twin !== document.activeElement) {
    twin?.focus();
    if (twin && selectionStart != null) twin.setSelectionRange(selectionStart, selectionEnd);
  }
  return twin === document.activeElement;
}

// Goes to what a link of the error summary leads to.
export function follow(root, link) {
  const path = link.dataset.field?.replace(/\.?__form$/, "");
  const place = document.getElementById(link.hash.slice(1)) ?? root.querySelector(`[data-path="${CSS.escape(path ?? "")}"]`);
  (place?.matches(CONTROLS) ? place : (place?.querySelector(CONTROLS) ?? place))?.focus();
}

// A region that is read out and seen by nobody.
export class LiveRegion {
  node = h("div", { class: "wf-hidden", role: "status", "aria-live": "polite" });

  // Says something; what has just been said only where `again`.
  say(words, again) {
    if (!words || (!again && words === this.node.textContent)) return;
    this.node.textContent = "";
    setTimeout(() => (this.node.textContent = words), 50); // a region that is new to the page is not read out
  }
}
