import { descriptor } from "./document.ts";
import { type Descriptor, toDescriptor } from "./manifest.ts";
import { listOf, number, objectOf, optional, required } from "./shape.ts";
import { invalidDocument, parseStrictJson } from "./strict-json.ts";

/** What refers to a manifest; `digest` is that of the referring manifest. */
export interface Referrer extends Descriptor {
  /** what it is, such as `application/vnd.dev.sigstore.bundle.v0.3+json` */
  readonly artifactType?: string;
}

const referrers = objectOf(required("schemaVersion", number), optional("manifests", listOf(descriptor)));

/**
 * Reads the index that lists what refers to a manifest. Its entries have types, which those of other indexes have not.
 * @throws {OciError} `OCI_MANIFEST_INVALID`
 */
export function parseReferrers(bytes: Uint8Array): Referrer[] {
  const source = parseStrictJson(bytes, "list of referrers");
  const isIndex = source instanceof Map && source.has("manifests");
  if (!isIndex) throw invalidDocument("list of referrers", "expected an image index");
  const manifests = referrers(source, "").get("manifests");
  return Array.isArray(manifests) ? manifests.map(toReferrer) : [];
}

const toReferrer = (value: Parameters<typeof toDescriptor>[0]): Referrer => {
  const artifactType = value instanceof Map ? value.get("artifactType") : undefined;
  return { ...toDescriptor(value), ...(typeof artifactType === "string" && { artifactType }) };
};
