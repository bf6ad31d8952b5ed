// The end of a flow: what it says, and where it leads: at once, after a countdown, or by choice.

import { h, paragraphs } from "./dom.js";
import { acts } from "./notes.js";
import { drawControl, drawHeading } from "./page.js";
import { drawNotice } from "./states.js";
import { duration } from "./texts.js";
import { targetOf } from "./trail.js";

const OWN = { reload: "wf.restart", dismiss: "wf.dismiss" };

// What the places of a slot see of an end.
export function describeEnd({ client, text, left }) {
  const { status, response } = client;
  const title = text(status === "finished" ? "finished" : response.reason === "cancelled" ? "cancelled" : "aborted");
  return { ...response, title, message: response.message?.text ?? "", seconds: left };
}

export function drawEnd(host) {
  const { client, slot, slots } = host;
  const { title, message } = describeEnd(host);
  const { next } = client.response;
  const counts = host.ends > 0;
  const words = !slots.has("finished") && (slot("finish.message") ?? (message && paragraphs(message)));
  return drawNotice(
    host,
    [
      drawHeading(host, "finished", title),
      words && h("div", { class: "wf-description" }, words),
      counts && drawCountdown(host, next.timeoutMs),
    ],
    next?.trigger === "manual" ? drawChoices(host, next) : drawWayOn(host, next?.action, counts && (next.skipButton ?? {})),
  );
}

function drawCountdown(host, milliseconds) {
  const { left, slot, text } = host;
  host.ticks = left > 0;
  const seconds = Math.ceil(milliseconds / 1000);
  const own = () => [
    h("p", null, text("onward", { duration: duration(seconds) })),
    h("progress", { class: "wf-countdown-bar", max: seconds, value: left, "aria-hidden": "true" }),
  ];
  return h("div", { class: "wf-countdown" }, slot("finish.countdown") ?? own());
}

function drawChoices(host, { primary, options = [] }) {
  const item = ({ label, action }, index) =>
    h("li", null, drawWay(host, index ? "finish.option" : "finish.primary", label, action, index > 0));
  return h("ul", { class: "wf-buttons wf-choices" }, [primary, ...options].filter(Boolean).map(item));
}

// One way on; `skip` describes the button of a countdown, which can be ended both ways.
function drawWayOn(host, action, skip) {
  const { client, text, left } = host;
  const { label, behavior = "now" } = skip || {};
  const isNow = behavior === "now";
  const slot = (isSkip) => (skip && isSkip ? "finish.skip" : "finish.primary");
  const words = skip ? (isNow && label) || text("now") : text("submit");
  const number = skip && h("span", { class: "wf-countdown-left", "aria-hidden": "true" }, ` (${left})`);
  const quiet = (id) => ({ class: "wf-button wf-button-quiet", ...acts(id) });
  return h(
    "div",
    { class: "wf-buttons" },
    action && drawWay(host, slot(isNow), words, action, false, number),
    skip && drawControl(host, slot(!isNow), (!isNow && label) || text("stay"), quiet("wf.stay")),
    client.status === "aborted" && drawControl(host, "finish.option", text("restart"), quiet("wf.restart")),
  );
}

function drawWay(host, slot, label, action, isQuiet, more) {
  const attributes = { class: `wf-button${isQuiet ? " wf-button-quiet" : ""}` };
  const href = targetOf(action);
  const id = OWN[action.type];
  if (href) return drawControl(host, slot, label, { ...attributes, href }, "a", more);
  return id && drawControl(host, slot, label, { ...attributes, ...acts(id) }, "button", more);
}
