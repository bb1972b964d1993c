import { lookup } from "node:dns/promises";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { type ConnectedCapabilities, connectCapabilities } from "@kubewarden-ts/host-capabilities/connect";
import { type ClusterAccess, loadClusterAccess } from "@kubewarden-ts/kube";
import { type Credentials, platformOf, type Sources } from "@kubewarden-ts/oci";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import type { TrustRoot } from "@kubewarden-ts/sigstore";
import { ServerError } from "../errors.ts";

export interface HostOptions {
  readonly sources: Sources;
  /** Who we are to registries. */
  readonly credentials: Credentials;
  /** Whom signatures of images are traced back to. */
  readonly trustRoot: TrustRoot;
  /** Start although no cluster is configured. */
  readonly ignoreKubernetesFailure: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Takes a line about a missing cluster. */
  readonly warn: (line: string) => void;
}

/** Makes what the host calls of policies need; nothing is contacted before the first of them. */
export type ConnectHost = (options: HostOptions) => Promise<ConnectedCapabilities>;

/**
 * {@link ConnectHost} over the real network (policy-server 2.5, 3).
 * @throws {ServerError} `SERVER_NO_CLUSTER` when none is configured
 */
export async function connectHost(options: HostOptions): Promise<ConnectedCapabilities> {
  const { sources, credentials, trustRoot, log } = options;
  return connectCapabilities({
    ...{ sources, credentials, trustRoot, log, userAgent: `policy-server/${KUBEWARDEN_VERSION}` },
    lookup: (host) => lookup(host, { all: true }),
    platform: platformOf(process),
    access: await clusterAccess(options),
  });
}

async function clusterAccess(options: HostOptions): Promise<ClusterAccess | undefined> {
  const { env, ignoreKubernetesFailure, warn } = options;
  try {
    return await loadClusterAccess({ env });
  } catch (cause) {
    const remedy = ignoreKubernetesFailure
      ? ""
      : "; --ignore-kubernetes-connection-failure starts without one";
    warn(`Cannot connect to Kubernetes cluster: ${errorText(cause)}${remedy}`);
    const consequence = "Cannot connect to Kubernetes, context aware policies";
    if (!ignoreKubernetesFailure) {
      throw new ServerError(`${consequence} would not work properly`, { code: "SERVER_NO_CLUSTER" });
    }
    warn(`${consequence} will not work properly`);
    return undefined;
  }
}
