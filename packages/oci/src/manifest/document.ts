import { isLosslessNumber, type LosslessObject } from "@kubewarden-ts/protocol";
import { registryError } from "../errors.ts";
import { listOf, mapOf, number, objectOf, optional, required, size, text } from "./shape.ts";
import { invalidDocument, parseStrictJson } from "./strict-json.ts";

/** What a manifest document is of. */
export type ManifestKind = "image" | "index";

/** The media types that are asked for, in upstream's order (kwctl-and-oci 11), and what they hold. */
export const manifestTypes: ReadonlyMap<string, ManifestKind> = new Map([
  ["application/vnd.docker.distribution.manifest.v2+json", "image"],
  ["application/vnd.docker.distribution.manifest.list.v2+json", "index"],
  ["application/vnd.oci.image.manifest.v1+json", "image"],
  ["application/vnd.oci.image.index.v1+json", "index"],
]);

/** What a document is that gives no media type. */
export const ociTypes = {
  image: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
} as const;

const annotations = optional("annotations", mapOf(text));
const artifactType = optional("artifactType", text);
const content = [required("mediaType", text), required("digest", text), required("size", size)];
/** Of a blob or another manifest. */
export const descriptor = objectOf(...content, optional("urls", listOf(text)), annotations, artifactType);
const head = [required("schemaVersion", number), optional("mediaType", text)];
const tail = [optional("subject", descriptor), artifactType, annotations];

const platform = objectOf(
  required("architecture", text),
  required("os", text),
  optional("os.version", text),
  optional("os.features", listOf(text)),
  optional("variant", text),
  optional("features", listOf(text)),
);

const shapes = {
  image: objectOf(...head, required("config", descriptor), required("layers", listOf(descriptor)), ...tail),
  index: objectOf(
    ...head,
    required("manifests", listOf(objectOf(...content, optional("platform", platform), annotations))),
    ...tail,
  ),
};

/**
 * Reads the document of a manifest or image index into the OCI model of policy-runtime 5.5: known fields in their
 * order, numbers as they came.
 * @throws {OciError} `OCI_MANIFEST_UNSUPPORTED` (schema version, media type), `OCI_MANIFEST_INVALID` (anything else)
 */
export function readManifestDocument(bytes: Uint8Array): { kind: ManifestKind; document: LosslessObject } {
  const source = parseStrictJson(bytes, "manifest");
  if (!(source instanceof Map)) throw invalidDocument("manifest", "expected an object");
  checkSchemaVersion(source);
  const kind = kindOf(source);
  return { kind, document: shapes[kind](source, "") };
}

function checkSchemaVersion(source: LosslessObject): void {
  const version = source.get("schemaVersion") ?? null;
  if (version === null || !isLosslessNumber(version)) {
    throw invalidDocument("manifest", "schemaVersion: expected a number");
  }
  if (version.text === "2") return;
  throw registryError(`Unsupported schema version: ${version.text.slice(0, 30)}`, {
    code: "OCI_MANIFEST_UNSUPPORTED",
  });
}

/** The media type decides, else the shape; what looks like both would be one thing to us and another to others. */
function kindOf(source: LosslessObject): ManifestKind {
  const mediaType = source.get("mediaType") ?? undefined;
  if (typeof mediaType === "string" && !manifestTypes.has(mediaType)) {
    throw registryError(`Unsupported media type: ${mediaType.slice(0, 200)}`, {
      code: "OCI_MANIFEST_UNSUPPORTED",
    });
  }
  const isIndex = source.has("manifests");
  if (isIndex && (source.has("layers") || source.has("config"))) {
    throw invalidDocument("manifest", "it has the fields of an image and those of an index");
  }
  const named = typeof mediaType === "string" ? manifestTypes.get(mediaType) : undefined;
  return named ?? (isIndex ? "index" : "image");
}
