// A page with a form: progress, problems, messages, heading, device, answers, fields and buttons, marked up as the
// server's templates do it. Nothing here acts: a button has a name, and one listener of the element knows what to do.

import { h, lines, paragraphs } from "./dom.js";
import { drawField } from "./fields.js";
import { drawButton, drawFault, drawLater, drawMessage, drawProblems } from "./notes.js";
import { duration } from "./texts.js";
import { drawCode } from "./widgets.js";

const WAYS_OUT = ["wf.back", "wf.cancel"];

export function drawPage(host) {
  const { client, slot, text } = host;
  const { view, response } = client;
  return [
    // The Enter key presses the first button of a form: not one of those below.
    h("button", { class: "wf-hidden", type: "submit", tabindex: "-1", "aria-hidden": "true" }),
    drawFault(host),
    drawProgress(host, view.progress),
    drawProblems(host, (path) => describeField(host, path)),
    drawMessages(host),
    drawHeading(host, "header", view.title || host.name, view.description),
    response.device && drawDevice(host, response.device),
    view.answers?.map((page, index) => drawAnswers(host, page, index)),
    slot("before"),
    drawFields(host),
    slot("after"),
    drawButtons(host, drawControl(host, "submit", view.submit?.text || text("submit"), { type: "submit" }), view.actions),
    slot("footer"),
  ];
}

// The heading and what describes it, or the slot that stands in their place.
export function drawHeading({ named, slot }, name, title, description) {
  const own = { id: named("wf-title"), tabindex: "-1" };
  const content = slot(name);
  if (content) return h("div", own, content);
  return [h("h1", { class: "wf-title", ...own }, title), drawDescription(description)];
}

export function drawDescription(text) {
  return text && h("div", { class: "wf-description" }, paragraphs(text));
}

export function drawMessages(host) {
  return host.client.messages.map(({ level, text }) => drawMessage(host, level, text));
}

// A button or a link, or what the site has for it: a slot with such an element of its own is dressed with the
// attributes, another one gives the words. `more` stands behind the element's own words.
export function drawControl({ slot }, name, label, attributes, tag = "button", more = null) {
  const content = slot(name, { label });
  const own = content?.querySelector(tag);
  if (!own) return h(tag, { class: "wf-button", ...attributes }, content ?? [label, more]);
  h(own, { ...attributes, class: null });
  return content;
}

export function drawButtons(host, first, actions = []) {
  const isWayOut = ({ id }) => WAYS_OUT.includes(id);
  const out = actions.filter(isWayOut).map(({ id, label }) => drawButton(id, label, "plain"));
  const others = () => [
    actions.filter((action) => !isWayOut(action)).map((action) => drawAction(host, action)),
    out.length > 0 && h("div", { class: "wf-ways-out" }, out),
  ];
  return h("div", { class: "wf-buttons" }, first, host.slot("actions") ?? others());
}

function drawAction(host, { id, label, availableAt, remaining }) {
  const { text } = host;
  if (!availableAt && remaining == null) return h("div", { class: "wf-action" }, drawButton(id, label));
  const words = (wait) => {
    if (remaining === 0) return text("spent");
    const again = wait > 0 && text("again", { duration: duration(wait) });
    return [again, remaining != null && text("left", { count: remaining })].filter(Boolean).join(" ");
  };
  return drawLater(host, id, label, Date.parse(availableAt), words, remaining === 0);
}

// What stands at a path such as "lines.1.qty": its label with the number of its row.
function describeField({ client, text }, path) {
  const labels = [];
  let { schema, ui } = client.merged;
  for (const key of path.split(".")) {
    if (schema?.items?.properties) labels.push(text("entry", { number: Number(key) + 1 }));
    ui = ui?.[schema?.items ? "items" : key];
    schema = schema?.items ?? schema?.properties?.[key];
  }
  if (schema?.title) labels.push(schema.title);
  return { label: labels.join(", "), isThere: labels.length && ui?.["ui:widget"] !== "hidden" };
}

function drawProgress({ text }, { steps = [] } = {}) {
  if (steps.length < 2) return null;
  const done = () => [" ", h("span", { class: "wf-hidden" }, `(${text("done")})`)];
  const item = ({ label, state }) =>
    h("li", { class: `wf-progress-${state}`, "aria-current": state === "current" && "step" }, label, state === "done" && done());
  return h("ol", { class: "wf-progress", "aria-label": text("progress") }, steps.map(item));
}

function drawDevice({ named, text }, { url, expiresAt, qr }) {
  const time = new Date(expiresAt).toLocaleTimeString([], { timeStyle: "short" });
  const id = named("wf-device");
  return h(
    "section",
    { class: "wf-device", "aria-labelledby": id },
    h("h2", { class: "wf-answers-title", id }, text("device")),
    h("p", null, text(qr ? "scan" : "address", { time })),
    qr && h("div", { class: "wf-qr-code" }, drawCode(qr, text("qr"))),
    h("p", { class: "wf-device-url" }, h("code", null, url)),
  );
}

function drawAnswers({ named, text }, { label, rows, change }, index) {
  const id = named(`wf-answers-${index + 1}`);
  const words = [text("change"), h("span", { class: "wf-hidden" }, ` ${label}`)];
  return h(
    "section",
    { class: "wf-answers", "aria-labelledby": id },
    h("h2", { class: "wf-answers-title", id }, label),
    change && drawButton(change, words, "plain"),
    h("dl", { class: "wf-answers-list" }, rows.map((row) => h("div", null, h("dt", null, row.label), h("dd", null, lines(row.value))))),
  );
}

// A field that is described as it was stays as it is, with what a person has done in it.
function drawFields(host) {
  const { schema, ui } = host.client.merged;
  const names = Object.keys(schema.properties);
  const order = ui["ui:order"] ?? [];
  const place = (name) => (order.includes(name) ? order.indexOf(name) : names.length);
  const before = host.fields;
  host.fields = new Map();
  return names
    .sort((one, other) => place(one) - place(other))
    .map((name) => {
      const described = { schema: schema.properties[name], ui: ui[name] ?? {}, required: !!schema.required?.includes(name) };
      const mark = JSON.stringify(described);
      const old = before.get(name);
      const keeps = old?.mark === mark ? old.keeps : drawField({ path: name, ...described, value: host.value(name), host });
      host.fields.set(name, { mark, keeps });
      return Object.assign(new Comment(), { keeps });
    });
}
