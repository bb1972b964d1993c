import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { announced, run } from "./run.mjs";
import { hashFile, readStamp, writeWhole } from "./stamp.mjs";

/**
 * Makes `node_modules` equal to the lock file: `npm ci`, only when the lock file changed since the last time.
 * @param {import("./context.mjs").Context} context
 */
export async function installDependencies(context) {
  const { root, skipped } = context;
  if (skipped.has("dependencies")) return;
  const stampPath = join(root, "node_modules", ".kubewarden-ts-stamp");
  const lockHash = hashFile(join(root, "package-lock.json"));
  const stamp = readStamp(stampPath);
  if (stamp === lockHash) return;
  if (stamp !== undefined || !installedByHand(root)) {
    const why = stamp === undefined ? "nothing is installed yet" : "package-lock.json changed";
    const step = { part: "dependencies", what: "npm ci", why, takes: "about half a minute" };
    await announced(context, step, () => npmCi(context));
  }
  writeWhole(stampPath, `${lockHash}\n`);
}

/**
 * Whether somebody ran `npm ci` or `npm install` already: npm's own record of what lies in `node_modules` names every
 * package of the lock file in its version.
 * @param {string} root
 */
function installedByHand(root) {
  const recordPath = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(recordPath) || !existsSync(node26(root))) return false;
  const installed = JSON.parse(readFileSync(recordPath, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

/** @param {import("./context.mjs").Context} context */
async function npmCi({ root, env }) {
  // `node_modules/.bin` comes off the path, so that npm does not run on the Node.js that it is about to replace.
  const own = join(root, "node_modules");
  const path = (env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.startsWith(own));
  const childEnv = { ...env, PATH: path.join(delimiter) };
  const npm = env["npm_execpath"];
  const node = env["npm_node_execpath"];
  const quiet = ["--loglevel=error"]; // npm warns that the old Node.js is too old for what it is about to install
  const underNpm = npm !== undefined && node !== undefined && !node.startsWith(own);
  const [file, args] = underNpm ? [node, [npm, "ci", ...quiet]] : ["npm", ["ci", ...quiet]];
  const { exitCode } = await run(file, args, { cwd: root, env: childEnv, output: "show" });
  if (exitCode !== 0) throw new Error("npm ci failed; see its output above");
}

/**
 * The Node.js that runs the project, whatever the machine has.
 * @param {string} root
 */
export function node26(root) {
  return join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}
