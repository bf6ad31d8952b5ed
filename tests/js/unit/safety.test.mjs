// What the client must not do with what it knows.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { answers, Endpoint, LOST, merge, passed, recorded, says, stopClock, WorkflowClient } from "./endpoint.mjs";

const login = recorded("login");
const faults = recorded("faults");
const PASSWORD = "harbour-violin-38";

async function at(...replies) {
  const endpoint = new Endpoint(...replies);
  const client = new WorkflowClient({ name: "auth/login", fetch: endpoint.fetch });
  await client.start();
  return { client, endpoint };
}

/** Show what a script of the page can read of a client. */
function publicState(client) {
  return inspect({ ...client }, { depth: 20, showHidden: true });
}

test("after the end nothing of what was typed is in the state, and nothing can be sent again", async () => {
  const { client, endpoint } = await at(login.start, login.end);
  client.edit("password", PASSWORD);
  await client.submit();
  assert.deepEqual([client.formData, client.formContext, client.errors, client.payload, client.merged], [{}, {}, {}, null, null]);
  assert.ok(!publicState(client).includes(PASSWORD));
  assert.deepEqual([await client.retry(), endpoint.requests.length], [null, 2]);
});

test("after the page that asked for it a password is not in the state", async () => {
  const { client } = await at(login.start, login["code page"]);
  await client.submit({ username: "bob", password: PASSWORD });
  assert.ok(!publicState(client).includes(PASSWORD));
});

test("an error holds no token and nothing that was typed", async () => {
  for (const fault of [faults.gone, faults.limit, says("", 500), answers({ error: { code: "odd", message: "Odd.", wfs: "x" } }, 400)]) {
    const { client } = await at(login.start, fault);
    await client.submit({ password: PASSWORD });
    const shown = JSON.stringify(client.error);
    assert.ok(!shown.includes(PASSWORD) && !shown.includes("secret-1"), shown);
  }
});

test("a token travels in the body alone, never in an address or a header", async () => {
  const { client, endpoint } = await at(login["code page"], login.resend);
  await client.action("resend");
  const { path, headers } = endpoint.requests[1];
  assert.equal(path, "/wf/");
  assert.ok(![...headers].flat().join().includes("secret-3"));
});

test("nothing is written to the console", async (t) => {
  const spies = ["log", "info", "warn", "error", "debug"].map((name) => t.mock.method(console, name));
  const { client } = await at(login.start, faults.malformed, says("<p>"), login.stale, login.end);
  for (let round = 0; round < 4; round++) await client.submit({ password: PASSWORD });
  assert.deepEqual(spies.map(({ mock }) => mock.callCount()), [0, 0, 0, 0, 0]);
});

test("an edit at a path of an object's own machinery changes no other object", async () => {
  const { client } = await at(login.start);
  for (const path of ["__proto__.polluted", "constructor.prototype.polluted", "__proto__", "a.__proto__.polluted"]) {
    client.edit(path, "yes");
  }
  assert.equal({}.polluted, undefined);
  assert.equal(Object.getPrototypeOf(client.formData), Object.prototype);
  assert.ok(Object.hasOwn(client.formData, "__proto__"));
});

test("an answer with keys of an object's own machinery changes no other object", async () => {
  const hostile = structuredClone(login.start);
  const own = JSON.parse('{"__proto__": {"polluted": "yes"}}');
  const { inputRequired } = hostile.answer;
  Object.assign(inputRequired, { context: own });
  inputRequired.view.initial = own;
  inputRequired.view.fields = JSON.parse('{"username": {"schema": {"__proto__": {"polluted": 1}}}, "__proto__": {"schema": {"polluted": 1}}}');
  const { client } = await at(hostile);
  assert.equal({}.polluted, undefined);
  assert.equal(client.formData.polluted, undefined);
});

test("fields may be called as members of every object are", () => {
  const properties = { constructor: { type: "string" }, toString: { type: "string" } };
  const ui = { "ui:order": ["constructor", "toString", "valueOf"] };
  const fields = { constructor: null, toString: { ui: { "ui:help": "Help" } } };
  const merged = merge({ id: "a", version: "1", schema: { type: "object", properties }, ui }, { fields });
  assert.deepEqual(Object.entries(merged.schema.properties), [["toString", { type: "string" }]]);
  assert.deepEqual(merged.ui, { "ui:order": ["toString"], toString: { "ui:help": "Help" } });
});

test("merge changes neither payload nor view", () => {
  const { payload, view } = recorded("fields")["refresh with a gift"].answer.inputRequired;
  const before = structuredClone({ payload, view });
  const merged = merge(payload, view);
  merged.schema.properties.region.enum.push("changed");
  merged.ui["ui:order"].push("changed");
  assert.deepEqual({ payload, view }, before);
});

test("what a caller holds of the state is not changed under its hands", async () => {
  const { client } = await at(login.start, login["wrong password"]);
  const typed = { username: "bob", password: "wrong" };
  const held = [client.view, client.errors, client.payload];
  const before = structuredClone(held);
  await client.submit(typed);
  assert.deepEqual(typed, { username: "bob", password: "wrong" });
  assert.deepEqual(held, before);
});

test("what one client's page left behind is not shared with another", async () => {
  const one = await at(recorded("invite").waiting);
  one.client.formData.left = "behind";
  const other = await at(recorded("invite").waiting);
  assert.deepEqual(other.client.formData, {});
});

test("one client plays one flow after another", async () => {
  const { client, endpoint } = await at(login.start, login.end, login.start, login["wrong password"]);
  await client.submit({ password: PASSWORD });
  await client.start();
  await client.submit({ username: "bob" });
  assert.deepEqual(endpoint.bodies[3], { wfs: "token.secret-1.1", input: { formData: { username: "bob" } } });
  assert.deepEqual(client.formData, { username: "bob" });
});

test("a page that comes back from the browser's cache goes on: a lost request again, an old page as stale", async (t) => {
  stopClock(t);
  const { client } = await at(login["code page"], LOST, login.stale);
  const round = client.submit({ code: "111111" });
  await passed(t, 400);
  await round;
  assert.deepEqual([client.error.code, client.token], ["stale", "database.secret-3.5"]);
});

test("no rejection is left unhandled when listeners, timers and aborts meet", async (t) => {
  const unhandled = t.mock.fn();
  process.on("unhandledRejection", unhandled);
  t.after(() => process.off("unhandledRejection", unhandled));
  stopClock(t);
  const pending = answers({ status: "pending", pending: {}, wfs: "a.b.1", retryAfterMs: 10 });
  const { client } = await at(pending, answers({ status: "form", inputRequired: null }));
  await passed(t, 10);
  assert.equal(client.error.code, "bad-answer");
  assert.equal(unhandled.mock.callCount(), 0);
});
