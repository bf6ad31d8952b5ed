// PageClient: plays a page that WorkflowView rendered. It is a WorkflowClient whose requests post the page's own form to
// its own address, and whose answers are pages: the content of their <wf-form> takes the place of what is shown.

import { WorkflowClient } from "../client.js";
import { morph } from "./dom.js";
import { drawFault, drawProblems } from "./notes.js";

const REFRESH = "wf.refresh"; // draws the page anew with what is typed
const FIELDS = "input:not([type=hidden]), select, textarea, button";
const ran = new Set(); // the scripts of this document, by address: each runs once, as on a page of its own

// What stands above a page that the server has drawn: a fault, and what the browser finds wrong.
function drawNotes(host) {
  const describe = (path) => {
    const [control] = document.getElementsByName(path.replaceAll(".", "-"));
    const label = control?.labels?.[0] ?? control?.closest("fieldset")?.querySelector("legend");
    return { label: label?.textContent.trim(), isThere: control };
  };
  return [drawFault(host), drawProblems(host, describe)];
}

// As drawings.js: the one thing that an element draws here.
export const DRAWINGS = { page: drawNotes };

export class PageClient extends WorkflowClient {
  url = location.href; // where the page that is shown can be found again

  #element;
  #notes; // what the element itself says above the page
  #request; // what the last verb asks for: a body, where it goes, and the fields as they were
  #answer; // the page that came back, and its response
  #left = false;
  #waits = null; // for a step that runs, as the page said before
  #timer;

  /** Take a page over; `options` may have fetch, fetchOptions, signal and texts, as a WorkflowClient's. */
  constructor(element, { fetch = window.fetch, ...options } = {}) {
    super({ ...options, token: "page", fetch: (_, request) => this.#exchange(fetch, request) });
    this.#element = element;
    const response = read(element);
    const { inputRequired: { payload, context = {} } = {}, ...state } = response;
    const { errors = {}, ...formContext } = context;
    Object.assign(this, state, { response, payload, formContext, errors });
    this.addEventListener("context", () => this.#swap());
    // A page that was left comes back as it was then: what it had sent is answered by now.
    const shown = (event) => event.persisted && this.#left && this.look();
    addEventListener("pageshow", shown, { signal: options.signal });
  }

  /** The form that is posted: of several, the first that belongs to the page. */
  get form() {
    return this.#element.querySelector("form:has([name=wf_revision], [name=wf_start])");
  }

  /** Post the form as `button` does, one of its own; without one, as the Enter key does. */
  async submit(button) {
    const submitter = button?.form ? button : null;
    if (!this.#prepare(submitter)) return null;
    return submitter?.name === "wf_add" ? super.action(REFRESH) : super.submit({});
  }

  async action(id) {
    return this.supportsAction(id) && this.#prepare(this.#button(id)) ? super.action(id) : null;
  }

  async refresh() {
    return !this.loading && this.#prepare(null, REFRESH) ? super.refresh({}) : null;
  }

  supportsAction(id) {
    return Boolean(this.#button(id));
  }

  /** Put above the page what is said of it, and below what is read out, whose place a swap takes. */
  put(notes, live) {
    const element = this.#element;
    this.#notes = notes;
    if (!notes.firstChild) notes.remove();
    else if (!notes.isConnected) element.prepend(notes);
    if (!live.isConnected) element.append(live);
    if (this.form) this.form.noValidate = true; // the element says itself what the browser finds
    const [own, ...others] = element.querySelectorAll(".wf-problems");
    if (notes.contains(own)) for (const other of others) other.remove();
  }

  #button(id) {
    return this.form?.querySelector(`[name=wf_action][value="${CSS.escape(id)}"]:enabled`);
  }

  #prepare(button, action) {
    const form = button?.form ?? this.form;
    if (!form) return false;
    const data = new FormData(form, button);
    if (action) data.append("wf_action", action);
    const url = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action"), this.url);
    const body = /multipart/.test(form.enctype) ? data : new URLSearchParams(data);
    this.#request = { url, body, before: noted(this.#element), silent: action };
    return true;
  }

  /** Answer a request of WorkflowClient's: one without input looks. */
  async #exchange(fetch, { headers, body: json, ...options }) {
    if (!JSON.parse(json).input) this.#request = { url: new URL(this.url) };
    const request = this.#request;
    const { url, body } = request;
    headers.delete("Content-Type");
    headers.set("X-Wf-Form", "1");
    const response = await fetch(url, { ...options, headers, body, method: body ? "POST" : "GET" });
    const { status } = response;
    const target = response.headers.get("X-Wf-Location");
    if (target) return this.#leave(target);
    const page = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("wf-form:not([src])");
    if (!page) return new Response(null, { status });
    this.#answer = { ...request, page, response };
    const answer = read(page);
    const wait = status === 409 && response.headers.get("Retry-After");
    if (!wait) return Response.json(answer);
    const error = { code: "busy", message: answer.messages[0]?.text };
    return Response.json({ error }, { status, headers: { "Retry-After": wait } });
  }

  #swap() {
    const { page, response, url, body, before, silent } = this.#answer;
    // A button that is being pressed would be gone before it is let go; what it sends is evaluated anyway.
    if (silent && this.#element.querySelector("button:active")) return;
    const { status, headers, redirected } = response;
    this.url = response.url;
    const waits = Boolean(this.#waits && this.pending);
    this.#waits = this.pending;
    this.sameForm = waits || (this.sameForm && !redirected);
    const now = noted(this.#element);
    const active = silent && document.activeElement;
    load(page.ownerDocument);
    document.title = page.ownerDocument.title;
    if (waits) return morph(this.#element, page); // with the focus
    // The notes may have the focus, and a form a field that is called "remove".
    for (const child of [...this.#element.childNodes]) if (child !== this.#notes) child.replaceWith();
    this.#element.append(...page.childNodes);
    if (this.sameForm) {
      // A look sends nothing, and of a stale page nothing was read: all of it is typed since.
      const sent = body && status !== 409 ? before : new Map();
      restore(this.#element, now, { sent, active, stored: status === 422 && this.response.stored });
      document.getElementById(url.hash.slice(1))?.focus();
    }
    clearTimeout(this.#timer);
    const [, seconds, target] = /^(\d+); url=(.+)/.exec(headers.get("Refresh")) ?? [];
    // A step that runs is looked at by the client.
    if (target && !this.pending) this.#timer = setTimeout(() => this.#element.isConnected && this.#leave(target), seconds * 1000);
  }

  /** Go to another page; what is shown stays busy until it is gone. */
  #leave(target) {
    const url = new URL(target, this.url);
    if (!/^https?:/.test(url)) throw new TypeError();
    this.#left = true;
    location.assign(url);
    return new Promise(() => {});
  }
}

function noted(element) {
  return new Map([...element.querySelectorAll(FIELDS)].map((field) => [field, state(field)]));
}

function state({ value, checked, selectedOptions = [] }) {
  return [value, checked, ...[...selectedOptions].map((option) => option.value)].join();
}

/**
 * Put fields back, themselves, since no script may choose a file: what was typed since `sent`, which one is `active`, and
 * what no server draws: files, passwords and codes. Of a rejected page `stored` names the files that the server has.
 */
function restore(element, now, { sent, active, stored }) {
  const fresh = [...element.querySelectorAll(FIELDS)];
  for (const [field, held] of now) {
    const { type, name, autocomplete, value } = field;
    const isSecret = !stored && (type === "password" || autocomplete === "one-time-code");
    const isTyped = type !== "submit" && (held !== sent.get(field) || isSecret);
    const stays = type === "file" ? value && !stored?.includes?.(name) : isTyped;
    const drawn = (stays || field === active) && fresh.find((other) => key(other) === key(field));
    if (!drawn) continue;
    field.ariaInvalid = drawn.ariaInvalid;
    drawn.replaceWith(field);
  }
  active?.focus?.();
}

function key({ name, type, value }) {
  return [name, type, /^(checkbox|radio|submit)$/.test(type) && value].join();
}

/** Add the styles and scripts of an answered page that this one has not, where they are this site's. */
function load(answered) {
  for (const { src } of document.scripts) ran.add(src);
  for (const { href } of document.querySelectorAll("link")) ran.add(href);
  for (const node of answered.querySelectorAll("script[src], head > link[rel=stylesheet]")) {
    const address = node.src ?? node.href;
    if (ran.has(address) || new URL(address).origin !== location.origin) continue;
    // A script of a parsed document never runs, and neither does a clone of it.
    const copy = document.createElement(node.localName);
    for (const { name, value } of node.attributes) copy.setAttribute(name, value);
    copy.async = false;
    document.head.append(copy);
  }
}

/** Read off a page what the endpoint would answer. */
function read({ dataset: { wfPage = '{"status":"form","view":{}}' } }) {
  return JSON.parse(wfPage);
}
