import { run } from "./run.mjs";

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
