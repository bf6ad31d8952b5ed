// What is drawn where there is no page with a form: loading, start, landing, waiting, pending, and a fault.

import { h, paragraphs } from "./dom.js";
import { acts, drawFault, drawRetry } from "./notes.js";
import { drawButtons, drawDescription, drawHeading, drawMessages } from "./page.js";

export function drawLoading({ slot, text }) {
  return slot("loading") ?? h("p", { class: "wf-loading" }, text("loading"));
}

// A link was opened, or the flow stands before a step: one button goes on.
export function drawGate(host) {
  const { client, slot, text } = host;
  const { title, description, submit, actions } = client.view;
  const words = description || (client.status === "landing" && text("landing"));
  const go = h("button", { class: "wf-button", ...acts("wf.start") }, submit?.text || text("submit"));
  return [drawFault(host), drawMessages(host), drawHeading(host, "header", title, words), drawButtons(host, go, actions), slot("footer")];
}

// Somebody else has to act.
export function drawWaiting(host) {
  const { client, text } = host;
  const { title, description, actions } = client.view;
  const { outlet } = client.response;
  const words = description || text(outlet === "email" ? "mailed" : outlet ? "sent" : "waiting");
  const look = h("button", { class: "wf-button", ...acts("wf.look") }, text("check"));
  return drawNotice(host, drawHeading(host, "header", title, words), drawButtons(host, look, actions));
}

// The server is at work.
export function drawPending(host) {
  const { client, named, text } = host;
  const { progress, text: words } = client.pending;
  const { title = text("pending"), actions } = client.view;
  const bar = h("progress", { class: "wf-pending-bar", max: "1", value: progress, "aria-labelledby": named("wf-title") });
  return drawNotice(host, [drawHeading(host, "header", title), drawDescription(words), bar], drawButtons(host, null, actions));
}

// A fault that leaves no page.
export function drawFaultScreen(host) {
  const { fault, slot, text } = host;
  const again = () => h("button", { class: "wf-button", ...acts("wf.restart") }, text("restart"));
  return [
    h("h1", { class: "wf-title", id: host.named("wf-title"), tabindex: "-1" }, text(fault.status === 410 ? "expired" : "fault")),
    h("div", { class: "wf-description", role: "alert" }, slot("error") ?? paragraphs(fault.message)),
    h("form", { class: "wf-form" }, h("div", { class: "wf-buttons" }, drawRetry(host) || again())),
  ];
}

// A page without a form of its own; its buttons stand in one.
export function drawNotice(host, content, buttons) {
  return [drawMessages(host), content, h("form", { class: "wf-form" }, drawFault(host), buttons, host.slot("footer"))];
}
