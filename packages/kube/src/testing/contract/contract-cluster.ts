import { silentLogger } from "@kubewarden-ts/base";
import type { ClusterAccess } from "../../access/cluster-access.ts";
import {
  createDiscovery,
  createKubeClient,
  createReflectors,
  type Discovery,
  type KubeClient,
  type Reflectors,
} from "../../index.ts";
import type { FakeObject } from "../fake-cluster.ts";

/** A cluster for the contract: a fake, or a real one. */
export interface ContractCluster extends AsyncDisposable {
  /** may do everything */
  readonly access: ClusterAccess;
  /** known to the API server, without any right */
  readonly powerless: ClusterAccess;
  /** not known to the API server */
  readonly stranger: ClusterAccess;
  /** a namespace that exists and is empty, but for what the cluster itself puts there */
  readonly namespace: string;
  /** Creates an object, or replaces it. */
  put(object: FakeObject): Promise<void>;
  remove(object: FakeObject): Promise<void>;
}

/** Somebody who reads the cluster. */
export interface Reader extends AsyncDisposable {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly reflectors: Reflectors;
}

export function readAs(access: ClusterAccess): Reader {
  const client = createKubeClient(access, { log: silentLogger, userAgent: "kubewarden-ts-contract" });
  const discovery = createDiscovery(client);
  const reflectors = createReflectors({ client, discovery, log: silentLogger });
  return {
    client,
    discovery,
    reflectors,
    async [Symbol.asyncDispose]() {
      await reflectors[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}
