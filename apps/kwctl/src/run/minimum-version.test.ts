import { toMetadata } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { checkMinimumVersion } from "./minimum-version.ts";

function check(minimumKubewardenVersion: string | undefined, running: string): string {
  try {
    checkMinimumVersion(toMetadata({ rules: [], mutating: false, minimumKubewardenVersion }), running);
    return "accepted";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("checkMinimumVersion", () => {
  it.each([
    [undefined, "1.38.0", "accepted"],
    ["1.38.0", "1.38.0", "accepted"],
    ["1.38.7", "1.38.0", "accepted"],
    ["1.36.0", "1.36.0-beta.1", "accepted"],
    ["1.9.0", "1.38.0", "accepted"],
    ["1.39.2", "1.38.0", "Policy required Kubewarden version 1.39.0 or greater. But it's running on 1.38.0"],
    ["2.0.0", "1.38.0", "Policy required Kubewarden version 2.0.0 or greater. But it's running on 1.38.0"],
  ])("kwctl-and-oci 45: %s on %s", (minimum, running, expected) => {
    expect(check(minimum, running)).toBe(expected);
  });
});
