// Builds the policies of tests/guests that are written in Go: guests of a foreign toolchain prove that the runtime runs
// what others build.
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { goEnv, goProblem, lastLine } from "./go-toolchain.mjs";
import { guestNames } from "./guest-names.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";
import { hashFolder, readStamp, writeWhole } from "./stamp.mjs";

const OLDEST_GO = "1.25";

/** A reactor: exports functions in place of running once. */
const REACTOR = ["-buildmode=c-shared"];

/** Name of the module, folder under tests/guests, and what `go build` needs besides `-o`. */
const GO_GUESTS = [
  { name: "go-wasi", folder: "go-wasi", flags: [] },
  { name: "go-wapc-reactor", folder: "go-wapc-reactor", flags: REACTOR },
  { name: "go-host-calls", folder: "go-host-calls", flags: [] },
  { name: "go-host-calls-wapc", folder: "go-host-calls", flags: [...REACTOR, "-tags=wapc"] },
  { name: "go-cel", folder: "go-cel", flags: [] },
];

/** @typedef {import("./context.mjs").Context} Context */

/**
 * @param {Context} context
 * @returns {Promise<import("./context.mjs").Part>} with `available`, the modules lie in `guests/<name>.wasm` of the
 *   checkout's cache
 */
export async function buildGoGuests(context) {
  if (context.skipped.has("go")) return leftOut();
  const outFolder = join(context.cacheFolder, "guests");
  const guests = GO_GUESTS.map(({ name, folder, flags }) => {
    const source = join(context.root, "tests", "guests", folder);
    return { name, source, flags, outFolder, stamp: `${hashFolder(source)} ${flags.join(" ")}`.trim() };
  });
  const stale = guests.filter((guest) => !isCurrent(guest));
  if (stale.length === 0) return available();
  const problem = await goProblem(context, { oldest: OLDEST_GO });
  if (problem !== undefined) return unavailable(problem);
  mkdirSync(outFolder, { recursive: true });
  const step = {
    part: "go",
    what: `go build of ${guestNames(stale)}`,
    why: "tests run policies of a foreign toolchain",
    takes: "up to two minutes the first time",
  };
  return announced(context, step, () => buildAll(stale, context));
}

async function buildAll(guests, context) {
  for (const guest of guests) {
    const failure = await buildOne(guest, context);
    if (failure === undefined) continue;
    context.say(`go build of ${guest.name} failed:\n${failure}`);
    return unavailable(`go build of the test guest ${guest.name} failed: ${lastLine(failure)}`);
  }
  return available();
}

async function buildOne({ name, source, flags, outFolder, stamp }, { env }) {
  const temporary = join(outFolder, `${name}.${process.pid}.wasm`);
  const args = ["build", "-trimpath", "-ldflags=-s -w", ...flags, "-o", temporary, "."];
  const wasmEnv = { ...goEnv(env), GOOS: "wasip1", GOARCH: "wasm" };
  const { exitCode, output } = await run("go", args, { cwd: source, env: wasmEnv, output: "keep" });
  if (exitCode !== 0) return output;
  renameSync(temporary, join(outFolder, `${name}.wasm`));
  writeWhole(join(outFolder, `${name}.stamp`), `${stamp}\n`);
  return undefined;
}

function isCurrent({ name, outFolder, stamp }) {
  return existsSync(join(outFolder, `${name}.wasm`)) && readStamp(join(outFolder, `${name}.stamp`)) === stamp;
}
