import type { Pod, ReplicaSet } from "@kubewarden-ts/api/core";
import {
  type Policy,
  policyServerObjectName,
  type StoredCondition,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import type { RecordedEvent } from "@kubewarden-ts/kube";
import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { createAuthority } from "../../certificates/issue.ts";
import { type PolicyContext, policyContext } from "../policy-context.ts";
import { allPolicies, policyKey } from "../policy-key.ts";
import { policyTriggers } from "../policy-triggers.ts";
import { reconcilePolicy } from "../reconcile-policy.ts";
import type { ReplicaReport } from "../replica-report.ts";
import { memoryObjects } from "./memory-objects.ts";
import { memoryView } from "./memory-view.ts";
import { clusterPolicy, namespace, policyServer, serverPod } from "./objects.ts";

const telemetry = {
  ...{ metrics: false, tracing: false, sidecar: false, policyServerMetricsPort: 8080, environment: {} },
  certificateSecret: undefined,
  clientCertificateSecret: undefined,
};
const config = {
  deploymentsNamespace: namespace,
  webhookServiceName: "webhook-service",
  alwaysAcceptInDeploymentsNamespace: false,
  clientCaConfigMapName: undefined,
  imagePullSecrets: [],
  hostNetwork: false,
  telemetry,
};
const untold: ReplicaReport = { kind: "untold", problem: "GET /policies answers with status 404" };
export const authorityPem = createAuthority(new Date("2026-01-01T00:00:00Z"));

/** The controller of policies over a cluster in memory. */
export async function setUpPolicies() {
  const view = memoryView();
  const memory = memoryObjects(view);
  const events: string[] = [];
  const reports = new Map<string, ReplicaReport>();
  const changed = new Set<(server: string) => void>();
  const awaited: string[] = [];
  const clock = createFakeClock(Date.UTC(2026, 0, 2));
  const context: PolicyContext = policyContext(
    {
      ...{ config, view, clock, log: silentLogger, objects: memory.objects },
      features: { matchConditions: true },
      events: {
        record: ({ type, reason, message }: RecordedEvent) =>
          void events.push(`${type} ${reason}: ${message}`),
        async [Symbol.asyncDispose]() {},
      },
    },
    {
      replicaReports: {
        of: ({ metadata }) => reports.get(metadata.name) ?? untold,
        expectChange: ({ metadata }, what) => void awaited.push(`${metadata.name} ${what}`),
        onChange(handler) {
          changed.add(handler);
          return () => changed.delete(handler);
        },
        async [Symbol.asyncDispose]() {},
      },
    },
  );
  const signal = new AbortController().signal;
  await putAuthority(view);

  return {
    ...{ view, events, awaited, clock, context },
    ...memory,
    /** One pass; a policy is put into the cluster first, where it is none of it. */
    async reconcile(policy: Policy): Promise<Policy | undefined> {
      if (stored(view, policy) === undefined) memoryPut(view, policy);
      await reconcilePolicy(context, policyKey(policy), signal);
      return stored(view, policy);
    },
    stored: (policy: Policy) => stored(view, policy),
    webhook: (policy: Policy) =>
      [view.validatingWebhooks, view.mutatingWebhooks]
        .map((informer) => informer.get({ name: uniqueName(policy) }))
        .find((found) => found !== undefined),
    report(pod: string, report: ReplicaReport) {
      reports.set(pod, report);
      for (const handler of changed) handler("default");
    },
    /** Keys that are asked for from now on. */
    triggered(): Set<string> {
      const keys = new Set<string>();
      policyTriggers(context, (key) => keys.add(key));
      keys.clear();
      return keys;
    },
  };
}
export type PolicySetUp = Awaited<ReturnType<typeof setUpPolicies>>;

async function putAuthority(view: ReturnType<typeof memoryView>): Promise<void> {
  const { certificate, key } = await authorityPem;
  view.secrets.put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "kubewarden-ca", namespace },
    data: { "ca.crt": base64(certificate), "ca.key": base64(key) },
  });
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function memoryPut(view: ReturnType<typeof memoryView>, policy: Policy): void {
  const informers: Record<string, { put(policy: Policy): void }> = { ...view.policies } as never;
  informers[policy.kind]?.put(policy);
}

function stored(view: ReturnType<typeof memoryView>, { kind, metadata }: Policy): Policy | undefined {
  return allPolicies(view).find(
    (each) =>
      each.kind === kind &&
      each.metadata.name === metadata.name &&
      each.metadata.namespace === metadata.namespace,
  );
}

/**
 * The policy server `default`, rolled out: its ConfigMap has these policies, at version 7, the ReplicaSet is of revision 1
 * with the hash `h1`, the pods are ready.
 */
export function rollOut(
  { view }: Pick<PolicySetUp, "view">,
  policies: readonly Policy[],
  pods = ["pod-a"],
): void {
  const name = policyServerObjectName("default");
  const labels = { "kubewarden/policy-server": "default" };
  const annotations = { "deployment.kubernetes.io/revision": "1", "kubewarden/config-version": "7" };
  view.policyServers.put(view.policyServers.get({ name: "default" }) ?? policyServer());
  putConfiguration({ view }, policies, "7");
  view.deployments.put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels, annotations },
  });
  view.replicaSets.put(replicaSet("rs-1", "h1", annotations));
  for (const pod of pods) view.pods.put(serverPod(pod));
}

export function putConfiguration(
  { view }: Pick<PolicySetUp, "view">,
  policies: readonly Policy[],
  resourceVersion: string,
): void {
  const entries = policies.map((policy) => [
    uniqueName(policy),
    { module: "m", policyMode: policy.spec.mode },
  ]);
  view.configMaps.put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...{ name: policyServerObjectName("default"), namespace, resourceVersion },
      labels: { "kubewarden/policy-server": "default" },
    },
    data: { "policies.yml": JSON.stringify(Object.fromEntries(entries)) },
  });
}

export function replicaSet(name: string, hash: string, annotations: Record<string, string>): ReplicaSet {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      ...{ name, namespace, annotations },
      labels: { "kubewarden/policy-server": "default", "pod-template-hash": hash },
    },
  };
}

/** A policy that a pass has made active. */
export async function activePolicy(
  test: PolicySetUp,
  policy: Policy = clusterPolicy("psp"),
): Promise<Policy> {
  rollOut(test, [policy]);
  await test.reconcile(policy);
  test.writes.length = 0;
  test.events.length = 0;
  return test.stored(policy) ?? policy;
}

export function changed<T extends Pod | Policy>(object: T, spec: object, metadata: object = {}): T {
  return { ...object, metadata: { ...object.metadata, ...metadata }, spec: { ...object.spec, ...spec } };
}

/** The condition of a type in the status. */
export function conditionOf(policy: Policy | undefined, type: string): StoredCondition | undefined {
  return policy?.status?.conditions?.find((each) => each.type === type);
}

/** The status of each condition by its type. */
export function conditionStates(policy: Policy | undefined): Record<string, string> {
  return Object.fromEntries(policy?.status?.conditions?.map(({ type, status }) => [type, status]) ?? []);
}
