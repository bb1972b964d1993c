import { lookup } from "node:dns/promises";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { connectCapabilities } from "@kubewarden-ts/host-capabilities/connect";
import { type ClusterAccess, loadClusterAccess } from "@kubewarden-ts/kube";
import { dockerConfigFolder, dockerCredentials, helperRunner, platformOf } from "@kubewarden-ts/oci";
import { KwctlError } from "../errors.ts";
import type { ConnectedHost, HostOptions } from "./connected-host.ts";

export interface ConnectHostDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly userAgent: string;
  readonly log: Logger;
}

/** {@link ConnectHost} over the real network. */
export async function connectHost(options: HostOptions, deps: ConnectHostDeps): Promise<ConnectedHost> {
  const { sources, dockerConfigFolder: configured, cluster } = options;
  const { env, platform, arch, userAgent, log } = deps;
  return connectCapabilities({
    ...{ sources, userAgent, log },
    lookup: (host) => lookup(host, { all: true }),
    credentials: dockerCredentials({
      folder: dockerConfigFolder({ configured, env }),
      ask: helperRunner({ env }),
      log,
    }),
    platform: platformOf({ platform, arch }),
    access: cluster === "none" ? undefined : await clusterAccess(cluster, env),
  });
}

async function clusterAccess(
  cluster: "required" | "optional",
  env: NodeJS.ProcessEnv,
): Promise<ClusterAccess | undefined> {
  try {
    return await loadClusterAccess({ env });
  } catch (cause) {
    if (cluster === "optional") return undefined;
    throw new KwctlError(`Cannot connect to Kubernetes cluster: ${errorText(cause)}`, {
      code: "KWCTL_CLUSTER_UNKNOWN",
    });
  }
}
