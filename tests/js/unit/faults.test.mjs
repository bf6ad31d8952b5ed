// Every fault becomes an error with a code, a message that people can read, and the status where there was one.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answers, Endpoint, heard, passed, recorded, says, stopClock, WorkflowClient } from "./endpoint.mjs";

const login = recorded("login");
const faults = recorded("faults");
const UNREADABLE = "The server sent an answer that cannot be read. Please try again later.";

async function after(...replies) {
  const endpoint = new Endpoint(login.start, ...replies);
  const client = new WorkflowClient({ name: "auth/login", fetch: endpoint.fetch });
  await client.start();
  return { client, endpoint };
}

for (const name of ["malformed", "unknown", "gone"]) {
  const { status, answer } = faults[name];
  test(`a ${status} with code ${answer.error.code} is that error, in the server's words`, async () => {
    const { client } = await after(faults[name]);
    assert.equal(await client.submit({ username: "bob" }), null);
    assert.deepEqual(client.error, { ...answer.error, status });
  });
}

const unreadable = {
  "an empty body": says("", 500),
  "an empty 200": says(""),
  "a page of HTML": says("<!doctype html><title>Sign in</title>"),
  "a 404 in HTML": says("<h1>Not Found</h1>", 404),
  "a list": answers([1, 2], 500),
  "a text": answers("no", 500),
  "null": answers(null),
  "another service's error": answers({ error: "invalid_request" }, 400),
  "an error without a word": answers({ error: {} }, 500),
  "an error whose words are none": answers({ error: { code: 7, message: { detail: "No." } } }, 400),
  "a detail of REST framework's": answers({ detail: "Not found." }, 404),
  "a health check": answers({ status: "ok" }),
  "an answer whose page is none": answers({ status: "form", wfs: "a.b.1", inputRequired: { payload: null } }),
  "an answer whose form is none": answers({ status: "form", wfs: "a.b.1", inputRequired: { payload: {}, view: {}, context: {} } }),
};

for (const [what, reply] of Object.entries(unreadable)) {
  test(`${what} is an error that says so, and leaves the page as it was`, async () => {
    const { client } = await after(reply);
    client.edit("username", "bob");
    assert.equal(await client.submit(), null);
    assert.deepEqual(client.error, { code: "bad-answer", message: UNREADABLE, status: reply.status });
    assert.deepEqual([client.token, client.view.step, client.loading], ["token.secret-1.1", "credentials", false]);
    assert.deepEqual(client.formData, { username: "bob" });
  });
}

test("a code without a message gets a readable one", async () => {
  const { client } = await after(answers({ error: { code: "throttled", message: "" } }, 400));
  await client.submit({});
  assert.deepEqual(client.error, { code: "throttled", message: UNREADABLE, status: 400 });
});

test("another service's number for a code is a text, as every code is", async () => {
  const { client } = await after(answers({ error: { code: 400, message: "Bad request." } }, 400));
  await client.submit({});
  assert.deepEqual(client.error, { code: "400", message: "Bad request.", status: 400 });
});

test("an error says what people read and no more of the answer", async () => {
  const { client } = await after(answers({ error: { code: "odd", message: "Odd.", trace: "secret" } }, 400));
  await client.submit({});
  assert.deepEqual(client.error, { code: "odd", message: "Odd.", status: 400 });
});

test("a site's own texts stand in the place of the client's", async () => {
  const endpoint = new Endpoint(says("", 500));
  const texts = { answer: "Unlesbare Antwort." };
  const client = new WorkflowClient({ name: "auth/login", fetch: endpoint.fetch, texts });
  await client.start();
  assert.equal(client.error.message, "Unlesbare Antwort.");
});

test("a fault leaves token and page, so that the same page can be sent again", async () => {
  const { client, endpoint } = await after(faults.malformed, login["wrong password"]);
  const events = heard(client);
  await client.submit({ username: "bob" });
  assert.deepEqual(events.types(), ["submit", "loading", "loading", "error"]);
  await client.submit({ username: "bob" });
  assert.deepEqual([client.error, endpoint.bodies[2].wfs], [null, "token.secret-1.1"]);
});

test("no verb rejects, whatever fetch throws", async (t) => {
  stopClock(t);
  for (const thrown of [null, "a text", new Error("no")]) {
    const fetch = () => {
      throw thrown;
    };
    const client = new WorkflowClient({ name: "auth/login", fetch });
    const start = client.start();
    for (const pause of [400, 1200, 3600]) await passed(t, pause);
    assert.deepEqual([await start, client.error.code], [null, "network"]);
  }
});

test("what cannot be written as JSON is an error, and nothing is sent", async () => {
  const { client, endpoint } = await after();
  assert.equal(await client.submit({ number: 10n }), null);
  assert.equal(client.error.code, "failed");
  assert.equal(endpoint.requests.length, 1);
});

test("not even a value that throws nothing as its JSON makes a verb reject", async () => {
  const { client } = await after();
  const odd = {
    toJSON() {
      throw null;
    },
  };
  assert.equal(await client.submit({ odd }), null);
  assert.deepEqual(client.error, { code: "failed", message: "null" });
});

test("the error event tells when an error comes and when it goes", async () => {
  const { client } = await after(faults.malformed, login["wrong password"]);
  const events = heard(client);
  await client.submit({});
  await client.submit({});
  assert.deepEqual(events.filter(([type]) => type === "error").map(([, error]) => error?.code ?? null), ["malformed", null]);
});
