// The types of wf-form.js: the element, its events, and the widgets of a site's own.

import type {
  Answer,
  ClientError,
  ClientEventMap,
  ClientOptions,
  Errors,
  Message,
  Payload,
  Pending,
  Schema,
  Status,
  Values,
  View,
} from "./client.js";
import { WorkflowClient } from "./client.js";

export { WorkflowClient };

/** The events of the element: those of its client, and `wf:dismiss`. All bubble. */
export type WfFormEventMap = {
  /** `preventDefault()` of `wf:submit` sends nothing, and that of `wf:finished` stays on the page. */
  [K in keyof ClientEventMap as `wf:${K}`]: ClientEventMap[K];
} & {
  /** The element is about to be emptied and hidden; `preventDefault()` leaves that to you. */
  "wf:dismiss": CustomEvent<null>;
};

/**
 * Draw a workflow, or take over the page that the server has drawn inside.
 *
 * Attributes: `src` (the endpoint; without it, what is inside is taken over), `name`, `params` (JSON), `next`, `token`,
 * `token-transport` (`cookie` by default), `csrf-cookie`, `texts` (JSON): another value of these starts anew. And
 * `keyless`, for a workflow that starts without a record.
 */
export class WfForm extends HTMLElement {
  /** What plays the workflow; of a page that was taken over, something with the same face. Null before it begins. */
  readonly client: WorkflowClient | null;
  /** Set before the element stands in the document. */
  fetch?: ClientOptions["fetch"];
  fetchOptions?: RequestInit;
  signal?: AbortSignal;

  readonly payload: Payload | null | undefined;
  readonly view: View | undefined;
  readonly merged: Payload | null | undefined;
  readonly formData: Values | undefined;
  readonly formContext: Record<string, unknown> | undefined;
  readonly errors: Errors | undefined;
  readonly messages: Message[] | undefined;
  readonly status: Status | "" | undefined;
  readonly pending: Pending | null | undefined;
  readonly loading: boolean | undefined;
  readonly finished: boolean | undefined;
  readonly response: Answer | null | undefined;
  readonly error: ClientError | null | undefined;
  readonly sameForm: boolean | undefined;

  start(formData?: Values): Promise<Answer | null>;
  submit(data?: Values): Promise<Answer | null>;
  action(id: string, data?: Values): Promise<Answer | null>;
  refresh(data?: Values): Promise<Answer | null>;
  back(): Promise<Answer | null>;
  cancel(): Promise<Answer | null>;
  look(): Promise<Answer | null>;
  retry(): Promise<Answer | null>;
  restart(): Promise<Answer | null>;
  supportsAction(id: string): boolean;
  edit(path: string, value: unknown): void;

  addEventListener<K extends keyof WfFormEventMap>(
    type: K,
    listener: (this: WfForm, event: WfFormEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: WfForm, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** What a widget is given. */
export interface Field {
  /** Where its value stands: `qty`, `lines.1.qty`. */
  path: string;
  /** The id of its input, which the label names. */
  id: string;
  /** The name of its input. */
  name: string;
  schema: Schema;
  ui: Record<string, unknown>;
  required: boolean;
  disabled: boolean;
  value: unknown;
  label?: string;
  help?: string;
  /** The ids for `aria-describedby`. */
  describedBy?: string;
  /** Take what was typed. */
  set(value: unknown): void;
  /** The element's words of a key. */
  text(key: string, values?: Record<string, unknown>): string;
}

/** Draws the control of a field. */
export type Widget = (field: Field) => HTMLElement | (HTMLElement | string)[];

/**
 * A site's own widgets. The most special key wins: the payload's id with the path (`shop.LineFormSet.lines.qty`), then
 * `ui:widget`, `format`, `type`.
 */
export const widgets: Map<string, Widget>;

declare global {
  interface HTMLElementTagNameMap {
    "wf-form": WfForm;
  }
  interface GlobalEventHandlersEventMap extends WfFormEventMap {}
}
