import { describe, expect, it } from "vitest";
import { replicaFindings } from "./replica-findings.ts";
import type { ReplicaReport } from "./replica-report.ts";
import { serverPod } from "./testing/objects.ts";

const told = (state: string, error?: string, policiesDigest = "new"): ReplicaReport => ({
  kind: "told",
  policies: new Map([["p", { state, revision: "1f", error }]]),
  policiesDigest,
});
const empty: ReplicaReport = { kind: "told", policies: new Map(), policiesDigest: undefined };
const untold: ReplicaReport = { kind: "untold", problem: "GET /policies answers with status 404" };
const awaited: ReplicaReport = { kind: "awaited" };

function found(reports: readonly ReplicaReport[], policiesDigest?: string) {
  const pods = reports.map((_, index) => serverPod(`pod-${index}`));
  const reportOf = (pod: { metadata: { name: string } }): ReplicaReport =>
    reports[Number(pod.metadata.name.at(-1))] ?? awaited;
  return replicaFindings({ unique: "p", pods, reportOf, policiesDigest });
}

describe("replicaFindings", () => {
  it.each<[string, ReplicaReport[], string, string, string]>([
    [
      "all have it",
      [told("active"), told("active")],
      "loaded",
      "True",
      "All replicas have loaded the policy",
    ],
    [
      "one failed",
      [told("active"), told("failed", "no such host")],
      "failed",
      "False",
      "pod-1: no such host",
    ],
    ["one failed without a word", [told("failed")], "failed", "False", "pod-0: the policy is failed"],
    ["one does not know it", [empty], "failed", "False", "pod-0: does not know the policy"],
    ["one is in a state of a later version", [told("odd")], "failed", "False", "pod-0: the policy is odd"],
    [
      "one runs what was before",
      [told("outdated", "bad settings")],
      "outdated",
      "False",
      "pod-0: bad settings",
    ],
    [
      "a failure counts more than silence",
      [untold, told("failed", "no such host")],
      "failed",
      "False",
      "pod-1: no such host",
    ],
    ["none tells", [untold], "loaded", "Unknown", "pod-0: GET /policies answers with status 404"],
    [
      "one does not tell",
      [told("active"), untold],
      "loaded",
      "Unknown",
      "pod-1: GET /policies answers with status 404",
    ],
  ])("in a rollout: %s", (_row, reports, kind, status, message) => {
    expect(found(reports)).toMatchObject({ kind, condition: { type: "PolicyLoaded", status, message } });
  });

  it.each<[string, ReplicaReport[], string, string, string]>([
    ["all have read the file", [told("active"), told("active")], "loaded", "True", "All replicas"],
    [
      "one has not read it yet",
      [told("active"), told("active", undefined, "old")],
      "outdated",
      "False",
      "pod-1: has not read the latest configuration yet",
    ],
    [
      "one does not say what it read",
      [empty],
      "outdated",
      "False",
      "pod-0: does not say which configuration",
    ],
    ["one does not tell", [untold], "outdated", "Unknown", "pod-0: GET /policies answers"],
    ["one cannot use it", [told("outdated", "bad settings")], "outdated", "False", "pod-0: bad settings"],
  ])("where pods reload: %s", (_row, reports, kind, status, message) => {
    const condition = { type: "PolicyLoaded", status, message: expect.stringContaining(message) };
    expect(found(reports, "new")).toMatchObject({ kind, condition });
  });

  it("waits until all have been heard", () => {
    expect(found([told("failed"), awaited])).toEqual({ kind: "awaited" });
  });

  it("lists the replicas by name", () => {
    expect(found([told("active"), told("failed", "no"), untold])).toMatchObject({
      replicas: [
        { pod: "pod-0", state: "active", revision: "1f" },
        { pod: "pod-1", state: "failed", revision: "1f", error: "no" },
        { pod: "pod-2", state: "unknown", error: "GET /policies answers with status 404" },
      ],
    });
  });
});
