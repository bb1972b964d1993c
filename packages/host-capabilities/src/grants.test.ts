import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CapabilityError } from "./errors.ts";
import { formatGrants, isGranted, mayWait, parseCapabilityPatterns } from "./grants.ts";
import { capabilities } from "./table.ts";

const paths = capabilities.filter(({ kind }) => kind === "served").map(({ path }) => path);

function grantedBy(...patterns: string[]): string[] {
  const grants = parseCapabilityPatterns(patterns);
  return paths.filter((path) => isGranted(grants, path)).sort();
}

describe("parseCapabilityPatterns", () => {
  it("knows the capability tree of policy-runtime 5.2", () => {
    expect([...paths].sort()).toEqual([
      "crypto/v1/is_certificate_trusted",
      "kubernetes/can_i",
      "kubernetes/get_resource",
      "kubernetes/list_resources_all",
      "kubernetes/list_resources_by_namespace",
      "net/v1/dns_lookup_host",
      "oci/v1/manifest_digest",
      "oci/v1/oci_manifest",
      "oci/v1/oci_manifest_config",
      "oci/v1/verify",
      "oci/v2/verify",
    ]);
  });

  it.each([
    ["nothing", [], []],
    ["an exact path", ["oci/v1/verify"], ["oci/v1/verify"]],
    ["a namespace", ["oci/*"], paths.filter((path) => path.startsWith("oci/")).sort()],
    ["a version", ["oci/v2/*"], ["oci/v2/verify"]],
    ["two patterns", ["net/*", "kubernetes/can_i"], ["kubernetes/can_i", "net/v1/dns_lookup_host"]],
    ["blanks around a pattern", ["  net/v1/*\t"], ["net/v1/dns_lookup_host"]],
    ["everything", ["*"], [...paths].sort()],
    ["everything, whatever follows", ["oci/*", " * ", "nonsense"], [...paths].sort()],
  ])("policy-runtime 33: grants %s", (_what, patterns, granted) => {
    expect(grantedBy(...patterns)).toEqual(granted);
  });

  it("does not take a pattern for the beginning of a longer name", () => {
    expect(grantedBy("oci/v1/oci_manifest")).toEqual(["oci/v1/oci_manifest"]);
  });

  it.each([
    ["oci/*", "oci2/v1/verify"],
    ["oci/*", "oci"],
    ["oci/v1/*", "oci/v10/verify"],
    ["oci/v1/*", "oci/v1"],
    ["kubernetes/can_i", "kubernetes/can_i_not"],
  ])("does not take %s for the beginning of %s, which may come", (pattern, path) => {
    expect(isGranted(parseCapabilityPatterns([pattern]), path)).toBe(false);
  });

  const wildcard = "wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match";
  it.each([
    ["", "invalid pattern: pattern must not be empty"],
    ["  ", "invalid pattern: pattern must not be empty"],
    ["oci*", `invalid pattern "oci*": ${wildcard}`],
    ["*/oci", `invalid pattern "*/oci": ${wildcard}`],
    ["oci/v1/oci_*", `invalid pattern "oci/v1/oci_*": ${wildcard}`],
    ["oci/*/*", `invalid pattern "oci/*/*": ${wildcard}`],
    ["**", `invalid pattern "**": ${wildcard}`],
    [
      "oci/v99/verify",
      'invalid pattern "oci/v99/verify": unknown segment "v99", valid options at this level are: v1, v2',
    ],
    [
      " zzz/* ",
      'invalid pattern "zzz/*": unknown segment "zzz", valid options at this level are: crypto, kubernetes, net, oci',
    ],
    [
      "tracing/log",
      'invalid pattern "tracing/log": unknown segment "tracing", valid options at this level are: crypto, kubernetes, net, oci',
    ],
    ["oci/", 'invalid pattern "oci/": unknown segment "", valid options at this level are: v1, v2'],
    [
      "kubernetes/can_i/x",
      'invalid pattern "kubernetes/can_i/x": unknown segment "x", valid options at this level are: ',
    ],
    [
      "oci/v1/verify/*",
      'invalid pattern "oci/v1/verify/*": unknown segment "*", valid options at this level are: ',
    ],
    [
      "oci/v1",
      'invalid pattern "oci/v1": not a complete capability path; use "oci/v1/*" to allow all capabilities under it',
    ],
    [
      "net",
      'invalid pattern "net": not a complete capability path; use "net/*" to allow all capabilities under it',
    ],
  ])("policy-server 25: refuses %j", (pattern, message) => {
    expect(() => parseCapabilityPatterns(["net/*", pattern])).toThrow(
      expect.objectContaining({ name: "CapabilityError", code: "CAPABILITY_PATTERN_INVALID", message }),
    );
  });

  it.each([
    [["*"], "[*]", true],
    [[], "[]", false],
    [["oci/*", "kubernetes/can_i"], "[oci/*, kubernetes/can_i]", true],
  ])("%j is shown as %s; may wait: %s", (patterns, shown, waits) => {
    const grants = parseCapabilityPatterns(patterns);
    expect(formatGrants(grants)).toBe(shown);
    expect(mayWait(grants)).toBe(waits);
  });

  it("grants by any pattern what it names, or refuses the pattern", () => {
    const segment = fc.constantFrom("oci", "v1", "verify", "*", "", "net", "x*", "can_i", "kubernetes", " ");
    const pattern = fc.oneof(
      fc.array(segment).map((parts) => parts.join("/")),
      fc.string(),
    );
    fc.assert(
      fc.property(pattern, (text) => {
        try {
          const prefix = text.trim().replace(/\*$/, "");
          expect(grantedBy(text).length).toBeGreaterThan(0);
          expect(grantedBy(text).every((path) => path.startsWith(prefix))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CapabilityError);
        }
      }),
    );
  });
});
