import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readReplicaReport } from "./replica-report.ts";

describe("readReplicaReport", () => {
  it("reads what a policy server says, and nothing that nobody needs", () => {
    const body = {
      policies: [
        { id: "clusterwide-a", kind: "policy", mode: "protect", state: "active", revision: "1f" },
        {
          id: "clusterwide-b",
          kind: "policy",
          mode: "protect",
          state: "failed",
          errors: ["no\nsuch", "host"],
        },
      ],
      policiesDigest: "sha256:aa",
      lastReload: { outcome: "refused" },
    };
    expect(readReplicaReport(JSON.stringify(body))).toEqual({
      kind: "told",
      policies: new Map([
        ["clusterwide-a", { state: "active", revision: "1f", error: undefined }],
        ["clusterwide-b", { state: "failed", revision: undefined, error: "no such; host" }],
      ]),
      policiesDigest: "sha256:aa",
    });
  });

  it.each(["", "[]", "null", '{"policies":{}}', '{"policies":[{"id":"a"}]}', "<html>"])(
    "takes %j for no answer",
    (body) => expect(readReplicaReport(body)).toBeUndefined(),
  );

  it("keeps only the beginning of long texts: they stand in a status", () => {
    const errors = ["x".repeat(100_000)];
    const told = readReplicaReport(JSON.stringify({ policies: [{ id: "a", state: "failed", errors }] }));
    expect(told?.policies.get("a")?.error).toMatch(/^x{1023}…$/);
  });

  it("never throws", () => {
    const entry = fc.record(
      { id: fc.anything(), state: fc.anything(), errors: fc.anything(), revision: fc.anything() },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ policies: fc.array(entry) }).map((value) => JSON.stringify(value)),
    );
    fc.assert(fc.property(body, (text) => void readReplicaReport(text)));
  });
});
