import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  pods,
  type Secret,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import {
  type PolicyServer,
  policyKinds,
  policyServers,
  type StoredCondition,
} from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient, createObjectClient, type RecordedEvent } from "@kubewarden-ts/kube";
import {
  controllerKinds,
  createFakeApiServer,
  createFakeClock,
  type FakeObject,
  staticAccess,
} from "@kubewarden-ts/kube/testing";
import * as v from "valibot";
import { createAuthority } from "../../certificates/issue.ts";
import { encodeSecretValues } from "../../certificates/secret-value.ts";
import type { ControllerConfig } from "../../config.ts";
import type { MemoryInformer } from "../../policy/testing/memory-informer.ts";
import { memoryView } from "../../policy/testing/memory-view.ts";
import { namespace } from "../../policy/testing/objects.ts";
import { policyServerContext } from "../policy-server-context.ts";
import { reconcilePolicyServer } from "../reconcile-policy-server.ts";
import { controllerConfig } from "./config.ts";

export const nowMs = Date.UTC(2026, 0, 2);
export const authority = await createAuthority(new Date(nowMs - 86_400_000));

const viewedKinds: readonly ResourceType<KubernetesObject>[] = [
  policyServers,
  ...policyKinds,
  ...[secrets, configMaps, podDisruptionBudgets, deployments, services, pods],
  ...[validatingWebhookConfigurations, mutatingWebhookConfigurations],
];

/** A fake API server with a certificate authority, and the reconciler of PolicyServers over a view of it. */
export async function setUpPolicyServers(config: ControllerConfig = controllerConfig()) {
  await using parts = new AsyncDisposableStack();
  const api = parts.use(await createFakeApiServer({ kinds: controllerKinds }));
  const client = parts.use(createKubeClient(staticAccess(api.url), { log: silentLogger, userAgent: "test" }));
  const view = memoryView();
  const events: string[] = [];
  const clock = createFakeClock(nowMs);
  const record = ({ type, reason, message }: RecordedEvent): void =>
    void events.push(`${type} ${reason}: ${message}`);
  const context = policyServerContext({
    ...{ config, view, clock, log: silentLogger, objects: createObjectClient(client) },
    features: { matchConditions: true },
    events: { record, async [Symbol.asyncDispose]() {} },
  });
  api.put(secret("kubewarden-ca", { "ca.crt": authority.certificate, "ca.key": authority.key }));

  /** The view, as if all watches had caught up. */
  function catchUp(): void {
    const informers = informersOf(view);
    for (const type of viewedKinds) {
      const informer = informers[type.kind]!;
      const stored = api.stored(type).map((object) => v.parse(type.schema, structuredClone(object)));
      const names = new Set(stored.map(({ metadata }) => metadata.name));
      for (const object of informer.list()) if (!names.has(object.metadata.name)) informer.remove(object);
      for (const object of stored) {
        const { resourceVersion } = object.metadata;
        if (informer.get(object.metadata)?.metadata.resourceVersion !== resourceVersion) informer.put(object);
      }
    }
  }

  async function pass(name = "default") {
    catchUp();
    return await reconcilePolicyServer(context, name, new AbortController().signal);
  }

  let seen = 0;
  /** What was written since this was called last, as `<method> <resource>/<name>`. */
  function written(): string[] {
    const requests = api.requests.slice(seen);
    seen = api.requests.length;
    return requests
      .filter(({ method }) => method !== "GET")
      .map(({ method, path }) => `${method} ${path.replace(/^.*\/v1\/(namespaces\/[^/]+\/)?/, "")}`);
  }

  function stored<T extends KubernetesObject>(
    type: ResourceType<T>,
    name = "policy-server-default",
  ): T | undefined {
    const found = api.stored(type).find(({ metadata }) => metadata.name === name);
    return found === undefined ? undefined : v.parse(type.schema, structuredClone(found));
  }

  const owned = parts.move();
  return {
    ...{ api, view, events, clock, context, catchUp, pass, written, stored },
    put: (object: KubernetesObject) => api.put(object as FakeObject),
    server: () => stored(policyServers, "default"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function informersOf({ policies, ...view }: ReturnType<typeof memoryView>) {
  return {
    ...policies,
    PolicyServer: view.policyServers,
    Secret: view.secrets,
    ConfigMap: view.configMaps,
    PodDisruptionBudget: view.podDisruptionBudgets,
    Deployment: view.deployments,
    Service: view.services,
    Pod: view.pods,
    ValidatingWebhookConfiguration: view.validatingWebhooks,
    MutatingWebhookConfiguration: view.mutatingWebhooks,
  } as unknown as Readonly<Record<string, MemoryInformer<KubernetesObject>>>;
}

export function secret(name: string, values: Readonly<Record<string, string>>): Secret {
  const metadata = { name, namespace };
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: encodeSecretValues(values) };
}

export function conditionOf(server: PolicyServer | undefined, type: string): StoredCondition | undefined {
  return server?.status?.conditions.find((each) => each.type === type);
}
