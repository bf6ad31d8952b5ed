// A page for tests: draws the fields of one answer with the modules of the site, and plays the element's part of them.

import { WorkflowClient } from "/static/wfapp/client.js";
import { drawField } from "/static/wfapp/form/fields.js";
import { widgets } from "/static/wfapp/form/registry.js";
import { text } from "/static/wfapp/form/texts.js";
import { problemsOf, showErrors, watchValidity } from "/static/wfapp/form/validity.js";

const form = document.querySelector("form");
const sent = [];

const board = { client: null, form, sent, widgets };

board.problemsOf = () => problemsOf(form);
board.showErrors = (errors) => showErrors(form, errors);

board.draw = async (answer, slots = {}) => {
  const reply = async (_path, { body }) => {
    sent.push(JSON.parse(body));
    return new Response(JSON.stringify(answer));
  };
  const client = (board.client = new WorkflowClient({ fetch: reply, name: "some/workflow" }));
  await client.start();
  client.addEventListener("errors", () => board.showErrors(client.errors));
  const host = {
    id: (path) => `id_${path.replaceAll(".", "-")}`,
    edit: (path, value) => client.edit(path, value),
    value: (path) => path.split(".").reduce((value, key) => value?.[key], client.formData),
    text: (key, values) => text(answer.texts, key, values),
    payloadId: client.payload.id,
    slot: (name) => slots[name]?.content.cloneNode(true),
  };
  const { schema, ui } = client.merged;
  const spec = (path) => ({
    path,
    schema: schema.properties[path],
    ui: ui[path],
    required: schema.required?.includes(path),
    value: host.value(path),
    host,
  });
  const paths = ui["ui:order"].filter((path) => schema.properties[path]);
  form.replaceChildren(...paths.map((path) => drawField(spec(path))));
  form.append(Object.assign(document.createElement("button"), { className: "wf-button", textContent: "Continue" }));
};

// What goes to the server when the page is sent.
board.submit = async () => {
  await board.client.submit();
  return sent.at(-1).input.formData;
};

form.noValidate = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  board.showErrors(board.problemsOf());
});
watchValidity(form);
window.board = board;
document.documentElement.dataset.ready = "yes";
