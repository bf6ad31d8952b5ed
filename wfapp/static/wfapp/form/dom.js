// Makes elements, the one way in which the client writes HTML: a value becomes a text or an attribute, never markup.

const SVG = ["svg", "path", "rect"];

// h("input", {id: "id_city", required: true, ".value": "Bern", oninput: listener}, ...children)
// An attribute that is null, undefined or false is left out; true is an empty one. ".name" sets a property, a function
// listens to the event behind "on". Children are nodes, texts or lists of them; null and false are left out. In place
// of a tag, an element that is there already gets them.
export function h(tag, properties, ...children) {
  const element =
    tag instanceof Element
      ? tag
      : document.createElementNS(`http://www.w3.org/${SVG.includes(tag) ? "2000/svg" : "1999/xhtml"}`, tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name[0] === ".") element[name.slice(1)] = value;
    else if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

// The lines of a text as <br>, as Django's linebreaksbr.
export function lines(text) {
  return String(text)
    .split(/\r?\n/)
    .flatMap((line, number) => (number ? [h("br"), line] : [line]));
}

// A text in paragraphs, as Django's linebreaks.
export function paragraphs(text) {
  return String(text)
    .split(/(?:\r?\n){2,}/)
    .map((part) => h("p", null, lines(part)));
}

// Gives `old` the children of `fresh`. What is there stays where it can, with its focus and with what is open or typed
// in it; a comment with a node in `keeps` stands for that very node.
export function morph(old, fresh) {
  const left = [...old.childNodes];
  const nodes = [...fresh.childNodes].map((child) => {
    const at = left.findIndex((node) => node === child.keeps || (!child.keeps && isTwin(node, child)));
    if (at < 0) return child.keeps ?? child;
    const [twin] = left.splice(at, 1);
    if (!child.keeps) patch(twin, child);
    return twin;
  });
  for (const node of left) node.remove();
  let next = old.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else old.insertBefore(node, next);
  }
}

function isTwin(one, other) {
  const kind = ({ nodeName, id, type, classList }) => [nodeName, id, type, classList?.[0]].join();
  return kind(one) === kind(other) && (one.name !== "wf_action" || one.value === other.value);
}

function patch(old, fresh) {
  if (!fresh.attributes) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  // Without a tabindex that it was given, what has the focus would lose it.
  const isLeft = (name) => name !== "open" && name !== "tabindex" && !fresh.hasAttribute(name);
  for (const { name } of [...old.attributes]) if (isLeft(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morph(old, fresh);
}
