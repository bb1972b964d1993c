// What a policy may do by the specification (policy-runtime 5.1 to 5.3, policy-server 9), written from its text alone: nothing
// here looks at the dispatcher, at patterns of grants or at the schemas of payloads.
import type { Deed } from "../../../packages/host-capabilities/fixtures/host.ts";
import type { CapabilityPath } from "../../../packages/host-capabilities/src/table.ts";

/** Whose policy it is. Those of a namespace read no Kubernetes resource; `can_i` asks for none. */
export const policyClasses = {
  "a policy of the cluster": { policyId: "clusterwide-p", namespaced: false },
  "a member of a group of the cluster": { policyId: "clusterwide-group-g/m", namespaced: false },
  "a policy of a namespace": { policyId: "namespaced-team-a-p", namespaced: true },
  "a member of a group of a namespace": { policyId: "namespaced-group-team-a-g/m", namespaced: true },
} as const;
export type PolicyClass = keyof typeof policyClasses;

/** What a guest's call comes to. */
export type Verdict =
  | { readonly error: string }
  /** What the host was asked, each by name and operands. */
  | { readonly deeds: readonly Deed[] };

interface Expectation {
  /** `nothing`: never denied. `unknown`: no guest knows the name. */
  readonly needs: "nothing" | "grant" | "grant and resource" | "unknown";
  /** What its samples ask the host, in their order. */
  readonly deeds: readonly Deed[];
}

const namespaces = { apiVersion: "v1", kind: "Namespace" };
const image = "ghcr.io/acme/app:v1";
const signed = { image, annotations: { a: "b" } };
const keyless = { kind: "keyless", ...signed, identities: [{ issuer: "i", subject: "s" }] };
const listed = { namespace: undefined, labelSelector: undefined, fieldSelector: undefined, fieldMasks: [] };
const der = { encoding: "Der", data: Uint8Array.of(1, 2) };
const access = { user: "u", groups: ["g"], resourceAttributes: { resource: "pods", verb: "get" } };

/** A capability without a row here does not compile. */
export const expectations: Readonly<Record<CapabilityPath, Expectation>> = {
  "tracing/log": { needs: "nothing", deeds: [] },
  "net/v1/dns_lookup_host": { needs: "grant", deeds: [{ name: "lookup", with: ["example.test"] }] },
  "crypto/v1/is_certificate_trusted": {
    needs: "grant",
    deeds: [{ name: "checkCertificate", with: [{ certificate: der, chain: [der], at: "t" }] }],
  },
  "oci/v1/manifest_digest": { needs: "grant", deeds: [{ name: "digest", with: [image] }] },
  "oci/v1/oci_manifest": { needs: "grant", deeds: [{ name: "manifest", with: [image] }] },
  "oci/v1/oci_manifest_config": { needs: "grant", deeds: [{ name: "manifestAndConfig", with: [image] }] },
  "oci/v1/verify": {
    needs: "grant",
    deeds: [
      { name: "verifyImage", with: [{ kind: "public-keys", ...signed, keys: ["k: v\n---"] }] },
      { name: "verifyImage", with: [keyless] },
    ],
  },
  "oci/v2/verify": {
    needs: "grant",
    deeds: [
      { name: "verifyImage", with: [{ kind: "public-keys", ...signed, keys: ["k"] }] },
      { name: "verifyImage", with: [keyless] },
      {
        name: "verifyImage",
        with: [
          {
            ...{ kind: "keyless-prefix", image, annotations: {} },
            identities: [{ issuer: "i", urlPrefix: "https://u/" }],
          },
        ],
      },
      {
        name: "verifyImage",
        with: [{ kind: "github", image, annotations: {}, owner: "o", repo: undefined }],
      },
      {
        name: "verifyImage",
        with: [
          {
            ...{ kind: "certificate", image, annotations: {}, certificate: Uint8Array.of(1) },
            chain: [Uint8Array.of(2)],
            requireRekorBundle: true,
          },
        ],
      },
    ],
  },
  "kubernetes/can_i": { needs: "grant", deeds: [{ name: "canI", with: [access, { disableCache: true }] }] },
  "kubernetes/get_resource": {
    needs: "grant and resource",
    deeds: [
      {
        name: "get",
        with: [
          namespaces,
          { name: "demo", namespace: undefined, fieldMasks: ["spec.a"], disableCache: false },
        ],
      },
    ],
  },
  "kubernetes/list_resources_all": {
    needs: "grant and resource",
    deeds: [{ name: "list", with: [namespaces, { ...listed, labelSelector: "a=b" }] }],
  },
  "kubernetes/list_resources_by_namespace": {
    needs: "grant and resource",
    deeds: [{ name: "list", with: [namespaces, { ...listed, namespace: "true" }] }],
  },
  "kubernetes/list_resources_all_changed_since": { needs: "unknown", deeds: [] },
  "kubernetes/resource_plural_name": { needs: "unknown", deeds: [] },
};

/** What a call is made with besides its payload. */
export interface Situation {
  readonly policyClass: PolicyClass;
  readonly patterns: readonly string[];
  /** Whether `contextAwareResources` lists what the payload asks for. */
  readonly listsResource: boolean;
}

/** The verdict about one sample of a capability. */
export function expectedVerdict(path: CapabilityPath, sample: number, situation: Situation): Verdict {
  const { needs, deeds } = expectations[path];
  if (needs !== "nothing" && !covers(situation.patterns, path))
    return denied(`the '${path}' host capability`);
  if (needs === "unknown") return { error: `unknown operation: ${path.split("/").slice(1).join("/")}` };
  if (needs === "grant and resource" && !mayRead(situation))
    return denied("Kubernetes v1/Namespace resources");
  return { deeds: needs === "nothing" ? [] : deeds.slice(sample, sample + 1) };
}

/** What reading the inventory of a Rego policy comes to: the list call for each resource, and nothing is read without. */
export function expectedInventoryError(situation: Situation): string | undefined {
  const verdict = expectedVerdict("kubernetes/list_resources_all", 0, situation);
  return "error" in verdict ? verdict.error : undefined;
}

/** A name that no capability has: denied where it was not granted, unknown where everything was. */
export function expectedOfUnknown(path: string, patterns: readonly string[], unknown: string): Verdict {
  return covers(patterns, path) ? { error: unknown } : denied(`the '${path}' host capability`);
}

function mayRead({ policyClass, listsResource }: Situation): boolean {
  return listsResource && !policyClasses[policyClass].namespaced;
}

/** `*` alone is everything, at the end of a pattern everything below, else names are equal part by part. */
function covers(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => {
    const [wanted, given] = [pattern.split("/"), path.split("/")];
    const isOpen = wanted.at(-1) === "*";
    const parts = isOpen ? wanted.slice(0, -1) : wanted;
    const fits = isOpen ? given.length > parts.length : given.length === parts.length;
    return (pattern === "*" || fits) && parts.every((part, index) => part === given[index]);
  });
}

function denied(what: string): Verdict {
  return { error: `Policy has not been granted access to ${what}. The violation has been reported.` };
}
