// What a browser loads, minified and gzipped as one file. 1 kB is 1,000 bytes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { esbuild, loadedBy, minify, short, STATIC } from "./tools.mjs";

const WAYS = /this\.hasAttribute\("src"\) \? import\("(.+?)"\) : import\("(.+?)"\)/;
const LIMITS = [
  ["client.js", "", 5_000],
  ["wf-form.js", "drawings.js", 16_000],
  ["wf-form.js", "takeover.js", 16_000],
];

/** Load one of the two ways in which an element plays with the rest, and leave the other one out. */
function oneWay(way) {
  const choose = ({ path }) => {
    const found = WAYS.exec(readFileSync(path, "utf8"));
    const chosen = found.slice(1).find((name) => name.endsWith(way));
    const contents = readFileSync(path, "utf8").replace(WAYS, "chosen");
    return { contents: `import * as chosen from "${chosen}";\n${contents}`, loader: "js" };
  };
  return { name: "one way", setup: (build) => build.onLoad({ filter: /\/wf-form\.js$/ }, choose) };
}

async function size(path, way) {
  const options = { bundle: true, format: "esm", target: "es2022", write: false, logLevel: "silent" };
  const built = await esbuild.build({ ...options, entryPoints: [path], plugins: way ? [oneWay(way)] : [] });
  const { code } = await minify(built.outputFiles[0].text, { module: true, ecma: 2022, compress: { passes: 3 } });
  return gzipSync(code, { level: 9 }).length;
}

for (const [name, way, limit] of LIMITS) {
  test(`${name} with everything that it loads${way && ` by ${way}`} has at most ${limit / 1000} kB`, async (t) => {
    const bytes = await size(join(STATIC, name), way);
    t.diagnostic(`${bytes} of ${limit} bytes for ${name} ${way}`);
    assert.ok(bytes <= limit, `${name} has ${bytes} bytes.`);
  });
}

test("a page loads one way alone", () => {
  const source = readFileSync(join(STATIC, "wf-form.js"), "utf8");
  assert.match(source, WAYS);
  const own = [...loadedBy(join(STATIC, "form/drawings.js"))].map(short);
  assert.ok(!own.includes("form/takeover.js"));
  const other = [...loadedBy(join(STATIC, "form/takeover.js"))].map(short);
  assert.ok(!other.some((name) => /drawings|fields|widgets|page\.js/.test(name)), other.join(", "));
});
