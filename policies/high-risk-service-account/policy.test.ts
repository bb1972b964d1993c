import { fakeHost } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { allWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const rule = (resource: string, ...verbs: string[]) => ({ apiGroups: [""], resources: [resource], verbs });
const settings = { blockRules: [rule("secrets", "get")] };
const containers = [{ name: "app" }];
const account = "system:serviceaccount:team-a:default";
const unreadable = { accepted: false, code: 400, message: "Failed to extract pod spec" };
const allFailed = {
  accepted: false,
  code: 403,
  message: "Failed to check permissions for all SubjectAccessReviews",
};
const refused = (user: string, deed: string) => ({
  accepted: false,
  code: 403,
  message: `Cannot use service account '${user}' with permissions to perform ${deed}`,
});

/** Answers in turn: whether it is allowed, or that the cluster is away. */
const cluster = (...answers: (boolean | "away")[]) => {
  const left = [...answers];
  return fakeHost({
    "kubernetes/can_i": () => {
      const allowed = left.shift();
      if (allowed === "away") throw new Error("Callback evaluation failure: away");
      return { allowed };
    },
  });
};

describe.each(allWays("high-risk-service-account", policy))(
  "high-risk-service-account %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[string, object, string]>([
      ["no account", {}, "default"],
      ["an empty name", { serviceAccountName: "" }, "default"],
      ["an account", { serviceAccountName: "admin" }, "admin"],
      ["an account by its former name", { serviceAccount: "old" }, "old"],
      ["both names", { serviceAccountName: "new", serviceAccount: "old" }, "new"],
      ["a mounted token", { automountServiceAccountToken: true }, "default"],
    ])("policies-and-sdk 40: %s", async (_row, spec, name) => {
      const user = `system:serviceaccount:team-a:${name}`;
      const host = cluster(true);
      expect(await runner.run({ object: pod({ containers, ...spec }), settings, host })).toEqual(
        refused(user, "get /secrets in the cluster"),
      );
      const subject_access_review = {
        user,
        resource_attributes: { resource: "secrets", verb: "get", group: "" },
      };
      const payload = { subject_access_review, disable_cache: false };
      expect(host.calls).toEqual([{ capability: "kubernetes/can_i", payload }]);
      const lucky = cluster(false);
      expect(await runner.run({ object: pod({ containers, ...spec }), settings, host: lucky })).toEqual({
        accepted: true,
      });
    });

    it("policies-and-sdk 40: one question per combination, in the order of the rules", async () => {
      const blockRules = [
        { apiGroups: ["", "apps"], resources: ["a", "b/c"], verbs: ["get", "*"] },
        { ...rule("d", "list"), namespace: "kube-system" },
      ];
      const host = cluster(...Array.from({ length: 9 }, () => false));
      expect(await runner.run({ object: pod({ containers }), settings: { blockRules }, host })).toEqual({
        accepted: true,
      });
      const asked = host.calls.map(({ payload }) => {
        const { resource_attributes: attributes } = Reflect.get(Object(payload), "subject_access_review");
        const { group, resource, subresource, verb, namespace } = attributes;
        return [group, resource, subresource, verb, namespace];
      });
      expect(asked).toEqual([
        ["", "a", undefined, "get", undefined],
        ["", "a", undefined, "*", undefined],
        ["", "b", "c", "get", undefined],
        ["", "b", "c", "*", undefined],
        ["apps", "a", undefined, "get", undefined],
        ["apps", "a", undefined, "*", undefined],
        ["apps", "b", "c", "get", undefined],
        ["apps", "b", "c", "*", undefined],
        ["", "d", undefined, "list", "kube-system"],
      ]);
    });

    it("names a subresource and a namespace", async () => {
      const blockRules = [{ ...rule("pods/exec", "create"), namespace: "kube-system" }];
      const outcome = await runner.run({
        object: pod({ containers }),
        settings: { blockRules },
        host: cluster(true),
      });
      expect(outcome).toEqual(refused(account, "create /pods/exec in namespace 'kube-system'"));
    });

    it.each<[string, (boolean | "away")[], object]>([
      ["all failing", ["away", "away"], allFailed],
      ["one failing, the other denied", ["away", false], { accepted: true }],
      ["one failing, the other allowed", ["away", true], refused(account, "list /x in the cluster")],
    ])("policies-and-sdk 40: %s", async (_row, answers, expected) => {
      const blockRules = [rule("x", "get", "list")];
      const object = pod({ containers });
      expect(await runner.run({ object, settings: { blockRules }, host: cluster(...answers) })).toEqual(
        expected,
      );
    });

    it.each(workloadKinds)("policies-and-sdk 18, 40: in a %s", async (kind) => {
      const object = workload(kind, { containers, serviceAccountName: "admin" });
      expect(await runner.run({ object, settings, host: cluster(true) })).toEqual(
        refused("system:serviceaccount:team-a:admin", "get /secrets in the cluster"),
      );
      const none = workload(kind, { containers, automountServiceAccountToken: false });
      expect(await runner.run({ object: none, settings })).toEqual({ accepted: true });
      expect(await runner.run({ object: workload(kind), settings, host: cluster(true) })).toEqual(
        refused(account, "get /secrets in the cluster"),
      );
    });

    it("policies-and-sdk 21: judges an UPDATE that only removes a finalizer", async () => {
      const object = pod({ containers });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect((await runner.run({ object, oldObject, settings, host: cluster(true) })).accepted).toBe(false);
    });

    it.each<[string, object]>([
      ["another kind", { object: { apiVersion: "v1", kind: "Service" } }],
      ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod({}) }],
      ["automount that is a text", { object: pod({ containers, automountServiceAccountToken: "false" }) }],
      ["an account that is a number", { object: pod({ containers, serviceAccountName: 0 }) }],
      ["containers that are no list", { object: { ...pod({}), spec: { containers: "none" } } }],
    ])("cannot read %s", async (_row, options) => {
      expect(await runner.run({ ...options, settings })).toEqual(unreadable);
    });

    it.each<[unknown, string | undefined]>([
      [settings, undefined],
      [{ blockRules: [{ ...rule("x", "*"), namespace: null, extra: 1 }] }, undefined],
      [null, "block_rules cannot be empty"],
      [{ block_rules: [rule("x", "get")] }, "block_rules cannot be empty"],
      [{ blockRules: [rule("x")] }, "Invalid rule: Rule must specify apiGroups, resources, and verbs"],
      [
        { blockRules: [{ ...rule("x", "get"), apiGroups: [] }] },
        "Invalid rule: Rule must specify apiGroups, resources, and verbs",
      ],
      [
        { blockRules: [{ ...rule("x", "get"), resources: [] }] },
        "Invalid rule: Rule must specify apiGroups, resources, and verbs",
      ],
      [
        { blockRules: [rule("x", "Get")] },
        'blockRules.0.verbs.0: expected ("*" | "create" | "delete" | "get" | "list" | "proxy" | "update" | "watch" | "patch" | "deletecollection"), got "Get"',
      ],
      [
        { blockRules: [{ apiGroups: [""], verbs: [] }] },
        "blockRules.0.resources: expected a value, got nothing",
      ],
      [{ blockRules: "x" }, "blockRules: expected array, got string"],
      [{ blockRules: null }, "blockRules: expected array, got null"],
      [
        { blockRules: [{ ...rule("x", "get"), namespace: 5 }] },
        "blockRules.0.namespace: expected string, got number",
      ],
    ])("policies-and-sdk 40: settings %j", async (given, message) => {
      const expected = message === undefined ? { valid: true } : { valid: false, message };
      expect(await runner.validateSettings(given)).toEqual(expected);
    });
  },
);

it("nothing that decides is passed over", () => {
  expectNothingPassedOver(policy, {
    object: pod({ containers, serviceAccountName: "admin", automountServiceAccountToken: true }),
    settings,
    host: fakeHost({ "kubernetes/can_i": () => ({ allowed: true }) }),
    violations: [{ path: ["spec", "automountServiceAccountToken"], isHarmless: (value) => value === false }],
  });
});
