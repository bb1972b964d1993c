import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { hashFiles } from "./stamp.mjs";

/**
 * Looks for Go on the path.
 * @param {import("./context.mjs").Context} context
 * @param {{oldest: string}} wanted - for example `1.25`
 * @returns {Promise<string | undefined>} why it cannot be used, and what to do; nothing when it can
 */
export async function goProblem({ root, env }, { oldest }) {
  const { exitCode, output } = await run("go", ["env", "GOVERSION"], {
    cwd: root,
    env: goEnv(env),
    output: "keep",
  });
  const remedy = `install Go ${oldest} or newer and run npm test again`;
  if (exitCode !== 0) return `Go is not installed: ${remedy}`;
  const version = output.trim().replace(/^go/, "");
  return isOlder(version, oldest) ? `Go ${version} is too old: ${remedy}` : undefined;
}

/**
 * The newest Go on the path is taken as it is: nothing else is downloaded than the modules of go.sum.
 * @param {Record<string, string | undefined>} env
 */
export function goEnv(env) {
  return {
    ...env,
    GOTOOLCHAIN: "local",
    GOFLAGS: "-mod=readonly -buildvcs=false -modcacherw",
    GOWORK: "off",
  };
}

/**
 * SHA-256 over what `go build` reads of a folder with a `go.mod`, in hex.
 * @param {string} source
 */
export function hashGoFiles(source) {
  const names = readdirSync(source, { recursive: true }).filter((name) => /\.(?:go|mod|sum)$/.test(name));
  return hashFiles(names.sort().map((name) => join(source, name)));
}

/**
 * The oldest Go that a folder's `go.mod` allows, for example `1.25`.
 * @param {string} source
 */
export function oldestGo(source) {
  const version = /^go (\d+\.\d+)/m.exec(readFileSync(join(source, "go.mod"), "utf8"))?.[1];
  if (version === undefined) throw new Error(`${source}/go.mod names no version of Go`);
  return version;
}

/**
 * The line of Go's output that says what is wrong.
 * @param {string} output
 */
export function lastLine(output) {
  return output.trim().split("\n").at(-1) ?? "";
}

function isOlder(version, oldest) {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split(".").map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
