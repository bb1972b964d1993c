// Builds the policies of tests/guests that are written in Go: guests of a foreign toolchain prove that the runtime runs
// what others build.
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { announced, run } from "./setup/run.mjs";
import { hashFolder, readStamp, writeWhole } from "./setup/stamp.mjs";

/** Folder under tests/guests, and what `go build` needs besides `-o`. */
const GO_GUESTS = [
  { name: "go-wasi", buildFlags: [] },
  { name: "go-wapc-reactor", buildFlags: ["-buildmode=c-shared"] },
];

/**
 * @param {import("./setup/context.mjs").Context} context
 * @returns {Promise<{available: boolean, reason?: string, optedOut?: boolean}>} with `available`, the modules lie in
 *   `guests/<name>.wasm` of the cache folder
 */
export async function buildGoGuests(context) {
  const { root, cacheFolder, skipped, env } = context;
  if (skipped.has("go"))
    return { available: false, reason: "left out by KUBEWARDEN_TS_SKIP", optedOut: true };
  const outFolder = join(cacheFolder, "guests");
  const guests = GO_GUESTS.map((guest) => {
    const folder = join(root, "tests", "guests", guest.name);
    return { ...guest, folder, outFolder, hash: hashFolder(folder) };
  });
  const stale = guests.filter((guest) => !isCurrent(guest));
  if (stale.length === 0) return { available: true };
  const { exitCode } = await run("go", ["version"], { cwd: root, env, output: "keep" });
  if (exitCode !== 0) return { available: false, reason: "Go is not installed (1.25 or newer is needed)" };
  mkdirSync(outFolder, { recursive: true });
  const names = stale.map((guest) => guest.name).join(", ");
  const step = {
    part: "go",
    what: `go build of the test guests ${names}`,
    why: "tests run policies of a foreign toolchain",
    takes: "up to a minute the first time",
  };
  return announced(context, step, () => buildAll(stale, context));
}

async function buildAll(guests, context) {
  for (const guest of guests) {
    const failure = await buildOne(guest, context);
    if (failure === undefined) continue;
    context.say(`go build of ${guest.name} failed:\n${failure}`);
    const lastLine = failure.trim().split("\n").at(-1);
    return { available: false, reason: `go build of tests/guests/${guest.name} failed: ${lastLine}` };
  }
  return { available: true };
}

async function buildOne({ name, folder, outFolder, buildFlags, hash }, { env }) {
  const temporary = join(outFolder, `${name}.${process.pid}.wasm`);
  const args = [
    "build",
    "-trimpath",
    "-buildvcs=false",
    "-ldflags=-s -w",
    ...buildFlags,
    "-o",
    temporary,
    ".",
  ];
  // The newest Go on the path is taken as it is: nothing else is downloaded than the modules of go.sum.
  const goEnv = { ...env, GOOS: "wasip1", GOARCH: "wasm", GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" };
  const { exitCode, output } = await run("go", args, { cwd: folder, env: goEnv, output: "keep" });
  if (exitCode !== 0) return output;
  renameSync(temporary, join(outFolder, `${name}.wasm`));
  writeWhole(join(outFolder, `${name}.stamp`), `${hash}\n`);
  return undefined;
}

function isCurrent({ name, outFolder, hash }) {
  return existsSync(join(outFolder, `${name}.wasm`)) && readStamp(join(outFolder, `${name}.stamp`)) === hash;
}
