// What is said above a page, whoever has drawn it: what went wrong, and what is wrong in it. And the buttons that act.

import { h } from "./dom.js";
import { duration } from "./texts.js";

const MARKS = { error: "error", warn: "warning" };

// A fault that leaves the page as it is.
export function drawFault(host) {
  const { fault, named, slot } = host;
  if (!fault) return null;
  const content = [slot("error") ?? fault.message, drawRetry(host)];
  return h(drawMessage(host, fault.code === "stale" ? "warn" : "error", content), { id: named("wf-fault"), tabindex: "-1" });
}

// The button that tries again, where that makes sense.
export function drawRetry(host) {
  const { text, fault } = host;
  const { status = 500, code, until } = fault;
  const words = (wait) => (wait > 0 ? text("later", { duration: duration(wait) }) : "");
  return (status === 429 || status >= 500 || code === "busy") && drawLater(host, "wf.retry", text("retry"), until, words);
}

// What makes a button act by its name; it sends nothing that the browser would have to check.
export function acts(id) {
  return { type: "submit", name: "wf_action", value: id, formnovalidate: true };
}

export function drawButton(id, label, kind = "quiet", more = {}) {
  return h("button", { class: `wf-button wf-button-${kind}`, ...acts(id), ...more }, label);
}

// A button that can be pressed again later, with a note that says when; `words` gives it for the seconds that are left.
export function drawLater(host, id, label, until, words, disabled) {
  const note = host.named(`wf-action-${id}`);
  const wait = (until - Date.now()) / 1000;
  const isEarly = wait > 0;
  if (isEarly) host.ticks = true;
  // It stays in reach of the keyboard, which may stand on it.
  const state = { disabled, "aria-disabled": isEarly && "true", "aria-describedby": note };
  return h("div", { class: "wf-action" }, drawButton(id, label, "quiet", state), h("p", { class: "wf-action-note", id: note }, words(wait)));
}

export function drawMessage({ text }, level, content) {
  const mark = MARKS[level] && h("strong", { class: "wf-hidden" }, `${text(MARKS[level])} `);
  return h("div", { class: `wf-message wf-message-${level}`, role: level === "error" ? "alert" : "status" }, mark, content);
}

// The error summary; `describe` gives the label of a field, and whether it can be gone to.
export function drawProblems({ id, named, problems, text }, describe) {
  const entries = Object.entries(problems);
  if (!entries.length) return null;
  const item = ([path, problem]) => {
    const { label, isThere } = describe(path);
    const words = label ? `${label}: ${problem}` : problem;
    return h("li", null, isThere ? h("a", { href: `#${id(path)}`, "data-field": path }, words) : words);
  };
  return h(
    "div",
    { class: "wf-problems", id: named("wf-problems"), tabindex: "-1" },
    h("div", { role: "alert" }, h("h2", null, text("problems")), h("ul", null, entries.map(item))),
  );
}
