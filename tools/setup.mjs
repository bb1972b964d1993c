// Everything a fresh machine needs before `npm start` or `npm test`: plain JavaScript, because Node.js 26 itself is
// one of the things it installs. Run by npm's pre scripts: `node tools/setup.mjs start|test`, and by
// `npm start -- --cluster`: `node tools/setup.mjs cluster`.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installDependencies } from "./setup/dependencies.mjs";
import { buildEngine } from "./setup/engine.mjs";
import { withSetupLock } from "./setup/lock.mjs";
import { machineCacheFolder } from "./setup/machine-cache.mjs";
import { skippedParts } from "./setup/skip.mjs";
import { provideClusterParts, provideTestParts } from "./setup/test-parts.mjs";

const OLDEST_NODE = 20;
const TARGETS = ["start", "test", "cluster"];

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cacheFolder = join(root, "node_modules", ".cache", "kubewarden-ts");

/** @param {string} line */
function say(line) {
  process.stdout.write(`set-up: ${line}\n`);
}

async function main() {
  const [target = "start"] = process.argv.slice(2);
  if (!TARGETS.includes(target)) throw new Error(`unknown target ${target}: ${TARGETS.join(", ")}`);
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    throw new Error(`Node.js ${process.versions.node} is too old: install Node.js ${OLDEST_NODE} or newer`);
  }
  const skipped = skippedParts(process.env);
  await withSetupLock({ root, say }, async () => {
    const env = process.env;
    const context = { root, cacheFolder, machineCacheFolder: machineCacheFolder(env), skipped, say, env };
    await installDependencies(context);
    if (!existsSync(cacheFolder)) mkdirSync(cacheFolder, { recursive: true });
    await buildEngine(context);
    if (target === "test") await provideTestParts(context);
    if (target === "cluster") await provideClusterParts(context);
  });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`set-up failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
