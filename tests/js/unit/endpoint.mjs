// An endpoint that gives recorded answers, and keeps what it was asked.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export { merge, WorkflowClient } from "../../../wfapp/static/wfapp/client.js";

/** Give the rounds of a scene by their names. */
export function recorded(scene) {
  const rounds = JSON.parse(readFileSync(new URL(`../recorded/${scene}.json`, import.meta.url), "utf8"));
  return Object.fromEntries(rounds.map((round) => [round.name, round]));
}

/** Stand for an answer that never came. */
export const LOST = Symbol("lost");

/** Give an answer that is nobody's recording. */
export function answers(answer, status = 200, retryAfter = undefined) {
  return { answer, status, retryAfter };
}

/** Give an answer that is no JSON. */
export function says(text, status = 200) {
  return { text, status };
}

export class Endpoint {
  requests = [];

  /** `replies` come in their order: recorded rounds, LOST, or promises of one of them. */
  constructor(...replies) {
    this.replies = replies;
    this.fetch = this.fetch.bind(this);
  }

  get bodies() {
    return this.requests.map(({ body }) => body);
  }

  async fetch(path, { body, headers, signal, ...options }) {
    this.requests.push({ path, body: JSON.parse(body), text: body, headers, signal, options });
    assert.ok(this.replies.length, `nobody expected ${body}`); // a client takes it for a failure: count the requests
    const reply = await Promise.race([this.replies.shift(), ended(signal)]);
    if (reply === LOST) throw new TypeError("fetch failed");
    const { answer, text = JSON.stringify(answer), status, retryAfter } = reply;
    return new Response(text, { status, headers: retryAfter === undefined ? {} : { "Retry-After": retryAfter } });
  }
}

function ended(signal) {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Give a promise that is kept from outside. */
export function held() {
  let give;
  const reply = new Promise((resolve) => (give = resolve));
  return Object.assign(reply, { give });
}

/** Let everything run that waits for nothing but its turn. */
export async function settled() {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** Let time pass on the clock of a test. */
export async function passed(test, milliseconds) {
  await settled();
  test.mock.timers.tick(milliseconds);
  await settled();
}

/** Stop the clock of a test; `passed` turns it on. */
export function stopClock(test) {
  test.mock.timers.enable({ apis: ["setTimeout", "Date"] });
}

/** Keep the events of a client: their types, in order. */
export function heard(client) {
  const events = [];
  for (const type of ["form", "context", "errors", "loading", "submit", "finished", "error", "pending"]) {
    client.addEventListener(type, ({ detail }) => events.push([type, detail]));
  }
  return Object.assign(events, { types: () => events.map(([type]) => type) });
}

/** Put a document in the place of the browser's for one test. */
export function withDocument(test, { cookie = "", meta = undefined }) {
  globalThis.document = {
    cookie,
    querySelector: (selector) => (selector === "meta[name=csrf-token]" && meta ? { content: meta } : null),
  };
  test.after(() => delete globalThis.document);
}
