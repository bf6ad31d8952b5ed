// What is drawn of a workflow, and what the drawings and the widgets see of its element.

import { h, morph } from "./dom.js";
import { text } from "./texts.js";

const FORMS = ["form", "start", "landing", "page"]; // the others have a form within

const taken = new Set(); // numbers of the elements in the document that draw by themselves

export class Host {
  root = null; // what is drawn now
  fields = new Map(); // {mark, keeps} by name
  problems = {}; // {path: text}, of the server or of the browser
  fault = null;
  ends = 0; // when a countdown does, by performance.now()
  left = 0; // seconds of a countdown
  ticks = false; // whether what is drawn is another one in a second

  // `edited` is told what somebody has typed. Ids that the server has drawn are as they are.
  // `drawings` is the module of that name, or the one that takes pages over.
  constructor(element, slots, texts, drawings, edited) {
    Object.assign(this, { element, slots, texts, drawings, edited });
    this.number = drawings.DRAWINGS.page ? 0 : 1;
    while (taken.has(this.number)) this.number++;
    if (this.number) taken.add(this.number);
  }

  end() {
    taken.delete(this.number);
    this.root.replaceWith(); // a form may have a field that is called "remove"
  }

  get client() {
    return this.element.client;
  }

  get name() {
    return this.element.getAttribute("name");
  }

  get payloadId() {
    return this.client.payload?.id;
  }

  // The words of a key, the element's own or those of its attribute.
  text = (key, values) => text(this.texts, key, values);

  // An id that no other element of the page has.
  named = (id) => (this.number > 1 ? `${id}_${this.number}` : id);

  id = (path) => this.named(`id_${path.replaceAll(".", "-")}`);

  value = (path) => path.split(".").reduce((value, key) => value?.[key], this.client.formData);

  // `isStart` where nobody typed it.
  edit = (path, value, isStart) => {
    this.client.edit(path, value);
    if (!isStart) this.edited();
  };

  // A slot, null where the site has none; of a field it sees only what stands on the page.
  slot = (name, { label, field: { path, label: title, help } = {} } = {}) => {
    const { formContext, view, finished } = this.client;
    const scope = { ctx: formContext, view, error: this.fault, finish: finished && this.drawings.describeEnd?.(this), label };
    return this.slots.copy(name, { ...scope, field: { path, label: title, help } });
  };

  // Draws; what is there stays as far as it can, unless it is to be drawn afresh.
  draw(kind, isFresh) {
    if (isFresh) {
      this.fields = new Map();
      const titled = { "aria-labelledby": !["page", "loading"].includes(kind) && this.named("wf-title") };
      const isEnd = /^(finished|aborted)$/.test(kind);
      this.root = FORMS.includes(kind)
        ? h("form", { class: kind === "page" ? "wf-notes" : "wf-form", novalidate: true, ...titled })
        : h("section", { class: `wf-notice${isEnd ? ` wf-notice-${kind}` : ""}`, ...titled });
    }
    this.ticks = false;
    morph(this.root, h("div", null, this.drawings.DRAWINGS[kind](this)));
    // The element says itself when a field takes the focus.
    const wanted = [...this.root.querySelectorAll("[autofocus]")];
    for (const field of wanted) field.autofocus = false;
    return wanted[0];
  }
}
