import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { TestRunner } from "vitest";

/** What a test may need beyond npm packages. */
export type Requirement = "go" | "shared-data";

/** Whether the tests that need a part must be skipped, and what the summary says about it. */
export type Availability = { skip: false } | { skip: true; reason: string };

declare module "vitest" {
  interface TaskMeta {
    /** parts this test file asked for and did not get; read by `tools/vitest-reporter.ts` */
    missing?: MissingPart[];
  }
}

/** A part that is not there. */
export interface MissingPart {
  part: Requirement;
  reason: string;
  /** a machine that runs every test could have it, and nobody left it out: with `CI=true` its absence is a failure */
  failsCi: boolean;
}

const root = join(import.meta.dirname, "../..");
const cacheFolder = join(root, "node_modules/.cache/kubewarden-ts");

const Part = v.object({
  available: v.boolean(),
  reason: v.optional(v.string()),
  optedOut: v.optional(v.boolean(), false),
});
const Environment = v.record(v.string(), Part);

/**
 * Says whether this machine has what some tests need; the summary of `npm test` names what was skipped, and why.
 * @example describe.skipIf(requires("go").skip)("guests built by Go", () => { … });
 */
export function requires(part: Requirement): Availability {
  const missing = part === "shared-data" ? missingSharedData() : missingPart(part);
  if (missing === undefined) return { skip: false };
  const { meta } = TestRunner.getCurrentSuite().file;
  const others = (meta.missing ?? []).filter((other) => other.part !== part);
  meta.missing = [...others, missing];
  return { skip: true, reason: missing.reason };
}

/** Path of a module that the set-up built from `tests/guests/<name>`; only where `requires("go")` does not skip. */
export function guestModulePath(name: "go-wasi" | "go-wapc-reactor"): string {
  return join(cacheFolder, "guests", `${name}.wasm`);
}

/** The folder of recorded data beside the checkout; only where `requires("shared-data")` does not skip. */
export const sharedDataFolder = join(root, "../shared/data");

function missingSharedData(): MissingPart | undefined {
  if (existsSync(sharedDataFolder)) return undefined;
  return { part: "shared-data", reason: "../shared/data is not beside this checkout", failsCi: false };
}

function missingPart(part: Exclude<Requirement, "shared-data">): MissingPart | undefined {
  const path = join(cacheFolder, "environment.json");
  if (!existsSync(path)) return { part, reason: "the set-up has not run (npm test runs it)", failsCi: true };
  const found = v.parse(Environment, JSON.parse(readFileSync(path, "utf8")))[part];
  if (found?.available) return undefined;
  const reason = found?.reason ?? "the set-up did not look for it";
  return { part, reason, failsCi: !(found?.optedOut ?? false) };
}
