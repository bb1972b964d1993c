import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as v from "valibot";
import { TestRunner } from "vitest";

/** What a test may need beyond npm packages. */
export type Requirement = MachinePart | "kubernetes-controllers" | "pwsh" | "shared-data";

/** What the set-up looks for on the machine, or builds for it. */
export type MachinePart =
  | "elvish"
  | "fish"
  | "go"
  | "kubernetes"
  | "opa"
  | "oras"
  | "prometheus"
  | "registry"
  | "wasmtime"
  | "zsh";

/** A module that the set-up built from `tests/guests`: in Go, or in Rego from the folder `rego/<name>`. */
export type BuiltGuest =
  | "go-wasi"
  | "go-wapc-reactor"
  | "go-host-calls"
  | "go-host-calls-wapc"
  | "go-cel"
  | RegoGuest;

/** A folder of `tests/guests/rego`; its name begins with the execution mode. */
export type RegoGuest = `opa-${string}` | `gatekeeper-${string}`;

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
  path: v.optional(v.string()),
});
type Part = v.InferOutput<typeof Part>;
const Environment = v.record(v.string(), Part);

/**
 * Says whether this machine has what some tests need; the summary of `npm test` names what was skipped, and why.
 * @example describe.skipIf(requires("go").skip)("guests built by Go", () => { … });
 */
export function requires(part: Requirement): Availability {
  const missing = missingRequirement(part);
  if (missing === undefined) return { skip: false };
  const { meta } = TestRunner.getCurrentSuite().file;
  const others = (meta.missing ?? []).filter((other) => other.part !== missing.part);
  meta.missing = [...others, missing];
  return { skip: true, reason: missing.reason };
}

/** Path of a module; only where `requires("go")`, or `requires("opa")` for one in Rego, does not skip. */
export function guestModulePath(name: BuiltGuest): string {
  return join(cacheFolder, "guests", `${name}.wasm`);
}

/**
 * Where a part lies; only where `requires(part)` does not skip.
 *
 * - `kubernetes`: the folder of `kube-apiserver`, `etcd`, `kubectl` and their peers
 * - `opa`: the folder of `opa` and of OPA's own test cases
 * - `elvish`, `fish`, `oras`, `prometheus`, `registry`, `zsh`: the program
 * - `wasmtime`: the program of `tests/wasmtime`
 */
export function partPath(part: Exclude<MachinePart, "go">): string {
  const path = foundPart(part)?.path;
  if (path === undefined) throw new Error(`${part} is not there: ask with requires("${part}") first`);
  return path;
}

/** The folder of recorded data beside the checkout; only where `requires("shared-data")` does not skip. */
export const sharedDataFolder = join(root, "../shared/data");

function missingRequirement(part: Requirement): MissingPart | undefined {
  switch (part) {
    case "shared-data":
      return missingSharedData();
    case "pwsh":
      return missingPowerShell();
    case "kubernetes-controllers":
      return missingControllers();
    default:
      return missingPart(part);
  }
}

/** No package of Debian holds it: nobody is asked to install it. */
function missingPowerShell(): MissingPart | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  if (folders.some((folder) => existsSync(join(folder, "pwsh")))) return undefined;
  return { part: "pwsh", reason: "not on the path", failsCi: false };
}

/** Programs that somebody else built may lack this one. */
function missingControllers(): MissingPart | undefined {
  const missing = missingPart("kubernetes");
  if (missing !== undefined) return missing;
  const folder = partPath("kubernetes");
  if (existsSync(join(folder, "kube-controller-manager"))) return undefined;
  const reason = `${folder} holds no kube-controller-manager: unset KUBEBUILDER_ASSETS to have it built`;
  return { part: "kubernetes-controllers", reason, failsCi: true };
}

function missingSharedData(): MissingPart | undefined {
  if (existsSync(sharedDataFolder)) return undefined;
  return { part: "shared-data", reason: "../shared/data is not beside this checkout", failsCi: false };
}

function missingPart(part: MachinePart): MissingPart | undefined {
  const found = foundPart(part);
  if (found?.available && (found.path === undefined || existsSync(found.path))) return undefined;
  return { part, reason: reasonOf(found), failsCi: !(found?.optedOut ?? false) };
}

function reasonOf(found: Part | undefined): string {
  if (found === undefined) return "the set-up has not looked for it (npm test does)";
  return found.available ? `${found.path} is gone: run npm test` : (found.reason ?? "not there");
}

/** What the last set-up of this checkout found out. */
function foundPart(part: MachinePart): Part | undefined {
  const path = join(cacheFolder, "environment.json");
  if (!existsSync(path)) return undefined;
  return v.parse(Environment, JSON.parse(readFileSync(path, "utf8")))[part];
}
