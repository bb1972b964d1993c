import type { KubeClient, ObjectClient } from "@kubewarden-ts/kube";
import { isKubeError, objectPath } from "@kubewarden-ts/kube";
import { type RunnablePod, runnablePods } from "./pod-spec.ts";

/** How a Pod's container is. */
export interface ContainerState {
  readonly ready: boolean;
  readonly restarts: number;
  /** when it was started, as RFC 3339; absent while it waits */
  readonly startedAt?: string;
  /** why it does not run */
  readonly waiting?: { readonly reason: string; readonly message: string };
}

const pods = { ...runnablePods, group: "", version: "v1" };

/** Tells the API server how a Pod is, as a kubelet does. */
export async function reportPod(
  objects: ObjectClient,
  pod: RunnablePod,
  { address, state }: { address: string; state: ContainerState },
): Promise<void> {
  const { name, namespace } = pod.metadata;
  const [container] = pod.spec.containers;
  const now = new Date().toISOString();
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: now,
  });
  const status = {
    phase: state.startedAt === undefined ? "Pending" : "Running",
    hostIP: "127.0.0.1",
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: pod.metadata.creationTimestamp,
    conditions: [
      condition("PodScheduled", true),
      condition("Initialized", true),
      condition("ContainersReady", state.ready),
      condition("Ready", state.ready),
    ],
    containerStatuses: [
      {
        name: container?.name,
        image: container?.image,
        imageID: "",
        ready: state.ready,
        started: state.startedAt !== undefined,
        restartCount: state.restarts,
        state:
          state.waiting === undefined
            ? { running: { startedAt: state.startedAt } }
            : { waiting: state.waiting },
      },
    ],
  };
  await objects.mergePatch(runnablePods, { name, namespace }, { status }, { subresource: "status" });
}

/** Puts a Pod on a node, as a scheduler does. */
export async function bindPod(client: KubeClient, pod: RunnablePod, node: string): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, uid },
    target: { apiVersion: "v1", kind: "Node", name: node },
  };
  await client.request(`${objectPath(pods, name, namespace)}/binding`, {
    method: "POST",
    body: Buffer.from(JSON.stringify(binding)),
  });
}

/** Removes a Pod whose processes have ended, if it is still there. */
export async function removePod(client: KubeClient, pod: RunnablePod): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const options = { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds: 0, preconditions: { uid } };
  try {
    const body = Buffer.from(JSON.stringify(options));
    await client.request(objectPath(pods, name, namespace), { method: "DELETE", body });
  } catch (error) {
    if (!isKubeError(error, "KUBE_NOT_FOUND", "KUBE_CONFLICT")) throw error;
  }
}
