import { describe, expect, it } from "vitest";
import { toMetadata } from "./metadata.ts";
import { needsNewerVersion, serverIncompatibility } from "./metadata-compatibility.ts";

const metadataWith = (members: object) =>
  toMetadata({ rules: [], mutating: false, protocolVersion: "v1", ...members });

describe("needsNewerVersion", () => {
  it.each([
    ["1.38.0", "1.38.0", false],
    ["1.38.7", "1.38.0", false],
    ["1.39.0-rc.1", "1.38.0", true],
    ["1.39.0", "1.38.9", true],
    ["2.0.0", "1.38.0", true],
    ["0.99.0", "1.38.0", false],
    ["1.36.0", "1.36.0-beta.1", false],
    ["1.100.0", "1.38.0", true],
  ])("policy-runtime 28: %s on %s: %s", (minimumKubewardenVersion, running, needed) => {
    expect(needsNewerVersion(metadataWith({ minimumKubewardenVersion }), running)).toBe(needed);
  });
});

describe("serverIncompatibility", () => {
  it.each([
    [
      "a newer version",
      { minimumKubewardenVersion: "1.99.3" },
      "Policy required Kubewarden version 1.99.0 but is running on 1.38.0",
    ],
    [
      "no protocol version",
      { protocolVersion: null },
      "Policy is missing protocol version, which is required for KubewardenWapc execution mode",
    ],
    [
      "an unknown protocol version",
      { protocolVersion: "Unknown" },
      "Policy uses protocol version Unknown but only V1 is supported",
    ],
    ["no protocol version in another mode", { protocolVersion: null, executionMode: "wasi" }, undefined],
    ["nothing", { minimumKubewardenVersion: "1.38.4" }, undefined],
  ])("policy-runtime 27, 28: objects to %s", (_row, members, message) => {
    expect(serverIncompatibility(metadataWith(members))).toBe(message);
  });
});
