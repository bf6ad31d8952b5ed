// Each mistake is one that tsc must see: where it does not, the comment above it is the error.

import { merge, WorkflowClient } from "../../../wfapp/static/wfapp/client.js";

// @ts-expect-error an option that is none
new WorkflowClient({ url: "/wf/" });
// @ts-expect-error a transport that is none
new WorkflowClient({ tokenTransport: "header" });
// @ts-expect-error a token is a text, or names a cookie
new WorkflowClient({ token: { flow: "k7Qp" } });
// @ts-expect-error params are an object
new WorkflowClient({ params: [7] });

const client = new WorkflowClient();

// @ts-expect-error an action has an id
client.action();
// @ts-expect-error what is typed is an object
client.submit("123456");
// @ts-expect-error a path is a text
client.edit(["lines", 1], 2);
// @ts-expect-error a verb that is none
client.next();
// @ts-expect-error the token is the server's
client.token = "database.made-up.1";
// @ts-expect-error state is read, not written
client.loading = false;
// @ts-expect-error a status that is none
export const isDone = client.status === "done";
// @ts-expect-error there may be no error
export const message = client.error.message;
// @ts-expect-error only an end has data
export const data = client.response?.data;
// @ts-expect-error the detail of loading is a boolean
client.addEventListener("loading", ({ detail }) => detail.message);
// @ts-expect-error the payload may be null
merge(client.payload, client.view);
// @ts-expect-error a verb answers later
export const answer: object = client.look().status;
