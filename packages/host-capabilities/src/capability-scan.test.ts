import { describe, expect, it } from "vitest";
import { assemble } from "../../../tests/support/text-guest.ts";
import { compareCapabilities, usedCapabilities } from "./capability-scan.ts";

function moduleWith(...segments: string[]): Uint8Array {
  const data = segments.map((text, index) => `(data (i32.const ${index * 256}) "${text}")`);
  return assemble(`(module (memory 1) ${data.join(" ")})`);
}

describe("usedCapabilities", () => {
  it.each<[string, string[], string[]]>([
    ["nothing in an empty module", [], []],
    ["namespace and operation", ["xxnetxx", "v1/dns_lookup_host"], ["net/v1/dns_lookup_host"]],
    ["no operation without its namespace", ["v1/dns_lookup_host"], []],
    ["no namespace without operation", ["oci kubernetes net crypto"], []],
    ["nothing across two segments", ["net v1/dns_loo", "kup_host"], []],
    ["the longer of two operations", ["oci v1/oci_manifest_config"], ["oci/v1/oci_manifest_config"]],
    [
      "both operations when the short one stands alone too",
      ["oci v1/oci_manifest_config v1/oci_manifest!"],
      ["oci/v1/oci_manifest", "oci/v1/oci_manifest_config"],
    ],
    [
      "several namespaces, sorted",
      ["oci v1/verify v2/verify kubernetes can_i"],
      ["kubernetes/can_i", "oci/v1/verify", "oci/v2/verify"],
    ],
  ])("kwctl-and-oci 27: finds %s", (_row, segments, expected) => {
    expect(usedCapabilities(moduleWith(...segments))).toEqual(expected);
  });
});

describe("compareCapabilities", () => {
  it.each<[string, string[], string[], string[], string[]]>([
    ["equal sets", ["a/b"], ["a/b"], [], []],
    ["an undeclared one", ["a/b", "c/d"], ["a/b"], ["c/d"], []],
    ["an undetected one", ["a/b"], ["a/b", "c/d"], [], ["c/d"]],
    ["a pattern", ["oci/v1/verify"], ["oci/*", "net/*"], [], ["net/*"]],
    ["everything", ["oci/v1/verify"], ["*"], [], []],
  ])("compares %s", (_row, used, declared, undeclared, undetected) => {
    expect(compareCapabilities(used, declared)).toEqual({ undeclared, undetected });
  });
});
