import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { deprecations } from "./deprecations.ts";
import { parseVersion } from "./kubernetes-version.ts";
import { policy } from "./policy.ts";

const cronJob = { apiVersion: "batch/v1beta1", kind: "CronJob", metadata: { name: "x" } };
const cronJobRefused = {
  accepted: false,
  message:
    "batch/v1beta1 CronJob cannot be used. It has been deprecated starting from 1.21.0. It has been removed starting from 1.25.0. It has been replaced by batch/v1.",
};

describe.each(bothWays("deprecated-api-versions", policy))(
  "deprecated-api-versions %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each([
      ["before deprecation", "1.20.99", true, true, true],
      ["a release candidate of the deprecating release", "1.21.0-rc.1", true, true, true],
      ["deprecated", "v1.21.0", true, false, true],
      ["deprecated, with build metadata", "1.21.0+k3s1", true, false, true],
      ["removed", "1.25.0", true, false, false],
      ["long removed", "2.0.0", true, false, false],
    ])("policies-and-sdk 41: %s", async (_row, kubernetes_version, _known, strict, lax) => {
      const settings = { kubernetes_version };
      const outcome = await runner.run({ object: cronJob, settings });
      expect(outcome).toEqual(strict ? { accepted: true } : cronJobRefused);
      const tolerant = await runner.run({
        object: cronJob,
        settings: { ...settings, deny_on_deprecation: false },
      });
      expect(tolerant).toEqual(lax ? { accepted: true } : cronJobRefused);
    });

    it.each([
      ["batch/v1", "CronJob"],
      ["batch/v1beta1", "cronjob"],
      ["batch/v1beta1", "Job"],
      ["v1", "Pod"],
      ["example.test/v1beta1", "CronJob"],
    ])("policies-and-sdk 41: %s %s is not known", async (apiVersion, kind) => {
      const outcome = await runner.run({
        object: { apiVersion, kind },
        settings: { kubernetes_version: "1.40.0" },
      });
      expect(outcome).toEqual({ accepted: true });
    });

    it.each([
      [
        "policy/v1beta1",
        "PodSecurityPolicy",
        "It has been deprecated starting from 1.21.0. It has been removed starting from 1.25.0.",
      ],
      [
        "extensions/v1beta1",
        "ReplicaSet",
        "It has been removed starting from 1.16.0. It has been replaced by apps/v1.",
      ],
    ])("policies-and-sdk 41: of %s %s only what is known is said", async (apiVersion, kind, rest) => {
      const outcome = await runner.run({
        object: { apiVersion, kind },
        settings: { kubernetes_version: "1.30.0" },
      });
      expect(outcome).toEqual({ accepted: false, message: `${apiVersion} ${kind} cannot be used. ${rest}` });
    });

    it("policies-and-sdk 20, 21: what the request names counts, whatever the object is", async () => {
      const settings = { kubernetes_version: "1.25.0" };
      expect(await runner.run({ object: null, oldObject: cronJob, settings })).toEqual(cronJobRefused);
      expect(await runner.run({ object: cronJob, oldObject: cronJob, settings })).toEqual(cronJobRefused);
      const kind = { group: "batch", version: "v1", kind: "CronJob" };
      expect(await runner.run({ object: cronJob, kind, settings })).toEqual({ accepted: true });
    });

    it.each<[unknown, string | undefined]>([
      [{ kubernetes_version: "1.22.0", unknown: 1 }, undefined],
      [null, "kubernetes_version: expected a value, got nothing"],
      [{ deny_on_deprecation: true }, "kubernetes_version: expected a value, got nothing"],
      [{ kubernetes_version: "v0.0.1" }, "Please provide a kubernetes version"],
      [{ kubernetes_version: null }, "kubernetes_version: expected string, got null"],
      [{ kubernetes_version: 1.22 }, "kubernetes_version: expected string, got number"],
      ...["", "1.22", "vv1.22.0", " 1.22.0", "01.2.3"].map((version): [unknown, string] => [
        { kubernetes_version: version },
        `kubernetes_version: expected a version like 1.22.0, got ${JSON.stringify(version)}`,
      ]),
      [
        { kubernetes_version: "1.22.0", deny_on_deprecation: "x" },
        "deny_on_deprecation: expected boolean, got string",
      ],
    ])("policies-and-sdk 41: settings %j", async (settings, message) => {
      const expected = message === undefined ? { valid: true } : { valid: false, message };
      expect(await runner.validateSettings(settings)).toEqual(expected);
    });
  },
);

describe("the table", () => {
  it("has each kind once, and releases that can be read", () => {
    const names = deprecations.flatMap(({ apiVersion, kinds }) =>
      kinds.map((kind) => `${apiVersion} ${kind}`),
    );
    expect(names).toEqual([...new Set(names)]);
    for (const { deprecatedIn, removedIn } of deprecations) {
      const releases = [deprecatedIn, removedIn].filter((release) => release !== undefined);
      expect(releases.map(parseVersion)).not.toContain(undefined);
      expect(releases.length).toBeGreaterThan(0);
    }
  });

  it("is what the rules name, but for what is not of Kubernetes", async () => {
    const metadata = await readFile(join(import.meta.dirname, "metadata.yml"), "utf8");
    const rules = metadata.matchAll(/apiGroups: \["(.+)"\]\n +apiVersions: \["(.+)"\]/g);
    const named = [...rules].flatMap(([, group, versions = ""]) =>
      versions.split('", "').map((version) => `${group}/${version}`),
    );
    const known = deprecations
      .map(({ apiVersion }) => apiVersion)
      .filter((name) => !/cert-?manager/.test(name));
    expect(named.sort()).toEqual([...new Set(known)].sort());
  });
});
