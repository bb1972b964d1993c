import { CapabilityError, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capabilityErrors } from "../../apps/controller/src/admission/validation/capability-patterns.ts";

/** Whether a policy server would start with it. */
function isServed(pattern: string): boolean {
  try {
    parseCapabilityPatterns([pattern]);
    return true;
  } catch (error) {
    if (error instanceof CapabilityError) return false;
    throw error;
  }
}

// Upstream's texts differ, and the controller does without the code of the calls: each has its own reader.
describe("patterns of host calls", () => {
  const words = [
    "oci",
    "v1",
    "v2",
    "verify",
    "manifest_digest",
    "oci_manifest",
    "oci_manifest_config",
    "net",
  ];
  const more = ["dns_lookup_host", "crypto", "is_certificate_trusted", "kubernetes", "can_i", "get_resource"];
  const last = ["list_resources_all", "list_resources_by_namespace", "*", "", "x", "v*"];
  const segment = fc.constantFrom(...words, ...more, ...last);
  const pattern = fc.array(segment, { maxLength: 4 }).map((segments) => segments.join("/"));

  it("controller 24: the controller admits what policy servers can read, and nothing else", () => {
    fc.assert(
      fc.property(pattern, (text) => (capabilityErrors([text]).length === 0) === isServed(text)),
      { numRuns: 5000 },
    );
  });

  it.each(["oci/v2/verify", "oci/v1/*", "kubernetes/can_i", "*"])("controller 24: both take %s", (text) => {
    expect([capabilityErrors([text]), isServed(text)]).toEqual([[], true]);
  });
});
