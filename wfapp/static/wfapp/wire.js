// What a request and its answer are made of: values with files as JSON, waits, keys.

import { isObject } from "./merge.js";

const LONGEST = 2 ** 31 - 1; // milliseconds: what a timer holds; beyond it fires at once

/** Give a value with its files as the endpoint takes them: `{name, data}` with a data URL. */
export async function encoded(value) {
  if (value instanceof Blob) {
    const bytes = new Uint8Array(await value.arrayBuffer());
    const parts = [];
    for (let at = 0; at < bytes.length; at += 0x8000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
    const type = value.type.split(";")[0] || "application/octet-stream"; // a codec may have a comma, which would end it
    return { name: value.name ?? "file", data: `data:${type};base64,${btoa(parts.join(""))}` };
  }
  if (Array.isArray(value)) return Promise.all(value.map(encoded));
  if (!isObject(value) || value.toJSON) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await encoded(item)]);
  return Object.fromEntries(await Promise.all(entries));
}

export function parsed(text) {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function randomKey() {
  // crypto.randomUUID is for secure contexts alone.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function asksToWait({ status, body }) {
  return status === 429 || body?.error?.code === "busy";
}

/** Read a Retry-After: seconds, or a date; one second where there is none. */
export function seconds(header) {
  const wait = Number(header ?? 1);
  return Number.isNaN(wait) ? Math.max(Math.ceil((Date.parse(header) - Date.now()) / 1000), 0) || 1 : wait;
}

export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => (clearTimeout(timer), reject(signal.reason));
    const timer = setTimeout(
      () => (signal.removeEventListener("abort", stop), resolve()),
      Math.min(milliseconds, LONGEST),
    );
    signal.addEventListener("abort", stop);
  });
}
