// Draws fields as Django draws them on a page of the server's, and knows which widget does that. What is made of fields
// stands here, too: the rows of a formset, and the parts of one value, such as an amount and its currency.

import { h, lines } from "./dom.js";
import { widgets } from "./registry.js";
import {
  buttons, checkbox, drawButton, files, hidden, input, select, shown, textarea,
} from "./widgets.js";

const OWN = {
  __proto__: null,
  "data-url": files,
  array: rows,
  boolean: checkbox,
  checkboxes: buttons,
  hidden,
  null: shown,
  object: parts,
  radio: buttons,
  select,
  textarea,
};

// The block of a field. spec: {path, schema, ui, required, value, host}, and `edit` where a row looks after its fields.
export function drawField(spec) {
  const field = fieldOf(spec);
  const control = drawControl(field);
  // What bears its path itself is a whole block: a hidden field, rows.
  return control.dataset?.path ? control : drawBlock(field, control);
}

function fieldOf({ path, schema, ui = {}, required, value, host, edit = host.edit }) {
  const id = host.id(path);
  const isText = schema.type === "null"; // its description is what it shows
  const help = ui["ui:help"] ?? (isText ? null : schema.description);
  return {
    path,
    id,
    name: path.replaceAll(".", "-"),
    schema,
    ui,
    required: Boolean(required),
    disabled: Boolean(ui["ui:disabled"]),
    value,
    isText,
    label: schema.title,
    help,
    describedBy: help && `${id}_helptext`,
    host,
    edit,
    set: (typed) => edit(path, typed),
    start: (found) => edit(path, found, true), // what stands there without anybody's doing
    text: host.text,
  };
}

// What is edited in a field, without its label: an element, or a list of them.
function drawControl(field) {
  const { path, schema, ui, host } = field;
  const place = `${host.payloadId}.${path.replace(/\.\d+/g, "")}`;
  const keys = [place, ui["ui:widget"], schema.format ?? schema.items?.format, schema.type];
  const draw = keys.map((key) => widgets.get(key) ?? OWN[key]).find(Boolean) ?? input;
  return draw(field);
}

function drawBlock({ id, path, isText, label, help, describedBy, host }, control) {
  const target = [control].flat().find((part) => part.id === id) ?? control.querySelector?.(`#${CSS.escape(id)}`);
  const tag = target && "labels" in target ? "label" : isText ? "span" : "legend";
  const drawn = {
    label: label && h(tag, { for: tag === "label" && id, class: tag === "span" && "wf-label" }, label),
    help: help && h("div", { class: "helptext", id: describedBy }, lines(help)),
    control,
  };
  const slot = host.slot?.(`field:${path}`, { field: { path, label, help } });
  for (const place of slot?.querySelectorAll("[data-part]") ?? []) h(place, null, drawn[place.dataset.part] || null);
  const content = slot ?? Object.values(drawn);
  const inside = tag === "legend" ? h("fieldset", { "aria-describedby": describedBy }, content) : content;
  return h("div", { class: "wf-field", "data-path": path, "data-id": id }, inside);
}

function parts({ path, schema, ui, value, disabled, host, edit }) {
  return Object.entries(schema.properties).flatMap(([key, { description, ...part }]) => {
    const own = ui[key] ?? {};
    // There is no room for labels.
    const attributes = { "aria-label": part.title, ...own["ui:attributes"] };
    const more = { "ui:attributes": attributes, "ui:disabled": disabled || own["ui:disabled"] };
    const required = schema.required?.includes(key);
    const spec = { path: `${path}.${key}`, schema: part, ui: { ...own, ...more }, required, value: value?.[key] };
    return drawControl(fieldOf({ ...spec, host, edit }));
  });
}

function rows({ path, name, schema, ui, value, host, edit, text }) {
  const { minItems = 0, maxItems = Infinity, items } = schema;
  const order = ui.items["ui:order"].filter((key) => key in items.properties);
  const drawRow = (values, index) => {
    const place = `${path}.${index}`;
    // The object of a model's row stays unless the row says DELETE; any other row may just be left out.
    const isKey = (key) => values[key] && ui.items[key]?.["ui:widget"] === "hidden";
    const isObject = ui["ui:options"]?.orderable === false && order.some(isKey);
    const entry = text("entry", { number: index + 1 });
    const editRow = waiting(edit, Object.values(values).some(Boolean));
    const draw = (key) => {
      const spec = { path: `${place}.${key}`, schema: items.properties[key], ui: ui.items[key], value: values[key] };
      return drawField({ ...spec, host, edit: editRow }); // nothing is required in a row that nobody touches
    };
    return h(
      "fieldset",
      { class: "wf-row", id: `wf-${name}-${index}`, tabindex: -1, "data-path": place },
      h("legend", null, entry),
      order.filter((key) => isObject || key !== "DELETE").map(draw),
      !isObject && drawButton("plain", entry, () => remove(index), text("remove")),
    );
  };
  const limit = () => {
    const drawn = block.querySelectorAll(":scope > .wf-row");
    adder.hidden = drawn.length >= maxItems;
    const removers = block.querySelectorAll(":scope > .wf-row > .wf-button");
    for (const remover of removers) remover.hidden = drawn.length <= minItems;
    return drawn;
  };
  const add = () => {
    const index = host.value(path).length;
    edit(`${path}.${index}`, {});
    adder.before(drawRow({}, index));
    const row = limit()[index];
    (row.querySelector("input:not([type=hidden]), select, textarea") ?? row).focus();
  };
  const remove = (index) => {
    const left = host.value(path).filter((_, at) => at !== index);
    edit(path, left);
    block.replaceChildren(...left.map(drawRow), adder);
    const rest = limit();
    (rest[index] ?? rest[index - 1] ?? adder.firstChild).focus();
  };
  if (!value?.length) edit(path, (value = [{}]), true);
  const adder = h("div", { class: "wf-add" }, drawButton("quiet", "", add, text("add")));
  const block = h("div", { "data-path": path }, value.map(drawRow), adder);
  limit();
  return block;
}

// What a blank row shows from the start, such as the first choice of a select, is told with the first edit in it.
function waiting(edit, isFilled) {
  const starts = [];
  return (path, value, isStart) => {
    if (isStart && !isFilled) return starts.push([path, value]);
    isFilled = true;
    for (const start of starts.splice(0)) edit(...start);
    return edit(path, value);
  };
}
