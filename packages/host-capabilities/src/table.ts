import { isCertificateTrusted } from "./capabilities/crypto.ts";
import { dnsLookupHost } from "./capabilities/dns-lookup-host.ts";
import { canI, getResource, listResourcesAll, listResourcesByNamespace } from "./capabilities/kubernetes.ts";
import { manifestDigest, ociManifest, ociManifestConfig, verifyV1, verifyV2 } from "./capabilities/oci.ts";
import { tracingLog } from "./capabilities/tracing-log.ts";
import type { Capability } from "./capability.ts";

/** Everything a policy may ask of its host (policy-runtime 5.2). */
export const capabilities: readonly Capability[] = [
  tracingLog,
  dnsLookupHost,
  isCertificateTrusted,
  canI,
  getResource,
  listResourcesAll,
  listResourcesByNamespace,
  manifestDigest,
  ociManifest,
  ociManifestConfig,
  verifyV1,
  verifyV2,
];

/** By path. */
export const capabilityTable: ReadonlyMap<string, Capability> = new Map(
  capabilities.map((capability) => [capability.path, capability]),
);
