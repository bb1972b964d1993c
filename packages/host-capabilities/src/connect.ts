import { type Clock, type Logger, systemClock } from "@kubewarden-ts/base";
import { type ClusterAccess, createDiscovery, createKubeClient, createReflectors } from "@kubewarden-ts/kube";
import {
  type Credentials,
  createImageLookUps,
  createRegistryClient,
  type Platform,
  type Sources,
} from "@kubewarden-ts/oci";
import type { TrustRoot } from "@kubewarden-ts/sigstore";
import { type Certificate, checkEncodedCertificate, loadMozillaRoots } from "@kubewarden-ts/x509";
import type { DnsDeps } from "./capabilities/dns-lookup-host.ts";
import type { Cluster } from "./cluster.ts";
import { createKubernetesCluster } from "./kubernetes-cluster.ts";
import { type CapabilityServer, createCapabilityServer } from "./server.ts";
import { createImageVerification, tellReasons } from "./verification.ts";

export interface ConnectOptions extends DnsDeps {
  /** How registries are reached. */
  readonly sources: Sources;
  readonly credentials: Credentials;
  /** Whose entry of an image index counts. */
  readonly platform: Platform;
  /** Whom signatures of images are traced back to; without, those that need it cannot be verified. */
  readonly trustRoot?: TrustRoot | undefined;
  /** `undefined` without a cluster: what asks for it fails. */
  readonly access: ClusterAccess | undefined;
  /** Such as `policy-server/1.38.0`. */
  readonly userAgent: string;
  readonly log: Logger;
  /** That of this process unless told. */
  readonly clock?: Clock;
}

/** Host capabilities over real registries, a real cluster, a real resolver. */
export interface ConnectedCapabilities extends AsyncDisposable {
  readonly serve: CapabilityServer;
}

/** The largest manifest that policies are given: reading one is work of the thread that serves everybody. */
const maxManifestBytes = 1024 * 1024;

/** Makes what host calls need; nothing is contacted before the first of them. */
export function connectCapabilities(options: ConnectOptions): ConnectedCapabilities {
  const { lookup, sources, credentials, platform, access, userAgent, log } = options;
  const { trustRoot = noTrustRoot, clock = systemClock } = options;
  const opened = new AsyncDisposableStack();
  const client = opened.use(
    createRegistryClient({ sources, credentials, userAgent, log, clock, limits: { maxManifestBytes } }),
  );
  const serve = createCapabilityServer({
    lookup,
    checkCertificate: ({ certificate, chain, at }) =>
      checkEncodedCertificate({ certificate, chain, notAfter: at, nowMs: Date.now(), mozillaRoots }),
    registry: createImageLookUps({ client, platform, now: clock.now }),
    cluster: access && connectCluster(access, { userAgent, log, clock, opened }),
    ...createImageVerification({
      // Most policies look at no signatures, and do without what that takes.
      openVerifier: async () => {
        const { createImageVerifier } = await import("@kubewarden-ts/sigstore");
        return tellReasons(createImageVerifier({ client, trustRoot, clock, log }), log);
      },
      now: clock.now,
    }),
  });
  return { serve, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const noTrustRoot: TrustRoot = {
  load: () => Promise.reject(new Error("there is no Sigstore trust root")),
};

let knownRoots: readonly Certificate[] | undefined;

function mozillaRoots(): readonly Certificate[] {
  knownRoots ??= loadMozillaRoots();
  return knownRoots;
}

function connectCluster(
  access: ClusterAccess,
  {
    userAgent,
    log,
    clock,
    opened,
  }: { userAgent: string; log: Logger; clock: Clock; opened: AsyncDisposableStack },
): Cluster {
  const client = opened.use(createKubeClient(access, { userAgent, log, clock }));
  const discovery = createDiscovery(client, { clock });
  const reflectors = opened.use(createReflectors({ client, discovery, log, clock }));
  return createKubernetesCluster({ client, discovery, reflectors, now: clock.now });
}
