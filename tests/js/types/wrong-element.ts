// Each mistake with an element is one that tsc must see: where it does not, the comment above it is the error.

import { widgets, WfForm } from "../../../wfapp/static/wfapp/wf-form.js";

const element = document.createElement("wf-form");

// @ts-expect-error another element
export const other: WfForm = document.createElement("div");
// @ts-expect-error state is read, not written
element.formData = {};
// @ts-expect-error the client is the element's own
element.client = null;
// @ts-expect-error there is none before the element begins
element.client.look();
// @ts-expect-error state is there once it has begun
export const title = element.view.title;
// @ts-expect-error a token is the client's affair
export const token = element.token;
// @ts-expect-error what comes from an attribute is no property
element.src = "/wf/";
// @ts-expect-error fetch is a function
element.fetch = "fetch";
// @ts-expect-error an action has an id
element.action();
// @ts-expect-error a verb that is none
element.next();
// @ts-expect-error the detail of wf:loading is a boolean
element.addEventListener("wf:loading", ({ detail }) => detail.message);
// @ts-expect-error the events have a prefix
element.addEventListener("finished", ({ detail }) => detail.data);
// @ts-expect-error a widget gives an element
widgets.set("stars", () => "<input>");
// @ts-expect-error a field has no such member
widgets.set("stars", (field) => field.host);
// @ts-expect-error a key is a text
widgets.set(["booking.StayForm", "nights"], () => document.createElement("div"));
