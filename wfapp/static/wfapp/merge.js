// merge: lays the dynamic part of a page over its payload, as wfapp.forms.merge does in Python.

/** Lay `view.fields` and `view.order` over a payload, as wfapp.forms.merge does; gives `{id, version, schema, ui}`. */
export function merge(payload, view) {
  const { schema, ui, ...rest } = structuredClone(payload);
  // Maps: a field may be called "constructor" or "__proto__".
  const properties = new Map(Object.entries(schema.properties));
  const drawn = new Map(Object.entries(ui));
  const required = new Set(schema.required);
  for (const [name, entry] of Object.entries(view.fields ?? {})) {
    const fieldUi = patched(drawn.get(name), entry?.ui);
    drawn.delete(name);
    if (entry === null) properties.delete(name);
    else {
      properties.set(name, patched(properties.get(name), entry.schema));
      if (Object.keys(fieldUi).length) drawn.set(name, fieldUi);
    }
    if (entry?.required ?? (entry && required.has(name))) required.add(name);
    else required.delete(name);
  }
  const known = ui["ui:order"].filter((name) => properties.has(name));
  const order = view.order?.length ? view.order : [...new Set([...known, ...properties.keys()])];
  drawn.set("ui:order", order);
  delete schema.required;
  schema.properties = Object.fromEntries(order.map((name) => [name, properties.get(name)]));
  if (required.size) schema.required = order.filter((name) => required.has(name));
  return { ...rest, schema, ui: Object.fromEntries(drawn) };
}

/** Apply a JSON merge patch (RFC 7396) to a copy. */
function patched(old, patch = {}) {
  const result = new Map(Object.entries(isObject(old) ? old : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, isObject(value) ? patched(result.get(key), value) : value);
  }
  return structuredClone(Object.fromEntries(result));
}

export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
