import type { RecordedRequest } from "./interaction.ts";

type Fields = Readonly<Record<string, unknown>>;
type ToRequest = (input: Fields) => RecordedRequest;

const image = (variant: string): ToRequest => {
  return (name) => ({ variant, fields: { image: name } });
};
const selection = ["label_selector", "field_selector", "field_masks"];

/** Every capability whose interactions are recorded, by path: the request that its decoded input stands for. */
const requests: Readonly<Record<string, ToRequest>> = {
  "oci/v1/manifest_digest": image("OciManifestDigest"),
  "oci/v1/oci_manifest": image("OciManifest"),
  "oci/v1/oci_manifest_config": image("OciManifestAndConfig"),
  "oci/v1/verify": (input) => verification(firstVersion(input)),
  "oci/v2/verify": verification,
  "net/v1/dns_lookup_host": (host) => ({ variant: "DNSLookupHost", fields: { host } }),
  "crypto/v1/is_certificate_trusted": (input) => ({
    variant: "CryptoIsCertificateTrusted",
    fields: { request: pick(input, ["cert", "cert_chain", "not_after"]) },
  }),
  "kubernetes/list_resources_by_namespace": (input) => ({
    variant: "KubernetesListResourceNamespace",
    fields: pick(input, ["api_version", "kind", "namespace", ...selection]),
  }),
  "kubernetes/list_resources_all": (input) => ({
    variant: "KubernetesListResourceAll",
    fields: pick(input, ["api_version", "kind", ...selection]),
  }),
  "kubernetes/list_resources_all_changed_since": (input) => ({
    variant: "HasKubernetesListResourceAllResultChangedSinceInstant",
    fields: { ...pick(input, ["api_version", "kind", ...selection]), since: instant(input["since_ms"]) },
  }),
  "kubernetes/resource_plural_name": (input) => ({
    variant: "KubernetesGetResourcePluralName",
    fields: pick(input, ["api_version", "kind"]),
  }),
  "kubernetes/get_resource": (input) => ({
    variant: "KubernetesGetResource",
    fields: pick(input, ["api_version", "kind", "name", "namespace", "disable_cache", "field_masks"]),
  }),
  "kubernetes/can_i": (input) => ({
    variant: "KubernetesCanI",
    fields: { request: review(input["subject_access_review"]), disable_cache: input["disable_cache"] },
  }),
};

/** Paths of everything that is recorded: all but the log. */
export const recordedPaths: readonly string[] = Object.keys(requests);

/**
 * The request that a call of a capability stands for in a session file.
 * @param input - as its schema decoded it
 * @throws {Error} for a path that is not recorded
 */
export function recordedRequest(path: string, input: unknown): RecordedRequest {
  const toRequest = Object.hasOwn(requests, path) ? requests[path] : undefined;
  if (toRequest === undefined) throw new Error(`interactions of ${path} are not recorded`);
  // The input was decoded by the capability's schema; its fields are named in the table above.
  const { variant, fields } = toRequest(input as Fields);
  return { variant, fields: plain(fields) as Fields };
}

const verificationFields: Readonly<Record<string, readonly string[]>> = {
  SigstorePubKeyVerify: ["image", "pub_keys", "annotations"],
  SigstoreKeylessVerify: ["image", "keyless", "annotations"],
  SigstoreKeylessPrefixVerify: ["image", "keyless_prefix", "annotations"],
  SigstoreGithubActionsVerify: ["image", "owner", "repo", "annotations"],
  SigstoreCertificateVerify: [
    "image",
    "certificate",
    "certificate_chain",
    "require_rekor_bundle",
    "annotations",
  ],
};

/** Both versions of the call are recorded alike. */
function verification(input: Fields): RecordedRequest {
  const variant = String(input["type"]);
  return { variant, fields: pick(input, verificationFields[variant] ?? []) };
}

function firstVersion(input: Fields): Fields {
  const [entry] = Object.entries(input);
  return { type: entry?.[0], ...(entry?.[1] as Fields) };
}

function review(input: unknown): Fields {
  const { user, groups, resource_attributes } = input as Fields;
  const names = ["group", "name", "namespace", "resource", "subresource", "verb", "version"];
  return { groups, resource_attributes: pick(resource_attributes as Fields, names), user };
}

const msPerSecond = 1000;
const nanosPerMs = 1_000_000;

function instant(ms: unknown): Fields {
  const whole = Math.trunc(Number(ms));
  return { secs: Math.trunc(whole / msPerSecond), nanos: (whole % msPerSecond) * nanosPerMs };
}

/** These fields, `null` where they are not set. */
function pick(input: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, input[name] ?? null]));
}

/** Bytes are written as numbers. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
