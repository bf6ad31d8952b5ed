// The types of client.js, and of what the endpoint of wfapp answers.

/** What a step handed out and a whitelist let through: plain JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * What is typed, by the names of the fields. A file is a `File` or a `Blob`, or the data URL by which the server named
 * one that it has. The rows of a formset are a list of objects under its prefix.
 */
export type Values = Record<string, unknown>;

/** One text for each path: `qty`, `lines.1.qty`, `__form` for the whole and `lines.1.__form` for a row. */
export type Errors = Record<string, string>;

/** The token of a flow, or the name of the cookie that holds it. */
export type Token = string | CookieToken;

export interface CookieToken {
  flow: string;
  revision: number;
}

/** JSON Schema, what draft-07 and 2020-12 share: only the words that the endpoint uses. */
export interface Schema {
  type?: "object" | "array" | "string" | "number" | "integer" | "boolean" | "null";
  title?: string;
  description?: string;
  format?: string;
  enum?: (string | number | boolean)[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  readOnly?: boolean;
  [word: string]: unknown;
}

/** A uiSchema, as react-jsonschema-form reads it: `ui:order`, and an object for each field. */
export interface Ui {
  "ui:order": string[];
  [name: string]: unknown;
}

/** A form without its dynamic parts: the same `version` is the same form, in the same language. */
export interface Payload {
  /** The name of the form's class, with that of its app. */
  id: string;
  version: string;
  schema: Schema & { type: "object"; properties: Record<string, Schema> };
  ui: Ui;
}

/** What differs from the payload by now; `null` where the field is gone. Both are JSON merge patches (RFC 7396). */
export type FieldChange = { schema?: Record<string, Json>; ui?: Record<string, Json>; required?: boolean } | null;

/** A button beside the submit button. */
export interface Action {
  id: string;
  label: string;
  /** Whether it sends what was typed. */
  withData: boolean;
  /** When it can be pressed again: RFC 3339, and absent where that is now. */
  availableAt?: string;
  /** How many times it can still be pressed. */
  remaining?: number;
}

/** The answers of an earlier page, in words. */
export interface Answers {
  step: string;
  label: string;
  rows: { label: string; value: string }[];
  /** The action that shows that page again; absent where it may not be changed any more. */
  change?: string;
}

export interface Progress {
  /** Which page this is, counted from 1. */
  current: number;
  steps: { id: string; label: string; state: "done" | "current" | "open" }[];
}

/** What is evaluated anew for each answer. What is not a page with a form has a title and actions, and little more. */
export interface View {
  title?: string;
  description?: string;
  submit?: { text: string };
  actions?: Action[];
  step?: string;
  fields?: Record<string, FieldChange>;
  order?: string[];
  initial?: Record<string, Json>;
  progress?: Progress;
  /** Whether a refresh would change anything. */
  live?: boolean;
  answers?: Answers[];
}

export interface Message {
  level: "info" | "success" | "warn" | "error";
  text: string;
}

/** A link that goes on with this flow on another device, and the same as a QR code where the server draws them. */
export interface Device {
  url: string;
  /** RFC 3339. */
  expiresAt: string;
  /** `path` is an SVG path of the dark modules in a square of `size` by `size`, the quiet zone included. */
  qr?: { path: string; size: number };
}

export interface Pending {
  step: string;
  /** From 0 to 1. */
  progress?: number | null;
  text?: string;
}

/** Where an end leads. */
export type NextAction = { type: "redirect"; target: string } | { type: "reload" } | { type: "dismiss" };

export interface NextChoice {
  label: string;
  action: NextAction;
}

export type Next =
  | { trigger: "immediate"; action: NextAction }
  | {
      trigger: "auto";
      /** How long the countdown takes, in milliseconds. */
      timeoutMs: number;
      action: NextAction;
      skipButton?: { label: string; behavior: "now" | "cancel" };
    }
  | { trigger: "manual"; primary: NextChoice; options: NextChoice[] };

/** A page with a form. */
export interface FormAnswer {
  status: "form";
  wfs: Token;
  inputRequired: { transport: "http"; payload: Payload; view: View; context: Record<string, unknown> };
  messages?: Message[];
  device?: Device;
}

/** A page without one: a button to start, the landing page of a link, or a flow that waits for somebody. */
export interface NoticeAnswer {
  status: "start" | "landing" | "waiting";
  wfs?: Token;
  /** In place of `wfs`: it looks and acts on this page, and does no more. */
  watch?: Token;
  view: View;
  sent?: boolean;
  /** The channel of a link that was sent. */
  outlet?: string;
  /** Whether the flow goes on elsewhere. */
  elsewhere?: boolean;
  messages?: Message[];
}

/** Work in the background: look again after `retryAfterMs` milliseconds. */
export interface PendingAnswer {
  status: "pending";
  wfs: Token;
  pending: Pending;
  retryAfterMs: number;
  messages?: Message[];
}

export interface FinishedAnswer {
  status: "finished";
  finished: true;
  data: Record<string, Json>;
  message?: Message;
  next?: Next;
  messages?: Message[];
}

export interface AbortedAnswer {
  status: "aborted";
  finished: true;
  aborted: true;
  reason: string;
  message?: Message;
  next?: Next;
  messages?: Message[];
}

export type Answer = FormAnswer | NoticeAnswer | PendingAnswer | FinishedAnswer | AbortedAnswer;

export type Status = Answer["status"];

/** What went wrong, for people in `message`. */
export interface ClientError {
  /**
   * The endpoint's own code, such as `stale`, `busy`, `limit` or `invalid-token`; or `network` (no answer came),
   * `bad-answer` (it cannot be read), `failed` (the request could not be made: a file that is gone).
   */
  code: string;
  message: string;
  /** The HTTP status; absent where no answer came. */
  status?: number;
  /** How many seconds the server asks to wait; `retry()` does. */
  retryAfter?: number;
}

export interface ClientOptions {
  /** The address of the endpoint, on this site; `/wf/` by default. */
  path?: string;
  /** The name of the workflow to start, such as `auth/login`. */
  name?: string;
  /** The input of the workflow. */
  params?: Record<string, unknown>;
  /** Where the person goes at the end: a path of this site, or an address that the server allows. */
  next?: string;
  /** What an earlier client had as its `token`: `look()` shows where that flow stands. */
  token?: Token | null;
  /** Whether the answers hold the token (`body`, the default), or an HttpOnly cookie that no script reads. */
  tokenTransport?: "body" | "cookie";
  /** What sends requests; `globalThis.fetch` by default. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** More options for it, headers too; the method, the body and the signal are the client's. */
  fetchOptions?: RequestInit;
  /** Ends everything: the request that is on, pauses, looking again, and what would be sent later. */
  signal?: AbortSignal;
  /** The name of Django's CSRF cookie; `csrftoken` by default. Without one, `<meta name="csrf-token">` is read. */
  csrfCookie?: string;
  /** Whether the workflow starts without a record: it is then never sent an `Idempotency-Key`, which it would refuse. */
  keyless?: boolean;
  /** The client's own words, in place of the English ones. */
  texts?: { network?: string; answer?: string };
}

/** The events of a client, each a `CustomEvent` whose `detail` is what changed. */
export interface ClientEventMap {
  /** There is another page to draw, or the same one again (`sameForm`). */
  form: CustomEvent<View>;
  /** The passed context came. */
  context: CustomEvent<Record<string, unknown>>;
  /** The errors changed: an answer has some or none, or `edit()` dropped one. */
  errors: CustomEvent<Errors>;
  loading: CustomEvent<boolean>;
  /** Something is about to be submitted; `preventDefault()` stops that. */
  submit: CustomEvent<Values>;
  finished: CustomEvent<FinishedAnswer | AbortedAnswer>;
  error: CustomEvent<ClientError | null>;
  pending: CustomEvent<Pending>;
}

/**
 * Play a workflow, and draw nothing.
 *
 * Every verb resolves and never rejects: to the answer, or to `null` where a newer request took its place, the signal
 * ended it, or it failed; then `error` says why.
 */
export class WorkflowClient extends EventTarget {
  constructor(options?: ClientOptions);

  /** The form as it was compiled; null where the answer is no page with a form. */
  readonly payload: Payload | null;
  readonly view: View;
  /** `merge(payload, view)`: what a form renderer draws. */
  readonly merged: Payload | null;
  /** What is typed: at first what the server put into the fields, then what `edit()` was told, or what was set here. */
  formData: Values;
  /** The passed context, without the errors. */
  readonly formContext: Record<string, unknown>;
  readonly errors: Errors;
  readonly messages: Message[];
  /** Empty until the first answer. */
  readonly status: Status | "";
  readonly pending: Pending | null;
  /** Whether a round is on. Looking again by itself and `refresh()` do not count. */
  readonly loading: boolean;
  readonly finished: boolean;
  /** The last answer as it came. It holds the token, unless that is in a cookie: do not log it. */
  readonly response: Answer | null;
  readonly error: ClientError | null;
  /** Whether the last page is the one that was there, with what was typed in it. */
  readonly sameForm: boolean;
  /** What an option `token` of another client takes to go on with this flow; null before a start and after the end. */
  get token(): Token | null;

  /** Start a flow, with nothing of what was typed before; `formData` is the answer to its first page. */
  start(formData?: Values): Promise<Answer | null>;
  /** Start again after a fault; where the first page was there, what was typed stays. */
  restart(): Promise<Answer | null>;
  /** Answer the page; does nothing without a token. */
  submit(data?: Values): Promise<Answer | null>;
  /** Press a button of `view.actions`; the data is sent where the button takes any. */
  action(id: string, data?: Values): Promise<Answer | null>;
  /** Evaluate the dynamic parts of the page with what was typed; does nothing while a round is on. */
  refresh(data?: Values): Promise<Answer | null>;
  /** Show the page before; does nothing where the workflow does not allow it. */
  back(): Promise<Answer | null>;
  /** End the flow; does nothing where the workflow does not allow it. */
  cancel(): Promise<Answer | null>;
  /** Look where the flow stands; without a token, start. */
  look(): Promise<Answer | null>;
  /**
   * Send the last request again, unchanged: what was lost runs, what had run is answered as before. Waits until the
   * server takes it (`error.retryAfter`); does nothing after a `stale` and after the end.
   */
  retry(): Promise<Answer | null>;

  /** Tell whether the page has an action, `wf.back` and `wf.cancel` included. */
  supportsAction(id: string): boolean;
  /** Take what was typed at a path such as `lines.1.qty`, and drop the error of that field. */
  edit(path: string, value: unknown): void;

  addEventListener<K extends keyof ClientEventMap>(
    type: K,
    listener: ((this: WorkflowClient, event: ClientEventMap[K]) => unknown) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof ClientEventMap>(
    type: K,
    listener: ((this: WorkflowClient, event: ClientEventMap[K]) => unknown) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** Lay `view.fields` and `view.order` over a payload, as `wfapp.forms.merge` does; changes neither of them. */
export function merge(payload: Payload, view: View): Payload;
