import * as v from "valibot";
import type { ApiClient } from "./api-client.ts";

const StringMap = v.record(v.string(), v.string());
const Deployment = v.object({
  metadata: v.object({ annotations: v.record(v.string(), v.string()) }),
  spec: v.object({ template: v.object({ metadata: v.object({ labels: StringMap }) }) }),
});

/** Where Kubernetes' own controllers and a kubelet are missing: what they would make of a Deployment (controller.md 10). */
export interface Rollouts {
  /**
   * Rolls the Deployment of a policy server out: a ReplicaSet of its template, and one Pod that is Ready.
   * @param policyServer - its name
   * @returns the name of the Pod
   */
  rollOut(policyServer: string): Promise<string>;
  /** Takes a Pod away, as when its ReplicaSet is scaled down: with a finalizer it stays, being deleted. */
  removePod(pod: string): Promise<void>;
}

export function handMadeRollouts(
  admin: ApiClient,
  { namespace, podIP }: { readonly namespace: string; readonly podIP: string },
): Rollouts {
  const core = `/api/v1/namespaces/${namespace}`;
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  let revision = 0;
  const removePod = async (pod: string) =>
    void (await admin.delete(`${core}/pods/${pod}?gracePeriodSeconds=0`));
  return {
    removePod,
    async rollOut(policyServer) {
      revision++;
      const name = `policy-server-${policyServer}`;
      const annotations = { "deployment.kubernetes.io/revision": String(revision) };
      const deployment = await admin.patch(`${apps}/deployments/${name}`, { metadata: { annotations } });
      const { metadata, spec } = v.parse(Deployment, deployment);
      const labels = { ...spec.template.metadata.labels, "pod-template-hash": `h${revision}` };
      const pod = `${name}-h${revision}`;
      await admin.create(`${apps}/replicasets`, {
        metadata: { name: pod, labels, annotations: metadata.annotations },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
      });
      await admin.create(`${core}/pods`, { metadata: { name: pod, labels }, spec: podSpec });
      const conditions = [{ type: "Ready", status: "True" }];
      const status = { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions };
      await admin.patch(`${core}/pods/${pod}/status`, { status });
      return pod;
    },
  };
}

const podSpec = { containers: [{ name: "policy-server", image: "example.com/policy-server:v1" }] };
