import { defineResource } from "@kubewarden-ts/api";
import type { ObjectClient } from "@kubewarden-ts/kube";

const nodes = defineResource({ apiVersion: "v1", kind: "Node", plural: "nodes", namespaced: false }, {});

/** Makes the Node that Pods are bound to, so that `kubectl get nodes` shows where they run. */
export async function registerNode(objects: ObjectClient, name: string): Promise<void> {
  const options = { fieldManager: "local-node", force: true };
  await objects.apply(nodes, { metadata: { name } }, options);
  const now = new Date().toISOString();
  const ready = {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "Pods are processes of this machine",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  await objects.mergePatch(nodes, { name }, { status: { conditions: [ready] } }, { subresource: "status" });
}
