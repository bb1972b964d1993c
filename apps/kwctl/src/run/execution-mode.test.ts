import { type ExecutionMode, toMetadata } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { chooseExecutionMode, type ExecutionModeFlag } from "./execution-mode.ts";

const differs = (metadata: string, flag: string) =>
  `The policy execution mode specified via CLI flag is different from the one reported inside of policy's metadata. Metadata reports ${metadata} instead of ${flag}`;
const unclear = "The policy has been created with Rego, please specify which Opa runtime has to be used";
const isRego =
  "The policy has been created with Rego, the policy execution mode specified via CLI flag is wrong";
const isNotRego =
  "The policy has not been created with Rego, the policy execution mode specified via CLI flag is wrong";

function choose(metadata: ExecutionMode | undefined, flag: ExecutionModeFlag | undefined, rego: boolean) {
  const read = metadata && toMetadata({ rules: [], mutating: false, executionMode: metadata });
  try {
    return chooseExecutionMode({ metadata: read, isRego: rego }, flag);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe("chooseExecutionMode", () => {
  it.each<[ExecutionMode | undefined, ExecutionModeFlag | undefined, boolean, string]>([
    ["kubewarden-wapc", undefined, false, "kubewarden-wapc"],
    ["opa", undefined, true, "opa"],
    ["wasi", "wasi", false, "wasi"],
    ["kubewarden-wapc", "kubewarden", false, "kubewarden-wapc"],
    ["kubewarden-wapc", "kubewarden-wapc", false, "kubewarden-wapc"],
    ["gatekeeper", "opa", true, differs("gatekeeper", "opa")],
    ["opa", "kubewarden", true, differs("opa", "kubewarden-wapc")],
    [undefined, undefined, false, "kubewarden-wapc"],
    [undefined, undefined, true, unclear],
    [undefined, "kubewarden", false, "kubewarden-wapc"],
    [undefined, "wasi", false, "wasi"],
    [undefined, "opa", true, "opa"],
    [undefined, "gatekeeper", true, "gatekeeper"],
    [undefined, "kubewarden", true, isRego],
    [undefined, "wasi", true, isRego],
    [undefined, "opa", false, isNotRego],
    [undefined, "gatekeeper", false, isNotRego],
  ])("policy-runtime 27: metadata %s, flag %s, Rego %s", (metadata, flag, rego, expected) => {
    expect(choose(metadata, flag, rego)).toBe(expected);
  });
});
