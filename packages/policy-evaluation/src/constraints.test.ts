import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { describe, expect, it } from "vitest";
import { applyConstraints, type ResponseConstraints } from "./constraints.ts";

const base = { uid: "u1", auditAnnotations: { k: "v" }, warnings: ["w"] };
const accepted: AdmissionResponse = { ...base, allowed: true };
const rejected: AdmissionResponse = { ...base, allowed: false, status: { message: "no", code: 403 } };
const mutated: AdmissionResponse = { ...base, allowed: true, patchType: "JSONPatch", patch: "W10=" };
const mutationText =
  "Request rejected by policy group/psp. The policy attempted to mutate the request, but it is currently configured to not allow mutations.";
const mutationRefused: AdmissionResponse = { ...base, allowed: false, status: { message: mutationText } };

function cause(message: string) {
  return { causes: [{ reason: null, message, field: null }] };
}

describe("applyConstraints", () => {
  it.each<[string, ResponseConstraints, AdmissionResponse, AdmissionResponse, string[]]>([
    ["protect: an acceptance stays", { policyMode: "protect" }, accepted, accepted, []],
    ["protect: a rejection stays", { policyMode: "protect" }, rejected, rejected, []],
    [
      "policy-server 6: monitor accepts a rejection",
      { policyMode: "monitor" },
      rejected,
      accepted,
      ["monitor"],
    ],
    [
      "policy-server 6: monitor accepts a mutation without it",
      { policyMode: "monitor", allowedToMutate: true },
      mutated,
      accepted,
      ["monitor"],
    ],
    [
      "policy-runtime 21: monitor comes before the mutation constraint",
      { policyMode: "monitor", allowedToMutate: false },
      mutated,
      accepted,
      ["monitor"],
    ],
    [
      "monitor comes before the message",
      { policyMode: "monitor", message: "custom" },
      rejected,
      accepted,
      ["monitor"],
    ],
    ["monitor applies to an acceptance", { policyMode: "monitor" }, accepted, accepted, ["monitor"]],
    [
      "policy-server 3: a mutation that is allowed",
      { policyMode: "protect", allowedToMutate: true },
      mutated,
      mutated,
      [],
    ],
    [
      "policy-server 4: a mutation that is not allowed",
      { policyMode: "protect", allowedToMutate: false },
      mutated,
      mutationRefused,
      ["mutation"],
    ],
    [
      "policy-runtime 21: a mutation about which nothing is said",
      { policyMode: "protect" },
      mutated,
      mutationRefused,
      ["mutation"],
    ],
    [
      "policy-server 17: a message in place of the policy's",
      { policyMode: "protect", message: "custom" },
      rejected,
      { ...base, allowed: false, status: { message: "custom", details: cause("no"), code: 403 } },
      ["message"],
    ],
    [
      "policy-runtime 22: an empty message",
      { policyMode: "protect", message: "" },
      rejected,
      { ...base, allowed: false, status: { message: "", details: cause("no"), code: 403 } },
      ["message"],
    ],
    [
      "a message where the policy had none",
      { policyMode: "protect", message: "custom" },
      { ...base, allowed: false },
      { ...base, allowed: false, status: { message: "custom", details: cause("") } },
      ["message"],
    ],
    [
      "policy-server 17: no message for an acceptance",
      { policyMode: "protect", message: "custom" },
      accepted,
      accepted,
      [],
    ],
    [
      "a message for a refused mutation",
      { policyMode: "protect", message: "custom" },
      mutated,
      { ...base, allowed: false, status: { message: "custom", details: cause(mutationText) } },
      ["mutation", "message"],
    ],
    [
      "a message after causes that are there already",
      { policyMode: "protect", message: "custom" },
      {
        ...base,
        allowed: false,
        status: { reason: "Forbidden", message: "no", details: { name: "n", ...cause("first") } },
      },
      {
        ...base,
        allowed: false,
        status: {
          reason: "Forbidden",
          message: "custom",
          details: { name: "n", causes: [...cause("first").causes, ...cause("no").causes] },
        },
      },
      ["message"],
    ],
  ])("%s", (_row, constraints, answer, response, steps) => {
    expect(applyConstraints("group/psp", constraints, answer)).toEqual({ response, steps });
  });

  it("does not change what it is given", () => {
    const answer = structuredClone(rejected);
    applyConstraints("p", { policyMode: "protect", message: "custom" }, answer);
    expect(answer).toEqual(rejected);
  });
});
