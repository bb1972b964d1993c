// Builds the Rego policies of tests/guests/rego.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lastLine } from "./go-toolchain.mjs";
import { guestNames } from "./guest-names.mjs";
import { announced, run } from "./run.mjs";
import { hashFolder, readStamp, writeWhole } from "./stamp.mjs";

const ENTRY_POINTS = { opa: "policy/main", gatekeeper: "policy/violation" };

/** @typedef {import("./context.mjs").Context} Context */

/**
 * @param {Context} context
 * @param {string} opa - the program, or another build of it: its path is part of what makes a module stale
 * @returns {Promise<string | undefined>} what failed
 */
export async function buildRegoGuests(context, opa) {
  const outFolder = join(context.cacheFolder, "guests");
  const folder = join(context.root, "tests", "guests", "rego");
  const guests = readdirSync(folder).map((name) => {
    const source = join(folder, name);
    return { name, source, outFolder, stamp: `${hashFolder(source)} ${opa}` };
  });
  const stale = guests.filter((guest) => !isCurrent(guest));
  if (stale.length === 0) return undefined;
  mkdirSync(outFolder, { recursive: true });
  const step = {
    part: "opa",
    what: `opa build of ${guestNames(stale)}`,
    why: "tests run Rego policies",
    takes: "a few seconds",
  };
  return announced(context, step, () => buildAll(stale, context, opa));
}

async function buildAll(guests, context, opa) {
  for (const guest of guests) {
    const failure = await buildOne(guest, context, opa);
    if (failure === undefined) continue;
    context.say(`opa build of ${guest.name} failed:\n${failure}`);
    return `opa build of the test guest ${guest.name} failed: ${lastLine(failure)}`;
  }
  return undefined;
}

async function buildOne({ name, source, outFolder, stamp }, { env }, opa) {
  const work = join(outFolder, `${name}.${process.pid}`);
  mkdirSync(work, { recursive: true });
  const options = { cwd: work, env, output: "keep" };
  try {
    const target = ["-t", "wasm", "-e", entryPointOf(source), "-o", "bundle.tar.gz"];
    const built = await run(
      opa,
      ["build", ...target, ...syntaxOf(name), join(source, "policy.rego")],
      options,
    );
    if (built.exitCode !== 0) return built.output;
    const unpacked = await run("tar", ["-xzf", "bundle.tar.gz", "/policy.wasm"], options);
    if (unpacked.exitCode !== 0) return unpacked.output;
    renameSync(join(work, "policy.wasm"), join(outFolder, `${name}.wasm`));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  writeWhole(join(outFolder, `${name}.stamp`), `${stamp}\n`);
  return undefined;
}

function entryPointOf(source) {
  const metadata = readFileSync(join(source, "metadata.yml"), "utf8");
  const mode = /^executionMode: (\w+)$/m.exec(metadata)?.[1] ?? "";
  const entryPoint = ENTRY_POINTS[mode];
  if (entryPoint !== undefined) return entryPoint;
  throw new Error(`${source}/metadata.yml: executionMode must be opa or gatekeeper`);
}

/** Policies in the old syntax say so in their name. */
function syntaxOf(name) {
  return name.endsWith("-v0") ? ["--v0-compatible"] : [];
}

function isCurrent({ name, outFolder, stamp }) {
  return existsSync(join(outFolder, `${name}.wasm`)) && readStamp(join(outFolder, `${name}.stamp`)) === stamp;
}
