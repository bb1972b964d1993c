import { type CapabilityGrants, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import { describe, expect, it } from "vitest";
import { loadWarnings } from "./load-warnings.ts";

const resources = [{ apiVersion: "v1", kind: "Pod" }];
const all: CapabilityGrants = { kind: "all" };
const plain = { mode: "kubewarden-wapc", declaredCapabilities: [] } as const;
const hidden = { message: expect.stringMatching(/^the setting kubernetes is replaced/), fields: {} };
const missing = (...not_granted: string[]) => ({
  message: expect.stringContaining("grant them in its hostCapabilities"),
  fields: { not_granted },
});

describe("warnings of a policy that can be used", () => {
  it.each<[string, Parameters<typeof loadWarnings>, object[]]>([
    ["nothing special", [plain, { settings: {}, contextAwareResources: [] }, all], []],
    [
      "policy-runtime 46: a setting that cluster data replace",
      [{ ...plain, mode: "opa" }, { settings: { kubernetes: 1 }, contextAwareResources: resources }, all],
      [hidden],
    ],
    [
      "that setting without cluster data",
      [{ ...plain, mode: "opa" }, { settings: { kubernetes: 1 }, contextAwareResources: [] }, all],
      [],
    ],
    [
      "that setting in another mode",
      [plain, { settings: { kubernetes: 1 }, contextAwareResources: resources }, all],
      [],
    ],
    ...declared([], ["oci/v1/verify"], ["oci/v1/verify"]),
    ...declared(["oci/*"], ["oci/v1/verify", "net/v1/dns_lookup_host"], ["net/v1/dns_lookup_host"]),
    ...declared(["oci/v1/verify"], ["oci/*"], ["oci/*"]),
    ...declared(["oci/*"], ["oci/v1/*", "unknown/thing", "tracing/log"], []),
    ...declared(["kubernetes/*"], ["*"], ["*"]),
    ...declared(["*"], ["*"], []),
  ])("%s", (_what, operands, expected) => {
    expect(loadWarnings(...operands)).toEqual(expected);
  });
});

function declared(
  granted: string[],
  declaredCapabilities: string[],
  denied: string[],
): [string, Parameters<typeof loadWarnings>, object[]][] {
  const grants = parseCapabilityPatterns(granted);
  const member = { settings: {}, contextAwareResources: [] };
  const what = `granted [${granted.join()}], uses [${declaredCapabilities.join()}]`;
  return [
    [
      what,
      [{ ...plain, declaredCapabilities }, member, grants],
      denied.length > 0 ? [missing(...denied)] : [],
    ],
  ];
}
