// The element's own words. The attribute `texts` replaces them, as a JSON object by key: with Django's translations.

// A {place} is filled by the caller. A text may be an object by plural category, as Intl.PluralRules names them, for
// its {count}: {"one": "one left.", "other": "{count} left."}.
export const TEXTS = {
  // a page
  loading: "Loading…",
  progress: "Progress",
  done: "done",
  problems: "There is a problem",
  error: "Error:",
  warning: "Warning:",
  change: "Change",
  changed: "The page has changed.",
  submit: "Continue",
  spent: "You cannot ask for this again.",
  again: "You can ask again in {duration}.",
  left: "{count} left.",
  device: "Continue on another device",
  scan: "Scan this code with the other device, or open this address there, before {time}. It works once:",
  address: "Open this address there before {time}. It works once:",
  // its fields
  entry: "Entry {number}",
  add: "Add another",
  remove: "Remove",
  show: "Show",
  hide: "Hide",
  copy: "Copy",
  copied: "Copied",
  qr: "QR code",
  asText: "Show as text",
  // where there is no page
  start: "Start",
  landing: "This link works only once. Continue here if this is the browser that you want to go on in.",
  mailed: "We have sent an e-mail with a link. This goes on once the link is opened; you can close this page.",
  sent: "We have sent a link. This goes on once it is opened; you can close this page.",
  waiting: "Someone else has to act before this can go on. You can close this page and come back later.",
  check: "Check again",
  pending: "Please wait…",
  fault: "This did not work",
  expired: "This page has expired",
  later: "Try again in {duration}.",
  retry: "Try again",
  restart: "Start again",
  // an end
  finished: "Done",
  cancelled: "Cancelled",
  aborted: "This could not be completed",
  onward: "This page goes on by itself after {duration}.",
  now: "Go now",
  stay: "Stay here",
};

// The text of a key in `texts`, which may have only some, with its places filled.
export function text(texts, key, values = {}) {
  let found = texts?.[key] ?? TEXTS[key] ?? key;
  if (typeof found === "object") found = found[new Intl.PluralRules(language()).select(values.count)] ?? found.other;
  return found.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

// How long to wait, rounded up to what a person would say: "25 seconds", "2 minutes", "3 hours".
export function duration(seconds) {
  let count = Math.max(1, Math.ceil(seconds));
  const units = ["second", "minute", "hour"];
  while (count > 99 && units.length > 1) {
    count = Math.ceil(count / 60);
    units.shift();
  }
  return new Intl.NumberFormat(language(), { style: "unit", unit: units[0], unitDisplay: "long" }).format(count);
}

function language() {
  return document.documentElement.lang || undefined;
}
