import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { clusterPolicy, policyIn, serverPod } from "./testing/objects.ts";
import {
  activePolicy,
  conditionOf,
  conditionStates,
  type PolicySetUp,
  putConfiguration,
  replicaSet,
  rollOut,
  setUpPolicies,
} from "./testing/set-up.ts";

describe("the webhook of a policy", () => {
  it("controller 4: changes of rules, selectors and time limits reach the webhook at once", async () => {
    const test = await setUpPolicies();
    const { metadata, spec, ...rest } = await activePolicy(test);
    const rules = [
      { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["deployments"] },
    ];
    const policy = clusterPolicy("psp", {
      ...spec,
      rules,
      timeoutSeconds: 3,
      objectSelector: { matchLabels: { a: "b" } },
    });
    test.view.policies.ClusterAdmissionPolicy.put({
      ...policy,
      ...rest,
      metadata: { ...metadata, generation: 2 },
      spec: policy.spec,
    });
    await test.reconcile(policy);
    expect(test.writes).toEqual([
      "patch ValidatingWebhookConfiguration clusterwide-psp",
      "patch ClusterAdmissionPolicy/status psp",
    ]);
    expect(test.webhook(policy)?.webhooks?.[0]).toMatchObject({ rules, timeoutSeconds: 3 });
    expect(test.events).toEqual(["Normal WebhookUpdated: Webhook configuration clusterwide-psp was updated"]);
  });

  it("controller 5: a change of the configuration keeps the webhook as it is until the rollout ends", async () => {
    const test = await setUpPolicies();
    const { metadata, spec, ...rest } = await activePolicy(test);
    const policy = clusterPolicy("psp", { ...spec, timeoutSeconds: 3, settings: { a: 1 } });
    test.view.policies.ClusterAdmissionPolicy.put({ ...policy, ...rest, metadata, spec: policy.spec });
    putConfiguration(test, [policy], "8");
    const during = await test.reconcile(policy);
    expect(test.writes).toEqual(["patch ClusterAdmissionPolicy/status psp"]);
    expect(conditionStates(during)).toMatchObject({
      PolicyUniquelyReachable: "False",
      PolicyServerConfigurationUpToDate: "False",
      PolicyActive: "True",
    });
    const annotations = { "deployment.kubernetes.io/revision": "2", "kubewarden/config-version": "8" };
    test.view.deployments.put({
      ...test.view.deployments.list()[0]!,
      metadata: { ...test.view.deployments.list()[0]!.metadata, annotations },
    });
    test.view.replicaSets.put(replicaSet("rs-2", "h2", annotations));
    test.view.pods.remove(test.view.pods.list()[0]!);
    test.view.pods.put(
      serverPod("pod-b", {
        meta: { labels: { "kubewarden/policy-server": "default", "pod-template-hash": "h2" } },
      }),
    );
    await test.reconcile(policy);
    expect(test.webhook(policy)?.webhooks?.[0]).toMatchObject({ timeoutSeconds: 3 });
  });

  it.each([true, false])(
    "controller 14: a change of mutating (to %s) leaves one configuration, and no moment without",
    async (mutating) => {
      const test = await setUpPolicies();
      const active = await activePolicy(test, clusterPolicy("psp", { mutating: !mutating }));
      test.view.policies.ClusterAdmissionPolicy.put({
        ...clusterPolicy("psp", { mutating }),
        metadata: active.metadata,
        status: active.status!,
      });
      await test.reconcile(active);
      const [now, before] = mutating ? ["Mutating", "Validating"] : ["Validating", "Mutating"];
      expect(test.writes).toEqual([
        `create ${now}WebhookConfiguration clusterwide-psp`,
        `delete ${before}WebhookConfiguration clusterwide-psp`,
      ]);
      expect(test.events).toEqual([
        "Normal WebhookUpdated: Webhook configuration clusterwide-psp was updated",
      ]);
    },
  );

  describe("controller 15: puts back a webhook", () => {
    it("that somebody emptied of labels and annotations", async () => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      const { metadata, ...webhook } = test.webhook(active)!;
      test.view.validatingWebhooks.put({ ...webhook, metadata: { name: metadata.name } });
      await test.reconcile(active);
      expect(test.webhook(active)?.metadata).toMatchObject({
        labels: metadata.labels,
        annotations: metadata.annotations,
      });
    });

    it("that somebody turned elsewhere", async () => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      const before = test.webhook(active)!;
      test.view.validatingWebhooks.put({
        ...before,
        webhooks: [
          { ...before.webhooks![0]!, failurePolicy: "Ignore", clientConfig: { url: "https://example.com" } },
        ],
      });
      await test.reconcile(active);
      expect(test.webhook(active)?.webhooks?.[0]).toMatchObject({
        ...before.webhooks![0]!,
        failurePolicy: "Fail",
      });
      expect(test.webhook(active)?.webhooks?.[0]?.clientConfig).not.toHaveProperty("url");
    });

    it("that somebody deleted, also in a rollout: nothing would be checked", async () => {
      const test = await setUpPolicies();
      const active = await activePolicy(test);
      const before = test.webhook(active)!;
      test.view.validatingWebhooks.remove(before);
      putConfiguration(test, [active], "8");
      await test.reconcile(active);
      expect(test.webhook(active)?.webhooks).toEqual(before.webhooks);
      expect(test.events).toEqual([
        "Warning WebhookRestored: Webhook configuration clusterwide-psp was gone",
      ]);
    });
  });

  it("controller 28: the bundle has the authority before, while that may be in use", async () => {
    const test = await setUpPolicies();
    const [secret] = test.view.secrets.list();
    test.view.secrets.put({ ...secret!, data: { ...secret!.data, "old-ca.crt": secret!.data!["ca.crt"]! } });
    const active = await activePolicy(test);
    const bundle = Buffer.from(
      test.webhook(active)?.webhooks?.[0]?.clientConfig.caBundle ?? "",
      "base64",
    ).toString();
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  describe("says why a webhook cannot be written", () => {
    it.each<[string, (test: PolicySetUp) => void, string]>([
      [
        "as the API server says it",
        (test) =>
          test.fail(
            "create",
            "ValidatingWebhookConfiguration",
            new KubeError("failurePolicy: Unsupported value", { code: "KUBE_REFUSED" }),
          ),
        "failurePolicy: Unsupported value",
      ],
      [
        "without an authority",
        ({ view }) => view.secrets.remove(view.secrets.list()[0]!),
        'failed to fetch CA secret: secrets "kubewarden-ca" not found',
      ],
    ])("%s", async (_row, change, message) => {
      const test = await setUpPolicies();
      const policy = clusterPolicy("psp");
      rollOut(test, [policy]);
      change(test);
      await expect(test.reconcile(policy)).rejects.toThrow(message);
      const after = test.stored(policy);
      expect(after?.status?.policyStatus).toBe("pending");
      expect(conditionOf(after, "PolicyActive")).toMatchObject({
        status: "False",
        reason: "WebhookNotWritten",
        message,
      });
      expect(test.events).toContain(`Warning WebhookNotWritten: ${message}`);
    });
  });

  it("lets one of two policies of the same name of webhook be, and tells the other", async () => {
    const test = await setUpPolicies();
    const older = policyIn("a-b", "c");
    const younger = policyIn(
      "a",
      "b-c",
      { failurePolicy: "Ignore" },
      { creationTimestamp: "2026-02-01T00:00:00Z" },
    );
    rollOut(test, [older]);
    await test.reconcile(older);
    const after = await test.reconcile(younger);
    expect(conditionOf(after, "PolicyActive")).toMatchObject({
      reason: "UniqueNameTaken",
      message:
        "The webhook configuration namespaced-a-b-c belongs to AdmissionPolicy a-b/c: rename one of the two",
    });
    expect(test.webhook(older)?.metadata.annotations).toMatchObject({ kubewardenPolicyNamespace: "a-b" });
    test.writes.length = 0;
    test.view.policies.AdmissionPolicy.put({
      ...younger,
      metadata: {
        ...younger.metadata,
        deletionTimestamp: "2026-03-01T00:00:00Z",
        finalizers: ["kubewarden.io/finalizer"],
      },
    });
    await test.reconcile(younger);
    expect(test.writes).toEqual(["patch AdmissionPolicy b-c"]);
    expect(test.webhook(older)).toBeDefined();
  });
});
