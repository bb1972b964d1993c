/** What a manifest says of a blob, as it is written. */
export interface WrittenDescriptor {
  readonly mediaType: string;
  /** `<algorithm>:<hex>` */
  readonly digest: string;
  /** in bytes */
  readonly size: number;
}

/** An image as it is pushed. */
export interface WrittenManifest {
  readonly config: WrittenDescriptor;
  readonly layers: readonly WrittenDescriptor[];
  /** without, the manifest has no such member */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The media type that goes with the bytes; the document names none (kwctl-and-oci 11). */
export const canonicalManifestType = "application/vnd.oci.image.manifest.v1+json";

/**
 * The bytes of an OCI image manifest in canonical JSON of OLPC: equal images have equal bytes, those that upstream writes
 * (kwctl-and-oci 11, "Push result"). Control characters are escaped, where upstream writes what is no JSON.
 * @example digestOf("sha256", canonicalManifest({ config, layers: [layer], annotations }))
 */
export function canonicalManifest({ config, layers, annotations }: WrittenManifest): Uint8Array {
  const descriptor = ({ digest, mediaType, size }: WrittenDescriptor) => ({ digest, mediaType, size });
  const manifest = {
    ...(annotations !== undefined && { annotations }),
    ...{ config: descriptor(config), layers: layers.map(descriptor), schemaVersion: 2 },
  };
  return Buffer.from(canonicalJson(manifest));
}

type Json = string | number | readonly Json[] | { readonly [name: string]: Json };

/** Keys in the order of their UTF-8 bytes, no spaces, texts in NFC, integers. */
function canonicalJson(value: Json): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.normalize("NFC"));
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  // of keys that become one the last counts: one that stands twice is refused by readers
  const members = new Map(Object.entries(value).map(([name, member]) => [name.normalize("NFC"), member]));
  const sorted = [...members].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `{${sorted.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
