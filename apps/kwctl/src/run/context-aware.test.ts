import { type PolicyMetadata, toMetadata } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { recordedLog } from "../testing/recorded-log.ts";
import { grantResources } from "./context-aware.ts";
import { membersOf, type PolicyDefinition } from "./policy-definition.ts";

const pod = { apiVersion: "v1", kind: "Pod" };
const service = { apiVersion: "v1", kind: "Service" };
const guest = { settings: {}, hostCapabilities: [], timeoutEvalSeconds: undefined };

function grant(contextAware: "metadata" | "entry", allowed: boolean, metadata: PolicyMetadata | undefined) {
  const member = { ...guest, module: "m", contextAwareResources: contextAware === "entry" ? [service] : [] };
  const definition: PolicyDefinition = {
    id: "g",
    contextAware,
    entry: {
      kind: "group",
      policies: { a: member },
      expression: "a()",
      message: "no",
      policyMode: "protect",
      namespaced: false,
    },
  };
  const { log, lines } = recordedLog();
  const modules = new Map([["m", { bytes: new Uint8Array(), metadata, isRego: false }]]);
  const granted = grantResources(definition, { allowed, modules, log });
  return { resources: membersOf(granted)[0]?.contextAwareResources, warnings: lines.length };
}

const asking = toMetadata({ rules: [], mutating: false, contextAwareResources: [pod] });
const content = toMetadata({ rules: [], mutating: false });

describe("grantResources", () => {
  it.each([
    ["what metadata lists", "metadata", true, asking, [pod], 0],
    ["nothing without the flag, with warnings", "metadata", false, asking, [], 2],
    ["nothing to a policy that wants nothing", "metadata", false, content, [], 0],
    ["nothing to a policy without metadata", "metadata", true, undefined, [], 0],
    ["what the custom resource lists", "entry", true, asking, [service], 0],
    ["nothing of it without the flag, with warnings", "entry", false, content, [], 2],
  ] as const)("grants %s", (_row, contextAware, allowed, metadata, resources, warnings) => {
    expect(grant(contextAware, allowed, metadata)).toEqual({ resources, warnings });
  });
});
