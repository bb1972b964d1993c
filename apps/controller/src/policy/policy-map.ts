import type { ConfigMap } from "@kubewarden-ts/api/core";
import * as v from "valibot";

const Entry = v.pipe(
  v.looseObject({ policyMode: v.exactOptional(v.picklist(["protect", "monitor"])) }),
  // neither a policy nor a group, or both: nobody knows what the policy server makes of it
  v.check((entry) => "module" in entry !== "policies" in entry),
);
const Entries = v.record(v.string(), Entry);

/** Entries of `policies.yml` by unique name. */
export type PolicyMap = ReadonlyMap<string, { readonly policyMode?: "protect" | "monitor" }>;

/**
 * Reads the `policies.yml` of a policy server's ConfigMap.
 * @returns `undefined` when it cannot be read: one entry that has neither `module` nor `policies`, or both, makes all
 *   unreadable (controller.md 4.3)
 */
export function readPolicyMap(configMap: ConfigMap | undefined): PolicyMap | undefined {
  const read = v.safeParse(Entries, parsed(configMap?.data?.["policies.yml"]));
  return read.success ? new Map(Object.entries(read.output)) : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
