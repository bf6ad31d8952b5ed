// What was typed: when it stays, when a form starts afresh, and how it is sent.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Endpoint, heard, LOST, passed, recorded, stopClock, WorkflowClient } from "./endpoint.mjs";

const login = recorded("login");
const fields = recorded("fields");
const checkout = recorded("checkout");

async function at(...replies) {
  const endpoint = new Endpoint(...replies);
  const client = new WorkflowClient({ name: "demo/any", fetch: endpoint.fetch });
  await client.start();
  return { endpoint, client };
}

/** Change a recorded page. */
function changed(round, change) {
  const copy = structuredClone(round);
  change(copy.answer.inputRequired, copy.answer);
  return copy;
}

test("the same payload version again keeps what was typed; only errors and view change", async () => {
  const { client } = await at(login.start, login["wrong password"]);
  await client.submit({ username: "bob", password: "wrong" });
  assert.deepEqual([client.sameForm, client.formData], [true, { username: "bob", password: "wrong" }]);
  assert.deepEqual(Object.keys(client.errors), ["__form"]);
});

test("an action that stays on its page keeps what was typed", async () => {
  const { client } = await at(login["code page"], login.resend);
  client.edit("code", "12");
  await client.action("resend");
  assert.deepEqual([client.sameForm, client.formData], [true, { code: "12" }]);
});

test("a different payload version starts fresh", async () => {
  const other = changed(login["wrong password"], ({ payload }) => (payload.version = "version-9"));
  const { client } = await at(login.start, other);
  await client.submit({ username: "bobby", password: "wrong" });
  assert.deepEqual([client.sameForm, client.formData], [false, { username: "bob" }]);
});

test("another form with the same fields starts fresh", async () => {
  const other = changed(login["wrong password"], ({ payload }) => (payload.id = "accounts.OtherForm"));
  const { client } = await at(login.start, other);
  await client.submit({ username: "bobby", password: "wrong" });
  assert.deepEqual([client.sameForm, client.formData], [false, { username: "bob" }]);
});

test("another step with the same form starts fresh", async () => {
  const other = changed(login["wrong password"], ({ view }) => (view.step = "again"));
  const { client } = await at(login.start, other);
  await client.submit({ username: "bobby", password: "wrong" });
  assert.deepEqual([client.sameForm, client.formData], [false, { username: "bob" }]);
});

test("a form that a loop asks again after it was accepted starts fresh", async () => {
  const { client } = await at(checkout.start, checkout.accepted);
  await client.submit({ product: 2, quantity: 3, more: true });
  assert.deepEqual([client.payload.version, client.sameForm], [checkout.start.answer.inputRequired.payload.version, false]);
  assert.deepEqual(client.formData, checkout.accepted.answer.inputRequired.view.initial);
});

test("what is typed into the form that a loop asks again stays where the answer before it is repeated", async () => {
  const { client } = await at(checkout.start, checkout.accepted, checkout.accepted);
  await client.submit({ product: 2, quantity: 3, more: true });
  client.edit("quantity", 42);
  await client.retry();
  assert.deepEqual([client.sameForm, client.formData.quantity], [true, 42]);
});

test("a form of a loop that was rejected keeps what was typed", async () => {
  const { client } = await at(checkout.start, checkout["too many"]);
  await client.submit({ product: 2, quantity: 100, more: true });
  assert.deepEqual([client.sameForm, client.formData.quantity], [true, 100]);
});

test("a way back shows the answers of that page, even where it has the same form", async () => {
  const { client } = await at(checkout.accepted, checkout.back);
  client.edit("quantity", 42);
  await client.back();
  assert.deepEqual([client.sameForm, client.formData], [false, checkout.back.answer.inputRequired.view.initial]);
  assert.equal(client.formData.quantity, 3);
});

test("a change of an answer starts with that answer", async () => {
  const listed = changed(checkout.accepted, ({ view }) => (view.answers = [{ rows: [], change: "wf.change.item" }]));
  const { client } = await at(listed, checkout.back);
  client.edit("quantity", 42);
  await client.action("wf.change.item");
  assert.equal(client.formData.quantity, 3);
});

test("a look at the page that is there keeps what was typed", async () => {
  const { client } = await at(login["wrong code"], login.look);
  client.edit("code", "12");
  await client.look();
  assert.deepEqual([client.sameForm, client.formData], [true, { code: "12" }]);
});

test("a new start has nothing of what was typed before", async () => {
  const { client } = await at(login.start, login.start);
  client.edit("password", "harbour");
  await client.start();
  assert.deepEqual([client.sameForm, client.formData], [false, {}]);
});

test("a draft that was saved keeps what was typed", async () => {
  const { client } = await at(checkout.address, checkout.draft);
  client.edit("street", "Elm");
  client.edit("city", "Wien");
  await client.action("save_draft");
  assert.deepEqual([client.formData.street, client.formData.city], ["Elm", "Wien"]);
});

test("what is typed while a refresh is on stays", async () => {
  const { client } = await at(fields.delivery, fields.refresh);
  client.edit("country", "ch");
  const refresh = client.refresh();
  client.edit("customs", "123456789");
  await refresh;
  assert.deepEqual([client.formData.country, client.formData.customs], ["ch", "123456789"]);
});

test("a refresh keeps the errors and messages that stand there", async () => {
  const rejected = changed(fields["customs missing"], (_, answer) => (answer.messages = [{ level: "info", text: "Note." }]));
  const { client } = await at(fields.delivery, rejected, fields.refresh);
  await client.submit({ country: "ch", region: "Bern" });
  await client.refresh({ country: "ch", region: "Bern" });
  assert.deepEqual([Object.keys(client.errors), client.messages.length], [["customs"], 1]);
});

test("a refresh that finds another page has its errors and messages", async () => {
  const { client } = await at(fields["customs missing"], login["wrong code"]);
  client.messages = [{ level: "info", text: "Note." }];
  await client.refresh({ country: "ch" });
  assert.deepEqual([client.errors, client.messages, client.formData], [{ code: "Invalid code" }, [], {}]);
});

test("a choice that is no longer offered is dropped, and so is a field that is gone", async () => {
  const { client } = await at(fields["refresh with a gift"], fields.delivery);
  client.edit("country", "ch");
  client.edit("region", "Bern");
  client.edit("greeting", "Hello");
  await client.refresh();
  assert.deepEqual(client.formData, { country: "ch", gift: true });
});

test("of several choices those stay that are still offered", async () => {
  const some = (offered) =>
    changed(login["code page"], ({ payload }) => {
      payload.schema.properties.code = { type: "array", items: { type: "string", enum: offered } };
    });
  const { client } = await at(some(["s", "m", "l"]), some(["s", "l"]));
  await client.refresh({ code: ["s", "m"] });
  assert.deepEqual(client.formData, { code: ["s"] });
});

test("an empty choice and a box that was unticked are kept", async () => {
  const page = changed(login["code page"], ({ payload, view }) => {
    payload.schema.properties = { size: { enum: ["s", "m"] }, agreed: { type: "boolean", enum: [true] } };
    payload.ui["ui:order"] = ["size", "agreed"];
    view.initial = { size: "s", agreed: true };
  });
  const { client } = await at(page, page);
  await client.refresh({ size: "", agreed: false });
  assert.deepEqual(client.formData, { size: "", agreed: false });
});

test("what a renderer has set as all of the form is what is sent", async () => {
  const { client, endpoint } = await at(login["code page"], login["wrong code"]);
  client.formData = { code: "000000" };
  await client.submit();
  assert.deepEqual(endpoint.bodies[1].input, { formData: { code: "000000" } });
});

test("an edit drops the error of its field, and of nothing else", async () => {
  const { client } = await at(fields["guest without a name"]);
  client.errors = { "guests.0.name": "A", "guests.1.name": "B", "guests.10.name": "C", __form: "D" };
  const events = heard(client);
  client.edit("guests.1.name", "Bob");
  assert.deepEqual(Object.keys(client.errors), ["guests.0.name", "guests.10.name", "__form"]);
  client.edit("guests.1.name", "Bobby");
  assert.deepEqual([...events], [["errors", { "guests.0.name": "A", "guests.10.name": "C", __form: "D" }]]);
  client.edit("guests", [{ name: "Ada" }]);
  assert.deepEqual(client.errors, { __form: "D" });
});

test("an edit reaches a row, and leaves the data that a caller holds alone", async () => {
  const { client } = await at(fields.guests);
  const before = client.formData;
  const copy = structuredClone(before);
  client.edit("guests.0.name", "Ada");
  assert.deepEqual([client.formData.guests[0].name, Array.isArray(client.formData.guests)], ["Ada", true]);
  assert.deepEqual(before, copy);
});

test("files go as data URLs with their name, also in lists and rows", async () => {
  const { client, endpoint } = await at(fields.papers, fields.delivery);
  const letter = new File(["Hello"], "letter ü.txt", { type: "text/plain" });
  const picture = new Blob([new Uint8Array([0, 255])]);
  await client.submit({ letter, pictures: [picture], rows: [{ scan: letter }], note: "plain" });
  const sent = { name: "letter ü.txt", data: "data:text/plain;base64,SGVsbG8=" };
  const raw = { name: "file", data: "data:application/octet-stream;base64,AP8=" };
  assert.deepEqual(endpoint.bodies[1].input.formData, { letter: sent, pictures: [raw], rows: [{ scan: sent }], note: "plain" });
});

test("a type goes without its parameters: a comma in one would end it", async () => {
  const { client, endpoint } = await at(fields.papers, fields.delivery);
  await client.submit({ letter: new Blob(["x"], { type: 'video/webm;codecs="vp8,opus"' }) });
  assert.equal(endpoint.bodies[1].input.formData.letter.data, "data:video/webm;base64,eA==");
});

test("a large file is encoded whole", async () => {
  const { client, endpoint } = await at(fields.papers, fields.delivery);
  const bytes = new Uint8Array(200_001).map((_, index) => index % 251);
  await client.submit({ letter: new File([bytes], "a.txt") });
  const [, data] = endpoint.bodies[1].input.formData.letter.data.split(",");
  assert.deepEqual(Buffer.from(data, "base64"), Buffer.from(bytes));
});

test("a date goes as JSON writes it", async () => {
  const { client, endpoint } = await at(login["code page"], login["wrong code"]);
  await client.submit({ code: new Date("2026-10-25T14:30:59Z") });
  assert.deepEqual(endpoint.bodies[1].input.formData, { code: "2026-10-25T14:30:59.000Z" });
});

test("a file that was sent and that the server has is not sent again", async () => {
  const { client } = await at(fields.papers, fields["a picture too many"]);
  const letter = new File(["Hello"], "letter.txt");
  const pictures = [1, 2, 3, 4].map((number) => new File(["x"], `${number}.png`));
  await client.submit({ letter, pictures });
  assert.equal(client.formData.letter, fields["a picture too many"].answer.inputRequired.view.initial.letter);
  assert.equal(client.formData.pictures, pictures);
});

test("of a draft, too, the server has the files, also where they are a list", async () => {
  const there = ["data:image/png;name=1.png;size=1;upload=upload-2;base64,"];
  const page = changed(fields["a picture too many"], ({ view, context }) => {
    view.actions = [{ id: "save_draft", label: "Save", withData: true }];
    view.initial.pictures = there;
    delete context.errors;
  });
  const { client } = await at(page, page);
  await client.action("save_draft", { pictures: [new File(["x"], "1.png")] });
  assert.deepEqual(client.formData.pictures, there);
});

test("a file that was picked and not sent yet is not lost to the one that the server has", async () => {
  const { client } = await at(fields["a picture too many"], fields["a picture too many"]);
  const letter = new File(["Better"], "better.txt");
  client.edit("letter", letter);
  await client.look();
  assert.equal(client.formData.letter, letter);
});

test("a file that cannot be read is an error, and a retry reads it again", async (t) => {
  stopClock(t);
  const { client, endpoint } = await at(fields.papers, LOST, fields.delivery);
  const file = new File(["Hello"], "letter.txt");
  file.arrayBuffer = () => Promise.reject(new DOMException("The file could not be read.", "NotReadableError"));
  assert.equal(await client.submit({ letter: file }), null);
  assert.deepEqual(client.error, { code: "failed", message: "The file could not be read." });
  assert.deepEqual([endpoint.requests.length, client.loading, client.formData.letter], [1, false, file]);
  delete file.arrayBuffer;
  const retry = client.retry();
  await passed(t, 400);
  assert.equal((await retry).status, "form");
  assert.match(endpoint.bodies[2].input.formData.letter.data, /SGVsbG8=$/);
});
