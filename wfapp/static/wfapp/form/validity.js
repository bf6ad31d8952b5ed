// What is wrong in the fields: as the browser finds, in its own words, and as the server says. Works on the blocks that
// fields.js draws and on those of Django's templates alike.

import { h } from "./dom.js";

// {path: message} of all that the browser would not send.
export function problemsOf(root) {
  const problems = {};
  for (const control of root.querySelectorAll("*")) {
    const message = problemOf(control);
    // On a page of the server's the name says where a control belongs: "lines-1-qty".
    const path = () => control.closest("[data-path]")?.dataset.path ?? control.name.replace(/-(\d+)-/g, ".$1.");
    if (message) problems[path()] ??= message;
  }
  return problems;
}

// Shows {path: text} in place of what the server said before. What the browser finds wrong stays where it is shown.
export function showErrors(root, errors) {
  const texts = new Map(Object.entries(errors).map(([path, text]) => [blockAt(root, path), text]));
  for (const block of root.querySelectorAll(".wf-field, .wf-row")) {
    const own = problemIn(block);
    show(block, texts.get(block) ?? (own === listIn(block)?.textContent ? own : ""));
  }
}

// Judges a field when it is left after something was typed, then with each keystroke for as long as it is wrong.
export function watchValidity(root) {
  const touched = new WeakSet();
  let released;
  root.addEventListener("paste", pasteCode);
  root.addEventListener("pointerdown", () => {
    released = new Promise((done) => {
      for (const type of ["pointerup", "pointercancel"]) addEventListener(type, () => setTimeout(done), { once: true });
    });
  });
  root.addEventListener("input", ({ target }) => {
    const block = target.closest(".wf-field");
    if (!block) return;
    touched.add(block);
    if (listIn(block)) show(block, problemIn(block));
  });
  root.addEventListener("focusout", async ({ target, relatedTarget }) => {
    const block = target.closest(".wf-field");
    if (!touched.has(block) || block.contains(relatedTarget)) return;
    await released; // a text that appears under the finger would move the button away that is being pressed
    const problem = problemIn(block);
    if (problem) show(block, problem);
  });
}

// A code may be copied with spaces or dashes, for which its field has no room. What is pasted is the whole code.
function pasteCode(event) {
  const control = event.target.closest('[autocomplete~="one-time-code"]');
  if (!control) return;
  event.preventDefault();
  control.value = event.clipboardData.getData("text").replace(/[\s\p{Pd}]/gu, "");
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

function problemOf(control) {
  const isDeleted = control.willValidate && control.closest(".wf-row")?.querySelector("[name$=-DELETE]:checked");
  return control.willValidate && !isDeleted ? control.validationMessage : "";
}

function problemIn(block) {
  return block.matches(".wf-row") ? "" : ([...block.querySelectorAll("*")].map(problemOf).find(Boolean) ?? "");
}

function blockAt(root, path) {
  const place = path.replace(/\.?__form$/, "");
  const name = CSS.escape(place.replaceAll(".", "-"));
  const find = (selector) => place && root.querySelector(selector)?.closest(".wf-field, .wf-row");
  const own = find(`[data-path="${CSS.escape(place)}"], [name="${name}"], [id="wf-${name}"]`);
  return own ?? find(`fieldset > [name^="${name}_"]`); // a date in three selects, an amount and its currency
}

function listIn(block) {
  return block.querySelector(block.matches(".wf-row") ? ":scope > .wf-row-errors" : ".errorlist");
}

// As Django draws it: below the label and the help, and read out with the field.
function show(block, text) {
  const old = listIn(block);
  if ((old?.textContent ?? "") === text) return;
  const isRow = block.matches(".wf-row");
  const group = isRow ? block : (block.querySelector(":scope > fieldset") ?? block);
  const controls = isRow ? [] : block.querySelectorAll("input:not([type=hidden]), select, textarea");
  const described = group === block && !isRow ? (block.querySelector("label")?.control ?? controls[0]) : group;
  const own = block.dataset.id ?? (group.querySelector(":scope > div[id]:not(.helptext)") ?? controls[0])?.id;
  const id = old?.id || (isRow ? `${block.id}-errors` : `${own}_error`);
  const ids = new Set(described.getAttribute("aria-describedby")?.split(" "));
  ids.delete(id);
  old?.remove();
  if (text) {
    ids.add(id);
    const list = (more) => h("ul", { class: "errorlist", ...more }, h("li", null, text));
    const shown = isRow ? h("div", { class: "wf-row-errors", id }, list()) : list({ id });
    const place = block.querySelector("[data-part=errors]");
    const above = group.querySelector(":scope > .helptext") ?? group.querySelector(":scope > :is(label, legend)");
    if (place) place.append(shown);
    else if (above) above.after(shown);
    else group.prepend(shown);
  }
  mark(described, "aria-describedby", [...ids].join(" "));
  for (const control of controls) mark(control, "aria-invalid", text && "true");
  if (!isRow) block.classList.toggle("wf-field-invalid", Boolean(text));
}

function mark(element, name, value) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}
