// Uses every verb, state, option and event of the client as a program of a site's would: tsc reads it, nothing runs it.

import {
  type Action,
  type Answer,
  type Answers,
  type ClientError,
  type ClientEventMap,
  type ClientOptions,
  type Device,
  type Errors,
  type Message,
  type Next,
  type Payload,
  type Pending,
  type Progress,
  type Token,
  type Values,
  type View,
  merge,
  WorkflowClient,
} from "../../../wfapp/static/wfapp/client.js";

const ending = new AbortController();

export const options: Required<ClientOptions> = {
  path: "/wf/",
  name: "checkout/place-order",
  params: { cart: 7, tags: ["new"] },
  next: "/thanks/",
  token: { flow: "k7Qp", revision: 2 },
  tokenTransport: "cookie",
  fetch: (input, init) => window.fetch(input, init),
  fetchOptions: { headers: { "Accept-Language": "de" }, keepalive: true },
  signal: ending.signal,
  csrfCookie: "csrftoken",
  keyless: false,
  texts: { network: "Keine Verbindung.", answer: "Unlesbar." },
};

export const plain = new WorkflowClient();
export const client = new WorkflowClient(options);

export async function walk(file: File): Promise<Answer | null> {
  await client.start();
  await client.start({ username: "alice" });
  client.edit("lines.1.qty", 3);
  client.edit("scan", file);
  client.formData = { ...client.formData, code: "12345" };
  await client.submit();
  await client.submit({ code: "123456", scan: file });
  if (client.supportsAction("resend")) await client.action("resend");
  await client.action("save_draft", client.formData);
  await client.refresh();
  await client.refresh({ country: "ch" });
  await client.back();
  await client.cancel();
  await client.look();
  await client.retry();
  return client.restart();
}

export function state(): string {
  const token: Token | null = client.token;
  const saved = JSON.stringify(token);
  const payload: Payload | null = client.payload;
  const view: View = client.view;
  const merged: Payload | null = payload && merge(payload, view);
  const drawn: Payload | null = client.merged;
  const typed: Values = client.formData;
  const shown: Record<string, unknown> = client.formContext;
  const errors: Errors = client.errors;
  const messages: Message[] = client.messages;
  const pending: Pending | null = client.pending;
  const last: Answer | null = client.response;
  const flags: boolean[] = [client.loading, client.finished, client.sameForm];
  const error: ClientError | null = client.error;
  const wait: number | undefined = error?.retryAfter ?? error?.status;
  const actions: Action[] = view.actions ?? [];
  const earlier: Answers[] = view.answers ?? [];
  const progress: Progress | undefined = view.progress;
  const kinds: (string | undefined)[] = (drawn?.ui["ui:order"] ?? []).map((name) => drawn?.schema.properties[name]?.type);
  const texts = [saved, last?.status, ...kinds, ...messages.map(({ level, text }) => `${level}: ${text}`), errors["__form"]];
  return [texts, flags, typed, shown, pending?.progress, wait, actions[0]?.availableAt, earlier[0]?.change, progress?.current, merged]
    .map(String)
    .join();
}

export function ways(answer: Answer): string {
  switch (answer.status) {
    case "form": {
      const device: Device | undefined = answer.device;
      return answer.inputRequired.payload.id + (device?.qr?.path ?? device?.url ?? "");
    }
    case "start":
    case "landing":
    case "waiting":
      return `${answer.view.title} ${answer.outlet} ${String(answer.watch ?? answer.wfs)}`;
    case "pending":
      return `${answer.pending.text} ${answer.retryAfterMs}`;
    case "aborted":
      return answer.reason;
    case "finished":
      return answer.next ? target(answer.next) : String(answer.data["order"]);
    default: {
      const none: never = answer;
      return none;
    }
  }
}

function target(next: Next): string {
  const action = next.trigger === "manual" ? next.primary.action : next.action;
  if (next.trigger === "auto") return `${next.timeoutMs} ${next.skipButton?.behavior}`;
  return action.type === "redirect" ? action.target : action.type;
}

client.addEventListener("form", (event) => document.title === event.detail.title);
client.addEventListener("context", ({ detail }) => String(detail["email"]));
client.addEventListener("errors", ({ detail }) => detail["code"]?.toUpperCase());
client.addEventListener("loading", ({ detail }) => document.body.classList.toggle("busy", detail));
client.addEventListener("submit", (event) => event.detail["code"] || event.preventDefault());
client.addEventListener("finished", ({ detail }) => detail.next && target(detail.next));
client.addEventListener("error", ({ detail }) => detail?.message.trim());
client.addEventListener("pending", ({ detail }) => (detail.progress ?? 0) * 100, { once: true });

const heard = (event: ClientEventMap["error"]): string => event.detail?.code ?? "";
client.addEventListener("error", heard);
client.removeEventListener("error", heard);
client.addEventListener("made-up-by-a-site", () => ending.abort());
