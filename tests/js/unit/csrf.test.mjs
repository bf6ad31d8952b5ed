// The token in a cookie: then, and only then, Django's CSRF token goes along.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Endpoint, recorded, withDocument, WorkflowClient } from "./endpoint.mjs";

const cookie = recorded("cookie");
const login = recorded("login");

function playing(options, ...replies) {
  const endpoint = new Endpoint(...replies);
  return { endpoint, client: new WorkflowClient({ name: "auth/login", fetch: endpoint.fetch, ...options }) };
}

function tokens({ requests }) {
  return requests.map(({ headers }) => headers.get("X-CSRFToken"));
}

test("with the cookie transport a start asks for it, and goes on with the cookie's name", async (t) => {
  withDocument(t, { cookie: "csrftoken=abc" });
  const { client, endpoint } = playing({ tokenTransport: "cookie" }, cookie.start, cookie["wrong password"]);
  await client.start();
  assert.deepEqual(client.token, { flow: "flow-1", revision: 1 });
  await client.submit({ username: "bob", password: "wrong" });
  assert.deepEqual(endpoint.bodies, [cookie.start.request, cookie["wrong password"].request]);
  assert.deepEqual(tokens(endpoint), ["abc", "abc"]);
});

test("the CSRF token is taken from its cookie among others", async (t) => {
  withDocument(t, { cookie: "xcsrftoken=1; csrftoken=abc; csrftoken2=3", meta: "of the page" });
  const { client, endpoint } = playing({ tokenTransport: "cookie" }, cookie.start);
  await client.start();
  assert.deepEqual(tokens(endpoint), ["abc"]);
});

test("the CSRF cookie may have another name", async (t) => {
  withDocument(t, { cookie: "csrftoken=abc; shop-csrf=def" });
  const { client, endpoint } = playing({ tokenTransport: "cookie", csrfCookie: "shop-csrf" }, cookie.start);
  await client.start();
  assert.deepEqual(tokens(endpoint), ["def"]);
});

test("without the cookie it is taken from the meta tag", async (t) => {
  withDocument(t, { cookie: "csrftoken=", meta: "of the page" });
  const { client, endpoint } = playing({ tokenTransport: "cookie" }, cookie.start);
  await client.start();
  assert.deepEqual(tokens(endpoint), ["of the page"]);
});

test("with the token in the body no CSRF token is sent", async (t) => {
  withDocument(t, { cookie: "csrftoken=abc", meta: "of the page" });
  const { client, endpoint } = playing({}, login.start, login["wrong password"]);
  await client.start();
  await client.submit({});
  assert.deepEqual(tokens(endpoint), [null, null]);
});

test("the name of a cookie that was given as token goes with the CSRF token", async (t) => {
  withDocument(t, { cookie: "csrftoken=abc" });
  const { client, endpoint } = playing({ token: { flow: "flow-1", revision: 1 } }, cookie["wrong password"]);
  await client.look();
  assert.deepEqual(tokens(endpoint), ["abc"]);
});

test("a refusal that sets the CSRF cookie is answered with it, once", async (t) => {
  withDocument(t, {});
  const endpoint = new Endpoint(cookie.csrf, cookie.start);
  const fetch = async (...request) => {
    const response = await endpoint.fetch(...request);
    document.cookie = "csrftoken=fresh";
    return response;
  };
  const client = new WorkflowClient({ name: "auth/login", tokenTransport: "cookie", fetch });
  await client.start();
  assert.deepEqual([tokens(endpoint), client.view.step], [[null, "fresh"], "credentials"]);
});

test("a second refusal is an error", async (t) => {
  withDocument(t, {});
  const { client, endpoint } = playing({ tokenTransport: "cookie" }, cookie.csrf, cookie.csrf);
  await client.start();
  assert.deepEqual([client.error.code, client.error.status, endpoint.requests.length], ["csrf", 403, 2]);
});

test("the CSRF token is read anew for each request: a sign-in changes it", async (t) => {
  withDocument(t, { cookie: "csrftoken=before" });
  const { client, endpoint } = playing({ tokenTransport: "cookie" }, cookie.start, cookie["wrong password"]);
  await client.start();
  document.cookie = "csrftoken=after";
  await client.submit({});
  assert.deepEqual(tokens(endpoint), ["before", "after"]);
});

test("without a document, as in a worker, nothing is looked for", async () => {
  const { client, endpoint } = playing({ tokenTransport: "cookie" }, cookie.start);
  await client.start();
  assert.deepEqual([tokens(endpoint), client.error], [[null], null]);
});
