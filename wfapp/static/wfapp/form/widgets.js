// The widgets of fields: what is typed, picked, sent as a file, or only shown. Each draws what Django draws.

import "../copy.js";
import { h, paragraphs } from "./dom.js";

const TYPES = { __proto__: null, "date-time": "datetime-local", datetime: "datetime-local", integer: "number", uri: "url" };
const SAME = /^(color|date|email|number|password|range|time)$/; // what a payload calls them is what HTML does

const LIMITS = { maxLength: "maxlength", maximum: "max", minLength: "minlength", minimum: "min", multipleOf: "step" };

const NAMED = ["autocapitalize", "autocomplete", "autofocus", "inputmode", "placeholder", "readonly"];

// What else a payload may set: nothing that runs, loads or leads elsewhere.
const HARMLESS =
  /^(aria-.+|data-(?!hx).+|accept|capture|dir|enterkeyhint|lang|m(ax|in)(length)?|pattern|size|spellcheck|step|title)$/;

function attributesOf({ id, name, schema, ui, required, disabled, describedBy }, more) {
  const given = Object.entries(ui["ui:attributes"] ?? {}).filter(([key]) => HARMLESS.test(key));
  const found = Object.fromEntries(given);
  for (const key of NAMED) found[key] = ui[`ui:${key}`];
  for (const key in LIMITS) if (key in schema) found[LIMITS[key]] = schema[key];
  // An HTML pattern is read more strictly than one of JSON Schema: "-" stands for itself only behind a backslash.
  if (schema.pattern) found.pattern = schema.pattern.replace(/(?<=\[)-|-(?=\])/g, "\\-");
  return { ...found, id, name, required, disabled, "aria-describedby": describedBy, ...more };
}

// A button of a field, with what it is about for those who do not see where it stands.
export function drawButton(kind, about, onclick, ...words) {
  const attributes = { class: `wf-button wf-button-${kind}`, type: "button", onclick };
  return h("button", attributes, words, about && h("span", { class: "wf-hidden" }, ` ${about}`));
}

export function input(field) {
  const { schema, ui } = field;
  const keys = [ui["ui:widget"], schema.format, schema.type];
  const type = ui["ui:options"]?.inputType ?? keys.map((key) => (SAME.test(key) ? key : TYPES[key])).find(Boolean) ?? "text";
  const value = String(field.value ?? "");
  const read = () => (/number|integer/.test(schema.type) ? numeric(control.value) : control.value);
  const attributes = attributesOf(field, { type, ".value": shownAs(type, value), oninput: () => field.set(read()) });
  if (schema.type === "number" || /time/.test(type)) attributes.step ??= "any";
  if (/one-time-code/.test(attributes.autocomplete)) attributes.inputmode ??= "numeric";
  const control = h("input", attributes);
  // These two always have a value, and a page of the server's posts it.
  if (/color|range/.test(type) && control.value !== value) field.start(read());
  return type === "password" ? withToggle(field, control) : control;
}

// A number as such where nothing of what was typed is lost by it, as "19.90" would lose its last digit.
function numeric(text) {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}

// A moment without its offset, which the server takes in the time zone that it gave it in; both without microseconds.
function shownAs(type, value) {
  if (type === "time") return value.slice(0, 12);
  return type === "datetime-local" ? value.replace(/^(.{10}).([\d:]+(\.\d{1,3})?).*/, "$1T$2") : value;
}

function withToggle({ label, text }, control) {
  const draw = () => drawButton("quiet", label, press, text(control.type === "password" ? "show" : "hide"));
  const press = () => {
    control.type = control.type === "password" ? "text" : "password";
    toggle.replaceChildren(...draw().childNodes);
  };
  const toggle = draw();
  return h("div", { class: "wf-password" }, control, toggle);
}

function tell(control) {
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

export function textarea(field) {
  const oninput = ({ target }) => field.set(target.value);
  const rows = field.ui["ui:options"]?.rows ?? 10;
  return h("textarea", attributesOf(field, { cols: 40, rows, ".value": field.value ?? "", oninput }));
}

// It names its place itself: a field without a block. A list stays as it came.
export function hidden({ id, name, path, value, set }) {
  const oninput = ({ target }) => set(target.value);
  return h("input", { type: "hidden", id, name, "data-path": path, ".value": value ?? "", oninput });
}

export function checkbox(field) {
  const oninput = ({ target }) => field.set(target.checked);
  return h("input", attributesOf(field, { type: "checkbox", ".checked": field.value === true, oninput }));
}

export function select(field) {
  const { isMany, values, labels, isKnown, mustPick, read } = choicesOf(field);
  // Nothing can be left empty where there is no empty choice.
  const required = mustPick && (isMany || values[0] === "");
  const oninput = () => field.set(read(control.options));
  const draw = (key, at) => h("option", { value: String(key ?? ""), selected: isKnown(key) }, labels[at]);
  const inside = grouped(field, values, values.map(draw), "optgroup");
  const more = { placeholder: null, multiple: isMany, required, oninput };
  const control = h("select", attributesOf(field, more), inside);
  // What is shown is what is sent: the first choice, or the empty one for a value that is none of them any more.
  if (!isMany && !isKnown(control.value)) field.start(read(control.options));
  return control;
}

// Radio buttons, or boxes to tick.
export function buttons(field) {
  const { id, schema, set } = field;
  const { isMany, values, labels, isKnown, mustPick, read } = choicesOf(field);
  const more = { type: isMany ? "checkbox" : "radio", placeholder: null, required: mustPick && !isMany };
  const attributes = attributesOf({ ...field, describedBy: null }, more);
  const controls = values.map((key, at) =>
    h("input", { ...attributes, id: `${id}_${at}`, value: String(key ?? ""), ".checked": isKnown(key) }),
  );
  // No attribute says that one of several boxes is to be ticked; the browser's own words are those of radio buttons.
  const judge = () => {
    const isMissing = isMany && read(controls).length < schema.minItems;
    const example = h("input", { type: "radio", name: "x", required: isMissing });
    controls[0]?.setCustomValidity(example.validationMessage);
  };
  const oninput = () => set(read(controls, judge()));
  const drawn = controls.map((control, at) =>
    h("div", null, h("label", { for: control.id }, control, ` ${labels[at]}`)),
  );
  judge();
  return h("div", { id, oninput }, grouped(field, values, drawn, "div"));
}

function choicesOf({ schema, ui, value, required }) {
  const isMany = schema.type === "array";
  const isBoolean = schema.type === "boolean";
  const blank = ui["ui:placeholder"];
  const values = [...((schema.items ?? schema).enum ?? [])];
  const labels = [...(ui["ui:enumNames"] ?? values)];
  if (!isMany && blank != null) {
    values.unshift(isBoolean ? null : "");
    labels.unshift(blank);
  }
  const known = [value ?? ""].flat().map(String);
  return {
    isMany,
    values,
    labels,
    isKnown: (key) => known.includes(String(key ?? "")),
    mustPick: required && !isBoolean, // not to say is an answer, too, to "yes or no?"
    read: (controls) => {
      const picked = values.filter((_, at) => controls[at].selected || controls[at].checked);
      return isMany ? picked : picked[0];
    },
  };
}

// The choices of a group stand together, where the first of them would.
function grouped({ ui }, values, drawn, tag) {
  const places = new Map();
  values.forEach((value, at) => {
    const place = ui["ui:groups"]?.find((group) => group.values.includes(value)) ?? at;
    places.set(place, [...(places.get(place) ?? []), drawn[at]]);
  });
  return [...places].map(([{ label }, inside]) => {
    if (!label) return inside;
    if (tag === "optgroup") return h(tag, { label }, inside);
    return h(tag, { role: "group", "aria-label": label }, h("label", null, label), inside);
  });
}

// What is there already stands with its name and a way to take it out; what is chosen joins it.
export function files(field) {
  const { id, schema, required, disabled, text } = field;
  const isMany = schema.type === "array";
  let kept = [field.value ?? []].flat();
  const list = h("ul", { class: "wf-files", id: `${id}_files` });
  const change = (changed) => {
    kept = changed;
    control.value = ""; // what is in the list is not to be held twice
    draw();
    field.set(isMany ? kept : (kept[0] ?? null));
    tell(control);
  };
  const onchange = () => {
    const chosen = [...control.files];
    if (chosen.length) change(isMany ? [...kept, ...chosen] : chosen);
  };
  const line = (file) => {
    const name = file.name ?? decodeURIComponent(/;name=([^;,]*)/.exec(file)?.[1] ?? "");
    const remove = () => {
      change(kept.filter((other) => other !== file));
      control.focus();
    };
    // Where one file is asked for, another can take its place.
    const stays = disabled || (required && kept.length === 1);
    return h("li", null, name, " ", !stays && drawButton("plain", name, remove, text("remove")));
  };
  const draw = () => {
    control.required = required && !kept.length;
    list.hidden = !kept.length;
    list.replaceChildren(...kept.map(line));
  };
  const describedBy = [field.describedBy, list.id].filter(Boolean).join(" ");
  const control = h("input", attributesOf({ ...field, describedBy }, { type: "file", multiple: isMany, onchange }));
  draw();
  return [list, control];
}

export function shown({ id, schema, ui, text }) {
  const { display, ...drawing } = ui["ui:options"] ?? {};
  const words = schema.description ?? "";
  if (display === "copyable") return copyable(id, words, text);
  if (display !== "qrcode") return h("div", { class: "wf-paragraph", id }, paragraphs(words));
  const details = h("details", null, h("summary", null, text("asText")), h("code", null, words));
  return h("div", { class: "wf-qr-code", id }, drawCode(drawing, text("qr")), details);
}

function copyable(id, words, text) {
  const rows = words.split("\n").length;
  const kind = rows > 1 ? { rows } : { type: "text" };
  const attributes = { id, ...kind, readonly: true, autocomplete: "off", spellcheck: "false", ".value": words };
  const button = h(drawButton("quiet", "", null, text("copy")), { hidden: true });
  const copied = h("span", { class: "wf-copied", role: "status", "data-copied": text("copied") });
  return h("wf-copy", { class: "wf-copy" }, h(rows > 1 ? "textarea" : "input", attributes), button, copied);
}

export function drawCode({ path, size }, alternative) {
  const frame = { role: "img", "aria-label": alternative, viewBox: `0 0 ${size} ${size}`, width: 208, height: 208 };
  const paper = h("rect", { width: size, height: size, fill: "#fff" });
  return h("svg", { ...frame, "shape-rendering": "crispEdges" }, paper, h("path", { fill: "#000", d: path }));
}
