import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { guestModulePath, type RegoGuest } from "./requirements.ts";
import { asPolicy } from "./text-guest.ts";

const Metadata = v.record(v.string(), v.unknown());

/**
 * A policy of `tests/guests/rego` as a host loads it: the module with the metadata that lies beside its source; only
 * where `requires("opa")` does not skip.
 * @param metadata - replaces members of that metadata
 */
export function regoPolicy(name: RegoGuest, metadata: Record<string, unknown> = {}): Uint8Array {
  const path = join(import.meta.dirname, "../guests/rego", name, "metadata.yml");
  const own = v.parse(Metadata, parse(readFileSync(path, "utf8")));
  return asPolicy(readFileSync(guestModulePath(name)), { ...own, ...metadata });
}
