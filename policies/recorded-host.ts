// Plays the host of a recorded case: what the original asked for, and what it was told.
import type { FakeHost, RecordedCall } from "@kubewarden-ts/policy-sdk/testing";
import * as v from "valibot";

const Request = v.looseObject({ type: v.string() });
type Request = v.InferOutput<typeof Request>;

export const Exchange = v.object({
  request: Request,
  response: v.object({ payload: v.optional(v.unknown()), error: v.optional(v.string()) }),
});
export type Exchange = v.InferOutput<typeof Exchange>;

export interface RecordedHost extends FakeHost {
  /** How the calls so far differ from the recorded ones, those that were not made included. */
  problem(): string | undefined;
}

/** Without a recorded call the host has no cluster. */
const noCluster = "kube::Client was not initialized properly";

/**
 * A host that gives the recorded answers in their order.
 * @param exchanges - `undefined` where the case was recorded without a cluster
 */
export function recordedHost(exchanges: readonly Exchange[] | undefined): RecordedHost {
  const calls: RecordedCall[] = [];
  const problems: string[] = [];
  const answer = (call: RecordedCall): unknown => {
    const exchange = exchanges?.[calls.length];
    calls.push(call);
    if (exchanges === undefined) throw new Error(`Callback evaluation failure: ${noCluster}`);
    if (exchange === undefined) throw new Error(`more calls than recorded: ${JSON.stringify(call)}`);
    const [wanted, made] = [wireCall(exchange.request), call].map(canonical);
    if (wanted !== made) problems.push(`expected the call ${wanted}, received ${made}`);
    const { error, payload } = exchange.response;
    if (error !== undefined) throw new Error(`Callback evaluation failure: ${error}`);
    return payload;
  };
  return {
    calls,
    logs: [],
    call(_binding, namespace, operation, payload) {
      const capability = `${namespace}/${operation}`;
      if (capability === "tracing/log") return "";
      return JSON.stringify(answer({ capability, payload: JSON.parse(payload) }));
    },
    problem() {
      const recorded = exchanges?.length ?? calls.length;
      if (problems.length === 0 && calls.length === recorded) return undefined;
      return [`${calls.length} calls of ${recorded}`, ...problems].join("; ");
    },
  };
}

const capabilities: Readonly<Record<string, string>> = {
  KubernetesListResourceAll: "kubernetes/list_resources_all",
  KubernetesListResourceNamespace: "kubernetes/list_resources_by_namespace",
  KubernetesGetResource: "kubernetes/get_resource",
  KubernetesCanI: "kubernetes/can_i",
  OciManifest: "oci/v1/oci_manifest",
  OciManifestAndConfig: "oci/v1/oci_manifest_config",
  OciManifestDigest: "oci/v1/manifest_digest",
  DNSLookupHost: "net/v1/dns_lookup_host",
  CryptoIsCertificateTrusted: "crypto/v1/is_certificate_trusted",
};

/** The call that a recorded request stands for (policy-runtime 8). */
function wireCall(recorded: Request): RecordedCall {
  const { type, ...fields } = recorded;
  const capability = capabilities[type] ?? "oci/v2/verify";
  if (type === "KubernetesCanI") {
    return {
      capability,
      payload: { subject_access_review: fields["request"], disable_cache: fields["disable_cache"] },
    };
  }
  if (type.startsWith("Sigstore")) return { capability, payload: recorded };
  return { capability, payload: fields["image"] ?? fields["host"] ?? fields["request"] ?? fields };
}

/** Fields in a fixed order, without those that are null: absent and null mean the same. */
function canonical(value: unknown): string {
  return JSON.stringify(withoutNulls(value));
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member != null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}
