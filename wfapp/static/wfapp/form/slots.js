// Slots: a site's own parts of the drawing, as <template data-slot="…"> children of the element.
//
//   header                    in place of the heading and the description of a page
//   before, after             before and after the fields
//   field:<path>              in place of a field; <… data-part="label|control|help|errors"> in it gets the drawn part
//   submit                    in place of the words on the submit button, or of the button
//   actions                   in place of the other buttons: <button name="wf_action" value="resend" formnovalidate>
//   footer                    below everything
//   loading                   until the first answer is there
//   error                     in place of the message of a fault
//   finished                  in place of the heading and the message of an end
//   finish.message            in place of the message alone
//   finish.countdown          in place of the sentence and the bar of a countdown
//   finish.skip, finish.primary, finish.option    as submit, for the buttons and links of an end
//
// A place {{ a.path }} is filled with a text, in the text of a template and in the attributes named below, and nowhere
// else. A path leads over properties that a value has of its own; what is missing, or no plain value, is empty. It sees
//
//   ctx      the passed context                     {{ ctx.email }}
//   view     the page as the server describes it    {{ view.title }} {{ view.submit.text }} {{ view.progress.current }}
//   error    the fault                              {{ error.message }} {{ error.code }} {{ error.retryAfter }}
//   finish   the end                                {{ finish.title }} {{ finish.message }} {{ finish.seconds }} {{ finish.data.id }}
//   label    what a button would say                {{ label }}
//   field    a field's own: path, label, help       {{ field.label }}

const PLACE = /\{\{\s*([^\s{}]+)\s*\}\}/g;
const ATTRIBUTES = ["title", "alt", "aria-label", "placeholder", "value"];

export class Slots {
  #templates = new Map();

  constructor(element) {
    for (const child of element.children) if (child.content && child.dataset.slot) this.#templates.set(child.dataset.slot, child);
  }

  has(name) {
    return this.#templates.has(name);
  }

  // A filled copy of a slot; null where the site has none.
  copy(name, scope) {
    const template = this.#templates.get(name);
    return template ? filled(document.importNode(template.content, true), scope) : null;
  }
}

function filled(fragment, scope) {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    // The text of a script or a style would run.
    const isText = !node.attributes && !/^(script|style)$/i.test(node.parentNode.localName);
    for (const place of isText ? [node] : ATTRIBUTES.map((name) => node.attributes?.[name])) {
      if (place) place.nodeValue = place.nodeValue.replace(PLACE, (_, path) => read(scope, path));
    }
  }
  return fragment;
}

function read(value, path) {
  for (const key of path.split(".")) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return "";
    value = value[key];
  }
  return value === null || typeof value === "object" || typeof value === "function" ? "" : String(value);
}
