import { lookup } from "node:dns/promises";
import { silentLogger } from "@kubewarden-ts/base";
import {
  type ConnectedCapabilities,
  type ConnectOptions,
  connectCapabilities,
} from "@kubewarden-ts/host-capabilities/connect";
import { defaultSources } from "@kubewarden-ts/oci";

/**
 * The host capabilities that programs have, over real parts: the resolver of this machine, registries without credentials,
 * no trust root and no cluster, unless told otherwise.
 */
export function connectHost(options: Partial<ConnectOptions> = {}): ConnectedCapabilities {
  return connectCapabilities({
    lookup: (host) => lookup(host, { all: true }),
    sources: defaultSources,
    credentials: { credentialFor: async () => undefined },
    platform: { os: "linux", architecture: "amd64" },
    access: undefined,
    userAgent: "kubewarden-ts-test",
    log: silentLogger,
    ...options,
  });
}
