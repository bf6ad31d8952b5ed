// WorkflowClient: plays a workflow over wfapp's JSON endpoint, and draws nothing. No dependency, no build step.

import { merge } from "./merge.js";
import { asksToWait, encoded, parsed, pause, randomKey, seconds } from "./wire.js";

export { merge };

const TEXTS = {
  network: "The server could not be reached. Check your connection and try again.",
  answer: "The server sent an answer that cannot be read. Please try again later.",
};

const RETRIES = 3; // of a request that got no answer: the server's rounds are exactly-once, so each is safe
const BACKOFF = 400; // milliseconds before the first of them; each later one waits three times as long
const PATIENCE = 10; // seconds: a longer Retry-After is the person's to wait for, and so an error
const GATEWAYS = [502, 503, 504]; // what stands before the server answers in its place
const MOVES = /^wf\.(back|change\.)/; // the actions that show another page, even where it has the same form

const keyless = new Set(); // the workflows that start without a record, and so refuse an Idempotency-Key

export class WorkflowClient extends EventTarget {
  payload = null;
  view = {};
  merged = null; // merge(payload, view): what a form renderer draws
  formData = {};
  formContext = {}; // the passed context, without `errors`
  errors = {};
  messages = [];
  status = "";
  pending = null;
  loading = false; // a round is on; looking again by itself and wf.refresh do not count
  finished = false;
  response = null; // the last answer as it came
  error = null;
  sameForm = false; // whether the last answer is the page that was there, with what was typed

  #options;
  #token;
  #exchange = null; // the last request, for retry()
  #controller = null;
  #timer;

  constructor({ path = "/wf/", token = null, csrfCookie = "csrftoken", ...options } = {}) {
    super();
    this.#options = { path, csrfCookie, ...options };
    this.#token = token;
    if (options.keyless) keyless.add(path + options.name);
  }

  /** What goes back to the server as `wfs`: a token, or the name of the cookie that holds it. */
  get token() {
    return this.#token;
  }

  /** Start from the first page, with nothing of what was typed before; `formData` is the answer to that page. */
  start(formData) {
    return this.#begin(formData, { moves: true });
  }

  /** Start again after a fault, with the same params and next; a first page that was there keeps what was typed. */
  restart() {
    return this.#begin();
  }

  async submit(data = this.formData) {
    if (!this.#token || !this.#emit("submit", data, true)) return null;
    this.formData = data;
    return this.#send({ formData: data }, { submits: true, sends: true });
  }

  action(id, data = this.formData) {
    // A page that depends on what is typed is drawn from it, whatever is pressed.
    const takesData = this.view.live || this.view.actions?.some((action) => action.id === id && action.withData);
    if (takesData) this.formData = data;
    const input = { action: id, ...(takesData && { formData: data }) };
    return this.#send(input, { sends: takesData, moves: MOVES.test(id) });
  }

  /** Evaluate the dynamic parts of the page with what was typed; a round that is on goes first. */
  async refresh(data = this.formData) {
    if (this.loading || !this.#token) return null;
    this.formData = data;
    return this.#send({ action: "wf.refresh", formData: data }, { silent: true, refreshes: true });
  }

  back() {
    return this.#moveBy("wf.back");
  }

  cancel() {
    return this.#moveBy("wf.cancel");
  }

  /** Look where the flow stands; without a token, start. */
  look() {
    return this.#token ? this.#send() : this.start();
  }

  /** Send the last request again, unchanged: what was lost runs, what had run is answered as before. */
  async retry() {
    if (!this.#exchange) return null;
    this.#exchange.silent = false; // somebody asked for it
    return this.#play(this.#exchange);
  }

  supportsAction(id) {
    const { actions = [], answers = [] } = this.view;
    return actions.some((action) => action.id === id) || answers.some((page) => page.change === id);
  }

  /** Take what was typed at a path such as `lines.1.qty`; the errors of that place are out of date by it. */
  edit(path, value) {
    this.formData = assigned(this.formData, path.split("."), value);
    const old = (name) => name === path || name.startsWith(`${path}.`) || path.startsWith(`${name}.`);
    const left = Object.entries(this.errors).filter(([name]) => !old(name));
    if (left.length < Object.keys(this.errors).length) {
      this.errors = Object.fromEntries(left);
      this.#emit("errors", this.errors);
    }
  }

  #begin(formData, traits) {
    const { path, name, params, next, tokenTransport } = this.#options;
    this.#token = null;
    const body = { wfid: name, params, next, input: formData && { formData } };
    if (tokenTransport === "cookie") body.transport = "cookie";
    return this.#play({ body, key: keyless.has(path + name) ? "" : randomKey(), ...traits });
  }

  async #moveBy(id) {
    return this.supportsAction(id) ? this.action(id) : null;
  }

  async #send(input, traits) {
    return this.#token ? this.#play({ body: { wfs: this.#token, input }, ...traits }) : null;
  }

  async #play(exchange) {
    const outer = this.#options.signal;
    if (outer?.aborted) return null;
    this.#controller?.abort();
    clearTimeout(this.#timer);
    const controller = (this.#controller = new AbortController());
    const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
    this.#exchange = exchange;
    if (!exchange.silent) {
      this.#setLoading(true);
      this.#setError(null);
    }
    let reply;
    try {
      reply = await this.#ask(exchange, signal);
    } catch (reason) {
      // Such as a file that cannot be read any more.
      reply = { body: { error: { code: "failed", message: String(reason?.message ?? reason) } } };
    }
    // A late answer is nobody's: the newest request has the word.
    if (this.#controller !== controller) return null;
    this.#setLoading(false);
    return signal.aborted ? null : this.#take(reply, exchange);
  }

  async #ask(exchange, signal) {
    exchange.json ??= JSON.stringify(await encoded(exchange.body));
    const early = exchange.notBefore - Date.now();
    if (early > 0) await pause(early, signal);
    for (let failures = 0, waits = 0; ; ) {
      const reply = await this.#post(exchange, signal);
      const code = reply.body?.error?.code;
      if (!reply.status || (GATEWAYS.includes(reply.status) && !code)) {
        if (failures === RETRIES) return reply;
        await pause(BACKOFF * 3 ** failures++, signal);
      } else if (code === "no-key" && exchange.key) {
        keyless.add(this.#options.path + this.#options.name);
        exchange.key = "";
      } else if (code === "csrf" && !exchange.hadCsrf) {
        exchange.hadCsrf = true; // this very answer set the cookie
      } else if (asksToWait(reply) && reply.wait <= PATIENCE && waits++ < RETRIES) {
        await pause(reply.wait * 1000, signal);
      } else {
        return reply;
      }
    }
  }

  async #post(exchange, signal) {
    const { path, fetch = globalThis.fetch, fetchOptions } = this.#options;
    const headers = new Headers(fetchOptions?.headers);
    headers.set("Content-Type", "application/json");
    headers.set("Accept", "application/json");
    if (exchange.key) headers.set("Idempotency-Key", exchange.key);
    const csrf = this.#csrf(exchange);
    if (csrf) headers.set("X-CSRFToken", csrf);
    signal.throwIfAborted(); // a fetch of the caller's may not look
    try {
      // A redirect to another site would take the token and what was typed there.
      const options = { credentials: "same-origin", mode: "same-origin", ...fetchOptions, headers, signal };
      const response = await fetch(path, { ...options, method: "POST", body: exchange.json });
      const wait = seconds(response.headers.get("Retry-After"));
      return { status: response.status, wait, body: parsed(await response.text()) };
    } catch {
      return { status: 0 };
    }
  }

  #csrf({ body }) {
    if (typeof document === "undefined" || !(body.transport ?? body.wfs?.flow)) return "";
    const prefix = `${this.#options.csrfCookie}=`;
    const cookie = document.cookie.split("; ").find((item) => item.startsWith(prefix));
    return cookie?.slice(prefix.length) || document.querySelector("meta[name=csrf-token]")?.content;
  }

  #take(reply, exchange) {
    const { body } = reply;
    const isStale = body?.error?.code === "stale";
    let state;
    try {
      // After a stale request there is nothing to retry, and what was typed belongs to the page that is shown now.
      if (!body.error || isStale) state = this.#read(body, isStale ? {} : exchange);
    } catch {
      // No answer of this endpoint's.
    }
    const failed = body?.error || !state;
    const error = failed ? this.#errorOf(reply, exchange) : null;
    if (!state) {
      this.#setError(error);
      return null;
    }
    // What was typed is in the request, too: it goes with the flow.
    if (isStale || state.finished) this.#exchange = null;
    this.#adopt(state, error);
    return failed ? null : body;
  }

  #errorOf(reply, exchange) {
    const { status, wait, body } = reply;
    const waits = asksToWait(reply);
    exchange.notBefore = waits ? Date.now() + wait * 1000 : 0;
    const said = typeof body?.error?.message === "string" ? body.error : {};
    const [code, words] = status ? ["bad-answer", "answer"] : ["network", "network"];
    const message = said.message || (this.#options.texts?.[words] ?? TEXTS[words]);
    return { code: String(said.code || code), message, ...(status && { status }), ...(waits && { retryAfter: wait }) };
  }

  /** Give the state that an answer leads to, and change nothing; throws where it is none of wfapp's. */
  #read(answer, exchange) {
    const { inputRequired, status, pending = null, messages = [], view = {}, finished = false } = answer;
    if (!inputRequired && !answer.view && !pending && !finished) throw new TypeError();
    const none = { payload: null, merged: null, formData: {}, formContext: {}, errors: {}, sameForm: false };
    const page = inputRequired ? this.#readPage(answer, exchange) : none;
    return { response: answer, status, pending, messages, finished, view, ...page };
  }

  #readPage({ inputRequired: { payload, view, context }, wfs }, { submits, moves, sends, refreshes }) {
    const { errors = {}, ...formContext } = context;
    const merged = merge(payload, view);
    const before = this.payload;
    const same = before?.version === payload.version && before.id === payload.id && this.view.step === view.step;
    // What was accepted is done with, even where a loop asks for the same form once more; what ran nothing leaves the
    // token as it was.
    const goneOn = moves || (submits && !Object.keys(errors).length);
    const sameForm = same && (!goneOn || JSON.stringify(wfs) === JSON.stringify(this.#token));
    const typed = sameForm ? this.formData : {};
    const formData = kept(merged.schema.properties, { ...view.initial }, typed, sends && errors);
    const page = { payload, view, merged, formContext, formData, errors, sameForm };
    // A refresh validates nothing and says nothing: what stood there stays.
    return refreshes && sameForm ? { ...page, errors: this.errors, messages: this.messages } : page;
  }

  #adopt(state, error) {
    const { wfs, watch, retryAfterMs } = state.response;
    const changed = error || this.error;
    Object.assign(this, state, { error });
    this.#token = this.finished ? null : (wfs ?? watch ?? this.#token);
    if (this.pending) this.#timer = setTimeout(() => this.#send(undefined, { silent: true }), retryAfterMs || 1000);
    this.#emit("context", this.formContext);
    this.#emit("errors", this.errors);
    if (this.finished) this.#emit("finished", this.response);
    else if (this.pending) this.#emit("pending", this.pending);
    else this.#emit("form", this.view);
    if (changed) this.#emit("error", this.error);
  }

  #setLoading(loading) {
    if (loading === this.loading) return;
    this.loading = loading;
    this.#emit("loading", loading);
  }

  #setError(error) {
    if (!error && !this.error) return;
    this.error = error;
    this.#emit("error", error);
  }

  #emit(type, detail, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable }));
  }
}

/** Keep of what was typed what the form still takes; a file that was sent, and that the server has, is not sent again. */
function kept(properties, initial, typed, sentErrors) {
  for (const [name, value] of Object.entries(typed)) {
    if (!Object.hasOwn(properties, name)) continue;
    const { enum: choices, items } = properties[name];
    const isThere = sentErrors && initial[name] && !sentErrors[name] && [value].flat().some((item) => item instanceof Blob);
    if (isThere || (choices && value && !choices.includes(value))) continue;
    initial[name] = items?.enum && Array.isArray(value) ? value.filter((item) => items.enum.includes(item)) : value;
  }
  return initial;
}

function assigned(target, [key, ...rest], value) {
  // A computed key is an own one, whatever its name; assigning to "__proto__" would be something else.
  const item = { [key]: rest.length ? assigned(target?.[key], rest, value) : value };
  return Array.isArray(target) ? Object.assign([...target], item) : { ...target, ...item };
}
