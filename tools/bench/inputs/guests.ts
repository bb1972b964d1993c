import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuestProtocol } from "@kubewarden-ts/policy-runtime";
import { createPolicyBuilder } from "@kubewarden-ts/policy-sdk/build";
import type { ExecutionMode } from "@kubewarden-ts/protocol";
import { buildPolicies } from "../../../policies/build.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { acceptingGuest, lookingUpGuest } from "./text-guests.ts";

const guestsFolder = join(import.meta.dirname, "../../../node_modules/.cache/kubewarden-ts/guests");

/** A policy that is measured. */
export interface BenchGuest {
  readonly name: string;
  readonly mode: ExecutionMode;
  /** With metadata, as a policy server takes it. */
  readonly wasm: Uint8Array;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What it reads of the cluster when it is asked. */
  readonly looksUp: "nothing" | "an object" | "all namespaces";
}

const plain = { settings: {}, looksUp: "nothing" } as const;

/** `policies/pod-privileged`, built if need be. */
export async function typescriptGuest(): Promise<BenchGuest> {
  const [file] = await buildPolicies({ only: ["pod-privileged"] });
  if (file === undefined) throw new Error("pod-privileged was not built");
  return { name: "typescript", mode: "kubewarden-wapc", wasm: await readFile(file.path), ...plain };
}

/** Accepts without looking: what it costs is the host. */
export function textGuest(): BenchGuest {
  return { name: "text", mode: "kubewarden-wapc", wasm: asPolicy(assemble(acceptingGuest)), ...plain };
}

/** `tests/guests/go-wasi`, or `undefined` where the set-up for tests did not build it. */
export async function goGuest(): Promise<BenchGuest | undefined> {
  return await builtGuest("go-wasi", "wasi");
}

export const goMissing = "go-wasi: left out, npm test builds tests/guests/go-wasi where Go is installed";

/** The guests that whole servers are measured with, and what is missing. */
export async function benchGuests(): Promise<{ guests: BenchGuest[]; notes: string[] }> {
  const go = await goGuest();
  const guests = [await typescriptGuest(), textGuest()];
  return go === undefined ? { guests, notes: [goMissing] } : { guests: [...guests, go], notes: [] };
}

/** One guest of each engine, with and without look-ups in the cluster, and what is missing. */
export async function engineGuests(): Promise<{ guests: BenchGuest[]; notes: string[] }> {
  const built = await Promise.all([
    builtGuest("opa-labels", "opa"),
    builtGuest("gatekeeper-labels", "gatekeeper"),
    builtGuest("gatekeeper-inventory", "gatekeeper", { looksUp: "all namespaces" }),
    builtGuest("go-wasi", "wasi"),
    builtGuest("go-cel", "wasi", { settings: { expression: "object.spec.priority == 0", message: "no" } }),
  ]);
  const guests = [
    await typescriptGuest(),
    await lookingUpTypescriptGuest(),
    textGuest(),
    ...(["an object", "all namespaces"] as const).map(lookingUpTextGuest),
    ...built.filter((guest) => guest !== undefined),
  ];
  const notes = built.includes(undefined)
    ? ["guests of Go or Rego are left out: npm test builds them where Go is installed"]
    : [];
  return { guests, notes };
}

/** How a guest is prepared. */
export function protocolOf({ mode }: BenchGuest): GuestProtocol {
  if (mode === "wasi") return "wasi";
  return mode === "kubewarden-wapc" ? "wapc" : "rego";
}

/** A policy in TypeScript that reads one object of the cluster for each request. */
async function lookingUpTypescriptGuest(): Promise<BenchGuest> {
  await using builder = createPolicyBuilder();
  const folder = join(import.meta.dirname, "look-up-policy");
  const { wasm } = await builder.build({
    entry: join(folder, "policy.ts"),
    abi: "wapc",
    metadataPath: join(folder, "metadata.yml"),
  });
  return { name: "typescript, get", mode: "kubewarden-wapc", wasm, settings: {}, looksUp: "an object" };
}

function lookingUpTextGuest(looksUp: "an object" | "all namespaces"): BenchGuest {
  const [name, wasm] =
    looksUp === "an object"
      ? ["text, get", lookingUpGuest("get_resource", { ...namespaces, name: "ns-1", disable_cache: false })]
      : ["text, list", lookingUpGuest("list_resources_all", { ...namespaces, field_masks: ["spec"] })];
  return { name, mode: "kubewarden-wapc", wasm: asPolicy(assemble(wasm)), settings: {}, looksUp };
}

const namespaces = { api_version: "v1", kind: "Namespace" };

async function builtGuest(
  name: string,
  mode: ExecutionMode,
  more: Partial<Pick<BenchGuest, "settings" | "looksUp">> = {},
): Promise<BenchGuest | undefined> {
  const path = join(guestsFolder, `${name}.wasm`);
  if (!existsSync(path)) return undefined;
  const wasm = asPolicy(await readFile(path), { executionMode: mode });
  return { name, mode, wasm, ...plain, ...more };
}
