import { toMetadata } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { executionModeOf, requirementProblem } from "./module-requirements.ts";

function metadata(fields: Record<string, unknown>) {
  return toMetadata({ rules: [], mutating: false, protocolVersion: "v1", ...fields });
}

describe("executionModeOf", () => {
  it.each([
    ["no metadata", undefined, "kubewarden-wapc"],
    ["metadata without mode", metadata({}), "kubewarden-wapc"],
    ["wasi", metadata({ executionMode: "wasi" }), "wasi"],
    ["gatekeeper", metadata({ executionMode: "gatekeeper" }), "gatekeeper"],
  ])("policy-runtime 27: %s", (_what, given, mode) => {
    expect(executionModeOf(given)).toBe(mode);
  });
});

describe("requirementProblem", () => {
  it.each([
    ["nothing special", metadata({}), undefined],
    ["policy-runtime 28: a higher patch", metadata({ minimumKubewardenVersion: "1.38.9" }), undefined],
    [
      "policy-runtime 28: a higher minor",
      metadata({ minimumKubewardenVersion: "1.39.1" }),
      "Policy required Kubewarden version 1.39.0 but is running on 1.38.0",
    ],
    [
      "policy-runtime 27: no metadata",
      undefined,
      "Policy is missing protocol version, which is required for KubewardenWapc execution mode",
    ],
    [
      "an unknown protocol version",
      metadata({ protocolVersion: "Unknown" }),
      "Policy uses protocol version Unknown but only V1 is supported",
    ],
    [
      "an unknown protocol version in another mode",
      metadata({ protocolVersion: "Unknown", executionMode: "wasi" }),
      undefined,
    ],
  ])("%s", (_what, given, problem) => {
    expect(requirementProblem(given)).toBe(problem);
  });
});
