// The declarations: a program that uses all of them passes the compiler, and each mistake is seen.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

import { nodes, parsed, ROOT, shipped, short, ts, TSC } from "./tools.mjs";

const FOLDER = join(ROOT, "tests/js/types");
const CALLED_BY_THE_BROWSER = /^(constructor|handleEvent|\w+Callback)$/;
const SAMPLES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".ts") && !name.startsWith("wrong"))
  .map((name) => readFileSync(join(FOLDER, name), "utf8"));
const declarations = shipped(".d.ts");

test("a program that uses every verb, state, option and event passes the compiler, and each mistake is an error", () => {
  const done = spawnSync(process.execPath, [TSC, "--project", FOLDER], { encoding: "utf8" });
  assert.equal(done.stdout + done.stderr, "");
  assert.equal(done.status, 0);
});

test("the declarations need no looser rules than the strictest", () => {
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noImplicitOverride", "--target", "es2023"];
  const done = spawnSync(process.execPath, [TSC, ...options, ...declarations], { encoding: "utf8" });
  assert.equal(done.stdout + done.stderr, "");
});

for (const path of declarations) {
  const name = basename(path, ".d.ts");

  test(`${short(path)} declares exactly what ${name}.js exports`, () => {
    assert.deepEqual(exported(path), exported(path.replace(".d.ts", ".js")));
  });

  for (const node of parsed(path).statements.filter((node) => ts.isClassDeclaration(node) && isExported(node))) {
    test(`the declaration of ${node.name.text} has the members of the class, and no other`, async () => {
      const { verbs, state } = await written(path, node.name.text);
      assert.deepEqual(members(node, (member) => ts.isMethodDeclaration(member) && !/EventListener$/.test(member.name.text)), verbs);
      assert.deepEqual(members(node, (member) => !ts.isMethodDeclaration(member) && !ts.isConstructorDeclaration(member)), state);
    });
  }

  test(`every value and member of ${short(path)} is used by a sample of its own`, () => {
    const sample = SAMPLES.filter((text) => text.includes(`/${name}.js"`)).join("\n");
    const unused = [...declaredNames(path)].filter((name) => !new RegExp(`(?<![-\\w])${name}(?![-\\w])`).test(sample));
    assert.deepEqual(unused, []);
  });
}

function isExported(node) {
  return Boolean(node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
}

/** List the values that a module exports, its own and those that it passes on; not the types. */
function exported(path) {
  return [...new Set(parsed(path).statements.flatMap(namesOf))].sort();
}

function namesOf(node) {
  if (ts.isExportDeclaration(node)) {
    const passed = node.isTypeOnly ? [] : node.exportClause.elements.filter(({ isTypeOnly }) => !isTypeOnly);
    return passed.map(({ name }) => name.text);
  }
  if (!isExported(node)) return [];
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.text);
  return ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node) ? [node.name.text] : [];
}

/** Take the public members of a class from the loaded module; its fields, and what it reads of itself, from the text. */
async function written(path, name) {
  const script = path.replace(".d.ts", ".js");
  globalThis.HTMLElement ??= EventTarget; // enough to load an element
  globalThis.customElements ??= { define() {}, get() {} };
  const { prototype } = (await import(script))[name];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([key]) => !CALLED_BY_THE_BROWSER.test(key));
  const keys = (isWanted) => own.filter(([, found]) => isWanted(found)).map(([key]) => key);
  const found = [...nodes(parsed(script))].find((node) => ts.isClassLike(node) && node.name?.text === name);
  // What others set, such as `element.fetch`, stands nowhere but where it is read.
  const read = [...nodes(found)].filter((node) => ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword);
  const known = new Set([...Object.getOwnPropertyNames(prototype), ...inherited(path, name)]);
  const asked = read.filter(({ name }) => ts.isIdentifier(name) && !known.has(name.text)).map(({ name }) => name.text);
  const isField = (member) => ts.isPropertyDeclaration(member) && !member.modifiers && !ts.isPrivateIdentifier(member.name);
  return {
    verbs: keys(({ value }) => typeof value === "function").sort(),
    state: [...new Set([...members(found, isField), ...keys(({ value }) => typeof value !== "function"), ...asked])].sort(),
  };
}

/** List what the members of a class's base are called, as the compiler knows it. */
function inherited(path, name) {
  const program = ts.createProgram([path], { lib: ["lib.es2023.d.ts", "lib.dom.d.ts"], types: [] });
  const checker = program.getTypeChecker();
  const node = program.getSourceFile(path).statements.find((node) => ts.isClassDeclaration(node) && node.name.text === name);
  const bases = checker.getBaseTypes(checker.getTypeAtLocation(node));
  return bases.flatMap((base) => checker.getPropertiesOfType(base)).map((property) => property.name);
}

function members(node, wanted) {
  return [...new Set(node.members.filter(wanted).map(({ name }) => name.text))].sort();
}

function* declaredNames(path) {
  for (const node of parsed(path).statements) {
    yield* namesOf(node);
    const isOptions = ts.isInterfaceDeclaration(node) && /(Options|EventMap)$/.test(node.name.text);
    if (ts.isClassDeclaration(node) || isOptions) yield* members(node, ({ name }) => name);
  }
}
