// Builds every browser program into static/booth/ (or the folder given as first argument).
// The output is committed, so it must depend on nothing but the sources and the locked packages:
// no banner with a date, no absolute path, no source map.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = resolve(process.argv[2] ?? join(here, "..", "static", "booth"));
mkdirSync(outdir, { recursive: true });

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target: "es2020",
  charset: "utf8",
  legalComments: "inline",
  logLevel: "warning",
  outdir,
};

const worker = await build({ ...common, entryPoints: ["src/worker.ts"], format: "iife", write: false });
const workerBytes = worker.outputFiles[0].contents;
// The page asks for exactly this worker: after an update no old worker from the cache meets a new page.
const workerVersion = createHash("sha256").update(workerBytes).digest("hex").slice(0, 16);
await build({ ...common, entryPoints: ["src/worker.ts"], format: "iife" });

const pages = readdirSync(join(here, "src", "pages"))
  .filter((name) => /\.(ts|css)$/.test(name))
  .sort()
  .map((name) => `src/pages/${name}`);
await build({
  ...common,
  entryPoints: ["src/client.ts", ...pages],
  entryNames: "[name]",
  format: "esm",
  define: { WORKER_VERSION: JSON.stringify(workerVersion) },
});
