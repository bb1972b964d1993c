import { defineResource, type ObjectOf } from "@kubewarden-ts/api";
import { type Pod, pods, type Service, services } from "@kubewarden-ts/api/core";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { createInformer, createObjectClient, type KubeClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { type Forwarder, startForwarder } from "./forwarder.ts";

const endpointSlices = defineResource(
  { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", plural: "endpointslices", namespaced: true },
  {
    addressType: v.string(),
    endpoints: v.array(v.looseObject({ addresses: v.array(v.string()) })),
    ports: v.array(v.looseObject({ name: v.exactOptional(v.string()), port: v.number() })),
  },
);
type EndpointSlice = ObjectOf<typeof endpointSlices>;

export interface ServiceRoutesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** of this machine, as the API server sees it: not a loopback one */
  readonly address: string;
  readonly log: Logger;
}

interface Route {
  readonly forwarders: readonly Forwarder[];
  readonly name: string;
}

/**
 * Plays kube-proxy for one namespace: what the API server sends to a Service gets to a Pod that is Ready. The API server
 * takes no loopback address as the end of a Service, so each Pod gets a port of the machine's own address, and an
 * EndpointSlice that says so.
 */
export async function startServiceRoutes(options: ServiceRoutesOptions): Promise<AsyncDisposable> {
  const { client, namespace, log } = options;
  await using parts = new AsyncDisposableStack();
  const objects = createObjectClient(client);
  const signal = AbortSignal.timeout(30_000);
  const serviceView = parts.use(createInformer(client, services, { namespace, log }));
  const podView = parts.use(createInformer(client, pods, { namespace, log }));
  await Promise.all([serviceView, podView].map((view) => view.whenSynced({ signal })));
  const routes = new Map<string, Route>();

  async function open(key: string, service: Service, pod: Pod): Promise<void> {
    const host = pod.status?.podIP ?? "";
    const forwarders: Forwarder[] = [];
    const ports: EndpointSlice["ports"] = [];
    for (const { name, port, targetPort = port } of service.spec?.ports ?? []) {
      const forwarder = await startForwarder(options.address, { host, port: Number(targetPort) });
      forwarders.push(forwarder);
      ports.push({ name: name ?? "", port: forwarder.port, protocol: "TCP" });
    }
    const name = `${service.metadata.name}-${pod.metadata.name}`.slice(-63).replace(/^[^a-z0-9]+/, "");
    routes.set(key, { forwarders, name });
    const labels = { "kubernetes.io/service-name": service.metadata.name };
    await objects.create(endpointSlices, {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace, labels },
      addressType: "IPv4",
      endpoints: [{ addresses: [options.address], conditions: { ready: true } }],
      ports,
    });
  }

  async function close(key: string): Promise<void> {
    const route = routes.get(key);
    if (route === undefined) return;
    routes.delete(key);
    await objects.delete(endpointSlices, { name: route.name, namespace });
    await Promise.all(route.forwarders.map((forwarder) => forwarder[Symbol.asyncDispose]()));
  }

  /** Makes the routes what Services and Pods say now. */
  async function settle(): Promise<void> {
    const wanted = new Map<string, () => Promise<void>>();
    for (const service of serviceView.list()) {
      for (const pod of podView.list().filter((candidate) => serves(candidate, service))) {
        const ports = JSON.stringify(service.spec?.ports);
        const key = `${service.metadata.uid}/${pod.metadata.uid}/${pod.status?.podIP}/${ports}`;
        wanted.set(key, () => open(key, service, pod));
      }
    }
    for (const key of routes.keys()) if (!wanted.has(key)) await close(key);
    for (const [key, make] of wanted) if (!routes.has(key)) await make();
  }

  let settling = Promise.resolve();
  const changed = (): void => {
    settling = settling.then(settle).catch((error) => {
      log.warn("routes of Services are not current", { error: errorText(error) });
    });
  };
  serviceView.onChange(changed);
  podView.onChange(changed);
  const views = parts.move();
  return {
    async [Symbol.asyncDispose]() {
      await views.disposeAsync();
      await settling;
      for (const { forwarders } of routes.values())
        await Promise.all(forwarders.map((forwarder) => forwarder[Symbol.asyncDispose]()));
    },
  };
}

function serves(pod: Pod, service: Service): boolean {
  const selector = Object.entries(service.spec?.selector ?? {});
  const { labels = {}, deletionTimestamp } = pod.metadata;
  const ready = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return (
    selector.length > 0 &&
    !deletionTimestamp &&
    ready === true &&
    selector.every(([key, value]) => labels[key] === value)
  );
}
