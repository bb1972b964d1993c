import { X509Certificate } from "node:crypto";
import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { configMaps, deployments, secrets, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { policyServers } from "@kubewarden-ts/api/policies";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { requires } from "../support/requirements.ts";
import { type ControllerCluster, controllerCluster, type TestController } from "./controller-cluster.ts";
import { handMadeRollouts, type Rollouts } from "./hand-made-rollout.ts";
import { type MadeUpReplica, startMadeUpReplica } from "./made-up-replicas.ts";

const api = "/apis/policies.kubewarden.io/v1";
const namespace = "policy-life";
const podIP = "127.0.0.21";
// nothing in the cluster is of this kind: nobody asks what nobody answers
const rule = {
  ...{ apiGroups: ["nothing.example"], apiVersions: ["v1"] },
  ...{ operations: ["CREATE"], resources: ["nothings"] },
};
const policy = { module: "registry://example.com/p:v1", mutating: false, rules: [rule] };
const group = {
  ...{ rules: [rule], expression: "a()", message: "no" },
  policies: { a: { module: "registry://example.com/a:v1" } },
};
const Scopes = v.array(v.object({ scope: v.string() }));
const labels = { env: "prod" };
const notTests = { key: "team", operator: "NotIn", values: ["tests"] };
const notOurs = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [namespace] };

type Kind =
  | "ClusterAdmissionPolicy"
  | "AdmissionPolicy"
  | "ClusterAdmissionPolicyGroup"
  | "AdmissionPolicyGroup";
const folders: Readonly<Record<Kind, string>> = {
  ClusterAdmissionPolicy: `${api}/clusteradmissionpolicies`,
  AdmissionPolicy: `${api}/namespaces/${namespace}/admissionpolicies`,
  ClusterAdmissionPolicyGroup: `${api}/clusteradmissionpolicygroups`,
  AdmissionPolicyGroup: `${api}/namespaces/${namespace}/admissionpolicygroups`,
};

describe.skipIf(requires("kubernetes").skip)(
  "policies, with the whole controller at a real API server",
  () => {
    let cluster: ControllerCluster;
    let controller: TestController;
    let replica: MadeUpReplica;
    let rollouts: Rollouts;

    beforeAll(async () => {
      cluster = await controllerCluster();
      await cluster.createNamespace(namespace);
      replica = await startMadeUpReplica(podIP);
      rollouts = handMadeRollouts(cluster.admin, { namespace, podIP });
      controller = await cluster.start(namespace);
      await controller.ready();
    }, 90_000);
    afterAll(async () => {
      await controller?.[Symbol.asyncDispose]();
      await replica?.[Symbol.asyncDispose]();
      await cluster?.[Symbol.asyncDispose]();
    });

    const eventually = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 20_000, interval: 50 });

    async function createServer(name: string, spec: object = {}, finalizers: string[] = []) {
      await cluster.admin.create(`${api}/policyservers`, {
        ...{ apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer", metadata: { name, finalizers } },
        spec: { image: "example.com/s:v1", replicas: 1, readinessProbePort: replica.port, ...spec },
      });
    }

    async function create(kind: Kind, name: string, spec: object): Promise<string> {
      const metadata = { name, finalizers: ["kubewarden.io/finalizer"] };
      const body = { apiVersion: "policies.kubewarden.io/v1", kind, metadata, spec };
      await cluster.admin.create(folders[kind], body);
      return `${folders[kind]}/${name}`;
    }

    /** Rolls out once the configuration has these policies, and the Deployment of this PolicyServer that configuration. */
    async function rollOut(server: string, uniques: readonly string[]): Promise<string> {
      replica.policies = uniques.map((id) => ({ id, state: "active" }));
      await eventually(async () => {
        const configMap = await object(configMaps, server);
        expect(Object.keys(JSON.parse(configMap?.data?.["policies.yml"] ?? "{}"))).toEqual(
          uniques.toSorted(),
        );
        const { metadata } = (await object(deployments, server)) ?? {};
        const { uid } = (await cluster.admin.get(`${api}/policyservers/${server}`)).metadata;
        expect(metadata?.ownerReferences).toMatchObject([{ uid }]);
        const version = configMap?.metadata.resourceVersion;
        expect(metadata?.annotations?.["kubewarden/config-version"]).toBe(version);
      });
      return await rollouts.rollOut(server);
    }

    const object = <T extends KubernetesObject>(type: ResourceType<T>, server: string) =>
      cluster.objects.get(type, { name: `policy-server-${server}`, namespace });

    const statusIs = (path: string, expected: object) =>
      eventually(async () =>
        expect((await cluster.admin.get(path))["status"]).toEqual(expect.objectContaining(expected)),
      );

    async function webhookOf(unique: string) {
      const stored = await cluster.objects.get(validatingWebhookConfigurations, { name: unique });
      return stored?.webhooks?.[0];
    }

    it("controller 6, 24: policies of all kinds are written as upstream writes them, with the host calls of each", async () => {
      await createServer("written", { namespacedPoliciesCapabilities: [] });
      const bound = { policyServer: "written" };
      const contextAwareResources = [{ apiVersion: "v1", kind: "Pod" }];
      await create("ClusterAdmissionPolicy", "w", {
        ...policy,
        ...bound,
        contextAwareResources,
        message: "m",
      });
      await create("AdmissionPolicy", "w", {
        ...policy,
        ...bound,
        ...{ mode: "monitor", settings: { b: 1, a: "<" } },
      });
      await create("ClusterAdmissionPolicyGroup", "w", { ...group, ...bound });
      await create("AdmissionPolicyGroup", "w", { ...group, ...bound });
      const text = (hostCalls: string) =>
        `{${[
          `"clusterwide-group-w":{"namespacedName":{"Namespace":"","Name":"w"},"policyMode":"protect","policies":{"a":{"module":"registry://example.com/a:v1","settings":null,"hostCapabilities":["*"]}},"expression":"a()","message":"no"}`,
          `"clusterwide-w":{"namespacedName":{"Namespace":"","Name":"w"},"module":"registry://example.com/p:v1","policyMode":"protect","allowedToMutate":false,"contextAwareResources":[{"apiVersion":"v1","kind":"Pod"}],"settings":null,"message":"m","hostCapabilities":["*"]}`,
          `"namespaced-group-${namespace}-w":{"namespacedName":{"Namespace":"${namespace}","Name":"w"},"policyMode":"protect","policies":{"a":{"module":"registry://example.com/a:v1","settings":null,"hostCapabilities":${hostCalls}}},"expression":"a()","message":"no"}`,
          `"namespaced-${namespace}-w":{"namespacedName":{"Namespace":"${namespace}","Name":"w"},"module":"registry://example.com/p:v1","policyMode":"monitor","allowedToMutate":false,"settings":{"a":"\\u003c","b":1},"hostCapabilities":${hostCalls}}`,
        ].join(",")}}`;
      const written = async () => (await object(configMaps, "written"))?.data?.["policies.yml"];
      await eventually(async () => expect(await written()).toBe(text("[]")));
      await cluster.admin.patch(`${api}/policyservers/written`, {
        spec: { namespacedPoliciesCapabilities: null },
      });
      await eventually(async () => expect(await written()).toBe(text('["*"]')));
    }, 60_000);

    it("controller 11, 12, 13: webhooks are stored with the selectors and scopes of each kind", async () => {
      await createServer("selecting");
      const bound = { policyServer: "selecting" };
      const namespaceSelector = { matchLabels: labels, matchExpressions: [notTests] };
      const inside = { allowInsideAdmissionControllerNamespace: true };
      await create("ClusterAdmissionPolicy", "plain", { ...policy, ...bound });
      await create("ClusterAdmissionPolicy", "selecting", { ...policy, ...bound, namespaceSelector });
      await create("ClusterAdmissionPolicy", "inside", { ...policy, ...bound, ...inside });
      const own = { ...inside, namespaceSelector };
      await create("ClusterAdmissionPolicyGroup", "inside-selecting", { ...group, ...bound, ...own });
      await create("ClusterAdmissionPolicyGroup", "selecting", { ...group, ...bound, namespaceSelector });
      const rules = [{ ...rule, scope: "*" }];
      const namespaced = await create("AdmissionPolicy", "p", { ...policy, ...bound, rules });
      await create("AdmissionPolicyGroup", "g", { ...group, ...bound, rules });
      const excluding = { matchLabels: labels, matchExpressions: [notOurs, notTests] };
      const only = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
      const expected = {
        "clusterwide-plain": [{ matchExpressions: [notOurs] }, "*"],
        "clusterwide-selecting": [excluding, "*"],
        "clusterwide-inside": [{}, "*"],
        "clusterwide-group-inside-selecting": [namespaceSelector, "*"],
        "clusterwide-group-selecting": [excluding, "*"],
        [`namespaced-${namespace}-p`]: [only, "Namespaced"],
        [`namespaced-group-${namespace}-g`]: [only, "Namespaced"],
      };
      await rollOut("selecting", Object.keys(expected));
      await eventually(async () => {
        const entries = Object.keys(expected).map(async (unique) => {
          const webhook = await webhookOf(unique);
          const scopes = v.parse(Scopes, webhook?.["rules"]).map(({ scope }) => scope);
          return [unique, [webhook?.["namespaceSelector"], ...scopes]];
        });
        expect(Object.fromEntries(await Promise.all(entries))).toEqual(expected);
      });
      expect((await cluster.admin.get(namespaced))["spec"]).toMatchObject({ rules });
    }, 60_000);

    it("controller 3: nothing becomes active while a Pod of an older ReplicaSet is still being deleted", async () => {
      await createServer("leaving");
      const first = await create("ClusterAdmissionPolicy", "first", { ...policy, policyServer: "leaving" });
      const old = await rollOut("leaving", ["clusterwide-first"]);
      await statusIs(first, { policyStatus: "active" });
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      await cluster.admin.patch(`${pods}/${old}`, { metadata: { finalizers: ["example.com/stays"] } });
      await rollouts.removePod(old);

      const second = await create("ClusterAdmissionPolicy", "second", { ...policy, policyServer: "leaving" });
      await rollOut("leaving", ["clusterwide-first", "clusterwide-second"]);
      const waiting = expect.objectContaining({
        ...{ type: "PolicyUniquelyReachable", status: "False" },
        message: `The latest replica set is not uniquely reachable: pod ${old} of another revision is still there`,
      });
      await statusIs(second, { policyStatus: "pending", conditions: expect.arrayContaining([waiting]) });
      await statusIs(first, { policyStatus: "active", conditions: expect.arrayContaining([waiting]) });
      expect(await webhookOf("clusterwide-second")).toBeUndefined();
      await cluster.admin.patch(`${pods}/${old}`, { metadata: { finalizers: null } });
      await statusIs(second, { policyStatus: "active" });
      expect(await webhookOf("clusterwide-second")).toBeDefined();
    }, 60_000);

    it("controller 8, 9: policies outlive their PolicyServer, without webhooks, and come back with it", async () => {
      await createServer("reborn", {}, ["kubewarden", "kubewarden.io/finalizer"]);
      const bound = { policyServer: "reborn" };
      const paths = [
        await create("ClusterAdmissionPolicy", "reborn", { ...policy, ...bound }),
        await create("AdmissionPolicyGroup", "reborn", { ...group, ...bound }),
      ];
      const uniques = ["clusterwide-reborn", `namespaced-group-${namespace}-reborn`];
      const pod = await rollOut("reborn", uniques);
      for (const path of paths) await statusIs(path, { policyStatus: "active" });

      const server = `${api}/policyservers/reborn`;
      await cluster.admin.delete(server);
      await eventually(async () => expect((await cluster.admin.request(server)).status).toBe(404));
      for (const unique of uniques) expect(await webhookOf(unique)).toBeUndefined();
      for (const path of paths) await statusIs(path, { policyStatus: "scheduled" });

      // nobody collects what is without owner here
      await rollouts.removePod(pod);
      await createServer("reborn");
      for (const path of paths) await statusIs(path, { policyStatus: "pending" });
      await rollOut("reborn", uniques);
      for (const path of paths) await statusIs(path, { policyStatus: "active" });
    }, 60_000);

    it("controller 26: a certificate without its format or its key is made anew", async () => {
      await createServer("certified");
      const dataOf = async () => (await object(secrets, "certified"))?.data ?? {};
      const text = async (key: string) => Buffer.from((await dataOf())[key] ?? "", "base64").toString();
      await eventually(async () => expect(await text("tls.key")).toMatch(/^-----BEGIN EC PRIVATE KEY-----/));
      const certificate = new X509Certificate(await text("tls.crt"));
      expect(certificate.subjectAltName).toBe(`DNS:policy-server-certified.${namespace}.svc`);
      expect(certificate.keyUsage.toSorted()).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
      const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000;
      expect(days).toBe(365);

      const path = `/api/v1/namespaces/${namespace}/secrets/policy-server-certified`;
      const annotation = "kubewarden.io/cert-format-version";
      for (const damage of [
        { metadata: { annotations: { [annotation]: null } } },
        { data: { "tls.key": null } },
      ]) {
        const before = await text("tls.crt");
        await cluster.admin.patch(path, damage);
        await eventually(async () => {
          expect(await text("tls.crt")).not.toBe(before);
          const { metadata, data } = (await object(secrets, "certified")) ?? {};
          expect(metadata?.annotations).toEqual({ [annotation]: "1" });
          expect(Object.keys(data ?? {}).toSorted()).toEqual(["tls.crt", "tls.key"]);
        });
      }
      const { status } = (await cluster.objects.get(policyServers, { name: "certified" })) ?? {};
      const reconciled = expect.objectContaining({ type: "CertSecretReconciled", status: "True" });
      expect(status?.conditions).toContainEqual(reconciled);
    }, 60_000);
  },
);
