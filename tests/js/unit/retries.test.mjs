// What is lost is sent again: by itself, by retry(), and never twice under two names.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answers, Endpoint, held, heard, LOST, passed, recorded, says, settled, stopClock, WorkflowClient } from "./endpoint.mjs";

const login = recorded("login");
const faults = recorded("faults");
const fields = recorded("fields");
const LIMIT = { code: "limit", message: "Too many attempts. Try again later.", status: 429, retryAfter: 900 };

let workflows = 0;

/** Make a client of a workflow that nobody asked for before: whether it takes a key is remembered by its name. */
function playing(...replies) {
  const endpoint = new Endpoint(...replies);
  const options = { params: { cart: 7 }, next: "/account/", fetch: endpoint.fetch };
  return { endpoint, client: new WorkflowClient({ name: `demo/${++workflows}`, ...options }) };
}

async function atCode(t, ...replies) {
  stopClock(t);
  const all = playing(login["code page"], ...replies);
  await all.client.start();
  return all;
}

const limited = (retryAfter) => ({ ...faults.limit, retryAfter });

test("a network failure is retried three times by itself, backing off, with the very same body and key", async (t) => {
  stopClock(t);
  const { client, endpoint } = playing(LOST, LOST, LOST, login.start);
  const events = heard(client);
  const start = client.start();
  for (const [pause, sent] of [[399, 1], [1, 2], [1199, 2], [1, 3], [3599, 3], [1, 4]]) {
    await passed(t, pause);
    assert.equal(endpoint.requests.length, sent);
  }
  assert.equal((await start).wfs, "token.secret-1.1");
  assert.equal(new Set(endpoint.requests.map(({ text }) => text)).size, 1);
  assert.equal(new Set(endpoint.requests.map(({ headers }) => headers.get("Idempotency-Key"))).size, 1);
  assert.deepEqual(events.types(), ["loading", "loading", "context", "errors", "form"]);
});

test("after the third retry the failure is an error, and retry() begins anew with the same request", async (t) => {
  const { client, endpoint } = await atCode(t, LOST, LOST, LOST, LOST, login["wrong code"]);
  const round = client.submit({ code: "000000" });
  for (const pause of [400, 1200, 3600]) await passed(t, pause);
  assert.equal(await round, null);
  const message = "The server could not be reached. Check your connection and try again.";
  assert.deepEqual([client.error, client.loading], [{ code: "network", message }, false]);
  assert.equal((await client.retry()).wfs, "database.secret-3.5");
  assert.deepEqual([client.error, client.errors], [null, { code: "Invalid code" }]);
  assert.equal(new Set(endpoint.requests.slice(1).map(({ text }) => text)).size, 1);
});

test("an answer that is cut in its middle is asked for again", async (t) => {
  stopClock(t);
  const cut = new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) });
  const replies = [new Response(cut), Response.json(login.start.answer)];
  const client = new WorkflowClient({ name: "demo/cut", fetch: async () => replies.shift() });
  const start = client.start();
  await passed(t, 400);
  assert.equal((await start).status, "form");
});

for (const status of [502, 503, 504]) {
  test(`a ${status} of a gateway is retried as a network failure is`, async (t) => {
    const { client } = await atCode(t, says("<h1>Bad gateway</h1>", status), login.resend);
    const round = client.action("resend");
    await passed(t, 400);
    assert.equal((await round).wfs, "database.secret-3.4");
  });
}

test("a 503 of the site's own is an answer, and not retried", async (t) => {
  const { client } = await atCode(t, answers({ error: { code: "closed", message: "We are closed." } }, 503));
  await client.action("resend");
  assert.deepEqual(client.error, { code: "closed", message: "We are closed.", status: 503 });
});

test("retry repeats the last request unchanged, token included, also after it had run", async (t) => {
  const { client, endpoint } = await atCode(t, login.resend, login["resend again"]);
  const first = await client.action("resend");
  assert.deepEqual(await client.retry(), first);
  assert.equal(endpoint.requests[1].text, endpoint.requests[2].text);
  assert.deepEqual(endpoint.bodies[2], login["resend again"].request);
  assert.deepEqual([client.token, client.messages.length], ["database.secret-3.4", 1]);
});

test("retry sends what was sent, whatever a caller did to its data since", async (t) => {
  const { client, endpoint } = await atCode(t, faults.malformed, login["wrong code"]);
  const data = { code: "000000" };
  await client.submit(data);
  data.code = "changed";
  await client.retry();
  assert.equal(endpoint.requests[1].text, endpoint.requests[2].text);
});

test("retry while the request is on asks again and drops the first", async (t) => {
  const { client, endpoint } = await atCode(t, held(), login.resend);
  const first = client.action("resend");
  await settled();
  assert.equal((await client.retry()).wfs, "database.secret-3.4");
  assert.deepEqual([await first, endpoint.requests.length], [null, 3]);
});

test("after a stale 409 the current page is shown, and what was typed is kept where the version is the same", async (t) => {
  const { client } = await atCode(t, login.stale);
  const events = heard(client);
  assert.equal(await client.submit({ code: "111111" }), null);
  const message = "This page was answered already. Here is the current one.";
  assert.deepEqual(client.error, { code: "stale", message, status: 409 });
  assert.deepEqual([client.token, client.sameForm, client.formData], ["database.secret-3.5", true, { code: "111111" }]);
  assert.deepEqual(events.types(), ["submit", "loading", "loading", "context", "errors", "form", "error"]);
});

test("after a stale 409 with another page its form starts fresh", async (t) => {
  stopClock(t);
  const { client } = playing(login.start, login.stale);
  await client.start();
  await client.submit({ username: "bob" });
  assert.deepEqual([client.view.step, client.sameForm, client.formData], ["verify", false, {}]);
});

test("after a stale 409 there is nothing to retry", async (t) => {
  const { client, endpoint } = await atCode(t, login.stale);
  await client.submit({ code: "111111" });
  assert.deepEqual([await client.retry(), endpoint.requests.length], [null, 2]);
});

test("the next round clears the error of a stale one", async (t) => {
  const { client } = await atCode(t, login.stale, login["wrong code"]);
  await client.submit({ code: "111111" });
  await client.submit({ code: "000000" });
  assert.equal(client.error, null);
});

test("a stale 409 with a page that is no form shows that", async (t) => {
  const error = { code: "stale", message: "!" };
  const waiting = answers({ error, status: "waiting", watch: "database.w.1", view: { title: "Sent", actions: [] } }, 409);
  const { client } = await atCode(t, waiting);
  await client.submit({ code: "111111" });
  assert.deepEqual([client.status, client.view.title, client.token], ["waiting", "Sent", "database.w.1"]);
});

test("a busy 409 waits for Retry-After and sends the same again", async (t) => {
  const { client, endpoint } = await atCode(t, faults.busy, login.resend);
  const round = client.action("resend");
  await passed(t, 999);
  assert.equal(endpoint.requests.length, 2);
  await passed(t, 1);
  assert.equal((await round).wfs, "database.secret-3.4");
  assert.equal(endpoint.requests[1].text, endpoint.requests[2].text);
});

test("what stays busy is an error in the end, and retry waits", async (t) => {
  const { client, endpoint } = await atCode(t, faults.busy, faults.busy, faults.busy, faults.busy, login.resend);
  const round = client.action("resend");
  for (let wait = 0; wait < 3; wait++) await passed(t, 1000);
  assert.equal(await round, null);
  assert.deepEqual([client.error.code, client.error.retryAfter, endpoint.requests.length], ["busy", 1, 5]);
  const retry = client.retry();
  await passed(t, 999);
  assert.equal(endpoint.requests.length, 5);
  await passed(t, 1);
  assert.equal((await retry).status, "form");
});

test("a 429 with a short Retry-After is waited for", async (t) => {
  const { client, endpoint } = await atCode(t, limited("10"), login["wrong code"]);
  const round = client.submit({ code: "000000" });
  await passed(t, 9999);
  assert.deepEqual([endpoint.requests.length, client.loading, client.error], [2, true, null]);
  await passed(t, 1);
  assert.equal((await round).wfs, "database.secret-3.5");
});

test("a 429 with a long Retry-After is an error that tells it, and retry waits that long", async (t) => {
  const { client, endpoint } = await atCode(t, faults.limit, login["wrong code"]);
  assert.equal(await client.submit({ code: "000000" }), null);
  assert.deepEqual(client.error, LIMIT);
  await passed(t, 60_000);
  const retry = client.retry();
  assert.deepEqual([client.loading, client.error], [true, null]);
  await passed(t, 839_999);
  assert.equal(endpoint.requests.length, 2);
  await passed(t, 1);
  assert.equal((await retry).wfs, "database.secret-3.5");
});

test("a 429 that asks for more than ten seconds is the person's to wait for", async (t) => {
  const { client } = await atCode(t, limited("11"));
  await client.submit({ code: "000000" });
  assert.equal(client.error.retryAfter, 11);
});

test("a Retry-After may be a date", async (t) => {
  const { client } = await atCode(t, limited("Thu, 01 Jan 1970 00:01:00 GMT")); // the clock stands at its beginning
  await passed(t, 100); // of the next second nothing is waited too little
  await client.submit({ code: "000000" });
  assert.equal(client.error.retryAfter, 60);
});

test("a 429 without a readable Retry-After waits a second", async (t) => {
  const { client } = await atCode(t, limited("soon"), limited(undefined), login["wrong code"]);
  const round = client.submit({ code: "000000" });
  await passed(t, 1000);
  await passed(t, 1000);
  assert.equal((await round).wfs, "database.secret-3.5");
});

test("a Retry-After that no timer holds is waited for all the same", async (t) => {
  const { client, endpoint } = await atCode(t, limited("99999999"), login["wrong code"]);
  await client.submit({ code: "000000" });
  client.retry();
  await passed(t, 3_600_000);
  assert.equal(endpoint.requests.length, 2);
});

test("another verb does not wait for what a retry would", async (t) => {
  const { client } = await atCode(t, faults.limit, login.resend);
  await client.submit({ code: "000000" });
  assert.equal((await client.action("resend")).wfs, "database.secret-3.4");
});

test("after a 410 a restart keeps params and next, and what was typed on the first page", async (t) => {
  stopClock(t);
  const { client, endpoint } = playing(login.start, faults.gone, login.start);
  await client.start();
  assert.equal(await client.submit({ username: "bob" }), null);
  assert.deepEqual([client.error.code, client.error.status], ["invalid-token", 410]);
  await client.restart();
  const { wfid, ...start } = endpoint.bodies[2];
  assert.deepEqual(start, { params: { cart: 7 }, next: "/account/" });
  assert.deepEqual(endpoint.bodies[2], endpoint.bodies[0]);
  assert.deepEqual([client.error, client.formData], [null, { username: "bob" }]);
});

test("a restart after the end never sends the dead token", async (t) => {
  const { client, endpoint } = await atCode(t, login.end, login.start);
  await client.submit({ code: "123456" });
  assert.deepEqual([client.token, await client.submit({}), await client.refresh(), await client.retry()], [null, null, null, null]);
  await client.restart();
  assert.deepEqual(endpoint.bodies[2], endpoint.bodies[0]);
  assert.deepEqual([client.finished, client.status], [false, "form"]);
});

test("a look after the end starts anew, without the dead token", async (t) => {
  const { client, endpoint } = await atCode(t, login.end, login.start);
  await client.submit({ code: "123456" });
  await client.look();
  assert.equal(endpoint.bodies[2].wfs, undefined);
});

test("a start that failed after the end does not send the dead token either", async (t) => {
  const { client, endpoint } = await atCode(t, login.end, faults.limit, login.start);
  await client.submit({ code: "123456" });
  await client.restart();
  const retry = client.retry();
  await passed(t, 900_000);
  await retry;
  assert.deepEqual(endpoint.bodies.slice(2).map(({ wfs }) => wfs), [undefined, undefined]);
});

test("each start carries an Idempotency-Key of its own, and nothing else does", async (t) => {
  const { client, endpoint } = await atCode(t, login.resend, login["code page"]);
  await client.action("resend");
  await client.start();
  const [first, action, second] = endpoint.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  assert.match(first, /^[0-9a-f]{32}$/);
  assert.match(second, /^[0-9a-f]{32}$/);
  assert.notEqual(first, second);
  assert.equal(action, null);
});

test("on a 400 with code no-key a start goes again without a key, and that is remembered", async () => {
  const { client, endpoint } = playing(faults["no-key"], login.start, login.start);
  await client.start();
  await client.start();
  const keys = endpoint.requests.map(({ headers }) => headers.has("Idempotency-Key"));
  assert.deepEqual(keys, [true, false, false]);
  assert.deepEqual([client.error, client.view.step], [null, "credentials"]);
  assert.equal(endpoint.requests[0].text, endpoint.requests[1].text);
});

test("what is remembered of keys holds for that workflow alone, and for every client of it", async () => {
  const { client, endpoint } = playing(faults["no-key"], login.start);
  await client.start();
  const again = new Endpoint(login.start);
  await new WorkflowClient({ name: endpoint.bodies[0].wfid, fetch: again.fetch }).start();
  const other = playing(login.start);
  await other.client.start();
  const keys = [again, other.endpoint].map(({ requests }) => requests[0].headers.has("Idempotency-Key"));
  assert.deepEqual(keys, [false, true]);
});

test("of a workflow that is known to start without a record no key is sent", async () => {
  const endpoint = new Endpoint(login.start);
  await new WorkflowClient({ name: `demo/${++workflows}`, keyless: true, fetch: endpoint.fetch }).start();
  assert.deepEqual(endpoint.requests.map(({ headers }) => headers.has("Idempotency-Key")), [false]);
});

test("a refresh that failed for good is retried aloud", async (t) => {
  const { client } = await atCode(t, LOST, LOST, LOST, LOST, fields.refresh);
  const refresh = client.refresh();
  for (const pause of [400, 1200, 3600]) await passed(t, pause);
  assert.deepEqual([await refresh, client.error.code], [null, "network"]);
  const events = heard(client);
  await client.retry();
  assert.deepEqual(events.types().slice(0, 3), ["loading", "error", "loading"]);
  assert.equal(client.error, null);
});
