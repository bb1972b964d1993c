import { lookup } from "node:dns/promises";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { connectCapabilities } from "@kubewarden-ts/host-capabilities/connect";
import { type ClusterAccess, loadClusterAccess } from "@kubewarden-ts/kube";
import { createConnections, platformOf, registryCredentials } from "@kubewarden-ts/oci";
import type { FileSystem } from "../define-command.ts";
import type { Directories } from "../directories.ts";
import { KwctlError } from "../errors.ts";
import { openTrustRoot } from "../verification/open-trust-root.ts";
import type { ConnectedHost, HostOptions } from "./connected-host.ts";

export interface ConnectHostDeps {
  readonly files: Pick<FileSystem, "readFile">;
  readonly directories: Directories;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly userAgent: string;
  readonly log: Logger;
}

/** {@link ConnectHost} over the real network. */
export async function connectHost(options: HostOptions, deps: ConnectHostDeps): Promise<ConnectedHost> {
  const { sources, dockerConfigFolder: configured, trustConfig, cluster } = options;
  const { env, platform, arch, userAgent, log } = deps;
  await using opened = new AsyncDisposableStack();
  const connections = opened.use(createConnections(sources));
  const connected = opened.use(
    connectCapabilities({
      ...{ sources, userAgent, log },
      lookup: (host) => lookup(host, { all: true }),
      credentials: registryCredentials({ configured, env, log }),
      platform: platformOf({ platform, arch }),
      trustRoot: await openTrustRoot(trustConfig, { ...deps, connections }),
      access: cluster === "none" ? undefined : await clusterAccess(cluster, env),
    }),
  );
  const parts = opened.move();
  return { serve: connected.serve, [Symbol.asyncDispose]: () => parts.disposeAsync() };
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
