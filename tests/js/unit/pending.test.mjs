// Work in the background: the client looks again at the server's pace, and tells how far it is.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answers, Endpoint, heard, LOST, passed, recorded, settled, stopClock, WorkflowClient } from "./endpoint.mjs";

const ends = recorded("ends");
const faults = recorded("faults");

function working(progress, revision, retryAfterMs = 1000) {
  const pending = { step: "provision", progress, text: "Creating your workspace" };
  return answers({ status: "pending", pending, retryAfterMs, wfs: `database.secret-1.${revision}` });
}

async function started(t, ...replies) {
  stopClock(t);
  const endpoint = new Endpoint(working(0.1, 1), ...replies);
  const client = new WorkflowClient({ name: "demo/work", fetch: endpoint.fetch });
  await client.start();
  return { client, endpoint };
}

test("a pending answer is looked at again at the server's pace, with its newest token, until the end", async (t) => {
  const { client, endpoint } = await started(t, working(0.4, 2, 5000), working(0.9, 3), ends.immediate);
  const events = heard(client);
  for (const [pause, sent] of [[999, 1], [1, 2], [4999, 2], [1, 3], [1000, 4]]) {
    await passed(t, pause);
    assert.equal(endpoint.requests.length, sent);
  }
  const looks = [1, 2, 3].map((revision) => ({ wfs: `database.secret-1.${revision}` }));
  assert.deepEqual(endpoint.bodies.slice(1), looks);
  assert.deepEqual([client.finished, client.pending], [true, null]);
  assert.ok(!events.types().includes("loading"));
});

test("progress is told by an event and stands in the state", async (t) => {
  const { client } = await started(t, working(0.4, 2));
  const events = heard(client);
  assert.deepEqual([client.status, client.pending.progress, client.payload], ["pending", 0.1, null]);
  await passed(t, 1000);
  const pending = { step: "provision", progress: 0.4, text: "Creating your workspace" };
  assert.deepEqual([client.pending, events.at(-1)], [pending, ["pending", pending]]);
});

test("without a pace, or with one of nothing, it looks once a second", async (t) => {
  for (const pace of [undefined, 0, null]) {
    const endpoint = new Endpoint(answers({ status: "pending", pending: {}, retryAfterMs: pace, wfs: "a.b.1" }), ends.immediate);
    const client = new WorkflowClient({ name: "demo/work", fetch: endpoint.fetch });
    if (pace === undefined) stopClock(t);
    await client.start();
    await passed(t, 999);
    assert.equal(endpoint.requests.length, 1);
    await passed(t, 1);
    assert.equal(client.finished, true);
  }
});

test("a verb takes the place of looking again, and looking goes on after it", async (t) => {
  const { client, endpoint } = await started(t, working(0.5, 2), ends.immediate);
  await passed(t, 500);
  await client.look();
  await passed(t, 999);
  assert.equal(endpoint.requests.length, 2);
  await passed(t, 1);
  assert.equal(client.finished, true);
});

test("a lost look is sent again as everything is, and says nothing", async (t) => {
  const { client } = await started(t, LOST, ends.immediate);
  await passed(t, 1000);
  assert.deepEqual([client.error, client.loading, client.finished], [null, false, false]);
  await passed(t, 400);
  assert.equal(client.finished, true);
});

test("a look that fails is an error and the last one, and retry goes on with it", async (t) => {
  const { client, endpoint } = await started(t, faults.limit, working(0.4, 2), ends.immediate);
  await passed(t, 1000);
  assert.deepEqual([client.error.code, client.status], ["limit", "pending"]);
  await passed(t, 60_000);
  assert.equal(endpoint.requests.length, 2);
  const retry = client.retry();
  assert.equal(client.loading, true);
  await passed(t, 840_000);
  assert.equal((await retry).pending.progress, 0.4);
  await passed(t, 1000);
  assert.equal(client.finished, true);
});

test("a look from an older page, which is stale, shows the work and goes on looking", async (t) => {
  const { answer } = working(0.4, 2);
  const stale = answers({ error: { code: "stale", message: "Here is the current one." }, ...answer }, 409);
  const { client, endpoint } = await started(t, stale, ends.immediate);
  const events = heard(client);
  await client.look();
  assert.deepEqual([client.status, client.pending.progress, client.error.code], ["pending", 0.4, "stale"]);
  assert.ok(events.types().includes("pending"));
  await passed(t, 1000);
  assert.deepEqual(endpoint.bodies.at(-1), { wfs: "database.secret-1.2" });
  assert.deepEqual([client.finished, client.error], [true, null]);
});

test("a listener that acts on a pending answer is not overtaken by a look", async (t) => {
  const { client, endpoint } = await started(t, working(0.2, 2), ends.aborted);
  client.addEventListener("context", () => client.look(), { once: true });
  await passed(t, 1000);
  await settled();
  assert.deepEqual([client.finished, endpoint.requests.length], [true, 3]);
  await passed(t, 60_000);
});
