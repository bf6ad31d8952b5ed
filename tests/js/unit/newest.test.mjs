// Which request has the word: the newest one, and none once the caller's signal has ended it all.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { answers, Endpoint, held, heard, LOST, passed, recorded, settled, stopClock, WorkflowClient } from "./endpoint.mjs";

const login = recorded("login");
const faults = recorded("faults");
const working = answers({ status: "pending", wfs: "database.secret-1.1", pending: { step: "provision" }, retryAfterMs: 1000 });

async function atCode(...replies) {
  const endpoint = new Endpoint(login["code page"], ...replies);
  const ending = new AbortController();
  const client = new WorkflowClient({ name: "auth/login", fetch: endpoint.fetch, signal: ending.signal });
  await client.start();
  return { endpoint, client, ending };
}

test("a newer request aborts the older one", async () => {
  const { client, endpoint } = await atCode(held(), login.resend);
  const older = client.submit({ code: "000000" });
  await settled();
  const newer = client.action("resend");
  assert.equal(await older, null);
  assert.equal((await newer).wfs, "database.secret-3.4");
  assert.deepEqual(endpoint.requests.slice(1).map(({ signal }) => signal.aborted), [true, false]);
});

test("a request that a newer one overtakes before it left is never sent", async () => {
  const { client, endpoint } = await atCode(login.resend);
  const older = client.submit({ code: "000000" });
  await client.action("resend");
  assert.deepEqual([await older, endpoint.bodies.at(-1).input.action, endpoint.requests.length], [null, "resend", 2]);
});

test("a late answer is ignored, even from a fetch that knows no signal", async () => {
  const late = held();
  const replies = [login["code page"], late, login.resend];
  const fetch = async () => Response.json((await replies.shift()).answer);
  const client = new WorkflowClient({ name: "auth/login", fetch });
  await client.start();
  const older = client.submit({ code: "000000" });
  await settled();
  await client.action("resend");
  late.give(login["wrong code"]);
  assert.equal(await older, null);
  assert.deepEqual([client.token, client.errors], ["database.secret-3.4", {}]);
});

test("what a late answer asks to wait for keeps no verb waiting", async (t) => {
  stopClock(t);
  const late = held();
  const replies = [login["code page"], late, login.resend];
  const fetch = async () => {
    const { answer, status } = await replies.shift();
    return Response.json(answer, { status });
  };
  const client = new WorkflowClient({ name: "auth/login", fetch });
  await client.start();
  const older = client.submit({ code: "000000" });
  await settled();
  await client.action("resend");
  late.give(faults.busy);
  assert.equal(await older, null);
});

test("an answer that comes after the caller's signal is ignored, even from a fetch that knows no signal", async () => {
  const late = held();
  const replies = [login["code page"], late];
  const fetch = async () => Response.json((await replies.shift()).answer);
  const ending = new AbortController();
  const client = new WorkflowClient({ name: "auth/login", fetch, signal: ending.signal });
  await client.start();
  const round = client.action("resend");
  await settled();
  ending.abort();
  late.give(login.resend);
  assert.deepEqual([await round, client.token, client.loading], [null, "database.secret-3.3", false]);
});

test("loading stays true until the newest has ended", async () => {
  const newest = held();
  const { client } = await atCode(held(), newest);
  const events = heard(client);
  const older = client.submit({ code: "000000" });
  await settled();
  const newer = client.action("resend");
  await older;
  assert.equal(client.loading, true);
  newest.give(login.resend);
  await newer;
  assert.deepEqual(events.filter(([type]) => type === "loading"), [["loading", true], ["loading", false]]);
});

test("a double click sends the same twice at most, and has one answer", async () => {
  const { client, endpoint } = await atCode(held(), login["wrong code"]);
  const first = client.submit({ code: "000000" });
  await settled();
  const second = client.submit({ code: "000000" });
  assert.deepEqual([await first, await second], [null, login["wrong code"].answer]);
  assert.equal(endpoint.requests[1].text, endpoint.requests[2].text);
});

test("a refresh does not abort a round that is on", async () => {
  const reply = held();
  const { client, endpoint } = await atCode(reply);
  const round = client.submit({ code: "000000" });
  assert.equal(await client.refresh(), null);
  await settled();
  reply.give(login["wrong code"]);
  assert.equal((await round).wfs, "database.secret-3.5");
  assert.equal(endpoint.requests.length, 2);
});

test("a round aborts a refresh that is on", async () => {
  const { client, endpoint } = await atCode(held(), login.resend);
  const refresh = client.refresh();
  await settled();
  await client.action("resend");
  assert.deepEqual([await refresh, endpoint.requests[1].signal.aborted], [null, true]);
});

test("the caller's signal, aborted before, lets nothing begin", async () => {
  const { client, endpoint, ending } = await atCode();
  ending.abort();
  const events = heard(client);
  assert.deepEqual([await client.action("resend"), await client.look()], [null, null]);
  assert.deepEqual([endpoint.requests.length, client.loading, client.error, events.types()], [1, false, null, []]);
});

test("the caller's signal ends a request that is on, without an error", async () => {
  const { client, endpoint, ending } = await atCode(held());
  const round = client.submit({ code: "000000" });
  await settled();
  ending.abort();
  assert.equal(await round, null);
  assert.deepEqual([endpoint.requests[1].signal.aborted, client.loading, client.error], [true, false, null]);
});

test("the caller's signal ends a pause before a retry", async (t) => {
  stopClock(t);
  const { client, endpoint, ending } = await atCode(LOST);
  const round = client.submit({ code: "000000" });
  await settled();
  ending.abort();
  assert.equal(await round, null);
  await passed(t, 60_000);
  assert.deepEqual([endpoint.requests.length, client.loading, client.error], [2, false, null]);
});

test("the caller's signal ends looking again", async (t) => {
  stopClock(t);
  const { endpoint, ending } = await atCode(working).then(async (all) => (await all.client.look(), all));
  ending.abort();
  await passed(t, 60_000);
  assert.equal(endpoint.requests.length, 2);
});

test("the caller's signal ends a look that is on", async (t) => {
  stopClock(t);
  const { client, endpoint, ending } = await atCode(working, held());
  await client.look();
  await passed(t, 1000);
  ending.abort();
  await passed(t, 60_000);
  assert.deepEqual([endpoint.requests.length, client.status, client.error], [3, "pending", null]);
});

test("no listener stays behind on the caller's signal, or on one of a request's", async (t) => {
  stopClock(t);
  const { client, endpoint, ending } = await atCode(LOST, faults.busy, login.resend);
  const round = client.action("resend");
  await passed(t, 400);
  await passed(t, 1000);
  await round;
  const own = endpoint.requests.at(-1).signal;
  // One listener is the endpoint's of this test, for each request.
  assert.deepEqual([getEventListeners(ending.signal, "abort").length, getEventListeners(own, "abort").length], [0, 3]);
});

test("two clients of one workflow know nothing of each other", async () => {
  const one = await atCode(login["wrong code"]);
  const other = await atCode(held());
  const round = other.client.submit({ code: "111111" });
  await one.client.submit({ code: "000000" });
  assert.deepEqual([one.client.errors, other.client.errors, other.client.loading], [{ code: "Invalid code" }, {}, true]);
  other.ending.abort();
  await round;
});
