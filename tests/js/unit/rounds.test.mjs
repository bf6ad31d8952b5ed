// The verbs and the state of the client, over the rounds of the demo.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answers, Endpoint, heard, recorded, says, WorkflowClient } from "./endpoint.mjs";

const login = recorded("login");
const fields = recorded("fields");
const checkout = recorded("checkout");
const invite = recorded("invite");
const ends = recorded("ends");

function playing(name, ...replies) {
  const endpoint = new Endpoint(...replies);
  return { endpoint, client: new WorkflowClient({ name, fetch: endpoint.fetch }) };
}

test("a whole sign-in sends what was recorded and arrives at its end", async () => {
  const rounds = ["start", "wrong password", "code page", "resend", "wrong code", "end"].map((name) => login[name]);
  const { client, endpoint } = playing("auth/login", ...rounds);
  await client.start();
  await client.submit({ username: "bob", password: "wrong" });
  await client.submit({ username: "bob", password: "harbour-violin-38" });
  await client.action("resend");
  await client.submit({ code: "000000" });
  const end = await client.submit({ code: "123456" });
  assert.deepEqual(endpoint.bodies, rounds.map(({ request }) => request));
  assert.deepEqual(end, login.end.answer);
});

test("a page fills the state: payload, view, passed context, errors, messages, token", async () => {
  const { client } = playing("auth/login", login.start, login["code page"], login.resend, login["wrong code"]);
  await client.start();
  await client.submit({});
  const { payload, view } = login["code page"].answer.inputRequired;
  assert.deepEqual([client.status, client.payload, client.view], ["form", payload, view]);
  assert.deepEqual([client.formContext, client.errors, client.messages], [{ email: "bob@example.com" }, {}, []]);
  assert.equal(client.token, "database.secret-3.3");
  assert.equal(client.response.wfs, client.token);
  await client.action("resend");
  assert.deepEqual(client.messages, [{ level: "info", text: "A new code is on its way." }]);
  await client.submit({ code: "000000" });
  assert.deepEqual([client.errors, client.formContext], [{ code: "Invalid code" }, { email: "bob@example.com" }]);
  assert.deepEqual([client.messages, client.finished, client.error], [[], false, null]);
});

test("before the first answer there is nothing", () => {
  const { client } = playing("auth/login");
  const { payload, merged, pending, response, error, ...state } = Object.fromEntries(Object.entries(client));
  assert.deepEqual([payload, merged, pending, response, error, client.token], [null, null, null, null, null, null]);
  const nothing = { view: {}, formData: {}, formContext: {}, errors: {}, messages: [], status: "" };
  assert.deepEqual(state, { ...nothing, loading: false, finished: false, sameForm: false });
});

test("the initial values stand in the form", async () => {
  const { client } = playing("demo/fields", fields.delivery);
  await client.start();
  assert.deepEqual(client.formData, fields.delivery.answer.inputRequired.view.initial);
});

test("a start takes the answer to the first page", async () => {
  const { client, endpoint } = playing("js/ends", ends.manual);
  await client.start({ end: "manual" });
  assert.deepEqual(endpoint.bodies, [{ wfid: "js/ends", input: { formData: { end: "manual" } } }]);
});

test("a start sends params and next, and no token transport where the body holds the token", async () => {
  const endpoint = new Endpoint(login.start);
  const options = { name: "auth/login", params: { cart: 7 }, next: "/account/", fetch: endpoint.fetch };
  await new WorkflowClient(options).start();
  assert.deepEqual(endpoint.bodies, [{ wfid: "auth/login", params: { cart: 7 }, next: "/account/" }]);
});

test("a request is a POST of JSON to the path, on this site alone", async () => {
  const endpoint = new Endpoint(login.start);
  const fetchOptions = { headers: { "Accept-Language": "de" }, keepalive: true };
  await new WorkflowClient({ path: "/api/wf/", name: "auth/login", fetch: endpoint.fetch, fetchOptions }).start();
  const [{ path, headers, options }] = endpoint.requests;
  assert.equal(path, "/api/wf/");
  assert.deepEqual(options, { method: "POST", credentials: "same-origin", mode: "same-origin", keepalive: true });
  assert.equal(headers.get("Content-Type"), "application/json");
  assert.equal(headers.get("Accept-Language"), "de");
});

test("an action sends the data where it takes any, and none elsewhere", async () => {
  const { client, endpoint } = playing("checkout/place-order", checkout.address, checkout.draft, checkout.draft);
  await client.start();
  await client.action("save_draft", { street: "Elm" });
  await client.action("wf.cancel", { street: "Oak" });
  assert.deepEqual(endpoint.bodies[1].input, { action: "save_draft", formData: { street: "Elm" } });
  assert.deepEqual(endpoint.bodies[2].input, { action: "wf.cancel" });
});

test("what an action was given is what is typed, where it takes it", async () => {
  const { client } = playing("checkout/place-order", checkout.address, checkout.draft, checkout.draft);
  await client.start();
  await client.action("save_draft", { street: "Elm", city: "Wien" });
  assert.deepEqual(client.formData, { street: "Elm", city: "Wien" });
  await client.action("other", { street: "Oak" });
  assert.deepEqual(client.formData, { street: "Elm", city: "Wien" });
});

test("an action takes what was typed where no data is given", async () => {
  const { client, endpoint } = playing("checkout/place-order", checkout.address, checkout.draft);
  await client.start();
  client.edit("city", "Wien");
  await client.action("save_draft");
  assert.deepEqual(endpoint.bodies[1].input, { action: "save_draft", formData: { city: "Wien" } });
});

test("back and cancel are the actions of that name, where the page has them", async () => {
  const { client, endpoint } = playing("checkout/place-order", checkout.accepted, checkout.back, checkout.cancelled);
  await client.start();
  assert.equal(client.supportsAction("wf.back"), true);
  await client.back();
  await client.cancel();
  assert.deepEqual(endpoint.bodies.slice(1).map(({ input }) => input), [{ action: "wf.back" }, { action: "wf.cancel" }]);
  assert.deepEqual([client.status, client.response.reason], ["aborted", "cancelled"]);
});

test("back and cancel do nothing where the page has them not", async () => {
  const { client, endpoint } = playing("auth/login", login.start);
  await client.start();
  assert.deepEqual([await client.back(), await client.cancel()], [null, null]);
  assert.deepEqual([client.supportsAction("wf.back"), endpoint.requests.length], [false, 1]);
});

test("an answer that may be changed is an action, too", async () => {
  const page = structuredClone(checkout.start);
  page.answer.inputRequired.view.answers = [{ step: "item", label: "Item", rows: [], change: "wf.change.item" }];
  const { client } = playing("checkout/place-order", page);
  await client.start();
  assert.deepEqual(["wf.change.item", "wf.change.other"].map((id) => client.supportsAction(id)), [true, false]);
});

test("a refresh sends what was typed, and says nothing of loading", async () => {
  const { client, endpoint } = playing("demo/fields", fields.delivery, fields.refresh);
  await client.start();
  const events = heard(client);
  await client.refresh({ country: "ch", region: "Tirol" });
  assert.deepEqual(endpoint.bodies[1].input, { action: "wf.refresh", formData: { country: "ch", region: "Tirol" } });
  assert.deepEqual(events.types(), ["context", "errors", "form"]);
  assert.equal(client.merged.schema.properties.customs.title, "Customs number");
});

test("look asks with the token alone, and starts where there is none", async () => {
  const { client, endpoint } = playing("auth/login", login.start, login.look);
  await client.look();
  await client.look();
  assert.deepEqual(endpoint.bodies, [{ wfid: "auth/login" }, { wfs: "token.secret-1.1" }]);
});

test("a client goes on with the token of another one", async () => {
  const endpoint = new Endpoint(login.look);
  const client = new WorkflowClient({ token: "database.secret-3.5", fetch: endpoint.fetch });
  await client.look();
  assert.deepEqual(endpoint.bodies, [{ wfs: "database.secret-3.5" }]);
  assert.equal(client.view.step, "verify");
});

test("verbs without a token ask nothing and resolve to null", async () => {
  const { client, endpoint } = playing("auth/login");
  const verbs = [client.submit({}), client.action("resend"), client.refresh({}), client.back(), client.cancel(), client.retry()];
  assert.deepEqual(await Promise.all(verbs), [null, null, null, null, null, null]);
  assert.deepEqual([endpoint.requests, client.loading, client.error], [[], false, null]);
});

test("submit can be prevented, and then nothing is sent", async () => {
  const { client, endpoint } = playing("auth/login", login.start);
  await client.start();
  client.addEventListener("submit", (event) => event.detail.username || event.preventDefault());
  assert.equal(await client.submit({ username: "" }), null);
  assert.deepEqual([endpoint.requests.length, client.loading], [1, false]);
});

test("a link's sender waits, and looks with the watch token", async () => {
  const { client, endpoint } = playing("auth/invite", invite.start, invite.waiting, invite["watch elsewhere"]);
  await client.start();
  await client.submit({ email: "guest@example.com", role: "member" });
  assert.deepEqual([client.status, client.payload, client.view.title], ["waiting", null, "guest@example.com is invited"]);
  assert.equal(client.supportsAction("wf.resend"), true);
  await client.look();
  assert.deepEqual(endpoint.bodies[2], invite["watch elsewhere"].request);
  assert.equal(client.response.elsewhere, true);
});

test("a landing page is opened by submitting nothing", async () => {
  const endpoint = new Endpoint(invite.landing, invite.opened);
  const client = new WorkflowClient({ token: "link.secret-2.0", fetch: endpoint.fetch });
  await client.look();
  assert.deepEqual([client.status, client.view.submit.text], ["landing", "Accept the invitation"]);
  await client.submit();
  assert.deepEqual(endpoint.bodies[1], invite.opened.request);
  assert.deepEqual([client.status, client.view.step, client.token], ["form", "details", "database.secret-3.3"]);
});

for (const trigger of ["immediate", "auto", "manual"]) {
  test(`an end with ${trigger} is finished, with its way on`, async () => {
    const { client } = playing("js/ends", ends.start, ends[trigger]);
    await client.start();
    const events = heard(client);
    await client.submit({ end: trigger });
    assert.deepEqual([client.finished, client.status, client.token], [true, "finished", null]);
    assert.equal(client.response.next.trigger, trigger);
    assert.deepEqual(events.at(-1), ["finished", ends[trigger].answer]);
    assert.ok(!events.types().includes("form"));
  });
}

test("an aborted flow is finished, too", async () => {
  const { client } = playing("js/ends", ends.start, ends.aborted);
  await client.start();
  await client.submit({ end: "aborted" });
  assert.deepEqual([client.finished, client.status, client.response.reason], [true, "aborted", "gave-up"]);
});

test("the events of a round come after all of the state is set, and loading ends before them", async () => {
  const { client } = playing("auth/login", login.start);
  const seen = [];
  for (const type of ["loading", "context", "errors", "form"]) {
    client.addEventListener(type, () => seen.push([type, client.loading, client.status, client.view.step]));
  }
  await client.start();
  assert.deepEqual(seen, [
    ["loading", true, "", undefined],
    ["loading", false, "", undefined],
    ["context", false, "form", "credentials"],
    ["errors", false, "form", "credentials"],
    ["form", false, "form", "credentials"],
  ]);
});

test("a listener that goes on at once has the word", async () => {
  const { client, endpoint } = playing("auth/login", login.start, login["code page"]);
  client.addEventListener("form", () => client.submit({ username: "bob" }), { once: true });
  await client.start();
  assert.equal(client.loading, true);
  await new Promise((resolve) => client.addEventListener("form", resolve, { once: true }));
  assert.deepEqual([client.view.step, endpoint.requests.length], ["verify", 2]);
});

test("merged is the payload with the view laid over it", async () => {
  const { client } = playing("demo/fields", fields["refresh with a gift"]);
  await client.start();
  assert.deepEqual(client.merged.ui["ui:order"].includes("greeting"), true);
  assert.equal(client.merged.schema.properties.greeting.title, "Greeting");
});

test("an answer with a page that is none, or with nothing, changes nothing but the error", async () => {
  for (const reply of [answers({ status: "form", inputRequired: {} }), answers({ status: "ok" }), says("[]"), says("null")]) {
    const { client } = playing("auth/login", login.start, reply);
    await client.start();
    assert.equal(await client.submit({ username: "bob" }), null);
    assert.deepEqual([client.view.step, client.token, client.loading], ["credentials", "token.secret-1.1", false]);
    assert.equal(client.error.code, "bad-answer");
  }
});
