// What an element draws by itself, by the status of its client. A page of the server's needs nothing of this.

import { describeEnd, drawEnd } from "./finish.js";
import { drawPage } from "./page.js";
import { drawFaultScreen, drawGate, drawLoading, drawPending, drawWaiting } from "./states.js";

export { describeEnd };

export const DRAWINGS = {
  loading: drawLoading,
  form: drawPage,
  start: drawGate,
  landing: drawGate,
  waiting: drawWaiting,
  pending: drawPending,
  finished: drawEnd,
  aborted: drawEnd,
  fault: drawFaultScreen,
};
