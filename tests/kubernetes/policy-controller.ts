import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  pods,
  replicaSets,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  type Policy,
  policiesApiVersion,
  policyServerLabel,
  policyServers,
} from "@kubewarden-ts/api/policies";
import { type Logger, systemClock } from "@kubewarden-ts/base";
import {
  createController,
  createEventRecorder,
  createInformer,
  createKubeClient,
  createObjectClient,
  type Informer,
  type InformerOptions,
  type KubeClient,
  type ObjectClient,
} from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import {
  byPolicyServer,
  byPolicyServerLabel,
  type ClusterView,
} from "../../apps/controller/src/cluster-view.ts";
import { createAskReplica } from "../../apps/controller/src/policy/ask-replica.ts";
import { policyContext } from "../../apps/controller/src/policy/policy-context.ts";
import { policyTriggers } from "../../apps/controller/src/policy/policy-triggers.ts";
import { reconcilePolicy } from "../../apps/controller/src/policy/reconcile-policy.ts";
import { createReplicaReports } from "../../apps/controller/src/policy/replica-reports.ts";

export interface PolicyControllerOptions {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  /** the deployments namespace */
  readonly namespace: string;
  /** API group of the policies, in the place of ours: the API server is shared */
  readonly group: string;
  readonly log: Logger;
}

/** The reconciler of policies alone, in this process, with all that it watches. */
export interface PolicyController extends AsyncDisposable {
  /** `<method> <path>` of what was not read */
  readonly writes: readonly string[];
  /** Has every policy looked at again; resolves when all passes are over. */
  lookAgain(): Promise<void>;
}

export async function startPolicyController(options: PolicyControllerOptions): Promise<PolicyController> {
  const { url, ca, token, namespace, group, log } = options;
  const writes: string[] = [];
  const access = staticAccess(url, { token, tls: { ca } });
  const client = noting(createKubeClient(access, { log, userAgent: "tests" }), writes);
  const inGroup = groupOf(group);
  const objects = objectsIn(createObjectClient(client), inGroup);
  const view = openView(client, { namespace, inGroup, log });
  const ask = createAskReplica();
  const replicaReports = createReplicaReports({ view, ask, clock: systemClock, log });
  const events = createEventRecorder(objects, { component: "kubewarden-controller", log });
  const features = { matchConditions: true };
  const context = policyContext(
    { config: configOf(namespace), objects, view, events, features, clock: systemClock, log },
    { replicaReports },
  );
  const reconcile = (key: string, signal: AbortSignal) => reconcilePolicy(context, key, signal);
  const controller = createController({ name: "policy", reconcile, log });
  const signal = AbortSignal.timeout(20_000);
  for (const informer of informersOf(view)) await informer.whenSynced({ signal });
  const stopTriggers = policyTriggers(context, (key) => controller.enqueue(key));
  controller.start();
  return {
    writes,
    async lookAgain() {
      policyTriggers(context, (key) => controller.enqueue(key))();
      while (controller.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    async [Symbol.asyncDispose]() {
      stopTriggers();
      for (const each of [controller, replicaReports, events, view, client])
        await each[Symbol.asyncDispose]();
    },
  };
}

type InGroup = <T extends KubernetesObject>(type: ResourceType<T>) => ResourceType<T>;

function groupOf(group: string): InGroup {
  return (type) => (type.apiVersion === policiesApiVersion ? { ...type, apiVersion: `${group}/v1` } : type);
}

function objectsIn(objects: ObjectClient, inGroup: InGroup): ObjectClient {
  return {
    get: (type, ...rest) => objects.get(inGroup(type), ...rest),
    list: (type, ...rest) => objects.list(inGroup(type), ...rest),
    create: (type, ...rest) => objects.create(inGroup(type), ...rest),
    replace: (type, ...rest) => objects.replace(inGroup(type), ...rest),
    mergePatch: (type, ...rest) => objects.mergePatch(inGroup(type), ...rest),
    apply: (type, ...rest) => objects.apply(inGroup(type), ...rest),
    delete: (type, ...rest) => objects.delete(inGroup(type), ...rest),
  };
}

function noting(client: KubeClient, writes: string[]): KubeClient {
  return {
    ...client,
    request(path, request) {
      const method = request?.method ?? "GET";
      if (method !== "GET") writes.push(`${method} ${path}`);
      return client.request(path, request);
    },
  };
}

function openView(
  client: KubeClient,
  { namespace, inGroup, log }: { namespace: string; inGroup: InGroup; log: Logger },
): ClusterView {
  const informer = <T extends KubernetesObject>(
    type: ResourceType<T>,
    options: Partial<InformerOptions<T>> = {},
  ): Informer<T> => createInformer(client, inGroup(type), { log, ...options });
  const bound = { indexes: { [byPolicyServer]: ({ spec }: Policy) => [spec.policyServer] } };
  const label = ({ metadata: { labels = {} } }: KubernetesObject) =>
    labels[policyServerLabel] === undefined ? [] : [labels[policyServerLabel]];
  const labelled = { namespace, indexes: { [byPolicyServerLabel]: label } };
  const view = {
    policyServers: informer(policyServers),
    policies: {
      ClusterAdmissionPolicy: informer(clusterAdmissionPolicies, bound),
      AdmissionPolicy: informer(admissionPolicies, bound),
      ClusterAdmissionPolicyGroup: informer(clusterAdmissionPolicyGroups, bound),
      AdmissionPolicyGroup: informer(admissionPolicyGroups, bound),
    },
    validatingWebhooks: informer(validatingWebhookConfigurations),
    mutatingWebhooks: informer(mutatingWebhookConfigurations),
    configMaps: informer(configMaps, { namespace }),
    deployments: informer(deployments, { namespace }),
    podDisruptionBudgets: informer(podDisruptionBudgets, { namespace }),
    pods: informer(pods, labelled),
    replicaSets: informer(replicaSets, labelled),
    secrets: informer(secrets, { namespace }),
    services: informer(services, { namespace }),
  };
  return {
    ...view,
    async [Symbol.asyncDispose]() {
      for (const each of informersOf(view)) await each[Symbol.asyncDispose]();
    },
  };
}

function informersOf(view: Omit<ClusterView, typeof Symbol.asyncDispose>) {
  const { policies, ...others } = view;
  return [...Object.values(policies), ...Object.values(others)].filter((each) => typeof each === "object");
}

function configOf(deploymentsNamespace: string) {
  return {
    ...{ deploymentsNamespace, webhookServiceName: "webhooks", imagePullSecrets: [], hostNetwork: false },
    alwaysAcceptInDeploymentsNamespace: false,
    clientCaConfigMapName: undefined,
    telemetry: {
      ...{ metrics: false, tracing: false, sidecar: false, policyServerMetricsPort: 8080, environment: {} },
      certificateSecret: undefined,
      clientCertificateSecret: undefined,
    },
  };
}

const everything = ["create", "delete", "get", "list", "patch", "update", "watch"];

/** What upstream's roles let the controller do (controller.md 6.6), as far as policies need it. */
export function policyControllerRights(apiGroup: string) {
  const apiGroups = [apiGroup];
  const plurals = [
    "clusteradmissionpolicies",
    "admissionpolicies",
    "clusteradmissionpolicygroups",
    "admissionpolicygroups",
  ];
  const resources = [...plurals, "policyservers"];
  return {
    cluster: [
      {
        apiGroups: ["admissionregistration.k8s.io"],
        resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
        verbs: everything.filter((verb) => verb !== "update"),
      },
      { apiGroups, resources, verbs: everything },
      { apiGroups, resources: resources.map((each) => `${each}/status`), verbs: ["get", "patch", "update"] },
    ],
    namespaced: [
      { apiGroups: [""], resources: ["configmaps", "secrets", "services"], verbs: everything },
      { apiGroups: ["apps"], resources: ["deployments"], verbs: everything },
      { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: everything },
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    ],
  };
}
