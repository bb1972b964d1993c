import { describe, expect, it } from "vitest";
import { memoryView } from "../policy/testing/memory-view.ts";
import { clusterPolicy, namespace, policyServer, serverPod } from "../policy/testing/objects.ts";
import { policyServerTriggers } from "./policy-server-triggers.ts";
import { controllerConfig } from "./testing/config.ts";

type View = ReturnType<typeof memoryView>;
const named = (name: string, more: object = {}): never =>
  ({ apiVersion: "v1", kind: "Any", metadata: { name, namespace, resourceVersion: "2", ...more } }) as never;

/** Names that are asked for by a change. */
function triggered(change: (view: View) => void, prepare: (view: View) => void = () => {}): string[] {
  const view = memoryView();
  view.policyServers.put(policyServer("default"));
  view.policyServers.put(policyServer("other"));
  prepare(view);
  const names = new Set<string>();
  const config = controllerConfig({ clientCaConfigMapName: "client-ca" });
  const end = policyServerTriggers({ view, config }, (name) => names.add(name));
  names.clear();
  change(view);
  const found = [...names].toSorted();
  end();
  names.clear();
  change(view);
  expect([...names]).toEqual([]);
  return found;
}
const changedPolicy = (generation: number, policyServerName: string, resourceVersion: string) =>
  clusterPolicy("p", { policyServer: policyServerName }, { uid: "u", generation, resourceVersion });

describe("policyServerTriggers", () => {
  it.each<[string, string[], (view: View) => void, ((view: View) => void)?]>([
    ["a PolicyServer", ["new"], (view) => view.policyServers.put(policyServer("new"))],
    [
      "its policy",
      ["other"],
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "other", "1")),
    ],
    [
      "its policy that goes",
      ["other"],
      (view) => view.policies.ClusterAdmissionPolicy.remove(changedPolicy(1, "other", "1")),
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "other", "1")),
    ],
    [
      "a policy that went to another",
      ["default", "other"],
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(2, "other", "2")),
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "default", "1")),
    ],
    [
      "not the status of a policy",
      [],
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "default", "2")),
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "default", "1")),
    ],
    [
      "a resync of a policy",
      ["default"],
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "default", "1")),
      (view) => view.policies.ClusterAdmissionPolicy.put(changedPolicy(1, "default", "1")),
    ],
    ["its Deployment", ["other"], (view) => view.deployments.put(named("policy-server-other"))],
    ["its Service", ["other"], (view) => view.services.put(named("policy-server-other"))],
    ["its budget", ["other"], (view) => view.podDisruptionBudgets.put(named("policy-server-other"))],
    ["its ConfigMap", ["other"], (view) => view.configMaps.put(named("policy-server-other"))],
    ["its Secret", ["other"], (view) => view.secrets.put(named("policy-server-other"))],
    ["not what is somebody else's", [], (view) => view.secrets.put(named("mine"))],
    ["the certificate authority", ["default", "other"], (view) => view.secrets.put(named("kubewarden-ca"))],
    ["the authority of clients", ["default", "other"], (view) => view.configMaps.put(named("client-ca"))],
    ["its pod", ["default"], (view) => view.pods.put(serverPod("a"))],
    [
      "not a pod that stays as it was",
      [],
      (view) => view.pods.put(serverPod("a", { status: { podIP: "10.0.0.2" } })),
      (view) => view.pods.put(serverPod("a")),
    ],
    [
      "not a webhook that goes, of one that stays",
      [],
      (view) => view.validatingWebhooks.remove(named("w")),
      (view) => view.validatingWebhooks.put(named("w")),
    ],
    [
      "a webhook that goes, of one that goes",
      ["other"],
      (view) => view.mutatingWebhooks.remove(named("w")),
      (view) => {
        view.mutatingWebhooks.put(named("w"));
        view.policyServers.put(policyServer("other", { deletionTimestamp: "2026-01-01T00:00:00Z" }));
      },
    ],
  ])("controller 42: looks again after a change of %s", (_row, expected, change, prepare) => {
    expect(triggered(change, prepare)).toEqual(expected);
  });
});
