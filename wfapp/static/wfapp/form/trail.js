// Where the browser has been and where it goes: its back button goes back a page where the workflow does, a reload
// resumes the flow, an end leads on.
//
// An entry holds, beside whatever else the site keeps in it, {wf: {"<src> <name>": {n, flow, revision}}}: the number of
// the page, and the name of the cookie with the token. A token itself never stands there.

// The address that a redirect leads to, empty where it is none of the web's.
export function targetOf(action) {
  if (action?.type !== "redirect") return "";
  const { protocol, href } = new URL(action.target, location);
  return /^https?:$/.test(protocol) ? href : "";
}

export class Trail {
  #key;
  #goBack;
  #number;

  constructor(key, goBack) {
    this.#key = key;
    this.#goBack = goBack;
    this.#number = this.#entry?.n ?? 1;
    addEventListener("popstate", this);
  }

  // What a reload resumes, null where the flow is not known to this entry.
  get token() {
    const { flow, revision } = this.#entry ?? {};
    return flow ? { flow, revision } : null;
  }

  // Notes the page that is shown now; one that leads back is an entry of its own.
  note({ token, url }, leadsBack) {
    if (leadsBack) this.#number++;
    const { flow, revision } = token ?? {};
    const wf = { ...history.state?.wf, [this.#key]: { n: this.#number, ...(flow && { flow, revision }) } };
    history[leadsBack ? "pushState" : "replaceState"]({ ...history.state, wf }, "", url);
  }

  close() {
    removeEventListener("popstate", this);
  }

  handleEvent() {
    const entry = this.#entry;
    if (!entry) return;
    const steps = this.#number - entry.n;
    this.#number = entry.n;
    this.#goBack(steps);
  }

  get #entry() {
    return history.state?.wf?.[this.#key];
  }
}
