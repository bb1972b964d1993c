import {
  isLosslessNumber,
  type LosslessObject,
  type LosslessValue,
  stringifyLossless,
} from "@kubewarden-ts/protocol";
import { ociTypes, readManifestDocument } from "./document.ts";
import type { Platform } from "./platform.ts";
import { parseStrictJson } from "./strict-json.ts";

/** What a manifest says about a blob or another manifest. */
export interface Descriptor {
  readonly mediaType: string;
  /** as it came; checked when it is used */
  readonly digest: string;
  /** in bytes */
  readonly size: number;
  /** other places that hold the same bytes */
  readonly urls: readonly string[];
  readonly annotations: ReadonlyMap<string, string>;
}

/** An entry of an image index. */
export interface IndexEntry extends Descriptor {
  readonly platform?: Platform;
}

interface AnyManifest {
  /** as the document gives it, else the OCI type of its shape */
  readonly mediaType: string;
  readonly annotations: ReadonlyMap<string, string>;
  /** the OCI model of policy-runtime 5.5: known fields in their order, numbers as they came */
  readonly document: LosslessObject;
}

export interface ImageManifest extends AnyManifest {
  readonly kind: "image";
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex extends AnyManifest {
  readonly kind: "index";
  readonly manifests: readonly IndexEntry[];
}

export type Manifest = ImageManifest | ImageIndex;

/**
 * Reads a manifest or an image index, of OCI or Docker (kwctl-and-oci 11).
 * @throws {OciError} `OCI_MANIFEST_UNSUPPORTED` (schema version, media type), `OCI_MANIFEST_INVALID` (anything else)
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  const { kind, document } = readManifestDocument(bytes);
  const mediaType = optionalText(document, "mediaType") ?? ociTypes[kind];
  const about = { mediaType, document, annotations: texts(document.get("annotations")) };
  if (kind === "index") return { kind, ...about, manifests: list(document, "manifests").map(toEntry) };
  const layers = list(document, "layers").map(toDescriptor);
  return { kind, ...about, config: toDescriptor(document.get("config")), layers };
}

/** The JSON text that a guest gets for a manifest (policy-runtime 5.5, `oci_manifest`). */
export function formatManifest({ document }: Manifest): string {
  return stringifyLossless(document);
}

/**
 * The JSON text that a guest gets for an image with its configuration (policy-runtime 5.5, `oci_manifest_config`).
 * @param image.config - the bytes of the configuration, a JSON document of any kind
 * @throws {OciError} `OCI_MANIFEST_INVALID` when the configuration is no JSON
 */
export function formatManifestAndConfig(image: {
  manifest: ImageManifest;
  digest: string;
  config: Uint8Array;
}): string {
  return stringifyLossless(
    new Map<string, LosslessValue>([
      ["manifest", image.manifest.document],
      ["digest", image.digest],
      ["config", parseStrictJson(image.config, "image configuration")],
    ]),
  );
}

// Below, the document is in its normal form: what is there has its type.

/** @param value - a descriptor in its normal form */
export function toDescriptor(value: LosslessValue | undefined): Descriptor {
  const members = value instanceof Map ? value : new Map<string, LosslessValue>();
  const bytes = members.get("size") ?? null;
  return {
    mediaType: optionalText(members, "mediaType") ?? "",
    digest: optionalText(members, "digest") ?? "",
    size: bytes !== null && isLosslessNumber(bytes) ? Number(bytes.text) : 0,
    urls: list(members, "urls").filter((item) => typeof item === "string"),
    annotations: texts(members.get("annotations")),
  };
}

function toEntry(value: LosslessValue): IndexEntry {
  const found = value instanceof Map ? value.get("platform") : undefined;
  if (!(found instanceof Map)) return toDescriptor(value);
  const variant = optionalText(found, "variant");
  return {
    ...toDescriptor(value),
    platform: {
      os: optionalText(found, "os") ?? "",
      architecture: optionalText(found, "architecture") ?? "",
      ...(variant !== undefined && { variant }),
    },
  };
}

function optionalText(members: LosslessObject, name: string): string | undefined {
  const value = members.get(name);
  return typeof value === "string" ? value : undefined;
}

function list(members: LosslessObject, name: string): readonly LosslessValue[] {
  const value = members.get(name);
  return Array.isArray(value) ? value : [];
}

function texts(value: LosslessValue | undefined): ReadonlyMap<string, string> {
  if (!(value instanceof Map)) return new Map();
  return new Map(
    [...value].flatMap(([key, text]) => (typeof text === "string" ? [[key, text] as const] : [])),
  );
}
