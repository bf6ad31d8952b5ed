// How the scripts are written: what a strict policy refuses, or what would make markup of a value, stands in none of them.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { test } from "node:test";

import { imports, nodes, parsed, shipped, short, ts } from "./tools.mjs";

const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "createContextualFragment", "setHTMLUnsafe", "srcdoc"];
const STORES = ["localStorage", "sessionStorage", "indexedDB"];
const KINDS = ["isFunctionDeclaration", "isFunctionExpression", "isArrowFunction", "isMethodDeclaration", "isConstructorDeclaration", "isAccessor"];

/** Say what is wrong with a node, or nothing. */
function fault(node) {
  const name = ts.isIdentifier(node) || ts.isStringLiteralLike(node) ? node.text : "";
  if (MARKUP.includes(name)) return `makes markup of a text: ${name}`;
  if (STORES.includes(name)) return `keeps something where every script reads it: ${name}`;
  if (ts.isIdentifier(node) && (name === "eval" || name === "Function")) return `runs a text: ${name}`;
  if (ts.isIdentifier(node) && name === "console") return "writes to the console";
  if (ts.isDebuggerStatement(node)) return "stops in the debugger";
  return ts.isCallExpression(node) ? faultOfCall(node) : wholeStyle(node);
}

function faultOfCall({ expression, arguments: [first, second] }) {
  const called = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.text;
  const text = first && ts.isStringLiteralLike(first) ? first.text : "";
  const on = ts.isPropertyAccessExpression(expression) ? expression.expression.getText() : "";
  if (on === "document" && /^write(ln)?$/.test(called)) return "writes into the document";
  if (/^setAttribute/.test(called) && /^(style|on\w+)$/.test(text)) return `sets an attribute that the policy refuses: ${text}`;
  if (/^set(Timeout|Interval)$/.test(called) && !isCallable(first)) return "gives a timer a text";
  if (expression.kind === ts.SyntaxKind.ImportKeyword && !text) return "imports a name that is computed";
  return second && called === "createElement" && text === "script" ? "makes a script" : "";
}

function isCallable(node) {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
}

/** Find a style that is given as a text: the policy refuses it, and allows single properties. */
function wholeStyle(node) {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return "";
  return /\.style(\.cssText)?$/.test(node.left.getText()) ? "sets a whole style" : "";
}

function position(node) {
  const source = node.getSourceFile();
  return `${short(source.fileName)}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

function lines(node) {
  return node.getText().split("\n").length;
}

const scripts = shipped(".js");

test("there are scripts to look at", () => {
  assert.ok(scripts.map(short).includes("client.js"));
});

for (const path of scripts) {
  const source = parsed(path);
  const all = [...nodes(source)];

  test(`${short(path)} runs under the strictest policy and makes no markup of texts`, () => {
    assert.deepEqual(all.filter(fault).map((node) => `${position(node)} ${fault(node)}`), []);
  });

  test(`${short(path)} is short, in short functions, and says at its top what it is for`, () => {
    const long = all.filter((node) => KINDS.some((kind) => ts[kind](node)) && lines(node) > 50);
    assert.deepEqual(long.map(position), []);
    assert.ok(source.text.trimEnd().split("\n").length <= 350);
    assert.match(source.text, /^(\/\/ \S.*|\/\*\*? \S[^]*?\*\/)\n/);
  });

  test(`${short(path)} imports files that stand beside it, by their whole names`, () => {
    for (const name of imports(path)) {
      assert.match(name, /^\.\.?\/.+\.js$/);
      assert.ok(existsSync(resolve(dirname(path), name)), name);
    }
  });
}

for (const path of shipped(".d.ts")) {
  test(`${short(path)} is short and says at its top what it is for`, () => {
    const { text } = parsed(path);
    assert.ok(text.trimEnd().split("\n").length <= 350);
    assert.match(text, /^\/\/ \S/);
  });
}

const wrong = {
  "eval(text)": "runs a text: eval",
  "new Function(text)": "runs a text: Function",
  "element.innerHTML = text": "makes markup of a text: innerHTML",
  'element["outerHTML"] = text': "makes markup of a text: outerHTML",
  'element.insertAdjacentHTML("beforeend", text)': "makes markup of a text: insertAdjacentHTML",
  "document.write(text)": "writes into the document",
  'element.setAttribute("style", text)': "sets an attribute that the policy refuses: style",
  'element.setAttribute("onclick", text)': "sets an attribute that the policy refuses: onclick",
  "element.style.cssText = text": "sets a whole style",
  "element.style = text": "sets a whole style",
  'setTimeout("text")': "gives a timer a text",
  "console.log(token)": "writes to the console",
  "localStorage.token = token": "keeps something where every script reads it: localStorage",
  "import(name)": "imports a name that is computed",
  "element.style.width = width": "",
  'element.setAttribute("class", name)': "",
  'const text = "document.write(1) // console.log"': "",
};

for (const [code, expected] of Object.entries(wrong)) {
  test(`${code} ${expected || "is allowed"}`, () => {
    const source = ts.createSourceFile("a.js", code, ts.ScriptTarget.Latest, true);
    const found = [...nodes(source)].map(fault).filter(Boolean);
    assert.deepEqual([...new Set(found)], expected ? [expected] : []);
  });
}
