import { setImmediate } from "node:timers/promises";
import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  mutatingWebhookConfigurations,
  secrets,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { policyKinds, policyServers } from "@kubewarden-ts/api/policies";
import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { createKubeClient, createObjectClient, type Informer, type RecordedEvent } from "@kubewarden-ts/kube";
import {
  controllerKinds,
  createFakeApiServer,
  createFakeClock,
  staticAccess,
} from "@kubewarden-ts/kube/testing";
import type { ControllerConfig } from "../config.ts";
import type { ControllerContext } from "../context.ts";
import { createClusterView, whenViewSynced } from "../process/create-cluster-view.ts";

export const namespace = "kubewarden";

const config: ControllerConfig = {
  deploymentsNamespace: namespace,
  webhookServiceName: "webhooks",
  alwaysAcceptInDeploymentsNamespace: false,
  clientCaConfigMapName: undefined,
  imagePullSecrets: [],
  hostNetwork: false,
  telemetry: {
    ...{ metrics: false, tracing: false, sidecar: false, environment: {} },
    ...{ certificateSecret: undefined, clientCertificateSecret: undefined, policyServerMetricsPort: 8080 },
  },
};

type Watched = readonly [ResourceType<KubernetesObject>, Pick<Informer<KubernetesObject>, "list">];

/** A controller's context over a fake API server, whose view follows by watches, with a clock that a test moves. */
export async function fakeClusterContext(
  options: { startMs?: number; config?: Partial<ControllerConfig> } = {},
) {
  const lines: LogLine[] = [];
  const recorded: RecordedEvent[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
  const clock = createFakeClock(options.startMs);
  await using started = new AsyncDisposableStack();
  const server = started.use(await createFakeApiServer({ kinds: controllerKinds }));
  const client = started.use(createKubeClient(staticAccess(server.url), { log, userAgent: "test" }));
  const view = started.use(createClusterView(client, { namespace, log, clock }));
  await whenViewSynced(view, new AbortController().signal);
  const context: ControllerContext = {
    config: { ...config, ...options.config },
    objects: createObjectClient(client),
    view,
    events: { record: (event) => void recorded.push(event), async [Symbol.asyncDispose]() {} },
    features: { matchConditions: true },
    ...{ clock, log },
  };
  const all = started.move();
  const watched: readonly Watched[] = [
    [secrets, view.secrets],
    [configMaps, view.configMaps],
    [validatingWebhookConfigurations, view.validatingWebhooks],
    [mutatingWebhookConfigurations, view.mutatingWebhooks],
    [policyServers, view.policyServers],
    ...policyKinds.map((type): Watched => [type, view.policies[type.kind]]),
  ];
  const versions = (objects: readonly { readonly metadata: object }[]): string =>
    objects
      .map(({ metadata }) => String((metadata as { resourceVersion?: unknown }).resourceVersion))
      .sort()
      .join();
  return {
    ...{ context, server, client, clock, lines, recorded },
    /** requests that write, `<method> <path>`, in order */
    writes: () =>
      server.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
    /** Resolves when the view shows what is stored. */
    caughtUp: () =>
      eventually(() =>
        watched.every(([type, informer]) => versions(informer.list()) === versions(server.stored(type))),
      ),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Lets everything else run until the condition holds; the test's own time limit ends a wait for nothing. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}
