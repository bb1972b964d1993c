import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuestProtocol } from "@kubewarden-ts/policy-runtime";
import { buildPolicies } from "../../../policies/build.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { acceptingGuest } from "./text-guests.ts";

const goModule = join(import.meta.dirname, "../../../node_modules/.cache/kubewarden-ts/guests/go-wasi.wasm");

/** A policy that is measured. */
export interface BenchGuest {
  readonly name: "typescript" | "text" | "go-wasi";
  readonly protocol: GuestProtocol;
  /** With metadata, as a policy server takes it. */
  readonly wasm: Uint8Array;
}

/** `policies/pod-privileged`, built if need be. */
export async function typescriptGuest(): Promise<BenchGuest> {
  const [file] = await buildPolicies({ only: ["pod-privileged"] });
  if (file === undefined) throw new Error("pod-privileged was not built");
  return { name: "typescript", protocol: "wapc", wasm: await readFile(file.path) };
}

/** Accepts without looking: what it costs is the host. */
export function textGuest(): BenchGuest {
  return { name: "text", protocol: "wapc", wasm: asPolicy(assemble(acceptingGuest)) };
}

/** `tests/guests/go-wasi`, or `undefined` where the set-up for tests did not build it. */
export async function goGuest(): Promise<BenchGuest | undefined> {
  if (!existsSync(goModule)) return undefined;
  const wasm = asPolicy(await readFile(goModule), { executionMode: "wasi" });
  return { name: "go-wasi", protocol: "wasi", wasm };
}

export const goMissing = "go-wasi: left out, npm test builds tests/guests/go-wasi where Go is installed";

/** All guests this machine has, and what is missing. */
export async function benchGuests(): Promise<{ guests: BenchGuest[]; notes: string[] }> {
  const go = await goGuest();
  const guests = [await typescriptGuest(), textGuest()];
  return go === undefined ? { guests, notes: [goMissing] } : { guests: [...guests, go], notes: [] };
}
