// Where the scripts that are shipped stand, and the packages that look at them.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const STATIC = join(ROOT, "wfapp/static/wfapp");

const require = createRequire(join(ROOT, "tests/node/package.json"));
export const ts = require("typescript");
export const esbuild = require("esbuild");
export const { minify } = require("terser");
export const TSC = require.resolve("typescript/bin/tsc");

/** List the scripts of a kind that are shipped: `.js`, `.d.ts`. */
export function shipped(kind) {
  const names = readdirSync(STATIC, { recursive: true }).filter((name) => name.endsWith(kind));
  return names.map((name) => join(STATIC, name)).sort();
}

export function short(path) {
  return relative(STATIC, path);
}

export function parsed(path) {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

/** Walk over a syntax tree. */
export function* nodes(node) {
  yield node;
  const children = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodes(child);
}

/** List what a script imports and re-exports, statically and dynamically; a name that is computed is null. */
export function imports(path) {
  const found = [];
  for (const node of nodes(parsed(path))) {
    const isStatic = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    if (isStatic && node.moduleSpecifier) found.push(node.moduleSpecifier.text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      found.push(ts.isStringLiteral(node.arguments[0]) ? node.arguments[0].text : null);
    }
  }
  return found;
}

/** List a script with everything that it loads. */
export function loadedBy(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const name of imports(path)) loadedBy(resolve(dirname(path), name), found);
  return found;
}
