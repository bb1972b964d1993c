import { describe, expect, it } from "vitest";
import { modulePitfalls } from "./vap-warnings.ts";

describe("modulePitfalls", () => {
  const latest = "Using the 'latest' version of the CEL policy";
  it.each([
    ["ghcr.io/kubewarden/policies/cel-policy:latest", latest],
    ["registry://ghcr.io/kubewarden/policies/cel-policy", latest],
    ["ghcr.io/kubewarden/policies/cel-policy:v1.0.0", undefined],
    [`ghcr.io/kubewarden/policies/cel-policy@sha256:${"0".repeat(64)}`, undefined],
    ["file:///policies/cel.wasm", undefined],
    ["not a reference", "is no image reference: not a reference"],
  ])("kwctl-and-oci 30: %s", (module, warning) => {
    const expected = warning === undefined ? [] : [expect.stringContaining(warning)];
    expect(modulePitfalls(module)).toEqual(expected);
  });
});
