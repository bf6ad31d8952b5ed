// Bundles apps for the browser: node bundle.mjs CLIENT OUTDIR ENTRY..., where CLIENT is the folder of wfapp's scripts.
// Prints as JSON, for each bundle, the files that went into it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { compileScript, parse } from "vue/compiler-sfc";

const [client, outdir, ...entryPoints] = process.argv.slice(2);

const vue = {
  name: "vue",
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor, errors } = parse(await readFile(path, "utf8"), { filename: path });
      if (errors.length) throw errors[0];
      return { contents: compileScript(descriptor, { id: "app", inlineTemplate: true }).content };
    });
  },
};

const { metafile } = await build({
  entryPoints,
  outdir,
  absWorkingDir: "/",
  alias: { wfapp: client },
  bundle: true,
  // The development builds are those that complain about what they are given.
  define: {
    "process.env.NODE_ENV": '"development"',
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  format: "esm",
  jsx: "automatic",
  logLevel: "warning",
  metafile: true,
  nodePaths: [join(import.meta.dirname, "node_modules")],
  plugins: [vue],
});
const bundles = Object.entries(metafile.outputs).map(([file, { inputs }]) => [file, Object.keys(inputs)]);
process.stdout.write(JSON.stringify(Object.fromEntries(bundles)));
