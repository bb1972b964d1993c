import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiClient } from "./api-client.ts";

/** A policy server as the API server sees it, without anything that runs: its objects are made up (controller.md 10). */
export interface MadeUpServer {
  readonly name: string;
  /** Writes the configuration, and rolls it out: Deployment, ReplicaSet, and one pod that is ready. */
  rollOut(policies: Readonly<Record<string, object>>): Promise<void>;
  /** Writes the configuration, and does not roll it out. */
  configure(policies: Readonly<Record<string, object>>): Promise<string>;
}

export interface MadeUpServerOptions {
  readonly namespace: string;
  readonly name: string;
  /** address of the pod: one of the loopback network */
  readonly podIP: string;
}

export function madeUpServer(
  admin: ApiClient,
  { namespace, name, podIP }: MadeUpServerOptions,
): MadeUpServer {
  const object = `policy-server-${name}`;
  const labels = { "kubewarden/policy-server": name };
  const core = `/api/v1/namespaces/${namespace}`;
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  let revision = 0;

  async function upsert(
    folder: string,
    body: { metadata: { name: string; labels: object; annotations?: object } },
  ) {
    const { status } = await admin.request(`${folder}/${body.metadata.name}`);
    return status === 404
      ? await admin.create(folder, body)
      : await admin.patch(`${folder}/${body.metadata.name}`, body);
  }
  async function configure(policies: Readonly<Record<string, object>>): Promise<string> {
    const data = { "policies.yml": JSON.stringify(policies) };
    const { metadata } = await upsert(`${core}/configmaps`, {
      metadata: { name: object, labels },
      ...{ data },
    });
    return metadata.resourceVersion;
  }
  return {
    name,
    configure,
    async rollOut(policies) {
      const version = await configure(policies);
      revision++;
      const hash = `h${revision}`;
      const annotations = {
        "deployment.kubernetes.io/revision": String(revision),
        "kubewarden/config-version": version,
      };
      const podLabels = { ...labels, "pod-template-hash": hash };
      const pod = `${object}-${hash}`;
      await upsert(`${apps}/deployments`, {
        metadata: { name: object, labels, annotations },
        ...workload(labels, labels),
      });
      const metadata = { name: pod, labels: podLabels, annotations };
      await admin.create(`${apps}/replicasets`, { metadata, ...workload(podLabels, podLabels) });
      if (revision > 1) await admin.delete(`${core}/pods/${object}-h${revision - 1}?gracePeriodSeconds=0`);
      await admin.create(`${core}/pods`, { metadata: { name: pod, labels: podLabels }, spec: podSpec });
      const conditions = [{ type: "Ready", status: "True" }];
      const status = { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions };
      await admin.patch(`${core}/pods/${pod}/status`, { status });
    },
  };
}

const podSpec = { containers: [{ name: "policy-server", image: "example.com/policy-server:v1" }] };

function workload(matchLabels: object, labels: object): object {
  return { spec: { selector: { matchLabels }, template: { metadata: { labels }, spec: podSpec } } };
}

/** Answers `GET /policies` as a replica does. */
export interface MadeUpReplica extends AsyncDisposable {
  readonly port: number;
  /** what it answers with */
  policies: readonly object[];
}

export async function startMadeUpReplica(host: string): Promise<MadeUpReplica> {
  const replica = { policies: [] as readonly object[] };
  const server: Server = createServer((_request, response) => {
    response.end(JSON.stringify({ policies: replica.policies }));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(replica, {
    port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  });
}
