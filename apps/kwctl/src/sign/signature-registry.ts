import {
  digestOf,
  formatReference,
  type ImageReference,
  OciError,
  type RegistryClient,
} from "@kubewarden-ts/oci";
import * as v from "valibot";
import { KwctlError } from "../errors.ts";

/** Of a registry client, what signatures are attached with. */
export type SignatureRegistry = Pick<
  RegistryClient,
  "fetchManifest" | "fetchReferrers" | "pushBlob" | "pushManifest"
>;

/** Where something is attached, and by what. */
export interface Attaching {
  /** The image; of it, the repository counts. */
  readonly reference: ImageReference;
  readonly registry: SignatureRegistry;
  readonly signal: AbortSignal;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** in bytes */
  readonly size: number;
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Brings a blob into the repository. @throws {OciError} */
export async function pushedBlob(
  bytes: Uint8Array,
  mediaType: string,
  { reference, registry, signal }: Attaching,
): Promise<Descriptor> {
  return { mediaType, ...(await registry.pushBlob(reference, bytes, { signal })) };
}

/**
 * The JSON document of a manifest or index that is added to, with all that is in it.
 * @param schema - of what is added to
 * @returns nothing when there is none under the tag
 * @throws {KwctlError} `KWCTL_SIGNING_FAILED` when something else is
 * @throws {OciError}
 */
export async function documentAt<Schema extends v.GenericSchema>(
  tag: string,
  schema: Schema,
  { reference, registry, signal }: Attaching,
): Promise<v.InferOutput<Schema> | undefined> {
  const place = inRepository(reference, { tag });
  try {
    const { bytes } = await registry.fetchManifest(place, { signal });
    const { success, output } = v.safeParse(schema, JSON.parse(new TextDecoder().decode(bytes)));
    if (success) return output;
  } catch (error) {
    if (error instanceof OciError && error.code === "OCI_NOT_FOUND") return undefined;
    throw error;
  }
  throw new KwctlError(
    `${formatReference(place)} is not what signatures are added to: remove it, or sign another image`,
    { code: "KWCTL_SIGNING_FAILED" },
  );
}

/** Puts a JSON document under a tag, or under its digest. @throws {OciError} */
export async function pushedDocument(
  document: object,
  { mediaType, tag }: { mediaType: string; tag?: string },
  { reference, registry, signal }: Attaching,
): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(document));
  const target = inRepository(reference, tag === undefined ? { digest: digestOf("sha256", bytes) } : { tag });
  const digest = await registry.pushManifest(target, bytes, mediaType, { signal });
  return { mediaType, digest, size: bytes.length };
}

/** A tag or a manifest of the repository that an image is in. */
export function inRepository(
  { registry, repository }: ImageReference,
  what: { tag: string } | { digest: string },
): ImageReference {
  return { registry, repository, ...what };
}
