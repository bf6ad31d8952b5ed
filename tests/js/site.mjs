// What a page's scripts find in a browser, for samples that run in Node.js: the site, its cookies, a history.
// Run as: node --import ./site.mjs SAMPLES, with the site's address in the environment as SITE.
const { SITE } = process.env;
const jar = new Map();
const onServer = globalThis.fetch;

globalThis.fetch = async (path, options) => {
  const headers = new Headers(options.headers);
  headers.set("Origin", SITE);
  headers.set("Sec-Fetch-Site", "same-origin");
  headers.set("Cookie", [...jar].map(([name, { value }]) => `${name}=${value}`).join("; "));
  const response = await onServer(new URL(path, SITE), { ...options, headers });
  for (const cookie of response.headers.getSetCookie()) {
    const [pair, ...attributes] = cookie.split("; ");
    const at = pair.indexOf("=");
    jar.set(pair.slice(0, at), { value: pair.slice(at + 1), isHidden: attributes.includes("HttpOnly") });
  }
  return response;
};

globalThis.document = {
  get cookie() {
    const shown = [...jar].filter(([, { isHidden }]) => !isHidden);
    return shown.map(([name, { value }]) => `${name}=${value}`).join("; ");
  },
  querySelector: () => null,
};
globalThis.history = {
  state: null,
  replaceState(state) {
    this.state = structuredClone(state);
  },
};
globalThis.addEventListener = () => {};
for (const name of ["draw", "mark", "setBusy", "tell", "goOn"]) globalThis[name] = () => {};
