import { policiesGroup } from "@kubewarden-ts/api/policies";
import { type Logger, systemClock } from "@kubewarden-ts/base";
import {
  createController,
  createEventRecorder,
  createKubeClient,
  createObjectClient,
  type KubeClient,
} from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import * as v from "valibot";
import type { ControllerConfig } from "../../apps/controller/src/config.ts";
import { policyServerContext } from "../../apps/controller/src/policy-server/policy-server-context.ts";
import { policyServerTriggers } from "../../apps/controller/src/policy-server/policy-server-triggers.ts";
import { reconcilePolicyServer } from "../../apps/controller/src/policy-server/reconcile-policy-server.ts";
import { createClusterView, whenViewSynced } from "../../apps/controller/src/process/create-cluster-view.ts";
import type { ControlPlane } from "./control-plane.ts";
import { policyControllerRights } from "./policy-controller.ts";

export interface PolicyServerControllerOptions {
  readonly config: ControllerConfig;
  readonly log: Logger;
}

/** The reconciler of PolicyServers alone, in this process, with upstream's rights and all that it watches. */
export interface PolicyServerController extends AsyncDisposable {
  /** `<method> <path>` of what was changed, but Events */
  readonly writes: readonly string[];
  /** Has a PolicyServer looked at again; resolves when all passes are over. */
  lookAgain(name: string): Promise<void>;
}

export async function startPolicyServerController(
  plane: ControlPlane,
  { config, log }: PolicyServerControllerOptions,
): Promise<PolicyServerController> {
  await using parts = new AsyncDisposableStack();
  const namespace = config.deploymentsNamespace;
  const { url, ca } = plane;
  const { token } = await plane.createServiceAccount(namespace, policyControllerRights(policiesGroup));
  const writes: string[] = [];
  const access = staticAccess(url, { token, tls: { ca } });
  const client = noting(parts.use(createKubeClient(access, { log, userAgent: "tests" })), writes);
  const objects = createObjectClient(client);
  const view = parts.use(createClusterView(client, { namespace, log, clock: systemClock }));
  const events = parts.use(createEventRecorder(objects, { component: "kubewarden-controller", log }));
  const features = { matchConditions: true };
  const context = policyServerContext({ config, objects, view, events, features, clock: systemClock, log });
  const reconcile = (name: string, signal: AbortSignal) => reconcilePolicyServer(context, name, signal);
  const controller = parts.use(createController({ name: "policyserver", reconcile, log }));
  await whenViewSynced(view, AbortSignal.timeout(20_000));
  parts.defer(policyServerTriggers(context, (name) => controller.enqueue(name)));
  controller.start();
  const all = parts.move();
  return {
    writes,
    async lookAgain(name) {
      controller.enqueue(name);
      while (controller.pending > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Notes what changed something: a patch that finds everything as it says does not. */
function noting(client: KubeClient, writes: string[]): KubeClient {
  const versions = new Map<string, string>();
  return {
    ...client,
    async request(path, request) {
      const answer = await client.request(path, request);
      const method = request?.method ?? "GET";
      if (method === "GET" || path.includes("/events")) return answer;
      const { metadata } = v.parse(Written, JSON.parse(Buffer.from(answer.body).toString()));
      const object = method === "POST" ? `${path}/${metadata.name}` : path.replace(/\/status$/, "");
      if (versions.get(object) !== metadata.resourceVersion) writes.push(`${method} ${path}`);
      versions.set(object, metadata.resourceVersion ?? "");
      return answer;
    },
  };
}

const Written = v.object({
  metadata: v.object({ name: v.optional(v.string()), resourceVersion: v.optional(v.string()) }),
});
