import type { CapabilityServer } from "@kubewarden-ts/host-capabilities";
import type { Sources } from "@kubewarden-ts/oci";

/** What policies may reach besides their request. */
export interface HostOptions {
  readonly sources: Sources;
  /** Folder of Docker's `config.json`, as the user gave it. */
  readonly dockerConfigFolder: string | undefined;
  /** The file of `--sigstore-trust-config`; without, images are verified with the public Sigstore. */
  readonly trustConfig?: string | undefined;
  /**
   * `required`: without a cluster nothing is run; `optional`: what asks for one then fails; `none`: a cluster is not
   * contacted, whatever is configured.
   */
  readonly cluster: "required" | "optional" | "none";
}

/** Serves the host calls of policies. */
export interface ConnectedHost extends AsyncDisposable {
  readonly serve: CapabilityServer;
}

/**
 * Connects to what host calls need; nothing is contacted before the first of them.
 * @throws {KwctlError} `KWCTL_CLUSTER_UNKNOWN` when a cluster is required and none is configured; `KWCTL_INPUT_INVALID`
 * for a trust configuration that cannot be read
 */
export type ConnectHost = (options: HostOptions) => Promise<ConnectedHost>;
