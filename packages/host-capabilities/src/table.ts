import { isCertificateTrusted } from "./capabilities/certificate-trust.ts";
import { dnsLookupHost } from "./capabilities/dns-lookup-host.ts";
import { canI } from "./capabilities/kubernetes-can-i.ts";
import { getResource } from "./capabilities/kubernetes-get.ts";
import {
  listResourcesAll,
  listResourcesAllChangedSince,
  listResourcesByNamespace,
  resourcePluralName,
} from "./capabilities/kubernetes-list.ts";
import { manifestDigest, ociManifest, ociManifestConfig } from "./capabilities/oci-manifest.ts";
import { tracingLog } from "./capabilities/tracing-log.ts";
import { verifyV1, verifyV2 } from "./capabilities/verify.ts";
import type { Capability } from "./capability.ts";

/** Everything that can be asked of a host (policy-runtime 5.2). */
export const capabilities = [
  tracingLog,
  dnsLookupHost,
  isCertificateTrusted,
  canI,
  getResource,
  listResourcesAll,
  listResourcesAllChangedSince,
  listResourcesByNamespace,
  manifestDigest,
  ociManifest,
  ociManifestConfig,
  resourcePluralName,
  verifyV1,
  verifyV2,
] as const satisfies readonly Capability[];

/** The name of each, as far as the compiler knows it: a table with a row for each of them misses none. */
export type CapabilityPath = (typeof capabilities)[number]["path"];

/** By path. */
export const capabilityTable: ReadonlyMap<string, Capability> = new Map(
  capabilities.map((capability): [string, Capability] => [capability.path, capability]),
);

/** What a guest can call; of these, everything but what is done in the worker itself has to be granted. */
export const callableCapabilities: readonly Capability[] = capabilities.filter(
  ({ kind }) => kind !== "internal",
);
