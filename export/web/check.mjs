// node check.mjs SITE: draws every golden of a site; what is wrong is one line on stderr and exit status 1.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";

const site = process.argv[2];
const wasm = join(site, "runtime", "litert_wasm_compat_internal.wasm");
const glue = wasm.replace(/wasm$/, "js");
const fromSite = (name) => import(pathToFileURL(join(site, name)));

// What the runtime expects of a browser's worker.
globalThis.self = globalThis;
globalThis.require = createRequire(glue);
globalThis.__filename = glue;
globalThis.__dirname = dirname(glue);
globalThis.importScripts = (path) => runInThisContext(readFileSync(path, "utf8"));
globalThis.Module = { wasmBinary: readFileSync(wasm), printErr() {} };
console.warn = () => {}; // there is no GPU here

const { Painter } = await fromSite("painter.js");
const runtime = await fromSite("runtime/litert.js");
await runtime.loadLiteRt(glue);
const { models } = JSON.parse(readFileSync(join(site, "manifest.json"), "utf8"));
const load = async (name) => new Uint8Array(readFileSync(join(site, name)));
for (const model of models) {
  try {
    await new Painter(runtime, load, [model], []).check(model.resolution);
  } catch (error) {
    console.error(error.cause ? `${model.file}: the page's runtime does not run it (${error.cause.message})` : error.message);
    process.exit(1);
  }
}
process.exit(0);
