import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod } from "../workloads.ts";
import { policy } from "./policy.ts";

const label = "pod-security.kubernetes.io";
const namespace = (labels?: Record<string, string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "team-a", futureMeta: 1, ...(labels && { labels }) },
  spec: { finalizers: ["kubernetes"] },
});
const everything = {
  enforce: "restricted",
  "enforce-version": "latest",
  audit: "baseline",
  "audit-version": "v1.25",
  warn: "privileged",
  "warn-version": "v1.0",
};
const all = Object.fromEntries(
  Object.entries(everything).map(([name, value]) => [`${label}/${name}`, value]),
);
const noMode = "At least one of the 'enforce', 'audit' or 'warn' configuration must be defined";
const badVersion = (text: string) =>
  `Version ${text} is invalid. It must follow the v<major>.<minor> pattern or be 'latest' value`;

describe.each(bothWays("psa-label-enforcer", policy))("psa-label-enforcer %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    ["no labels", {}, undefined, { [`${label}/enforce`]: "restricted" }],
    ["other labels", {}, { a: "b" }, { a: "b", [`${label}/enforce`]: "restricted" }],
    ["a lower level", {}, { [`${label}/enforce`]: "baseline" }, { [`${label}/enforce`]: "restricted" }],
    ["everything", everything, { z: "z" }, { z: "z", ...all }],
    [
      "labels of modes the settings do not name",
      {},
      { [`${label}/warn`]: "baseline", [`${label}/enforce-version`]: "v1.20" },
      {
        [`${label}/warn`]: "baseline",
        [`${label}/enforce-version`]: "v1.20",
        [`${label}/enforce`]: "restricted",
      },
    ],
  ])("policies-and-sdk 38: sets and overwrites: %s", async (_row, modes, labels, expected) => {
    const settings = { modes: { enforce: "restricted", ...modes } };
    expect(await runner.run({ object: namespace(labels), settings })).toEqual({
      accepted: true,
      mutatedObject: namespace(expected),
    });
  });

  it("policies-and-sdk 21, 38: an UPDATE gets the labels too, also when it only removes a finalizer", async () => {
    const settings = { modes: { audit: "baseline" } };
    const outcome = await runner.run({ object: namespace(), oldObject: namespace({ a: "b" }), settings });
    expect(outcome).toEqual({ accepted: true, mutatedObject: namespace({ [`${label}/audit`]: "baseline" }) });
  });

  it("creates missing metadata", async () => {
    const settings = { modes: { warn: "baseline" } };
    const labels = { [`${label}/warn`]: "baseline" };
    for (const object of [{ kind: "Namespace" }, { kind: "Namespace", metadata: null }]) {
      const outcome = await runner.run({ object, settings });
      expect(outcome.mutatedObject).toEqual({ kind: "Namespace", metadata: { labels } });
    }
  });

  it.each<[string, KubernetesObject | null]>([
    ["labels that are right", namespace(all)],
    ["another kind", pod({})],
    ["policies-and-sdk 20: DELETE, which has no object", null],
  ])("leaves alone: %s", async (_row, object) => {
    const kind = { group: "", version: "v1", kind: object === null ? "Namespace" : (object.kind ?? "") };
    const outcome = await runner.run({
      object,
      oldObject: namespace(),
      kind,
      settings: { modes: everything },
    });
    expect(outcome).toEqual({ accepted: true });
  });

  it.each([
    [{ metadata: [] }, "metadata: expected object, got array"],
    [{ metadata: { labels: "x" } }, "metadata.labels: expected object, got string"],
    [{ metadata: { labels: [] } }, "metadata.labels: expected object, got array"],
  ])("refuses what it cannot read: %j", async (fields, message) => {
    const object = { ...namespace(), ...JSON.parse(JSON.stringify(fields)) };
    const outcome = await runner.run({ object, settings: { modes: everything } });
    expect(outcome).toEqual({ accepted: false, code: 400, message });
  });

  it.each([
    [{ modes: everything, other: 1 }, undefined],
    [{ modes: { enforce: "baseline", "enforce-version": "v1.25" } }, undefined],
    [null, noMode],
    [{ modes: {} }, noMode],
    [{ modes: { enforce: null } }, noMode],
    [{ modes: { "enforce-version": "latest" } }, noMode],
    [{ modes: { enforce: "baseline", "enforce-version": "1.25" } }, badVersion("1.25")],
    [{ modes: { enforce: "baseline", "enforce-version": "v1.025" } }, badVersion("v1.025")],
    [{ modes: { audit: "baseline", "audit-version": "Latest" } }, badVersion("Latest")],
    [{ modes: { warn: "baseline", "warn-version": "v1.2.3" } }, badVersion("v1.2.3")],
    [
      { modes: { audit: "baseline", "enforce-version": "latest" } },
      "cannot define enforce version with no enforce mode.",
    ],
    [
      { modes: { enforce: "baseline", "audit-version": "latest" } },
      "cannot define audit version with no audit mode.",
    ],
    [
      { modes: { enforce: "baseline", "warn-version": "v1.1" } },
      "cannot define warn version with no warn mode.",
    ],
    [
      { modes: { enforce: "Restricted" } },
      'modes.enforce: expected ("privileged" | "baseline" | "restricted"), got "Restricted"',
    ],
    [{ modes: { enforce: "baseline", unknown: 1 } }, "modes.unknown: unknown setting"],
    [{ modes: "x" }, "modes: expected object, got string"],
    [
      { modes: { warn: "baseline", "warn-version": 1.25 } },
      "modes.warn-version: expected string, got number",
    ],
  ])("policies-and-sdk 9, 38: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});
