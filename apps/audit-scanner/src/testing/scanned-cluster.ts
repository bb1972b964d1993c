import {
  controllerKinds,
  createFakeApiServer,
  type FakeApiServer,
  type FakeObject,
} from "@kubewarden-ts/kube/testing";
import { reportTypes } from "../reports/report-kinds.ts";
import { policyServer, service } from "../scan/testing/scan-fixtures.ts";
import { endpointSlices } from "../selection/endpoint-slice.ts";

const kinds = [
  ...controllerKinds,
  endpointSlices,
  ...(["policyreport", "openreports"] as const).flatMap((kind) => {
    const { namespaced, cluster } = reportTypes(kind);
    return [namespaced, cluster];
  }),
];

/** An API server that knows the kinds of policies and reports, with a policy server and its Service. */
export async function fakeScannedCluster(objects: readonly FakeObject[]): Promise<FakeApiServer> {
  const api = await createFakeApiServer({ kinds });
  for (const each of [policyServer(), service(), ...objects]) api.put(each);
  return api;
}

/** The lines of a log, as objects. */
export function logLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** A kubeconfig file that leads there. */
export function kubeconfigOf(server: string): string {
  const named = (kind: string, value: object) => ({ name: "fake", [kind]: value });
  return JSON.stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "fake" },
    clusters: [named("cluster", { server })],
    users: [named("user", { token: "t" })],
    contexts: [named("context", { cluster: "fake", user: "fake" })],
  });
}
