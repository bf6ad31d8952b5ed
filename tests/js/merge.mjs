// Merges each pair of a payload and a view.
// In: a JSON list of [payload, view] on stdin. Out: a JSON list of what merge made of them.
import { readFileSync } from "node:fs";

import { merge } from "../../wfapp/static/wfapp/client.js";

const pairs = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(pairs.map(([payload, view]) => merge(payload, view))));
