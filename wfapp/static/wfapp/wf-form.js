// <wf-form>: draws a workflow, or takes over the page that the server has drawn; in the light DOM, for a site's own CSS.
//
//   <wf-form src="/wf/" name="auth/login"></wf-form>     draws everything by itself, over the endpoint
//   <wf-form><form class="wf-form">…</form></wf-form>    takes a page of WorkflowView over

import { WorkflowClient } from "./client.js";
import { focusedIn, follow, LiveRegion, refocus } from "./form/attention.js";
import { Host } from "./form/host.js";
import { widgets } from "./form/registry.js";
import { Slots } from "./form/slots.js";
import { targetOf, Trail } from "./form/trail.js";
import { problemsOf, showErrors, watchValidity } from "./form/validity.js";

export { widgets, WorkflowClient };

const EVENTS = "form context errors loading submit finished error pending".split(" ");
const PAUSE = 300; // milliseconds without typing before a page that depends on what is typed is asked for

// Elements start one after the other: a browser's first answer brings the cookie that its flows are bound to.
let started = Promise.resolve();

export class WfForm extends HTMLElement {
  static observedAttributes = ["src", "name", "params", "next", "token", "token-transport", "csrf-cookie", "texts"];

  client = null;
  #host;
  #trail;
  #stop = null; // ends what the present client has to do with this element
  #kind = ""; // what is drawn: a key of DRAWINGS
  #isRound = false; // whether somebody waits for the next answer
  #goesBack = false;
  #focused = null; // what had the focus when the round began
  #merged = "";
  #timer;
  #ticker;
  #live = new LiveRegion();

  constructor() {
    super();
    for (const type of ["submit", "click", "input"]) this.addEventListener(type, this);
    watchValidity(this);
  }

  connectedCallback() {
    // Its children are there once the document is read; a framework sets properties after it has made the element.
    if (document.readyState !== "loading") queueMicrotask(() => this.#begin(true));
    else document.addEventListener("DOMContentLoaded", () => this.#begin(true), { once: true });
  }

  disconnectedCallback() {
    // What is only moved goes on.
    queueMicrotask(() => this.isConnected || this.#end());
  }

  attributeChangedCallback(name, old, value) {
    if (!this.#kind || old === value) return;
    if (name === "texts") {
      this.#host.texts = parsed(this, name);
      return this.#draw(this.#kind, this.#kind !== "page");
    }
    queueMicrotask(() => {
      if (!this.#kind) return; // others have changed with it
      this.#end();
      this.#begin(false);
    });
  }

  handleEvent(event) {
    const { type, target } = event;
    if (type === "submit") this.#send(event);
    const link = type === "click" && target.closest(".wf-problems a[href^='#']");
    if (link) {
      event.preventDefault();
      follow(this, link);
    }
    // What a site has made editable may have no name.
    if (type === "input" && this.#kind === "page" && target.name) this.#host.edit(target.name.replace(/-(\d+)-/g, ".$1."));
  }

  async #begin(resumes) {
    if (this.#stop || !this.isConnected) return;
    const stop = (this.#stop = new AbortController());
    let way;
    // Either way needs nothing of the other one's. What is set while it loads counts.
    do way = await (this.hasAttribute("src") ? import("./form/drawings.js") : import("./form/takeover.js"));
    while (this.hasAttribute("src") !== !way.PageClient);
    if (stop.signal.aborted) return;
    const attribute = (key) => this.getAttribute(key) ?? undefined;
    const src = attribute("src");
    const name = attribute("name");
    const texts = parsed(this, "texts");
    const params = parsed(this, "params");
    const signal = this.signal ? AbortSignal.any([this.signal, stop.signal]) : stop.signal;
    const options = { fetch: this.fetch, fetchOptions: this.fetchOptions, signal, texts };
    const { PageClient } = way;
    this.#host = new Host(this, new Slots(this), texts, way, () => this.#refreshSoon());
    this.#trail = new Trail(`${src ?? "page"} ${name ?? ""}`, (steps) => this.#goBack(steps));
    this.client = PageClient
      ? new PageClient(this, options)
      : new WorkflowClient({
          ...options,
          path: src || undefined,
          name,
          params,
          next: attribute("next"),
          token: attribute("token") ?? (resumes ? this.#trail.token : null),
          tokenTransport: attribute("token-transport") ?? "cookie",
          csrfCookie: attribute("csrf-cookie"),
          keyless: this.hasAttribute("keyless"),
        });
    for (const type of EVENTS) this.client.addEventListener(type, (event) => this.#hear(event), { signal: stop.signal });
    this.#draw(PageClient ? "page" : "loading", true);
    if (PageClient) this.#trail.note(this.client);
    else started = started.then(() => stop.signal.aborted || this.client.look());
  }

  #end() {
    if (!this.#stop) return;
    this.#stop.abort();
    this.#stop = null;
    if (!this.#kind) return;
    clearTimeout(this.#ticker);
    this.#setBusy(false); // what the server has drawn stays
    this.#trail.close();
    this.#host.end();
    this.#live.node.remove();
    this.#kind = "";
  }

  // What the client says, told again as an event of this element.
  #hear(event) {
    const { type, detail } = event;
    if (type === "loading") this.#setBusy(detail);
    else if (type === "errors" && !this.#isRound) showErrors(this, detail);
    else if (type === "error") this.#fail(detail);
    else if (type === "form" || type === "pending") this.#arrive();
    const mayStop = type === "submit" || type === "finished";
    const proceeds = this.dispatchEvent(new CustomEvent(`wf:${type}`, { detail, bubbles: true, cancelable: mayStop }));
    if (!proceeds) event.preventDefault();
    if (type === "finished" && this.#stop) this.#finish(proceeds);
  }

  #arrive() {
    const { client } = this;
    const host = this.#host;
    const isPage = this.#kind === "page";
    const kind = isPage ? "page" : client.status;
    const isFirst = this.#kind === "loading";
    const isSame = kind === this.#kind && (client.sameForm || kind === "pending");
    if (!isSame || this.#isRound) host.problems = isPage ? {} : client.errors; // else they stand as they were
    const wanted = this.#draw(kind, !isSame && !isPage);
    if (!isPage) showErrors(this, client.errors);
    this.#trail.note(client, !isSame && !isFirst && !this.#goesBack && client.supportsAction("wf.back"));
    this.#goesBack = false;
    if (isFirst && document.activeElement === document.body) wanted?.focus();
    this.#settle(!isSame, isFirst);
  }

  #fail(error) {
    const host = this.#host;
    const isFirst = this.#kind === "loading";
    host.fault = error && { ...error, until: Date.now() + (error.retryAfter ?? 0) * 1000 };
    if (!error && this.#kind === "fault") return; // it stays until there is an answer
    const isAll = error && this.#kind !== "page" && (error.status === 410 || isFirst || this.#kind === "fault");
    this.#draw(isAll ? "fault" : this.#kind, isAll);
    if (error) this.#settle(isAll, isFirst, `#${host.named("wf-fault")}`);
  }

  #finish(proceeds) {
    if (this.#kind === "page") return this.#arrive();
    const host = this.#host;
    const { next } = this.client.response;
    const milliseconds = (proceeds && next?.timeoutMs) || 0;
    host.ends = milliseconds && performance.now() + milliseconds;
    host.left = Math.round(milliseconds / 1000);
    host.problems = {};
    this.#draw(this.client.status, true);
    this.#trail.note(this.client, false);
    this.#settle(true);
    if (proceeds && next?.trigger === "immediate") this.#leave(next.action);
  }

  #draw(kind, isFresh) {
    const host = this.#host;
    const old = host.root;
    const focused = focusedIn(this);
    clearTimeout(this.#ticker);
    this.#kind = kind;
    const wanted = host.draw(kind, isFresh);
    if (kind === "page") this.client.put(host.root, this.#live.node);
    else if (!host.root.isConnected) this.#put(host.root, old);
    if (!isFresh) refocus(focused);
    if (host.ticks) this.#ticker = setTimeout(() => this.#tick(), 1000);
    return wanted;
  }

  #put(root, old) {
    const live = this.#live.node;
    if (!live.isConnected) this.append(live);
    if (this.#kind === "fault") return old.replaceWith(root);
    // A form may have a field that is called "remove".
    const isOver = this.#kind !== "loading"; // what stood here until there was something to draw
    for (const child of [...this.childNodes]) if (isOver && child !== live && child.localName !== "template") child.replaceWith();
    live.before(root);
  }

  #tick() {
    const host = this.#host;
    host.left = Math.max(0, Math.round((host.ends - performance.now()) / 1000));
    this.#draw(this.#kind, false);
    if (host.ends && !host.left) this.#leave(this.client.response.next.action);
  }

  // The focus goes to what is wrong or new, else back to where it was; and what nobody looks at is announced.
  #settle(isFresh, isFirst, fault) {
    const { client } = this;
    const host = this.#host;
    const isRound = this.#isRound;
    this.#isRound = false;
    const go = (selector) => {
      const target = this.querySelector(selector);
      if (target && !target.hasAttribute("tabindex")) target.tabIndex = -1;
      target?.focus();
      return target;
    };
    const isHere = this.contains(document.activeElement) || document.activeElement === document.body;
    if (!isFirst && isHere) {
      const isWrong = isRound && go(fault ?? ".wf-problems");
      if (!isWrong && (isFresh || (isRound && !refocus(focusedIn(this) ?? this.#focused)))) go(`#${host.named("wf-title")}`);
    }
    const merged = JSON.stringify(client.merged);
    const words = [client.pending?.text];
    if (isRound || isFresh) words.push(...client.messages.map(({ text }) => text));
    else if (merged !== this.#merged) words.push(host.text("changed"));
    if (isFresh && !isHere) words.unshift(this.querySelector(`#${host.named("wf-title")}`)?.textContent);
    this.#merged = merged;
    this.#live.say(words.filter(Boolean).join(" "), isRound);
  }

  #setBusy(isBusy) {
    if (isBusy) {
      clearTimeout(this.#timer);
      this.#isRound = true;
      this.#focused = focusedIn(this);
    }
    for (const drawn of this.#kind === "page" ? this.querySelectorAll("form") : [this.#host.root]) {
      drawn.inert = isBusy;
      drawn.ariaBusy = isBusy ? "true" : null;
    }
  }

  async #goBack(steps) {
    for (; steps > 0 && this.client.supportsAction("wf.back"); steps--) {
      this.#goesBack = true;
      await this.client.back();
    }
    this.#goesBack = false;
    if (this.#stop) this.#trail.note(this.client, false);
  }

  #send(event) {
    // A page that is not taken over yet goes on as without a script. Any other form would put into an address what it holds.
    if (!this.#kind) return this.hasAttribute("src") && event.preventDefault();
    const { client } = this;
    const { submitter: button, target: form } = event;
    if (event.defaultPrevented || (this.#kind === "page" && ![client.form, this.#host.root].includes(form))) return;
    event.preventDefault();
    if (button?.ariaDisabled === "true") return;
    const id = button?.name === "wf_action" ? button.value : "";
    const [, verb] = /^wf\.(retry|restart|look)$/.exec(id) ?? [];
    if (verb) return client[verb]();
    if (id === "wf.dismiss") return this.#leave({ type: "dismiss" });
    if (id === "wf.stay") return this.#stay();
    if (!button?.formNoValidate && !this.#isValid(form)) return;
    this.#goesBack = id === "wf.back";
    if (this.#kind === "page") client.submit(button);
    else if (id && id !== "wf.start") client.action(id);
    else client.submit();
  }

  #isValid(form) {
    const problems = problemsOf(form);
    const isValid = !Object.keys(problems).length;
    if (!isValid) {
      this.#host.problems = problems;
      this.#draw(this.#kind, false);
      showErrors(this, problems);
      this.querySelector(".wf-problems").focus();
    }
    return isValid;
  }

  #refreshSoon() {
    const { client } = this;
    clearTimeout(this.#timer);
    if (client.view.live) this.#timer = setTimeout(() => client.refresh(), PAUSE);
  }

  #stay() {
    this.#host.ends = 0;
    this.#draw(this.#kind, false);
    this.querySelector(`#${this.#host.named("wf-title")}`).focus();
  }

  #leave(action) {
    const target = targetOf(action);
    if (target) location.assign(target);
    if (action?.type === "reload") this.client.restart();
    if (action?.type !== "dismiss" || !this.dispatchEvent(new CustomEvent("wf:dismiss", { bubbles: true, cancelable: true }))) return;
    this.#end();
    this.replaceChildren();
    this.hidden = true;
  }
}

// All that a client has, an element has.
for (const key of Object.keys(new WorkflowClient())) {
  Object.defineProperty(WfForm.prototype, key, {
    get() {
      return this.client?.[key];
    },
  });
}
for (const [verb, { value }] of Object.entries(Object.getOwnPropertyDescriptors(WorkflowClient.prototype))) {
  if (!value || verb === "constructor") continue;
  WfForm.prototype[verb] = function (...given) {
    // Before there is one, as one that is over: nothing is sent.
    return (this.client ?? new WorkflowClient({ signal: AbortSignal.abort() }))[verb](...given);
  };
}

function parsed(element, name) {
  try {
    return JSON.parse(element.getAttribute(name) || "null") ?? undefined;
  } catch {
    // The words of JSON.parse quote the value.
    throw new TypeError(`The attribute ${name} of <wf-form> must be JSON.`);
  }
}

if (!customElements.get("wf-form")) customElements.define("wf-form", WfForm);
