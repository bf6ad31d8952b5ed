// Uses every member and event of the element, and a widget of a site's own, as a program of a site's would: tsc reads it,
// nothing runs it.

import { type Field, type WfForm, type WfFormEventMap, type Widget, widgets, WorkflowClient } from "../../../wfapp/static/wfapp/wf-form.js";

const ending = new AbortController();

export const element: WfForm = document.createElement("wf-form");
element.setAttribute("src", "/wf/");
element.setAttribute("name", "checkout/place-order");
element.fetch = (input, init) => window.fetch(input, init);
element.fetchOptions = { headers: { "Accept-Language": "de" } };
element.signal = ending.signal;
document.body.append(element);

export const found: WfForm | null = document.querySelector("wf-form");

export async function walk(file: File): Promise<string> {
  await element.start();
  await element.start({ username: "alice" });
  element.edit("lines.1.qty", 3);
  const answer = await element.submit();
  await element.submit({ code: "123456", scan: file });
  if (element.supportsAction("resend")) await element.action("resend");
  await element.action("save_draft", element.formData);
  await element.refresh();
  await element.back();
  await element.cancel();
  await element.look();
  await element.retry();
  await element.restart();
  return answer?.status ?? "";
}

export function state(): string {
  const client: WorkflowClient | null = element.client;
  const flags: (boolean | undefined)[] = [element.loading, element.finished, element.sameForm];
  const texts = [element.status, element.view?.title, element.payload?.id, element.merged?.version, element.error?.message];
  const said = element.messages?.map(({ level, text }) => `${level}: ${text}`);
  const values = [element.formContext?.["email"], element.errors?.["__form"], element.pending?.progress, element.response?.status];
  return [client?.token, flags, texts, said, values].map(String).join();
}

element.addEventListener("wf:form", (event) => document.title === event.detail.title);
element.addEventListener("wf:context", ({ detail }) => String(detail["email"]));
element.addEventListener("wf:errors", ({ detail }) => detail["code"]?.toUpperCase());
element.addEventListener("wf:loading", ({ detail }) => document.body.classList.toggle("busy", detail));
element.addEventListener("wf:submit", (event) => event.detail["code"] || event.preventDefault());
element.addEventListener("wf:finished", ({ detail }) => detail.next?.trigger, { once: true });
element.addEventListener("wf:error", ({ detail }) => detail?.message.trim());
element.addEventListener("wf:pending", ({ detail }) => (detail.progress ?? 0) * 100);
element.addEventListener("wf:dismiss", (event) => event.preventDefault());
element.addEventListener("click", ({ clientX }) => clientX.toFixed());
element.addEventListener("made-up-by-a-site", () => ending.abort());
document.body.addEventListener("wf:finished", ({ detail }) => detail.status); // they bubble

export const heard = (event: WfFormEventMap["wf:error"]): string => event.detail?.code ?? "";

export function stars({ id, name, path, value, describedBy, ...field }: Field): HTMLElement {
  const input = document.createElement("input");
  Object.assign(input, { id, name, required: field.required, disabled: field.disabled });
  input.value = String(value ?? field.schema["default"] ?? field.ui["ui:placeholder"] ?? "");
  input.title = [path, describedBy, field.label, field.help, field.text("entry", { number: 1 })].join();
  input.oninput = () => field.set(input.value);
  return input;
}

const plain: Widget = (field) => [stars(field), "!"];
widgets.set("booking.StayForm.nights", stars).set("color", plain);
widgets.delete("color");
